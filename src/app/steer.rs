//! What is on its way, and how a person settles what nobody knows the outcome of.

use uuid::Uuid;

use super::{App, AppError, Delivery, outbox};
use crate::domain::delivery::{Happening, State};
use crate::domain::event::EventKind;
use crate::domain::ids::{DeliveryId, InterviewId};
use crate::store::{Remark, Writing};

/// What became of a mail whose outcome nobody knew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// Send it once more, byte for byte, with the same Message-ID.
    SendAgain,
    /// Leave it as it is, for this reason.
    Leave(String),
}

impl App {
    /// What is on its way or of unknown outcome, the mail of the soonest interview first; at most `limit`.
    ///
    /// # Errors
    /// The store's.
    pub async fn on_its_way(&self, limit: u32) -> Result<Vec<Delivery>, AppError> {
        self.store()
            .read(move |read| Ok(read.on_their_way(limit)?))
            .await
    }

    /// The mail of that id, or all mails of the interview of that id, newest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn mails_named(&self, id: Uuid) -> Result<Vec<Delivery>, AppError> {
        self.store()
            .read(move |read| match read.delivery(DeliveryId::new(id))? {
                Some(delivery) => Ok(vec![delivery]),
                None => Ok(read.deliveries(InterviewId::new(id))?),
            })
            .await
    }

    /// Settles a mail whose outcome nobody knows.
    ///
    /// # Errors
    /// When it is not unknown, or another mail to the candidate waits.
    pub async fn settle_unknown(
        &self,
        id: DeliveryId,
        settlement: Settlement,
    ) -> Result<Delivery, AppError> {
        let app = self.clone();
        let settled = self
            .store()
            .write(move |write| app.settle_unknown_in(write, id, &settlement))
            .await?;
        self.ring();
        Ok(settled)
    }

    fn settle_unknown_in(
        &self,
        write: &Writing<'_>,
        id: DeliveryId,
        settlement: &Settlement,
    ) -> Result<Delivery, AppError> {
        let delivery = write.delivery(id)?.ok_or(AppError::NoDelivery)?;
        if delivery.state != State::Unknown {
            return Err(AppError::NotUnknown(delivery.state));
        }
        let (kind, detail) = match settlement {
            Settlement::SendAgain => {
                let others = write.deliveries(delivery.interview_id)?;
                if let Some(other) = others.iter().find(|other| other.state.is_unsent()) {
                    return Err(AppError::AlreadyWaiting(outbox::waiting_words(
                        other,
                        &self.config().list_zone(),
                        self.now(),
                    )));
                }
                write.move_delivery(
                    id,
                    Happening::SendAgain,
                    &Remark::default(),
                    self.running(),
                )?;
                (
                    EventKind::MailQueued,
                    format!("{} once more", delivery.message_id),
                )
            }
            Settlement::Leave(why) => {
                write.settle_delivery(id, &self.actor(), why, self.now())?;
                (EventKind::MailSettled, why.clone())
            }
        };
        write.append_event(delivery.interview_id, &self.event(kind, detail))?;
        outbox::kept(write.delivery(id)?)
    }
}
