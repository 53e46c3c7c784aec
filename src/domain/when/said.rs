//! From the text of a WHEN to what it says, before anybody looks at a clock.

use jiff::civil::{Time, Weekday};
use jiff::tz::Offset;

use super::duration::seconds_of;
use super::outcome::Unreadable;
use super::words::{
    SaidDate, bare_hour, day_of_month, iso_date, month, offset, slash_dates, time_of_day, weekday,
    year, zones_of_abbreviation,
};
use super::zone::Zone;
use crate::domain::text::{clip, visible};

/// Octets a WHEN may have; the longest sensible one has some sixty.
const LONGEST: usize = 120;

/// What a WHEN says. Several times or dates are readings to choose between.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) day: Option<Day>,
    /// A weekday, alone or beside a date.
    pub(super) weekday: Option<Weekday>,
    pub(super) times: Vec<Time>,
    pub(super) clock: Option<Clock>,
    pub(super) offset: Option<Offset>,
    /// `in 3 hours`, in seconds.
    pub(super) elapsed: Option<u64>,
}

/// The day that was said.
#[derive(Debug)]
pub(super) enum Day {
    /// Today is 0.
    FromToday(i64),
    /// `next friday`.
    Next(Weekday),
    /// `this friday`.
    This(Weekday),
    /// A date, or the dates it may be.
    Dates(Vec<SaidDate>),
}

/// The clock that was named.
#[derive(Debug)]
pub(super) enum Clock {
    /// The candidate's.
    Theirs,
    /// A zone, or the zones that an abbreviation may be.
    Zones(Vec<Zone>),
}

impl Said {
    pub(super) fn parse(text: &str) -> Result<Self, Unreadable> {
        if text.trim().is_empty() {
            return Err(Unreadable::Empty);
        }
        if text.len() > LONGEST || text.chars().any(char::is_control) {
            return Err(not_understood(text));
        }
        let plain = text.to_lowercase().replace(',', " ").replace('−', "-");
        let words: Vec<&str> = plain.split_whitespace().flat_map(iso_parts).collect();
        let mut said = Self::default();
        let mut rest = words.as_slice();
        while !rest.is_empty() {
            rest = said
                .take(rest)
                .unwrap_or_else(|| Err(unknown(text, rest)))?;
        }
        let moment = said.day.is_some()
            || said.weekday.is_some()
            || !said.times.is_empty()
            || said.clock.is_some()
            || said.offset.is_some();
        if said.elapsed.is_some() && moment {
            return Err(not_understood(text));
        }
        if said.elapsed.is_none() && said.times.is_empty() {
            return Err(Unreadable::NeedsTime);
        }
        Ok(said)
    }

