//! A VTIMEZONE (RFC 5545 section 3.6.5) with the changes of the clock around one interview.
//!
//! Each change is written with its own date, so that it is right in years whose rules differ from this year's.

use jiff::tz::{Dst, Offset};
use jiff::{SignedDuration, Timestamp};

use super::lines::Lines;
use crate::domain::when::Zone;

/// How far around the interview changes are listed: the change before it and the next ones, in any zone that has them.
const AROUND: SignedDuration = SignedDuration::from_hours(400 * 24);

/// One period of constant offset, from `onset` on.
struct Observance {
    onset: Timestamp,
    before: Offset,
    after: Offset,
    name: String,
    daylight: bool,
}

pub(super) fn write(lines: &mut Lines, zone: &Zone, start: Timestamp, end: Timestamp) {
    lines.raw("BEGIN", "VTIMEZONE");
    lines.raw("TZID", zone.name());
    for observance in observances(zone, start, end) {
        let kind = if observance.daylight {
            "DAYLIGHT"
        } else {
            "STANDARD"
        };
        // The onset is written as the clock showed it before the change.
        let onset = observance.before.to_datetime(observance.onset);
        lines.raw("BEGIN", kind);
        lines.raw("DTSTART", &onset.strftime("%Y%m%dT%H%M%S").to_string());
        lines.raw("TZOFFSETFROM", &offset(observance.before));
        lines.raw("TZOFFSETTO", &offset(observance.after));
        lines.text("TZNAME", &observance.name);
        lines.raw("END", kind);
    }
    lines.raw("END", "VTIMEZONE");
}

fn observances(zone: &Zone, start: Timestamp, end: Timestamp) -> Vec<Observance> {
    let rules = zone.time_zone();
    let since = start.saturating_sub(AROUND).unwrap_or(Timestamp::MIN);
    let until = end.saturating_add(AROUND).unwrap_or(Timestamp::MAX);
    // A zone that has kept one offset since 1970 has kept it always, as far as interviews go: older offsets can have
    // seconds, which calendars don't expect.
    let last_before = rules
        .preceding(since)
        .next()
        .filter(|change| change.timestamp() >= Timestamp::UNIX_EPOCH);
    let (mut before, mut found) = if let Some(change) = &last_before {
        (rules.to_offset(just_before(change.timestamp())), Vec::new())
    } else {
        let info = rules.to_offset_info(since);
        let (offset, name) = (info.offset(), info.abbreviation().to_owned());
        let daylight = info.dst() == Dst::Yes;
        (
            offset,
            vec![Observance {
                onset: Timestamp::UNIX_EPOCH,
                before: offset,
                after: offset,
                name,
                daylight,
            }],
        )
    };
    let following = rules
        .following(since)
        .take_while(|change| change.timestamp() <= until)
        .take(20);
    for change in last_before.into_iter().chain(following) {
        found.push(Observance {
            onset: change.timestamp(),
            before,
            after: change.offset(),
            name: change.abbreviation().to_owned(),
            daylight: change.dst() == Dst::Yes,
        });
        before = change.offset();
    }
    found
}

fn just_before(instant: Timestamp) -> Timestamp {
    instant
        .saturating_sub(SignedDuration::from_secs(1))
        .unwrap_or(Timestamp::MIN)
}

/// `+0530`, and `-004430` where there are seconds.
fn offset(offset: Offset) -> String {
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, minutes, rest) = (
        seconds.abs() / 3600,
        seconds.abs() / 60 % 60,
        seconds.abs() % 60,
    );
    let rest = if rest == 0 {
        String::new()
    } else {
        format!("{rest:02}")
    };
    format!("{sign}{hours:02}{minutes:02}{rest}")
}
