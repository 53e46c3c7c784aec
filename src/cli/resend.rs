//! `greenroom resend`: mails invitations again.

use clap::Args;

use super::printer::Printer;
use super::selector::Selector;
use super::{Exit, Failure, wait};
use crate::app::{Action, App};

/// Mail invitations again, as a plan that is shown first
///
/// Each mail is composed anew from what is true now; whoever was never mailed gets an invitation, and where there is no
/// link, one is made first. Whoever was mailed the same a moment ago is skipped. Ends with 1 when a mail was not accepted at its first attempt, or none was sent.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  greenroom resend link:missing when:tomorrow --dry-run
  greenroom resend 01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f --yes
  greenroom resend verdict:blocked --save-plan plan.json
  greenroom resend --plan plan.json --expect 34 --yes")]
pub struct Resend {
    #[command(flatten)]
    selector: Selector,
    /// Mail those too who were mailed the same within the last minutes (`mail.recent`)
    #[arg(long)]
    again: bool,
}

impl Resend {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let done = self
            .selector
            .run(Action::Resend, self.again, app, printer)
            .await?;
        let Some(deliveries) = done.deliveries else {
            return Ok(Exit::Done);
        };
        Ok(
            if !deliveries.is_empty() && deliveries.iter().all(wait::has_left) {
                Exit::Done
            } else {
                Exit::Findings
            },
        )
    }
}
