//! `greenroom new`: the one action.

use std::slice;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::printer::Printer;
use super::{Exit, Failure, astray, next_steps, wait};
use crate::app::{
    App, Delivery, DeliveryJson, InterviewJson, MailWish, Preview, Row, Schedule, Scheduled,
};
use crate::domain::draft::{Details, Draft};
use crate::domain::ids::InterviewId;
use crate::domain::interview::Interview;
use crate::domain::verdict::Facts;
use crate::domain::when::{self, Fold};

/// Schedule an interview, make its link and send the invitation
///
/// Saves the interview, makes the link that lets the candidate in, and mails the invitation: all of it, or nothing. What
/// was understood is said in full before anything is sent. Ends with 0 once a mail server accepted the mail (or it was
/// stored on this machine), and with 1 when the first attempt led to something else.
#[derive(Debug, Args)]
#[command(
    override_usage = "greenroom new --candidate NAME --email ADDRESS --role ROLE --at WHEN [OPTIONS]"
)]
#[command(after_help = "\
WHEN is read in the interview's zone:
  2031-05-06 14:30         that day, at that time
  14:30                    the next time it is 14:30
  tomorrow at 3pm, tue 15:00, friday 10am, in 2 days 16:00
  fri 3pm theirs           on the candidate's clock
  fri 3pm Asia/Tokyo       on another one
  2031-05-06T14:30+02:00   an exact instant

Example:
  greenroom new --candidate 'Ada Lovelace' --email ada@example.org \\
      --role Engineer --at 'tomorrow at 3pm' --zone Europe/London")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct New {
    /// Whom the interview is with
    #[arg(
        long,
        value_name = "NAME",
        default_value = "",
        hide_default_value = true
    )]
    candidate: String,
    /// Where the invitation goes
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "",
        hide_default_value = true
    )]
    email: String,
    /// What the interview is for
    #[arg(long, default_value = "", hide_default_value = true)]
    role: String,
    /// When it starts
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "",
        hide_default_value = true
    )]
    at: String,
    /// The zone of the interview, such as Europe/London [default: schedule.zone, else this machine's]
    #[arg(
        long,
        value_name = "IANA",
        default_value = "",
        hide_default_value = true
    )]
    zone: String,
    /// The candidate's zone, if it is another one
    #[arg(
        long,
        value_name = "IANA",
        default_value = "",
        hide_default_value = true
    )]
    candidate_zone: String,
    /// How long it lasts, such as 45m or 1h30m; 5 minutes to 12 hours [default: schedule.duration]
    #[arg(long, default_value = "", hide_default_value = true)]
    duration: String,
    /// Who is hiring [default: company.name]
    #[arg(long, default_value = "", hide_default_value = true)]
    company: String,
    /// Which round it is, such as first or final
    #[arg(long, default_value = "", hide_default_value = true)]
    round: String,
    /// What kind of interview it is, such as technical
    #[arg(long, default_value = "", hide_default_value = true)]
    kind: String,
    /// Who holds it, as `Name <address>`; may be given several times
    #[arg(long = "interviewer", value_name = "'NAME <ADDRESS>'")]
    interviewers: Vec<String>,
    /// Where it is held
    #[arg(
        long,
        value_name = "URL",
        default_value = "",
        hide_default_value = true
    )]
    meeting_url: String,
    /// What the candidate should prepare; stands in the mail
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true,
        allow_hyphen_values = true
    )]
    note: String,
    /// Who owns it, as a name, an address or `Name <address>` [default: user.name and user.email]
    #[arg(long, default_value = "", hide_default_value = true)]
    recruiter: String,
    /// Which one is meant when the clocks are set back and a time occurs twice
    #[arg(long)]
    fold: Option<FoldName>,
    /// Schedule it even if this address has an interview at that time already
    #[arg(long)]
    again: bool,
    /// Make a repeated command return the first one's result instead of doing it twice
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    /// Save it and make the link, but mail nobody
    #[arg(long)]
    no_send: bool,
    /// Say what was understood and show the mail, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Print {"interview": …, "delivery": …}
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FoldName {
    /// The earlier one, before the clocks are set back.
    First,
    /// The later one.
    Second,
}

/// The result for programs.
#[derive(Serialize)]
struct AsJson {
    /// Nothing was saved: the id is a sample.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
    interview: InterviewJson,
    delivery: Option<DeliveryJson>,
}

