//! Lists, read a window at a time: by keyset, never by OFFSET, never whole.
//!
//! The order is what is ahead, soonest first; then what has no time; then what is over, newest first.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::params_from_iter;

use super::interviews::read_row;
use super::predicate::Sql;
use super::rows::{instant, parsed};
use super::{Reading, StoreError};
use crate::domain::door::Door;
use crate::domain::filter::Predicate;
use crate::domain::ids::InterviewId;
use crate::domain::interview::Interview;
use crate::domain::session::{AccessWindow, LinkState};
use crate::domain::verdict::{self, Facts, Reason};
use crate::domain::when::Zone;

// The longest interview: what is not over cannot have started earlier than this before its end.
const LONGEST: Duration = Duration::from_hours(12);

/// An interview as lists show it: with what is known of its session and mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The interview.
    pub interview: Interview,
    /// What is known of its session and mail.
    pub facts: Facts,
}

impl Row {
    /// The interview's identifier.
    #[must_use]
    pub const fn id(&self) -> InterviewId {
        self.interview.id
    }

    /// Whether the candidate can get in, and if not, why.
    #[must_use]
    pub fn reason(&self, window: &AccessWindow, now: Timestamp) -> Reason {
        verdict::judge(&self.interview, &self.facts, window, now)
    }

    /// What clicking the link would lead to.
    #[must_use]
    pub fn link_state(&self, window: &AccessWindow, now: Timestamp) -> LinkState {
        LinkState::of(&self.interview, self.facts.session, window, now)
    }

    /// What the candidate finds behind today's link.
    #[must_use]
    pub fn door(&self, window: &AccessWindow, now: Timestamp) -> Door {
        Door::of(self.link_state(window, now), &self.interview)
    }

    /// What lists say of it: that the candidate is here, else whether they can get in.
    #[must_use]
    pub fn words(&self, window: &AccessWindow, zone: &Zone, now: Timestamp) -> String {
        self.door(window, now)
            .here_in_words(&self.interview, zone, now)
            .unwrap_or_else(|| self.reason(window, now).words(zone, now))
    }

    /// The part of the list in which it stands.
    #[must_use]
    pub fn section(&self, horizon: Horizon) -> Section {
        let longer = self.interview.closes_at.is_some_and(|at| at > horizon.now);
        match self.interview.ends_at() {
            None => Section::NoTime,
            Some(end) if longer || end >= horizon.ended_before => Section::Ahead,
            Some(_) => Section::Past,
        }
    }

    /// Its place in the list.
    #[must_use]
    pub fn position(&self, horizon: Horizon) -> Position {
        Position {
            section: self.section(horizon),
            starts_at: self.interview.starts_at.map_or(0, instant),
            id: self.id().to_string(),
        }
    }
}

/// Tells what is over from what is not: whether the access window has closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizon {
    // What ended before this is over,
    ended_before: Timestamp,
    // unless its link works longer than usual.
    now: Timestamp,
}

impl Horizon {
    /// The horizon of this moment. To the microsecond after closing, as [`LinkState::of`] has it.
    #[must_use]
    pub fn at(now: Timestamp, window: &AccessWindow) -> Self {
        let before = now
            .saturating_sub(window.closes_after)
            .unwrap_or(Timestamp::MIN);
        Self {
            ended_before: before
                .saturating_add(Duration::from_micros(1))
                .unwrap_or(Timestamp::MAX),
            now,
        }
    }
}

/// The parts of a list, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// Not over: soonest first.
    Ahead,
    /// Without a start.
    NoTime,
    /// Over: newest first.
    Past,
}

/// The place of a row in a list, also when the row is no longer there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    section: Section,
    starts_at: i64,
    id: String,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let section = match self.section {
            Section::Ahead => "ahead",
            Section::NoTime => "no_time",
            Section::Past => "past",
        };
        write!(f, "{section} {} {}", self.starts_at, self.id)
    }
}

impl FromStr for Position {
    type Err = NoPosition;

    fn from_str(text: &str) -> Result<Self, NoPosition> {
        let mut words = text.split(' ');
        let section = match words.next() {
            Some("ahead") => Section::Ahead,
            Some("no_time") => Section::NoTime,
            Some("past") => Section::Past,
            _ => return Err(NoPosition),
        };
        let mut next = || words.next().ok_or(NoPosition);
        let starts_at = next()?.parse().map_err(|_| NoPosition)?;
        let id: InterviewId = next()?.parse().map_err(|_| NoPosition)?;
        Ok(Self {
            section,
            starts_at,
            id: id.to_string(),
        })
    }
}

/// The text names no place in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no place in a list")]
pub struct NoPosition;

/// Where a window begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// At the first row.
    Start,
    /// At the last row, reading backwards.
    End,
    /// After this place.
    After(Position),
    /// Before this place, reading backwards.
    Before(Position),
}

