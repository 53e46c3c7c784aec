//! The old system's database: which of five times counts, which keys are kept, and all that is wrong with it.
//!
//! Pure: rows go in as text, interviews and a report come out. Interviews, sessions, slots and schedules are tied by
//! their ids and keys, never by an address.

mod arrive;
mod known;
mod link;
mod rows;
mod skew;
mod slots;
mod tell;
mod times;

use std::borrow::Cow;
use std::collections::HashSet;

use jiff::Timestamp;

pub use rows::{
    CandidateRow, CompanyRow, Database, InterviewRow, JobRow, LegacyRow, ScheduleRow, SessionRow,
    SlotRow, UserRow, absent_table, without,
};
pub use skew::{Skew, SkewAnswer};
pub use times::Recorded;

use super::{Arrival, Names, Report};
use crate::domain::session::SessionKey;
use crate::domain::when::{InterviewDuration, Zone};
use known::Known;
use times::Times;

/// With what the database is read.
#[derive(Debug, Clone)]
pub struct LegacyTerms {
    /// The zone of the slots' wall clocks.
    pub zone: Zone,
    /// How long an interview lasts that does not say.
    pub duration: InterviewDuration,
    /// Now.
    pub now: Timestamp,
    /// What was answered about a shift of exactly the zone's offset.
    pub skew: Option<SkewAnswer>,
    /// Gives ids to rows whose own is none.
    pub names: Names,
}

// Before there was a column of keys they stood in the links alone, and are in inboxes all the same.
fn with_keys_of_links(database: &Database) -> Cow<'_, Database> {
    let column = "interviews_interview.session_key";
    if !database.absent.iter().any(|absent| absent == column) {
        return Cow::Borrowed(database);
    }
    let mut whole = database.clone();
    for row in &mut whole.interviews {
        let link = row.interview_link.as_deref();
        row.session_key = link
            .and_then(|link| link::read(link).key)
            .map(SessionKey::expose);
    }
    Cow::Owned(whole)
}

/// Reads every interview, and says what is wrong. How many are new is for the database to say.
#[must_use]
pub fn read(database: &Database, terms: &LegacyTerms) -> (Vec<Arrival>, Report) {
    let database = &*with_keys_of_links(database);
    let known = Known::of(database);
    let mut report = Report {
        absent: database.absent.clone(),
        ..Report::default()
    };
    let times: Vec<Times> = database
        .interviews
        .iter()
        .map(|row| known.times(row, &terms.zone))
        .collect();
    report.skew = Skew::find(&times, &terms.zone, |index| {
        known.called(&database.interviews[index])
    });
    let mut arrivals = Vec::with_capacity(database.interviews.len());
    let mut seen = HashSet::new();
    for (row, times) in database.interviews.iter().zip(&times) {
        report.read += 1;
        let Some(id) = row.id.as_deref().map(known::plain) else {
            report.refuse(known.place(row), vec!["id: is missing".to_owned()]);
            continue;
        };
        if !seen.insert(id) {
            report.refuse(
                known.place(row),
                vec!["id: another interview has the same".to_owned()],
            );
            continue;
        }
        match arrive::arrive(row, times, &known, terms, &mut report) {
            Ok(arrival) => arrivals.push(arrival),
            Err(reason) => report.refuse(known.place(row), vec![reason]),
        }
    }
    known.report_sessions(database, &mut report);
    slots::report(database, &arrivals, &mut report);
    (arrivals, report)
}
