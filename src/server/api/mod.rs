//! What programs see: `/api/…` and `/openapi.json`, which is made of the same declarations as the routes.
//!
//! - `caller` is who asks, `body` reads what was sent, `problem` is what went wrong, `errors` how the use-cases say it.
//! - `interviews` schedules, `listing` lists, `changes` changes what is there; `public` is for whoever holds a link's token.

mod body;
mod caller;
mod changes;
mod errors;
mod interviews;
mod listing;
mod problem;
mod public;

use std::sync::Arc;

use axum::Router;
use axum::http::Uri;
use axum::response::IntoResponse as _;
use axum::routing::get;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::problem::{Fault, Problem};
use super::Site;
use crate::app::{App, Delivery, DeliveryJson, InterviewJson, Row};
use crate::domain::draft::Notice;
use crate::domain::ids::InterviewId;

pub(super) use self::problem::in_form;

/// Where the description of the API lies.
pub(super) const DESCRIPTION: &str = "/openapi.json";

/// What a change led to.
#[derive(Serialize, ToSchema)]
struct Outcome {
    /// The interview as it stands now.
    interview: InterviewJson,
    /// The mail that this put into the outbox; null when nobody is mailed.
    #[schema(required = true)]
    delivery: Option<DeliveryJson>,
    /// The token of its link at `/api/interviews/public/`; null without a live link.
    #[schema(required = true)]
    link_token: Option<String>,
    /// What is true now, in a sentence, where more than the fields say.
    #[schema(required = true)]
    message: Option<String>,
    /// What is worth a second look, by field.
    notices: Vec<Fault>,
}

impl Outcome {
    async fn new(app: &App, row: &Row, delivery: Option<&Delivery>) -> Result<Self, Problem> {
        Ok(Self {
            interview: app.interview_json(row),
            delivery: delivery.map(DeliveryJson::from),
            link_token: app
                .link_token(row)
                .await?
                .map(|token| token.expose().to_owned()),
            message: None,
            notices: Vec::new(),
        })
    }

    fn saying(self, words: String) -> Self {
        Self {
            message: Some(words),
            ..self
        }
    }

    fn noting(self, notices: &[Notice]) -> Self {
        Self {
            notices: notices.iter().map(Fault::from).collect(),
            ..self
        }
    }
}

fn interview_id(text: &str) -> Result<InterviewId, Problem> {
    text.parse()
        .map_err(|error| Problem::missing(format!("id: {error}")))
}

/// Every route of the API, and its description.
fn declared() -> (Router<Site>, OpenApi) {
    OpenApiRouter::with_openapi(head())
        .routes(routes!(listing::list, interviews::schedule))
        .routes(routes!(interviews::show))
        .routes(routes!(changes::generate_link))
        .routes(routes!(changes::resend))
        .routes(routes!(changes::cancel))
        .routes(routes!(changes::revoke))
        .routes(routes!(changes::complete))
        .routes(routes!(changes::no_show))
        .routes(routes!(changes::extend))
        .routes(routes!(changes::admit))
        .routes(routes!(public::show, public::join))
        .split_for_parts()
}

fn head() -> OpenApi {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "A token of `greenroom token create`, with the scope `read`, `write` or both",
        ))
        .build();
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Greenroom")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(env!("CARGO_PKG_DESCRIPTION"))),
        )
        .components(Some(
            ComponentsBuilder::new()
                .security_scheme("bearer", SecurityScheme::Http(bearer))
                .build(),
        ))
        .build()
}

/// The description of the API (`OpenAPI` 3.1).
#[must_use]
pub fn description() -> OpenApi {
    declared().1
}

/// Everything that programs see.
pub(super) fn routes() -> Router<Site> {
    let (router, description) = declared();
    let description: Arc<str> = serde_json::to_string(&description)
        .unwrap_or_default()
        .into();
    let show = move || {
        let json = [("content-type", "application/json")];
        std::future::ready((json, description.to_string()).into_response())
    };
    router.route(DESCRIPTION, get(show))
}

/// The same path with the slash at its end that every path of the API has; none where nothing is missing.
pub(super) fn with_slash(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    if !path.starts_with("/api/") || path.ends_with('/') {
        return None;
    }
    let query = uri.query().map(|query| format!("?{query}"));
    format!("{path}/{}", query.unwrap_or_default()).parse().ok()
}
