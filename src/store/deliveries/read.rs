//! What is read of the outbox.

use jiff::Timestamp;
use rusqlite::{Row as SqlRow, params};

use super::{Delivery, Outgoing, Settled, UnsentMail};
use crate::domain::delivery::{Kind, State};
use crate::domain::ids::{BatchId, DeliveryId, InterviewId, SessionId};
use crate::store::rows::{an_instant, instant, maybe_instant, maybe_parsed, named, parsed};
use crate::store::{OwnerId, Reading, StoreError};

const COLUMNS: &str = "id, interview_id, kind, address, subject, message_id, sha256, starts_at, state, since, due_at, \
                       attempts, last_reply, accepted_at, created_at, settled_at, settled_by, settled_why, batch_id, paused";

impl Reading<'_> {
    /// One delivery.
    ///
    /// # Errors
    /// The engine's.
    pub fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
        self.one(
            &format!("SELECT {COLUMNS} FROM delivery WHERE id = $1"),
            [id.to_string()],
            read_delivery,
        )
    }

    /// The deliveries of an interview, newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn deliveries(&self, id: InterviewId) -> Result<Vec<Delivery>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM delivery WHERE interview_id = $1 ORDER BY row DESC");
        self.many(&sql, [id.to_string()], read_delivery)
    }

    /// The delivery of an interview on which a further one depends: one that may still leave, else the newest.
    ///
    /// # Errors
    /// The engine's.
    pub fn last_delivery(&self, id: InterviewId) -> Result<Option<Delivery>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM delivery WHERE interview_id = $1
             ORDER BY state IN ('held', 'queued', 'claimed', 'handing_over', 'deferred') DESC, row DESC LIMIT 1"
        );
        self.one(&sql, [id.to_string()], read_delivery)
    }

    /// Whether the candidate may hold a link to the interview other than that of this session: a mail with it may have
    /// reached them, or the system from which the interview was imported mailed it.
    ///
    /// # Errors
    /// The engine's.
    pub fn may_hold_another_link(
        &self,
        id: InterviewId,
        session: SessionId,
    ) -> Result<bool, StoreError> {
        let held = self.one(
            "SELECT EXISTS (SELECT 1 FROM session AS former JOIN interview ON interview.id = former.interview_id
                 WHERE former.interview_id = $1 AND former.id <> $2 AND (interview.source IS NOT NULL OR EXISTS (
                     SELECT 1 FROM delivery WHERE delivery.interview_id = $1 AND delivery.session_id = former.id
                     AND delivery.state IN ('handing_over', 'accepted', 'stored', 'unknown'))))",
            [id.to_string(), session.to_string()],
            |row| Ok(row.get(0)?),
        )?;
        Ok(held.unwrap_or(false))
    }

    /// The mails of a batch, in the order of its plan.
    ///
    /// # Errors
    /// The engine's.
    pub fn batch_deliveries(&self, id: BatchId) -> Result<Vec<Delivery>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM delivery WHERE batch_id = $1 ORDER BY row");
        self.many(&sql, [id.to_string()], read_delivery)
    }

    /// The exact bytes of a delivery.
    ///
    /// # Errors
    /// The engine's.
    pub fn mime(&self, id: DeliveryId) -> Result<Option<Vec<u8>>, StoreError> {
        self.one(
            "SELECT mime FROM delivery WHERE id = $1",
            [id.to_string()],
            |row| Ok(row.get(0)?),
        )
    }

    /// The deliveries that are due, the one that waits longest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn due_deliveries(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(DeliveryId, State)>, StoreError> {
        self.many(
            "SELECT id, state FROM delivery WHERE state IN ('held', 'queued', 'deferred') AND paused = 0 AND due_at <= $1
             ORDER BY due_at, row LIMIT $2",
            params![instant(now), limit],
            |row| Ok((parsed(row, "id")?, named(row, "state", State::marked)?)),
        )
    }

    /// What may still leave, and what nobody knows the outcome of, by the start of the interview.
    ///
    /// # Errors
    /// The engine's.
    pub fn on_their_way(&self, limit: u32) -> Result<Vec<Delivery>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM delivery
             WHERE state IN ('held', 'queued', 'claimed', 'handing_over', 'deferred')
                OR (state = 'unknown' AND settled_at IS NULL)
             ORDER BY starts_at, row LIMIT $1"
        );
        self.many(&sql, [limit], read_delivery)
    }

    /// When the next delivery is due.
    ///
    /// # Errors
    /// The engine's.
    pub fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.one(
            "SELECT min(due_at) AS due FROM delivery WHERE state IN ('held', 'queued', 'deferred') AND paused = 0",
            [],
            |row| maybe_instant(row, "due"),
        )
        .map(Option::flatten)
    }

    /// What the dispatcher needs of a delivery.
    ///
    /// # Errors
    /// The engine's.
    pub fn outgoing(&self, id: DeliveryId) -> Result<Option<Outgoing>, StoreError> {
        self.one(
            "SELECT id, interview_id, session_id, sender, address, mime, link, attempts FROM delivery WHERE id = $1",
            [id.to_string()],
            |row| {
                Ok(Outgoing {
                    id: parsed(row, "id")?,
                    interview_id: parsed(row, "interview_id")?,
                    session_id: maybe_parsed(row, "session_id")?,
                    sender: row.get("sender")?,
                    address: row.get("address")?,
                    mime: row.get("mime")?,
                    link: row.get("link")?,
                    attempts: row.get("attempts")?,
                })
            },
        )
    }

    /// Who holds deliveries that are being sent, and which.
    ///
    /// # Errors
    /// The engine's.
    pub fn owned_deliveries(&self) -> Result<Vec<(OwnerId, DeliveryId)>, StoreError> {
        self.many(
            "SELECT owner, id FROM delivery WHERE owner IS NOT NULL",
            [],
            |row| Ok((parsed(row, "owner")?, parsed(row, "id")?)),
        )
    }

    /// What may still leave.
    ///
    /// # Errors
    /// The engine's.
    pub fn unsent(&self) -> Result<UnsentMail, StoreError> {
        let unsent = self.one(
            "SELECT count(*) AS mails, coalesce(sum(delivery.state = 'held'), 0) AS held,
                coalesce(sum(delivery.paused), 0) AS paused, min(interview.starts_at) AS first
             FROM delivery JOIN interview ON interview.id = delivery.interview_id
             WHERE delivery.state IN ('held', 'queued', 'claimed', 'handing_over', 'deferred')",
            [],
            |row| {
                Ok(UnsentMail {
                    count: row.get("mails")?,
                    held: row.get("held")?,
                    paused: row.get("paused")?,
                    first_start: maybe_instant(row, "first")?,
                })
            },
        )?;
        Ok(unsent.unwrap_or_default())
    }
}

