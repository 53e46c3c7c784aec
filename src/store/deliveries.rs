//! The outbox: every mail that was ever asked for, its exact bytes, and where it stands.

mod read;

use jiff::Timestamp;
use rusqlite::params;

use super::rows::{instant, named};
use super::{OwnerId, StoreError, Writing};
use crate::domain::delivery::{Happening, Impossible, Kind, State};
use crate::domain::ids::{BatchId, DeliveryId, InterviewId, SessionId};

/// A delivery as people and programs see it: everything but its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its identifier.
    pub id: DeliveryId,
    /// The interview it is about.
    pub interview_id: InterviewId,
    /// What it is for.
    pub kind: Kind,
    /// Where it goes (ASCII).
    pub address: String,
    /// Its subject.
    pub subject: String,
    /// Its Message-ID, angle brackets included.
    pub message_id: String,
    /// The digest of its bytes: SHA-256, hexadecimal.
    pub sha256: String,
    /// The start that it names.
    pub starts_at: Timestamp,
    /// Where it stands.
    pub state: State,
    /// Since when.
    pub since: Timestamp,
    /// Until when it is held, or when it is tried (next).
    pub due: Option<Timestamp>,
    /// How often it was tried.
    pub attempts: u32,
    /// What the server said last, or what went wrong.
    pub last_reply: Option<String>,
    /// When a mail server accepted it.
    pub accepted_at: Option<Timestamp>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// That somebody left its unknown outcome as it is.
    pub settled: Option<Settled>,
    /// The batch in which it was asked for.
    pub batch: Option<BatchId>,
    /// Whether it waits for that batch to be resumed.
    pub paused: bool,
}

/// That somebody left a mail of unknown outcome as it is: for them, it counts as mailed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// Why.
    pub why: String,
}

impl Delivery {
    /// Whether nobody knows what became of it, and nobody has decided yet what to do about that.
    #[must_use]
    pub const fn is_unsettled(&self) -> bool {
        matches!(self.state, State::Unknown) && self.settled.is_none()
    }
}

/// A delivery to be put into the outbox. Its bytes have passed the gate.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// Its identifier.
    pub id: DeliveryId,
    /// The interview it is about.
    pub interview_id: InterviewId,
    /// The session that it carries.
    pub session_id: SessionId,
    /// What it is for.
    pub kind: Kind,
    /// The envelope's sender (ASCII).
    pub sender: String,
    /// The envelope's recipient (ASCII).
    pub address: String,
    /// Its subject.
    pub subject: String,
    /// Its Message-ID.
    pub message_id: String,
    /// The exact bytes.
    pub mime: Vec<u8>,
    /// Their digest.
    pub sha256: String,
    /// The join link in them.
    pub link: String,
    /// Whether that link leads to this machine or its network only.
    pub link_is_local: bool,
    /// The start that they name.
    pub starts_at: Timestamp,
    /// The SEQUENCE that they bear.
    pub sequence: u32,
    /// Until when they say that the link works.
    pub closes_at: Timestamp,
}

/// How a delivery comes into the outbox.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Now.
    pub at: Timestamp,
    /// Until when it is held; `None` sends it at once.
    pub held_until: Option<Timestamp>,
    /// The batch in which it is asked for.
    pub batch: Option<BatchId>,
}

/// What the dispatcher needs to hand a mail over.
#[derive(Clone)]
pub struct Outgoing {
    /// Its identifier.
    pub id: DeliveryId,
    /// The interview it is about.
    pub interview_id: InterviewId,
    /// The session that it carries.
    pub session_id: Option<SessionId>,
    /// The envelope's sender.
    pub sender: String,
    /// The envelope's recipient.
    pub address: String,
    /// The exact bytes.
    pub mime: Vec<u8>,
    /// The join link in them.
    pub link: String,
    /// How often it was tried before.
    pub attempts: u32,
}

/// What waits in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UnsentMail {
    /// How many mails may still leave.
    pub count: u64,
    /// How many of them are held.
    pub held: u64,
    /// How many of them wait for their batch to be resumed.
    pub paused: u64,
    /// The first start among their interviews.
    pub first_start: Option<Timestamp>,
}

