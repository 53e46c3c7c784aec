//! Erases whom an interview was with: from the mailbox, from the database, and from what a database keeps of deleted rows.
//!
//! In this order, so that whatever cuts it short, erasing again finishes it: the files are found by what the database
//! knows of them, and the cleaning at the end needs to know nothing.

use super::{App, AppError, Delivery};
use crate::domain::delivery::State;
use crate::domain::event::{Event, EventKind};
use crate::domain::ids::InterviewId;
use crate::mail::transport::mailbox;
use crate::store::{StoreError, Writing};

/// What erasing led to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erased {
    /// Whether it had been erased before, and only the cleaning was done.
    pub already: bool,
    /// How many mails were taken back that had not left.
    pub withdrawn: usize,
    /// How many mails were removed from the mailbox on this machine.
    pub files: usize,
    /// How many lines of its timeline were kept, which name nobody.
    pub kept: usize,
    /// The other interviews of the same address, which stay as they are.
    pub others: Vec<InterviewId>,
    /// Why bytes of what was erased may still lie in the data directory, if they may.
    pub traces: Option<String>,
}

impl App {
    /// Erases the candidate of an interview: the interview with its links, mails and ledger is gone; its timeline keeps
    /// that something happened, not to whom. An interview that was erased before is cleaned up after again.
    ///
    /// # Errors
    /// When there never was such an interview, a mail is just being handed over, or files or database refuse. The
    /// interview is as it was then, though mails may be gone from the mailbox on this machine.
    pub async fn erase(&self, id: InterviewId) -> Result<Erased, AppError> {
        let mut files = 0;
        // Again if a mail moved between the look into the mailbox and the transaction.
        let mut erased = loop {
            let mails = self.mails_to_erase(id).await?;
            files += self.clear_mailbox(&mails).await?;
            let app = self.clone();
            let erased = self
                .store()
                .write(move |write| app.erase_in(write, id, &mails))
                .await?;
            if let Some(erased) = erased {
                break erased;
            }
        };
        erased.files = files;
        erased.traces = match self.store().forget_deleted().await {
            Ok(true) => None,
            Ok(false) => {
                Some("another process is reading an older state of the database".to_owned())
            }
            Err(error) => Some(error.cause()),
        };
        Ok(erased)
    }

    /// What is left of an interview that is no longer there: its timeline, which names nobody.
    ///
    /// # Errors
    /// When there never was such an interview.
    pub async fn left_of(&self, id: InterviewId) -> Result<Vec<Event>, AppError> {
        let events = self.store().read(move |read| read.events(id)).await?;
        if events.is_empty() {
            return Err(AppError::NoInterview(id));
        }
        Ok(events)
    }

    async fn mails_to_erase(&self, id: InterviewId) -> Result<Vec<Delivery>, AppError> {
        self.store()
            .read(move |read| {
                // One that was removed has a timeline still.
                if !read.has_interview(id)? && read.events(id)?.is_empty() {
                    return Err(AppError::NoInterview(id));
                }
                let mails = read.deliveries(id)?;
                refuse_while_sending(&mails)?;
                Ok(mails)
            })
            .await
    }

    async fn clear_mailbox(&self, mails: &[Delivery]) -> Result<usize, AppError> {
        let root = self.config().paths.mailbox();
        let ids: Vec<String> = mails.iter().map(|mail| mail.message_id.clone()).collect();
        tokio::task::spawn_blocking(move || mailbox::remove(&root, &ids))
            .await
            .map_err(|stopped| AppError::Mailbox(stopped.to_string()))?
            .map_err(|problem| AppError::Mailbox(problem.to_string()))
    }

    // None when the mails are no longer those whose files were removed.
    fn erase_in(
        &self,
        write: &Writing<'_>,
        id: InterviewId,
        mails: &[Delivery],
    ) -> Result<Option<Erased>, AppError> {
        if write.deliveries(id)? != mails {
            return Ok(None);
        }
        let Some(row) = write.interview(id)? else {
            let already = write.is_erased(id)?;
            if !already {
                self.forget(write, id)?;
            }
            return Ok(Some(Erased {
                already,
                kept: write.events(id)?.len(),
                ..Erased::default()
            }));
        };
        let address = &row.interview.candidate_email;
        let others = match address {
            Some(address) => write.others_of_address(address.ascii(), id)?,
            None => Vec::new(),
        };
        let withdrawn = self.withdraw_unsent(write, id, "the candidate was erased")?;
        self.forget(write, id)?;
        Ok(Some(Erased {
            withdrawn,
            kept: write.events(id)?.len(),
            others,
            ..Erased::default()
        }))
    }

    fn forget(&self, write: &Writing<'_>, id: InterviewId) -> Result<(), StoreError> {
        write.erase_interview(id)?;
        write.append_event(id, &self.event(EventKind::Erased, ""))
    }
}

fn refuse_while_sending(mails: &[Delivery]) -> Result<(), AppError> {
    let sending = |mail: &Delivery| matches!(mail.state, State::Claimed | State::HandingOver);
    if mails.iter().any(sending) {
        return Err(AppError::BeingSent);
    }
    Ok(())
}
