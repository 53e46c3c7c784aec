//! The one formatter of times: days, clocks, zones, ranges and distances, for every screen and
//! every mail. The clock has 24 hours; every time names its zone, save those whose place (a
//! column's head, a line's end) does so for all: [`time_24h`] and [`range`].

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::duration::InterviewDuration;
use super::zone::Zone;

/// What the clocks of Coordinated Universal Time call themselves, whichever of its names the zone goes by.
const UTC: &str = "UTC";

fn wall(instant: Timestamp, zone: &Zone) -> DateTime {
    zone.time_zone().to_datetime(instant)
}

/// `Tue 6 May 2031`.
#[must_use]
pub fn day(instant: Timestamp, zone: &Zone) -> String {
    wall(instant, zone).strftime("%a %-d %b %Y").to_string()
}

/// `Tuesday 6 May 2031`.
#[must_use]
pub fn full_day(date: Date) -> String {
    date.strftime("%A %-d %B %Y").to_string()
}

/// `14:30`, for a place that names the zone once for all its times.
#[must_use]
pub fn time_24h(instant: Timestamp, zone: &Zone) -> String {
    wall(instant, zone).strftime("%H:%M").to_string()
}

/// `14:30 BST`.
#[must_use]
pub fn time_and_zone(instant: Timestamp, zone: &Zone) -> String {
    format!("{} {}", time_24h(instant, zone), short_zone(instant, zone))
}

/// `Tue 6 May 2031 14:30 BST`.
#[must_use]
pub fn day_and_time(instant: Timestamp, zone: &Zone) -> String {
    format!("{} {}", day(instant, zone), time_and_zone(instant, zone))
}

/// `Tuesday 6 May 2031 14:30 BST`.
#[must_use]
pub fn full_day_and_time(instant: Timestamp, zone: &Zone) -> String {
    format!(
        "{} {}",
        full_day(wall(instant, zone).date()),
        time_and_zone(instant, zone)
    )
}

/// The day as the head of a group in a list: `today`, `tomorrow`, `yesterday`, `Fri 9 May`, and
/// with its year where that is not this one.
#[must_use]
pub fn day_heading(instant: Timestamp, zone: &Zone, now: Timestamp) -> String {
    let (date, today) = (wall(instant, zone).date(), wall(now, zone).date());
    match days_between(today, date) {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        _ if date.year() == today.year() => date.strftime("%a %-d %b").to_string(),
        _ => date.strftime("%a %-d %b %Y").to_string(),
    }
}

/// The zone as its clocks call it then: `BST`, or `UTC+03:00` where it has no such name.
fn short_zone(instant: Timestamp, zone: &Zone) -> String {
    abbreviation(instant, zone).unwrap_or_else(|| offset(instant, zone))
}

fn abbreviation(instant: Timestamp, zone: &Zone) -> Option<String> {
    let info = zone.time_zone().to_offset_info(instant);
    let name = info.abbreviation();
    name.bytes()
        .all(|byte| byte.is_ascii_alphabetic())
        .then(|| name.to_owned())
}

