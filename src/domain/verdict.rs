//! Can they get in, and if not, why: one function of facts and now.

use jiff::Timestamp;

use super::delivery::State;
use super::finding::Codes;
use super::interview::{Interview, Status};
use super::session::{AccessWindow, LinkState, SessionCondition, SessionKey};
use super::when::{self, Zone};

/// What is known of an interview without a clock: kept beside it, and written in the commit that makes it true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The newest session's key, live or revoked.
    pub key: Option<SessionKey>,
    /// What there is of a session.
    pub session: SessionCondition,
    /// What the candidate holds: the newest mail that was accepted.
    pub told: Option<Told>,
    /// The newest mail that carries a link.
    pub newest: Option<NewestMail>,
    /// What was last said of that mail by who did not take it, if it failed or was put off. It comes from outside.
    pub mail_reply: Option<String>,
    /// Where it was imported from, and what it was called there.
    pub imported: Option<Imported>,
    /// The live key came with an import: the old system mailed it.
    pub key_imported: bool,
    /// The key in the link that the old system wrote down, where it is another than the imported one.
    pub mailed_key: Option<SessionKey>,
    /// The key that came with an import stood on another interview too, so that neither keeps it.
    pub import_conflict: bool,
    /// The findings of which somebody said that they may stay as they are.
    pub acknowledged: Codes,
}

impl Facts {
    /// Of an interview that was just made: there is no session, and nobody was mailed.
    pub const NONE: Self = Self {
        key: None,
        session: SessionCondition::None,
        told: None,
        newest: None,
        mail_reply: None,
        imported: None,
        key_imported: false,
        mailed_key: None,
        import_conflict: false,
        acknowledged: Codes(0),
    };

    /// The key in the newest link that is known to have been mailed to them: from here, or by the old system where it
    /// wrote down another than the one that was imported.
    #[must_use]
    pub fn held_key(&self) -> Option<SessionKey> {
        self.told.as_ref().map(|told| told.key).or(self.mailed_key)
    }
}

/// Where an interview was imported from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The source, under which external ids are unique ("legacy", "csv").
    pub source: String,
    /// Its id there, if it had one.
    pub external_id: Option<String>,
}

/// What the newest accepted mail told the candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// When it was accepted.
    pub at: Timestamp,
    /// The key in its link.
    pub key: SessionKey,
    /// The start that it named.
    pub starts_at: Timestamp,
    /// The address it went to (ASCII).
    pub address: String,
    /// The SEQUENCE in it; unknown of mails that older versions sent.
    pub sequence: Option<u32>,
    /// Until when it said that the link works; unknown of mails that older versions sent.
    pub closes_at: Option<Timestamp>,
    /// Whether its link led to this machine or its network only.
    pub link_is_local: bool,
}

/// Where the newest mail stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewestMail {
    /// Its state.
    pub state: State,
    /// Since when.
    pub since: Timestamp,
    /// Until when it is held, or when it is tried next.
    pub due: Option<Timestamp>,
    /// Whether somebody left its unknown outcome as it is, for a reason.
    pub settled: bool,
}

impl NewestMail {
    /// From when on it may leave, or be tried again.
    #[must_use]
    pub fn may_leave(self) -> Timestamp {
        self.due.unwrap_or(self.since)
    }

    /// Whether nobody knows what became of it, and nobody decided what that means.
    #[must_use]
    pub fn is_unsettled(self) -> bool {
        self.state == State::Unknown && !self.settled
    }
}

/// Whether the candidate can get in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// They can't get in.
    Blocked,
    /// Nobody told them.
    NotInvited,
    /// Nobody knows yet whether they were told.
    InDoubt,
    /// They hold the right link and time.
    Ready,
    /// It is over.
    Over,
}

impl Standing {
    /// All of them, worst first.
    pub const ALL: [Self; 5] = [
        Self::Blocked,
        Self::NotInvited,
        Self::InDoubt,
        Self::Ready,
        Self::Over,
    ];

    /// The name used in JSON and in filters.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::NotInvited => "not_invited",
            Self::InDoubt => "in_doubt",
            Self::Ready => "ready",
            Self::Over => "over",
        }
    }
}

