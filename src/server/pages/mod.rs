//! What a candidate sees: one page for each state of a link, and the button that joins.
//!
//! GET and HEAD change nothing but the access ledger. A key that nobody has and one that was revoked take the same way, and
//! the same time.

mod join;
mod old_links;
mod paper;
mod view;

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use axum::response::IntoResponse as _;
use axum::routing::{MethodRouter, get};
use serde::Serialize;
use tokio::time::{Instant, sleep_until};
use url::form_urlencoded;

pub use paper::PageError;

use self::paper::{Page, Paper};
use self::view::View;
use super::Site;
use super::client::{Client, kind_of_access};
use crate::app::{AppError, Arrival};
use crate::domain::access::{Access, AccessKind};
use crate::domain::door::Door;
use crate::domain::session::SessionKey;
use crate::render::templates::Templates;

/// A link that doesn't work is answered a multiple of this after it was asked for: longer than a look into the database,
/// so that the time says nothing about why.
const DEAD_ANSWERS: Duration = Duration::from_millis(40);
/// When to come back after a failure here, in seconds.
const TROUBLE_PASSES: u64 = 30;

/// The pages of a site, their templates checked.
pub(super) struct Pages(Paper);

impl Pages {
    pub(super) fn new(templates: &Templates) -> Result<Self, PageError> {
        Paper::check(templates).map(Self)
    }
}

/// Tries the templates of all pages.
///
/// # Errors
/// Names the first that can't make its page.
pub fn check_templates(templates: &Templates) -> Result<(), PageError> {
    Paper::check(templates).map(|_| ())
}

/// What is a page, and what leads to one.
pub(super) fn routes() -> [(&'static str, MethodRouter<Site>); 8] {
    let door = || get(show).post(join::join);
    [
        ("/interview", door()),
        ("/interview/", door()),
        ("/interview/{token}", get(old_links::token)),
        ("/interview/{token}/", get(old_links::token)),
        ("/interview_app", get(old_links::session)),
        ("/interview_app/", get(old_links::session)),
        ("/", get(old_links::session)),
        ("/robots.txt", get("User-agent: *\nDisallow: /\n")),
    ]
}

/// `GET /interview/?session_key=K`: where the link stands, as a page, or for its script as JSON.
async fn show(
    State(site): State<Site>,
    client: Client,
    method: Method,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response<Body> {
    let asked = Instant::now();
    let found = match key_in(query.as_deref()) {
        Some(key) => site
            .app
            .arrival(key)
            .await
            .map(|found| found.map(|found| (found, key))),
        None => Ok(None),
    };
    let (arrival, key) = match found {
        Ok(Some(found)) => found,
        Ok(None) => return site.dead(client, asked, &headers).await,
        Err(error) => return site.trouble(&error),
    };
    // Its script asks again and again, and is nobody who looks.
    if !wants_json(&headers) {
        let kind = match method {
            Method::HEAD => AccessKind::Prefetch,
            _ => kind_of_access(&headers),
        };
        site.note(&arrival, kind);
    }
    if arrival.door() == Door::Dead {
        return site.dead(client, asked, &headers).await;
    }
    if wants_json(&headers) {
        return Standing::of(&arrival).answer();
    }
    site.page(&arrival, key)
}

/// Gives what failed before or within a page (too slow a client, a panic) the page that says so kindly.
pub(super) async fn in_form(State(site): State<Site>, response: Response<Body>) -> Response<Body> {
    let status = response.status();
    let failed = status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT;
    if !failed || response.headers().contains_key(CONTENT_TYPE) {
        return response;
    }
    let mut page = site.plain(Page::Trouble);
    *page.status_mut() = status;
    page
}

/// What has no page of its own.
pub(super) async fn nowhere(State(site): State<Site>) -> Response<Body> {
    site.plain(Page::Of(Door::Dead))
}

impl Site {
    /// The page of an interview's door.
    fn page(&self, arrival: &Arrival, key: SessionKey) -> Response<Body> {
        let view = View::of(&self.app, arrival, key);
        let meeting = arrival.row.interview.meeting_url.as_ref();
        let meeting = meeting.map(crate::domain::interview::MeetingUrl::origin);
        let page = Page::Of(arrival.door());
        self.pages
            .0
            .print(self.app.templates(), page, &view, meeting.as_deref())
    }

    /// A page that knows nobody.
    fn plain(&self, page: Page) -> Response<Body> {
        let view = View::nobody(&self.app);
        self.pages.0.print(self.app.templates(), page, &view, None)
    }

    /// The answer to a link that doesn't work, for whatever reason: always the same, and always as late.
    async fn dead(&self, client: Client, asked: Instant, headers: &HeaderMap) -> Response<Body> {
        if let Some(wait) = self.dead_end(client, asked).await {
            let mut response = self.plain(Page::TooMany);
            let seconds = wait.as_secs() + 1;
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
            return response;
        }
        if wants_json(headers) {
            return Standing::dead().answer();
        }
        self.plain(Page::Of(Door::Dead))
    }

    /// Counts a link that doesn't work, and waits until it may be answered. Gives back how long its client has to wait
    /// if that was one too many.
    pub(super) async fn dead_end(&self, client: Client, asked: Instant) -> Option<Duration> {
        let wait = self.limits.count(client.0, asked);
        sleep_until(asked + held_back(asked.elapsed())).await;
        wait
    }

    fn trouble(&self, error: &AppError) -> Response<Body> {
        tracing::error!(%error, "a page could not be answered");
        let mut response = self.plain(Page::Trouble);
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(TROUBLE_PASSES));
        response
    }

    pub(super) fn note(&self, arrival: &Arrival, kind: AccessKind) {
        let door = arrival.door();
        let opens = arrival.window.map(|(opens, _)| opens);
        let access = Access {
            at: arrival.now,
            kind,
            door,
            opens_at: opens.filter(|_| door == Door::NotYetOpen),
        };
        self.ledger.note(arrival.row.id(), access);
    }
}

/// Where a link stands, for the script of its page.
#[derive(Debug, Serialize)]
struct Standing {
    door: &'static str,
    /// See [`View`].
    stamp: String,
    /// Milliseconds until it opens by itself.
    left: Option<i64>,
    /// Where a candidate who has joined goes.
    go: Option<String>,
    #[serde(skip)]
    page: Option<Page>,
}

impl Standing {
    fn of(arrival: &Arrival) -> Self {
        let door = arrival.door();
        let meeting = arrival.row.interview.meeting_url.as_ref();
        Self {
            door: door.name(),
            stamp: view::stamp(arrival),
            left: view::left(arrival),
            go: meeting
                .filter(|_| door == Door::Joined)
                .map(|url| url.as_str().to_owned()),
            page: Some(Page::Of(door)),
        }
    }

    fn dead() -> Self {
        Self {
            door: Door::Dead.name(),
            stamp: String::new(),
            left: None,
            go: None,
            page: Some(Page::Of(Door::Dead)),
        }
    }

    fn answer(self) -> Response<Body> {
        let status = self.page.map(Page::status).unwrap_or_default();
        (status, Json(self)).into_response()
    }
}

/// How long after it was asked for a link that doesn't work is answered, when finding that out took so long.
fn held_back(took: Duration) -> Duration {
    let step = DEAD_ANSWERS.as_millis();
    let steps = u32::try_from(took.as_millis() / step).unwrap_or(u32::MAX - 1);
    DEAD_ANSWERS.saturating_mul(steps + 1)
}

fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    accept
        .is_some_and(|accept| accept.contains("application/json") && !accept.contains("text/html"))
}

