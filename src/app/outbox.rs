//! The one way into the outbox: compose from an [`Invitable`], pass the gate, keep the exact bytes.
//!
//! Composing needs no transaction, so that many mails can be made ready before anything is written; keeping them is
//! short.

use std::time::Duration;

use super::{App, AppError, Delivery};
use crate::domain::base_url::Reach;
use crate::domain::delivery::{Happening, Kind, State};
use crate::domain::event::EventKind;
use crate::domain::ids::{BatchId, DeliveryId, InterviewId};
use crate::domain::interview::Interview;
use crate::domain::invitable::{Invitable, MailReach};
use crate::domain::session::Session;
use crate::domain::when;
use crate::mail::{self, MailIdentity, MessageId};
use crate::store::{Entry, NewDelivery, Reading, Remark, StoreError, Writing};

/// What an invitation is composed from, apart from the configuration.
#[derive(Debug, Clone)]
pub(super) struct Outline {
    pub interview: Interview,
    /// The newest session of the interview, live or not.
    pub session: Option<Session>,
    /// The first mail about it, into whose conversation a further one belongs.
    first: Option<MessageId>,
    /// Whether the candidate may hold another link to the same interview.
    replaces_link: bool,
}

impl Outline {
    /// Of an interview about which nobody was ever mailed.
    pub(super) const fn first(interview: Interview, session: Option<Session>) -> Self {
        Self {
            interview,
            session,
            first: None,
            replaces_link: false,
        }
    }

    /// With what was mailed before. `interview` and `session` are as they are to be when the mail is kept.
    pub(super) fn further(
        read: &Reading<'_>,
        interview: Interview,
        session: Option<Session>,
    ) -> Result<Self, StoreError> {
        // What has not left by now never does, once there is a newer mail.
        let may_have_left = |delivery: &&Delivery| {
            !delivery.state.is_withdrawable() && delivery.state != State::Withdrawn
        };
        let earlier = read.deliveries(interview.id)?;
        let first = earlier.iter().rev().find(may_have_left);
        let replaces_link = match &session {
            Some(session) => read.may_hold_another_link(interview.id, session.id)?,
            None => false,
        };
        Ok(Self {
            first: first.and_then(|delivery| delivery.message_id.parse().ok()),
            replaces_link,
            ..Self::first(interview, session)
        })
    }
}

/// How a mail is put into the outbox.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Posting {
    /// How long it can be taken back before it leaves.
    pub hold: Option<Duration>,
    /// The batch that it belongs to: its identifier and its number.
    pub batch: Option<(BatchId, i64)>,
}

impl App {
    /// Puts an invitation into the outbox, held for `hold` if given.
    pub(super) fn enqueue_invitation(
        &self,
        write: &Writing<'_>,
        interview: &Interview,
        session: Option<&Session>,
        hold: Option<Duration>,
    ) -> Result<Delivery, AppError> {
        let outline = Outline::further(write, interview.clone(), session.cloned())?;
        let id = DeliveryId::new(self.chance().row_id(self.now()));
        let mail = self.compose(&outline, id)?;
        let posting = Posting { hold, batch: None };
        self.put_into_outbox(write, &mail, &outline.interview, posting)?;
        kept(write.delivery(id)?)
    }

    /// Composes an invitation and reads it back: invariants 1 and 4, whatever the surface. Keeps nothing.
    pub(super) fn compose(
        &self,
        outline: &Outline,
        id: DeliveryId,
    ) -> Result<NewDelivery, AppError> {
        let now = self.now();
        let (interview, session) = (&outline.interview, outline.session.as_ref());
        let invitable = Invitable::check(interview, session, self.policy(), now)?;
        let identity = MailIdentity {
            message_id: MessageId::new(id.uuid(), self.sender()),
            date: now,
            in_reply_to: outline.first.clone(),
            replaces_link: outline.replaces_link,
        };
        let composed = mail::invitation(self.templates(), self.sender(), &invitable, &identity)?;
        Ok(NewDelivery {
            id,
            interview_id: interview.id,
            session_id: invitable.session().id,
            kind: Kind::Invitation,
            sender: self.sender().from().address.ascii().to_owned(),
            address: invitable.address().ascii().to_owned(),
            subject: composed.subject().to_owned(),
            message_id: composed.message_id().to_string(),
            sha256: composed.sha256().to_owned(),
            link: composed.link().expose(),
            link_is_local: self.policy().base.reach() != Reach::Public
                && self.policy().mail == MailReach::Anywhere,
            starts_at: invitable.starts_at(),
            sequence: interview.sequence,
            closes_at: invitable.opens_and_closes().1,
            mime: composed.into_bytes(),
        })
    }

