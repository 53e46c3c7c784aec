//! How fast mail may leave (`mail.rate`): evenly, by a clock that only runs forward.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Gives turns, evenly spaced, to all lanes together.
#[derive(Debug)]
pub(super) struct Pace {
    between: Duration,
    next: Mutex<Instant>,
}

impl Pace {
    /// So many mails a second; without a number, as fast as they go.
    pub(super) fn new(rate: Option<u16>) -> Self {
        let between = rate.map_or(Duration::ZERO, |rate| {
            Duration::from_secs(1) / u32::from(rate.max(1))
        });
        Self {
            between,
            next: Mutex::new(Instant::now()),
        }
    }

    /// Waits for a turn.
    pub(super) async fn turn(&self) {
        if self.between.is_zero() {
            return;
        }
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let turn = (*next).max(Instant::now());
            *next = turn + self.between;
            turn
        };
        sleep_until(turn).await;
    }

    /// Takes a turn only if one is due: nobody waits for it while a server does.
    pub(super) fn has_turn(&self) -> bool {
        if self.between.is_zero() {
            return true;
        }
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let due = *next <= Instant::now();
        if due {
            *next = Instant::now() + self.between;
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn turns_come_evenly_and_are_not_saved_up() {
        let pace = Pace::new(Some(5));
        let start = Instant::now();
        for _ in 0..6 {
            pace.turn().await;
        }
        assert_eq!(start.elapsed(), Duration::from_secs(1));
        assert!(!pace.has_turn());
        tokio::time::advance(Duration::from_secs(10)).await;
        assert!(pace.has_turn());
        assert!(!pace.has_turn(), "ten idle seconds are no fifty turns");
    }

    #[tokio::test]
    async fn without_a_rate_nobody_waits() {
        let pace = Pace::new(None);
        for _ in 0..1_000 {
            pace.turn().await;
            assert!(pace.has_turn());
        }
    }
}
