//! What a candidate sees: one page for each state of a link.

use axum::Router;
use axum::http::StatusCode;

use super::Site;

pub(super) fn routes() -> Router<Site> {
    Router::new().fallback(nothing)
}

async fn nothing() -> StatusCode {
    StatusCode::NOT_FOUND
}