    /// Keeps a composed mail with its event. `interview` is as it is kept in the same transaction, and what the mail was
    /// composed from; invariant 10 is kept here.
    pub(super) fn put_into_outbox(
        &self,
        write: &Writing<'_>,
        mail: &NewDelivery,
        interview: &Interview,
        posting: Posting,
    ) -> Result<(), AppError> {
        let earlier = write.deliveries(interview.id)?;
        if let Some(waiting) = earlier.iter().find(|delivery| delivery.state.is_unsent()) {
            let words = waiting_words(waiting, &self.config().list_zone(), self.now());
            return Err(AppError::AlreadyWaiting(words));
        }
        if earlier.first().is_some_and(Delivery::is_unsettled) {
            return Err(AppError::Unsettled);
        }
        let hold = posting.hold.filter(|hold| !hold.is_zero());
        write.add_delivery(
            mail,
            Entry {
                at: self.running(),
                held_until: hold.map(|hold| self.held_until(hold)),
                batch: posting.batch.map(|(id, _)| id),
            },
        )?;
        let detail = match posting.batch {
            Some((_, number)) => format!("{} (batch {number})", mail.message_id),
            None => mail.message_id.clone(),
        };
        let event = self.event(EventKind::MailQueued, detail);
        Ok(write.append_event(interview.id, &event)?)
    }

    /// Takes every mail of an interview back that has not left (invariant 9), with the reason. Says how many.
    pub(super) fn withdraw_unsent(
        &self,
        write: &Writing<'_>,
        id: InterviewId,
        reason: &str,
    ) -> Result<usize, AppError> {
        let mut withdrawn = 0;
        for delivery in write.deliveries(id)? {
            if delivery.state.is_withdrawable() {
                self.withdraw(write, &delivery, reason)?;
                withdrawn += 1;
            }
        }
        Ok(withdrawn)
    }

    /// Takes one mail back that has not left.
    pub(super) fn withdraw(
        &self,
        write: &Writing<'_>,
        delivery: &Delivery,
        reason: &str,
    ) -> Result<(), AppError> {
        let remark = Remark {
            reply: Some(reason.to_owned()),
            ..Remark::default()
        };
        write.move_delivery(delivery.id, Happening::Withdrawn, &remark, self.running())?;
        let event = self.event(
            EventKind::MailWithdrawn,
            format!("{} ({reason})", delivery.message_id),
        );
        Ok(write.append_event(delivery.interview_id, &event)?)
    }
}

/// What was just written is there.
pub(super) fn kept<T>(found: Option<T>) -> Result<T, AppError> {
    found.ok_or_else(|| {
        AppError::Store(StoreError::Unreadable(
            "a row that was just written".to_owned(),
        ))
    })
}

/// How a mail waits: "leaves 10:42", "next try 10:42", "is being sent".
pub(super) fn waiting_words(
    delivery: &Delivery,
    zone: &when::Zone,
    now: jiff::Timestamp,
) -> String {
    let due = delivery.due.map(|due| when::moment_in_full(due, zone, now));
    match (delivery.state, due) {
        _ if delivery.paused => "waits for its batch to be resumed".to_owned(),
        (State::Held, Some(due)) => format!("is held until {due}"),
        (State::Deferred, Some(due)) => format!("was put off (next try {due})"),
        (State::Claimed | State::HandingOver, _) => "is being sent".to_owned(),
        _ => "is in the outbox".to_owned(),
    }
}