/// `UTC+01:00`.
fn offset(instant: Timestamp, zone: &Zone) -> String {
    let seconds = zone.time_zone().to_offset(instant).seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// The zone's clock at that instant with its offset: `BST, UTC+01:00`; a zone whose clocks have
/// no name goes by its city: `Istanbul, UTC+03:00`.
#[must_use]
pub fn zone_label(instant: Timestamp, zone: &Zone) -> String {
    match abbreviation(instant, zone) {
        Some(name) if name == UTC => name,
        Some(name) => format!("{name}, {}", offset(instant, zone)),
        None => format!("{}, {}", zone.place(), offset(instant, zone)),
    }
}

/// The zone in full: `Europe/London (BST, UTC+01:00)`.
#[must_use]
pub fn zone_in_full(instant: Timestamp, zone: &Zone) -> String {
    match abbreviation(instant, zone) {
        // `Etc/UTC` and its other names say nothing more.
        Some(name) if name == UTC => name,
        Some(name) => format!("{zone} ({name}, {})", offset(instant, zone)),
        None => format!("{zone} ({})", offset(instant, zone)),
    }
}

/// From when to when: `Tuesday 6 May 2031, 15:00–15:45`, and over midnight
/// `Tuesday 6 May 2031, 23:50 – Wednesday 7 May 2031, 00:35`. The zone stands beside it
/// ([`zone_label`]); only when the clocks change in between does each time name its own.
#[must_use]
pub fn range(start: Timestamp, duration: InterviewDuration, zone: &Zone) -> String {
    let end = duration.end(start);
    let rules = zone.time_zone();
    let clock = if rules.to_offset(start) == rules.to_offset(end) {
        time_24h
    } else {
        time_and_zone
    };
    let (first, last) = (wall(start, zone).date(), wall(end, zone).date());
    let (from, to) = (clock(start, zone), clock(end, zone));
    if first == last {
        format!("{}, {from}–{to}", full_day(first))
    } else {
        format!("{}, {from} – {}, {to}", full_day(first), full_day(last))
    }
}

/// One instant on two clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clocks {
    /// On the interview's clock: `Tuesday 6 May 2031 15:00 BST, UTC+01:00`.
    pub ours: String,
    /// On the candidate's, unless the two show the same.
    pub theirs: Option<String>,
}

/// `instant` on the interview's clock and, where it shows something else then, the candidate's.
#[must_use]
pub fn both_clocks(instant: Timestamp, zone: &Zone, theirs: Option<&Zone>) -> Clocks {
    let line = |zone: &Zone| {
        let clock = format!(
            "{} {}",
            full_day(wall(instant, zone).date()),
            time_24h(instant, zone)
        );
        format!("{clock} {}", zone_label(instant, zone))
    };
    Clocks {
        ours: line(zone),
        theirs: other_clock(instant, zone, theirs).map(line),
    }
}

/// From when to when on both clocks, in one line each: `Tue 6 May 2031 15:00–15:45 BST`.
#[must_use]
pub fn both_ranges(
    start: Timestamp,
    duration: InterviewDuration,
    zone: &Zone,
    theirs: Option<&Zone>,
) -> Clocks {
    let line = |zone: &Zone| {
        let end = time_and_zone(duration.end(start), zone);
        // Where the clocks change in between, each time names its own.
        let rules = zone.time_zone();
        let begin = if rules.to_offset(start) == rules.to_offset(duration.end(start)) {
            time_24h(start, zone)
        } else {
            time_and_zone(start, zone)
        };
        format!("{} {begin}–{end}", day(start, zone))
    };
    Clocks {
        ours: line(zone),
        theirs: other_clock(start, zone, theirs).map(line),
    }
}

/// The candidate's zone, if its clocks show something else at that instant.
fn other_clock<'z>(instant: Timestamp, zone: &Zone, theirs: Option<&'z Zone>) -> Option<&'z Zone> {
    theirs.filter(|theirs| wall(instant, theirs) != wall(instant, zone))
}

/// What was understood, to be read before anything is sent; shown as one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Echo {
    /// `Tuesday 6 May 2031 15:00 BST (Europe/London), in 3 days`.
    pub ours: String,
    /// `10:00 EDT (America/New_York) for the candidate`, unless the clocks show the same.
    pub theirs: Option<String>,
}

/// Says in full what was understood: day, both clocks, zones, and how far ahead it is.
#[must_use]
pub fn echo(instant: Timestamp, zone: &Zone, theirs: Option<&Zone>, now: Timestamp) -> Echo {
    let (date, today) = (wall(instant, zone).date(), wall(now, zone).date());
    let distance = match days_between(today, date) {
        1 => format!("tomorrow, {}", relative(instant, zone, now)),
        0 => format!("today, {}", relative(instant, zone, now)),
        _ => relative(instant, zone, now),
    };
    let ours = format!("{} ({zone}), {distance}", full_day_and_time(instant, zone));
    let theirs = other_clock(instant, zone, theirs).map(|theirs| {
        let same_day = wall(instant, theirs).date() == date;
        let show = if same_day {
            time_and_zone
        } else {
            full_day_and_time
        };
        format!("{} ({theirs}) for the candidate", show(instant, theirs))
    });
    Echo { ours, theirs }
}

