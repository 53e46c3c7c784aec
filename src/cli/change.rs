//! `greenroom extend`, `edit`, `complete`, `no-show`: what the link of one interview depends on. Naming its id is consent.
//!
//! Nobody is mailed by any of them, and each says what is true now.

use clap::Args;
use serde::Serialize;

use super::printer::Printer;
use super::{Exit, Failure, interview_id};
use crate::app::{App, AppError, Changed, InterviewJson};
use crate::domain::interview::MeetingUrl;

/// Which interview.
#[derive(Debug, Args)]
struct One {
    /// The id of the interview, as `greenroom list` shows it
    id: String,
    /// Print it as JSON, with the number of mails that were taken back
    #[arg(long)]
    json: bool,
}

/// Note that an interview took place; its link closes
#[derive(Debug, Args)]
pub struct Complete {
    #[command(flatten)]
    one: One,
}

/// Note that the candidate did not come; the link closes
#[derive(Debug, Args)]
pub struct NoShow {
    #[command(flatten)]
    one: One,
}

/// Let a link work earlier or longer; nobody is mailed
///
/// A window only ever grows: what it grants already stays. Another start ends the extension.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  greenroom extend 01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f --opens now
  greenroom extend 01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f --closes 1h
  greenroom extend 01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f --closes 'tomorrow 18:00'")]
pub struct Extend {
    #[command(flatten)]
    one: One,
    /// From when on it works: `now`, or a time in the zone of the interview
    #[arg(long, value_name = "WHEN", required_unless_present = "closes")]
    opens: Option<String>,
    /// Until when at least: so long from now (`1h`), or a time in the zone of the interview
    #[arg(long, value_name = "WHEN")]
    closes: Option<String>,
}

/// Say where the join button of an interview leads; nobody is mailed
///
/// Whoever has joined and waits at the door goes there by themselves.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  greenroom edit 01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f --meeting-url https://meet.acme.example/ada
  greenroom edit 01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f --meeting-url ''")]
pub struct Edit {
    #[command(flatten)]
    one: One,
    /// Where to meet; empty for nowhere: then the candidate waits until they are let in
    #[arg(long, value_name = "URL")]
    meeting_url: String,
}

impl Complete {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let changed = app.complete(interview_id(&self.one.id)?).await?;
        Ok(self.one.say(&changed, app, printer))
    }
}

impl NoShow {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let changed = app.no_show(interview_id(&self.one.id)?).await?;
        Ok(self.one.say(&changed, app, printer))
    }
}

impl Extend {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let id = interview_id(&self.one.id)?;
        let dossier = app.details(id).await?.ok_or(AppError::NoInterview(id))?;
        let interview = &dossier.row.interview;
        let wish = app
            .extension(interview, self.opens.as_deref(), self.closes.as_deref())
            .map_err(|(field, why)| Failure::input(format!("{field}: {why}")))?;
        let changed = app.extend(id, wish).await?;
        Ok(self.one.say(&changed, app, printer))
    }
}

impl Edit {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let id = interview_id(&self.one.id)?;
        let meeting_url = match self.meeting_url.trim() {
            "" => None,
            url => Some(
                MeetingUrl::parse(url)
                    .map_err(|error| Failure::input(format!("meeting-url: {error}")))?,
            ),
        };
        let changed = app.meet_at(id, meeting_url).await?;
        Ok(self.one.say(&changed, app, printer))
    }
}

/// A change for programs.
#[derive(Serialize)]
struct ChangedJson {
    interview: InterviewJson,
    withdrawn: usize,
}

impl One {
    fn say(&self, changed: &Changed, app: &App, printer: &mut Printer) -> Exit {
        if self.json {
            printer.json(&ChangedJson {
                interview: app.interview_json(&changed.row),
                withdrawn: changed.withdrawn,
            });
        } else {
            printer.line(&app.aftermath(changed));
        }
        Exit::Done
    }
}
