//! What every command that mails or changes many has in common: the selector, the plan, and consent.
//!
//! Nothing is everybody by accident: without words, with an unknown key or id, or without anybody to ask, it ends
//! before anything is done.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::arguments::Words;
use super::astray;
use super::printer::Printer;
use super::table::Table;
use super::{Failure, ask, wait};
use crate::app::{
    Action, App, CarriedOut, Chosen, Delivery, DeliveryJson, Held, LinkStep, Plan, PlanRow,
    Selection,
};
use crate::domain::filter::Filter;
use crate::domain::ids::InterviewId;
use crate::domain::when;

/// Which interviews, and how to go about it.
#[derive(Debug, Args)]
pub(super) struct Selector {
    #[command(flatten)]
    words: Words,
    /// Carry out exactly the plan in a file, or nothing if anything changed since
    #[arg(long, value_name = "FILE", conflicts_with_all = ["words", "save_plan"])]
    plan: Option<PathBuf>,
    /// Print one row of the plan a line as JSON, with its delivery once it is carried out
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    consent: Consent,
}

/// Whether a plan is only shown, kept, or carried out.
#[derive(Debug, Args)]
pub(super) struct Consent {
    /// Show the plan and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Write the plan to a file and, without --yes, do nothing else
    #[arg(long, value_name = "FILE")]
    save_plan: Option<PathBuf>,
    /// Do nothing unless the plan acts on exactly so many interviews
    #[arg(long, value_name = "N")]
    expect: Option<usize>,
    /// Carry the plan out without asking, however long it is
    #[arg(long)]
    yes: bool,
}

/// A plan, and what it led to.
pub(super) struct Done {
    pub(super) plan: Plan,
    /// The mails after their first attempt; `None` when the plan was only shown.
    pub(super) deliveries: Option<Vec<Delivery>>,
}

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
}

impl Selector {
    /// Plans, and goes about it as was consented to.
    ///
    /// With `anyway`, those are chosen too whom the plan would leave alone by itself.
    pub(super) async fn run(
        &self,
        action: Action,
        anyway: bool,
        app: &App,
        printer: &mut Printer,
    ) -> Result<Done, Failure> {
        let chosen = if anyway {
            Chosen::Everybody
        } else {
            Chosen::Nobody
        };
        let plan = match &self.plan {
            Some(file) => read_plan(file, action)?,
            None => {
                app.plan_choosing(action, &self.selection()?, &chosen)
                    .await?
            }
        };
        self.consent.carry_out(plan, self.json, app, printer).await
    }

    /// The words of the filter, as they were typed.
    pub(super) fn words(&self) -> &[String] {
        &self.words.words
    }

    fn selection(&self) -> Result<Selection, Failure> {
        let ids: Vec<Option<InterviewId>> = self
            .words
            .words
            .iter()
            .map(|word| word.parse().ok())
            .collect();
        if !ids.is_empty() && ids.iter().all(Option::is_some) {
            let mut distinct: Vec<InterviewId> = Vec::new();
            for id in ids.into_iter().flatten() {
                if !distinct.contains(&id) {
                    distinct.push(id);
                }
            }
            return Ok(Selection::Ids(distinct));
        }
        if ids.iter().any(Option::is_some) {
            return Err(Failure::input(
                "filter: name ids or write a filter, not both",
            ));
        }
        Filter::parse(&self.words.text())
            .map(Selection::Matching)
            .map_err(|error| Failure::input(error.to_string()))
    }
}

