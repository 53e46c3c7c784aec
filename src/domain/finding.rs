//! Named differences between what is true and what the candidate holds: one function of facts and now.
//!
//! The clock-free part of each stands in the database as a bit of `interview.found`, as the clock-free part of the
//! verdict does; a property test holds the two together.

mod compared;
mod evidence;
mod remedy;
mod severity;
mod stretch;
#[cfg(test)]
mod tests;
mod words;

use jiff::{SignedDuration, Timestamp};

use super::address::likely_typo;
use super::delivery::State;
use super::interview::{Interview, Status};
use super::session::{AccessWindow, SessionCondition};
use super::verdict::{Facts, NewestMail, Told};

pub use compared::Compared;
pub use evidence::{Held, evidence};
pub use remedy::{Mending, Remedy, all_with, mending, remedy, remedy_for_all};
pub use severity::{Nearness, Severity};
pub use stretch::{Span, Stretch, spans, stretches};

/// The name of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// There is no link that works, and nobody holds one.
    MissingLink,
    /// There is no start.
    NoStart,
    /// There is no address.
    NoAddress,
    /// Nobody at the address on record was mailed.
    NeverMailed,
    /// They hold another key.
    StaleLink,
    /// They hold another time.
    StaleTime,
    /// They hold a link that was revoked.
    RevokedButHeld,
    /// The newest mail failed, and they don't hold the truth.
    Failed,
    /// The newest mail waits: it leaves when the link is open already, or should have left long ago.
    DeferredLate,
    /// Nobody knows whether the newest mail arrived.
    Unknown,
    /// The newest mail never left this machine.
    StoredOnly,
    /// The link that they hold leads nowhere but to this machine or network.
    LocalLink,
    /// They hold an imported key: the old platform mailed it.
    MailedElsewhere,
    /// The link closes earlier than their mail says.
    ClosesEarly,
    /// The interview was cancelled, and they hold an invitation that was accepted.
    CancelledButInvited,
    /// The address looks mistyped.
    SuspectAddress,
    /// The imported key stood on another interview too, so that neither kept it.
    ImportedConflict,
}

impl Code {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::MissingLink,
        Self::NoStart,
        Self::NoAddress,
        Self::NeverMailed,
        Self::StaleLink,
        Self::StaleTime,
        Self::RevokedButHeld,
        Self::Failed,
        Self::DeferredLate,
        Self::Unknown,
        Self::StoredOnly,
        Self::LocalLink,
        Self::MailedElsewhere,
        Self::ClosesEarly,
        Self::CancelledButInvited,
        Self::SuspectAddress,
        Self::ImportedConflict,
    ];

    /// The name in JSON, in filters and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MissingLink => "MISSING-LINK",
            Self::NoStart => "NO-START",
            Self::NoAddress => "NO-ADDRESS",
            Self::NeverMailed => "NEVER-MAILED",
            Self::StaleLink => "STALE-LINK",
            Self::StaleTime => "STALE-TIME",
            Self::RevokedButHeld => "REVOKED-BUT-HELD",
            Self::Failed => "FAILED",
            Self::DeferredLate => "DEFERRED-LATE",
            Self::Unknown => "UNKNOWN",
            Self::StoredOnly => "STORED-ONLY",
            Self::LocalLink => "LOCAL-LINK",
            Self::MailedElsewhere => "MAILED-ELSEWHERE",
            Self::ClosesEarly => "CLOSES-EARLY",
            Self::CancelledButInvited => "CANCELLED-BUT-INVITED",
            Self::SuspectAddress => "SUSPECT-ADDRESS",
            Self::ImportedConflict => "IMPORTED-CONFLICT",
        }
    }

    /// The code of that name; case does not count, and `_` is as good as `-`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim().replace('_', "-");
        Self::ALL
            .into_iter()
            .find(|code| code.name().eq_ignore_ascii_case(&name))
    }

    /// Its bit in the columns that keep sets of codes. Never given to another code.
    #[must_use]
    pub const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// A set of codes, as the database keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Codes(pub u32);

impl Codes {
    /// All there are.
    pub const ALL: Self = Self((1 << Code::ALL.len()) - 1);

    /// Whether the code is one of them.
    #[must_use]
    pub const fn contains(self, code: Code) -> bool {
        self.0 & code.bit() != 0
    }
}

/// So long after it may leave, a mail that still waits is overdue: nothing carries the mail, or something holds it back.
pub const OVERDUE: SignedDuration = SignedDuration::from_mins(10);

/// One difference of one interview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its name.
    pub code: Code,
    /// How bad it is now.
    pub severity: Severity,
    /// One sentence.
    pub detail: String,
    /// What mends it.
    pub remedy: Remedy,
    /// Whether somebody said that it may stay so.
    pub acknowledged: bool,
}

/// Every difference of an interview, the acknowledged ones too.
#[must_use]
pub fn audit(
    interview: &Interview,
    facts: &Facts,
    window: &AccessWindow,
    now: Timestamp,
) -> Vec<Finding> {
    let case = Case {
        interview,
        facts,
        window,
        now,
    };
    let nearness = Nearness::of(interview, window, now);
    Code::ALL
        .into_iter()
        .filter(|code| case.has(*code))
        .map(|code| Finding {
            code,
            severity: Severity::of(code, nearness),
            detail: case.sentence(code),
            remedy: remedy(code, interview, facts, window, now),
            acknowledged: facts.acknowledged.contains(code),
        })
        .collect()
}

