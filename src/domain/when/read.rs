//! From a WHEN to the one instant it means, or to the reason why there is not exactly one.
//!
//! Date and time are always read in one and the same zone. Nothing here guesses: what has two
//! readings is handed back with both.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Span, Timestamp};

use super::outcome::{Choice, Fold, Reading, Unreadable};
use super::said::{Clock, Day, Said};
use super::show::{full_day, full_day_and_time};
use super::words::SaidDate;
use super::zone::Zone;

/// A date without a year that passed at most so many days ago is taken for a slip, not for next
/// year's.
const JUST_PASSED: i32 = 30;

/// Reads a WHEN as a person at `now` means it whose clock is `zone`; `theirs` is the candidate's
/// zone, `fold` the answer to a time that occurs twice.
///
/// # Errors
/// [`Unreadable`] where it is not exactly one instant after `now`.
pub fn read(
    text: &str,
    now: Timestamp,
    zone: &Zone,
    theirs: Option<&Zone>,
    fold: Option<Fold>,
) -> Result<Reading, Unreadable> {
    let said = Said::parse(text)?;
    if let Some(seconds) = said.elapsed {
        return elapsed(seconds, now, zone);
    }
    let mut zones = match &said.clock {
        None => vec![zone.clone()],
        Some(Clock::Theirs) => vec![theirs.ok_or(Unreadable::NoTheirs)?.clone()],
        Some(Clock::Zones(zones)) => zones.clone(),
    };
    // Of several, those of the people concerned come first.
    zones.sort_by_key(|one| one != zone && Some(one) != theirs);
    let mut readings = Vec::new();
    for zone in &zones {
        let fixed = said.offset.map(TimeZone::fixed);
        let reader = Reader {
            now,
            zone,
            rules: fixed.as_ref().unwrap_or_else(|| zone.time_zone()),
            fold,
        };
        for &time in &said.times {
            for date in reader.dates(&said, time)? {
                let mut reading = reader.instant(date.to_datetime(time));
                if said.clock.is_some() {
                    reading = reading.and_then(|instant| reader.check_offset(instant));
                }
                readings.push((zone, reading));
            }
        }
    }
    one_of(readings)
}

/// A WHEN that means `instant` and nothing else, in the words of `zone`'s clock:
/// `2031-05-06 15:00 Europe/London`, with the offset where the clock shows that time twice.
#[must_use]
pub fn exact(instant: Timestamp, zone: &Zone) -> String {
    let rules = zone.time_zone();
    let wall = rules.to_datetime(instant);
    let time = if wall.second() == 0 {
        wall.strftime("%H:%M")
    } else {
        wall.strftime("%H:%M:%S")
    };
    let offset = match rules.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { .. } => String::new(),
        _ => rules.to_offset(instant).to_string(),
    };
    let offset = match offset.len() {
        0 | 6.. => offset,
        _ => format!("{offset}:00"),
    };
    format!("{} {time}{offset} {zone}", wall.date())
}

fn choice(instant: Timestamp, zone: &Zone) -> Choice {
    Choice {
        instant,
        meaning: full_day_and_time(instant, zone),
        spelling: exact(instant, zone),
    }
}

fn elapsed(seconds: u64, now: Timestamp, zone: &Zone) -> Result<Reading, Unreadable> {
    let seconds = i64::try_from(seconds).map_err(|_| Unreadable::TooFar)?;
    let then = now
        .checked_add(SignedDuration::from_secs(seconds))
        .map_err(|_| Unreadable::TooFar)?;
    // Interviews begin on the minute.
    let minute = then.as_second().div_euclid(60) * 60;
    let instant = Timestamp::from_second(minute).map_err(|_| Unreadable::TooFar)?;
    ahead(instant, now, zone).map(|instant| Reading { instant })
}

fn ahead(instant: Timestamp, now: Timestamp, zone: &Zone) -> Result<Timestamp, Unreadable> {
    if instant > now {
        Ok(instant)
    } else {
        Err(Unreadable::InThePast {
            meaning: full_day_and_time(instant, zone),
        })
    }
}

