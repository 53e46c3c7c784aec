//! `greenroom batch`: what was asked for together, how far it has come, and what a person can do about it.

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::Serialize;

use super::next_steps::BY;
use super::printer::Printer;
use super::selector;
use super::table::Table;
use super::{Exit, Failure, paused, wait};
use crate::app::{App, BatchStatus, DeliveryJson, SentBy, Steer};
use crate::domain::batch::{BatchEvent, Progress};
use crate::domain::when;

/// Show and steer batches: mail that was asked for together, from one plan
///
/// Progress is counted from the outbox itself, so it is the same in every process and after every restart.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  greenroom batch
  greenroom batch show 12
  greenroom batch pause 12
  greenroom batch retry 12 --dry-run")]
pub struct Batch {
    #[command(subcommand)]
    deed: Option<Deed>,
    /// Print one batch, or mail of it, a line as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Deed {
    /// Show the newest batches (also without a word)
    List {
        /// At most so many; 0 for all
        #[arg(long, value_name = "N", default_value_t = LIMIT)]
        limit: u32,
    },
    /// Show one batch and where its mails stand; ends with 1 when some failed or are of unknown outcome
    Show {
        /// Its number
        number: i64,
    },
    /// Let nothing more of it leave until it is resumed
    Pause {
        /// Its number
        number: i64,
    },
    /// Let it go on
    Resume {
        /// Its number
        number: i64,
    },
    /// Withdraw what has not left
    Stop {
        /// Its number
        number: i64,
    },
    /// Mail again what did not leave and may be sent, as a plan that is shown first
    ///
    /// What was refused for good and what is of unknown outcome is left out, and it says so.
    Retry(Retry),
}

#[derive(Debug, Args)]
struct Retry {
    /// Its number
    number: i64,
    #[command(flatten)]
    consent: selector::Consent,
}

const LIMIT: u32 = 20;
const NOTHING_AGAIN: &str = "Nothing of this batch is to be sent again; nothing was done.";

#[derive(Serialize)]
struct BatchJson<'a> {
    batch: i64,
    id: String,
    action: &'a str,
    /// `going`, `paused`, `stopped` (what had not left was withdrawn) or `over` (it has come to its end by itself).
    state: &'static str,
    /// Whether nothing of it can leave any more: always when `over`, and when `stopped` once what was leaving has left.
    over: bool,
    asked_by: &'a str,
    asked_at: Timestamp,
    held_until: Option<Timestamp>,
    planned: u64,
    changed: u64,
    skipped: u64,
    waiting: u64,
    sending: u64,
    accepted: u64,
    stored: u64,
    deferred: u64,
    failed: u64,
    unknown: u64,
    withdrawn: u64,
    left: u64,
    last_minute: u64,
    per_minute: Option<u64>,
    seconds_left: Option<u64>,
    history: Vec<EventJson<'a>>,
}

#[derive(Serialize)]
struct EventJson<'a> {
    at: Timestamp,
    actor: &'a str,
    deed: &'static str,
    detail: &'a str,
}

impl<'a> From<&'a BatchStatus> for BatchJson<'a> {
    fn from(status: &'a BatchStatus) -> Self {
        let (batch, progress) = (&status.batch, &status.progress);
        Self {
            batch: batch.number,
            id: batch.id.to_string(),
            action: &batch.action,
            state: status.standing(),
            over: status.is_over(),
            asked_by: &batch.asked_by,
            asked_at: batch.asked_at,
            held_until: batch.held_until,
            planned: batch.sends,
            changed: batch.changes,
            skipped: batch.skips,
            waiting: progress.waiting,
            sending: progress.sending,
            accepted: progress.accepted,
            stored: progress.stored,
            deferred: progress.deferred,
            failed: progress.failed,
            unknown: progress.unknown,
            withdrawn: progress.withdrawn,
            left: progress.left(),
            last_minute: status.last_minute,
            per_minute: status.per_minute,
            seconds_left: status.time_left.map(|left| left.as_secs()),
            history: status.history.iter().map(EventJson::from).collect(),
        }
    }
}

impl<'a> From<&'a BatchEvent> for EventJson<'a> {
    fn from(event: &'a BatchEvent) -> Self {
        Self {
            at: event.at,
            actor: &event.actor,
            deed: event.deed.name(),
            detail: &event.detail,
        }
    }
}

