//! What every command that mails or changes many has in common: the selector, the plan, and consent.
//!
//! Nothing is everybody by accident: without words, with an unknown key or id, or without anybody to ask, it ends
//! before anything is done.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::arguments::Words;
use super::astray;
use super::printer::Printer;
use super::table::Table;
use super::{Failure, ask, wait};
use crate::app::{Action, App, CarriedOut, Delivery, DeliveryJson, Plan, PlanRow, Selection};
use crate::domain::filter::Filter;
use crate::domain::ids::InterviewId;
use crate::domain::when;

/// Octets of a plan that is read back: some hundred thousand rows.
const LARGEST_PLAN: u64 = 256 * 1024 * 1024;

/// Which interviews, and how to go about it.
#[derive(Debug, Args)]
pub(super) struct Selector {
    #[command(flatten)]
    words: Words,
    /// Show the plan and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Print one row of the plan a line as JSON, with its delivery once it is carried out
    #[arg(long)]
    json: bool,
    /// Write the plan to a file and, without --yes, do nothing else
    #[arg(long, value_name = "FILE")]
    save_plan: Option<PathBuf>,
    /// Carry out exactly the plan in a file, or nothing if anything changed since
    #[arg(long, value_name = "FILE", conflicts_with_all = ["words", "save_plan"])]
    plan: Option<PathBuf>,
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
    delivery: Option<DeliveryJson>,
}

impl Selector {
    /// Plans, asks, carries out, waits for the first attempts, and prints.
    pub(super) async fn run(
        &self,
        action: Action,
        app: &App,
        printer: &mut Printer,
    ) -> Result<Done, Failure> {
        let only_shows = self.dry_run || (self.save_plan.is_some() && !self.yes);
        let plan = match &self.plan {
            Some(file) => read_plan(file, action)?,
            None => app.plan(action, &self.selection()?).await?,
        };
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
        if only_shows && !self.json {
            for line in &said {
                printer.line(line);
            }
        } else if asks || !self.json {
            // What is asked about is not the result.
            for line in &said {
                printer.remark(line);
            }
        }
        let declined = asks && !ask::consent(verb(&plan), plan.acts(), printer);
        if only_shows || declined || plan.acts() == 0 {
            if self.json {
                print_rows(&plan, &[], printer);
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
        if self.json {
            print_rows(&plan, &deliveries, printer);
        } else {
            say_outcome(&done, &deliveries, app, printer).await?;
        }
        Ok(Done {
            plan,
            deliveries: Some(deliveries),
        })
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

const fn verb(plan: &Plan) -> &'static str {
    match plan.action {
        Action::Repair { send: false } => "make the links",
        Action::Resend | Action::Repair { send: true } => "send",
        Action::Rotate => "replace the links",
    }
}

fn print_rows(plan: &Plan, deliveries: &[Delivery], printer: &mut Printer) {
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
    };
    let mut lines = vec![format!(
        "{} {what}, {} to skip (times in {})",
        plan.acts(),
        plan.skips(),
        zone.name()
    )];
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
            row.step.why().to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = plan.rows.iter().map(cells).collect();
    lines.extend(Table::new(&[0, 60, 0, 0]).lay_out(&rows, |_, _, cell| cell.to_owned()));
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
    for delivery in deliveries {
        if let Some(dossier) = app.details(delivery.interview_id).await? {
            printer.line(&format!(
                "{}: mail {}",
                dossier.row.interview.candidate_name,
                wait::outcome(delivery, app)
            ));
        }
    }
    Ok(())
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn read_plan(file: &Path, action: Action) -> Result<Plan, Failure> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Failure::input(format!("plan: {} can't be read: {error}", file.display()))
    };
    let mut text = String::new();
    let opened = fs::File::open(file).map_err(|error| unreadable(&error))?;
    opened
        .take(LARGEST_PLAN)
        .read_to_string(&mut text)
        .map_err(|error| unreadable(&error))?;
    let plan: Plan = serde_json::from_str(&text).map_err(|error| unreadable(&error))?;
    if plan.action != action {
        return Err(Failure::input(format!(
            "plan: {} was made by another command, or with other options",
            file.display()
        )));
    }
    Ok(plan)
}

// Names and addresses stand in it, so it is for its owner only.
fn write_plan(file: &Path, plan: &Plan) -> Result<(), Failure> {
    let unwritable = |error: &dyn std::fmt::Display| {
        Failure::environment(format!(
            "save-plan: {} can't be written: {error}",
            file.display()
        ))
    };
    let text = serde_json::to_string_pretty(plan).map_err(|error| unwritable(&error))?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut opened = options.open(file).map_err(|error| unwritable(&error))?;
    opened
        .write_all(text.as_bytes())
        .and_then(|()| opened.write_all(b"\n"))
        .map_err(|error| unwritable(&error))
}
