//! What a candidate finds behind their link: the link's state, and within an open one whether they have joined.

use jiff::Timestamp;

use super::interview::Interview;
use super::session::LinkState;
use super::when::{self, Zone};

/// What a candidate finds. Each has a page of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Door {
    /// Nobody's key, or one that no longer admits: which of the two is not told.
    Dead,
    /// The interview was cancelled.
    Cancelled,
    /// It is over, or its window has closed.
    Expired,
    /// It has no time yet.
    Unscheduled,
    /// It opens later.
    NotYetOpen,
    /// They can join.
    Open,
    /// They have joined, and the meeting is where they were sent; joining again works.
    Joined,
    /// They have joined, and there is nowhere to send them yet.
    Waiting,
    /// They have joined and were let in; the recruiter comes to them.
    Admitted,
}

impl Door {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Dead,
        Self::Cancelled,
        Self::Expired,
        Self::Unscheduled,
        Self::NotYetOpen,
        Self::Open,
        Self::Joined,
        Self::Waiting,
        Self::Admitted,
    ];

    /// What stands behind a link of this state. Having joined changes only an open one.
    #[must_use]
    pub const fn of(state: LinkState, interview: &Interview) -> Self {
        match state {
            LinkState::Missing | LinkState::Revoked => Self::Dead,
            LinkState::Cancelled => Self::Cancelled,
            LinkState::Expired => Self::Expired,
            LinkState::Unscheduled => Self::Unscheduled,
            LinkState::NotYetOpen => Self::NotYetOpen,
            LinkState::Open if interview.joined_at.is_none() => Self::Open,
            LinkState::Open if interview.meeting_url.is_some() => Self::Joined,
            LinkState::Open if interview.admitted_at.is_none() => Self::Waiting,
            LinkState::Open => Self::Admitted,
        }
    }

    /// The name kept in the access ledger and told to scripts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Unscheduled => "unscheduled",
            Self::NotYetOpen => "not_yet_open",
            Self::Open => "open",
            Self::Joined => "joined",
            Self::Waiting => "waiting",
            Self::Admitted => "admitted",
        }
    }

    /// The door of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|door| door.name() == name)
    }

    /// How lists say that the candidate is here: `waiting since 14:58`; none where they have not joined.
    #[must_use]
    pub fn here_in_words(
        self,
        interview: &Interview,
        zone: &Zone,
        now: Timestamp,
    ) -> Option<String> {
        let clock = |at: Option<Timestamp>| at.map(|at| when::moment(at, zone, now));
        match self {
            Self::Waiting => Some(format!("waiting since {}", clock(interview.joined_at)?)),
            Self::Joined => Some(format!("joined {}", clock(interview.joined_at)?)),
            Self::Admitted => Some(format!("let in {}", clock(interview.admitted_at)?)),
            Self::Dead
            | Self::Cancelled
            | Self::Expired
            | Self::Unscheduled
            | Self::NotYetOpen
            | Self::Open => None,
        }
    }

    /// Whether the candidate may join.
    #[must_use]
    pub const fn admits(self) -> bool {
        matches!(
            self,
            Self::Open | Self::Joined | Self::Waiting | Self::Admitted
        )
    }
}
