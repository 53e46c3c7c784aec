//! `greenroom cancel` and `revoke`: what ends a link, for one or for many, as a plan. Naming one id is consent.
//!
//! Nobody is mailed by either, and each says what is true now.

use clap::Args;

use super::printer::Printer;
use super::selector::{AfterJson, Selector, print_rows};
use super::{Exit, Failure};
use crate::app::{Action, App, AppError, Change, Changed, Plan};
use crate::domain::change::{self, Ending};
use crate::domain::ids::InterviewId;

/// Cancel interviews, as a plan that is shown first; nobody is mailed
///
/// Their links let nobody in from now on, and mail that has not left is taken back. What the candidate holds is said. One
/// that is named by its id is cancelled at once. Ends with 1 when none was cancelled.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  greenroom cancel 01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f --reason 'the role was filled'
  greenroom cancel role:engineer when:ahead --dry-run
  greenroom cancel role:engineer when:ahead --expect 12 --yes")]
pub struct Cancel {
    #[command(flatten)]
    selector: Selector,
    /// Why; kept in the timeline, not mailed
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true,
        conflicts_with = "plan"
    )]
    reason: String,
}

/// Revoke links, as a plan that is shown first; nobody is mailed
///
/// Whoever has such a link can't get in any longer. The interviews stand, blocked, until they are given new ones. One that
/// is named by its id loses its link at once. Ends with 1 when none was revoked.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  greenroom revoke 01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f
  greenroom revoke role:engineer when:ahead --dry-run")]
pub struct Revoke {
    #[command(flatten)]
    selector: Selector,
}

impl Cancel {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let reason = change::reason(&self.reason).map_err(AppError::from)?;
        let mut plan = self.selector.planned(Action::Cancel, false, app).await?;
        if !self.selector.is_saved() {
            reason.clone_into(&mut plan.reason);
        }
        end(&self.selector, plan, app, printer).await
    }
}

impl Revoke {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let plan = self.selector.planned(Action::Revoke, false, app).await?;
        end(&self.selector, plan, app, printer).await
    }
}

async fn end(
    selector: &Selector,
    plan: Plan,
    app: &App,
    printer: &mut Printer,
) -> Result<Exit, Failure> {
    if let Some(id) = selector.one_named() {
        return end_one(id, selector, plan, app, printer).await;
    }
    let done = selector.carry_out(plan, app, printer).await?;
    Ok(match done.deliveries {
        Some(_) if done.plan.acts() == 0 => Exit::Findings,
        _ => Exit::Done,
    })
}

// Whoever names one has no need to look at a plan; what comes of it is said at length.
async fn end_one(
    id: InterviewId,
    selector: &Selector,
    plan: Plan,
    app: &App,
    printer: &mut Printer,
) -> Result<Exit, Failure> {
    selector.consent().check_size(&plan)?;
    let planned = plan.acts() > 0;
    let (batch, changed) = if planned {
        let done = app.carry_out(&plan, None).await?;
        let dossier = app.details(id).await?.ok_or(AppError::NoInterview(id))?;
        let change = match plan.action {
            Action::Cancel => Change::Ended(Ending::Cancelled),
            _ => Change::Revoked,
        };
        let changed = Changed {
            change,
            row: dossier.row,
            withdrawn: done.withdrawn,
        };
        (done.batch, changed)
    } else {
        // What a plan leaves alone may be ended all the same by whoever names it, or the reason why not is named.
        let changed = match plan.action {
            Action::Cancel => app.cancel(id, &plan.reason).await?,
            _ => app.revoke(id).await?,
        };
        (None, changed)
    };
    if selector.json() {
        let after = AfterJson {
            interview: app.interview_json(&changed.row),
            withdrawn: changed.withdrawn,
        };
        if planned {
            print_rows(&plan, batch, &[], Some(after), printer);
        } else {
            printer.json(&after);
        }
    } else {
        printer.line(&app.aftermath(&changed));
    }
    Ok(Exit::Done)
}
