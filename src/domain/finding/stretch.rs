//! The order of urgency: stretches of findings, the most urgent first.

use jiff::{SignedDuration, Timestamp};

use super::severity::{Nearness, STEPS, Severity};
use super::{Code, Codes};

/// Findings that are equally severe and equally near. Inside a stretch, the one that starts first comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// How severe they are.
    pub severity: Severity,
    /// Which they are.
    pub codes: Codes,
    /// Of which interviews.
    pub span: Span,
}

/// Where interviews lie, seen from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// Ahead, or going on.
    Starts {
        /// They start after this; without it, however early.
        after: Option<Timestamp>,
        /// They start at this, or before; without it, however late.
        until: Option<Timestamp>,
    },
    /// Not over, without a start.
    NoTime,
    /// Over, the newest first.
    Over,
    /// Over, without a start.
    OverNoTime,
}

/// The spans in which a finding of one code is equally severe, the nearest first.
#[must_use]
pub fn spans(now: Timestamp) -> Vec<(Nearness, Span)> {
    let mut spans = Vec::new();
    let mut after = None;
    for (minutes, _) in STEPS {
        // Minutes are counted down whole, so the last one is still within; columns hold microseconds.
        let within = SignedDuration::from_mins(minutes) + SignedDuration::from_micros(59_999_999);
        let until = now.saturating_add(within).unwrap_or(Timestamp::MAX);
        let span = Span::Starts {
            after,
            until: Some(until),
        };
        spans.push((Nearness::Minutes(minutes), span));
        after = Some(until);
    }
    spans.push((Nearness::NoTime, Span::NoTime));
    let rest = Span::Starts { after, until: None };
    spans.push((Nearness::Minutes(i64::MAX), rest));
    spans.push((Nearness::Over, Span::Over));
    spans.push((Nearness::Over, Span::OverNoTime));
    spans
}

/// The stretches of these codes that are at least so severe, the most urgent first; the past only if it is wanted.
#[must_use]
pub fn stretches(
    codes: impl Fn(Code) -> bool,
    least: Severity,
    past: bool,
    now: Timestamp,
) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for (nearness, span) in spans(now) {
        if nearness == Nearness::Over && !past {
            continue;
        }
        for code in Code::ALL.into_iter().filter(|code| codes(*code)) {
            let severity = Severity::of(code, nearness);
            if severity < least {
                continue;
            }
            let there = stretches
                .iter_mut()
                .find(|stretch| stretch.severity == severity && stretch.span == span);
            match there {
                Some(stretch) => stretch.codes.0 |= code.bit(),
                None => stretches.push(Stretch {
                    severity,
                    codes: Codes(code.bit()),
                    span,
                }),
            }
        }
    }
    // Among the equally severe, the nearest stays first.
    stretches.sort_by_key(|stretch| std::cmp::Reverse(stretch.severity));
    stretches
}
