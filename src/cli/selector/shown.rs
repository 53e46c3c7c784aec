//! A plan and what it led to, for people and for programs.

use std::time::Duration;

use serde::Serialize;

use super::Failure;
use crate::app::{
    Action, App, BatchStatus, CarriedOut, Delivery, DeliveryJson, Held, InterviewJson, LinkStep,
    Plan, PlanRow,
};
use crate::cli::printer::Printer;
use crate::cli::table::Table;
use crate::cli::{next_steps, wait};
use crate::domain::delivery::State;
use crate::domain::ids::InterviewId;
use crate::domain::text::counted;
use crate::domain::when;

/// Mails that are listed one by one; of more, only those that were tried and not taken.
const LISTED: usize = 20;

/// A row of a plan for programs.
#[derive(Serialize)]
struct RowJson<'a> {
    interview_id: InterviewId,
    candidate_name: &'a str,
    to: Option<&'a str>,
    starts_at: Option<jiff::Timestamp>,
    step: &'static str,
    why: &'a str,
    optional: bool,
    chosen: bool,
    link: &'a LinkStep,
    holds: Option<&'a Held>,
    batch: Option<i64>,
    delivery: Option<DeliveryJson>,
    /// The interview as it is now, and how many mails were taken back, where one alone was named and changed.
    #[serde(flatten)]
    after: Option<AfterJson>,
}

/// One interview after its change.
#[derive(Serialize)]
pub(in crate::cli) struct AfterJson {
    pub interview: InterviewJson,
    pub withdrawn: usize,
}

pub(super) const fn verb(plan: &Plan) -> &'static str {
    match plan.action {
        Action::Repair { send: false } => "make the links",
        Action::Resend | Action::Repair { send: true } => "send",
        Action::Rotate => "replace the links",
        Action::Cancel => "cancel the interviews",
        Action::Revoke => "end the links",
    }
}

/// Prints a row a line, with its delivery once it was carried out.
pub(in crate::cli) fn print_rows(
    plan: &Plan,
    batch: Option<i64>,
    deliveries: &[Delivery],
    mut after: Option<AfterJson>,
    printer: &mut Printer,
) {
    let by_interview: std::collections::HashMap<InterviewId, &Delivery> = deliveries
        .iter()
        .map(|delivery| (delivery.interview_id, delivery))
        .collect();
    for row in &plan.rows {
        printer.json(&RowJson {
            interview_id: row.id,
            candidate_name: &row.candidate,
            to: row.address.as_deref(),
            starts_at: row.starts_at,
            step: row.step.name(),
            why: row.step.why(),
            optional: row.step.is_optional(),
            chosen: row.chosen,
            link: &row.link,
            holds: row.holds.as_ref(),
            batch,
            delivery: by_interview
                .get(&row.id)
                .map(|delivery| DeliveryJson::from(*delivery)),
            after: after.take(),
        });
    }
}

pub(super) fn plan_in_words(plan: &Plan, app: &App) -> Vec<String> {
    if plan.rows.is_empty() {
        return vec!["No interview matches.".to_owned()];
    }
    let zone = app.config().list_zone();
    let what = match plan.action {
        Action::Repair { send: false } => "to get a link",
        Action::Resend | Action::Repair { send: true } => "to send",
        Action::Rotate => "to get a new link",
        Action::Cancel => "to cancel",
        Action::Revoke => "whose link is to end",
    };
    let mut totals = vec![format!("{} {what}, {} to skip", plan.acts(), plan.skips())];
    if !plan.action.mails() {
        totals.push("nobody is mailed".to_owned());
    }
    let rate = app.config().mail.rate;
    if let Some((takes, rate)) = plan.takes(rate).zip(rate) {
        let takes = Duration::from_secs(takes.as_secs().max(1));
        totals.push(format!(
            "about {} at {rate} a second",
            when::span_in_words(takes)
        ));
    }
    if let Some(first) = plan.first_start() {
        totals.push(format!(
            "the first starts {} {}",
            when::day(first, &zone),
            when::time_24h(first, &zone)
        ));
    }
    let mut lines = vec![format!("{} (times in {})", totals.join(" · "), zone.name())];
    lines.extend(rows_in_words(plan, app));
    lines
}

