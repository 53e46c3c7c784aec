//! The links of the system before, which sit in candidates' inboxes. What has a key leads to the canonical link; an id alone
//! never leads to a key.

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use axum::response::IntoResponse as _;
use tokio::time::Instant;
use url::form_urlencoded;

use super::{Page, key_in};
use crate::app::AppError;
use crate::domain::session::JoinLink;
use crate::server::Site;
use crate::server::client::Client;

/// What is not longer was never signed.
const LONGEST_UNSIGNED: usize = 40;

/// `/?session_key=`, `/interview_app/?session_key=`, `/interview_app/?interview_id=`.
pub(super) async fn session(
    State(site): State<Site>,
    client: Client,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response<Body> {
    let asked = Instant::now();
    if let Some(key) = key_in(query.as_deref()) {
        return lead(
            &site,
            client,
            asked,
            &headers,
            site.app.canonical(key).await,
        )
        .await;
    }
    let has = |wanted: &str| {
        let query = query.as_deref().unwrap_or_default();
        form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == wanted)
    };
    if has("session_key") || !has("interview_id") {
        return site.dead(client, asked, &headers).await;
    }
    site.plain(Page::OldLink)
}

/// `/interview/{token}`.
pub(super) async fn token(
    State(site): State<Site>,
    client: Client,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Response<Body> {
    let asked = Instant::now();
    if token.len() <= LONGEST_UNSIGNED {
        return site.plain(Page::OldLink);
    }
    let known = site.app.canonical_of_token(token).await;
    lead(&site, client, asked, &headers, known).await
}

async fn lead(
    site: &Site,
    client: Client,
    asked: Instant,
    headers: &HeaderMap,
    link: Result<Option<JoinLink>, AppError>,
) -> Response<Body> {
    match link.map(|link| link.and_then(|link| HeaderValue::try_from(link.expose()).ok())) {
        Ok(Some(to)) => (StatusCode::FOUND, [(LOCATION, to)]).into_response(),
        Ok(None) => site.dead(client, asked, headers).await,
        Err(error) => site.trouble(&error),
    }
}
