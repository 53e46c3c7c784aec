//! The words of a WHEN: names of days, months and zones, and the shapes of dates and times.

use jiff::civil::{Time, Weekday};
use jiff::tz::Offset;

/// What people call their clock, and the zones that are called so. One with several zones has
/// several readings; one with a single zone is refused all the same, since half of the year it
/// is not what that zone's clocks show.
const ABBREVIATIONS: [(&str, &[&str]); 36] = [
    ("ist", &["Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"]),
    (
        "cst",
        &["America/Chicago", "Asia/Shanghai", "America/Havana"],
    ),
    ("bst", &["Europe/London", "Asia/Dhaka"]),
    ("est", &["America/New_York"]),
    ("edt", &["America/New_York"]),
    ("et", &["America/New_York"]),
    ("cdt", &["America/Chicago", "America/Havana"]),
    ("ct", &["America/Chicago"]),
    ("mst", &["America/Denver", "America/Phoenix"]),
    ("mdt", &["America/Denver"]),
    ("mt", &["America/Denver"]),
    ("pst", &["America/Los_Angeles", "Asia/Manila"]),
    ("pdt", &["America/Los_Angeles"]),
    ("pt", &["America/Los_Angeles"]),
    ("ast", &["America/Halifax", "Asia/Riyadh"]),
    ("gst", &["Asia/Dubai", "Atlantic/South_Georgia"]),
    ("wet", &["Europe/Lisbon"]),
    ("west", &["Europe/Lisbon"]),
    ("cet", &["Europe/Paris"]),
    ("cest", &["Europe/Paris"]),
    ("eet", &["Europe/Helsinki"]),
    ("eest", &["Europe/Helsinki"]),
    ("msk", &["Europe/Moscow"]),
    ("pkt", &["Asia/Karachi"]),
    ("hkt", &["Asia/Hong_Kong"]),
    ("sgt", &["Asia/Singapore"]),
    ("jst", &["Asia/Tokyo"]),
    ("kst", &["Asia/Seoul"]),
    ("sast", &["Africa/Johannesburg"]),
    ("eat", &["Africa/Nairobi"]),
    ("wat", &["Africa/Lagos"]),
    ("brt", &["America/Sao_Paulo"]),
    ("aest", &["Australia/Sydney", "Australia/Brisbane"]),
    ("aedt", &["Australia/Sydney"]),
    ("nzst", &["Pacific/Auckland"]),
    ("nzdt", &["Pacific/Auckland"]),
];

/// The zones that an abbreviation (in lower case) may stand for, the likeliest first.
pub(super) fn zones_of_abbreviation(word: &str) -> Option<&'static [&'static str]> {
    ABBREVIATIONS
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, zones)| *zones)
}

/// `tue`, `tues`, `tuesday`.
pub(super) fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "mon" | "monday" => Weekday::Monday,
        "tue" | "tues" | "tuesday" => Weekday::Tuesday,
        "wed" | "weds" | "wednesday" => Weekday::Wednesday,
        "thu" | "thur" | "thurs" | "thursday" => Weekday::Thursday,
        "fri" | "friday" => Weekday::Friday,
        "sat" | "saturday" => Weekday::Saturday,
        "sun" | "sunday" => Weekday::Sunday,
        _ => return None,
    })
}

/// `may`, `sep`, `september`: 1 to 12.
pub(super) fn month(word: &str) -> Option<i8> {
    Some(match word {
        "jan" | "january" => 1,
        "feb" | "february" => 2,
        "mar" | "march" => 3,
        "apr" | "april" => 4,
        "may" => 5,
        "jun" | "june" => 6,
        "jul" | "july" => 7,
        "aug" | "august" => 8,
        "sep" | "sept" | "september" => 9,
        "oct" | "october" => 10,
        "nov" | "november" => 11,
        "dec" | "december" => 12,
        _ => return None,
    })
}

/// `6`, `06`, `6th`, `22nd`: 1 to 31.
pub(super) fn day_of_month(word: &str) -> Option<i8> {
    let digits = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|end| word.strip_suffix(end));
    number(digits.unwrap_or(word), 1..=2).filter(|day| (1..=31).contains(day))
}

