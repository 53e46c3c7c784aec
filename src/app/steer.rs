//! What is on its way, and how a person steers it: settle, send again, withdraw, pause and resume.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{App, AppError, Delivery, outbox};
use crate::domain::delivery::{Happening, State};
use crate::domain::event::EventKind;
use crate::domain::ids::{DeliveryId, InterviewId};
use crate::store::{Reading, Remark, StoreError, Writing};

const PAUSED: &str = "outbox_paused";

/// Why nothing leaves the outbox, in every process that shares the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// What happened, in one sentence.
    pub why: String,
    /// Since when.
    pub since: Timestamp,
    /// Whether a mail is tried now and then, and the others follow when it is taken. Otherwise only a person resumes.
    pub probes: bool,
}

/// What became of a mail whose outcome nobody knew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// Send it once more, byte for byte, with the same Message-ID.
    SendAgain,
    /// Leave it as it is, for this reason.
    Leave(String),
}

pub(super) fn read_pause(read: &Reading<'_>) -> Result<Option<Pause>, StoreError> {
    let Some(text) = read.setting(PAUSED)? else {
        return Ok(None);
    };
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|_| StoreError::Unreadable("the pause of the outbox".to_owned()))
}

impl App {
    /// Why nothing leaves, if the outbox is paused.
    ///
    /// # Errors
    /// The store's.
    pub async fn pause(&self) -> Result<Option<Pause>, AppError> {
        self.store().read(|read| Ok(read_pause(read)?)).await
    }

    pub(super) async fn may_probe(&self) -> bool {
        self.pause()
            .await
            .ok()
            .flatten()
            .is_some_and(|pause| pause.probes)
    }

    pub(super) fn pause_outbox(&self, write: &Writing<'_>, why: &str) -> Result<(), StoreError> {
        if read_pause(write)?.is_some() {
            return Ok(());
        }
        tracing::warn!(why, "the outbox is paused");
        write.set_setting(PAUSED, &pause_text(why, self.now(), true)?)
    }

    /// Lets mail leave again.
    ///
    /// # Errors
    /// The store's.
    pub async fn resume_outbox(&self) -> Result<(), AppError> {
        self.store()
            .write(|write| Ok::<_, AppError>(write.remove_setting(PAUSED)?))
            .await?;
        self.ring();
        Ok(())
    }

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
                    let row = outbox::kept(write.interview(delivery.interview_id)?)?;
                    return Err(AppError::AlreadyWaiting(outbox::waiting_words(
                        other,
                        &row.interview,
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

    /// Copies the database as it is at this moment into a new file, while it is in use. The copy knows that it is one:
    /// what waits in its outbox leaves only after a person has resumed it.
    ///
    /// # Errors
    /// When the file exists already, or can't be written.
    pub async fn backup(&self, file: std::path::PathBuf) -> Result<(), AppError> {
        let why = format!(
            "this database is a copy made {}; its mail may have left already",
            self.now()
        );
        let pause = pause_text(&why, self.now(), false)?;
        Ok(self.store().backup(file, PAUSED, pause).await?)
    }
}

fn pause_text(why: &str, since: Timestamp, probes: bool) -> Result<String, StoreError> {
    let pause = Pause {
        why: why.to_owned(),
        since,
        probes,
    };
    serde_json::to_string(&pause).map_err(|error| StoreError::Unreadable(error.to_string()))
}
