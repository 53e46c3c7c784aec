//! `greenroom repair`: makes the links that are missing.

use clap::Args;

use super::printer::Printer;
use super::selector::Selector;
use super::{Exit, Failure, wait};
use crate::app::{Action, App, Step};
use crate::domain::session::SessionCondition;

/// Give links to interviews that lack one, as a plan that is shown first
///
/// Nobody is mailed without --send. Ends with 0 when every selected interview holds a link, and with 1 when one does
/// not, or a mail was not accepted at its first attempt.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  greenroom repair link:missing --dry-run
  greenroom repair link:missing --send --yes")]
pub struct Repair {
    #[command(flatten)]
    selector: Selector,
    /// Mail the invitation with each link that is made
    #[arg(long)]
    send: bool,
}

impl Repair {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let done = self
            .selector
            .run(Action::Repair { send: self.send }, app, printer)
            .await?;
        let Some(deliveries) = done.deliveries else {
            return Ok(Exit::Done);
        };
        let mut sound = deliveries.iter().all(wait::has_left);
        for row in done
            .plan
            .rows
            .iter()
            .filter(|row| matches!(row.step, Step::Skip { .. }))
        {
            let dossier = app.details(row.id).await?;
            sound &=
                dossier.is_some_and(|dossier| dossier.row.facts.session == SessionCondition::Live);
        }
        Ok(if sound { Exit::Done } else { Exit::Findings })
    }
}
