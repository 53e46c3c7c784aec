//! `/api/interviews/public/{link_token}/`: what the page of a link decides, as JSON, for whoever holds its token.

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use tokio::time::Instant;
use utoipa::{IntoResponses, ToSchema};

use super::body::Named;
use super::problem::Problem;
use crate::app::{Arrival, Join};
use crate::domain::access::AccessKind;
use crate::domain::door::Door;
use crate::domain::interview::MeetingUrl;
use crate::domain::session::{LinkToken, SessionKey};
use crate::server::Site;
use crate::server::client::Client;

/// Where a link stands, for the candidate.
#[derive(Serialize, ToSchema)]
pub(super) struct Standing {
    /// `unscheduled`, `not_yet_open`, `open`, `joined`, `waiting` or `admitted`.
    door: &'static str,
    candidate_name: String,
    role: String,
    #[schema(required = true)]
    company: Option<String>,
    #[schema(required = true)]
    starts_at: Option<Timestamp>,
    zone: String,
    #[schema(required = true)]
    candidate_zone: Option<String>,
    duration_minutes: u16,
    /// When the link begins to admit.
    #[schema(required = true)]
    opens_at: Option<Timestamp>,
    /// When it ends to.
    #[schema(required = true)]
    closes_at: Option<Timestamp>,
    /// The server's time, by which the door opens.
    now: Timestamp,
    #[schema(required = true)]
    joined_at: Option<Timestamp>,
    #[schema(required = true)]
    admitted_at: Option<Timestamp>,
    /// Where the interview is held; told once the candidate has joined.
    #[schema(required = true)]
    meeting_url: Option<String>,
}

impl Standing {
    fn of(arrival: &Arrival) -> Self {
        let interview = &arrival.row.interview;
        let (opens_at, closes_at) = arrival.window.unzip();
        let meeting = interview.meeting_url.as_ref();
        Self {
            door: arrival.door().name(),
            candidate_name: interview.candidate_name.clone(),
            role: interview.role.clone(),
            company: interview.company.clone(),
            starts_at: interview.starts_at,
            zone: interview.zone.name().to_owned(),
            candidate_zone: interview
                .candidate_zone
                .as_ref()
                .map(|zone| zone.name().to_owned()),
            duration_minutes: interview.duration.minutes(),
            opens_at,
            closes_at,
            now: arrival.now,
            joined_at: interview.joined_at,
            admitted_at: interview.admitted_at,
            meeting_url: meeting
                .filter(|_| arrival.door() == Door::Joined)
                .map(MeetingUrl::as_str)
                .map(str::to_owned),
        }
    }
}

/// What may be answered to every token.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes what `dead` and the store answer")]
enum DeadEnds {
    /// No link that works
    #[response(status = 404, content_type = "application/problem+json")]
    Unknown(Problem),
    /// Too many links that don't work
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(Problem),
    /// The machine stands in the way
    #[response(status = 503, content_type = "application/problem+json")]
    Environment(Problem),
}

/// Show where a link stands
///
/// Changes nothing, and is no view of the page: programs ask again and again. A token that is unknown and one whose link was revoked are answered the same, and as late.
#[utoipa::path(get, path = "/api/interviews/public/{link_token}/", tag = "public", operation_id = "standing",
    params(("link_token" = String, Path, description = "`link_token` of the answers that make a link")),
    responses(
        (status = 200, description = "The link is good; `door` says for what", body = Standing),
        (status = 410, description = "Cancelled or over", body = Problem, content_type = "application/problem+json"),
        DeadEnds,
    ))]
pub(super) async fn show(
    State(site): State<Site>,
    client: Client,
    Named(token): Named,
) -> Result<axum::Json<Standing>, Problem> {
    let asked = Instant::now();
    let arrival = match key(&site, token).await? {
        Some(key) => site.app.arrival(key).await?,
        None => None,
    };
    match arrival {
        Some(arrival) if arrival.door() != Door::Dead => match closed(arrival.door()) {
            Some(why) => Err(Problem::at_the_door(StatusCode::GONE, arrival.door(), why)),
            None => Ok(axum::Json(Standing::of(&arrival))),
        },
        _ => Err(dead(&site, client, asked).await),
    }
}

/// Join
///
/// Records that the candidate is here, once; asking again is no error. `meeting_url` says where to go on, if it is known.
#[utoipa::path(post, path = "/api/interviews/public/{link_token}/", tag = "public", operation_id = "join",
    params(("link_token" = String, Path, description = "`link_token` of the answers that make a link")),
    responses(
        (status = 200, description = "The candidate is in", body = Standing),
        (status = 403, description = "The link does not admit now; `door` says why. Nothing was changed", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Too large", body = Problem, content_type = "application/problem+json"),
        DeadEnds,
    ))]
pub(super) async fn join(
    State(site): State<Site>,
    client: Client,
    Named(token): Named,
) -> Result<axum::Json<Standing>, Problem> {
    let asked = Instant::now();
    let joined = match key(&site, token).await? {
        Some(key) => site.app.join(key).await?,
        None => Join::Unknown,
    };
    match joined {
        Join::Joined(arrival) => {
            site.note(&arrival, AccessKind::Join);
            Ok(axum::Json(Standing::of(&arrival)))
        }
        Join::Refused(arrival) => {
            site.note(&arrival, AccessKind::Join);
            match arrival.door() {
                Door::Dead => Err(dead(&site, client, asked).await),
                door => Err(Problem::at_the_door(
                    StatusCode::FORBIDDEN,
                    door,
                    shut(door),
                )),
            }
        }
        Join::Unknown => Err(dead(&site, client, asked).await),
    }
}

async fn key(site: &Site, token: String) -> Result<Option<SessionKey>, Problem> {
    let token = LinkToken::from_client(token);
    Ok(site.app.key_of_token(&token).await?)
}

const fn closed(door: Door) -> Option<&'static str> {
    match door {
        Door::Cancelled => Some("the interview was cancelled"),
        Door::Expired => Some("the interview is over, and its link has closed"),
        _ => None,
    }
}

fn shut(door: Door) -> &'static str {
    closed(door).unwrap_or(match door {
        Door::Unscheduled => "the interview has no time yet; nothing was changed",
        _ => "the door is not open yet; nothing was changed",
    })
}

async fn dead(site: &Site, client: Client, asked: Instant) -> Problem {
    match site.dead_end(client, asked).await {
        Some(wait) => Problem::too_many(wait),
        None => Problem::missing("this link doesn't work or was replaced"),
    }
}
