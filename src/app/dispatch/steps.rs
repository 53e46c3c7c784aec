//! The steps of a delivery through the dispatcher, each inside one transaction with its event.

use std::collections::{HashSet, VecDeque};

use jiff::Timestamp;

use super::pace::{Turn, take_turn};
use super::shared::{Source, concerns_one_mail};
use crate::app::pause::{Trouble, read_pause};
use crate::app::{App, AppError, Delivery, outbox};
use crate::domain::delivery::{GIVEN_UP, Happening, Impossible, State};
use crate::domain::event::EventKind;
use crate::domain::ids::DeliveryId;
use crate::domain::invitable::Invitable;
use crate::domain::retry::{self, GivenUp};
use crate::domain::session::JoinLink;
use crate::mail::transport::Outcome;
use crate::store::{MoveError, Outgoing, OwnerId, Remark, Row, Writing};

/// An outcome in the words of the outbox.
#[derive(Debug, Clone)]
pub(super) enum Verdict {
    Accepted(String),
    Stored(String),
    Deferred {
        words: String,
        /// What any other mail would have met as well, in brief.
        met_by_all: Option<String>,
    },
    Failed(String),
    Lost(String),
}

impl From<Outcome> for Verdict {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Accepted { reply } => Self::Accepted(reply.to_string()),
            Outcome::Passed { words } => Self::Accepted(words),
            Outcome::Stored { path } => Self::Stored(path),
            Outcome::Deferred { reason } => Self::Deferred {
                met_by_all: reason.concerns_every_mail().then(|| reason.in_brief()),
                words: reason.to_string(),
            },
            Outcome::Failed { reason } => Self::Failed(reason.to_string()),
            Outcome::Unknown { reason } => Self::Lost(reason.to_string()),
        }
    }
}

impl Verdict {
    /// What any other mail would have met as well, without the recipient's address.
    fn trouble(&self, address: &str) -> Option<Trouble> {
        match self {
            Self::Deferred {
                words,
                met_by_all: Some(brief),
            } => Some(Trouble {
                why: nameless(words, address),
                brief: brief.clone(),
            }),
            _ => None,
        }
    }
}

/// What a lane wants of one transaction, beside keeping what it knows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Step {
    /// The mail whose content is about to leave.
    pub begin: Option<DeliveryId>,
    /// Whether to claim the next mail that is due.
    pub claims: bool,
}

/// What came of asking for a mail.
pub(super) enum Claim {
    /// It is this process's now.
    Taken(Box<Outgoing>),
    /// It was no longer true, and will not leave.
    Withdrawn,
    /// It is not due, or somebody else has it.
    NotDue,
}

/// What came of a [`Step`].
#[derive(Default)]
pub(super) struct Stepped {
    /// Whether the mark of the content stands; it does not if the mail was taken back meanwhile.
    pub begun: bool,
    /// The mail that was claimed.
    pub next: Option<Outgoing>,
    /// When it is the next mail's turn, where none was claimed for that reason.
    pub later: Option<Timestamp>,
    /// Where mails stand now whose attempt is over, or that were withdrawn because they were no longer true.
    pub ended: Vec<(DeliveryId, State)>,
}

impl Stepped {
    /// Whether anything was written, outcomes aside.
    pub(super) fn wrote(&self) -> bool {
        self.begun || self.next.is_some() || !self.ended.is_empty()
    }
}

impl App {
    /// Keeps outcomes, sets the second mark of one mail and the first of another: one transaction.
    pub(super) fn step(
        &self,
        write: &Writing<'_>,
        done: &[(DeliveryId, Verdict)],
        step: Step,
        owner: OwnerId,
        source: &mut Source,
        stuck: &mut HashSet<DeliveryId>,
    ) -> Result<Stepped, AppError> {
        let mut stepped = Stepped::default();
        for (id, verdict) in done {
            match self.settle(write, *id, verdict) {
                Ok(state) => stepped.ended.push((*id, state)),
                // Taken back while the server was asked: no byte of its content has left.
                Err(error) if was_taken_back(&error) => {}
                Err(error) => return Err(error),
            }
        }
        if let Some(id) = step.begin {
            stepped.begun = match self.advance(write, id, Happening::ContentBegins, None) {
                Ok(_) => true,
                Err(MoveError::Store(error)) => return Err(error.into()),
                Err(MoveError::Impossible(_) | MoveError::Missing) => false,
            };
        }
        if step.claims {
            match self.turn(write)? {
                Some(Turn::Later(later)) => stepped.later = Some(later),
                turn => {
                    stepped.next =
                        self.claim_next(write, owner, source, stuck, &mut stepped.ended)?;
                    if let (Some(_), Some(Turn::Now(next))) = (&stepped.next, turn) {
                        take_turn(write, next)?;
                    }
                }
            }
        }
        Ok(stepped)
    }

