//! What the lanes of one process have in common: whose mail it is, and where it comes from.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::steps::{Step, Stepped, Verdict};
use crate::app::{App, AppError};
use crate::domain::delivery::State;
use crate::domain::ids::DeliveryId;
use crate::store::{Outgoing, Owner, StoreError};

/// Where mail comes from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// Whatever is due, the mail that waits longest first.
    Due,
    /// One mail of a paused outbox.
    Probe,
    /// These, whatever else is due.
    These(VecDeque<DeliveryId>),
}

/// What the lanes share.
pub(super) struct Shared {
    pub app: App,
    owner: Owner,
    source: Arc<Mutex<Source>>,
    stuck: Arc<Mutex<HashSet<DeliveryId>>>,
    sent: AtomicU64,
    ended: Mutex<HashMap<DeliveryId, State>>,
    complaint: watch::Sender<Option<String>>,
    refused: AtomicBool,
}

impl Shared {
    pub(super) fn new(app: App, owner: Owner) -> Self {
        Self {
            app,
            owner,
            source: Arc::new(Mutex::new(Source::Due)),
            stuck: Arc::default(),
            sent: AtomicU64::new(0),
            ended: Mutex::default(),
            complaint: watch::channel(None).0,
            refused: AtomicBool::new(false),
        }
    }

    pub(super) fn start(&self, source: Source) {
        *lock(&self.source) = source;
        lock(&self.stuck).clear();
    }

    /// How many mails were attempted so far.
    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// How many mails this process brought to which end: each counts once, where it stood last.
    pub(super) fn ends(&self) -> HashMap<State, usize> {
        let mut ends = HashMap::new();
        for state in lock(&self.ended).values() {
            *ends.entry(*state).or_default() += 1;
        }
        ends
    }

    /// Why the outbox can't be written, if so.
    pub(super) fn complaint(&self) -> watch::Receiver<Option<String>> {
        self.complaint.subscribe()
    }

    /// Whether the outbox refused a write since this was asked last.
    pub(super) fn was_refused(&self) -> bool {
        self.refused.swap(false, Ordering::Relaxed)
    }

    /// Notes that the outbox could be written, or why not.
    pub(super) fn complain(&self, why: Option<String>) {
        if why.is_some() {
            self.refused.store(true, Ordering::Relaxed);
        }
        self.complaint.send_if_modified(|current| {
            let changed = *current != why;
            *current = why;
            changed
        });
    }

    /// Hears that a mail was attempted.
    pub(super) fn hear(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    /// One transaction of a lane.
    pub(super) async fn step(
        &self,
        done: Vec<(DeliveryId, Verdict)>,
        step: Step,
    ) -> Result<Stepped, AppError> {
        let (app, owner) = (self.app.clone(), self.owner.id());
        let (source, stuck) = (Arc::clone(&self.source), Arc::clone(&self.stuck));
        let stepped = self
            .app
            .store()
            .write(move |write| {
                app.step(
                    write,
                    &done,
                    step,
                    owner,
                    &mut lock(&source),
                    &mut lock(&stuck),
                )
            })
            .await?;
        lock(&self.ended).extend(stepped.ended.iter().copied());
        Ok(stepped)
    }

    /// Gives a claimed mail back, of which nothing has left.
    pub(super) async fn release(&self, mail: &Outgoing) -> Result<(), AppError> {
        let (app, id) = (self.app.clone(), mail.id);
        self.app
            .store()
            .write(move |write| app.owner_gone(write, id).map(|_| ()))
            .await
    }

    /// Takes up what a process that has ended left behind: claimed mail is queued again, and of what it was handing
    /// over nobody knows whether it left. With `own`, no lane is at work, and what is still this process's own could
    /// not be settled. Says whether anything was written.
    pub(super) async fn take_up(&self, own: bool) -> Result<bool, AppError> {
        let owned = self
            .app
            .store()
            .read(|read| Ok::<_, AppError>(read.owned_deliveries()?))
            .await?;
        let mut gone = Vec::new();
        for (owner, id) in owned {
            let alive = if owner == self.owner.id() {
                !own
            } else {
                // Where it can't be told, nothing may be taken.
                self.owner
                    .is_alive(self.app.store().directory(), owner)
                    .unwrap_or(true)
            };
            if !alive {
                gone.push(id);
            }
        }
        if gone.is_empty() {
            return Ok(false);
        }
        let app = self.app.clone();
        let unknown = self
            .app
            .store()
            .write(move |write| {
                let mut unknown = Vec::new();
                for id in gone {
                    if app.owner_gone(write, id)? == Some(State::Unknown) {
                        unknown.push((id, State::Unknown));
                    }
                }
                Ok::<_, AppError>(unknown)
            })
            .await?;
        lock(&self.ended).extend(unknown);
        Ok(true)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether an error concerns one mail alone: anything else would meet the next one as well.
pub(super) fn concerns_one_mail(error: &AppError) -> bool {
    matches!(error, AppError::Store(StoreError::Unreadable(_)))
}