/// Why a delivery could not be moved on.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// It is not in a state in which that can happen.
    #[error(transparent)]
    Impossible(#[from] Impossible),
    /// There is no such delivery.
    #[error("there is no such delivery")]
    Missing,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is written beside the new state.
#[derive(Debug, Clone, Default)]
pub struct Remark {
    /// When it is due (deferred: the next try).
    pub due: Option<Timestamp>,
    /// Who has it (claimed).
    pub owner: Option<OwnerId>,
    /// What the server said, or what went wrong; `None` leaves the last words standing.
    pub reply: Option<String>,
}

impl Writing<'_> {
    /// Puts a delivery into the outbox, held or queued.
    ///
    /// # Errors
    /// The engine's; a second unsent mail for the same interview, kind and address is refused by the schema
    /// (invariant 10), one without a session of that interview as well (invariant 2), and a second one of the same batch
    /// and interview too.
    pub fn add_delivery(&self, new: &NewDelivery, entry: Entry) -> Result<(), StoreError> {
        let state = if entry.held_until.is_some() {
            State::Held
        } else {
            State::Queued
        };
        let due = entry.held_until.unwrap_or(entry.at);
        self.execute(
            "INSERT INTO delivery (id, interview_id, session_id, audience, kind, sender, address, subject, message_id,
                mime, sha256, link, link_is_local, starts_at, sequence, closes_at, state, since, due_at, created_at,
                batch_id)
             VALUES ($1, $2, $3, 'candidate', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
                $20)",
            params![
                new.id.to_string(),
                new.interview_id.to_string(),
                new.session_id.to_string(),
                new.kind.name(),
                new.sender,
                new.address,
                new.subject,
                new.message_id,
                new.mime,
                new.sha256,
                new.link,
                new.link_is_local,
                instant(new.starts_at),
                new.sequence,
                instant(new.closes_at),
                state.mark(),
                instant(entry.at),
                instant(due),
                instant(entry.at),
                entry.batch.map(|batch| batch.to_string()),
            ],
        )?;
        self.show_newest(&new.interview_id.to_string())?;
        Ok(())
    }

    /// Moves a delivery on: the one place where its state is written, and only as the state machine allows. What
    /// lists show of the interview's mail is written with it.
    ///
    /// # Errors
    /// [`MoveError::Impossible`] when that can't happen now: nothing has been written then.
    pub fn move_delivery(
        &self,
        id: DeliveryId,
        happening: Happening,
        remark: &Remark,
        now: Timestamp,
    ) -> Result<State, MoveError> {
        let key = id.to_string();
        let (from, owner, interview) = self
            .one(
                "SELECT state, owner, interview_id FROM delivery WHERE id = $1",
                [&key],
                |row| {
                    let owner: Option<String> = row.get("owner")?;
                    let interview: String = row.get("interview_id")?;
                    Ok((named(row, "state", State::marked)?, owner, interview))
                },
            )?
            .ok_or(MoveError::Missing)?;
        let state = from.after(happening)?;
        let attempts = u32::from(happening == Happening::Claimed);
        let accepted_at = (state == State::Accepted).then(|| instant(now));
        // A queued mail is due at once, unless it says otherwise; what has ended is never due.
        let due = remark
            .due
            .or((state == State::Queued).then_some(now))
            .filter(|_| state.is_unsent());
        let owner = match state {
            State::Claimed => remark.owner.map(|owner| owner.to_string()),
            // The second mark of sending belongs to whoever set the first.
            State::HandingOver => owner,
            _ => None,
        };
        self.execute(
            "UPDATE delivery SET state = $1, since = $2, due_at = $3, owner = $4, attempts = attempts + $5,
                last_reply = coalesce($6, last_reply), accepted_at = $7,
                settled_at = NULL, settled_by = NULL, settled_why = NULL
             WHERE id = $8",
            params![
                state.mark(),
                instant(now),
                due.map(instant),
                owner,
                attempts,
                remark.reply,
                accepted_at,
                key,
            ],
        )?;
        self.show_newest(&interview)?;
        if state == State::Accepted {
            self.execute(
                "UPDATE interview SET told_at = $1, told_key = session.key, told_starts_at = delivery.starts_at,
                     told_address = delivery.address, told_sequence = delivery.sequence,
                     told_closes_at = delivery.closes_at, told_local = delivery.link_is_local
                 FROM delivery JOIN session ON session.interview_id = delivery.interview_id AND session.id = delivery.session_id
                 WHERE delivery.id = $2 AND interview.id = delivery.interview_id",
                params![instant(now), key],
            )?;
        }
        Ok(state)
    }

    // What lists show of an interview's mail is that of the newest, of those that were not taken back if there is one.
    fn show_newest(&self, interview: &str) -> Result<(), StoreError> {
        self.execute(
            "UPDATE interview SET mail_state = newest.state, mail_since = newest.since, mail_due = newest.due_at,
                 mail_settled = newest.settled, mail_reply = newest.reply
             FROM (SELECT state, since, due_at, settled_at IS NOT NULL AS settled,
                       CASE WHEN state IN ('failed', 'deferred') THEN substr(last_reply, 1, 300) END AS reply
                   FROM delivery WHERE interview_id = $1
                   ORDER BY state = 'withdrawn', row DESC LIMIT 1) AS newest
             WHERE id = $1",
            [interview],
        )?;
        Ok(())
    }

    /// Writes down who leaves a mail of unknown outcome as it is, and why.
    ///
    /// # Errors
    /// The engine's.
    pub fn settle_delivery(
        &self,
        id: DeliveryId,
        who: &str,
        why: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.execute(
            "UPDATE delivery SET settled_at = $1, settled_by = $2, settled_why = $3 WHERE id = $4",
            params![instant(now), who, why, id.to_string()],
        )?;
        let interview: Option<String> = self.one(
            "SELECT interview_id FROM delivery WHERE id = $1",
            [id.to_string()],
            |row| Ok(row.get(0)?),
        )?;
        interview.map_or(Ok(()), |interview| self.show_newest(&interview))
    }

    /// Makes what is held due now.
    ///
    /// # Errors
    /// The engine's.
    pub fn end_holds(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.execute(
            "UPDATE delivery SET due_at = $1 WHERE state = 'held' AND due_at > $1",
            [instant(now)],
        )
    }
}
