//! When an interview is: instants, zones and durations, reading them and showing them.
//!
//! An instant and an IANA zone are all that is ever kept; every other shape of a time is derived
//! here, by one formatter. Nothing here asks for the time: `now` is always given.

mod duration;
mod outcome;
mod read;
mod said;
mod show;
mod words;
mod zone;

pub use duration::{DurationError, InterviewDuration, SpanError, parse_span, span_in_words};
pub use outcome::{Choice, Fold, Reading, Unreadable};
pub use read::{exact, read};
pub use show::{
    Clocks, Echo, both_clocks, both_ranges, day, day_and_time, day_heading, echo, full_day,
    full_day_and_time, moment, moment_in_full, moment_with_time, range, relative, relative_short,
    time_24h, time_and_zone, zone_in_full, zone_label,
};
pub use zone::{UnknownZone, Zone, zone_names};

#[cfg(test)]
mod tests;
