//! What reading a WHEN comes to: one instant, or the reason why there is not exactly one, with
//! the choices where there are some.

use jiff::Timestamp;

use super::zone::UnknownZone;

/// Which of the two to take where the clocks go back and a time occurs twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// The earlier one, before the clocks go back.
    First,
    /// The later one.
    Second,
}

/// What a WHEN means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The instant; always after the `now` it was read at.
    pub instant: Timestamp,
}

/// One of the readings of a WHEN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The instant it means.
    pub instant: Timestamp,
    /// The instant for people: `Tuesday 6 May 2031 15:00 BST`, with the zone in full where the choices differ in it.
    pub meaning: String,
    /// A WHEN that means it and nothing else, see [`exact`](super::exact).
    pub spelling: String,
}

/// Why a WHEN is not one instant. The messages fit behind the name of the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// Nothing was given.
    #[error("say when, for example 2031-05-06 14:30 or tomorrow at 3pm")]
    Empty,
    /// Words that mean nothing here.
    #[error(
        "{0:?} is not understood; write a day and a time, for example 2031-05-06 14:30, \
         tue 15:00, tomorrow at 3pm or in 2 days 16:00"
    )]
    NotUnderstood(String),
    /// A day alone.
    #[error("needs a time of day, for example 14:30 or 3pm")]
    NeedsTime,
    /// `midnight` belongs to two days.
    #[error("midnight belongs to two days; write 00:00 and the day that then begins")]
    Midnight,
    /// `theirs` without a zone for the candidate.
    #[error("\"theirs\" needs the candidate's zone; set candidate-zone first")]
    NoTheirs,
    /// A zone that does not exist.
    #[error(transparent)]
    UnknownZone(#[from] UnknownZone),
    /// An abbreviation where a zone is needed.
    #[error("{abbreviation} is not the name of a zone; write {zone} instead")]
    Abbreviation {
        /// As it was said, in capitals.
        abbreviation: String,
        /// The IANA name that is meant most likely.
        zone: String,
    },
    /// `31 April`.
    #[error("there is no such day in the calendar")]
    NoSuchDay,
    /// `Tue 7 May 2031`, which is a Wednesday.
    #[error("{said} does not fit: it is {day}")]
    WrongWeekday {
        /// The weekday that was said.
        said: String,
        /// The date that was said, with its weekday.
        day: String,
    },
    /// An offset beside a zone that does not have it then.
    #[error("{zone} is not at UTC{offset} then; leave out one of the two")]
    OffsetMismatch {
        /// The offset that was said.
        offset: String,
        /// The zone that was said.
        zone: String,
    },
    /// The start would not lie ahead.
    #[error("{meaning} is past; the start must lie ahead (say the day, or the year, you mean)")]
    InThePast {
        /// What was understood.
        meaning: String,
    },
    /// Further ahead than the calendar reaches.
    #[error("that is too far ahead")]
    TooFar,
    /// A wall time that the clocks skip.
    #[error(
        "{wall} does not exist in {zone}: the clocks go from {from} straight to {to}; \
         the nearest times are {} and {}", .nearest[0].meaning, .nearest[1].meaning
    )]
    Gap {
        /// The wall time that was said.
        wall: String,
        /// The zone whose clocks skip it.
        zone: String,
        /// What the clocks show when they skip, `01:00`.
        from: String,
        /// What they show next, `02:00`.
        to: String,
        /// The last minute before and the first instant after.
        nearest: Box<[Choice; 2]>,
    },
    /// A wall time that occurs twice.
    #[error(
        "{wall} occurs twice in {zone}: first as {}, then as {}; say which (--fold first|second)",
        .choices[0].meaning, .choices[1].meaning
    )]
    Twice {
        /// The wall time that was said.
        wall: String,
        /// The zone whose clocks go back.
        zone: String,
        /// The one before the clocks go back ([`Fold::First`]) and the one after.
        choices: Box<[Choice; 2]>,
    },
    /// More than one reading: all those that are possible, the likelier first.
    #[error("can be read in more than one way; write the one you mean: {}", listed(.0))]
    Ambiguous(Vec<Choice>),
}

impl Unreadable {
    /// The times between which the person can choose, if that is what it takes.
    #[must_use]
    pub fn choices(&self) -> Vec<Choice> {
        match self {
            Self::Ambiguous(choices) => choices.clone(),
            Self::Twice { choices, .. }
            | Self::Gap {
                nearest: choices, ..
            } => choices.to_vec(),
            _ => Vec::new(),
        }
    }

    /// What there is to choose, for a place that lists the choices itself; `None` where there are none.
    #[must_use]
    pub fn question(&self) -> Option<String> {
        match self {
            Self::Ambiguous(_) => Some("can be read in more than one way".to_owned()),
            Self::Twice { wall, zone, .. } => Some(format!("{wall} occurs twice in {zone}")),
            Self::Gap {
                wall,
                zone,
                from,
                to,
                ..
            } => Some(format!(
                "{wall} does not exist in {zone}: the clocks go from {from} straight to {to}"
            )),
            _ => None,
        }
    }
}

fn listed(choices: &[Choice]) -> String {
    let each = choices
        .iter()
        .map(|one| format!("\"{}\" for {}", one.spelling, one.meaning));
    each.collect::<Vec<_>>().join(", or ")
}
