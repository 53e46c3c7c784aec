//! The access ledger: appended, bounded, read by no decision.

use jiff::Timestamp;
use rusqlite::{Row as SqlRow, params};

use super::rows::{an_instant, instant, maybe_instant, named};
use super::{Reading, StoreError, Writing};
use crate::domain::access::{Access, AccessKind};
use crate::domain::door::Door;
use crate::domain::ids::InterviewId;

/// Lines that are kept of one interview; of more, the newest.
const OF_ONE: usize = 100;
/// Lines that are kept in all.
const OF_ALL: i64 = 200_000;

impl Writing<'_> {
    /// Appends lines to the ledger, and forgets the oldest beyond its bounds. An interview that is gone has no lines.
    ///
    /// # Errors
    /// The engine's.
    pub fn append_accesses(&self, lines: &[(InterviewId, Access)]) -> Result<(), StoreError> {
        for (id, access) in lines {
            let id = id.to_string();
            self.execute(
                "INSERT INTO access (interview_id, at, kind, door, opens_at)
                 SELECT id, $1, $2, $3, $4 FROM interview WHERE id = $5",
                params![
                    instant(access.at),
                    access.kind.name(),
                    access.door.name(),
                    access.opens_at.map(instant),
                    id
                ],
            )?;
            self.execute(
                "DELETE FROM access WHERE interview_id = $1 AND row <= (
                     SELECT row FROM access WHERE interview_id = $1 ORDER BY row DESC LIMIT 1 OFFSET $2)",
                params![id, OF_ONE],
            )?;
        }
        self.execute(
            "DELETE FROM access WHERE row <= (SELECT max(row) FROM access) - $1",
            [OF_ALL],
        )?;
        Ok(())
    }
}

impl Reading<'_> {
    /// The newest lines of an interview's ledger, newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn accesses(&self, id: InterviewId) -> Result<Vec<Access>, StoreError> {
        self.many(
            "SELECT * FROM access WHERE interview_id = $1 ORDER BY row DESC",
            [id.to_string()],
            read_access,
        )
    }

    /// When the candidate last opened their page, and what it said; scanners are nobody.
    ///
    /// # Errors
    /// The engine's.
    pub fn last_seen(&self, id: InterviewId) -> Result<Option<Access>, StoreError> {
        self.one(
            "SELECT * FROM access WHERE interview_id = $1 AND kind = 'view' ORDER BY row DESC LIMIT 1",
            [id.to_string()],
            read_access,
        )
    }
}

fn read_access(row: &SqlRow<'_>) -> Result<Access, StoreError> {
    let at: Timestamp = an_instant(row, "at")?;
    Ok(Access {
        at,
        kind: named(row, "kind", AccessKind::named)?,
        door: named(row, "door", Door::named)?,
        opens_at: maybe_instant(row, "opens_at")?,
    })
}
