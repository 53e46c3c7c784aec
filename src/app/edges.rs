//! Where time and chance come in. Everything else is told them.

use std::time::Instant;

use jiff::Timestamp;
use uuid::Uuid;

/// Tells the time, to the microsecond.
pub trait Clock: Send + Sync {
    /// The time of decisions and of everything shown.
    fn now(&self) -> Timestamp;

    /// The time by which holds and retries run. The same, unless the time is fixed: it then goes on from there.
    fn running(&self) -> Timestamp {
        self.now()
    }
}

/// Makes what nobody can guess, and identifiers.
pub trait Chance: Send + Sync {
    /// A version 4 UUID for a session key.
    fn session_key(&self) -> Uuid;

    /// A version 7 UUID for a row.
    fn row_id(&self, now: Timestamp) -> Uuid;

    /// 32 bytes for a secret.
    fn secret(&self) -> [u8; 32];

    /// A number drawn evenly from [0, 1).
    fn draw(&self) -> f64;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        to_the_microsecond(Timestamp::now())
    }
}

/// A clock that stands still (`GREENROOM_NOW`), for tests and demonstrations.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock {
    now: Timestamp,
    started: Instant,
}

impl FixedClock {
    /// Stands at `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self {
            now: to_the_microsecond(now),
            started: Instant::now(),
        }
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn running(&self) -> Timestamp {
        to_the_microsecond(
            self.now
                .saturating_add(self.started.elapsed())
                .unwrap_or(Timestamp::MAX),
        )
    }
}

/// The database keeps microseconds: a value read back equals the one that was written.
fn to_the_microsecond(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemChance;

impl Chance for SystemChance {
    fn session_key(&self) -> Uuid {
        Uuid::new_v4()
    }

    fn row_id(&self, _now: Timestamp) -> Uuid {
        Uuid::now_v7()
    }

    fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for half in bytes.chunks_mut(16) {
            // Two UUIDs hold 122 random bits each; hashing is not needed, as the HMAC does that.
            half.copy_from_slice(Uuid::new_v4().as_bytes());
        }
        bytes
    }

    fn draw(&self) -> f64 {
        let [a, b, c, d, ..] = *Uuid::new_v4().as_bytes();
        f64::from(u32::from_be_bytes([a, b, c, d])) / (f64::from(u32::MAX) + 1.0)
    }
}
