//! How fast mail may leave (`mail.rate`): evenly, over all lanes of all processes that share the database.
//!
//! The next turn stands in the database and is taken in the transaction that claims a mail, so that it costs no commit
//! of its own. Without a rate it is neither read nor written.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::store::{Reading, StoreError, Writing};

const NEXT_TURN: &str = "mail_next_turn";

/// Whether a mail may be claimed at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// It may, and the next one from then on.
    Now(Timestamp),
    /// Not before then.
    Later(Timestamp),
}

/// Whether it is a mail's turn, where the last one said from when on the next may leave. Turns come evenly; one that was
/// late by less than the time between two does not delay the next, and idle time is not saved up.
fn turn(next: Option<Timestamp>, between: SignedDuration, now: Timestamp) -> Turn {
    let after = |at: Timestamp| at.saturating_add(between).unwrap_or(Timestamp::MAX);
    match next {
        // No turn lies further ahead than one: what does was written before the clock was set back.
        Some(next) if now < next && next <= after(now) => Turn::Later(next),
        Some(next) if next <= now && now.duration_since(next) < between => Turn::Now(after(next)),
        _ => Turn::Now(after(now)),
    }
}

impl App {
    /// Whether it is a mail's turn now; `None` where mail leaves as fast as it goes.
    pub(super) fn turn(&self, read: &Reading<'_>) -> Result<Option<Turn>, StoreError> {
        let Some(rate) = self.config().mail.rate else {
            return Ok(None);
        };
        let between = Duration::from_secs(1) / u32::from(rate.max(1));
        let between = SignedDuration::try_from(between).unwrap_or(SignedDuration::ZERO);
        let next = read.setting(NEXT_TURN)?;
        let next = next.and_then(|next| next.parse().ok());
        Ok(Some(turn(next, between, self.running())))
    }
}

/// Writes down from when on the next mail may leave.
pub(super) fn take_turn(write: &Writing<'_>, next: Timestamp) -> Result<(), StoreError> {
    write.set_setting(NEXT_TURN, &next.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BETWEEN: SignedDuration = SignedDuration::from_millis(200);

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_900_000_000_000 + milliseconds).unwrap()
    }

    #[test]
    fn turns_come_evenly_also_to_those_who_come_a_little_late() {
        assert_eq!(turn(None, BETWEEN, at(0)), Turn::Now(at(200)));
        assert_eq!(turn(Some(at(200)), BETWEEN, at(199)), Turn::Later(at(200)));
        assert_eq!(turn(Some(at(200)), BETWEEN, at(200)), Turn::Now(at(400)));
        assert_eq!(turn(Some(at(200)), BETWEEN, at(399)), Turn::Now(at(400)));
    }

    #[test]
    fn ten_idle_seconds_are_no_fifty_turns() {
        assert_eq!(
            turn(Some(at(200)), BETWEEN, at(10_000)),
            Turn::Now(at(10_200))
        );
    }

    #[test]
    fn a_clock_that_was_set_back_holds_nobody_up() {
        assert_eq!(
            turn(Some(at(3_600_000)), BETWEEN, at(0)),
            Turn::Now(at(200))
        );
    }
}
