//! Writes the access ledger, behind whoever answers a candidate: an answer never waits for it, and it never grows without
//! bounds.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

use super::{App, Stop};
use crate::domain::access::Access;
use crate::domain::ids::InterviewId;
use crate::store::StoreError;

/// Lines that wait to be written; what comes beyond is forgotten.
const LONGEST: usize = 4096;
/// How long lines are gathered before they are written together.
const PAUSE: Duration = Duration::from_millis(250);

/// Gathers lines of the ledger and writes them in the background.
pub struct Ledger {
    app: App,
    waiting: Mutex<Vec<(InterviewId, Access)>>,
    bell: Notify,
}

impl Ledger {
    /// An empty one.
    #[must_use]
    pub fn new(app: App) -> Self {
        Self {
            app,
            waiting: Mutex::default(),
            bell: Notify::new(),
        }
    }

    /// Notes a line. Never waits.
    pub fn note(&self, id: InterviewId, access: Access) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < LONGEST {
            waiting.push((id, access));
        }
        drop(waiting);
        self.bell.notify_one();
    }

    /// Writes what is noted, until asked to stop.
    pub async fn keep(&self, stop: &Stop) {
        while !stop.asked() {
            tokio::select! {
                () = self.bell.notified() => {}
                () = stop.wait() => {}
            }
            self.write_down().await;
            tokio::select! {
                () = sleep(PAUSE) => {}
                () = stop.wait() => {}
            }
        }
    }

    /// Writes what is noted now. What can't be written is forgotten: nothing depends on it.
    pub async fn write_down(&self) {
        let lines =
            std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        if lines.is_empty() {
            return;
        }
        let written = self
            .app
            .store()
            .write(move |write| write.append_accesses(&lines))
            .await;
        if let Err(error) = written {
            let error: StoreError = error;
            tracing::warn!(%error, "the access ledger could not be written");
        }
    }
}
