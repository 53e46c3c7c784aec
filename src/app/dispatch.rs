//! The outbox worker: the sole caller of a transport (invariant 5). It reads only the outbox.
//!
//! Each mail is claimed in one transaction in which it is also asked whether it is still true (invariant 9); marked
//! as being handed over before the first byte of its content leaves; and its outcome is committed with its event.

mod steps;

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use super::{App, AppError, Delivery, SentBy};
use crate::domain::delivery::{Happening, Impossible, State};
use crate::domain::ids::DeliveryId;
use crate::mail::transport::{Envelope, Outcome, Transport};
use crate::store::{MoveError, Outgoing, Owner, SenderLock, SenderLockState, StoreError};
use steps::Verdict;

// How often it looks for mail whose owner has died, and for the right to send.
const LOOK_AROUND: Duration = Duration::from_secs(1);
// How long it waits before it tries the database again.
const BREATH: Duration = Duration::from_millis(500);

/// Asks a [`Dispatcher`] to end. It finishes the mail that it is handing over.
#[derive(Debug, Clone)]
pub struct Stop(watch::Sender<bool>);

impl Default for Stop {
    fn default() -> Self {
        Self(watch::channel(false).0)
    }
}

impl Stop {
    /// Asks.
    pub fn now(&self) {
        self.0.send_replace(true);
    }

    fn asked(&self) -> bool {
        *self.0.borrow()
    }

    async fn wait(&self) {
        // The sender is held by `self`, so this ends only when asked.
        let _ = self.0.subscribe().wait_for(|asked| *asked).await;
    }
}

/// Takes mail from the outbox and hands it to a transport, one at a time.
pub struct Dispatcher {
    app: App,
    transport: Box<dyn Transport>,
    owner: Owner,
}

impl Dispatcher {
    /// A dispatcher that hands mail to `transport`.
    ///
    /// # Errors
    /// When the lock that proves this process alive can't be taken.
    pub fn new(app: App, transport: Box<dyn Transport>) -> std::io::Result<Self> {
        let owner = Owner::new(app.store().directory(), app.chance().session_key())?;
        Ok(Self {
            app,
            transport,
            owner,
        })
    }

    /// Sends what is due whenever it is due, until asked to stop. Only one process at a time does so; the others wait
    /// until it ends.
    pub async fn run(mut self, who: &str, stop: Stop) {
        let who = format!("{who} {}", std::process::id());
        let mut lock: Option<SenderLock> = None;
        while !stop.asked() {
            if lock.is_none() {
                lock = self.take_lock(&who);
            }
            if lock.is_some() {
                self.drain(&stop).await;
            }
            self.rest(&stop).await;
        }
        self.transport.close().await;
        self.app.set_sending(&self.transport.name(), SentBy::Nobody);
    }

    fn take_lock(&self, who: &str) -> Option<SenderLock> {
        let (lock, by) = match SenderLock::take(self.app.store().directory(), who) {
            Ok(SenderLockState::Taken(lock)) => (Some(lock), SentBy::Here),
            Ok(SenderLockState::Elsewhere(other)) => (None, SentBy::Other(other)),
            Err(error) => {
                tracing::error!(%error, "the right to send can't be asked for");
                (None, SentBy::Nobody)
            }
        };
        self.app.set_sending(&self.transport.name(), by);
        lock
    }

    // Until the outbox is rung, something is due, or it is time to look around.
    async fn rest(&mut self, stop: &Stop) {
        let mut changes = self.app.changes();
        let next = self
            .app
            .store()
            .read(|read| Ok::<_, AppError>(read.next_due()?))
            .await
            .ok()
            .flatten();
        let until_due =
            next.and_then(|due| Duration::try_from(due.duration_since(self.app.running())).ok());
        let nap = until_due
            .unwrap_or(LOOK_AROUND)
            .clamp(Duration::from_millis(1), LOOK_AROUND);
        tokio::select! {
            () = stop.wait() => {}
            () = self.app.inner.bell.notified() => {}
            _ = changes.changed() => {}
            () = sleep(nap) => {}
        }
    }

    /// Sends everything that is due now, then returns.
    pub async fn drain(&mut self, stop: &Stop) {
        if let Err(error) = self.recover().await {
            tracing::error!(%error, "mail of ended processes can't be taken up");
        }
        // What can't be read must not keep what comes after it.
        let mut stuck = Vec::new();
        while !stop.asked() {
            let now = self.app.running();
            let limit = u32::try_from(stuck.len() + 100).unwrap_or(u32::MAX);
            let due = match self
                .app
                .store()
                .read(move |read| read.due_deliveries(now, limit))
                .await
            {
                Ok(due) => due.into_iter().filter(|(id, _)| !stuck.contains(id)),
                Err(error) => {
                    tracing::error!(%error, "the outbox can't be read");
                    return;
                }
            };
            let due: Vec<_> = due.collect();
            if due.is_empty() {
                break;
            }
            for (id, _) in due {
                if stop.asked() {
                    return;
                }
                if let Err(error) = self.attempt(id).await {
                    tracing::error!(delivery = %id, %error, "a mail could not be attempted");
                    if !concerns_one_mail(&error) {
                        sleep(BREATH).await;
                        return;
                    }
                    stuck.push(id);
                }
            }
        }
        if !stuck.is_empty() {
            sleep(BREATH).await;
        }
    }