impl Consent {
    /// Shows a plan, asks, carries it out, waits for the first attempts, and prints.
    pub(super) async fn carry_out(
        &self,
        plan: Plan,
        json: bool,
        app: &App,
        printer: &mut Printer,
    ) -> Result<Done, Failure> {
        let only_shows = self.dry_run || (self.save_plan.is_some() && !self.yes);
        if let Some(expected) = self.expect.filter(|expected| *expected != plan.acts()) {
            return Err(Failure::input(format!(
                "expect: the plan acts on {}, not on {expected}; nothing was done",
                plan.acts()
            )));
        }
        if !only_shows && !self.yes && !ask::can_ask() {
            return Err(Failure::input(
                "yes: there is nobody to ask; look with --dry-run, then say --yes",
            ));
        }
        if let Some(file) = &self.save_plan {
            write_plan(file, &plan)?;
        }
        let asks = !only_shows && !self.yes && plan.acts() > 0;
        let said = plan_in_words(&plan, app);
        if plan.sends() > 0 {
            astray::remark(app, printer).await?;
        }
        if only_shows && !json {
            for line in &said {
                printer.line(line);
            }
        } else if asks || !json {
            // What is asked about is not the result.
            for line in &said {
                printer.remark(line);
            }
        }
        let declined = asks && !ask::consent(verb(&plan), plan.acts(), printer);
        if only_shows || declined || plan.acts() == 0 {
            if json {
                print_rows(&plan, None, &[], printer);
            }
            if only_shows || declined {
                printer.remark("Nothing was done.");
            }
            let deliveries = (!only_shows && !declined).then(Vec::new);
            return Ok(Done { plan, deliveries });
        }
        let done = app.carry_out(&plan, None).await?;
        if let Some(batch) = done.batch.filter(|_| done.repeated) {
            printer.remark(&format!(
                "This plan was carried out before, as batch {batch}; nothing is sent a second time."
            ));
        }
        let deliveries = wait::for_first_attempts(app, &done.deliveries, printer).await?;
        if json {
            print_rows(&plan, done.batch, &deliveries, printer);
        } else {
            say_outcome(&done, &deliveries, app, printer).await?;
        }
        Ok(Done {
            plan,
            deliveries: Some(deliveries),
        })
    }
}

const fn verb(plan: &Plan) -> &'static str {
    match plan.action {
        Action::Repair { send: false } => "make the links",
        Action::Resend | Action::Repair { send: true } => "send",
        Action::Rotate => "replace the links",
        Action::Cancel => "cancel the interviews",
        Action::Revoke => "end the links",
    }
}

fn print_rows(plan: &Plan, batch: Option<i64>, deliveries: &[Delivery], printer: &mut Printer) {
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
        });
    }
}

fn plan_in_words(plan: &Plan, app: &App) -> Vec<String> {
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
    lines.extend(Table::new(&[0, 60, 0, 0, 0]).lay_out(&rows, |_, _, cell| cell.to_owned()));
    lines
}

async fn say_outcome(
    done: &CarriedOut,
    deliveries: &[Delivery],
    app: &App,
    printer: &mut Printer,
) -> Result<(), Failure> {
    if done.links_made > 0 {
        printer.line(&format!("{} made", counted(done.links_made, "link")));
    }
    if let Some(batch) = done.batch.filter(|_| deliveries.len() > 1) {
        printer.remark(&format!(
            "This was batch {batch}; greenroom batch show {batch} says where its mails stand."
        ));
    }
    for delivery in deliveries {
        if let Some(dossier) = app.details(delivery.interview_id).await? {
            let name = &dossier.row.interview.candidate_name;
            let outcome = wait::outcome(delivery, app);
            printer.prose("", 2, &format!("{name}: mail {outcome}"));
        }
    }
    wait::say_next_steps(deliveries, "  ", printer);
    Ok(())
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn read_plan(file: &Path, action: Action) -> Result<Plan, Failure> {
    let plan = Plan::read(file).map_err(|error| {
        Failure::input(format!("plan: {} can't be read: {error}", file.display()))
    })?;
    if plan.action != action {
        return Err(Failure::input(format!(
            "plan: {} was made by another command, or with other options",
            file.display()
        )));
    }
    Ok(plan)
}

fn write_plan(file: &Path, plan: &Plan) -> Result<(), Failure> {
    plan.save(file).map_err(|error| {
        Failure::environment(format!(
            "save-plan: {} can't be written: {error}",
            file.display()
        ))
    })
}
