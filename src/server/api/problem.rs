//! What went wrong, for programs: `application/problem+json` (RFC 9457), always with the fields that are to blame.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use crate::domain::door::Door;

/// Characters of what a parser says about foreign text.
const LONGEST: usize = 300;

/// The kind of a problem: the status says it all.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
enum Kind {
    #[serde(rename = "about:blank")]
    Blank,
}

/// A problem (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Problem {
    /// `about:blank`: the status says what kind of problem it is.
    #[serde(rename = "type")]
    kind: Kind,
    /// The status in words.
    title: &'static str,
    /// The status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What happened, what is safe now and what to do next.
    detail: String,
    /// What is wrong with which field; empty when no field is to blame.
    errors: Vec<Fault>,
    /// What a candidate finds behind the link, where that is why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    door: Option<&'static str>,
    #[serde(skip)]
    challenge: Option<&'static str>,
    #[serde(skip)]
    retry_after: Option<u32>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Fault {
    /// The field as it is called in the request.
    pub field: String,
    /// What is wrong with it and what to write instead.
    pub message: String,
}

impl Fault {
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        let message: String = message.into();
        Self {
            field: field.into(),
            message: message.chars().take(LONGEST).collect(),
        }
    }
}

impl Problem {
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            kind: Kind::Blank,
            title: status.canonical_reason().unwrap_or("Problem"),
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            door: None,
            challenge: None,
            retry_after: None,
        }
    }

    /// Fields that can't stand as they are: all of them at once.
    pub fn fields(errors: Vec<Fault>) -> Self {
        let lines = errors.iter().map(|fault| {
            let Fault { field, message } = fault;
            format!("{field}: {message}")
        });
        let detail = lines.collect::<Vec<_>>().join("\n");
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail).blaming(errors)
    }

    /// The same, with the fields that are to blame.
    pub fn blaming(self, errors: Vec<Fault>) -> Self {
        Self { errors, ..self }
    }

    /// One field that can't stand as it is.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::fields(vec![Fault::new(field, message)])
    }

    /// Nobody is there to whom this could be answered (RFC 6750 section 3).
    pub fn unauthorized(detail: &str, challenge: &'static str) -> Self {
        Self {
            challenge: Some(challenge),
            ..Self::new(StatusCode::UNAUTHORIZED, detail)
        }
    }

    /// The token does not go as far as that.
    pub fn forbidden(detail: &str, challenge: &'static str) -> Self {
        Self {
            challenge: Some(challenge),
            ..Self::new(StatusCode::FORBIDDEN, detail)
        }
    }

    /// The door of a link is why.
    pub fn at_the_door(status: StatusCode, door: Door, detail: &str) -> Self {
        Self {
            door: Some(door.name()),
            ..Self::new(status, detail)
        }
    }

    /// Too much at once; again after so long.
    pub fn too_many(wait: Duration) -> Self {
        Self {
            // The window is a minute.
            retry_after: u32::try_from(wait.as_secs() + 1).ok(),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too many links that don't work came from this address; Retry-After says when to come back",
            )
        }
    }

    /// What was named does not exist.
    pub fn missing(detail: impl Into<String>) -> Self {
        Self::naming_its_field(StatusCode::NOT_FOUND, detail.into())
    }

    /// It does not go together with what is.
    pub fn conflict(detail: String, fault: Option<Fault>) -> Self {
        Self::new(StatusCode::CONFLICT, detail).blaming(fault.into_iter().collect())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, PROBLEM_JSON);
        if let Some(challenge) = self.challenge {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// What every operation with a token may be answered.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes what the extractors answer")]
pub(super) enum Refusals {
    /// No token, or none that is known
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthorized(Problem),
    /// The token does not have the scope
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
    /// There is no such interview
    #[response(status = 404, content_type = "application/problem+json")]
    Missing(Problem),
    /// Every field that can't stand as it is
    #[response(status = 422, content_type = "application/problem+json")]
    Input(Problem),
    /// The configuration or the machine stands in the way; nothing was done
    #[response(status = 503, content_type = "application/problem+json")]
    Environment(Problem),
}

/// What every operation that takes a body may be answered besides.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes what the extractors answer")]
pub(super) enum BodyRefusals {
    /// No JSON
    #[response(status = 400, content_type = "application/problem+json")]
    NoJson(Problem),
    /// It does not go together with what is; nothing was done
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(Problem),
    /// Too large
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// Not application/json
    #[response(status = 415, content_type = "application/problem+json")]
    OtherType(Problem),
}

/// Gives a refusal that came from below the API (no such path, wrong method, too large, too slow) the form of a problem.
pub(in crate::server) async fn in_form(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let ours = path.starts_with("/api/") || path == "/api" || path == super::DESCRIPTION;
    let response = next.run(request).await;
    let status = response.status();
    let refused = status.is_client_error() || status.is_server_error();
    if !ours || !refused || response.headers().get(CONTENT_TYPE) == Some(&PROBLEM_JSON) {
        return response;
    }
    let detail = match status {
        StatusCode::NOT_FOUND => "there is nothing at this path; /openapi.json lists what there is",
        StatusCode::METHOD_NOT_ALLOWED => {
            "this path does not know that method; Allow names those it knows"
        }
        StatusCode::PAYLOAD_TOO_LARGE => "the body is larger than 64 KiB",
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            "the head of the request is larger than 16 KiB, or has more than 64 lines"
        }
        StatusCode::REQUEST_TIMEOUT => "the request took too long to arrive",
        _ if status.is_server_error() => "the request could not be answered; the log says more",
        _ => "the request can't be understood",
    };
    let (mut head, _) = response.into_parts();
    let problem = Problem::new(status, detail).into_response();
    head.headers.remove(CONTENT_LENGTH);
    head.headers.insert(CONTENT_TYPE, PROBLEM_JSON);
    Response::from_parts(head, Body::new(problem.into_body()))
}
