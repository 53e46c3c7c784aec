//! The one way into the outbox: compose from an [`Invitable`], pass the gate, keep the exact bytes.

use std::time::Duration;

use super::{App, AppError, Delivery};
use crate::domain::base_url::Reach;
use crate::domain::delivery::{Happening, Kind, State};
use crate::domain::event::EventKind;
use crate::domain::ids::{DeliveryId, InterviewId};
use crate::domain::interview::Interview;
use crate::domain::invitable::{Invitable, MailReach};
use crate::domain::session::Session;
use crate::domain::when;
use crate::mail::{self, MailIdentity, MessageId};
use crate::store::{NewDelivery, Remark, StoreError, Writing};

impl App {
    /// Puts an invitation into the outbox, held for `hold` if given.
    ///
    /// Invariants 1, 4 and 10 are kept here, whatever the surface.
    pub(super) fn enqueue_invitation(
        &self,
        write: &Writing<'_>,
        interview: &Interview,
        session: Option<&Session>,
        hold: Option<Duration>,
    ) -> Result<Delivery, AppError> {
        let now = self.now();
        let invitable = Invitable::check(interview, session, self.policy(), now)?;
        let earlier = write.deliveries(interview.id)?;
        if let Some(waiting) = earlier.iter().find(|delivery| delivery.state.is_unsent()) {
            return Err(AppError::AlreadyWaiting(waiting_words(
                waiting, interview, now,
            )));
        }
        if earlier.first().is_some_and(Delivery::is_unsettled) {
            return Err(AppError::Unsettled);
        }
        // A further mail about the same interview belongs into the conversation of the first.
        let first = earlier
            .iter()
            .rev()
            .find(|delivery| delivery.state != State::Withdrawn);
        let id = DeliveryId::new(self.chance().row_id(now));
        let identity = MailIdentity {
            message_id: MessageId::new(id.uuid(), self.sender()),
            date: now,
            in_reply_to: first.and_then(|delivery| delivery.message_id.parse().ok()),
        };
        let composed = mail::invitation(self.templates(), self.sender(), &invitable, &identity)?;
        let delivery = NewDelivery {
            id,
            interview_id: interview.id,
            session_id: invitable.session().id,
            kind: Kind::Invitation,
            sender: self.sender().from().address.ascii().to_owned(),
            address: invitable.address().ascii().to_owned(),
            subject: composed.subject().to_owned(),
            message_id: composed.message_id().to_string(),
            mime: composed.bytes().to_vec(),
            sha256: composed.sha256().to_owned(),
            link: composed.link().expose(),
            link_is_local: self.policy().base.reach() != Reach::Public
                && self.policy().mail == MailReach::Anywhere,
            starts_at: invitable.starts_at(),
            sequence: interview.sequence,
            closes_at: invitable.opens_and_closes().1,
            held_until: hold
                .filter(|hold| !hold.is_zero())
                .map(|hold| self.held_until(hold)),
            created_at: self.running(),
        };
        write.add_delivery(&delivery)?;
        write.append_event(
            interview.id,
            &self.event(EventKind::MailQueued, composed.message_id().to_string()),
        )?;
        kept(write.delivery(id)?)
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
    interview: &Interview,
    now: jiff::Timestamp,
) -> String {
    let due = delivery
        .due
        .map(|due| when::moment(due, &interview.zone, now));
    match (delivery.state, due) {
        (State::Held, Some(due)) => format!("is held until {due}"),
        (State::Deferred, Some(due)) => format!("was put off (next try {due})"),
        (State::Claimed | State::HandingOver, _) => "is being sent".to_owned(),
        _ => "is in the outbox".to_owned(),
    }
}