impl fmt::Display for Echo {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.ours)?;
        self.theirs
            .as_ref()
            .map_or(Ok(()), |theirs| write!(out, "; {theirs}"))
    }
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// When something happened or will: `08:58` today, `Mon 08:58` within six days, `3 Mar 2031` otherwise.
#[must_use]
pub fn moment(instant: Timestamp, zone: &Zone, now: Timestamp) -> String {
    let (date, today) = (wall(instant, zone).date(), wall(now, zone).date());
    match days_between(today, date).abs() {
        0 => time_24h(instant, zone),
        1..=6 => format!("{} {}", date.strftime("%a"), time_24h(instant, zone)),
        _ => date.strftime("%-d %b %Y").to_string(),
    }
}

/// The same with the time of day at any distance within the year, for a column of twelve: `08:58`, `Mon 08:58`,
/// `14 Dec 08:58`, and `3 Mar 2031` in another year.
#[must_use]
pub fn moment_with_time(instant: Timestamp, zone: &Zone, now: Timestamp) -> String {
    let (date, today) = (wall(instant, zone).date(), wall(now, zone).date());
    if days_between(today, date).abs() > 6 && date.year() == today.year() {
        format!("{} {}", date.strftime("%-d %b"), time_24h(instant, zone))
    } else {
        moment(instant, zone, now)
    }
}

/// The same with its time and its zone, however far away: `14:30 BST` today, `Tue 6 May 2031 14:30 BST` otherwise.
#[must_use]
pub fn moment_in_full(instant: Timestamp, zone: &Zone, now: Timestamp) -> String {
    if wall(instant, zone).date() == wall(now, zone).date() {
        time_and_zone(instant, zone)
    } else {
        day_and_time(instant, zone)
    }
}

/// How far away an instant is: `in 25 min`, `in 2 h`, `in 3 days`, `4 min ago`, `now`. Begun minutes and hours do not
/// count, so that nothing is promised sooner than it comes; days are counted on `zone`'s calendar, as people count them.
#[must_use]
pub fn relative(instant: Timestamp, zone: &Zone, now: Timestamp) -> String {
    let days = calendar_days(instant, zone, now);
    distance(instant, now, |minutes| match (minutes, days) {
        (0..60, _) => format!("{minutes} min"),
        (_, 0..2) => format!("{} h", minutes / 60),
        _ => format!("{days} days"),
    })
}

/// [`relative`] for a column of nine: `in 25 min`, `in 3 d`, `59 m ago`, `in 5 y`.
#[must_use]
pub fn relative_short(instant: Timestamp, zone: &Zone, now: Timestamp) -> String {
    let days = calendar_days(instant, zone, now);
    distance(instant, now, |minutes| match minutes {
        0..60 if instant > now => format!("{minutes} min"),
        0..60 => format!("{minutes} m"),
        60..1_440 => format!("{} h", minutes / 60),
        1_440..1_440_000 => format!("{days} d"),
        _ => format!("{} y", minutes / 525_960),
    })
}

fn calendar_days(instant: Timestamp, zone: &Zone, now: Timestamp) -> i32 {
    days_between(wall(now, zone).date(), wall(instant, zone).date()).abs()
}

fn distance(instant: Timestamp, now: Timestamp, amount: impl Fn(i64) -> String) -> String {
    let seconds = instant.duration_since(now).as_secs();
    match (seconds.abs() / 60, seconds) {
        (0, _) => "now".to_owned(),
        (minutes, 0..) => format!("in {}", amount(minutes)),
        (minutes, _) => format!("{} ago", amount(minutes)),
    }
}
