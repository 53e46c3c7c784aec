//! When a mail that was refused for now is tried again, and when it is given up.

use std::time::Duration;

use jiff::Timestamp;

const FIRST_DELAY: Duration = Duration::from_mins(1);
const LONGEST_DELAY: Duration = Duration::from_hours(1);

// RFC 5321 section 4.5.4.1: "at least 4-5 days".
const LONGEST_WAIT: Duration = Duration::from_hours(5 * 24);

/// The times on which the next try of a delivery depends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// When the mail was asked for.
    pub created: Timestamp,
    /// When its link opens.
    pub opens: Timestamp,
    /// When its interview starts.
    pub starts: Timestamp,
    /// Now.
    pub now: Timestamp,
}

/// Why a mail is not tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GivenUp {
    /// It would come too late.
    #[error("the interview has begun")]
    Begun,
    /// It was tried for five days.
    #[error("it was tried for five days")]
    TooOld,
}

/// When a deferred delivery is tried again.
///
/// The n-th retry is drawn evenly from [d, 4d], where d is one minute, doubling, at most an hour; `draw` lies in
/// [0, 1). While the link is not open yet, a retry that would fall later is drawn into the time before it opens.
///
/// # Errors
/// [`GivenUp`] when the interview has begun, or the mail is five days old.
pub fn next_try(attempts: u32, draw: f64, times: Times) -> Result<Timestamp, GivenUp> {
    let Times {
        created,
        opens,
        starts,
        now,
    } = times;
    if now >= starts {
        return Err(GivenUp::Begun);
    }
    if now
        >= created
            .saturating_add(LONGEST_WAIT)
            .unwrap_or(Timestamp::MAX)
    {
        return Err(GivenUp::TooOld);
    }
    let draw = draw.clamp(0.0, 1.0);
    let doublings = attempts.saturating_sub(1).min(6);
    let shortest = FIRST_DELAY
        .saturating_mul(1 << doublings)
        .min(LONGEST_DELAY);
    let drawn = now
        .saturating_add(shortest.mul_f64(1.0 + 3.0 * draw))
        .unwrap_or(Timestamp::MAX);
    if now < opens && drawn >= opens {
        // The second half of the time that is left: not at once, and not all in the same second.
        let left = Duration::try_from(opens.duration_since(now)).unwrap_or_default();
        return Ok(now
            .saturating_add(left.mul_f64(0.5 + 0.45 * draw))
            .unwrap_or(opens));
    }
    Ok(drawn)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn times(opens: &str, starts: &str) -> Times {
        let now = at("2031-05-06T09:00:00Z");
        Times {
            created: now,
            opens: at(opens),
            starts: at(starts),
            now,
        }
    }

    #[test]
    fn the_waits_double_up_to_an_hour_and_spread_fourfold() {
        let far = times("2031-06-01T00:00:00Z", "2031-06-01T00:15:00Z");
        for (attempts, least, most) in [
            (1, 60, 240),
            (2, 120, 480),
            (3, 240, 960),
            (7, 3600, 14_400),
            (90, 3600, 14_400),
        ] {
            for draw in [0.0, 0.5, 0.999_999] {
                let wait = next_try(attempts, draw, far)
                    .unwrap()
                    .duration_since(far.now)
                    .as_secs();
                assert!((least..=most).contains(&wait), "attempt {attempts}: {wait}");
            }
        }
    }

    #[test]
    fn while_the_start_is_ahead_one_retry_falls_before_the_link_opens() {
        let soon = times("2031-05-06T09:10:00Z", "2031-05-06T09:25:00Z");
        for attempts in 1..20 {
            for draw in [0.0, 0.3, 0.999_999] {
                let next = next_try(attempts, draw, soon).unwrap();
                assert!(
                    soon.now < next && next < soon.opens,
                    "{attempts} {draw}: {next}"
                );
            }
        }
        let open = Times {
            now: at("2031-05-06T09:12:00Z"),
            ..soon
        };
        assert!(
            next_try(9, 0.9, open).is_ok(),
            "it is tried while they could still join"
        );
    }

    #[test]
    fn a_mail_is_given_up_once_its_interview_has_begun_or_after_five_days() {
        let begun = times("2031-05-06T08:45:00Z", "2031-05-06T09:00:00Z");
        assert_eq!(next_try(1, 0.0, begun), Err(GivenUp::Begun));
        let far = times("2031-06-01T00:00:00Z", "2031-06-01T00:15:00Z");
        let old = Times {
            created: at("2031-05-01T09:00:00Z"),
            ..far
        };
        assert_eq!(next_try(30, 0.0, old), Err(GivenUp::TooOld));
    }

    #[test]
    fn a_thousand_deferred_together_come_back_spread_out() {
        let far = times("2031-06-01T00:00:00Z", "2031-06-01T00:15:00Z");
        let mut buckets = std::collections::HashMap::new();
        for index in 0..1_000_u32 {
            // An even draw, made repeatable.
            let draw = f64::from(index.wrapping_mul(2_654_435_761) >> 8) / f64::from(1 << 24);
            let wait = next_try(1, draw, far)
                .unwrap()
                .duration_since(far.now)
                .as_secs();
            *buckets.entry(wait / 10).or_insert(0) += 1;
        }
        assert!(buckets.values().all(|count| *count <= 100), "{buckets:?}");
    }
}
