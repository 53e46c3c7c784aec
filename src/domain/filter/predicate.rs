//! The conditions of a filter as predicates over the columns of one interview, with now bound.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Condition, Days, Joined, Sought, TextColumn};
use crate::domain::delivery::State;
use crate::domain::finding::Code;
use crate::domain::ids::InterviewId;
use crate::domain::interview::Status;
use crate::domain::session::{AccessWindow, LinkState};
use crate::domain::verdict::{Reason, Standing};
use crate::domain::when::Zone;

/// A condition over the columns of one interview: what the store turns into SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Predicate {
    /// All of these.
    All(Vec<Self>),
    /// Any of these.
    Any(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// The status is this one.
    Status(Status),
    /// The interview has a start in this half-open range.
    StartsIn(Timestamp, Timestamp),
    /// The access window has opened (and so there is a start).
    Opened {
        /// The start comes before this, so that the usual window has opened.
        starts_before: Timestamp,
        /// Or somebody opened it early, before this.
        early_before: Timestamp,
    },
    /// The access window has closed (and so there is a start).
    Closed {
        /// The end came before this, so that the usual window has closed,
        ends_before: Timestamp,
        /// and so has the longer one that somebody gave it, before this.
        late_before: Timestamp,
    },
    /// The candidate has joined.
    Joined,
    /// The candidate has joined, was not let in yet, and there is no meeting to send them to.
    Waits,
    /// It has a start.
    HasStart,
    /// A session was made, live or revoked.
    HasSession,
    /// The newest session was revoked.
    SessionRevoked,
    /// The clock-free part of the verdict has this name (see [`Reason::name`]).
    Standing(&'static str),
    /// The newest mail is in this state.
    Mail(State),
    /// The clock-free part of this finding holds, and nobody acknowledged it (see [`Code::bit`]).
    Found(Code),
    /// The newest mail may leave only when the link is open, or could have left long ago (see [`OVERDUE`](crate::domain::finding::OVERDUE)).
    LeavesLate {
        /// The usual window opens so long before the start.
        opens_before: Duration,
        /// It does not leave earlier.
        now: Timestamp,
    },
    /// The link closes earlier than their mail says, and nobody acknowledged that.
    ClosesEarly {
        /// The usual window closes so long after the end.
        closes_after: Duration,
    },
    /// That interview.
    Id(InterviewId),
    /// One of those interviews.
    AnyOf(Vec<InterviewId>),
    /// The folded column contains the folded text.
    Contains(TextColumn, String),
    /// It stands in a name, address, role or company, begins a key or a Message-ID, or names the interview.
    Text(Sought),
}

impl Predicate {
    /// That an interview has a finding which nobody acknowledged.
    #[must_use]
    pub fn finding(code: Code, window: &AccessWindow, now: Timestamp) -> Self {
        match code {
            Code::DeferredLate => Self::All(vec![
                Self::Found(code),
                Self::LeavesLate {
                    opens_before: window.opens_before,
                    now,
                },
            ]),
            Code::ClosesEarly => Self::ClosesEarly {
                closes_after: window.closes_after,
            },
            code => Self::Found(code),
        }
    }

    /// What holds where this does not.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }
}

/// What predicates are compiled with.
pub(super) struct Context<'a> {
    pub window: &'a AccessWindow,
    pub zone: &'a Zone,
    pub now: Timestamp,
}

