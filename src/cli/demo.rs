//! `greenroom demo`: the dashboard on sample interviews.

use clap::Args;

use super::printer::Printer;
use super::{Exit, Failure};
use crate::app::{App, DemoError};

/// Rows after which a long filling says how far it is.
const REMARK_EVERY: u64 = 100_000;

/// Look around in a dashboard with sample interviews
///
/// A believable week: some interviews without a link, some whose mail failed or waits. It is a throw-away copy unless
/// --data-dir names a place to keep it. Its mail stays on this machine, whatever the configuration says.
#[derive(Debug, Args)]
pub struct Demo {
    /// How many interviews
    #[arg(long, value_name = "N", default_value_t = 40)]
    rows: u64,
    /// Only make the sample, without opening the dashboard
    #[arg(long)]
    pub no_tui: bool,
}

impl Demo {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let rows = self.rows;
        let progress = |done: u64| {
            if done.is_multiple_of(REMARK_EVERY) && done < rows {
                printer.remark(&format!("{done} of {rows} interviews"));
            }
        };
        app.fill_demo(rows, progress)
            .await
            .map_err(|error| match error {
                DemoError::NotADemonstration(_) | DemoError::Interrupted(_) => {
                    Failure::input(format!("data-dir: {error}"))
                }
                DemoError::App(error) => error.into(),
                DemoError::Sample(_) => Failure::environment(error),
            })?;
        Ok(Exit::Done)
    }
}