/// One interview at one moment.
#[derive(Clone, Copy)]
struct Case<'a> {
    interview: &'a Interview,
    facts: &'a Facts,
    window: &'a AccessWindow,
    now: Timestamp,
}

impl Case<'_> {
    fn has(self, code: Code) -> bool {
        let (interview, facts) = (self.interview, self.facts);
        if interview.status == Status::Cancelled {
            return match code {
                Code::CancelledButInvited => {
                    facts.told.is_some() || (self.mailed_before() && !self.is_unsettled())
                }
                // They may hold an invitation: that is to be decided first.
                Code::Unknown => facts.told.is_none() && self.is_unsettled(),
                _ => false,
            };
        }
        let told = facts.told.as_ref();
        let revoked = facts.session == SessionCondition::Revoked;
        match code {
            Code::MissingLink => {
                facts.session == SessionCondition::None || (revoked && told.is_none())
            }
            Code::NoStart => interview.starts_at.is_none(),
            Code::NoAddress => interview.candidate_email.is_none(),
            Code::NeverMailed => self.never_mailed(),
            Code::StaleLink => {
                let held = facts.held_key();
                facts.session == SessionCondition::Live && held.is_some() && held != facts.key
            }
            Code::StaleTime => told.is_some_and(|told| self.holds_old_time(told)),
            Code::RevokedButHeld => revoked && told.is_some(),
            Code::Failed => self.newest_is(|state| state == State::Failed),
            Code::DeferredLate => {
                self.newest_is(State::is_unsent) && (self.comes_late() || self.is_overdue())
            }
            Code::Unknown => self.newest_is(|state| state == State::Unknown) && self.is_unsettled(),
            Code::StoredOnly => self.newest_is(|state| state == State::Stored),
            Code::LocalLink => told.is_some_and(|told| told.link_is_local),
            Code::MailedElsewhere => {
                facts.key_imported
                    && facts.mailed_key.is_none()
                    && told.is_none()
                    && facts.session == SessionCondition::Live
            }
            Code::ClosesEarly => told.is_some_and(|told| self.closes_early(told)),
            Code::CancelledButInvited => false,
            Code::SuspectAddress => interview
                .candidate_email
                .as_ref()
                .is_some_and(|address| likely_typo(address).is_some()),
            Code::ImportedConflict => facts.import_conflict,
        }
    }

    // Only where they could have been mailed: what is missing first has its own name. An address that took the place
    // of the one that was mailed has not been mailed.
    fn never_mailed(self) -> bool {
        let Some(address) = &self.interview.candidate_email else {
            return false;
        };
        if self.facts.session != SessionCondition::Live || self.interview.starts_at.is_none() {
            return false;
        }
        if let Some(told) = &self.facts.told {
            return told.address != address.ascii();
        }
        let nothing_waits = self
            .facts
            .newest
            .is_none_or(|newest| matches!(newest.state, State::Withdrawn | State::Accepted));
        nothing_waits && !self.facts.key_imported
    }

    // The calendar shows duration and zone too: their revision counts where nothing else tells the two apart.
    fn holds_old_time(self, told: &Told) -> bool {
        if Some(told.starts_at) != self.interview.starts_at {
            return true;
        }
        let current = Some(told.key) == self.facts.key && self.goes_to(told);
        current
            && told
                .sequence
                .is_some_and(|sequence| sequence < self.interview.sequence)
    }

    fn goes_to(self, told: &Told) -> bool {
        self.interview
            .candidate_email
            .as_ref()
            .is_some_and(|address| told.address == address.ascii())
    }

    // A mail that went wrong changes nothing for those who hold the truth.
    fn newest_is(self, wanted: impl Fn(State) -> bool) -> bool {
        self.facts.newest.is_some_and(|newest| wanted(newest.state))
            && !self
                .facts
                .told
                .as_ref()
                .is_some_and(|told| self.is_truth(told))
    }

    // By the old system, which may not have told them that the interview does not take place.
    fn mailed_before(self) -> bool {
        self.interview.starts_at.is_some()
            && (self.facts.key_imported || self.facts.import_conflict)
    }

    fn is_unsettled(self) -> bool {
        self.facts.newest.is_some_and(NewestMail::is_unsettled)
    }

    fn is_truth(self, told: &Told) -> bool {
        self.facts.session == SessionCondition::Live
            && Some(told.key) == self.facts.key
            && self.goes_to(told)
            && !self.holds_old_time(told)
    }

    fn comes_late(self) -> bool {
        let (Some((opens, _)), Some(newest)) = (self.opens_and_closes(), self.facts.newest) else {
            return false;
        };
        newest.may_leave().max(self.now) >= opens
    }

    fn is_overdue(self) -> bool {
        self.facts
            .newest
            .is_some_and(|newest| self.now.duration_since(newest.may_leave()) >= OVERDUE)
    }

    fn closes_early(self, told: &Told) -> bool {
        let (Some((_, closes)), Some(promised)) = (self.opens_and_closes(), told.closes_at) else {
            return false;
        };
        self.facts.session == SessionCondition::Live
            && Some(told.key) == self.facts.key
            && Some(told.starts_at) == self.interview.starts_at
            && promised > closes
    }

    fn opens_and_closes(self) -> Option<(Timestamp, Timestamp)> {
        self.window.of(self.interview)
    }
}