fn read_delivery(row: &SqlRow<'_>) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        id: parsed(row, "id")?,
        interview_id: parsed(row, "interview_id")?,
        kind: named(row, "kind", Kind::named)?,
        address: row.get("address")?,
        subject: row.get("subject")?,
        message_id: row.get("message_id")?,
        sha256: row.get("sha256")?,
        starts_at: an_instant(row, "starts_at")?,
        state: named(row, "state", State::marked)?,
        since: an_instant(row, "since")?,
        due: maybe_instant(row, "due_at")?,
        attempts: row.get("attempts")?,
        last_reply: row.get("last_reply")?,
        accepted_at: maybe_instant(row, "accepted_at")?,
        created_at: an_instant(row, "created_at")?,
        settled: settled(row)?,
        batch: maybe_parsed(row, "batch_id")?,
        paused: row.get("paused")?,
    })
}

fn settled(row: &SqlRow<'_>) -> Result<Option<Settled>, StoreError> {
    let Some(at) = maybe_instant(row, "settled_at")? else {
        return Ok(None);
    };
    let text = |column| Ok::<_, StoreError>(row.get::<_, Option<String>>(column)?);
    Ok(Some(Settled {
        at,
        by: text("settled_by")?.unwrap_or_default(),
        why: text("settled_why")?.unwrap_or_default(),
    }))
}
