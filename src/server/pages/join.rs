//! `POST /interview/`: joins.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::header::{HOST, HeaderName, LOCATION, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use axum::response::IntoResponse as _;
use tokio::time::Instant;

use super::view::View;
use super::{Page, Standing, key_in, wants_json};
use crate::app::{App, Arrival, Join};
use crate::domain::access::AccessKind;
use crate::domain::door::Door;
use crate::domain::session::{JoinLink, SessionKey};
use crate::server::Site;
use crate::server::client::Client;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Records that the candidate is here, and sends them on: to the meeting, or to the page on which they wait for it.
pub(super) async fn join(
    State(site): State<Site>,
    client: Client,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response<Body> {
    let asked = Instant::now();
    let form = std::str::from_utf8(&body).ok();
    let Some(key) = key_in(form).or_else(|| key_in(query.as_deref())) else {
        return site.dead(client, asked, &headers).await;
    };
    if is_foreign(&headers, &site.app) {
        return match site.app.arrival(key).await {
            Ok(Some(arrival)) if arrival.door() != Door::Dead => site.refuse(
                &arrival,
                key,
                &headers,
                "Another website tried to join for you, which was refused. Nothing has changed.",
            ),
            Ok(_) => site.dead(client, asked, &headers).await,
            Err(error) => site.trouble(&error),
        };
    }
    match site.app.join(key).await {
        Ok(Join::Joined(arrival)) => {
            site.note(&arrival, AccessKind::Join);
            site.send_on(&arrival, key, &headers)
        }
        Ok(Join::Refused(arrival)) if arrival.door() != Door::Dead => {
            site.note(&arrival, AccessKind::Join);
            site.refuse(&arrival, key, &headers, why(&arrival))
        }
        Ok(Join::Refused(arrival)) => {
            site.note(&arrival, AccessKind::Join);
            site.dead(client, asked, &headers).await
        }
        Ok(Join::Unknown) => site.dead(client, asked, &headers).await,
        Err(error) => site.trouble(&error),
    }
}

impl Site {
    fn send_on(&self, arrival: &Arrival, key: SessionKey, headers: &HeaderMap) -> Response<Body> {
        if wants_json(headers) {
            return Standing::of(arrival).answer();
        }
        let meeting = arrival.row.interview.meeting_url.as_ref();
        // Without a meeting, the page of the link is where they wait: it can be looked at again without joining again.
        let to = meeting.map_or_else(
            || JoinLink::new(&self.app.config().links.base_url, key).expose_path(),
            |url| url.as_str().to_owned(),
        );
        let mut response = self.page(arrival, key);
        *response.status_mut() = StatusCode::SEE_OTHER;
        if let Ok(to) = HeaderValue::try_from(to) {
            response.headers_mut().insert(LOCATION, to);
        }
        response
    }

    fn refuse(
        &self,
        arrival: &Arrival,
        key: SessionKey,
        headers: &HeaderMap,
        why: &str,
    ) -> Response<Body> {
        if wants_json(headers) {
            return (StatusCode::FORBIDDEN, Json(Standing::of(arrival))).into_response();
        }
        let view = View::of(&self.app, arrival, key).refused(why);
        let page = Page::Of(arrival.door());
        let mut response = self.pages.0.print(self.app.templates(), page, &view, None);
        *response.status_mut() = StatusCode::FORBIDDEN;
        response
    }
}

/// Why the door does not open.
fn why(arrival: &Arrival) -> &'static str {
    match arrival.door() {
        Door::NotYetOpen => "You can't join yet: the door is not open.",
        Door::Expired => "You can't join any more: the link has closed.",
        Door::Cancelled => "You can't join: the interview was cancelled.",
        Door::Unscheduled => "You can't join yet: the interview has no time.",
        Door::Dead | Door::Open | Door::Joined | Door::Waiting | Door::Admitted => {
            "You can't join with this link."
        }
    }
}

/// Whether a page of another website sent this. Under `Referrer-Policy: no-referrer` our own page sends `Origin: null`
/// (Fetch, "append a request Origin header"), so that says nothing; what the browser says of the site does.
fn is_foreign(headers: &HeaderMap, app: &App) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if text(SEC_FETCH_SITE) == Some("cross-site") {
        return true;
    }
    let Some(origin) = text(ORIGIN).filter(|origin| *origin != "null") else {
        return false;
    };
    let base = &app.config().links.base_url;
    let ours = base.as_str().strip_suffix(base.path()) == Some(origin);
    // A proxy, or another name of this machine: what the browser asked for is what it says it is.
    let asked = text(HOST).is_some_and(|host| {
        let after = origin.split_once("://").map(|(_, after)| after);
        after == Some(host)
    });
    !ours && !asked
}
