//! Scheduling an interview through the one use-case, and looking at it.

use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::{Json, Named};
use super::caller::{Reader, Writer};
use super::problem::{BodyRefusals, Problem, Refusals};
use super::{Outcome, interview_id};
use crate::app::{App, AppError, InterviewJson, MailWish, Schedule};
use crate::domain::draft::Draft;

/// Octets of an idempotency key.
const LONGEST_KEY: usize = 255;

/// An interview to be scheduled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewInterview {
    #[schema(required = true, nullable = false, max_length = 200, min_length = 1)]
    candidate_name: Option<String>,
    /// Where the invitation goes.
    #[schema(required = true, nullable = false, format = "email", max_length = 200)]
    candidate_email: Option<String>,
    #[schema(required = true, nullable = false, max_length = 200, min_length = 1)]
    role: Option<String>,
    /// The start, in the future: RFC 3339, or without an offset a wall time in `zone`. It is never made up.
    #[schema(required = true, nullable = false, format = "date-time")]
    starts_at: Option<String>,
    /// IANA name of the interview's zone; `schedule.zone` of the configuration unless said.
    zone: Option<String>,
    /// IANA name of the candidate's zone.
    candidate_zone: Option<String>,
    #[schema(minimum = 5, maximum = 720)]
    duration_minutes: Option<u16>,
    round: Option<String>,
    kind: Option<String>,
    /// `Name <address>` each.
    #[serde(default)]
    interviewers: Vec<String>,
    meeting_url: Option<String>,
    company: Option<String>,
    /// Who owns it: a name, an address or `Name <address>`.
    recruiter: Option<String>,
    /// What the candidate should prepare; stands in the mail.
    #[schema(max_length = 4000)]
    note: Option<String>,
    /// Whether to mail the invitation.
    #[serde(default = "yes")]
    #[schema(default = true)]
    send: bool,
    /// Schedule it even if this address has an interview at that time already.
    #[serde(default)]
    again: bool,
}

const fn yes() -> bool {
    true
}

/// Schedule an interview
///
/// The same as the dashboard and the command line do: interview, link and invitation are kept together, or nothing is.
/// Answers once that is done; the mail leaves after it, and `GET` tells what became of it. With an `Idempotency-Key` a
/// repeated request is answered with the first one's result (200), also when it fails to be new otherwise; the keys of one
/// token's name never meet those of another.
#[utoipa::path(post, path = "/api/interviews/", tag = "interviews", request_body = NewInterview, security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request safe")),
    responses(
        (status = 201, description = "Scheduled; the mail is queued", body = Outcome,
            headers(("location" = String, description = "The interview"))),
        (status = 200, description = "Scheduled before, with this idempotency key", body = Outcome),
        Refusals,
        BodyRefusals,
    ))]
pub(super) async fn schedule(
    Writer(app): Writer,
    headers: HeaderMap,
    Json(new): Json<NewInterview>,
) -> Result<Response, Problem> {
    let mail = if new.send {
        MailWish::Now
    } else {
        MailWish::No
    };
    let scheduled = app
        .schedule(Schedule {
            again: new.again,
            draft: new.into_draft()?,
            mail,
            idempotency_key: idempotency_key(&headers, &app)?,
        })
        .await?;
    let outcome = Outcome::new(&app, &scheduled.row, scheduled.delivery.as_ref())
        .await?
        .noting(&scheduled.notices);
    if scheduled.repeated {
        return Ok(axum::Json(outcome).into_response());
    }
    let base = app.config().links.base_url.path();
    let location = format!("{base}/api/interviews/{}/", scheduled.row.id());
    let location = [(LOCATION, location)];
    Ok((StatusCode::CREATED, location, axum::Json(outcome)).into_response())
}

impl NewInterview {
    fn into_draft(self) -> Result<Draft, Problem> {
        let at = self.starts_at.unwrap_or_default();
        // A program must not depend on what "tomorrow" is to a person.
        let exact = at.trim().is_empty()
            || at.parse::<Timestamp>().is_ok()
            || at.parse::<jiff::civil::DateTime>().is_ok();
        if !exact {
            return Err(Problem::field(
                "starts_at",
                "must be RFC 3339, such as 2031-03-05T15:00:00Z; without an offset it is a wall time in zone",
            ));
        }
        if let Some(listed) = self.interviewers.iter().find(|one| one.trim().is_empty()) {
            return Err(Problem::field(
                "interviewers",
                format!("{listed:?} is not an interviewer; write each as \"Name <address>\""),
            ));
        }
        let text = Option::unwrap_or_default;
        Ok(Draft {
            candidate: text(self.candidate_name),
            email: text(self.candidate_email),
            role: text(self.role),
            at,
            zone: text(self.zone),
            candidate_zone: text(self.candidate_zone),
            duration: self
                .duration_minutes
                .map(|minutes| format!("{minutes}m"))
                .unwrap_or_default(),
            round: text(self.round),
            kind: text(self.kind),
            interviewers: self.interviewers.join(", "),
            meeting_url: text(self.meeting_url),
            company: text(self.company),
            recruiter: text(self.recruiter),
            note: text(self.note),
            fold: None,
        })
    }
}

// Under the name of the token: two systems may count from 1 both.
fn idempotency_key(headers: &HeaderMap, app: &App) -> Result<Option<String>, Problem> {
    let Some(given) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = given.to_str().map(str::trim).unwrap_or_default();
    if key.is_empty() || key.len() > LONGEST_KEY {
        return Err(Problem::field(
            "idempotency_key",
            format!("must be 1 to {LONGEST_KEY} visible characters"),
        ));
    }
    Ok(Some(format!("{}: {key}", app.actor())))
}

/// Show an interview
#[utoipa::path(get, path = "/api/interviews/{id}/", tag = "interviews", security(("bearer" = [])),
    params(("id" = String, Path, description = "The interview")),
    responses(
        (status = 200, description = "The interview as it stands now", body = InterviewJson),
        Refusals,
    ))]
pub(super) async fn show(
    Reader(app): Reader,
    Named(id): Named,
) -> Result<axum::Json<InterviewJson>, Problem> {
    let id = interview_id(&id)?;
    let dossier = app.details(id).await?.ok_or(AppError::NoInterview(id))?;
    Ok(axum::Json(app.interview_json(&dossier.row)))
}