impl New {
    fn draft(&self) -> Draft {
        let text = |text: &String| text.trim().to_owned();
        Draft {
            candidate: text(&self.candidate),
            email: text(&self.email),
            role: text(&self.role),
            at: text(&self.at),
            zone: text(&self.zone),
            candidate_zone: text(&self.candidate_zone),
            duration: text(&self.duration),
            round: text(&self.round),
            kind: text(&self.kind),
            interviewers: self.interviewers.join(", "),
            meeting_url: text(&self.meeting_url),
            company: text(&self.company),
            recruiter: text(&self.recruiter),
            note: text(&self.note),
            fold: self.fold.map(|fold| match fold {
                FoldName::First => Fold::First,
                FoldName::Second => Fold::Second,
            }),
        }
    }

    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let draft = self.draft();
        // A repeated command is answered with its first result, even when its start has come meanwhile.
        match app.check(&draft) {
            Ok(details) => say_what_was_understood(&details, app, printer),
            Err(refused) if self.idempotency_key.is_none() || self.dry_run => {
                return Err(refused.into());
            }
            Err(_) => {}
        }
        for notice in app.notices(&draft) {
            printer.remark(&format!("{}: {}", notice.field.name(), notice.message));
        }
        if !self.no_send {
            astray::remark(app, printer).await?;
        }
        if self.dry_run {
            return self.rehearse(&draft, app, printer);
        }
        let mail = if self.no_send {
            MailWish::No
        } else {
            MailWish::Now
        };
        let request = Schedule {
            draft,
            mail,
            idempotency_key: self.idempotency_key.clone(),
            again: self.again,
        };
        let scheduled = app.schedule(request).await?;
        let delivery = match &scheduled.delivery {
            Some(delivery) => Some(wait::for_first_attempt(app, delivery, printer).await?),
            None => None,
        };
        // The mail's outcome is part of what is true of the interview now.
        let row = app
            .details(scheduled.row.id())
            .await?
            .map_or_else(|| scheduled.row.clone(), |dossier| dossier.row);
        if self.json {
            let delivery = delivery.as_ref().map(DeliveryJson::from);
            printer.json(&AsJson {
                dry_run: false,
                interview: app.interview_json(&row),
                delivery,
            });
        } else {
            say_what_happened(&scheduled, &row, delivery.as_ref(), app, printer).await?;
        }
        Ok(if delivery.as_ref().is_none_or(wait::has_left) {
            Exit::Done
        } else {
            Exit::Findings
        })
    }

    // What would be saved and mailed; nothing is.
    fn rehearse(&self, draft: &Draft, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let (bytes, details) = match app.preview(draft) {
            Preview::Mail { bytes, details } => (bytes, details),
            Preview::Refused(refusals) => {
                return Err(Failure {
                    exit: Exit::BadInput,
                    problems: refusals.iter().map(ToString::to_string).collect(),
                });
            }
            Preview::Blocked(precondition) if !self.no_send => {
                return Err(Failure::environment(precondition));
            }
            Preview::Blocked(_) => {
                printer.remark("Nothing was saved.");
                return Ok(Exit::Done);
            }
        };
        if self.json {
            let interview =
                Interview::new(InterviewId::new(uuid::Uuid::nil()), *details, app.now());
            let facts = Facts::NONE;
            let interview = app.interview_json(&Row { interview, facts });
            printer.json(&AsJson {
                dry_run: true,
                interview,
                delivery: None,
            });
        } else if !self.no_send {
            printer.remark("The mail as it would be, with a sample for a key:");
            super::preview::print_rendered(&bytes, printer);
        }
        printer.remark("Nothing was saved, and nothing mailed.");
        Ok(Exit::Done)
    }
}

// Day, both clocks, zone and how far ahead: before anything is sent, to standard error.
fn say_what_was_understood(details: &Details, app: &App, printer: &mut Printer) {
    let echo = when::echo(
        details.starts_at,
        &details.zone,
        details.candidate_zone.as_ref(),
        app.now(),
    );
    let name = &details.candidate_name;
    printer.remark(&format!(
        "{name} <{}>, {}, {}",
        details.candidate_email.display(),
        details.role,
        details.duration
    ));
    printer.remark(&echo.ours);
    if let Some(theirs) = echo.theirs {
        printer.remark(&theirs);
    }
}

async fn say_what_happened(
    scheduled: &Scheduled,
    row: &Row,
    delivery: Option<&Delivery>,
    app: &App,
    printer: &mut Printer,
) -> Result<(), Failure> {
    if scheduled.repeated {
        printer.line("This was done before under the same key; nothing was done again.");
    }
    printer.line(&format!("Interview {}", row.id()));
    if let Some(link) = app.join_link(row) {
        printer.line(&format!("Link      {}", link.expose()));
    }
    let mail = delivery.map_or_else(
        || "nobody was mailed".to_owned(),
        |delivery| wait::outcome(delivery, app),
    );
    printer.prose("Mail      ", 10, &mail);
    if let Some(delivery) = delivery {
        next_steps::say(slice::from_ref(delivery), "          ", app, printer).await?;
    }
    Ok(())
}