    /// Takes the first words that belong together and returns the rest; `None` where they mean
    /// nothing, or say again what was said before.
    fn take<'w>(&mut self, words: &'w [&'w str]) -> Option<Result<&'w [&'w str], Unreadable>> {
        let date = |year, month, day| Day::Dates(vec![SaidDate { year, month, day }]);
        let rest = match words {
            ["today", rest @ ..] => self.on(Day::FromToday(0), rest),
            ["tomorrow", rest @ ..] => self.on(Day::FromToday(1), rest),
            ["in", rest @ ..] => self.after(rest),
            ["next", day, rest @ ..] => self.on(Day::Next(weekday(day)?), rest),
            ["this", day, rest @ ..] => self.on(Day::This(weekday(day)?), rest),
            [d, m, y, rest @ ..]
                if let (Some(d), Some(m), Some(y)) = (day_of_month(d), month(m), year(y)) =>
            {
                self.on(date(Some(y), m, d), rest)
            }
            [m, d, y, rest @ ..]
                if let (Some(d), Some(m), Some(y)) = (day_of_month(d), month(m), year(y)) =>
            {
                self.on(date(Some(y), m, d), rest)
            }
            [d, m, rest @ ..] if let (Some(d), Some(m)) = (day_of_month(d), month(m)) => {
                self.on(date(None, m, d), rest)
            }
            [m, d, rest @ ..] if let (Some(d), Some(m)) = (day_of_month(d), month(m)) => {
                self.on(date(None, m, d), rest)
            }
            [hour, half @ ("am" | "pm" | "a.m." | "p.m."), rest @ ..] => {
                self.at(vec![time_of_day(&format!("{hour}{half}"))?], rest)
            }
            ["at", hour, "am" | "pm" | "a.m." | "p.m.", ..] if bare_hour(hour).is_some() => {
                words.get(1..)
            }
            ["at", hour, rest @ ..] if let Some(times) = bare_hour(hour) => self.at(times, rest),
            ["at" | "on" | "the", rest @ ..] if !rest.is_empty() => Some(rest),
            ["midnight", ..] => return Some(Err(Unreadable::Midnight)),
            ["theirs", rest @ ..] => self.by(Clock::Theirs, rest),
            ["utc" | "gmt" | "z", rest @ ..] => self.by(Clock::Zones(vec![Zone::utc()]), rest),
            [word, rest @ ..] => return self.take_word(word, rest),
            [] => None,
        };
        rest.map(Ok)
    }

    /// Takes a word that says something by itself.
    fn take_word<'w>(
        &mut self,
        word: &str,
        rest: &'w [&'w str],
    ) -> Option<Result<&'w [&'w str], Unreadable>> {
        if let Some(day) = weekday(word) {
            return self.weekday.replace(day).is_none().then_some(Ok(rest));
        }
        if let Some(east) = offset(word) {
            return self.offset.replace(east).is_none().then_some(Ok(rest));
        }
        if let Some([zone]) = zones_of_abbreviation(word) {
            let (abbreviation, zone) = (word.to_uppercase(), (*zone).to_owned());
            return Some(Err(Unreadable::Abbreviation { abbreviation, zone }));
        }
        let taken = if let Some(time) = time_of_day(word) {
            self.at(vec![time], rest)
        } else if let Some(date) = iso_date(word) {
            self.on(Day::Dates(vec![date]), rest)
        } else if let Some(dates) = slash_dates(word) {
            self.on(Day::Dates(dates), rest)
        } else {
            let name = [word];
            let names = zones_of_abbreviation(word).unwrap_or(&name);
            let zones: Option<_> = names.iter().map(|name| Zone::parse(name).ok()).collect();
            self.by(Clock::Zones(zones?), rest)
        };
        taken.map(Ok)
    }

    /// `in 2 days`, `in a week`, `in 3 hours`, `in 1h30m`.
    fn after<'w>(&mut self, words: &'w [&'w str]) -> Option<&'w [&'w str]> {
        if let [count, unit, rest @ ..] = words {
            let days = match *unit {
                "day" | "days" => Some(1),
                "week" | "weeks" => Some(7),
                _ => None,
            };
            let one = matches!(*count, "a" | "an");
            if let Some(days) = days {
                let count: u32 = if one { 1 } else { count.parse().ok()? };
                return self.on(Day::FromToday(i64::from(count) * days), rest);
            }
            if one {
                return self.passing(&format!("1 {unit}"), rest);
            }
        }
        (1..=words.len().min(4)).rev().find_map(|length| {
            let (spoken, rest) = words.split_at_checked(length)?;
            self.passing(&spoken.join(" "), rest)
        })
    }

    fn passing<'w>(&mut self, span: &str, rest: &'w [&'w str]) -> Option<&'w [&'w str]> {
        let seconds = seconds_of(span)?;
        self.elapsed.replace(seconds).is_none().then_some(rest)
    }

    fn on<'w>(&mut self, day: Day, rest: &'w [&'w str]) -> Option<&'w [&'w str]> {
        self.day.replace(day).is_none().then_some(rest)
    }

    fn at<'w>(&mut self, times: Vec<Time>, rest: &'w [&'w str]) -> Option<&'w [&'w str]> {
        let first = self.times.is_empty();
        self.times = times;
        first.then_some(rest)
    }

    fn by<'w>(&mut self, clock: Clock, rest: &'w [&'w str]) -> Option<&'w [&'w str]> {
        self.clock.replace(clock).is_none().then_some(rest)
    }
}

/// Splits `2031-05-06t14:30+01:00[europe/london]` (RFC 9557) into the words of the grammar.
fn iso_parts(word: &str) -> impl Iterator<Item = &str> {
    let (word, zone) = match word.strip_suffix(']').and_then(|word| word.split_once('[')) {
        Some((word, zone)) => (word, Some(zone)),
        None => (word, None),
    };
    let (date, time) = match word.split_once('t') {
        Some((date, time)) if iso_date(date).is_some() => (Some(date), time),
        _ => (None, word),
    };
    let colon = time.find(':').unwrap_or(time.len());
    let sign = time
        .get(colon..)
        .and_then(|after| after.find(['+', '-', 'z']));
    let digit = time.starts_with(|first: char| first.is_ascii_digit());
    let (time, east) = match sign {
        Some(sign) if digit => time.split_at_checked(colon + sign).unwrap_or((time, "")),
        _ => (time, ""),
    };
    [date, Some(time), Some(east), zone]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
}

/// The error for words that mean nothing: about a zone, where they look like one.
fn unknown(text: &str, words: &[&str]) -> Unreadable {
    let first = words.first().copied().unwrap_or_default();
    let spelled = [words.join(" "), first.to_owned()];
    let errors = spelled.iter().filter_map(|name| Zone::parse(name).err());
    let zonelike = first.contains('/') && !first.starts_with(|one: char| one.is_ascii_digit());
    errors
        .filter(|error| error.nearest.is_some() || zonelike)
        .find(|error| error.nearest.is_some() || error.text == first)
        .map_or_else(|| not_understood(text), Unreadable::UnknownZone)
}

fn not_understood(text: &str) -> Unreadable {
    Unreadable::NotUnderstood(clip(&visible(&clip(text, 60)), 60))
}
