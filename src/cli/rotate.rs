//! `greenroom rotate`: replaces links, after a leak for instance.

use clap::Args;

use super::printer::Printer;
use super::selector::Selector;
use super::{Exit, Failure, wait};
use crate::app::{Action, App};

/// Replace links and mail the new ones, as a plan that is shown first
///
/// The new link, the raised SEQUENCE and the mail are kept in one transaction; the old link ends with it. Whoever has
/// joined, whose window is open now, or who got a new link a moment ago (`mail.recent`), is skipped. Who was never mailed gets the invitation with it. Ends with 1 when a
/// mail was not accepted at its first attempt, or no link was replaced.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  greenroom rotate all --dry-run
  greenroom rotate role:engineer when:ahead --expect 12 --yes
  greenroom rotate 01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f --even-if-open")]
pub struct Rotate {
    #[command(flatten)]
    selector: Selector,
    /// Replace the links of those too who have joined or may come in now: they are thrown out; and of those who got
    /// a new one a moment ago
    #[arg(long)]
    even_if_open: bool,
}

impl Rotate {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let done = self
            .selector
            .run(Action::Rotate, self.even_if_open, app, printer)
            .await?;
        let Some(deliveries) = done.deliveries else {
            return Ok(Exit::Done);
        };
        Ok(
            if done.plan.acts() > 0 && deliveries.iter().all(wait::has_left) {
                Exit::Done
            } else {
                Exit::Findings
            },
        )
    }
}
