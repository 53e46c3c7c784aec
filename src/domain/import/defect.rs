//! What is wrong with data that arrives, by name, in words for whoever has to decide what to do about it.

/// One kind of thing that was noticed. The first seventeen are the old system's known defects, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "words() says what each is")]
pub enum Defect {
    NoKey,
    KeyWithoutSession,
    SessionWithoutInterview,
    SharedKey,
    KeyOrLinkAlone,
    LinkExpiry,
    WallClockAsUtc,
    StartedUnlikeSlot,
    SessionUnlikeStart,
    InventedTime,
    ExpiredTooEarly,
    CancelledInSchedule,
    Address,
    NoJob,
    InThePast,
    SameAddress,
    BookingCount,
    TimesDisagree,
    KeyUnreadable,
    LinkOfAnotherKey,
    ErrorStatus,
    NoDuration,
    NoName,
    TextChanged,
    TimeUnreadable,
    NoSlot,
    AlreadyPlanned,
    Recognised,
}

impl Defect {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 28] = [
        Self::NoKey,
        Self::KeyWithoutSession,
        Self::SessionWithoutInterview,
        Self::SharedKey,
        Self::KeyOrLinkAlone,
        Self::LinkExpiry,
        Self::WallClockAsUtc,
        Self::StartedUnlikeSlot,
        Self::SessionUnlikeStart,
        Self::InventedTime,
        Self::ExpiredTooEarly,
        Self::CancelledInSchedule,
        Self::Address,
        Self::NoJob,
        Self::InThePast,
        Self::SameAddress,
        Self::BookingCount,
        Self::TimesDisagree,
        Self::KeyUnreadable,
        Self::LinkOfAnotherKey,
        Self::ErrorStatus,
        Self::NoDuration,
        Self::NoName,
        Self::TextChanged,
        Self::TimeUnreadable,
        Self::NoSlot,
        Self::AlreadyPlanned,
        Self::Recognised,
    ];

    /// Its number in the list of the old system's defects, 1 to 17.
    #[must_use]
    pub fn number(self) -> Option<u8> {
        let at = Self::ALL.iter().position(|defect| *defect == self)?;
        u8::try_from(at + 1).ok().filter(|number| *number <= 17)
    }

    /// The name by which programs know it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoKey => "no-key",
            Self::KeyWithoutSession => "key-without-session",
            Self::SessionWithoutInterview => "session-without-interview",
            Self::SharedKey => "shared-key",
            Self::KeyOrLinkAlone => "key-or-link-alone",
            Self::LinkExpiry => "link-expiry",
            Self::WallClockAsUtc => "wall-clock-as-utc",
            Self::StartedUnlikeSlot => "started-unlike-slot",
            Self::SessionUnlikeStart => "session-unlike-start",
            Self::InventedTime => "invented-time",
            Self::ExpiredTooEarly => "expired-too-early",
            Self::CancelledInSchedule => "cancelled-in-schedule",
            Self::Address => "address",
            Self::NoJob => "no-job",
            Self::InThePast => "in-the-past",
            Self::SameAddress => "same-address",
            Self::BookingCount => "booking-count",
            Self::TimesDisagree => "times-disagree",
            Self::KeyUnreadable => "key-unreadable",
            Self::LinkOfAnotherKey => "link-of-another-key",
            Self::ErrorStatus => "error-status",
            Self::NoDuration => "no-duration",
            Self::NoName => "no-name",
            Self::TextChanged => "text-changed",
            Self::TimeUnreadable => "time-unreadable",
            Self::NoSlot => "no-slot",
            Self::AlreadyPlanned => "already-planned",
            Self::Recognised => "recognised",
        }
    }

    /// What it means, and what the import makes of it.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::NoKey => {
                "no key: the candidate has no link that works; they come in without one, and `greenroom repair` makes it"
            }
            Self::KeyWithoutSession => {
                "a key, but the old system had no session for it, so their link never opened anything there; it is kept and works here"
            }
            Self::SessionWithoutInterview => {
                "a session that belongs to no interview: it is left behind"
            }
            Self::SharedKey => {
                "one key on two interviews, so that one candidate could enter the other's: none of them keeps it; make new links"
            }
            Self::KeyOrLinkAlone => {
                "a key without a link that was written down, or the reverse: look at what they were mailed"
            }
            Self::LinkExpiry => {
                "the old link's end does not fit the start: here the link opens and closes by the start alone"
            }
            Self::WallClockAsUtc => {
                "a recorded time that is off by exactly the time zone: a clock on the wall was taken for UTC"
            }
            Self::StartedUnlikeSlot => {
                "a recorded beginning unlike the booked slot: the slot counts"
            }
            Self::SessionUnlikeStart => {
                "the time on the old waiting page is unlike the start: they may hold the wrong time"
            }
            Self::InventedTime => {
                "no time was ever agreed: the recorded one is the moment of booking plus one hour, so they come in without a time"
            }
            Self::ExpiredTooEarly => {
                "the old system had closed the link although the start is still ahead: it works here"
            }
            Self::CancelledInSchedule => {
                "cancelled in the schedule while the interview said scheduled: they come in cancelled"
            }
            Self::Address => "an address that is missing, can't be written to, or looks mistyped",
            Self::NoJob => {
                "no job of their own: the role is that of the slot or the candidate, or \"Interview\" until you name it"
            }
            Self::InThePast => "scheduled, but the time has passed: complete or cancel them",
            Self::SameAddress => {
                "two scheduled interviews with one address: they stay apart, each with its own link"
            }
            Self::BookingCount => {
                "a slot whose number of bookings is not the number of interviews booked in it"
            }
            Self::TimesDisagree => {
                "two places name different starts: the booked slot counts, then what is written first here"
            }
            Self::KeyUnreadable => {
                "a key that is not 32 hexadecimal digits: it can't have worked, so they come in without a link"
            }
            Self::LinkOfAnotherKey => {
                "the link that was written down carries another key than the interview: they may hold a dead link"
            }
            Self::ErrorStatus => "ended with an error in the old system: they come in cancelled",
            Self::NoDuration => "no duration that can be: the configured one is taken",
            Self::NoName => "a candidate without a name: they are called by their number",
            Self::TextChanged => {
                "text that is too long, or with characters that nobody sees or that act in a template: it was cleaned"
            }
            Self::TimeUnreadable => {
                "a date or time that can't be: it is left out, and the next place that names a start counts"
            }
            Self::NoSlot => {
                "booked in a slot that is not there: the next place that names a start counts"
            }
            Self::AlreadyPlanned => {
                "another interview of this address at this very time is here already: both stay, each with a link of its own; cancel the one that is not meant"
            }
            Self::Recognised => {
                "lines without an id of their own that mean an interview which is here already: it stays as it is"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_defects_have_their_numbers_and_every_name_is_its_own() {
        let numbers: Vec<_> = Defect::ALL
            .iter()
            .filter_map(|defect| defect.number())
            .collect();
        assert_eq!(numbers, (1..=17).collect::<Vec<_>>());
        let names: std::collections::BTreeSet<_> = Defect::ALL.map(Defect::name).into();
        assert_eq!(names.len(), Defect::ALL.len());
    }
}
