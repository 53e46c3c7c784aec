//! A mail of this run that is on its way: how long it can be taken back, and what became of it.

use jiff::Timestamp;

use crate::domain::delivery::State;
use crate::domain::ids::{DeliveryId, InterviewId};

/// A mail that this dashboard put into the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The mail.
    pub delivery: DeliveryId,
    /// Its interview.
    pub interview: InterviewId,
    /// Whom it goes to.
    pub name: String,
    /// Where it goes.
    pub address: String,
    /// Until when it is held, by the time by which holds run.
    pub held_until: Timestamp,
    /// Whether it came from the form, which taking it back opens again.
    pub from_form: bool,
    /// Where it stood when it was last looked at.
    pub state: State,
}

impl Outgoing {
    /// The whole seconds, rounded up, for which it can still be taken back; `None` when it no longer waits.
    #[must_use]
    pub fn remaining(&self, running: Timestamp) -> Option<i64> {
        let left = self.held_until.duration_since(running);
        let seconds = left.as_secs() + i64::from(left.subsec_nanos() > 0);
        (self.state == State::Held && left.is_positive()).then_some(seconds)
    }

    /// Whether its end is not known yet.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.state.is_unsent()
    }
}
