//! The list of interviews, part by part (keyset cursors).

use axum::extract::RawQuery;
use axum::http::HeaderValue;
use axum::http::header::LINK;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use url::form_urlencoded;
use utoipa::{IntoParams, ToSchema};

use super::caller::Reader;
use super::problem::{Fault, Problem, Refusals};
use crate::app::{From, InterviewJson, Position};
use crate::domain::filter::Filter;

/// Interviews in one answer, unless said.
const USUAL: usize = 100;
/// Interviews in one answer at most.
const MOST: usize = 500;

/// Which interviews are wanted.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "describes what `Wanted::read` takes apart by hand, to name every slip"
)]
pub(super) struct ListParameters {
    /// A filter in the language of lists, such as `link:missing when:tomorrow ada`; everything without one.
    filter: Option<String>,
    /// Where to go on: `next` of the answer before.
    cursor: Option<String>,
    /// How many at most.
    #[param(minimum = 1, maximum = 500, default = 100)]
    limit: Option<u16>,
}

/// A part of the list.
#[derive(Serialize, ToSchema)]
pub(super) struct InterviewList {
    /// The interviews, soonest first; then those without a time, then what is over.
    interviews: Vec<InterviewJson>,
    /// The cursor with which the list goes on; null at its end.
    #[schema(required = true)]
    next: Option<String>,
}

/// List interviews
#[utoipa::path(get, path = "/api/interviews/", tag = "interviews", params(ListParameters), security(("bearer" = [])),
    responses(
        (status = 200, description = "A part of the list", body = InterviewList,
            headers(("link" = String, description = "The next part, as rel=\"next\" (RFC 8288)"))),
        Refusals,
    ))]
pub(super) async fn list(
    Reader(app): Reader,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let wanted = Wanted::read(query.as_deref().unwrap_or_default())?;
    let window = app
        .window(&wanted.filter, wanted.from, wanted.limit)
        .await?;
    let next = window
        .rows
        .last()
        .filter(|_| window.more_after)
        .map(|row| cursor_of(&row.position(app.horizon())));
    let link = next.as_ref().and_then(|next| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("filter", &wanted.filter_text);
        query.append_pair("cursor", next);
        query.append_pair("limit", &wanted.limit.to_string());
        HeaderValue::from_str(&format!("<?{}>; rel=\"next\"", query.finish())).ok()
    });
    let list = InterviewList {
        interviews: window
            .rows
            .iter()
            .map(|row| app.interview_json(row))
            .collect(),
        next,
    };
    let mut response = axum::Json(list).into_response();
    if let Some(link) = link {
        response.headers_mut().insert(LINK, link);
    }
    Ok(response)
}

struct Wanted {
    filter: Filter,
    filter_text: String,
    from: From,
    limit: usize,
}

impl Wanted {
    fn read(query: &str) -> Result<Self, Problem> {
        let mut wanted = Self {
            filter: Filter::default(),
            filter_text: String::new(),
            from: From::Start,
            limit: USUAL,
        };
        let mut faults = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "filter" if value.trim().is_empty() => {}
                "filter" => match Filter::parse(&value) {
                    Ok(filter) => {
                        wanted.filter = filter;
                        wanted.filter_text = value.into_owned();
                    }
                    Err(error) => faults.push(Fault::new("filter", error.to_string())),
                },
                "cursor" => match position_of(&value) {
                    Some(position) => wanted.from = From::After(position),
                    None => faults.push(Fault::new("cursor", "is not the next of any list")),
                },
                "limit" => match value.parse() {
                    Ok(limit) if (1..=MOST).contains(&limit) => wanted.limit = limit,
                    _ => faults.push(Fault::new(
                        "limit",
                        format!("must be a number from 1 to {MOST}"),
                    )),
                },
                other => faults.push(Fault::new(other, "is not a parameter of this list")),
            }
        }
        if faults.is_empty() {
            Ok(wanted)
        } else {
            Err(Problem::fields(faults))
        }
    }
}

fn cursor_of(position: &Position) -> String {
    URL_SAFE_NO_PAD.encode(position.to_string())
}

fn position_of(cursor: &str) -> Option<Position> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    text.parse().ok()
}