/// The one reading there is; several that differ are all handed back.
fn one_of(
    mut readings: Vec<(&Zone, Result<Timestamp, Unreadable>)>,
) -> Result<Reading, Unreadable> {
    if readings.len() == 1
        && let Some((_, reading)) = readings.pop()
    {
        return reading.map(|instant| Reading { instant });
    }
    let clocks = readings.iter().map(|(zone, _)| *zone);
    let several_clocks = clocks
        .clone()
        .zip(clocks.skip(1))
        .any(|(one, next)| one != next);
    let mut choices: Vec<Choice> = Vec::new();
    let mut refusal = None;
    for (zone, reading) in readings {
        // Two clocks may go by one name (`IST`), which then tells nobody which is meant.
        let named = |mut choice: Choice| {
            if several_clocks {
                choice.meaning = format!("{} ({zone})", choice.meaning);
            }
            choice
        };
        match reading {
            Ok(instant) => choices.push(named(choice(instant, zone))),
            Err(Unreadable::Twice { choices: two, .. }) => choices.extend(two.map(named)),
            Err(other) => refusal = refusal.or(Some(other)),
        }
    }
    match (choices.as_slice(), refusal) {
        ([], refusal) => Err(refusal.unwrap_or(Unreadable::NoSuchDay)),
        ([first, others @ ..], None) if others.iter().all(|one| one.instant == first.instant) => {
            Ok(Reading {
                instant: first.instant,
            })
        }
        _ => Err(Unreadable::Ambiguous(choices)),
    }
}

/// One clock to read by.
struct Reader<'a> {
    now: Timestamp,
    /// The zone to name in what is handed back.
    zone: &'a Zone,
    /// The rules to read by: the zone's, or an offset that was said.
    rules: &'a TimeZone,
    fold: Option<Fold>,
}

