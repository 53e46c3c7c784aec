//! `greenroom show`: one interview, its mails and what happened to it.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::printer::Printer;
use super::{Exit, Failure, evidence, interview_id, wait};
use crate::app::{App, DeliveryJson, Dossier, InterviewJson};
use crate::domain::access::{self, Access};
use crate::domain::event::{Event, EventKind};
use crate::domain::ids::InterviewId;
use crate::domain::interview::Status;
use crate::domain::when::{self, Zone};

/// Looks at the link that are shown.
const NEWEST_LOOKS: usize = 10;
/// Columns before the value of a field.
const FIELD: usize = 14;
/// Columns before what has no room in the line of a timeline.
const BELOW: usize = 6;

/// Show one interview, its mails and its timeline
#[derive(Debug, Args)]
pub struct Show {
    /// The id of the interview, as `greenroom list` shows it
    id: String,
    /// Print it as JSON, with its deliveries and its timeline
    #[arg(long)]
    json: bool,
    /// Write its mails, replies and timeline into a directory, for a manager; overwrites nothing
    #[arg(long, value_name = "DIR")]
    evidence: Option<PathBuf>,
}

impl Show {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let id = interview_id(&self.id)?;
        let Some(dossier) = app.details(id).await? else {
            return self.gone(id, app, printer).await;
        };
        let json = AsJson::of(&dossier, app);
        if let Some(directory) = &self.evidence {
            let text = serde_json::to_string_pretty(&json).map_err(Failure::environment)?;
            let files = evidence::write(directory, &dossier, &text, app).await?;
            printer.remark(&format!("{files} files written to {}", directory.display()));
        }
        if self.json {
            printer.json(&json);
        } else if self.evidence.is_none() {
            say(&dossier, app, printer);
        }
        Ok(Exit::Done)
    }

    // Of an interview that was erased or removed, its timeline is left.
    async fn gone(
        &self,
        id: InterviewId,
        app: &App,
        printer: &mut Printer,
    ) -> Result<Exit, Failure> {
        let events = app.left_of(id).await?;
        if self.evidence.is_some() {
            return Err(Failure::input(format!(
                "evidence: interview {id} is gone, and its mails with it; greenroom show {id} tells what happened"
            )));
        }
        if self.json {
            printer.json(&GoneJson {
                id: id.to_string(),
                erased: events.iter().any(|event| event.kind == EventKind::Erased),
                timeline: events.iter().map(EventJson::from).collect(),
            });
            return Ok(Exit::Done);
        }
        printer.line(&format!(
            "Interview {id} is gone. What happened to it is kept, not to whom."
        ));
        let zone = app.config().list_zone();
        timeline(&events, &zone, printer);
        Ok(Exit::Done)
    }
}

/// What is left of an interview that is gone.
#[derive(Serialize)]
struct GoneJson<'a> {
    id: String,
    erased: bool,
    timeline: Vec<EventJson<'a>>,
}

/// An interview for programs, with all that happened to it.
#[derive(Serialize)]
struct AsJson<'a> {
    #[serde(flatten)]
    interview: InterviewJson,
    note: Option<&'a str>,
    deliveries: Vec<DeliveryJson>,
    timeline: Vec<EventJson<'a>>,
    accesses: Vec<AccessJson>,
}

/// Who looked at the link, newest first.
#[derive(Serialize)]
struct AccessJson {
    at: jiff::Timestamp,
    kind: &'static str,
    /// What the page said.
    page: &'static str,
    opens_at: Option<jiff::Timestamp>,
}

#[derive(Serialize)]
struct EventJson<'a> {
    at: jiff::Timestamp,
    actor: &'a str,
    event: &'static str,
    detail: &'a str,
}

impl<'a> From<&'a Event> for EventJson<'a> {
    fn from(event: &'a Event) -> Self {
        Self {
            at: event.at,
            actor: &event.actor,
            event: event.kind.name(),
            detail: &event.detail,
        }
    }
}

impl<'a> AsJson<'a> {
    fn of(dossier: &'a Dossier, app: &App) -> Self {
        Self {
            interview: app.interview_json(&dossier.row),
            note: dossier.row.interview.note.as_deref(),
            deliveries: dossier.deliveries.iter().map(DeliveryJson::from).collect(),
            timeline: dossier.events.iter().map(EventJson::from).collect(),
            accesses: dossier.accesses.iter().map(AccessJson::from).collect(),
        }
    }
}