/// The session key in a query or a form. What programs add to the end of a link that they find in a text is no part of it,
/// and neither is the case of its letters.
fn key_in(query: Option<&str>) -> Option<SessionKey> {
    let mut fields = form_urlencoded::parse(query?.as_bytes());
    let (_, key) = fields.find(|(name, _)| name == "session_key")?;
    let key = key.trim_matches(|character: char| !character.is_ascii_alphanumeric());
    key.to_ascii_lowercase().parse().ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const KEY: &str = "9689ddff0000400080000000000000aa";

    #[rstest]
    #[case(0, 40)]
    #[case(1, 40)]
    #[case(39, 40)]
    #[case(40, 80)]
    #[case(41, 80)]
    #[case(1_000, 1_040)]
    fn a_slower_look_is_told_by_whole_steps_only(#[case] took: u64, #[case] answered: u64) {
        let took = Duration::from_millis(took);
        assert_eq!(held_back(took), Duration::from_millis(answered));
        assert!(held_back(Duration::MAX) > Duration::from_hours(1));
    }

    #[rstest]
    #[case("session_key=9689ddff0000400080000000000000aa", true)]
    #[case("a=b&session_key=9689ddff0000400080000000000000aa&c", true)]
    #[case("session_key=9689DDFF0000400080000000000000AA", true)]
    #[case("session_key=9689ddff0000400080000000000000aa.", true)]
    #[case("session_key=%209689ddff0000400080000000000000aa%3E", true)]
    #[case("session_key=9689ddff-0000-4000-8000-0000000000aa", false)]
    #[case("session_key=9689ddff0000400080000000000000a", false)]
    #[case("session_key=", false)]
    #[case("key=9689ddff0000400080000000000000aa", false)]
    #[case("session_key=%ff%fe", false)]
    fn a_key_is_found_in_a_query(#[case] query: &str, #[case] found: bool) {
        let key = key_in(Some(query));
        assert_eq!(key.map(SessionKey::expose), found.then(|| KEY.to_owned()));
        assert_eq!(key_in(None), None);
    }
}