/// The one reason behind a standing, the first that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Status is no longer `scheduled`.
    Ended(Status),
    /// The access window has closed.
    Past,
    /// No session was ever made.
    NoLink,
    /// The session was revoked.
    LinkRevoked,
    /// There is no start.
    NoStart,
    /// There is no address.
    NoAddress,
    /// They hold a link with another key.
    HoldsDeadLink,
    /// They hold another start.
    HoldsOldTime,
    /// The mail went to another address than today's.
    MailedElsewhere,
    /// They hold the right link and time.
    Told(Timestamp),
    /// The only mail failed.
    MailFailed,
    /// Nothing was ever mailed, or only withdrawn.
    NeverMailed,
    /// Nothing was mailed from here, but the key came with an import: the old system mailed it.
    InvitedByOldSystem,
    /// The mail waits for its hold to end.
    Held(Option<Timestamp>),
    /// The mail is leaving.
    Leaving,
    /// The mail was put off.
    Deferred(Option<Timestamp>),
    /// Nobody knows whether the mail left.
    MailUnknown,
    /// The mail lies on this machine.
    StoredHere,
}

impl Reason {
    /// Every reason that does not depend on the clock, with times that mean nothing.
    pub const CLOCK_FREE: [Self; 16] = [
        Self::NoLink,
        Self::LinkRevoked,
        Self::NoStart,
        Self::NoAddress,
        Self::HoldsDeadLink,
        Self::HoldsOldTime,
        Self::MailedElsewhere,
        Self::Told(Timestamp::UNIX_EPOCH),
        Self::MailFailed,
        Self::NeverMailed,
        Self::InvitedByOldSystem,
        Self::Held(None),
        Self::Leaving,
        Self::Deferred(None),
        Self::MailUnknown,
        Self::StoredHere,
    ];

    /// The name under which the database keeps the clock-free part of a verdict.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ended(status) => status.name(),
            Self::Past => "past",
            Self::NoLink => "no_link",
            Self::LinkRevoked => "link_revoked",
            Self::NoStart => "no_start",
            Self::NoAddress => "no_address",
            Self::HoldsDeadLink => "holds_dead_link",
            Self::HoldsOldTime => "holds_old_time",
            Self::MailedElsewhere => "mailed_elsewhere",
            Self::Told(_) => "told",
            Self::MailFailed => "mail_failed",
            Self::NeverMailed => "never_mailed",
            Self::InvitedByOldSystem
            | Self::Held(_)
            | Self::Leaving
            | Self::Deferred(_)
            | Self::MailUnknown
            | Self::StoredHere => "in_doubt",
        }
    }

    /// The standing that this reason means.
    #[must_use]
    pub const fn standing(self) -> Standing {
        match self {
            Self::Ended(_) | Self::Past => Standing::Over,
            Self::NoLink
            | Self::LinkRevoked
            | Self::NoStart
            | Self::NoAddress
            | Self::HoldsDeadLink
            | Self::HoldsOldTime
            | Self::MailedElsewhere
            | Self::MailFailed => Standing::Blocked,
            Self::NeverMailed => Standing::NotInvited,
            Self::InvitedByOldSystem
            | Self::Held(_)
            | Self::Leaving
            | Self::Deferred(_)
            | Self::MailUnknown
            | Self::StoredHere => Standing::InDoubt,
            Self::Told(_) => Standing::Ready,
        }
    }

    /// A few words for a list; times are shown in `zone`, the day only when it is not today's.
    #[must_use]
    pub fn words(self, zone: &Zone, now: Timestamp) -> String {
        let clock = |at: Timestamp| when::moment(at, zone, now);
        match self {
            Self::Ended(Status::Cancelled) => "cancelled".into(),
            Self::Ended(Status::NoShow) => "did not come".into(),
            Self::Ended(_) => "completed".into(),
            Self::Past => "over".into(),
            Self::NoLink => "no link".into(),
            Self::LinkRevoked => "link revoked".into(),
            Self::NoStart => "no time yet".into(),
            Self::NoAddress => "no address".into(),
            Self::HoldsDeadLink => "holds a dead link".into(),
            Self::HoldsOldTime => "holds the old time".into(),
            Self::MailedElsewhere => "mailed to the old address".into(),
            Self::Told(at) => format!("ready, sent {}", clock(at)),
            Self::MailFailed => "mail failed".into(),
            Self::NeverMailed => "not invited".into(),
            Self::InvitedByOldSystem => "invited by the old system".into(),
            Self::Held(Some(until)) if until > now => format!("held, leaves {}", clock(until)),
            Self::Held(_) | Self::Leaving => "leaving now".into(),
            Self::Deferred(Some(next)) => format!("next try {}", clock(next)),
            Self::Deferred(None) => "put off".into(),
            Self::MailUnknown => "outcome unknown".into(),
            Self::StoredHere => "stored on this machine".into(),
        }
    }

    /// One sentence: why they can or can't get in.
    #[must_use]
    pub fn sentence(self, zone: &Zone, now: Timestamp) -> String {
        self.said(now, |at| when::moment(at, zone, now))
    }

    /// The same where no zone is named beside it: each time in it names its own.
    #[must_use]
    pub fn sentence_in_full(self, zone: &Zone, now: Timestamp) -> String {
        self.said(now, |at| when::moment_in_full(at, zone, now))
    }

    fn said(self, now: Timestamp, clock: impl Fn(Timestamp) -> String) -> String {
        match self {
            Self::Ended(Status::Cancelled) => "The interview was cancelled.".into(),
            Self::Ended(Status::NoShow) => "The candidate did not come.".into(),
            Self::Ended(_) => "The interview has taken place.".into(),
            Self::Past => "The time of the interview has passed and its link has closed.".into(),
            Self::NoLink => "They can't get in: the interview has no link.".into(),
            Self::LinkRevoked => "They can't get in: the link was revoked.".into(),
            Self::NoStart => "They can't get in: the interview has no start time.".into(),
            Self::NoAddress => "They can't be told: the interview has no address.".into(),
            Self::HoldsDeadLink => "They can't get in: the link they hold was replaced.".into(),
            Self::HoldsOldTime => "They hold the right link but the old time.".into(),
            Self::MailedElsewhere => "Their invitation went to another address than the one on record.".into(),
            Self::Told(at) => format!("They hold the right link and time, accepted {}.", clock(at)),
            Self::MailFailed => "They were not told: the invitation could not be mailed.".into(),
            Self::NeverMailed => "They were not invited yet.".into(),
            Self::InvitedByOldSystem => "Their link was imported: the old system mailed it, and nobody knows with which time.".into(),
            Self::Held(Some(until)) if until > now => format!("The invitation is held and leaves {}.", clock(until)),
            Self::Held(_) | Self::Leaving => "The invitation is leaving.".into(),
            Self::Deferred(Some(next)) => format!("The invitation could not be handed over yet; the next try is {}.", clock(next)),
            Self::Deferred(None) => "The invitation could not be handed over yet.".into(),
            Self::MailUnknown => "The connection broke while the invitation was leaving; nobody knows whether it arrived.".into(),
            Self::StoredHere => "The invitation lies on this machine; nobody was mailed.".into(),
        }
    }
}

