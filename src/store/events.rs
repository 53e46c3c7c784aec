//! The timeline: appended, never changed.

use rusqlite::params;

use super::rows::{an_instant, instant, named};
use super::{Reading, StoreError, Writing};
use crate::domain::event::{Event, EventKind};
use crate::domain::ids::InterviewId;

impl Writing<'_> {
    /// Appends one line to the timeline of an interview (invariant 8: in the transaction of the change itself).
    ///
    /// # Errors
    /// The engine's.
    pub fn append_event(&self, id: InterviewId, event: &Event) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO event (interview_id, at, actor, kind, detail) VALUES ($1, $2, $3, $4, $5)",
            params![
                id.to_string(),
                instant(event.at),
                event.actor,
                event.kind.name(),
                event.detail
            ],
        )?;
        Ok(())
    }
}

impl Reading<'_> {
    /// The timeline of an interview, oldest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn events(&self, id: InterviewId) -> Result<Vec<Event>, StoreError> {
        self.many(
            "SELECT * FROM event WHERE interview_id = $1 ORDER BY row",
            [id.to_string()],
            |row| {
                Ok(Event {
                    at: an_instant(row, "at")?,
                    actor: row.get("actor")?,
                    kind: named(row, "kind", EventKind::named)?,
                    detail: row.get("detail")?,
                })
            },
        )
    }
}
