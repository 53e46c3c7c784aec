//! The one place of response headers, around everything that is answered.

use std::any::Any;
use std::future::ready;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use axum::middleware::{Next, from_fn, map_response, map_response_with_state};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use super::{Site, pages};
use crate::app::INSTANCE_HEADER;

/// Octets of a request's body.
const LARGEST_BODY: usize = 64 << 10;
/// Octets of a request's head.
const LARGEST_HEAD: usize = 16 << 10;
/// Lines of a request's head.
const MOST_LINES: usize = 64;

const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");
/// Nothing may be fetched, run, embedded or submitted. A page that needs more says so itself.
const NOTHING: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What every answer says.
const fn always() -> [(HeaderName, &'static str); 5] {
    [
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (ROBOTS, "noindex, nofollow"),
    ]
}

/// Bounds every request, and gives every answer the headers that keep a key where it is.
pub(super) fn around(routes: Router<Site>, site: &Site, longest: Duration) -> Router<Site> {
    // 32 hexadecimal digits.
    let instance = HeaderValue::from_str(site.app.instance());
    let instance = instance.unwrap_or(HeaderValue::from_static(""));
    routes
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            longest,
        ))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(map_response_with_state(site.clone(), pages::in_form))
        .layer(from_fn(small_enough))
        .layer(map_response(move |response| {
            ready(seal(response, instance.clone()))
        }))
}

/// The same headers as lines of a head, for an answer that is made below all of this.
pub(super) fn lines(instance: &str) -> String {
    let own = [
        (INSTANCE_HEADER, instance),
        (CONTENT_SECURITY_POLICY.as_str(), NOTHING),
    ];
    let mut lines = String::new();
    for (name, value) in own {
        lines.extend([name, ": ", value, "\r\n"]);
    }
    for (name, value) in always() {
        lines.extend([name.as_str(), ": ", value, "\r\n"]);
    }
    lines
}

async fn small_enough(request: Request, next: Next) -> Response<Body> {
    let headers = request.headers();
    let lines = headers.iter();
    let octets = lines.map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    let octets = octets.sum::<usize>() + request.uri().to_string().len();
    if headers.len() <= MOST_LINES && octets <= LARGEST_HEAD {
        return next.run(request).await;
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
    response
}

fn seal(mut response: Response<Body>, instance: HeaderValue) -> Response<Body> {
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static(INSTANCE_HEADER), instance);
    for (name, value) in always() {
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
