//! Findings of which somebody said that they may stay as they are.

use jiff::Timestamp;
use rusqlite::{params, params_from_iter};

use super::interviews::{SELECT, read_row};
use super::list::Row;
use super::predicate::Sql;
use super::rows::{an_instant, instant};
use super::{Reading, StoreError, Writing};
use crate::domain::filter::Predicate;
use crate::domain::finding::Code;
use crate::domain::ids::InterviewId;

/// That somebody said of a finding that it may stay as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Which finding.
    pub code: Code,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
}

impl Reading<'_> {
    /// The interviews of which findings are acknowledged, soonest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn acknowledged_rows(&self, predicate: &Predicate) -> Result<Vec<Row>, StoreError> {
        let mut sql = Sql::default();
        sql.push(SELECT)
            .push(" WHERE acknowledged <> 0 AND ")
            .predicate(predicate)
            .push(" ORDER BY starts_at, id");
        self.many(&sql.text, params_from_iter(sql.parameters), read_row)
    }

    /// What was acknowledged of an interview, whether it still stands or not.
    ///
    /// # Errors
    /// The engine's.
    pub fn acknowledgements(&self, id: InterviewId) -> Result<Vec<Acknowledgement>, StoreError> {
        let all = self.many(
            "SELECT code, at, actor, reason FROM acknowledgement WHERE interview_id = $1 ORDER BY code",
            [id.to_string()],
            |row| {
                let code: String = row.get("code")?;
                let Some(code) = Code::named(&code) else {
                    return Ok(None);
                };
                Ok(Some(Acknowledgement {
                    code,
                    at: an_instant(row, "at")?,
                    actor: row.get("actor")?,
                    reason: row.get("reason")?,
                }))
            },
        )?;
        Ok(all.into_iter().flatten().collect())
    }
}

impl Writing<'_> {
    /// Writes down that a finding may stay as it is, until what it is about changes.
    ///
    /// # Errors
    /// The engine's.
    pub fn acknowledge(
        &self,
        id: InterviewId,
        acknowledgement: &Acknowledgement,
    ) -> Result<(), StoreError> {
        let code = acknowledgement.code;
        self.execute(
            "INSERT INTO acknowledgement (interview_id, code, at, actor, reason) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (interview_id, code) DO UPDATE SET
                at = excluded.at, actor = excluded.actor, reason = excluded.reason",
            params![
                id.to_string(),
                code.name(),
                instant(acknowledgement.at),
                acknowledgement.actor,
                acknowledgement.reason,
            ],
        )?;
        self.execute(
            "UPDATE interview SET acknowledged = acknowledged | $1 WHERE id = $2",
            params![code.bit(), id.to_string()],
        )?;
        Ok(())
    }
}
