//! Lists: what a row says, and where it stands.
//!
//! The order is what is ahead, soonest first; then what has no time; then what is over, newest first.

mod read;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;

use super::rows::instant;
use crate::domain::door::Door;
use crate::domain::ids::InterviewId;
use crate::domain::interview::Interview;
use crate::domain::session::{AccessWindow, LinkState};
use crate::domain::verdict::{self, Facts, Reason};
use crate::domain::when::Zone;

pub(super) use read::push_section;

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
    pub(super) ended_before: Timestamp,
    // unless its link works longer than usual.
    pub(super) now: Timestamp,
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
