//! `greenroom repair`: makes the links that are missing.

use clap::Args;

use super::printer::Printer;
use super::selector::Selector;
use super::{Exit, Failure, wait};
use crate::app::{Action, App, Plan, PlanRow, Step};
use crate::domain::session::SessionCondition;

// So many are named by their ids, more by a filter.
const FEW: usize = 3;

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
            .run(Action::Repair { send: self.send }, false, app, printer)
            .await?;
        let Some(deliveries) = done.deliveries else {
            return Ok(Exit::Done);
        };
        if !self.send {
            self.say_who_is_not_mailed(&done.plan, printer);
        }
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

    // A link that nobody was told of lets nobody in.
    fn say_who_is_not_mailed(&self, plan: &Plan, printer: &mut Printer) {
        let holding: Vec<&PlanRow> = plan.rows.iter().filter(|row| row.acts()).collect();
        if holding.is_empty() {
            return;
        }
        let (can, rest): (Vec<&PlanRow>, Vec<&PlanRow>) = holding
            .iter()
            .partition(|row| row.address.is_some() && row.starts_at.is_some());
        let lacking = |what: &str, lacks: fn(&PlanRow) -> bool| {
            let count = rest.iter().filter(|row| lacks(row)).count();
            let has = if count == 1 { "has" } else { "have" };
            (count > 0).then(|| format!("; {count} of them {has} no {what}"))
        };
        let no_address = lacking("address", |row| row.address.is_none());
        let no_time = lacking("time", |row| row.starts_at.is_none());
        let anew = if rest.is_empty() {
            ""
        } else {
            " (greenroom cancel ID, and schedule them anew: greenroom new)"
        };
        let next = if can.is_empty() {
            String::new()
        } else {
            let whom = if rest.is_empty() {
                "them"
            } else {
                "the others"
            };
            format!("; greenroom resend {} mails {whom}", self.selecting(&can))
        };
        printer.remark(&format!(
            "{} now {} a link but no mail{}{}{anew}{next}.",
            holding.len(),
            if holding.len() == 1 { "holds" } else { "hold" },
            no_address.unwrap_or_default(),
            no_time.unwrap_or_default(),
        ));
    }

    // Few by their ids, more by a filter.
    fn selecting(&self, rows: &[&PlanRow]) -> String {
        if rows.len() <= FEW {
            let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
            return ids.join(" ");
        }
        let others = self.selector.words().iter().filter(|word| {
            !["all", "link:missing"].contains(&word.as_str()) && !word.starts_with("verdict:")
        });
        std::iter::once("verdict:not_invited")
            .chain(others.map(String::as_str))
            .collect::<Vec<_>>()
            .join(" ")
    }
}