impl From<&Access> for AccessJson {
    fn from(access: &Access) -> Self {
        Self {
            at: access.at,
            kind: access.kind.name(),
            page: access.door.name(),
            opens_at: access.opens_at,
        }
    }
}

fn say(dossier: &Dossier, app: &App, printer: &mut Printer) {
    let (row, now) = (&dossier.row, app.now());
    let interview = &row.interview;
    let reason = row.reason(&app.access_window(), now);
    let field = |printer: &mut Printer, name: &str, value: &str| {
        for (number, line) in value.lines().enumerate() {
            let name = if number == 0 { name } else { "" };
            printer.prose(&format!("{name:<13} "), FIELD, line);
        }
    };
    let maybe = |value: &Option<String>| value.clone().unwrap_or_default();

    let whom = interview.candidate_email.as_ref().map_or_else(
        || interview.candidate_name.clone(),
        |email| format!("{} <{}>", interview.candidate_name, email.display()),
    );
    printer.prose("", 0, &whom);
    printer.prose("", 0, &reason.sentence_in_full(&interview.zone, now));
    printer.line("");
    field(printer, "Role", &interview.role);
    match interview.starts_at {
        Some(start) => {
            let clocks =
                when::both_clocks(start, &interview.zone, interview.candidate_zone.as_ref());
            field(
                printer,
                "When",
                &format!(
                    "{}, {}",
                    clocks.ours,
                    when::relative(start, &interview.zone, now)
                ),
            );
            field(printer, "Theirs", &clocks.theirs.unwrap_or_default());
            // A link that lets nobody in works at no time.
            let works = app.join_link(row).is_some() && interview.status == Status::Scheduled;
            if let Some((opens, closes)) = app.access_window().of(interview).filter(|_| works) {
                let clock = |at| when::day_and_time(at, &interview.zone);
                field(
                    printer,
                    "Link works",
                    &format!("{} to {}", clock(opens), clock(closes)),
                );
            }
        }
        None => field(printer, "When", "no time yet"),
    }
    field(printer, "Duration", &interview.duration.to_string());
    field(printer, "Status", interview.status.name());
    let link = app.join_link(row);
    field(
        printer,
        "Link",
        &link.map_or_else(|| "no link".to_owned(), |link| link.expose()),
    );
    field(printer, "Company", &maybe(&interview.company));
    field(printer, "Round", &maybe(&interview.round));
    field(printer, "Kind", &maybe(&interview.kind));
    for interviewer in &interview.interviewers {
        field(printer, "Interviewer", &interviewer.to_string());
    }
    field(
        printer,
        "Meeting",
        interview
            .meeting_url
            .as_ref()
            .map_or("", |url| url.as_str()),
    );
    field(printer, "Recruiter", &interview.recruiter.label());
    field(printer, "Note", &maybe(&interview.note));
    field(printer, "Id", &interview.id.to_string());
    if !dossier.deliveries.is_empty() {
        printer.line("");
        printer.line(&format!("Mail ({})", interview.zone.name()));
        for delivery in &dossier.deliveries {
            let since = when::day_and_time(delivery.since, &interview.zone);
            printer.line(&format!(
                "  {since}  {} {}",
                delivery.kind.name(),
                wait::outcome(delivery, app)
            ));
        }
    }
    looks(dossier, now, printer);
    timeline(&dossier.events, &interview.zone, printer);
}

fn timeline(events: &[Event], zone: &Zone, printer: &mut Printer) {
    printer.line("");
    printer.line(&format!("Timeline ({})", zone.name()));
    for event in events {
        let at = when::day_and_time(event.at, zone);
        let detail = if event.detail.is_empty() {
            String::new()
        } else {
            format!(": {}", event.detail)
        };
        let words = format!("{at}  {}{detail} ({})", event.kind.words(), event.actor);
        printer.prose("  ", BELOW, &words);
    }
}

/// Whether the candidate looked, and what they saw.
fn looks(dossier: &Dossier, now: jiff::Timestamp, printer: &mut Printer) {
    let interview = &dossier.row.interview;
    let zone = &interview.zone;
    let Some(summary) = access::summary_in_full(&dossier.accesses, interview.joined_at, zone, now)
    else {
        return;
    };
    printer.line("");
    printer.line(&format!("Join page ({}): {summary}", zone.name()));
    for access in dossier.accesses.iter().take(NEWEST_LOOKS) {
        printer.line(&format!("  {}", access.words_in_full(zone, now)));
    }
}