/// The reason that decides. See [`Reason::standing`] for the verdict itself.
#[must_use]
pub fn judge(
    interview: &Interview,
    facts: &Facts,
    window: &AccessWindow,
    now: Timestamp,
) -> Reason {
    match LinkState::of(interview, facts.session, window, now) {
        LinkState::Cancelled => return Reason::Ended(Status::Cancelled),
        _ if interview.status != Status::Scheduled => return Reason::Ended(interview.status),
        LinkState::Expired => return Reason::Past,
        LinkState::Missing | LinkState::Revoked if window.has_closed(interview, now) => {
            return Reason::Past;
        }
        LinkState::Missing => return Reason::NoLink,
        LinkState::Revoked => return Reason::LinkRevoked,
        LinkState::Unscheduled => return Reason::NoStart,
        LinkState::NotYetOpen | LinkState::Open => {}
    }
    let Some(address) = &interview.candidate_email else {
        return Reason::NoAddress;
    };
    if let Some(told) = &facts.told {
        if Some(told.key) != facts.key {
            return Reason::HoldsDeadLink;
        }
        if Some(told.starts_at) != interview.starts_at {
            return Reason::HoldsOldTime;
        }
        if told.address != address.ascii() {
            return Reason::MailedElsewhere;
        }
        return Reason::Told(told.at);
    }
    let nothing_left = if facts.key_imported {
        Reason::InvitedByOldSystem
    } else {
        Reason::NeverMailed
    };
    let Some(newest) = facts.newest else {
        return nothing_left;
    };
    match newest.state {
        State::Held => Reason::Held(newest.due),
        State::Queued | State::Claimed | State::HandingOver => Reason::Leaving,
        State::Deferred => Reason::Deferred(newest.due),
        State::Failed => Reason::MailFailed,
        State::Unknown => Reason::MailUnknown,
        State::Stored => Reason::StoredHere,
        State::Withdrawn | State::Accepted => nothing_left,
    }
}
