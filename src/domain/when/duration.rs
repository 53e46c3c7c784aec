//! How long something lasts: an interview, and the spans of the configuration.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::text::{clip, visible};

/// How long an interview lasts: 5 minutes to 12 hours, in whole minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InterviewDuration(u16);

/// Why a text is not the duration of an interview.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// Not a duration at all.
    #[error("{0:?} is not a duration; write 45m, 1h or 1h30m")]
    NotUnderstood(String),
    /// Shorter than 5 minutes or longer than 12 hours.
    #[error("an interview lasts from 5 minutes to 12 hours")]
    OutOfRange,
}

impl InterviewDuration {
    /// The shortest interview, in minutes.
    pub const SHORTEST: u16 = 5;
    /// The longest interview, in minutes.
    pub const LONGEST: u16 = 12 * 60;

    /// A duration of that many minutes.
    ///
    /// # Errors
    /// [`DurationError::OutOfRange`] outside 5 to 720.
    pub fn from_minutes(minutes: u64) -> Result<Self, DurationError> {
        u16::try_from(minutes)
            .ok()
            .filter(|minutes| (Self::SHORTEST..=Self::LONGEST).contains(minutes))
            .map(Self)
            .ok_or(DurationError::OutOfRange)
    }

    /// Reads `45m`, `45 min`, `1h`, `1h30m`, `1 h 30 min`; a bare number is minutes.
    ///
    /// # Errors
    /// [`DurationError`] says whether it is no duration or one out of bounds.
    pub fn parse(text: &str) -> Result<Self, DurationError> {
        let plain = text.trim();
        let bare = !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit());
        if bare {
            return plain
                .parse()
                .map_or(Err(DurationError::OutOfRange), Self::from_minutes);
        }
        let seconds = seconds_of(plain)
            .filter(|seconds| seconds % 60 == 0)
            .ok_or_else(|| DurationError::NotUnderstood(quoted(text)))?;
        Self::from_minutes(seconds / 60)
    }

    /// The duration in minutes, 5 to 720.
    #[must_use]
    pub fn minutes(self) -> u16 {
        self.0
    }

    /// The duration as the standard library has it.
    #[must_use]
    pub const fn as_std(self) -> Duration {
        Duration::from_secs(self.0 as u64 * 60)
    }

    /// When an interview that begins at `start` ends.
    #[must_use]
    pub fn end(self, start: Timestamp) -> Timestamp {
        let length = SignedDuration::from_mins(i64::from(self.0));
        start.checked_add(length).unwrap_or(Timestamp::MAX)
    }
}

impl fmt::Display for InterviewDuration {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0 / 60, self.0 % 60) {
            (0, minutes) => write!(out, "{minutes} min"),
            (hours, 0) => write!(out, "{hours} h"),
            (hours, minutes) => write!(out, "{hours} h {minutes} min"),
        }
    }
}

impl FromStr for InterviewDuration {
    type Err = DurationError;

    fn from_str(text: &str) -> Result<Self, DurationError> {
        Self::parse(text)
    }
}

impl Serialize for InterviewDuration {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_u16(self.0)
    }
}

impl<'de> Deserialize<'de> for InterviewDuration {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        Self::from_minutes(u64::deserialize(input)?).map_err(serde::de::Error::custom)
    }
}

/// A text that is not a span of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a span of time; write 5s, 15m, 2h or 1h30m")]
pub struct SpanError(pub String);

/// Reads a span of the configuration: `5s`, `15m`, `2h`, `1h30m`, `1d`; `0` alone is none.
///
/// # Errors
/// [`SpanError`] for anything else, a number without a unit among it, and above ten years.
pub fn parse_span(text: &str) -> Result<Duration, SpanError> {
    const TEN_YEARS: u64 = 10 * 366 * 86_400;
    let plain = text.trim();
    if plain == "0" {
        return Ok(Duration::ZERO);
    }
    seconds_of(plain)
        .filter(|seconds| *seconds <= TEN_YEARS)
        .map(Duration::from_secs)
        .ok_or_else(|| SpanError(quoted(text)))
}

/// A span as a mail says it: `15 minutes`, `2 hours`, `1 hour 30 minutes`.
#[must_use]
pub fn span_in_words(span: Duration) -> String {
    let seconds = span.as_secs();
    let units = [
        (seconds / 86_400, "day"),
        (seconds / 3_600 % 24, "hour"),
        (seconds / 60 % 60, "minute"),
        (seconds % 60, "second"),
    ];
    let words: Vec<String> = units
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}{}", if count == 1 { "" } else { "s" }))
        .collect();
    if words.is_empty() {
        "0 seconds".to_owned()
    } else {
        words.join(" ")
    }
}

/// The seconds of `1h30m`, `2 days`, `45 min`: numbers, each with its unit, the larger first.
pub(super) fn seconds_of(text: &str) -> Option<u64> {
    let mut rest = text.trim_start();
    if rest.is_empty() || rest.len() > 40 {
        return None;
    }
    let (mut total, mut larger) = (0_u64, u64::MAX);
    while !rest.is_empty() {
        let digits = rest.find(|one: char| !one.is_ascii_digit())?;
        let (number, after) = rest.split_at_checked(digits)?;
        let after = after.trim_start();
        let letters = after
            .find(|one: char| !one.is_ascii_alphabetic())
            .unwrap_or(after.len());
        let (word, after) = after.split_at_checked(letters)?;
        let unit = unit_seconds(&word.to_ascii_lowercase()).filter(|unit| *unit < larger)?;
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(unit)?)?;
        larger = unit;
        rest = after.trim_start();
    }
    Some(total)
}

fn unit_seconds(word: &str) -> Option<u64> {
    Some(match word {
        "s" | "sec" | "secs" | "second" | "seconds" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600,
        "d" | "day" | "days" => 86_400,
        _ => return None,
    })
}

fn quoted(text: &str) -> String {
    visible(&clip(text, 40)).into_owned()
}
