//! How mail leaves and who sends it, and waiting until it has left.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::{App, AppError, Delivery};
use crate::domain::delivery::State;
use crate::domain::ids::DeliveryId;
use crate::store::SenderLock;

// Another process's end changes nothing in the database, so look again now and then.
const LOOK_AROUND: Duration = Duration::from_secs(1);

/// How mail leaves, and who sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sending {
    /// The transport: `smtp mx.acme.example`, `mailbox on this machine`.
    pub transport: String,
    /// Who sends.
    pub by: SentBy,
}

/// Who sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SentBy {
    /// This process.
    Here,
    /// Another one, which calls itself this ("dashboard 4711").
    Other(String),
    /// Nobody: what is in the outbox stays there.
    Nobody,
}

impl App {
    pub(super) fn set_sending(&self, transport: &str, by: SentBy) {
        let sending = Sending {
            transport: transport.to_owned(),
            by,
        };
        self.inner.sending.send_if_modified(|current| {
            let changed = *current != sending;
            *current = sending;
            changed
        });
    }

    /// Who has the right to send at this moment, for a process that does not send.
    #[must_use]
    pub fn who_sends(&self) -> SentBy {
        match SenderLock::holder(self.store().directory()) {
            Ok(Some(other)) => SentBy::Other(other),
            _ => SentBy::Nobody,
        }
    }

    /// How many mails some process is sending at this moment.
    ///
    /// # Errors
    /// The store's.
    pub async fn being_sent(&self) -> Result<usize, AppError> {
        self.store()
            .read(|read| Ok(read.owned_deliveries()?.len()))
            .await
    }

    /// Where each of these mails stands, in their order.
    ///
    /// # Errors
    /// The store's.
    pub async fn standing(&self, ids: &[DeliveryId]) -> Result<Vec<Delivery>, AppError> {
        let wanted = ids.to_vec();
        self.store()
            .read(move |read| {
                wanted
                    .iter()
                    .map(|id| read.delivery(*id)?.ok_or(AppError::NoDelivery))
                    .collect()
            })
            .await
    }

    /// Waits until the first attempt of each of these mails is over, and says where they stand.
    ///
    /// # Errors
    /// The store's.
    pub async fn settled(&self, ids: &[DeliveryId]) -> Result<Vec<Delivery>, AppError> {
        let mut changes = self.changes();
        loop {
            changes.mark_unchanged();
            let deliveries = self.standing(ids).await?;
            let paused = self.pause().await?.is_some();
            let underway = |delivery: &Delivery| {
                match delivery.state {
                    State::Claimed | State::HandingOver => true,
                    // Nothing leaves a paused outbox or batch.
                    State::Queued => !paused && !delivery.paused,
                    _ => false,
                }
            };
            if !deliveries.iter().any(underway) {
                return Ok(deliveries);
            }
            let _ = timeout(LOOK_AROUND, changes.changed()).await;
        }
    }

    /// Lets what is held leave now, and waits until it has been tried once, at most this long.
    ///
    /// # Errors
    /// The store's.
    pub async fn send_held_now(&self, patience: Duration) -> Result<(), AppError> {
        let now = self.running();
        self.store()
            .write(move |write| write.end_holds(now))
            .await?;
        self.ring();
        let deadline = Instant::now() + patience;
        let mut changes = self.changes();
        loop {
            changes.mark_unchanged();
            let now = self.running();
            let due = self
                .store()
                .read(move |read| {
                    Ok::<_, AppError>((read.due_deliveries(now, 1)?, read.owned_deliveries()?))
                })
                .await?;
            if due.0.is_empty() && due.1.is_empty() {
                return Ok(());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero()
                || timeout(left.min(LOOK_AROUND), changes.changed())
                    .await
                    .is_err()
                    && left <= LOOK_AROUND
            {
                return Ok(());
            }
        }
    }
}
