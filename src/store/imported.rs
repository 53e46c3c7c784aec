//! What an import leaves beside an interview: where it came from, the tokens of the old system's links, and the keys of
//! those that lead nowhere.

use std::collections::HashSet;

use rusqlite::params;

use super::rows::{Cells as _, instant, parsed};
use super::{Reading, StoreError, Writing};
use crate::domain::address::EmailAddress;
use crate::domain::ids::InterviewId;
use crate::domain::interview::Interview;
use crate::domain::session::SessionKey;

impl Writing<'_> {
    /// Keeps a signed token of the old system, which leads to this interview. One that is known stays as it is.
    ///
    /// # Errors
    /// The engine's; a token of at most 40 characters was never signed and is refused by the schema.
    pub fn add_imported_token(&self, token: &str, id: InterviewId) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO imported_token (token, interview_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            [token, &id.to_string()],
        )?;
        Ok(())
    }

    /// Remembers a key in an old link that lets nobody into this interview.
    ///
    /// # Errors
    /// The engine's.
    pub(super) fn add_dead_key(&self, key: &str, id: InterviewId) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO dead_key (key, interview_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            [key, &id.to_string()],
        )?;
        Ok(())
    }
}

/// A key in an old link of an interview that does not let anybody into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadKey {
    /// The key.
    pub key: SessionKey,
    /// An old link of another interview carries it too.
    pub shared: bool,
    /// Whose interview it opens, if it is the key of another one.
    pub opens: Option<String>,
}

impl Reading<'_> {
    /// The keys in old links of this interview that do not let anybody into it.
    ///
    /// # Errors
    /// The engine's.
    pub fn dead_keys(&self, id: InterviewId) -> Result<Vec<DeadKey>, StoreError> {
        self.many(
            "SELECT key, EXISTS (SELECT 1 FROM dead_key AS other
                     WHERE other.key = dead_key.key AND other.interview_id <> dead_key.interview_id) AS shared,
                 (SELECT candidate_name FROM interview JOIN session ON interview_id = interview.id
                     WHERE session.key = dead_key.key AND revoked_at IS NULL) AS opens
             FROM dead_key WHERE interview_id = $1 ORDER BY key",
            [id.to_string()],
            |row| {
                Ok(DeadKey {
                    key: parsed(row, "key")?,
                    shared: row.cell("shared")?,
                    opens: row.cell("opens")?,
                })
            },
        )
    }

    /// Whether there is this interview.
    ///
    /// # Errors
    /// The engine's.
    pub fn has_interview(&self, id: InterviewId) -> Result<bool, StoreError> {
        let found = self.one(
            "SELECT 1 FROM interview WHERE id = $1",
            [id.to_string()],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    /// Whether a session, live or revoked, has this key, or an old link that lies in an inbox carries it.
    ///
    /// # Errors
    /// The engine's.
    pub fn has_key(&self, key: SessionKey) -> Result<bool, StoreError> {
        let found = self.one(
            "SELECT 1 FROM session WHERE key = $1 UNION ALL SELECT 1 FROM dead_key WHERE key = $1 LIMIT 1",
            [key.expose()],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    /// The interview with this candidate for this role at this start, if there is one. The address finds nobody; another one
    /// only tells two of the same name apart. What has no start can't be told from others.
    ///
    /// # Errors
    /// The engine's.
    pub fn interview_alike(
        &self,
        interview: &Interview,
    ) -> Result<Option<InterviewId>, StoreError> {
        let Some(start) = interview.starts_at.map(instant) else {
            return Ok(None);
        };
        let address = interview.candidate_email.as_ref().map(EmailAddress::ascii);
        let alike = self.many(
            "SELECT id, address FROM interview
             WHERE starts_at = $1 AND candidate_name = $2 AND role = $3 ORDER BY id",
            params![start, interview.candidate_name, interview.role],
            |row| Ok((parsed(row, "id")?, row.cell::<Option<String>>("address")?)),
        )?;
        let same = |(_, other): &(InterviewId, Option<String>)| other.as_deref() == address;
        Ok(alike.into_iter().find(same).map(|(id, _)| id))
    }

    /// The interview of this candidate whose session, live or revoked, has this key, if there is one.
    ///
    /// # Errors
    /// The engine's.
    pub fn interview_with_key(
        &self,
        key: SessionKey,
        candidate: &str,
    ) -> Result<Option<InterviewId>, StoreError> {
        self.one(
            "SELECT interview.id FROM session JOIN interview ON interview.id = session.interview_id
             WHERE session.key = $1 AND interview.candidate_name = $2",
            [&key.expose(), candidate],
            |row| parsed(row, "id"),
        )
    }

    /// The interviews that were erased.
    ///
    /// # Errors
    /// The engine's.
    pub fn erased(&self) -> Result<HashSet<InterviewId>, StoreError> {
        let erased = self.many(
            "SELECT interview_id FROM event WHERE kind = 'erased'",
            [],
            |row| parsed(row, "interview_id"),
        )?;
        Ok(erased.into_iter().collect())
    }

    /// The interview to which a signed token of the old system leads; only an exact match counts.
    ///
    /// # Errors
    /// The engine's.
    pub fn imported_token(&self, token: &str) -> Result<Option<InterviewId>, StoreError> {
        self.one(
            "SELECT interview_id FROM imported_token WHERE token = $1",
            [token],
            |row| parsed(row, "interview_id"),
        )
    }

    /// The interviews that any source calls by this id.
    ///
    /// # Errors
    /// The engine's.
    pub fn interviews_called(&self, external_id: &str) -> Result<Vec<InterviewId>, StoreError> {
        self.many(
            "SELECT id FROM interview WHERE external_id = $1 ORDER BY id",
            [external_id],
            |row| parsed(row, "id"),
        )
    }

    /// The interview that a source calls by this id, if it was imported before.
    ///
    /// # Errors
    /// The engine's.
    pub fn imported_as(
        &self,
        source: &str,
        external_id: &str,
    ) -> Result<Option<InterviewId>, StoreError> {
        self.one(
            "SELECT id FROM interview WHERE external_id = $1 AND source = $2",
            [external_id, source],
            |row| parsed(row, "id"),
        )
    }
}
