//! `greenroom why`: can they get in, and if not, why.

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use super::printer::Printer;
use super::table::Table;
use super::{Exit, Failure};
use crate::app::{App, Why as Answer};
use crate::domain::address::EmailAddress;
use crate::domain::when;

/// Answers that are given at most.
const LIMIT: usize = 20;

/// Find somebody, and say in one sentence why they can or can't get in
///
/// Looks for a name, an address, a link, a present or former key, a Message-ID or an id. Ends with 1 when nothing is
/// found.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  greenroom why 'Ada Lovelace'
  greenroom why 9689ddff00004000800000000000001b")]
pub struct Why {
    /// What is known of them
    #[arg(value_name = "TEXT", required = true)]
    text: Vec<String>,
    /// Print one answer a line as JSON
    #[arg(long)]
    json: bool,
}

/// An answer for programs.
#[derive(Serialize)]
struct AnswerJson<'a> {
    interview_id: String,
    candidate_name: &'a str,
    candidate_email: Option<&'a str>,
    starts_at: Option<Timestamp>,
    verdict: &'static str,
    sentence: &'a str,
    found_by: &'static str,
    last_seen: Option<&'a str>,
    findings: Vec<&'static str>,
    acknowledged: Vec<AcknowledgedJson<'a>>,
}

/// One of the findings that somebody said may stay.
#[derive(Serialize)]
struct AcknowledgedJson<'a> {
    code: &'static str,
    by: &'a str,
    at: Timestamp,
    reason: &'a str,
}

impl Why {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let text = self.text.join(" ");
        if text.trim().is_empty() {
            return Err(Failure::input(
                "text: say a name, an address, a link, a key, a Message-ID or an id",
            ));
        }
        let (answers, more) = app.why(&text, LIMIT).await?;
        if self.json {
            for answer in &answers {
                print_json(answer, app, printer);
            }
        } else if let [answer] = answers.as_slice() {
            say(answer, app, printer);
        } else {
            list(&answers, app, printer);
        }
        if more {
            printer.remark(&format!(
                "{LIMIT} shown, and there are more; say more of them"
            ));
        }
        if answers.is_empty() {
            printer.remark(
                "Nobody was found: no name, address, link, key, Message-ID or id is like that.",
            );
            return Ok(Exit::Findings);
        }
        Ok(Exit::Done)
    }
}

fn print_json(answer: &Answer, app: &App, printer: &mut Printer) {
    let row = &answer.dossier.row;
    let interview = &row.interview;
    let reason = row.reason(&app.access_window(), app.now());
    let findings = app.findings(row);
    let silent = findings
        .iter()
        .filter_map(|finding| answer.dossier.acknowledged(finding));
    printer.json(&AnswerJson {
        interview_id: row.id().to_string(),
        candidate_name: &interview.candidate_name,
        candidate_email: interview
            .candidate_email
            .as_ref()
            .map(EmailAddress::display),
        starts_at: interview.starts_at,
        verdict: reason.standing().name(),
        sentence: &answer.sentence,
        found_by: answer.found_by.name(),
        last_seen: answer.last_seen.as_deref(),
        findings: findings.iter().map(|one| one.code.name()).collect(),
        acknowledged: silent
            .map(|ack| AcknowledgedJson {
                code: ack.code.name(),
                by: &ack.actor,
                at: ack.at,
                reason: &ack.reason,
            })
            .collect(),
    });
}

fn say(answer: &Answer, app: &App, printer: &mut Printer) {
    let row = &answer.dossier.row;
    let interview = &row.interview;
    let whom = interview.candidate_email.as_ref().map_or_else(
        || interview.candidate_name.clone(),
        |email| format!("{} <{}>", interview.candidate_name, email.display()),
    );
    let start = interview.starts_at.map_or_else(
        || "no time yet".to_owned(),
        |at| {
            let distance = when::relative(at, &interview.zone, app.now());
            format!("{}, {distance}", when::day_and_time(at, &interview.zone))
        },
    );
    let say = |printer: &mut Printer, text: &str| printer.prose("", 0, text);
    say(printer, &format!("{whom}, {}, {start}", interview.role));
    say(printer, &answer.sentence);
    match &answer.last_seen {
        Some(seen) => say(printer, &format!("The candidate {seen}.")),
        None => printer.line("The candidate has not opened the link."),
    }
    for finding in app.findings(row) {
        let next = match answer.dossier.acknowledged(&finding) {
            Some(ack) => format!(
                "Acknowledged by {} on {}: {}",
                ack.actor,
                when::day_and_time(ack.at, &interview.zone),
                ack.reason
            ),
            None => format!("Mended by: {}", finding.remedy.words),
        };
        let words = format!("{}: {} {next}", finding.code.name(), finding.detail);
        say(printer, &words);
    }
    printer.line(&format!("greenroom show {}", row.id()));
}

const BELOW: &str = "      ";

fn list(answers: &[Answer], app: &App, printer: &mut Printer) {
    let zone = app.config().list_zone();
    let cells = |answer: &Answer| {
        let interview = &answer.dossier.row.interview;
        let start = interview.starts_at.map_or_else(
            || "no time yet".to_owned(),
            |at| when::day_and_time(at, &zone),
        );
        vec![
            start,
            interview.candidate_name.clone(),
            answer.sentence.clone(),
            answer.last_seen.clone().unwrap_or_default(),
            interview.id.to_string(),
        ]
    };
    let rows: Vec<Vec<String>> = answers.iter().map(cells).collect();
    let lines = Table::new(&[0, 30, 0, 60, 0]).lay_out(&rows, |_, _, cell| cell.to_owned());
    if lines.iter().all(|line| printer.fits(line)) {
        for line in &lines {
            printer.styled(line);
        }
        return;
    }
    // Where a line has no room, what is said of an interview stands below it, its id first, where it can be copied.
    for row in &rows {
        if let [start, name, sentence, seen, id] = row.as_slice() {
            printer.prose("", 0, &format!("{start}  {name}"));
            let said = [id, sentence, seen].map(String::as_str);
            let said: Vec<&str> = said.into_iter().filter(|part| !part.is_empty()).collect();
            printer.prose(BELOW, BELOW.len(), &said.join(" · "));
        }
    }
}