    /// Claims the next mail of a source. One that can't be read must not keep those behind it.
    fn claim_next(
        &self,
        write: &Writing<'_>,
        owner: OwnerId,
        source: &mut Source,
        stuck: &mut HashSet<DeliveryId>,
        ended: &mut Vec<(DeliveryId, State)>,
    ) -> Result<Option<Outgoing>, AppError> {
        let pause = read_pause(write)?;
        loop {
            let id = match (&mut *source, &pause) {
                (Source::Due, Some(_)) => None,
                // Only a person ends the pause of a copy.
                (_, Some(pause)) if !pause.probes => None,
                (Source::These(ids), _) => ids.pop_front(),
                (Source::Due | Source::Probe, _) => self.longest_waiting(write, stuck)?,
            };
            let Some(id) = id else { return Ok(None) };
            match self.claim(write, id, owner) {
                Ok(Claim::Taken(mail)) => {
                    if matches!(source, Source::Probe) {
                        *source = Source::These(VecDeque::new());
                    }
                    return Ok(Some(*mail));
                }
                Ok(Claim::Withdrawn) => ended.push((id, State::Withdrawn)),
                Ok(Claim::NotDue) => {}
                Err(error) if concerns_one_mail(&error) => {
                    tracing::error!(delivery = %id, %error, "a mail can't be read and stays where it is");
                    stuck.insert(id);
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn longest_waiting(
        &self,
        write: &Writing<'_>,
        stuck: &HashSet<DeliveryId>,
    ) -> Result<Option<DeliveryId>, AppError> {
        let limit = u32::try_from(stuck.len() + 1).unwrap_or(u32::MAX);
        let due = write.due_deliveries(self.running(), limit)?;
        Ok(due
            .into_iter()
            .map(|(id, _)| id)
            .find(|id| !stuck.contains(id)))
    }

    /// Claims a mail that is due, if it is still true; withdraws it otherwise.
    pub(super) fn claim(
        &self,
        write: &Writing<'_>,
        id: DeliveryId,
        owner: OwnerId,
    ) -> Result<Claim, AppError> {
        let now = self.running();
        let Some(delivery) = write.delivery(id)? else {
            return Ok(Claim::NotDue);
        };
        let due = delivery.due.is_some_and(|due| due <= now);
        let waiting = matches!(
            delivery.state,
            State::Held | State::Queued | State::Deferred
        );
        if !due || !waiting || delivery.paused {
            return Ok(Claim::NotDue);
        }
        let mail = outbox::kept(write.outgoing(id)?)?;
        let row = outbox::kept(write.interview(delivery.interview_id)?)?;
        if let Err(untrue) = self.still_true(write, &row, &delivery, &mail) {
            self.note_refusal(write, row.id(), &untrue)?;
            self.withdraw(write, &delivery, &untrue)?;
            return Ok(Claim::Withdrawn);
        }
        if delivery.state == State::Held {
            write.move_delivery(id, Happening::HoldEnded, &Remark::default(), now)?;
        }
        let remark = Remark {
            owner: Some(owner),
            ..Remark::default()
        };
        write.move_delivery(id, Happening::Claimed, &remark, now)?;
        Ok(Claim::Taken(Box::new(mail)))
    }

    /// Invariant 9: what is stored must still be what would be said today.
    fn still_true(
        &self,
        write: &Writing<'_>,
        row: &Row,
        delivery: &Delivery,
        mail: &Outgoing,
    ) -> Result<(), String> {
        let session = write
            .sessions(row.id())
            .map_err(|error| error.to_string())?
            .into_iter()
            .next();
        let invitable =
            Invitable::check(&row.interview, session.as_ref(), self.policy(), self.now())
                .map_err(|error| error.to_string())?;
        let today = JoinLink::new(&self.policy().base, invitable.session().key).expose();
        if mail.session_id != Some(invitable.session().id) || mail.link != today {
            return Err("link: the mail carries another link than today's".to_owned());
        }
        if delivery.starts_at != invitable.starts_at() {
            return Err("at: the mail names another start than today's".to_owned());
        }
        if delivery.address != invitable.address().ascii() {
            return Err("email: the mail goes to another address than today's".to_owned());
        }
        Ok(())
    }

    pub(super) fn advance(
        &self,
        write: &Writing<'_>,
        id: DeliveryId,
        happening: Happening,
        words: Option<&str>,
    ) -> Result<State, MoveError> {
        let remark = Remark {
            reply: words.map(str::to_owned),
            ..Remark::default()
        };
        write.move_delivery(id, happening, &remark, self.running())
    }

    pub(super) fn settle(
        &self,
        write: &Writing<'_>,
        id: DeliveryId,
        verdict: &Verdict,
    ) -> Result<State, AppError> {
        let delivery = write.delivery(id)?.ok_or(AppError::NoDelivery)?;
        self.hear_attempt(write, verdict.trouble(&delivery.address))?;
        let (happening, kind, words) = match verdict {
            Verdict::Accepted(words) => (Happening::Accepted, EventKind::MailAccepted, words),
            Verdict::Stored(words) => (Happening::Stored, EventKind::MailStored, words),
            Verdict::Failed(words) => (Happening::Failed, EventKind::MailFailed, words),
            Verdict::Lost(words) => (Happening::Lost, EventKind::MailUnknown, words),
            Verdict::Deferred { words, .. } => return self.put_off(write, &delivery, words),
        };
        let state = self.advance(write, id, happening, Some(words))?;
        write.append_event(
            delivery.interview_id,
            &self.own_event(kind, nameless(words, &delivery.address)),
        )?;
        Ok(state)
    }

    fn put_off(
        &self,
        write: &Writing<'_>,
        delivery: &Delivery,
        words: &str,
    ) -> Result<State, AppError> {
        let now = self.running();
        let row = outbox::kept(write.interview(delivery.interview_id)?)?;
        let start = row.interview.starts_at.unwrap_or(delivery.starts_at);
        let window = self.policy().window.of(&row.interview);
        let times = retry::Times {
            created: delivery.created_at,
            opens: window.map_or(start, |(opens, _)| opens),
            starts: start,
            now,
        };
        let next = match retry::next_try(delivery.attempts, self.chance().draw(), times) {
            Ok(next) => next,
            Err(given_up) => return self.give_up(write, delivery, given_up, words),
        };
        let remark = Remark {
            due: Some(next),
            reply: Some(words.to_owned()),
            ..Remark::default()
        };
        let state = write.move_delivery(delivery.id, Happening::Deferred, &remark, now)?;
        write.append_event(
            row.id(),
            &self.own_event(EventKind::MailDeferred, nameless(words, &delivery.address)),
        )?;
        Ok(state)
    }

    fn give_up(
        &self,
        write: &Writing<'_>,
        delivery: &Delivery,
        why: GivenUp,
        words: &str,
    ) -> Result<State, AppError> {
        let words = format!("{GIVEN_UP}{why}; the last answer was: {words}");
        let state = self.advance(write, delivery.id, Happening::Failed, Some(&words))?;
        let event = self.own_event(EventKind::MailFailed, nameless(&words, &delivery.address));
        write.append_event(delivery.interview_id, &event)?;
        Ok(state)
    }

    /// Takes up a mail whose owner has ended, and says where it stands now.
    pub(super) fn owner_gone(
        &self,
        write: &Writing<'_>,
        id: DeliveryId,
    ) -> Result<Option<State>, AppError> {
        let words = "the process that was sending it ended";
        let state = match self.advance(write, id, Happening::OwnerGone, None) {
            // Another process has taken it up meanwhile.
            Err(MoveError::Impossible(_) | MoveError::Missing) => return Ok(None),
            other => other?,
        };
        if state == State::Unknown {
            let delivery = outbox::kept(write.delivery(id)?)?;
            write.append_event(
                delivery.interview_id,
                &self.own_event(EventKind::MailUnknown, words),
            )?;
        }
        Ok(Some(state))
    }
}

/// What a server said, without the candidate's address: the timeline names nobody.
pub(super) fn nameless(words: &str, address: &str) -> String {
    words.replace(address, "…")
}

fn was_taken_back(error: &AppError) -> bool {
    let withdrawn = |impossible: &Impossible| impossible.from == State::Withdrawn;
    match error {
        AppError::NoDelivery | AppError::Move(MoveError::Missing) => true,
        AppError::Move(MoveError::Impossible(impossible)) => withdrawn(impossible),
        _ => false,
    }
}
