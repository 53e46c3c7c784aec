//! The times of one old interview: read as they were written, compared, and the one that counts.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::rows::{InterviewRow, SessionRow, SlotRow};
use crate::domain::when::{InterviewDuration, Zone};

/// Two times this near are one.
const SAME: SignedDuration = SignedDuration::from_mins(1);
/// How far from "an hour after booking" an invented time may lie.
const INVENTED: SignedDuration = SignedDuration::from_mins(5);

/// A place where the old system wrote down when an interview starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recorded {
    /// The slot in which the schedule booked it.
    ScheduleSlot,
    /// The slot that the interview names.
    InterviewSlot,
    /// The beginning, in which booking wrote the planned one.
    StartedAt,
    /// The session's time.
    Session,
    /// The time of the last migration.
    ScheduledTime,
}

impl Recorded {
    /// How a report calls it.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::ScheduleSlot => "the booked slot",
            Self::InterviewSlot => "the interview's slot",
            Self::StartedAt => "started_at",
            Self::Session => "the session's scheduled_at",
            Self::ScheduledTime => "scheduled_time",
        }
    }

    const fn is_slot(self) -> bool {
        matches!(self, Self::ScheduleSlot | Self::InterviewSlot)
    }
}

/// All that was recorded of one interview's start.
#[derive(Debug, Clone, Default)]
pub(super) struct Times {
    /// In the order in which they count.
    pub recorded: Vec<(Recorded, Timestamp)>,
    /// The recorded time was made up: the moment of booking plus one hour.
    pub invented: bool,
    pub created_at: Option<Timestamp>,
    /// What was recorded beside the slot, whether or not it counts.
    pub started_at: Option<Timestamp>,
    pub session_at: Option<Timestamp>,
    pub scheduled_time: Option<Timestamp>,
}

impl Times {
    pub fn of(
        row: &InterviewRow,
        slots: [Option<&SlotRow>; 2],
        session: Option<&SessionRow>,
        zone: &Zone,
    ) -> Self {
        let [booked, named] = slots.map(|slot| slot.and_then(|slot| slot_start(slot, zone)));
        let mut times = Self {
            created_at: utc(row.created_at.as_deref()),
            started_at: utc(row.started_at.as_deref()),
            session_at: session.and_then(|session| utc(session.scheduled_at.as_deref())),
            scheduled_time: utc(row.scheduled_time.as_deref()),
            ..Self::default()
        };
        times.invented = booked.or(named).or(times.started_at).is_none()
            && (times.is_made_up(times.scheduled_time)
                || (times.scheduled_time.is_none() && times.is_made_up(times.session_at)));
        let is_scheduled = row
            .status
            .as_deref()
            .is_some_and(|status| status.eq_ignore_ascii_case("scheduled"));
        let all = [
            (Recorded::ScheduleSlot, booked),
            (Recorded::InterviewSlot, named),
            (
                Recorded::StartedAt,
                times.started_at.filter(|_| is_scheduled),
            ),
            (
                Recorded::Session,
                times.session_at.filter(|at| {
                    !(times.invented
                        && (times.is_made_up(Some(*at)) || near(times.scheduled_time, Some(*at))))
                }),
            ),
            (
                Recorded::ScheduledTime,
                times.scheduled_time.filter(|_| !times.invented),
            ),
        ];
        times.recorded = all
            .into_iter()
            .filter_map(|(place, at)| Some((place, at?)))
            .collect();
        times
    }

    fn is_made_up(&self, at: Option<Timestamp>) -> bool {
        let booked = self
            .created_at
            .and_then(|created| created.checked_add(SignedDuration::from_hours(1)).ok());
        within(at, booked, INVENTED)
    }

    /// What the slot says, if there is one.
    pub fn slot(&self) -> Option<Timestamp> {
        self.recorded
            .first()
            .filter(|(place, _)| place.is_slot())
            .map(|(_, at)| *at)
    }

    /// What was recorded beside the slot.
    pub fn beside(&self) -> [(Recorded, Option<Timestamp>); 3] {
        [
            (Recorded::StartedAt, self.started_at),
            (Recorded::Session, self.session_at),
            (Recorded::ScheduledTime, self.scheduled_time),
        ]
    }