impl Context<'_> {
    pub fn compile(&self, condition: &Condition) -> Predicate {
        match condition {
            Condition::Link(state) => self.link(*state),
            Condition::Verdict(standing) => self.verdict(*standing),
            Condition::Mail(state) => {
                let marks = State::ALL
                    .into_iter()
                    .filter(|mark| mark.name() == state.name());
                Predicate::Any(marks.map(Predicate::Mail).collect())
            }
            Condition::Finding(code) => Predicate::finding(*code, self.window, self.now),
            Condition::Status(status) => Predicate::Status(*status),
            Condition::Joined(Joined::Yes) => Predicate::Joined,
            Condition::Joined(Joined::No) => Predicate::Joined.negated(),
            Condition::Joined(Joined::Waiting) => {
                Predicate::All(vec![Predicate::Waits, self.link(LinkState::Open)])
            }
            Condition::When(days) => self.days(*days),
            Condition::Id(id) => Predicate::Id(*id),
            Condition::AnyOf(ids) => Predicate::AnyOf(ids.clone()),
            Condition::Column(column, text) => Predicate::Contains(*column, text.clone()),
            Condition::Text(sought) => Predicate::Text(sought.clone()),
        }
    }

    // In whole microseconds: what happens at an instant has happened before the next one.
    fn closed(&self) -> Predicate {
        let before = self
            .now
            .saturating_sub(self.window.closes_after)
            .unwrap_or(Timestamp::MIN);
        Predicate::Closed {
            ends_before: just_after(before),
            late_before: just_after(self.now),
        }
    }

    fn opened(&self) -> Predicate {
        let by = self
            .now
            .saturating_add(self.window.opens_before)
            .unwrap_or(Timestamp::MAX);
        Predicate::Opened {
            starts_before: just_after(by),
            early_before: just_after(self.now),
        }
    }

    fn link(&self, state: LinkState) -> Predicate {
        use Predicate as P;
        let cancelled = P::Status(Status::Cancelled);
        let revoked = P::All(vec![P::HasSession, P::SessionRevoked]);
        let live = |more: Vec<P>| {
            let mut all = vec![
                P::Not(Box::new(P::Status(Status::Cancelled))),
                P::HasSession,
                P::SessionRevoked.negated(),
            ];
            all.extend(more);
            P::All(all)
        };
        let ended = || {
            P::Any(vec![
                P::Status(Status::Completed),
                P::Status(Status::NoShow),
            ])
        };
        match state {
            LinkState::Cancelled => cancelled,
            LinkState::Missing => P::All(vec![cancelled.negated(), P::HasSession.negated()]),
            LinkState::Revoked => P::All(vec![cancelled.negated(), revoked]),
            LinkState::Expired => live(vec![P::Any(vec![ended(), self.closed()])]),
            LinkState::Unscheduled => live(vec![ended().negated(), P::HasStart.negated()]),
            LinkState::NotYetOpen => live(vec![
                ended().negated(),
                P::HasStart,
                self.closed().negated(),
                self.opened().negated(),
            ]),
            LinkState::Open => live(vec![
                ended().negated(),
                P::HasStart,
                self.closed().negated(),
                self.opened(),
            ]),
        }
    }

    fn verdict(&self, standing: Standing) -> Predicate {
        let over = Predicate::Any(vec![
            Predicate::Status(Status::Scheduled).negated(),
            self.closed(),
        ]);
        if standing == Standing::Over {
            return over;
        }
        let names = Reason::CLOCK_FREE
            .into_iter()
            .filter(|reason| reason.standing() == standing)
            .map(Reason::name);
        let mut names: Vec<_> = names.map(Predicate::Standing).collect();
        names.dedup();
        Predicate::All(vec![over.negated(), Predicate::Any(names)])
    }

    fn days(&self, days: Days) -> Predicate {
        let today = self.now.to_zoned(self.zone.time_zone().clone()).date();
        let from = |date: Date| {
            date.to_zoned(self.zone.time_zone().clone())
                .map_or(Timestamp::MAX, |midnight| midnight.timestamp())
        };
        let after = |date: Date, days: i8| date.saturating_add(jiff::Span::new().days(days));
        let span =
            |first: Date, days: i8| Predicate::StartsIn(from(first), from(after(first, days)));
        match days {
            Days::Today => span(today, 1),
            Days::Tomorrow => span(after(today, 1), 1),
            Days::Week => span(today, 7),
            Days::On(date) => span(date, 1),
            Days::Ahead => Predicate::All(vec![Predicate::HasStart, self.closed().negated()]),
            Days::Past => self.closed(),
            Days::None => Predicate::HasStart.negated(),
        }
    }
}

fn just_after(at: Timestamp) -> Timestamp {
    at.saturating_add(Duration::from_micros(1))
        .unwrap_or(Timestamp::MAX)
}
