//! Batches: what was asked for together. How far one has come is counted from its deliveries, never kept beside them.

use jiff::Timestamp;
use rusqlite::{Row as SqlRow, params};

use super::rows::{an_instant, instant, maybe_instant, named, parsed};
use super::{Reading, StoreError, Writing};
use crate::domain::batch::{BatchDeed, BatchEvent, BatchState, Progress};
use crate::domain::delivery::State;
use crate::domain::ids::{BatchId, DeliveryId, InterviewId};

/// One batch, as it was asked for, and whether its mails may leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// What people call it: 1, 2, 3 …
    pub number: i64,
    /// Its identifier, derived from the plan.
    pub id: BatchId,
    /// The name of what was to be done.
    pub action: String,
    /// Who asked for it.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// How many mails the plan asked for.
    pub sends: u64,
    /// How many interviews were changed without mail.
    pub changes: u64,
    /// How many were left alone.
    pub skips: u64,
    /// Whether its mails may leave.
    pub state: BatchState,
    /// Until when its mails were held.
    pub held_until: Option<Timestamp>,
}

/// A batch that is asked for now.
#[derive(Debug, Clone)]
pub struct NewBatch {
    /// Its identifier.
    pub id: BatchId,
    /// The name of what is to be done.
    pub action: &'static str,
    /// Who asks.
    pub asked_by: String,
    /// Now.
    pub asked_at: Timestamp,
    /// How many mails, changes without mail, and interviews left alone the plan names.
    pub totals: [usize; 3],
    /// Until when its mails are held.
    pub held_until: Option<Timestamp>,
}

const COLUMNS: &str =
    "number, id, action, asked_by, asked_at, sends, changes, skips, state, held_until";

impl Writing<'_> {
    /// Keeps a new batch, and gives back its number.
    ///
    /// # Errors
    /// The engine's; a batch of the same plan is refused by the schema.
    pub fn add_batch(&self, new: &NewBatch) -> Result<i64, StoreError> {
        let [sends, changes, skips] = new
            .totals
            .map(|total| i64::try_from(total).unwrap_or(i64::MAX));
        let number = self.one(
            "INSERT INTO batch (id, action, asked_by, asked_at, sends, changes, skips, state, held_until)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'going', $8) RETURNING number",
            params![
                new.id.to_string(),
                new.action,
                new.asked_by,
                instant(new.asked_at),
                sends,
                changes,
                skips,
                new.held_until.map(instant),
            ],
            |row| Ok(row.get(0)?),
        )?;
        number.ok_or_else(|| StoreError::Unreadable("a batch that was just written".to_owned()))
    }

    /// Writes down whether the mails of a batch may leave. Those of a paused one are not due, whatever happens to them.
    ///
    /// # Errors
    /// The engine's.
    pub fn steer_batch(&self, id: BatchId, state: BatchState) -> Result<(), StoreError> {
        let id = id.to_string();
        self.execute(
            "UPDATE batch SET state = $1 WHERE id = $2",
            params![state.name(), id],
        )?;
        self.execute(
            "UPDATE delivery SET paused = $1 WHERE batch_id = $2 AND paused <> $1",
            params![state == BatchState::Paused, id],
        )?;
        Ok(())
    }

    /// Appends one line to what happened to a batch (invariant 8: in the transaction of the change itself).
    ///
    /// # Errors
    /// The engine's.
    pub fn append_batch_event(&self, number: i64, event: &BatchEvent) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO batch_event (batch, at, actor, deed, detail) VALUES ($1, $2, $3, $4, $5)",
            params![
                number,
                instant(event.at),
                event.actor,
                event.deed.name(),
                event.detail
            ],
        )?;
        Ok(())
    }
}

