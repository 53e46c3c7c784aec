//! The steps of a delivery through the dispatcher, each inside one transaction with its event.

use crate::app::{App, AppError, Delivery, outbox};
use crate::domain::delivery::{self, Happening, State};
use crate::domain::event::EventKind;
use crate::domain::ids::DeliveryId;
use crate::domain::invitable::Invitable;
use crate::domain::session::JoinLink;
use crate::mail::transport::Outcome;
use crate::store::{MoveError, Outgoing, OwnerId, Remark, Row, Writing};

/// An outcome in the words of the outbox.
#[derive(Debug, Clone)]
pub(super) enum Verdict {
    Accepted(String),
    Stored(String),
    Deferred(String),
    Failed(String),
    Lost(String),
}

impl From<Outcome> for Verdict {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Accepted { reply } => Self::Accepted(reply.to_string()),
            Outcome::Passed { words } => Self::Accepted(words),
            Outcome::Stored { path } => Self::Stored(path),
            Outcome::Deferred { reason } => Self::Deferred(reason.to_string()),
            Outcome::Failed { reason } => Self::Failed(reason.to_string()),
            Outcome::Unknown { reason } => Self::Lost(reason.to_string()),
        }
    }
}

impl App {
    /// Claims a mail that is due, if it is still true; withdraws it otherwise.
    pub(super) fn claim(
        &self,
        write: &Writing<'_>,
        id: DeliveryId,
        owner: OwnerId,
    ) -> Result<Option<Outgoing>, AppError> {
        let now = self.running();
        let Some(delivery) = write.delivery(id)? else {
            return Ok(None);
        };
        let due = delivery.due.is_some_and(|due| due <= now);
        let waiting = matches!(
            delivery.state,
            State::Held | State::Queued | State::Deferred
        );
        if !due || !waiting {
            return Ok(None);
        }
        let mail = outbox::kept(write.outgoing(id)?)?;
        let row = outbox::kept(write.interview(delivery.interview_id)?)?;
        if let Err(untrue) = self.still_true(write, &row, &delivery, &mail) {
            self.note_refusal(write, row.id(), &untrue)?;
            self.withdraw(write, &delivery, &untrue)?;
            return Ok(None);
        }
        if delivery.state == State::Held {
            write.move_delivery(id, Happening::HoldEnded, &Remark::default(), now)?;
        }
        let remark = Remark {
            owner: Some(owner),
            ..Remark::default()
        };
        write.move_delivery(id, Happening::Claimed, &remark, now)?;
        Ok(Some(mail))
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
    ) -> Result<(), AppError> {
        let delivery = write.delivery(id)?.ok_or(AppError::NoDelivery)?;
        let (happening, kind, words) = match verdict {
            Verdict::Accepted(words) => (Happening::Accepted, EventKind::MailAccepted, words),
            Verdict::Stored(words) => (Happening::Stored, EventKind::MailStored, words),
            Verdict::Failed(words) => (Happening::Failed, EventKind::MailFailed, words),
            Verdict::Lost(words) => (Happening::Lost, EventKind::MailUnknown, words),
            Verdict::Deferred(words) => return self.put_off(write, &delivery, words),
        };
        self.advance(write, id, happening, Some(words))?;
        Ok(write.append_event(
            delivery.interview_id,
            &self.own_event(kind, nameless(words, &delivery)),
        )?)
    }

    fn put_off(
        &self,
        write: &Writing<'_>,
        delivery: &Delivery,
        words: &str,
    ) -> Result<(), AppError> {
        let now = self.running();
        let row = outbox::kept(write.interview(delivery.interview_id)?)?;
        let start = row.interview.starts_at.unwrap_or(delivery.starts_at);
        let (opens, _) = self
            .policy()
            .window
            .around(start, row.interview.duration.as_std());
        let next = delivery::next_try(delivery.attempts, self.chance().draw(), start, opens, now);
        let Some(next) = next else {
            let words = format!("given up, the interview has begun; the last answer was: {words}");
            self.advance(write, delivery.id, Happening::Failed, Some(&words))?;
            return Ok(write.append_event(
                row.id(),
                &self.own_event(EventKind::MailFailed, nameless(&words, delivery)),
            )?);
        };
        let remark = Remark {
            due: Some(next),
            reply: Some(words.to_owned()),
            ..Remark::default()
        };
        write.move_delivery(delivery.id, Happening::Deferred, &remark, now)?;
        Ok(write.append_event(
            row.id(),
            &self.own_event(EventKind::MailDeferred, nameless(words, delivery)),
        )?)
    }

    pub(super) fn owner_gone(&self, write: &Writing<'_>, id: DeliveryId) -> Result<(), AppError> {
        let words = "the process that was sending it ended";
        let state = match self.advance(write, id, Happening::OwnerGone, None) {
            // Another process has taken it up meanwhile.
            Err(MoveError::Impossible(_) | MoveError::Missing) => return Ok(()),
            other => other?,
        };
        if state == State::Unknown {
            let delivery = outbox::kept(write.delivery(id)?)?;
            write.append_event(
                delivery.interview_id,
                &self.own_event(EventKind::MailUnknown, words),
            )?;
        }
        Ok(())
    }
}

/// What a server said, without the candidate's address: the timeline names nobody.
fn nameless(words: &str, delivery: &Delivery) -> String {
    words.replace(&delivery.address, "…")
}
