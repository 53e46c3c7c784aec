//! The outbox as one picture: whether it is paused, what waits in it, and which mails those are.

use super::pause::read_pause;
use super::{App, AppError, BatchStatus, Delivery, Pause, UnsentMail, outbox};

/// A mail that is on its way or of unknown outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Underway {
    /// The mail.
    pub delivery: Delivery,
    /// Whom it is for.
    pub candidate: String,
}

/// The outbox at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outbox {
    /// Why nothing leaves, if so.
    pub pause: Option<Pause>,
    /// What may still leave: all of it.
    pub unsent: UnsentMail,
    /// What is on its way or of unknown outcome, the mail of the soonest interview first; no more than were asked for.
    pub mails: Vec<Underway>,
    /// The newest batches, newest first; no more than were asked for.
    pub batches: Vec<BatchStatus>,
}

impl App {
    /// The outbox, with at most `limit` of its mails and so many of the newest batches.
    ///
    /// # Errors
    /// The store's.
    pub async fn outbox(&self, limit: u32, batches: u32) -> Result<Outbox, AppError> {
        let app = self.clone();
        self.store()
            .read(move |read| {
                let mut mails = Vec::new();
                // SQLite looks for them even if none are asked for.
                let deliveries = if limit == 0 {
                    Vec::new()
                } else {
                    read.on_their_way(limit)?
                };
                for delivery in deliveries {
                    let row = outbox::kept(read.interview(delivery.interview_id)?)?;
                    mails.push(Underway {
                        delivery,
                        candidate: row.interview.candidate_name,
                    });
                }
                Ok(Outbox {
                    pause: read_pause(read)?,
                    unsent: read.unsent()?,
                    mails,
                    batches: app.batches_in(read, batches)?,
                })
            })
            .await
    }
}
