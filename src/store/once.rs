//! What must happen once: actions by their idempotency key, and settings that are made on first use.

use jiff::Timestamp;
use rusqlite::params;

use super::rows::{instant, maybe_parsed, parsed};
use super::{Reading, StoreError, Writing};
use crate::domain::ids::{DeliveryId, InterviewId};

/// What an action with an idempotency key led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// The digest of what was asked for: the same key with other content is an error.
    pub content: String,
    /// The interview.
    pub interview_id: InterviewId,
    /// The delivery, if one was made.
    pub delivery_id: Option<DeliveryId>,
}

impl Writing<'_> {
    /// Remembers what an action led to.
    ///
    /// # Errors
    /// The engine's.
    pub fn remember(&self, key: &str, what: &Remembered, now: Timestamp) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO idempotency (key, content, interview_id, delivery_id, created_at) VALUES ($1, $2, $3, $4, $5)",
            params![
                key,
                what.content,
                what.interview_id.to_string(),
                what.delivery_id.map(|id| id.to_string()),
                instant(now)
            ],
        )?;
        Ok(())
    }

    /// Sets a setting that belongs to the database.
    ///
    /// # Errors
    /// The engine's.
    pub fn set_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [name, value],
        )?;
        Ok(())
    }

    /// Removes a setting, if it is there.
    ///
    /// # Errors
    /// The engine's.
    pub fn remove_setting(&self, name: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM setting WHERE name = $1", [name])?;
        Ok(())
    }
}

impl Reading<'_> {
    /// What the action with this idempotency key led to, if it was done before.
    ///
    /// # Errors
    /// The engine's.
    pub fn remembered(&self, key: &str) -> Result<Option<Remembered>, StoreError> {
        self.one("SELECT * FROM idempotency WHERE key = $1", [key], |row| {
            Ok(Remembered {
                content: row.get("content")?,
                interview_id: parsed(row, "interview_id")?,
                delivery_id: maybe_parsed(row, "delivery_id")?,
            })
        })
    }

    /// A setting that belongs to the database.
    ///
    /// # Errors
    /// The engine's.
    pub fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.one("SELECT value FROM setting WHERE name = $1", [name], |row| {
            Ok(row.get(0)?)
        })
    }
}