impl Batch {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        match &self.deed {
            None => self.list(LIMIT, app, printer).await,
            Some(Deed::List { limit }) => self.list(*limit, app, printer).await,
            Some(Deed::Show { number }) => self.show(*number, app, printer).await,
            Some(Deed::Pause { number }) => self.steer(*number, Steer::Pause, app, printer).await,
            Some(Deed::Resume { number }) => self.steer(*number, Steer::Resume, app, printer).await,
            Some(Deed::Stop { number }) => self.steer(*number, Steer::Stop, app, printer).await,
            Some(Deed::Retry(retry)) => self.retry(retry, app, printer).await,
        }
    }

    async fn list(&self, limit: u32, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let most = if limit == 0 { u32::MAX } else { limit };
        let batches = app.batches(most).await?;
        if self.json {
            for status in &batches {
                printer.json(&BatchJson::from(status));
            }
            return Ok(Exit::Done);
        }
        if batches.is_empty() {
            printer.line("There is no batch yet: resend, repair and rotate make them.");
        }
        let zone = app.config().list_zone();
        let rows: Vec<Vec<String>> = batches
            .iter()
            .map(|status| {
                vec![
                    status.batch.number.to_string(),
                    status.batch.action.replace('_', " "),
                    format!(
                        "{} {}",
                        when::day(status.batch.asked_at, &zone),
                        when::time_24h(status.batch.asked_at, &zone)
                    ),
                    status.standing().to_owned(),
                    status.words(),
                ]
            })
            .collect();
        for line in Table::new(&[0, 0, 0, 0, 0]).lay_out(&rows, |_, _, cell| cell.to_owned()) {
            printer.line(&line);
        }
        Ok(Exit::Done)
    }

    async fn show(&self, number: i64, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let status = app.batch(number).await?;
        let mails = app.batch_mails(number).await?;
        if self.json {
            printer.json(&BatchJson::from(&status));
            for mail in &mails {
                printer.json(&DeliveryJson::from(&mail.delivery));
            }
        } else {
            say(&status, app, printer);
            for mail in &mails {
                printer.line(&format!(
                    "  {}: mail {}",
                    mail.candidate,
                    wait::outcome(&mail.delivery, app)
                ));
            }
        }
        let Progress {
            failed, unknown, ..
        } = status.progress;
        Ok(if failed + unknown > 0 {
            Exit::Findings
        } else {
            Exit::Done
        })
    }

    async fn steer(
        &self,
        number: i64,
        steer: Steer,
        app: &App,
        printer: &mut Printer,
    ) -> Result<Exit, Failure> {
        let steered = app.steer_batch(number, steer).await?;
        if self.json {
            printer.json(&BatchJson::from(&steered.status));
            return Ok(Exit::Done);
        }
        if steer == Steer::Stop {
            printer.line(&format!("{} withdrawn", steered.withdrawn));
        }
        say(&steered.status, app, printer);
        if steer == Steer::Resume {
            if let Some(paused) = paused::in_words(app).await? {
                printer.remark(&paused);
            } else if app.who_sends() == SentBy::Nobody {
                printer.remark(&format!(
                    "Nobody sends mail at this moment; it leaves {BY}."
                ));
            }
        }
        Ok(Exit::Done)
    }

    async fn retry(
        &self,
        retry: &Retry,
        app: &App,
        printer: &mut Printer,
    ) -> Result<Exit, Failure> {
        let planned = app.plan_retry(retry.number).await?;
        let (left_out, needs_somebody) = (planned.left_out(), planned.needs_somebody());
        if !left_out.is_empty() {
            printer.remark(&left_out);
        }
        let Some(plan) = planned.plan else {
            printer.remark(NOTHING_AGAIN);
            return Ok(if needs_somebody {
                Exit::Findings
            } else {
                Exit::Done
            });
        };
        let done = retry
            .consent
            .carry_out(plan, self.json, app, printer)
            .await?;
        if done.plan.acts() == 0 && done.deliveries.is_some() {
            printer.remark(NOTHING_AGAIN);
        }
        let sound = done
            .deliveries
            .is_none_or(|deliveries| deliveries.iter().all(wait::has_left));
        Ok(if sound && !needs_somebody {
            Exit::Done
        } else {
            Exit::Findings
        })
    }
}

fn say(status: &BatchStatus, app: &App, printer: &mut Printer) {
    let zone = app.config().list_zone();
    let batch = &status.batch;
    printer.line(&format!(
        "batch {}: {}, {}; asked for by {} {}",
        batch.number,
        batch.action.replace('_', " "),
        status.standing(),
        batch.asked_by,
        when::moment_in_full(batch.asked_at, &zone, app.now()),
    ));
    printer.line(&status.words());
    let held = batch.held_until.filter(|until| *until > app.now());
    if let Some(until) = held.filter(|_| !status.is_over()) {
        printer.line(&format!(
            "held until {}; greenroom batch stop {} takes it back",
            when::moment_in_full(until, &zone, app.now()),
            batch.number
        ));
    }
    for event in &status.history {
        printer.line(&format!(
            "{} by {} {}",
            event.words(),
            event.actor,
            when::moment_in_full(event.at, &zone, app.now())
        ));
    }
}
