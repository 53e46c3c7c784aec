//! The timeline: appended, never changed; erasing a candidate empties its details.

use rusqlite::{Row as SqlRow, params};

use super::rows::{an_instant, instant, named, parsed};
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
            read_event,
        )
    }

    /// The number of the newest event of all; 0 when there is none.
    ///
    /// # Errors
    /// The engine's.
    pub fn newest_event(&self) -> Result<i64, StoreError> {
        let newest = self.one(
            "SELECT coalesce(max(row), 0) AS newest FROM event",
            [],
            |row| Ok(row.get("newest")?),
        )?;
        Ok(newest.unwrap_or(0))
    }

    /// The events after that number, oldest first, each with its own and with its interview; at most `limit`.
    ///
    /// # Errors
    /// The engine's.
    pub fn events_after(
        &self,
        number: i64,
        limit: u32,
    ) -> Result<Vec<(i64, InterviewId, Event)>, StoreError> {
        self.many(
            "SELECT * FROM event WHERE row > $1 ORDER BY row LIMIT $2",
            params![number, limit],
            |row| {
                Ok((
                    row.get("row")?,
                    parsed(row, "interview_id")?,
                    read_event(row)?,
                ))
            },
        )
    }
}

fn read_event(row: &SqlRow<'_>) -> Result<Event, StoreError> {
    Ok(Event {
        at: an_instant(row, "at")?,
        actor: row.get("actor")?,
        kind: named(row, "kind", EventKind::named)?,
        detail: row.get("detail")?,
    })
}
