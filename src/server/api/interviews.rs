//! Looking at interviews, and scheduling them through the one use-case.

use axum::extract::RawQuery;
use axum::http::header::{LINK, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;
use utoipa::{IntoParams, ToSchema};

use super::body::{Json, Named};
use super::caller::{Reader, Writer};
use super::problem::{BodyRefusals, Fault, Problem, Refusals};
use super::{Outcome, interview_id};
use crate::app::{App, AppError, From, InterviewJson, MailWish, Position, Schedule};
use crate::domain::draft::Draft;
use crate::domain::filter::Filter;

/// Interviews in one answer, unless said.
const USUAL: usize = 100;
/// Interviews in one answer at most.
const MOST: usize = 500;
/// Octets of an idempotency key.
const LONGEST_KEY: usize = 255;

/// Which interviews are wanted.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "describes what `Wanted::read` takes apart by hand, to name every slip"
)]
pub(super) struct ListParameters {
    /// A filter in the language of lists, such as `link:missing when:tomorrow ada`; everything without one.
    filter: Option<String>,
    /// Where to go on: `next` of the answer before.
    cursor: Option<String>,
    /// How many at most.
    #[param(minimum = 1, maximum = 500, default = 100)]
    limit: Option<u16>,
}

/// A part of the list.
#[derive(Serialize, ToSchema)]
pub(super) struct InterviewList {
    /// The interviews, soonest first; then those without a time, then what is over.
    interviews: Vec<InterviewJson>,
    /// The cursor with which the list goes on; null at its end.
    #[schema(required = true)]
    next: Option<String>,
}

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

/// List interviews
#[utoipa::path(get, path = "/api/interviews/", tag = "interviews", params(ListParameters), security(("bearer" = [])),
    responses(
        (status = 200, description = "A part of the list", body = InterviewList,
            headers(("link" = String, description = "The next part, as rel=\"next\" (RFC 8288)"))),
        Refusals,
    ))]
pub(super) async fn list(
    Reader(app): Reader,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let wanted = Wanted::read(query.as_deref().unwrap_or_default())?;
    let window = app
        .window(&wanted.filter, wanted.from, wanted.limit)
        .await?;
    let next = window
        .rows
        .last()
        .filter(|_| window.more_after)
        .map(|row| cursor_of(&row.position(app.horizon())));
    let link = next.as_ref().and_then(|next| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("filter", &wanted.filter_text);
        query.append_pair("cursor", next);
        query.append_pair("limit", &wanted.limit.to_string());
        HeaderValue::from_str(&format!("<?{}>; rel=\"next\"", query.finish())).ok()
    });
    let list = InterviewList {
        interviews: window
            .rows
            .iter()
            .map(|row| app.interview_json(row))
            .collect(),
        next,
    };
    let mut response = axum::Json(list).into_response();
    if let Some(link) = link {
        response.headers_mut().insert(LINK, link);
    }
    Ok(response)
}

struct Wanted {
    filter: Filter,
    filter_text: String,
    from: From,
    limit: usize,
}

impl Wanted {
    fn read(query: &str) -> Result<Self, Problem> {
        let mut wanted = Self {
            filter: Filter::default(),
            filter_text: String::new(),
            from: From::Start,
            limit: USUAL,
        };
        let mut faults = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "filter" if value.trim().is_empty() => {}
                "filter" => match Filter::parse(&value) {
                    Ok(filter) => {
                        wanted.filter = filter;
                        wanted.filter_text = value.into_owned();
                    }
                    Err(error) => faults.push(Fault::new("filter", error.to_string())),
                },
                "cursor" => match position_of(&value) {
                    Some(position) => wanted.from = From::After(position),
                    None => faults.push(Fault::new("cursor", "is not the next of any list")),
                },
                "limit" => match value.parse() {
                    Ok(limit) if (1..=MOST).contains(&limit) => wanted.limit = limit,
                    _ => faults.push(Fault::new(
                        "limit",
                        format!("must be a number from 1 to {MOST}"),
                    )),
                },
                other => faults.push(Fault::new(other, "is not a parameter of this list")),
            }
        }
        if faults.is_empty() {
            Ok(wanted)
        } else {
            Err(Problem::fields(faults))
        }
    }
}

fn cursor_of(position: &Position) -> String {
    URL_SAFE_NO_PAD.encode(position.to_string())
}

fn position_of(cursor: &str) -> Option<Position> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    text.parse().ok()
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
