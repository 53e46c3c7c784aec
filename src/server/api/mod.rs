//! What programs see: `/api/…` and `/openapi.json`.

use axum::Router;
use axum::http::StatusCode;

use super::Site;

/// Everything under `/api`.
pub(super) fn routes() -> Router<Site> {
    Router::new().fallback(nothing)
}

/// `GET /openapi.json`.
pub(super) async fn description() -> StatusCode {
    nothing().await
}

async fn nothing() -> StatusCode {
    StatusCode::NOT_FOUND
}
