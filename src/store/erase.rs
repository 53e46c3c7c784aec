//! Erasing: every row that says whom an interview was with.

use rusqlite::params;

use super::rows::parsed;
use super::{Reading, Store, StoreError, Writing, busy, engine};
use crate::domain::ids::InterviewId;

impl Writing<'_> {
    /// Removes an interview with everything that hangs on it: links, mails, ledger, acknowledgements, the old system's
    /// tokens, and what was remembered of the requests that made it. Of its timeline stays what happened, when, and who
    /// did it.
    ///
    /// # Errors
    /// The engine's.
    pub fn erase_interview(&self, id: InterviewId) -> Result<(), StoreError> {
        let id_text = id.to_string();
        self.execute(
            "DELETE FROM idempotency WHERE interview_id = $1",
            [&id_text],
        )?;
        // Replies of mail servers and reasons of people can name anybody.
        self.execute(
            "UPDATE event SET detail = '' WHERE interview_id = $1 AND detail <> ''",
            [&id_text],
        )?;
        let _ = self.remove_interview(id)?;
        Ok(())
    }
}

impl Reading<'_> {
    /// Whether the interview was erased.
    ///
    /// # Errors
    /// The engine's.
    pub fn is_erased(&self, id: InterviewId) -> Result<bool, StoreError> {
        let found = self.one(
            "SELECT 1 FROM event WHERE interview_id = $1 AND kind = 'erased'",
            [id.to_string()],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    /// The other interviews of an address (ASCII), the first to start first.
    ///
    /// # Errors
    /// The engine's.
    pub fn others_of_address(
        &self,
        address: &str,
        id: InterviewId,
    ) -> Result<Vec<InterviewId>, StoreError> {
        self.many(
            "SELECT id FROM interview WHERE address = $1 AND id <> $2 ORDER BY starts_at, id",
            params![address, id.to_string()],
            |row| parsed(row, "id"),
        )
    }
}

impl Store {
    /// Rewrites the search index and the file without what was deleted, and empties the write-ahead log. Safe to repeat;
    /// others read meanwhile, and wait to write. Says whether the log could be emptied: while another process reads an
    /// older state, it can't.
    ///
    /// # Errors
    /// The engine's: what was deleted may then still stand in free pages or in the log.
    pub async fn forget_deleted(&self) -> Result<bool, StoreError> {
        if let Some(why) = &self.read_only {
            return Err(StoreError::ReadOnly(why.clone()));
        }
        let Some(directory) = self.directory.clone() else {
            return Ok(true);
        };
        tokio::task::spawn_blocking(move || {
            let what = "the database anew, without what was erased";
            let _doing = busy::Doing::say(&directory, what);
            engine::forget_deleted(&directory)
        })
        .await
        .map_err(|_| StoreError::Closed)?
        .map_err(StoreError::from)
    }
}
