//! A clock that is set by hand, and chance without surprises.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use greenroom::app::{Chance, Clock};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// Stands still until it is moved.
pub struct HandClock(AtomicI64);

impl HandClock {
    pub fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.as_microsecond()))
    }

    pub fn set(&self, now: Timestamp) {
        self.0.store(now.as_microsecond(), Ordering::SeqCst);
    }

    pub fn advance(&self, by: SignedDuration) {
        self.set(self.now() + by);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// Gives the same keys and identifiers in every run; two of different seeds never give the same.
pub struct SeededChance {
    seed: u64,
    drawn: AtomicU64,
}

impl SeededChance {
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            drawn: AtomicU64::new(0),
        }
    }

    // SplitMix64.
    fn next(&self) -> u64 {
        let count = self.drawn.fetch_add(1, Ordering::SeqCst) + 1;
        let mut mixed = (self.seed << 40)
            .wrapping_add(count)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn bytes(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.next().to_be_bytes());
        bytes[8..].copy_from_slice(&self.next().to_be_bytes());
        bytes
    }
}

impl Chance for SeededChance {
    fn session_key(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }

    // Rises with the clock, and within one instant with each draw, as version 7 does.
    fn row_id(&self, now: Timestamp) -> Uuid {
        let millis = u64::try_from(now.as_millisecond()).unwrap();
        let mut rest = [0; 10];
        rest[2..].copy_from_slice(&self.next().to_be_bytes());
        let count = u16::try_from(self.drawn.load(Ordering::SeqCst) & 0x0fff).unwrap();
        rest[..2].copy_from_slice(&count.to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(millis, &rest).into_uuid()
    }

    fn secret(&self) -> [u8; 32] {
        let mut secret = [0; 32];
        secret[..16].copy_from_slice(&self.bytes());
        secret[16..].copy_from_slice(&self.bytes());
        secret
    }

    // The shortest wait between two tries: one minute after the first.
    fn draw(&self) -> f64 {
        0.0
    }
}