impl Reader<'_> {
    /// The days that are meant, seen from today on this clock.
    fn dates(&self, said: &Said, time: Time) -> Result<Vec<Date>, Unreadable> {
        let today = self.rules.to_datetime(self.now).date();
        let day_after = |days: i64| {
            let span = Span::new().try_days(days).map_err(|_| Unreadable::TooFar)?;
            today.checked_add(span).map_err(|_| Unreadable::TooFar)
        };
        let until = |weekday| i64::from(today.weekday().until(weekday));
        let days = match (&said.day, said.weekday) {
            (None, None) if self.is_ahead(today.to_datetime(time)) => vec![0],
            (None, None) => vec![1],
            (None, Some(weekday)) => match until(weekday) {
                0 if self.is_ahead(today.to_datetime(time)) => vec![0, 7],
                0 => vec![7],
                days => vec![days],
            },
            (Some(Day::FromToday(days)), None) => vec![*days],
            (Some(Day::This(weekday)), None) => vec![until(*weekday)],
            (Some(Day::Next(weekday)), None) => match until(*weekday) {
                0 => vec![7],
                days => vec![days, days + 7],
            },
            (Some(Day::Dates(dates)), weekday) => return Self::calendar(dates, weekday, today),
            (Some(day), Some(weekday)) => {
                let days = match day {
                    Day::FromToday(days) => *days,
                    Day::This(other) | Day::Next(other) => until(*other),
                    Day::Dates(_) => 0,
                };
                return fitting(vec![day_after(days)?], Some(weekday));
            }
        };
        days.into_iter().map(day_after).collect()
    }

    /// The dates among `dates` that exist and fall on `weekday`.
    fn calendar(
        dates: &[SaidDate],
        weekday: Option<Weekday>,
        today: Date,
    ) -> Result<Vec<Date>, Unreadable> {
        let found: Vec<Date> = dates
            .iter()
            .filter_map(|date| resolve_year(*date, today))
            .collect();
        if found.is_empty() {
            return Err(Unreadable::NoSuchDay);
        }
        fitting(found, weekday)
    }

    fn is_ahead(&self, wall: DateTime) -> bool {
        self.rules
            .to_ambiguous_timestamp(wall)
            .later()
            .is_ok_and(|instant| instant > self.now)
    }

    /// The instant at which this clock shows `wall`.
    fn instant(&self, wall: DateTime) -> Result<Timestamp, Unreadable> {
        let ambiguous = self.rules.to_ambiguous_timestamp(wall);
        let earlier = ambiguous.earlier().map_err(|_| Unreadable::TooFar)?;
        let later = ambiguous.later().map_err(|_| Unreadable::TooFar)?;
        let instant = match (ambiguous.offset(), self.fold) {
            (AmbiguousOffset::Gap { .. }, _) => return Err(self.gap(wall, earlier, later)),
            (AmbiguousOffset::Fold { .. }, None) if earlier > self.now => {
                return Err(Unreadable::Twice {
                    wall: wall_text(wall),
                    zone: self.zone.to_string(),
                    choices: Box::new([choice(earlier, self.zone), choice(later, self.zone)]),
                });
            }
            (AmbiguousOffset::Fold { .. }, None | Some(Fold::Second)) => later,
            (AmbiguousOffset::Fold { .. }, Some(Fold::First))
            | (AmbiguousOffset::Unambiguous { .. }, _) => earlier,
        };
        ahead(instant, self.now, self.zone)
    }

    /// The refusal of a time that the clocks skip: `wall` lies between `earlier` and `later`.
    fn gap(&self, wall: DateTime, earlier: Timestamp, later: Timestamp) -> Unreadable {
        // The clocks change between the two instants, at the first transition after `earlier`.
        let change = self
            .rules
            .following(earlier)
            .next()
            .map_or(later, |next| next.timestamp());
        let minute = SignedDuration::from_mins(1);
        let last = change.checked_sub(minute).unwrap_or(earlier);
        let from = change
            .checked_sub(SignedDuration::from_nanos(1))
            .unwrap_or(earlier);
        let from = self.rules.to_offset(from).to_datetime(change);
        Unreadable::Gap {
            wall: wall_text(wall),
            zone: self.zone.to_string(),
            from: from.strftime("%H:%M").to_string(),
            to: self.rules.to_datetime(change).strftime("%H:%M").to_string(),
            nearest: Box::new([choice(last, self.zone), choice(change, self.zone)]),
        }
    }

    /// Where both an offset and a zone were said, they must agree.
    fn check_offset(&self, instant: Timestamp) -> Result<Timestamp, Unreadable> {
        let said = self.rules.to_offset(instant);
        if self.zone.time_zone().to_offset(instant) == said {
            return Ok(instant);
        }
        let (offset, zone) = (said.to_string(), self.zone.to_string());
        Err(Unreadable::OffsetMismatch { offset, zone })
    }
}

/// The date with its year: the one said, else the first year in which it lies ahead, or has
/// only just passed.
fn resolve_year(date: SaidDate, today: Date) -> Option<Date> {
    let in_year = |year| Date::new(year, date.month, date.day).ok();
    if let Some(year) = date.year {
        return in_year(year);
    }
    let recent = |found: &Date| {
        today
            .since(*found)
            .is_ok_and(|ago| ago.get_days() <= JUST_PASSED)
    };
    // A leap day is at most eight years away.
    (today.year().saturating_sub(1)..=today.year().saturating_add(8))
        .filter_map(in_year)
        .find(recent)
}

/// The days that fall on the weekday which was said beside them.
fn fitting(mut days: Vec<Date>, weekday: Option<Weekday>) -> Result<Vec<Date>, Unreadable> {
    let (Some(weekday), Some(first)) = (weekday, days.first().copied()) else {
        return Ok(days);
    };
    days.retain(|day| day.weekday() == weekday);
    if days.is_empty() {
        let (said, day) = (format!("{weekday:?}"), full_day(first));
        return Err(Unreadable::WrongWeekday { said, day });
    }
    Ok(days)
}

fn wall_text(wall: DateTime) -> String {
    format!("{} {}", full_day(wall.date()), wall.strftime("%H:%M"))
}