/// The rows of a plan, as a table.
pub(super) fn rows_in_words(plan: &Plan, app: &App) -> Vec<String> {
    let zone = app.config().list_zone();
    let cells = |row: &PlanRow| {
        let start = row.starts_at.map_or_else(
            || "no time yet".to_owned(),
            |at| format!("{} {}", when::day(at, &zone), when::time_24h(at, &zone)),
        );
        let whom = row.address.as_ref().map_or_else(
            || row.candidate.clone(),
            |address| format!("{} <{address}>", row.candidate),
        );
        vec![
            row.step.name().to_owned(),
            whom,
            start,
            row.link_words(),
            match row.held_words(&zone) {
                Some(held) => format!("{}; {held}", row.step.why()),
                None => row.step.why().to_owned(),
            },
        ]
    };
    let rows: Vec<Vec<String>> = plan.rows.iter().map(cells).collect();
    Table::new(&[0, 60, 0, 0, 0]).lay_out(&rows, |_, _, cell| cell.to_owned())
}

/// Says what a plan led to.
pub(super) async fn say_outcome(
    plan: &Plan,
    done: &CarriedOut,
    deliveries: &[Delivery],
    app: &App,
    printer: &mut Printer,
) -> Result<(), Failure> {
    if let Some(ended) = ended(plan, done) {
        printer.line(&ended);
    }
    if done.links_made > 0 {
        let what = if plan.action == Action::Rotate {
            "replaced"
        } else {
            "made"
        };
        printer.line(&format!("{} {what}", counted(done.links_made, "link")));
    }
    let is_long = deliveries.len() > LISTED;
    let mut told: Vec<&Delivery> = deliveries
        .iter()
        .filter(|mail| !is_long || wait::was_not_taken(mail))
        .collect();
    if is_long {
        told.sort_by_key(|mail| urgency(mail.state));
    }
    for delivery in told.iter().take(LISTED) {
        if let Some(dossier) = app.details(delivery.interview_id).await? {
            let name = &dossier.row.interview.candidate_name;
            let outcome = wait::outcome(delivery, app);
            printer.prose("", 2, &format!("{name}: mail {outcome}"));
        }
    }
    let more = told.len().saturating_sub(LISTED);
    if more > 0 {
        printer.line(&format!("… and {more} more that were not taken"));
    }
    if let Some(batch) = done.batch.filter(|_| deliveries.len() > 1) {
        say_batch(batch, app, printer).await?;
    }
    next_steps::say(deliveries, "  ", app, printer).await
}

// What a person has to do something about is never hidden by what goes on by itself.
const fn urgency(state: State) -> u8 {
    match state {
        State::Failed => 0,
        State::Unknown => 1,
        State::Withdrawn => 2,
        State::Deferred => 3,
        State::Held
        | State::Queued
        | State::Claimed
        | State::HandingOver
        | State::Accepted
        | State::Stored => 4,
    }
}

// How it stands as a whole, and by what name it can be spoken of.
async fn say_batch(number: i64, app: &App, printer: &mut Printer) -> Result<(), Failure> {
    // What was a pace is none any more: nobody may be sending.
    let status = BatchStatus {
        per_minute: None,
        time_left: None,
        ..app.batch(number).await?
    };
    printer.line(&format!("{}: {}", status.name(), status.words()));
    printer.remark(&format!("greenroom batch show {number} lists its mails."));
    if app.plan_retry(number).await?.plan.is_some() {
        printer.remark(&format!(
            "greenroom batch retry {number} plans those anew that may be sent again."
        ));
    }
    Ok(())
}

// What ended without a mail, and who is not told by it.
fn ended(plan: &Plan, done: &CarriedOut) -> Option<String> {
    let what = match plan.action {
        Action::Cancel => "interview",
        Action::Revoke => "link",
        Action::Resend | Action::Repair { .. } | Action::Rotate => return None,
    };
    if done.repeated {
        return None;
    }
    let acting = plan.rows.iter().filter(|row| row.acts());
    let untold = acting.filter(|row| row.holds.is_some()).count();
    let mut said = format!(
        "{} {}; nobody was mailed.",
        counted(plan.acts(), what),
        if plan.action == Action::Cancel {
            "cancelled"
        } else {
            "ended"
        }
    );
    if done.withdrawn > 0 {
        let taken = counted(done.withdrawn, "mail");
        said = format!("{said} {taken} that had not left: taken back.");
    }
    if untold > 0 {
        said = format!(
            "{said} Of these candidates, {untold} {} an invitation.",
            if untold == 1 { "holds" } else { "hold" }
        );
    }
    Some(said)
}