/// Some rows of a list, in the list's order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Window {
    /// The rows.
    pub rows: Vec<Row>,
    /// Whether there are rows before the first one.
    pub more_before: bool,
    /// Whether there are rows after the last one.
    pub more_after: bool,
}

/// How many interviews there are of each kind. All but the first two count only what is ahead or has no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All that match the filter, the past included.
    pub matching: u64,
    /// All there are.
    pub everything: u64,
    /// Scheduled and not over.
    pub ahead: u64,
    /// They can't get in.
    pub blocked: u64,
    /// They have no link.
    pub no_link: u64,
    /// Nobody told them.
    pub not_invited: u64,
    /// Nobody knows yet whether they were told.
    pub in_doubt: u64,
    /// They hold the right link and time.
    pub ready: u64,
}

impl Reading<'_> {
    /// Reads at most `limit` rows (at least one) of those that satisfy `predicate`.
    ///
    /// # Errors
    /// The engine's.
    pub fn window(
        &self,
        predicate: &Predicate,
        from: &Place,
        limit: usize,
        horizon: Horizon,
    ) -> Result<Window, StoreError> {
        let limit = limit.max(1);
        let backwards = matches!(from, Place::End | Place::Before(_));
        let mut sections = [Section::Ahead, Section::NoTime, Section::Past];
        if backwards {
            sections.reverse();
        }
        let place = match from {
            Place::After(place) | Place::Before(place) => Some(place),
            Place::Start | Place::End => None,
        };
        let mut rows: Vec<Row> = Vec::new();
        for section in sections {
            let passed = place.is_some_and(|place| {
                if backwards {
                    section > place.section
                } else {
                    section < place.section
                }
            });
            if passed {
                continue;
            }
            let place = place.filter(|place| place.section == section);
            // One more than asked for says whether there is more.
            let wanted = (limit + 1).saturating_sub(rows.len());
            if wanted == 0 {
                break;
            }
            rows.extend(self.section_rows(section, predicate, place, backwards, wanted, horizon)?);
        }
        let more = rows.len() > limit;
        rows.truncate(limit);
        if backwards {
            rows.reverse();
        }
        let (more_before, more_after) = if backwards {
            (more, place.is_some())
        } else {
            (place.is_some(), more)
        };
        Ok(Window {
            rows,
            more_before,
            more_after,
        })
    }

    fn section_rows(
        &self,
        section: Section,
        predicate: &Predicate,
        place: Option<&Position>,
        backwards: bool,
        wanted: usize,
        horizon: Horizon,
    ) -> Result<Vec<Row>, StoreError> {
        let mut sql = Sql::default();
        sql.push("SELECT * FROM interview WHERE ");
        push_section(&mut sql, section, horizon);
        let descending = (section == Section::Past) != backwards;
        if let Some(place) = place {
            let comparison = if descending { "<" } else { ">" };
            if section == Section::NoTime {
                sql.push(" AND id ")
                    .push(comparison)
                    .push(" ")
                    .bind(place.id.clone());
            } else {
                sql.push(" AND (starts_at, id) ")
                    .push(comparison)
                    .push(" (")
                    .bind(place.starts_at)
                    .push(", ");
                sql.bind(place.id.clone()).push(")");
            }
        }
        sql.push(" AND ").predicate(predicate);
        let direction = if descending { "DESC" } else { "ASC" };
        if section == Section::NoTime {
            sql.push(" ORDER BY id ").push(direction);
        } else {
            sql.push(" ORDER BY starts_at ")
                .push(direction)
                .push(", id ")
                .push(direction);
        }
        sql.push(" LIMIT ")
            .bind(i64::try_from(wanted).unwrap_or(i64::MAX));
        self.many(&sql.text, params_from_iter(sql.parameters), read_row)
    }

    /// The ids of all that satisfy `predicate`, in the list's order.
    ///
    /// # Errors
    /// The engine's.
    pub fn ids(
        &self,
        predicate: &Predicate,
        horizon: Horizon,
    ) -> Result<Vec<InterviewId>, StoreError> {
        let mut ids = Vec::new();
        for section in [Section::Ahead, Section::NoTime, Section::Past] {
            let mut sql = Sql::default();
            sql.push("SELECT id FROM interview WHERE ");
            push_section(&mut sql, section, horizon);
            sql.push(" AND ").predicate(predicate);
            sql.push(match section {
                Section::Ahead => " ORDER BY starts_at ASC, id ASC",
                Section::NoTime => " ORDER BY id ASC",
                Section::Past => " ORDER BY starts_at DESC, id DESC",
            });
            ids.extend(
                self.many(&sql.text, params_from_iter(sql.parameters), |row| {
                    parsed::<InterviewId>(row, "id")
                })?,
            );
        }
        Ok(ids)
    }

    /// Reads at most `limit` rows of those that satisfy `predicate`: who joined last, in the order in which they joined.
    ///
    /// # Errors
    /// The engine's.
    pub fn joined_last(&self, predicate: &Predicate, limit: u32) -> Result<Vec<Row>, StoreError> {
        let mut sql = Sql::default();
        sql.push("SELECT * FROM interview WHERE ")
            .predicate(predicate)
            .push(" ORDER BY joined_at DESC, id DESC LIMIT ")
            .bind(i64::from(limit));
        let mut rows = self.many(&sql.text, params_from_iter(sql.parameters), read_row)?;
        rows.reverse();
        Ok(rows)
    }

    /// Counts what satisfies a predicate; without one in particular, everything.
    ///
    /// # Errors
    /// The engine's.
    pub fn count(&self, predicate: &Predicate) -> Result<u64, StoreError> {
        let mut sql = Sql::default();
        sql.push("SELECT count(*) FROM interview WHERE ")
            .predicate(predicate);
        Ok(self
            .one(&sql.text, params_from_iter(sql.parameters), |row| {
                Ok(row.get(0)?)
            })?
            .unwrap_or_default())
    }

    /// Counts what is scheduled and not over, by the name of the clock-free part of its verdict. A name may come twice.
    ///
    /// # Errors
    /// The engine's.
    pub fn standings(&self, horizon: Horizon) -> Result<Vec<(String, u64)>, StoreError> {
        let mut sql = Sql::default();
        sql.push("SELECT standing, count(*) FROM interview WHERE status = 'scheduled' AND (starts_at IS NULL OR ends_at >= ")
            .bind(instant(horizon.ended_before))
            .push(") GROUP BY standing UNION ALL ");
        // The few that are open longer have an index of their own, which is taken where no other serves.
        sql.push("SELECT standing, count(*) FROM interview WHERE coalesce(status, '') = 'scheduled' AND closes_at > ")
            .bind(instant(horizon.now))
            .push(" AND ends_at < ")
            .bind(instant(horizon.ended_before))
            .push(" GROUP BY standing");
        self.many(&sql.text, params_from_iter(sql.parameters), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }
}

