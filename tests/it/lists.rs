//! Lists: every filter finds what the code says it should, and windows neither lose nor repeat a row.

mod filters;
pub mod sample;
mod search;
mod states;
mod windows;

use std::collections::BTreeSet;

use greenroom::app::{App, From, Row};
use greenroom::domain::filter::Filter;
use greenroom::domain::ids::InterviewId;

async fn found(app: &App, filter: &str) -> Vec<Row> {
    let filter = Filter::parse(filter).unwrap();
    app.window(&filter, From::Start, 1000).await.unwrap().rows
}

fn ids(rows: &[Row]) -> BTreeSet<InterviewId> {
    rows.iter().map(Row::id).collect()
}