impl Reading<'_> {
    /// What happened to a batch, oldest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn batch_events(&self, number: i64) -> Result<Vec<BatchEvent>, StoreError> {
        self.many(
            "SELECT at, actor, deed, detail FROM batch_event WHERE batch = $1 ORDER BY row",
            [number],
            |row| {
                Ok(BatchEvent {
                    at: an_instant(row, "at")?,
                    actor: row.get("actor")?,
                    deed: named(row, "deed", BatchDeed::named)?,
                    detail: row.get("detail")?,
                })
            },
        )
    }

    /// The batch of that identifier.
    ///
    /// # Errors
    /// The engine's.
    pub fn batch(&self, id: BatchId) -> Result<Option<Batch>, StoreError> {
        self.one(
            &format!("SELECT {COLUMNS} FROM batch WHERE id = $1"),
            [id.to_string()],
            read_batch,
        )
    }

    /// The batch of that number.
    ///
    /// # Errors
    /// The engine's.
    pub fn batch_numbered(&self, number: i64) -> Result<Option<Batch>, StoreError> {
        self.one(
            &format!("SELECT {COLUMNS} FROM batch WHERE number = $1"),
            [number],
            read_batch,
        )
    }

    /// The newest batches, newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn batches(&self, limit: u32) -> Result<Vec<Batch>, StoreError> {
        self.many(
            &format!("SELECT {COLUMNS} FROM batch ORDER BY number DESC LIMIT $1"),
            [limit],
            read_batch,
        )
    }

    /// Where the mails of a batch stand.
    ///
    /// # Errors
    /// The engine's.
    pub fn batch_progress(&self, id: BatchId) -> Result<Progress, StoreError> {
        let counted: Vec<(State, i64)> = self.many(
            "SELECT state, count(*) AS mails FROM delivery WHERE batch_id = $1 GROUP BY state",
            [id.to_string()],
            |row| Ok((named(row, "state", State::marked)?, row.get("mails")?)),
        )?;
        let mut progress = Progress::default();
        for (state, mails) in counted {
            progress.add(state, u64::try_from(mails).unwrap_or_default());
        }
        Ok(progress)
    }

    /// How many mails of a batch came to their end since then, and when the first of those did.
    ///
    /// # Errors
    /// The engine's.
    pub fn batch_ended_since(
        &self,
        id: BatchId,
        since: Timestamp,
    ) -> Result<(u64, Option<Timestamp>), StoreError> {
        let counted = self.one(
            "SELECT count(*) AS mails, min(since) AS first FROM delivery
             WHERE batch_id = $1 AND state IN ('accepted', 'stored', 'failed', 'unknown') AND since >= $2",
            params![id.to_string(), instant(since)],
            |row| Ok((row.get::<_, i64>("mails")?, maybe_instant(row, "first")?)),
        )?;
        let (mails, first) = counted.unwrap_or_default();
        Ok((u64::try_from(mails).unwrap_or_default(), first))
    }

    /// The mails of a batch after which their interviews got no other, in the order of the plan.
    ///
    /// # Errors
    /// The engine's.
    pub fn batch_newest_mails(
        &self,
        id: BatchId,
    ) -> Result<Vec<(InterviewId, DeliveryId)>, StoreError> {
        self.many(
            "SELECT interview_id, id FROM delivery WHERE batch_id = $1
             AND row = (SELECT max(other.row) FROM delivery AS other WHERE other.interview_id = delivery.interview_id)
             ORDER BY row",
            [id.to_string()],
            |row| Ok((parsed(row, "interview_id")?, parsed(row, "id")?)),
        )
    }
}

fn read_batch(row: &SqlRow<'_>) -> Result<Batch, StoreError> {
    let count = |column: &str| -> Result<u64, StoreError> {
        Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or_default())
    };
    Ok(Batch {
        number: row.get("number")?,
        id: parsed(row, "id")?,
        action: row.get("action")?,
        asked_by: row.get("asked_by")?,
        asked_at: an_instant(row, "asked_at")?,
        sends: count("sends")?,
        changes: count("changes")?,
        skips: count("skips")?,
        state: named(row, "state", BatchState::named)?,
        held_until: maybe_instant(row, "held_until")?,
    })
}
