//! `greenroom erase`: forgets whom an interview was with.

use clap::Args;
use serde::Serialize;

use super::printer::Printer;
use super::{Exit, Failure, ask, interview_id};
use crate::app::{App, Dossier, Erased};
use crate::domain::ids::InterviewId;
use crate::domain::text::counted;
use crate::domain::when;

/// Erase a candidate: name, address, note, links, mails and ledger of an interview. This can't be undone
///
/// They are gone from the database with its log, free pages and search index, and from the mailbox on this machine. The
/// timeline keeps that something happened, when and by whom, not to whom. The link is dead, and nobody is told: cancel
/// first whom you want to tell. Mail that has not left is taken back. The database is rewritten as a whole: with very
/// many interviews that takes a while, in which others can read but not change anything.
///
/// Out of reach are mails that have left, backups, exports, and files written by `show --evidence`, `audit --html` or
/// `--save-plan`. If something may remain, it is said (exit code 1); erasing the same id again finishes it.
#[derive(Debug, Args)]
pub struct Erase {
    /// The id of the interview, as `greenroom list` shows it
    id: String,
    /// Erase without asking
    #[arg(long)]
    yes: bool,
    /// Print what was done as JSON
    #[arg(long)]
    json: bool,
}

impl Erase {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let id = interview_id(&self.id)?;
        if !self.yes && !self.agreed(id, app, printer).await? {
            printer.remark("Nothing was erased.");
            return Ok(Exit::Done);
        }
        let erased = app.erase(id).await?;
        if self.json {
            printer.json(&ErasedJson::of(id, &erased));
        } else {
            say(id, &erased, printer);
        }
        if let Some(why) = &erased.traces {
            printer.problem(&format!(
                "the interview is erased, but traces of it may remain in the free pages or the log of the database: {why}. \
                 Run greenroom erase {id} again to finish"
            ));
            return Ok(Exit::Findings);
        }
        Ok(Exit::Done)
    }

    // What can't be undone is asked for, even for one id.
    async fn agreed(
        &self,
        id: InterviewId,
        app: &App,
        printer: &mut Printer,
    ) -> Result<bool, Failure> {
        if !ask::can_ask() {
            return Err(Failure::input(
                "yes: what is erased can't be brought back, and there is no terminal to ask at; say --yes to erase it",
            ));
        }
        let dossier = app.details(id).await?;
        printer.remark(&match &dossier {
            Some(dossier) => who(dossier, app),
            // Erased or removed before, or never there: erasing tells them apart.
            None => {
                format!("Interview {id} is gone already; what is left of it would be cleaned up.")
            }
        });
        Ok(ask::consent("erase", 1, printer))
    }
}

fn who(dossier: &Dossier, app: &App) -> String {
    let interview = &dossier.row.interview;
    let at = interview.starts_at.map_or_else(
        || "no time yet".to_owned(),
        |start| when::moment_in_full(start, &interview.zone, app.now()),
    );
    let mails = dossier.deliveries.len();
    format!(
        "{}, {}, {at}, with {}: all of it goes, and can't be brought back.",
        interview.candidate_name,
        interview.role,
        counted(mails, "mail")
    )
}

fn say(id: InterviewId, erased: &Erased, printer: &mut Printer) {
    if erased.already {
        printer.line(&format!(
            "Interview {id} was erased before; what was left of it was cleaned up."
        ));
    } else {
        printer.line(&format!(
            "Erased: interview {id}. Its timeline keeps that something happened, not to whom."
        ));
    }
    printer.line(&format!(
        "Kept: {} of its timeline, which name nobody; greenroom show {id}",
        counted(erased.kept, "line")
    ));
    if erased.withdrawn > 0 {
        printer.line(&format!(
            "{} had not left and will not.",
            counted(erased.withdrawn, "mail")
        ));
    }
    if erased.files > 0 {
        printer.line(&format!(
            "{} removed from the mailbox on this machine.",
            counted(erased.files, "mail")
        ));
    }
    for other in &erased.others {
        printer.line(&format!(
            "The same address stands on another interview: greenroom erase {other}"
        ));
    }
    printer.remark(
        "Out of reach: mails that have left, backups, exports, and other files that were written for you.",
    );
}

/// What was erased, for programs.
#[derive(Serialize)]
struct ErasedJson<'a> {
    id: String,
    already: bool,
    withdrawn: usize,
    mailbox_files: usize,
    timeline_kept: usize,
    same_address: Vec<String>,
    traces: Option<&'a str>,
}

impl<'a> ErasedJson<'a> {
    fn of(id: InterviewId, erased: &'a Erased) -> Self {
        Self {
            id: id.to_string(),
            already: erased.already,
            withdrawn: erased.withdrawn,
            mailbox_files: erased.files,
            timeline_kept: erased.kept,
            same_address: erased.others.iter().map(ToString::to_string).collect(),
            traces: erased.traces.as_deref(),
        }
    }
}
