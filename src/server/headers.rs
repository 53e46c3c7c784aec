//! The one place of response headers, around everything that is answered.

use std::any::Any;
use std::future::ready;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use axum::middleware::map_response;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use super::Site;
use crate::app::INSTANCE_HEADER;

/// How long a request may take, from its head to the answer: the body included, however slowly it comes.
const LONGEST: Duration = Duration::from_secs(15);
/// Octets of a request's body.
const LARGEST_BODY: usize = 64 << 10;

const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");
/// Nothing may be fetched, run, embedded or submitted. A page that needs more says so itself.
const NOTHING: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Bounds every request, and gives every answer the headers that keep a key where it is.
pub(super) fn around(routes: Router<Site>, instance: &str) -> Router<Site> {
    // 32 hexadecimal digits.
    let instance = HeaderValue::from_str(instance).unwrap_or(HeaderValue::from_static(""));
    routes
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            LONGEST,
        ))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(map_response(move |response| {
            ready(seal(response, instance.clone()))
        }))
}

fn seal(mut response: Response<Body>, instance: HeaderValue) -> Response<Body> {
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static(INSTANCE_HEADER), instance);
    for (name, value) in [
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (ROBOTS, "noindex, nofollow"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(NOTHING));
    response
}

// What it panicked with may hold anything: it is not shown.
fn panicked(_: Box<dyn Any + Send>) -> Response<Body> {
    tracing::error!("a request could not be answered: a handler panicked");
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