/// A year of four digits.
pub(super) fn year(word: &str) -> Option<i16> {
    number(word, 4..=4)
}

/// A date as it was said: `year` is missing where it was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SaidDate {
    pub(super) year: Option<i16>,
    pub(super) month: i8,
    pub(super) day: i8,
}

/// `2031-05-06`, `2031/5/6`: nobody puts a day after the year.
pub(super) fn iso_date(word: &str) -> Option<SaidDate> {
    let mut parts = word.split(['-', '/']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let date = SaidDate {
        year: Some(self::year(year)?),
        month: number(month, 1..=2)?,
        day: number(day, 1..=2)?,
    };
    parts.next().is_none().then_some(date)
}

/// `7/8/2031` and `7/8`, which are read day first in most of the world and month first in some:
/// every reading whose month exists.
pub(super) fn slash_dates(word: &str) -> Option<Vec<SaidDate>> {
    let mut parts = word.split('/');
    let one: i8 = number(parts.next()?, 1..=2)?;
    let two: i8 = number(parts.next()?, 1..=2)?;
    let year = match parts.next() {
        Some(word) => Some(year(word)?),
        None => None,
    };
    if parts.next().is_some() {
        return None;
    }
    let mut dates = vec![SaidDate {
        year,
        month: two,
        day: one,
    }];
    if one != two {
        dates.push(SaidDate {
            year,
            month: one,
            day: two,
        });
    }
    dates.retain(|date| (1..=12).contains(&date.month));
    Some(dates)
}

/// `14:30`, `3:00`, `14:30:00`, `3pm`, `3:30pm`, `noon`. Without am or pm the clock has 24 hours.
pub(super) fn time_of_day(word: &str) -> Option<Time> {
    if word == "noon" {
        return Time::new(12, 0, 0, 0).ok();
    }
    let halves = [("am", 0), ("a.m.", 0), ("pm", 12), ("p.m.", 12)];
    let half = halves
        .iter()
        .find_map(|(end, add)| Some((word.strip_suffix(end)?, *add)));
    let (digits, half) = half.map_or((word, None), |(digits, add)| (digits, Some(add)));
    let mut parts = digits.split(':');
    let hour: i8 = number(parts.next()?, 1..=2)?;
    let minute = parts.next().map(|part| number(part, 2..=2));
    let second = parts.next().map(|part| number(part, 2..=2));
    if parts.next().is_some() || (half.is_none() && minute.is_none()) {
        return None;
    }
    let hour = match half {
        None => hour,
        Some(add) if (1..=12).contains(&hour) => hour % 12 + add,
        Some(_) => return None,
    };
    Time::new(
        hour,
        minute.unwrap_or(Some(0))?,
        second.unwrap_or(Some(0))?,
        0,
    )
    .ok()
}

/// The hour after `at`, without minutes: `at 15` has one reading, `at 3` two.
pub(super) fn bare_hour(word: &str) -> Option<Vec<Time>> {
    let hour: i8 = number(word, 1..=2)?;
    let hours = match hour {
        // The likelier one for an interview first.
        1..=6 => vec![hour + 12, hour],
        7..=11 => vec![hour, hour + 12],
        12 => vec![12, 0],
        _ => vec![hour],
    };
    hours
        .into_iter()
        .map(|hour| Time::new(hour, 0, 0, 0).ok())
        .collect()
}

/// `+02:00`, `-0500`, `+2`: hours and minutes east of UTC.
pub(super) fn offset(word: &str) -> Option<Offset> {
    let sign = match word.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits = word.get(1..)?;
    let (hours, minutes) = match (digits.split_once(':'), digits.len()) {
        (Some(parts), _) => parts,
        (None, 4) => digits.split_at_checked(2)?,
        (None, _) => (digits, "00"),
    };
    let (hours, minutes): (i32, i32) = (number(hours, 1..=2)?, number(minutes, 2..=2)?);
    let real = hours <= 14 && minutes <= 59;
    real.then(|| Offset::from_seconds(sign * (hours * 3_600 + minutes * 60)).ok())
        .flatten()
}

fn number<N: std::str::FromStr>(
    digits: &str,
    length: std::ops::RangeInclusive<usize>,
) -> Option<N> {
    let plain = length.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}
