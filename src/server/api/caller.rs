//! Who asks: a bearer token (RFC 6750) and what it allows.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::problem::Problem;
use crate::app::{Admission, App};
use crate::domain::token::{BearerToken, Scope};

/// Whoever may look. Holds the use-cases under the token's name.
pub(super) struct Reader(pub App);

/// Whoever may change something. Holds the use-cases under the token's name.
pub(super) struct Writer(pub App);

impl<S> FromRequestParts<S> for Reader
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let app = App::from_ref(state);
        admit(parts, &app, Scope::Read).await.map(Self)
    }
}

impl<S> FromRequestParts<S> for Writer
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let app = App::from_ref(state);
        admit(parts, &app, Scope::Write).await.map(Self)
    }
}

async fn admit(parts: &Parts, app: &App, needed: Scope) -> Result<App, Problem> {
    let Some(given) = parts.headers.get(AUTHORIZATION) else {
        return Err(Problem::unauthorized(
            "this needs a token: Authorization: Bearer … (greenroom token create makes one)",
            r#"Bearer realm="greenroom""#,
        ));
    };
    let unknown = || {
        Problem::unauthorized(
            "this token is not known, or was revoked",
            r#"Bearer realm="greenroom", error="invalid_token""#,
        )
    };
    let presented: BearerToken = given
        .to_str()
        .ok()
        .and_then(|given| given.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .and_then(|(_, token)| token.trim().parse().ok())
        .ok_or_else(unknown)?;
    match app.admit_token(presented, needed).await? {
        Admission::Allowed(app) => Ok(app),
        Admission::NotAllowed => Err(Problem::forbidden(
            &format!("this token does not have the scope {}", needed.name()),
            match needed {
                Scope::Read => {
                    r#"Bearer realm="greenroom", error="insufficient_scope", scope="read""#
                }
                Scope::Write => {
                    r#"Bearer realm="greenroom", error="insufficient_scope", scope="write""#
                }
            },
        )),
        Admission::Unknown => Err(unknown()),
    }
}
