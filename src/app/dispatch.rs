//! The outbox worker: the sole caller of a transport (invariant 5). It reads only the outbox.
//!
//! Each mail is claimed in a transaction in which it is also asked whether it is still true (invariant 9); marked as
//! being handed over before the first byte of its content leaves; and its outcome is committed with its event. Several
//! lanes do so side by side, each over a connection of its own.

mod lane;
mod pace;
mod shared;
mod steps;

use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use super::{App, AppError, Delivery, SentBy};
use crate::domain::delivery::State;
use crate::domain::ids::DeliveryId;
use crate::mail::transport::{Envelope, Outcome, Transport};
use crate::store::{Owner, SenderLock, SenderLockState};
use lane::Lane;
use shared::{Shared, Source};

// How often it looks for mail whose owner has died, and for the right to send.
const LOOK_AROUND: Duration = Duration::from_secs(1);
// How long a connection is kept for the next mail.
const IDLE: Duration = Duration::from_mins(1);
// How long another process may take over a mail before it is asked whether that process still lives.
const PATIENCE: Duration = Duration::from_secs(2);
// How often sending is begun anew where the outbox refused to be written.
const ROUNDS: u32 = 3;
// How often a paused outbox tries one mail.
const PROBE: Duration = Duration::from_secs(30);

/// Asks what goes on in the background to end. It finishes what it has begun: a [`Dispatcher`] the mails that it is
/// handing over, a server the requests that it is answering.
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

    /// Whether it was asked.
    #[must_use]
    pub fn asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until asked.
    pub async fn wait(&self) {
        // The sender is held by `self`, so this ends only when asked.
        let _ = self.0.subscribe().wait_for(|asked| *asked).await;
    }
}

/// Takes mail from the outbox and hands it to transports, one lane for each.
pub struct Dispatcher {
    app: App,
    name: String,
    lanes: Vec<Lane>,
    shared: Shared,
}

impl Dispatcher {
    /// A dispatcher that hands mail to these transports, side by side.
    ///
    /// # Errors
    /// When the lock that proves this process alive can't be taken.
    pub fn new(app: App, transports: Vec<Box<dyn Transport>>) -> std::io::Result<Self> {
        let owner = Owner::new(app.store().directory(), app.chance().session_key())?;
        let name = transports
            .first()
            .map(|transport| transport.name())
            .unwrap_or_default();
        Ok(Self {
            shared: Shared::new(app.clone(), owner),
            lanes: transports.into_iter().map(Lane::new).collect(),
            name,
            app,
        })
    }

    /// Sends what is due whenever it is due, until asked to stop. Only one process at a time does so; the others wait
    /// until it ends. Gives back [`Self::ends`].
    pub async fn run(mut self, who: &str, stop: Stop) -> HashMap<State, usize> {
        let who = format!("{who} {}", std::process::id());
        let mut lock: Option<SenderLock> = None;
        let mut last_mail = Instant::now();
        let mut last_probe = Instant::now();
        while !stop.asked() {
            if lock.is_none() {
                lock = self.take_lock(&who);
            }
            if lock.is_some() {
                if last_probe.elapsed() >= PROBE && self.probe(&stop).await {
                    last_probe = Instant::now();
                }
                if self.drain(&stop).await {
                    last_mail = Instant::now();
                } else if last_mail.elapsed() >= IDLE {
                    self.close().await;
                    last_mail = Instant::now();
                }
            }
            self.rest(&stop).await;
        }
        self.close().await;
        self.app.set_sending(&self.name, SentBy::Nobody);
        self.ends()
    }

    /// How many mails this dispatcher brought to which end; a mail counts once, by where it stood last.
    #[must_use]
    pub fn ends(&self) -> HashMap<State, usize> {
        self.shared.ends()
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
        self.app.set_sending(&self.name, by);
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
        // What was due and stayed must not be asked for without a breath.
        let nap = until_due
            .filter(|nap| !nap.is_zero())
            .unwrap_or(LOOK_AROUND)
            .min(LOOK_AROUND);
        tokio::select! {
            () = stop.wait() => {}
            () = self.app.inner.bell.notified() => {}
            _ = changes.changed() => {}
            () = sleep(nap) => {}
        }
    }

