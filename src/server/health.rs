//! `GET /healthz`: which Greenroom answers here.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::app::App;

/// What `/healthz` answers.
#[derive(Debug, Serialize)]
pub struct Health {
    status: &'static str,
    /// See [`App::instance`].
    instance: String,
}

pub(super) async fn show(State(app): State<App>) -> Json<Health> {
    Json(Health {
        status: "ok",
        instance: app.instance().to_owned(),
    })
}
