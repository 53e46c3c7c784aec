//! The pause: what every mail would meet keeps the outbox from trying them all, in every process.
//!
//! Attempts are counted in the database, in the commit of their outcome, so it does not matter which process made them:
//! five in a row that reached no server or were not let in pause the outbox, and any answer to a mail ends the row, and
//! with it such a pause. A copy of a database is paused from the start, and only a person resumes it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{App, AppError};
use crate::domain::refusal;
use crate::store::{Reading, StoreError, Writing};

pub(super) const PAUSED: &str = "outbox_paused";
const IN_A_ROW: &str = "outbox_in_a_row";
// So many attempts in a row that would have met any mail pause the outbox.
const TOO_MANY: u32 = 5;

/// Why nothing leaves the outbox, in every process that shares the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// What happened, in one sentence.
    pub why: String,
    /// The same in two or three words; empty where an earlier version wrote it.
    #[serde(default)]
    pub brief: String,
    /// Since when.
    pub since: Timestamp,
    /// Whether a mail is tried now and then, and the others follow when it is answered. Otherwise only a person resumes.
    pub probes: bool,
}

impl Pause {
    /// What happened and, where it is known, what that means.
    #[must_use]
    pub fn reason(&self) -> String {
        refusal::with_meaning(&self.why)
    }

    pub(super) fn write_down(&self) -> Result<String, StoreError> {
        serde_json::to_string(self).map_err(|error| StoreError::Unreadable(error.to_string()))
    }
}

/// What every mail would meet.
pub(super) struct Trouble {
    /// In one sentence.
    pub why: String,
    /// In two or three words.
    pub brief: String,
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

    /// Lets mail leave again.
    ///
    /// # Errors
    /// The store's.
    pub async fn resume_outbox(&self) -> Result<(), AppError> {
        self.store()
            .write(|write| {
                write.remove_setting(IN_A_ROW)?;
                Ok::<_, AppError>(write.remove_setting(PAUSED)?)
            })
            .await?;
        self.ring();
        Ok(())
    }

    pub(super) async fn may_probe(&self) -> bool {
        self.pause()
            .await
            .ok()
            .flatten()
            .is_some_and(|pause| pause.probes)
    }

    /// Hears of an attempt, in the commit of its outcome: what it met that every mail would meet, if it did.
    pub(super) fn hear_attempt(
        &self,
        write: &Writing<'_>,
        met: Option<Trouble>,
    ) -> Result<(), StoreError> {
        let pause = read_pause(write)?;
        let in_a_row = write.setting(IN_A_ROW)?;
        let Some(Trouble { why, brief }) = met else {
            if in_a_row.is_some() {
                write.remove_setting(IN_A_ROW)?;
            }
            if pause.is_some_and(|pause| pause.probes) {
                tracing::info!("the outbox is no longer paused");
                write.remove_setting(PAUSED)?;
            }
            return Ok(());
        };
        if pause.is_some() {
            return Ok(());
        }
        let before: u32 = in_a_row.and_then(|count| count.parse().ok()).unwrap_or(0);
        if before + 1 < TOO_MANY {
            return write.set_setting(IN_A_ROW, &(before + 1).to_string());
        }
        tracing::warn!(why, "the outbox is paused");
        let pause = Pause {
            why,
            brief,
            since: self.now(),
            probes: true,
        };
        write.set_setting(PAUSED, &pause.write_down()?)
    }
}