// What is to take place or was called off, and has not closed.
pub(super) fn push_not_over(sql: &mut Sql, horizon: Horizon) {
    sql.push("status IN ('scheduled', 'cancelled') AND (starts_at IS NULL OR ends_at >= ")
        .bind(instant(horizon.ended_before))
        .push(" OR closes_at > ")
        .bind(instant(horizon.now))
        .push(")");
}

// The bound on the start lets the index find what is not over. What is open longer than usual may have started before
// it; those few have an index of their own, which is taken where no other serves (hence the sums).
pub(super) fn push_section(sql: &mut Sql, section: Section, horizon: Horizon) {
    let ended_before = instant(horizon.ended_before);
    let now = instant(horizon.now);
    match section {
        Section::Ahead => {
            let earliest = horizon.ended_before.saturating_sub(LONGEST);
            let earliest = instant(earliest.unwrap_or(Timestamp::MIN));
            sql.push(
                "starts_at >= coalesce((SELECT min(starts_at + 0) FROM interview WHERE closes_at > ",
            )
            .bind(now)
            .push(" AND starts_at + 0 < ")
            .bind(earliest)
            .push("), ")
            .bind(earliest)
            .push(") AND (ends_at >= ")
            .bind(ended_before)
            .push(" OR closes_at > ")
            .bind(now)
            .push(")");
        }
        Section::NoTime => {
            sql.push("starts_at IS NULL");
        }
        Section::Past => {
            sql.push("starts_at < ")
                .bind(ended_before)
                .push(" AND ends_at < ")
                .bind(ended_before)
                .push(" AND coalesce(closes_at <= ")
                .bind(now)
                .push(", TRUE)");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[tokio::test]
    async fn what_is_open_longer_is_found_without_reading_the_past() {
        let horizon = Horizon {
            ended_before: Timestamp::UNIX_EPOCH,
            now: Timestamp::UNIX_EPOCH,
        };
        let store = Store::in_memory().unwrap();
        let steps = store
            .read(move |read| {
                let mut sql = Sql::default();
                sql.push("EXPLAIN QUERY PLAN SELECT * FROM interview WHERE ");
                push_section(&mut sql, Section::Ahead, horizon);
                sql.push(" ORDER BY starts_at, id");
                read.many(&sql.text, params_from_iter(sql.parameters), |row| {
                    Ok(row.get::<_, String>("detail")?)
                })
            })
            .await
            .unwrap();
        let by = |index: &str| steps.iter().filter(|step| step.contains(index)).count();
        let indexes = (
            by("interview_by_start (starts_at>?)"),
            by("interview_extended (closes_at>?)"),
        );
        assert_eq!(indexes, (1, 1), "{steps:?}");
        assert!(!steps.iter().any(|step| step.contains("SCAN")), "{steps:?}");
    }
}
