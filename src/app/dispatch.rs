//! The outbox worker: the sole caller of a transport (invariant 5). It reads only the outbox.
//!
//! Each mail is claimed in one transaction in which it is also asked whether it is still true (invariant 9); marked
//! as being handed over before the first byte of its content leaves; and its outcome is committed with its event.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use super::{App, AppError, Delivery, outbox};
use crate::domain::delivery::{self, Happening, Impossible, State};
use crate::domain::event::EventKind;
use crate::domain::ids::DeliveryId;
use crate::domain::invitable::Invitable;
use crate::domain::session::JoinLink;
use crate::mail::transport::{Envelope, Outcome, Transport};
use crate::store::{
    MoveError, Outgoing, Owner, Remark, Row, SenderLock, SenderLockState, StoreError, Writing,
};

// How often it looks for mail whose owner has died, and for the right to send.
const LOOK_AROUND: Duration = Duration::from_secs(1);
// How long it waits before it tries the database again.
const BREATH: Duration = Duration::from_millis(500);

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
        Ok(self.transport.content(&mail.mime).await.into())
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

/// An outcome in the words of the outbox.
#[derive(Debug, Clone)]
enum Verdict {
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
            Outcome::Stored { path } => Self::Stored(path),
            Outcome::Deferred { reason } => Self::Deferred(reason.to_string()),
            Outcome::Failed { reason } => Self::Failed(reason.to_string()),
            Outcome::Unknown { reason } => Self::Lost(reason.to_string()),
        }
    }
}

impl App {
    fn set_sending(&self, transport: &str, by: SentBy) {
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

    /// Claims a mail that is due, if it is still true; withdraws it otherwise.
    fn claim(
        &self,
        write: &Writing<'_>,
        id: DeliveryId,
        owner: crate::store::OwnerId,
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

    fn advance(
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

    fn settle(
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

    fn owner_gone(&self, write: &Writing<'_>, id: DeliveryId) -> Result<(), AppError> {
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

    /// Waits until the first attempt of each of these mails is over, and says where they stand.
    ///
    /// # Errors
    /// The store's.
    pub async fn settled(&self, ids: &[DeliveryId]) -> Result<Vec<Delivery>, AppError> {
        let mut changes = self.changes();
        loop {
            changes.mark_unchanged();
            let wanted = ids.to_vec();
            let deliveries = self
                .store()
                .read(move |read| {
                    wanted
                        .iter()
                        .map(|id| read.delivery(*id)?.ok_or(AppError::NoDelivery))
                        .collect::<Result<Vec<_>, _>>()
                })
                .await?;
            let underway = |delivery: &Delivery| {
                matches!(
                    delivery.state,
                    State::Queued | State::Claimed | State::HandingOver
                )
            };
            if !deliveries.iter().any(underway) {
                return Ok(deliveries);
            }
            // Another process's end changes nothing in the database, so look again now and then.
            let _ = timeout(LOOK_AROUND, changes.changed()).await;
        }
    }

    /// Lets what is held leave now, and waits until it has been tried once, at most this long.
    ///
    /// # Errors
    /// The store's.
    pub async fn send_held_now(&self, patience: Duration) -> Result<(), AppError> {
        let now: Timestamp = self.running();
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

/// What a server said, without the candidate's address: the timeline names nobody.
fn nameless(words: &str, delivery: &Delivery) -> String {
    words.replace(&delivery.address, "…")
}
