//! What the access ledger tells: who looked at a link and what they saw. No decision reads it (invariant 7).

use jiff::Timestamp;

use super::door::Door;
use super::when::{Zone, moment, moment_in_full, time_24h, time_and_zone};

/// How a link was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccessKind {
    /// A page was opened.
    View,
    /// A program that follows links looked ahead: a mail scanner, a preview, a browser that fetches beforehand.
    Prefetch,
    /// The button was pressed.
    Join,
}

impl AccessKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::View, Self::Prefetch, Self::Join];

    /// The name kept in the ledger.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Prefetch => "prefetch",
            Self::Join => "join",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One line of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// When.
    pub at: Timestamp,
    /// How.
    pub kind: AccessKind,
    /// What the page said.
    pub door: Door,
    /// When the page said the link opens, if it had not.
    pub opens_at: Option<Timestamp>,
}

impl Access {
    /// What happened, in words that stand beside the name of the zone: `opened 14:41: page said it opens 15:00`.
    #[must_use]
    pub fn words(&self, zone: &Zone, now: Timestamp) -> String {
        self.said(&Clock::SHORT, zone, now)
    }

    /// The same, each time with its zone.
    #[must_use]
    pub fn words_in_full(&self, zone: &Zone, now: Timestamp) -> String {
        self.said(&Clock::FULL, zone, now)
    }

    fn said(&self, clock: &Clock, zone: &Zone, now: Timestamp) -> String {
        let at = (clock.moment)(self.at, zone, now);
        let said = match (self.door, self.opens_at) {
            (Door::Dead, _) => "the link doesn't work".to_owned(),
            (Door::Cancelled, _) => "cancelled".to_owned(),
            (Door::Expired, _) => "over".to_owned(),
            (Door::Unscheduled, _) => "no time yet".to_owned(),
            (Door::NotYetOpen, Some(opens)) if same_day(self.at, opens, zone) => {
                format!("it opens {}", (clock.time)(opens, zone))
            }
            (Door::NotYetOpen, Some(opens)) => {
                format!("it opens {}", (clock.moment)(opens, zone, now))
            }
            (Door::NotYetOpen, None) => "not open yet".to_owned(),
            (Door::Open | Door::Joined, _) => "join now".to_owned(),
            (Door::Waiting, _) => "checked in, waiting".to_owned(),
            (Door::Admitted, _) => "let in".to_owned(),
        };
        match self.kind {
            AccessKind::View => format!("opened {at}: page said {said}"),
            AccessKind::Prefetch => format!("fetched by a scanner {at}: page said {said}"),
            AccessKind::Join if self.door.admits() => format!("pressed join {at}"),
            AccessKind::Join => format!("pressed join {at}, refused: page said {said}"),
        }
    }
}

// How times are written.
struct Clock {
    moment: fn(Timestamp, &Zone, Timestamp) -> String,
    time: fn(Timestamp, &Zone) -> String,
}

impl Clock {
    const SHORT: Self = Self {
        moment,
        time: time_24h,
    };
    const FULL: Self = Self {
        moment: moment_in_full,
        time: time_and_zone,
    };
}

fn same_day(one: Timestamp, other: Timestamp, zone: &Zone) -> bool {
    let day = |at| zone.time_zone().to_datetime(at).date();
    day(one) == day(other)
}

/// What is known of a candidate who has a link, in one line: whether they opened it, what they saw, and that opening is
/// not joining. `accesses` newest first; none when nobody ever looked. It stands beside the name of the zone.
#[must_use]
pub fn summary(
    accesses: &[Access],
    joined_at: Option<Timestamp>,
    zone: &Zone,
    now: Timestamp,
) -> Option<String> {
    summed_up(accesses, joined_at, &Clock::SHORT, zone, now)
}

/// The same, each time with its zone.
#[must_use]
pub fn summary_in_full(
    accesses: &[Access],
    joined_at: Option<Timestamp>,
    zone: &Zone,
    now: Timestamp,
) -> Option<String> {
    summed_up(accesses, joined_at, &Clock::FULL, zone, now)
}

fn summed_up(
    accesses: &[Access],
    joined_at: Option<Timestamp>,
    clock: &Clock,
    zone: &Zone,
    now: Timestamp,
) -> Option<String> {
    let seen = |kind| accesses.iter().find(|access| access.kind == kind);
    if let Some(joined) = joined_at {
        return Some(format!("joined {}", (clock.moment)(joined, zone, now)));
    }
    // A press that was refused says more than the page that was opened before it.
    let tried = seen(AccessKind::Join).or_else(|| seen(AccessKind::View));
    if let Some(tried) = tried {
        return Some(format!("{}, not joined", tried.said(clock, zone, now)));
    }
    let scanned = seen(AccessKind::Prefetch)?;
    Some(format!(
        "not opened; a scanner fetched it {}",
        (clock.moment)(scanned.at, zone, now)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn access(time: &str, kind: AccessKind, door: Door) -> Access {
        Access {
            at: at(time),
            kind,
            door,
            opens_at: (door == Door::NotYetOpen).then(|| at("2031-03-04T15:00:00Z")),
        }
    }

    #[test]
    fn opened_is_not_joined_and_a_scanner_is_nobody() {
        let zone = Zone::utc();
        let now = at("2031-03-04T15:10:00Z");
        let say = |accesses: &[Access], joined: Option<&str>| {
            summary(accesses, joined.map(at), &zone, now).unwrap_or_default()
        };
        let view = access("2031-03-04T14:41:00Z", AccessKind::View, Door::NotYetOpen);
        let scan = access(
            "2031-03-04T09:00:00Z",
            AccessKind::Prefetch,
            Door::NotYetOpen,
        );
        let press = access("2031-03-04T15:05:00Z", AccessKind::Join, Door::Waiting);
        assert_eq!(say(&[], None), "");
        assert_eq!(say(&[scan], None), "not opened; a scanner fetched it 09:00");
        assert_eq!(
            say(&[view, scan], None),
            "opened 14:41: page said it opens 15:00, not joined"
        );
        assert_eq!(
            say(&[press, view], Some("2031-03-04T15:05:00Z")),
            "joined 15:05"
        );
        let early = access("2031-03-04T14:42:00Z", AccessKind::Join, Door::NotYetOpen);
        assert_eq!(
            say(&[early, view], None),
            "pressed join 14:42, refused: page said it opens 15:00, not joined"
        );
    }

    #[test]
    fn every_kind_and_every_door_has_a_name_and_words() {
        for kind in AccessKind::ALL {
            assert_eq!(AccessKind::named(kind.name()), Some(kind));
            for door in Door::ALL {
                assert_eq!(Door::named(door.name()), Some(door));
                let access = access("2031-03-04T09:00:00Z", kind, door);
                assert!(!access.words(&Zone::utc(), access.at).is_empty());
            }
        }
    }
}
