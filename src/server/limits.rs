//! How many links that don't work one client may try. What it remembers is bounded, whoever tries.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Keys that nobody knows, in one window of time.
const TRIES: u16 = 10;
/// The window begins with the first of them.
const WINDOW: Duration = Duration::from_mins(1);
/// Clients that are remembered. While there are more, newcomers are told to wait.
const CLIENTS: usize = 20_000;

/// Counts, for each client, the keys that nobody knows. Known keys are never counted and never refused: a candidate gets in
/// however many strangers share their address.
#[derive(Debug, Default)]
pub struct Limits(Mutex<HashMap<IpAddr, Tries>>);

#[derive(Debug, Clone, Copy)]
struct Tries {
    since: Instant,
    count: u16,
}

impl Limits {
    /// Counts one unknown key of a client. Gives back how long the client has to wait, if that was one too many.
    pub fn count(&self, client: IpAddr, now: Instant) -> Option<Duration> {
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if clients.len() >= CLIENTS && !clients.contains_key(&client) {
            clients.retain(|_, tries| now < tries.since + WINDOW);
            if clients.len() >= CLIENTS {
                return Some(WINDOW);
            }
        }
        let fresh = Tries {
            since: now,
            count: 0,
        };
        let tries = clients.entry(client).or_insert(fresh);
        if now >= tries.since + WINDOW {
            *tries = fresh;
        }
        tries.count = tries.count.saturating_add(1);
        (tries.count > TRIES).then(|| tries.since + WINDOW - now)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn client(number: u32) -> IpAddr {
        IpAddr::V4(Ipv4Addr::from_bits(number))
    }

    #[test]
    fn the_eleventh_unknown_key_of_a_minute_waits_for_the_next() {
        let (limits, start) = (Limits::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        for second in 0..10 {
            assert_eq!(limits.count(client(1), at(second)), None);
        }
        assert_eq!(
            limits.count(client(1), at(20)),
            Some(Duration::from_secs(40))
        );
        assert_eq!(limits.count(client(2), at(20)), None);
        assert_eq!(limits.count(client(1), at(60)), None);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (limits, start) = (Limits::default(), Instant::now());
        for number in 0..u32::try_from(CLIENTS).unwrap() {
            assert_eq!(limits.count(client(number), start), None);
        }
        assert_eq!(limits.count(client(u32::MAX), start), Some(WINDOW));
        assert_eq!(
            limits.count(client(7), start),
            None,
            "a known client goes on"
        );
        assert!(limits.0.lock().unwrap().len() <= CLIENTS);
        assert_eq!(limits.count(client(u32::MAX), start + WINDOW), None);
        assert_eq!(limits.0.lock().unwrap().len(), 1);
    }
}