    /// Sends these mails now if they are due, or waits until another process has: the first attempt of each.
    ///
    /// # Errors
    /// The database's.
    pub async fn attempt_all(&mut self, ids: &[DeliveryId]) -> Result<Vec<Delivery>, AppError> {
        for id in ids {
            self.attempt(*id).await?;
        }
        let settled = self.app.settled(ids).await;
        self.transport.close().await;
        settled
    }

    /// Hands over one test mail that is in no outbox: it belongs to no interview and carries no link. `greenroom doctor`
    /// and `setup` ask for it, once; it is never tried again.
    pub async fn send_test(&mut self, envelope: &Envelope, mail: &[u8]) -> Outcome {
        let outcome = match self.transport.offer(envelope).await {
            Ok(()) => self.transport.content(mail, None).await.outcome,
            Err(refused) => refused,
        };
        self.transport.close().await;
        outcome
    }

    /// What a process that has ended left behind: claimed mail is queued again, and of what it was handing over
    /// nobody knows whether it left.
    async fn recover(&mut self) -> Result<(), AppError> {
        let owned = self
            .app
            .store()
            .read(|read| Ok::<_, AppError>(read.owned_deliveries()?))
            .await?;
        let mut gone = Vec::new();
        for (owner, id) in owned {
            // This process hands over one mail at a time, and none now: what is still its own could not be settled.
            let alive = owner != self.owner.id()
                && self
                    .owner
                    .is_alive(self.app.store().directory(), owner)
                    .unwrap_or(true);
            if !alive {
                gone.push(id);
            }
        }
        if gone.is_empty() {
            return Ok(());
        }
        let app = self.app.clone();
        self.app
            .store()
            .write(move |write| {
                for id in gone {
                    app.owner_gone(write, id)?;
                }
                Ok(())
            })
            .await
    }

    /// One attempt at one mail. Another process may have it already; that is no error.
    async fn attempt(&mut self, id: DeliveryId) -> Result<(), AppError> {
        let app = self.app.clone();
        let owner = self.owner.id();
        let claim = self
            .app
            .store()
            .write(move |write| app.claim(write, id, owner))
            .await?;
        let Some(mail) = claim else { return Ok(()) };
        match self.send(&mail).await {
            // Taken back while the server was asked: no byte of its content has left.
            Err(
                AppError::NoDelivery
                | AppError::Move(
                    MoveError::Missing
                    | MoveError::Impossible(Impossible {
                        from: State::Withdrawn,
                        ..
                    }),
                ),
            ) => Ok(()),
            other => other,
        }
    }

    async fn send(&mut self, mail: &Outgoing) -> Result<(), AppError> {
        let outcome = match Envelope::new(mail.sender.clone(), mail.address.clone()) {
            Ok(envelope) => self.hand_over(&envelope, mail).await?,
            Err(error) => Verdict::Failed(error.to_string()),
        };
        self.record(mail.id, outcome).await
    }

    async fn hand_over(
        &mut self,
        envelope: &Envelope,
        mail: &Outgoing,
    ) -> Result<Verdict, AppError> {
        if let Err(refused) = self.transport.offer(envelope).await {
            return Ok(refused.into());
        }
        let (app, id) = (self.app.clone(), mail.id);
        self.app
            .store()
            .write(move |write| {
                app.advance(write, id, Happening::ContentBegins, None)
                    .map(drop)
            })
            .await?;
        Ok(self
            .transport
            .content(&mail.mime, None)
            .await
            .outcome
            .into())
    }

    // What is known of a mail is kept, however long the database refuses: it can't be asked for a second time.
    async fn record(&mut self, id: DeliveryId, verdict: Verdict) -> Result<(), AppError> {
        loop {
            let (app, verdict) = (self.app.clone(), verdict.clone());
            match self
                .app
                .store()
                .write(move |write| app.settle(write, id, &verdict))
                .await
            {
                Err(AppError::Store(error)) => {
                    tracing::error!(delivery = %id, %error, "the outcome of a mail can't be kept yet; trying again");
                    sleep(BREATH).await;
                }
                other => return other,
            }
        }
    }
}

// Anything else would meet the next mail as well.
fn concerns_one_mail(error: &AppError) -> bool {
    !matches!(
        error,
        AppError::Store(error) | AppError::Move(MoveError::Store(error))
            if !matches!(error, StoreError::Unreadable(_))
    )
}
