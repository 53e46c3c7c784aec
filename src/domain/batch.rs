//! A batch: what was asked for together, from one plan, and how far it has come.

use std::time::Duration;

use jiff::Timestamp;

use super::delivery::State;

/// Whether the mails of a batch may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BatchState {
    /// They leave when they are due.
    Going,
    /// They wait for a person.
    Paused,
    /// What had not left was withdrawn.
    Stopped,
}

impl BatchState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Going, Self::Paused, Self::Stopped];

    /// The name used in JSON and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Going => "going",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// What a person did to a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BatchDeed {
    /// Nothing of it was to leave.
    Paused,
    /// It was to go on.
    Resumed,
    /// What had not left was withdrawn; the detail says how many.
    Stopped,
    /// What had not left and may be sent was asked for again; the detail names the new batch.
    Retried,
}

impl BatchDeed {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Paused, Self::Resumed, Self::Stopped, Self::Retried];

    /// The name used in JSON and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::Stopped => "stopped",
            Self::Retried => "retried",
        }
    }

    /// The deed of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.name() == name)
    }
}

/// One line of what happened to a batch as a whole. What became of each mail stands in the timeline of its interview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchEvent {
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
    /// What.
    pub deed: BatchDeed,
    /// More about it, or empty. Never a name or an address of a candidate.
    pub detail: String,
}

impl BatchEvent {
    /// What was done: `paused`, `stopped, 12 withdrawn`, `retried as batch 14`.
    #[must_use]
    pub fn words(&self) -> String {
        match (self.deed, self.detail.is_empty()) {
            (deed, true) => deed.name().to_owned(),
            (BatchDeed::Retried, false) => format!("retried as {}", self.detail),
            (deed, false) => format!("{}, {}", deed.name(), self.detail),
        }
    }
}

/// Where the mails of a batch stand, counted from the outbox itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Held or queued, never tried yet.
    pub waiting: u64,
    /// Being sent at this moment.
    pub sending: u64,
    /// Accepted by a mail server.
    pub accepted: u64,
    /// Kept on this machine.
    pub stored: u64,
    /// Put off, with a next try.
    pub deferred: u64,
    /// Refused for good, or given up.
    pub failed: u64,
    /// Of unknown outcome.
    pub unknown: u64,
    /// Taken back.
    pub withdrawn: u64,
}

impl Progress {
    /// Counts so many mails in a state.
    pub const fn add(&mut self, state: State, mails: u64) {
        let place = match state {
            State::Held | State::Queued => &mut self.waiting,
            State::Claimed | State::HandingOver => &mut self.sending,
            State::Accepted => &mut self.accepted,
            State::Stored => &mut self.stored,
            State::Deferred => &mut self.deferred,
            State::Failed => &mut self.failed,
            State::Unknown => &mut self.unknown,
            State::Withdrawn => &mut self.withdrawn,
        };
        *place += mails;
    }

    /// All mails.
    #[must_use]
    pub const fn mails(&self) -> u64 {
        self.left() + self.accepted + self.stored + self.failed + self.unknown + self.withdrawn
    }

    /// What may still leave by itself.
    #[must_use]
    pub const fn left(&self) -> u64 {
        self.waiting + self.sending + self.deferred
    }

    /// What has reached its end well.
    #[must_use]
    pub const fn sent(&self) -> u64 {
        self.accepted + self.stored
    }
}

/// How long `left` mails take when `ended` came to their end within the span `within`.
#[must_use]
pub fn time_left(left: u64, ended: u64, within: Duration) -> Option<Duration> {
    if left == 0 || ended == 0 {
        return None;
    }
    let millis = within.as_millis().saturating_mul(u128::from(left)) / u128::from(ended);
    Some(Duration::from_millis(
        u64::try_from(millis).unwrap_or(u64::MAX),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_counted_once() {
        let mut progress = Progress::default();
        for state in State::ALL {
            progress.add(state, 1);
        }
        assert_eq!(progress.mails(), 10);
        assert_eq!(progress.left(), 5);
        assert_eq!(progress.sent(), 2);
    }

    #[test]
    fn what_is_left_takes_as_long_as_what_went_before() {
        let minute = Duration::from_mins(1);
        assert_eq!(time_left(50, 100, minute), Some(Duration::from_secs(30)));
        assert_eq!(time_left(50, 0, minute), None);
        assert_eq!(time_left(0, 10, minute), None);
    }
}
