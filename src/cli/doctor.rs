//! `greenroom doctor`: what sending a working link depends on, and how it is.

use clap::Args;
use serde_json::json;

use super::printer::Printer;
use super::{Exit, Failure};
use crate::app::{App, Health};
use crate::domain::verdict::Standing;

/// Check configuration, templates, database, base URL and mail server
///
/// Names each problem and its remedy. Tries the conversation with the mail server, up to signing in, without sending
/// anything. Ends with 1 when something is in trouble.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Print one check a line as JSON
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let checks = app.examine().await;
        for check in &checks {
            let (word, standing, remedy) = match &check.health {
                Health::Fine => ("ok", Standing::Ready, None),
                Health::Limited(meaning) => ("note", Standing::InDoubt, Some(meaning)),
                Health::Trouble(remedy) => ("trouble", Standing::Blocked, Some(remedy)),
            };
            if self.json {
                printer.json(&json!({ "check": check.name, "health": word, "found": check.found, "remedy": remedy }));
                continue;
            }
            let word = printer.colored(standing, &format!("{word:<7}"));
            let found = crate::domain::text::visible(&check.found).into_owned();
            printer.styled(&format!("{word}  {}: {found}", check.name));
            if let Some(remedy) = remedy {
                printer.line(&format!("         {remedy}"));
            }
        }
        let trouble = checks
            .iter()
            .any(|check| matches!(check.health, Health::Trouble(_)));
        Ok(if trouble { Exit::Findings } else { Exit::Done })
    }
}
