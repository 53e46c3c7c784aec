//! How bad a finding is: what it is, and how near the start.

use std::fmt;

use jiff::Timestamp;

use super::Code;
use crate::domain::interview::{Interview, Status};
use crate::domain::session::AccessWindow;

/// How near an interview is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nearness {
    /// It is over: nothing can be mended any more.
    Over,
    /// It has no start, so nobody knows.
    NoTime,
    /// The start is so many minutes ahead; negative when it has passed and the link has not closed.
    Minutes(i64),
}

impl Nearness {
    /// How near an interview is now.
    #[must_use]
    pub fn of(interview: &Interview, window: &AccessWindow, now: Timestamp) -> Self {
        let ended = matches!(interview.status, Status::Completed | Status::NoShow);
        if ended || window.has_closed(interview, now) {
            return Self::Over;
        }
        interview.starts_at.map_or(Self::NoTime, |start| {
            Self::Minutes(start.duration_since(now).as_mins())
        })
    }

    // What the weight of a code is multiplied with. No time may be any time: it counts as this week.
    fn factor(self) -> u8 {
        match self {
            Self::Over => 0,
            Self::NoTime => NO_TIME,
            Self::Minutes(minutes) => STEPS
                .iter()
                .find(|(within, _)| minutes <= *within)
                .map_or(1, |(_, factor)| *factor),
        }
    }
}

// Within so many minutes of the start, a code weighs so many times as much.
pub(super) const STEPS: [(i64, u8); 3] = [(60, 4), (24 * 60, 3), (7 * 24 * 60, 2)];
const NO_TIME: u8 = 2;

/// How bad a finding is: 0 to 100. Grows, never falls, as the start comes nearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Severity(u8);

/// The words, and from which number on they hold.
const WORDS: [(&str, u8); 4] = [("low", 0), ("medium", 20), ("high", 45), ("critical", 75)];

impl Severity {
    /// Of a code, at that distance from the start. What is over is worth 1.
    #[must_use]
    pub fn of(code: Code, nearness: Nearness) -> Self {
        Self((weight(code) * nearness.factor()).max(1))
    }

    /// The least there is.
    pub const LOW: Self = Self(0);

    /// The number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The word: `low`, `medium`, `high` or `critical`.
    #[must_use]
    pub fn word(self) -> &'static str {
        WORDS
            .iter()
            .rev()
            .find(|(_, from)| self.0 >= *from)
            .map_or("low", |(word, _)| word)
    }

    /// A number from 0 to 100, or the least number of a word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let named = WORDS.iter().find(|(word, _)| *word == text);
        match named {
            Some((_, from)) => Some(Self(*from)),
            None => text.parse().ok().filter(|n| *n <= 100).map(Self),
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.word(), self.0)
    }
}

// A quarter of what a code is worth in the last hour.
const fn weight(code: Code) -> u8 {
    match code {
        Code::MissingLink
        | Code::StaleLink
        | Code::RevokedButHeld
        | Code::LocalLink
        | Code::ImportedConflict => 25,
        Code::NoStart
        | Code::NoAddress
        | Code::NeverMailed
        | Code::StaleTime
        | Code::Failed
        | Code::DeferredLate
        | Code::StoredOnly => 20,
        Code::Unknown | Code::CancelledButInvited | Code::MailedElsewhere => 15,
        Code::ClosesEarly | Code::SuspectAddress => 10,
    }
}