    /// How far a time lies from the slot, where that is exactly the zone's offset: a wall clock taken for UTC (+), or
    /// UTC for a wall clock (-).
    pub fn skew_of(&self, at: Option<Timestamp>, zone: &Zone) -> Option<SignedDuration> {
        let (slot, at) = (self.slot()?, at?);
        let apart = at.duration_since(slot);
        let offset = offset(slot, zone);
        (!offset.is_zero() && apart.abs() == offset.abs()).then_some(apart)
    }
}

/// The zone's offset at that instant.
pub(super) fn offset(at: Timestamp, zone: &Zone) -> SignedDuration {
    SignedDuration::from_secs(i64::from(zone.time_zone().to_offset(at).seconds()))
}

/// An instant that is a wall clock taken for UTC, put right.
pub(super) fn wall_clock(at: Timestamp, zone: &Zone) -> Timestamp {
    let wall = at.to_zoned(TimeZone::UTC).datetime();
    in_zone(wall, zone).unwrap_or(at)
}

pub(super) fn near(one: Option<Timestamp>, other: Option<Timestamp>) -> bool {
    within(one, other, SAME)
}

pub(super) fn within(
    one: Option<Timestamp>,
    other: Option<Timestamp>,
    span: SignedDuration,
) -> bool {
    one.zip(other)
        .is_some_and(|(one, other)| one.duration_since(other).abs() <= span)
}

/// Naive text is UTC.
pub(super) fn utc(text: Option<&str>) -> Option<Timestamp> {
    let text = text?;
    if !text.contains(':') {
        return None;
    }
    let read = match text.parse::<Timestamp>() {
        Ok(at) => at,
        Err(_) => text
            .parse::<DateTime>()
            .ok()?
            .to_zoned(TimeZone::UTC)
            .ok()?
            .timestamp(),
    };
    // Columns hold microseconds.
    Timestamp::from_microsecond(read.as_microsecond()).ok()
}

fn in_zone(wall: DateTime, zone: &Zone) -> Option<Timestamp> {
    zone.time_zone()
        .to_ambiguous_timestamp(wall)
        .compatible()
        .ok()
}

// A wall clock in the slots' zone; in older databases there is no date, and both times are instants.
fn slot_time(slot: &SlotRow, time: Option<&str>, zone: &Zone) -> Option<Timestamp> {
    let Some(date) = &slot.interview_date else {
        return utc(time);
    };
    let date: Date = date.parse().ok()?;
    let time: Time = time?.parse().ok()?;
    in_zone(date.to_datetime(time), zone)
}

fn slot_start(slot: &SlotRow, zone: &Zone) -> Option<Timestamp> {
    slot_time(slot, slot.start_time.as_deref(), zone)
}

/// What a slot says of its start, if that is no time.
pub(super) fn unreadable_slot(slot: &SlotRow, zone: &Zone) -> Option<String> {
    let written: Vec<&str> = [&slot.interview_date, &slot.start_time]
        .into_iter()
        .filter_map(Option::as_deref)
        .collect();
    (!written.is_empty() && slot_start(slot, zone).is_none()).then(|| written.join(" "))
}

/// How long a slot lasts, as it says or by its end; one that ends before it begins crosses midnight.
pub(super) fn slot_length(slot: &SlotRow, zone: &Zone) -> Option<InterviewDuration> {
    let said = slot
        .duration_minutes
        .as_deref()
        .and_then(|minutes| minutes.parse().ok())
        .and_then(|minutes| InterviewDuration::from_minutes(minutes).ok());
    said.or_else(|| {
        let end = slot_time(slot, slot.end_time.as_deref(), zone)?;
        let start = slot_start(slot, zone)?;
        let length = end.duration_since(start);
        let midnight = if length.is_negative() {
            SignedDuration::from_hours(24)
        } else {
            SignedDuration::ZERO
        };
        length_of(length.saturating_add(midnight))
    })
}

/// The duration of this length, if an interview can last so long.
pub(super) fn length_of(length: SignedDuration) -> Option<InterviewDuration> {
    let minutes = u64::try_from(length.as_mins()).ok()?;
    InterviewDuration::from_minutes(minutes).ok()
}