    /// Sends everything that is due now, then returns whether there was anything.
    pub async fn drain(&mut self, stop: &Stop) -> bool {
        let before = self.shared.sent();
        // A lane ends where the outbox refuses to be written; what it leaves is due as before.
        for _ in 0..ROUNDS {
            self.take_up(true).await;
            let now = self.app.running();
            let due = self
                .app
                .store()
                .read(move |read| Ok::<_, AppError>(read.due_deliveries(now, 1)?))
                .await;
            if due.is_ok_and(|due| due.is_empty()) {
                break;
            }
            self.work(Source::Due, stop).await;
            if !self.shared.was_refused() || stop.asked() {
                break;
            }
        }
        self.shared.sent() > before
    }

    // All lanes side by side; meanwhile, what other processes leave behind is taken up.
    async fn work(&mut self, source: Source, stop: &Stop) {
        self.shared.start(source);
        let shared = &self.shared;
        let lanes = join_all(self.lanes.iter_mut().map(|lane| lane.drain(shared, stop)));
        tokio::pin!(lanes);
        loop {
            tokio::select! {
                _ = &mut lanes => return,
                () = sleep(LOOK_AROUND) => take_up(shared, false).await,
            }
        }
    }

    /// Tries one mail of a paused outbox that is due; an answer to it ends the pause. Says whether the outbox was paused,
    /// and not waiting for a person.
    pub async fn probe(&mut self, stop: &Stop) -> bool {
        if !self.app.may_probe().await {
            return false;
        }
        self.shared.start(Source::Probe);
        if let Some(lane) = self.lanes.first_mut() {
            lane.drain(&self.shared, stop).await;
        }
        true
    }

    /// Why the outbox can't be written, whenever that changes.
    #[must_use]
    pub fn complaint(&self) -> watch::Receiver<Option<String>> {
        self.shared.complaint()
    }

    /// Sends these mails now if they are due, or waits until another process has: the first attempt of each. An answer
    /// resumes an outbox that was paused for want of one. Asked to stop, it finishes the mails that it is handing over;
    /// the others stay in the outbox.
    ///
    /// # Errors
    /// The database's; the mails stay in the outbox.
    pub async fn attempt_all(
        &mut self,
        ids: &[DeliveryId],
        stop: &Stop,
    ) -> Result<Vec<Delivery>, AppError> {
        let mut refused = 0;
        loop {
            let these = Source::These(ids.iter().copied().collect());
            self.work(these, stop).await;
            self.close().await;
            // What could be claimed and then not begun.
            self.take_up(true).await;
            if stop.asked() {
                return self.app.standing(ids).await;
            }
            if self.shared.was_refused() {
                refused += 1;
                match &*self.complaint().borrow() {
                    Some(why) if refused == ROUNDS => {
                        return Err(AppError::OutboxNotWritten(why.clone()));
                    }
                    _ => continue,
                }
            }
            // Another process may have had one, and have ended before it was sent.
            tokio::select! {
                settled = timeout(PATIENCE, self.app.settled(ids)) => {
                    if let Ok(settled) = settled {
                        return settled;
                    }
                }
                () = stop.wait() => {}
            }
        }
    }

    /// Hands over one test mail that is in no outbox: it belongs to no interview and carries no link. `greenroom doctor`
    /// and `setup` ask for it, once; it is never tried again.
    pub async fn send_test(&mut self, envelope: &Envelope, mail: &[u8]) -> Outcome {
        let Some(lane) = self.lanes.first_mut() else {
            return Outcome::Stored {
                path: String::new(),
            };
        };
        let transport = lane.transport();
        let outcome = match transport.offer(envelope).await {
            Ok(()) => transport.content(mail, None).await.outcome,
            Err(refused) => refused,
        };
        transport.close().await;
        outcome
    }

    async fn close(&mut self) {
        for lane in &mut self.lanes {
            lane.transport().close().await;
        }
    }

    async fn take_up(&mut self, own: bool) {
        take_up(&self.shared, own).await;
    }
}

async fn take_up(shared: &Shared, own: bool) {
    match shared.take_up(own).await {
        Ok(true) => shared.complain(None),
        Ok(false) => {}
        Err(error) => {
            tracing::error!(%error, "mail of ended processes can't be taken up");
            shared.complain(Some(error.cause()));
        }
    }
}
