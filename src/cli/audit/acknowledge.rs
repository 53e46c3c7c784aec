//! `greenroom audit ack`, and what was acknowledged.

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use super::{FindingJson, csv};
use crate::app::{Acknowledged, App, Audit};
use crate::cli::printer::Printer;
use crate::cli::table::Table;
use crate::cli::{Exit, Failure, interview_id};
use crate::domain::finding::Code;
use crate::domain::when;

/// Let a finding stay as it is until what it is about changes
///
/// A new start, status, address or link brings it back, and so does a mail where the finding is about mail.
#[derive(Debug, Args)]
pub(super) struct Ack {
    /// The id of the interview
    id: String,
    /// The code of the finding, such as NEVER-MAILED
    #[arg(value_parser = code)]
    code: Code,
    /// Why it may stay so; kept in the timeline
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    reason: String,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

fn code(text: &str) -> Result<Code, String> {
    Code::named(text)
        .ok_or_else(|| format!("the codes are {}", Code::ALL.map(Code::name).join(", ")))
}

/// An acknowledged finding for programs.
#[derive(Serialize)]
struct AckJson {
    #[serde(flatten)]
    finding: FindingJson,
    acknowledged_by: String,
    acknowledged_at: Timestamp,
    reason: String,
}

impl From<&Acknowledged> for AckJson {
    fn from(acknowledged: &Acknowledged) -> Self {
        let acknowledgement = acknowledged.acknowledgement.clone();
        Self {
            finding: FindingJson::from(&acknowledged.found),
            acknowledged_by: acknowledgement.actor,
            acknowledged_at: acknowledgement.at,
            reason: acknowledgement.reason,
        }
    }
}

impl Ack {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let id = interview_id(&self.id)?;
        let reason = self.reason.trim();
        if reason.is_empty() {
            return Err(Failure::input(
                "reason: say why it may stay so; the timeline keeps it",
            ));
        }
        let done = app.acknowledge(id, self.code, reason.to_owned()).await?;
        if self.json {
            printer.json(&AckJson::from(&done));
        } else {
            printer.line(&format!(
                "{} of {} is silent until it changes; greenroom audit --acked shows it.",
                self.code.name(),
                done.found.row.interview.candidate_name
            ));
        }
        Ok(Exit::Done)
    }
}

/// How it is printed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    Table,
    Json,
    Csv,
}

/// Everything that is acknowledged.
pub(super) async fn list(
    audit: &Audit,
    form: Form,
    app: &App,
    printer: &mut Printer,
) -> Result<Exit, Failure> {
    let all = app.acknowledged(audit).await?;
    match form {
        Form::Table => {}
        Form::Json => {
            for acknowledged in &all {
                printer.json(&AckJson::from(acknowledged));
            }
            return Ok(Exit::Done);
        }
        Form::Csv => {
            printer.lines(csv::ACKNOWLEDGED_HEAD);
            for acknowledged in &all {
                csv::print_acknowledged(acknowledged, printer)?;
            }
            return Ok(Exit::Done);
        }
    }
    if all.is_empty() {
        printer.line("Nothing is acknowledged.");
    }
    let zone = app.config().list_zone();
    let cells = |acknowledged: &Acknowledged| {
        let (found, ack) = (&acknowledged.found, &acknowledged.acknowledgement);
        vec![
            found.finding.code.name().to_owned(),
            found.row.interview.candidate_name.clone(),
            format!("{}, {}", when::day_and_time(ack.at, &zone), ack.actor),
            ack.reason.clone(),
            found.row.id().to_string(),
        ]
    };
    let rows: Vec<Vec<String>> = all.iter().map(cells).collect();
    for line in Table::new(&[0, 30, 40, 60, 0]).lay_out(&rows, |_, _, cell| cell.to_owned()) {
        printer.styled(&line);
    }
    Ok(Exit::Done)
}
