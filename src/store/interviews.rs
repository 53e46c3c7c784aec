//! Interviews and their sessions.

use std::sync::LazyLock;

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Row as SqlRow, params, params_from_iter};

use super::rows::{
    Cells, InOrder, an_instant, instant, maybe_instant, maybe_parsed, named, parsed,
};
use super::{Reading, Row, StoreError, Writing};
use crate::domain::address::{EmailAddress, Mailbox, likely_typo};
use crate::domain::delivery::State;
use crate::domain::finding::Codes;
use crate::domain::ids::InterviewId;
use crate::domain::interview::{Interview, MeetingUrl, Recruiter, Status};
use crate::domain::session::{Session, SessionCondition, SessionKey};
use crate::domain::text::fold_for_search;
use crate::domain::verdict::{Facts, Imported, NewestMail, Told};
use crate::domain::when::{InterviewDuration, Zone};

/// Whether a row was there to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Written {
    /// It was, and it was written.
    Yes,
    /// There is no such row.
    Missing,
}

impl From<usize> for Written {
    fn from(rows: usize) -> Self {
        if rows == 0 { Self::Missing } else { Self::Yes }
    }
}

/// The columns of an interview itself, in the order of [`values`].
pub(super) const COLUMNS: [&str; 28] = [
    "id",
    "candidate_name",
    "candidate_email",
    "role",
    "company",
    "round",
    "kind",
    "status",
    "starts_at",
    "ends_at",
    "zone",
    "candidate_zone",
    "duration_minutes",
    "interviewers",
    "meeting_url",
    "recruiter_name",
    "recruiter_email",
    "note",
    "sequence",
    "joined_at",
    "admitted_at",
    "created_at",
    "updated_at",
    "address",
    "search",
    "suspect",
    "opens_at",
    "closes_at",
];

static PUT: LazyLock<String> = LazyLock::new(|| {
    let stays = |column: &&&str| !matches!(**column, "id" | "created_at");
    let changes: Vec<String> = COLUMNS
        .iter()
        .filter(stays)
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    format!(
        "INSERT INTO interview ({}) VALUES ({}) ON CONFLICT (id) DO UPDATE SET {}",
        COLUMNS.join(", "),
        numbered(COLUMNS.len()),
        changes.join(", ")
    )
});

/// So many parameters, in their order.
pub(super) fn numbered(count: usize) -> String {
    let parameters: Vec<String> = (1..=count).map(|number| format!("${number}")).collect();
    parameters.join(", ")
}

/// What is kept of an interview, column by column.
///
/// # Errors
/// When its interviewers can't be written.
pub(super) fn values(interview: &Interview) -> Result<[Value; COLUMNS.len()], StoreError> {
    let interviewers = interview
        .interviewers
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>();
    let interviewers = serde_json::to_string(&interviewers)
        .map_err(|error| StoreError::Unreadable(error.to_string()))?;
    let email = interview.candidate_email.as_ref();
    let text = |text: Option<&str>| text.map(str::to_owned).into();
    Ok([
        interview.id.to_string().into(),
        interview.candidate_name.clone().into(),
        text(email.map(EmailAddress::display)),
        interview.role.clone().into(),
        interview.company.clone().into(),
        interview.round.clone().into(),
        interview.kind.clone().into(),
        interview.status.name().to_owned().into(),
        interview.starts_at.map(instant).into(),
        interview.ends_at().map(instant).into(),
        interview.zone.name().to_owned().into(),
        text(interview.candidate_zone.as_ref().map(Zone::name)),
        interview.duration.minutes().into(),
        interviewers.into(),
        text(interview.meeting_url.as_ref().map(MeetingUrl::as_str)),
        interview.recruiter.name.clone().into(),
        text(
            interview
                .recruiter
                .email
                .as_ref()
                .map(EmailAddress::display),
        ),
        interview.note.clone().into(),
        interview.sequence.into(),
        interview.joined_at.map(instant).into(),
        interview.admitted_at.map(instant).into(),
        instant(interview.created_at).into(),
        instant(interview.updated_at).into(),
        text(email.map(EmailAddress::ascii)),
        search_text(interview).into(),
        email
            .is_some_and(|address| likely_typo(address).is_some())
            .into(),
        interview.opens_at.map(instant).into(),
        interview.closes_at.map(instant).into(),
    ])
}

impl Writing<'_> {
    /// Keeps an interview, new or changed. What is known of its session and mail stays as it is.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_interview(&self, interview: &Interview) -> Result<(), StoreError> {
        self.execute(&PUT, params_from_iter(values(interview)?))?;
        Ok(())
    }

    /// Removes an interview with its sessions and mails. Its timeline stays.
    ///
    /// # Errors
    /// The engine's.
    pub fn remove_interview(&self, id: InterviewId) -> Result<Written, StoreError> {
        Ok(self
            .execute("DELETE FROM interview WHERE id = $1", [id.to_string()])?
            .into())
    }

    /// Keeps a new session, made here, which becomes what the interview's link is made of. What an import said of its
    /// key is over, and the old system's tokens for a session that this one replaces are worth nothing any more.
    ///
    /// # Errors
    /// The engine's; a second live session of one interview is refused by the schema.
    pub fn add_session(&self, session: &Session) -> Result<(), StoreError> {
        self.execute(
            "DELETE FROM imported_token WHERE interview_id = $1
             AND EXISTS (SELECT 1 FROM session WHERE session.interview_id = $1)",
            [session.interview_id.to_string()],
        )?;
        self.insert_session(session)?;
        self.execute(
            "UPDATE interview SET session_key = $1, session_revoked = $2, key_imported = 0, mailed_key = NULL,
                 import_conflict = 0
             WHERE id = $3",
            params![
                session.key.expose(),
                session.revoked_at.is_some(),
                session.interview_id.to_string()
            ],
        )?;
        Ok(())
    }

    /// Keeps a session. What lists show of it is for whoever asks.
    pub(super) fn insert_session(&self, session: &Session) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO session (id, interview_id, key, created_at, revoked_at) VALUES ($1, $2, $3, $4, $5)",
            params![
                session.id.to_string(),
                session.interview_id.to_string(),
                session.key.expose(),
                instant(session.created_at),
                session.revoked_at.map(instant),
            ],
        )?;
        Ok(())
    }

    /// Ends the live session of an interview, and with it the link.
    ///
    /// # Errors
    /// The engine's.
    pub fn revoke_session(&self, id: InterviewId, at: Timestamp) -> Result<(), StoreError> {
        let (id, at) = (id.to_string(), instant(at));
        self.execute(
            "UPDATE session SET revoked_at = $1 WHERE interview_id = $2 AND revoked_at IS NULL",
            params![at, id],
        )?;
        self.execute(
            "UPDATE interview SET session_revoked = 1, updated_at = $1 WHERE id = $2 AND session_key IS NOT NULL",
            params![at, id],
        )?;
        Ok(())
    }
}

// What `/` looks through: names without accents, addresses, role and company. Keys and Message-IDs have indexes.
fn search_text(interview: &Interview) -> String {
    let mut words = vec![
        fold_for_search(&interview.candidate_name),
        fold_for_search(&interview.role),
    ];
    words.extend(interview.company.as_deref().map(fold_for_search));
    if let Some(email) = &interview.candidate_email {
        words.push(fold_for_search(email.display()));
        if email.display() != email.ascii() {
            words.push(email.ascii().to_lowercase());
        }
    }
    words.join(" ")
}

impl Reading<'_> {
    /// An interview with what is known of its session and mail.
    ///
    /// # Errors
    /// The engine's, or a value that no Greenroom wrote.
    pub fn interview(&self, id: InterviewId) -> Result<Option<Row>, StoreError> {
        self.one(
            &format!("{SELECT} WHERE id = $1"),
            [id.to_string()],
            read_row,
        )
    }

    /// The scheduled interview at this address and start, if there is one.
    ///
    /// # Errors
    /// The engine's.
    pub fn scheduled_at(
        &self,
        address: &EmailAddress,
        start: Timestamp,
    ) -> Result<Option<Row>, StoreError> {
        self.one(
            &format!(
                "{SELECT} WHERE address = $1 AND starts_at = $2 AND status = 'scheduled' LIMIT 1"
            ),
            params![address.ascii(), instant(start)],
            read_row,
        )
    }

    /// The sessions of an interview, newest first.
    ///
    /// # Errors
    /// The engine's.
    pub fn sessions(&self, id: InterviewId) -> Result<Vec<Session>, StoreError> {
        self.many(
            "SELECT * FROM session WHERE interview_id = $1 ORDER BY created_at DESC, id DESC",
            [id.to_string()],
            read_session,
        )
    }

    /// The session that a key belongs or belonged to.
    ///
    /// # Errors
    /// The engine's.
    pub fn session_of_key(&self, key: SessionKey) -> Result<Option<Session>, StoreError> {
        self.one(
            "SELECT * FROM session WHERE key = $1",
            [key.expose()],
            read_session,
        )
    }
}

fn read_session(row: &SqlRow<'_>) -> Result<Session, StoreError> {
    Ok(Session {
        id: parsed(row, "id")?,
        interview_id: parsed(row, "interview_id")?,
        key: parsed(row, "key")?,
        created_at: an_instant(row, "created_at")?,
        revoked_at: maybe_instant(row, "revoked_at")?,
    })
}

fn zone(name: &str) -> Result<Zone, StoreError> {
    Zone::parse(name).map_err(|_| StoreError::Unreadable(format!("the time zone {name:?}")))
}

fn address(text: &str) -> Result<EmailAddress, StoreError> {
    EmailAddress::parse(text).map_err(|_| StoreError::Unreadable("an address".to_owned()))
}

fn interviewers(list: &str) -> Result<Vec<Mailbox>, StoreError> {
    let texts: Vec<String> = serde_json::from_str(list)
        .map_err(|_| StoreError::Unreadable("a list of interviewers".to_owned()))?;
    let people = texts.iter().map(|text| {
        Mailbox::parse(text).map_err(|_| StoreError::Unreadable("an interviewer".to_owned()))
    });
    people.collect()
}

/// What [`read_row`] reads, up to its condition: every column that it asks for, in its order. What the engine would
/// have to calculate is not among them.
pub(super) const SELECT: &str = "SELECT id, candidate_name, candidate_email, role, company, round, kind, status,
    starts_at, zone, candidate_zone, duration_minutes, interviewers, meeting_url, recruiter_name, recruiter_email, note,
    sequence, opens_at, closes_at, joined_at, admitted_at, created_at, updated_at, session_key, session_revoked,
    told_at, told_key, told_starts_at, told_address, told_sequence, told_closes_at, told_local,
    mail_state, mail_since, mail_due, mail_settled, mail_reply, source, external_id, key_imported, mailed_key,
    import_conflict, acknowledged
    FROM interview";

/// Reads a row of [`SELECT`].
pub(super) fn read_row(row: &SqlRow<'_>) -> Result<Row, StoreError> {
    let row = &InOrder::of(row);
    let text = |column: &str| row.cell::<Option<String>>(column);
    let interview = Interview {
        id: parsed(row, "id")?,
        candidate_name: row.cell("candidate_name")?,
        candidate_email: text("candidate_email")?
            .as_deref()
            .map(address)
            .transpose()?,
        role: row.cell("role")?,
        company: text("company")?,
        round: text("round")?,
        kind: text("kind")?,
        status: named(row, "status", Status::named)?,
        starts_at: maybe_instant(row, "starts_at")?,
        zone: zone(&row.cell::<String>("zone")?)?,
        candidate_zone: text("candidate_zone")?.as_deref().map(zone).transpose()?,
        duration: InterviewDuration::from_minutes(row.cell("duration_minutes")?)
            .map_err(|_| StoreError::Unreadable("a duration".to_owned()))?,
        interviewers: interviewers(&row.cell::<String>("interviewers")?)?,
        meeting_url: text("meeting_url")?
            .map(|url| {
                MeetingUrl::parse(&url)
                    .map_err(|_| StoreError::Unreadable("a meeting URL".to_owned()))
            })
            .transpose()?,
        recruiter: Recruiter {
            name: text("recruiter_name")?,
            email: text("recruiter_email")?
                .as_deref()
                .map(address)
                .transpose()?,
        },
        note: text("note")?,
        sequence: row.cell("sequence")?,
        opens_at: maybe_instant(row, "opens_at")?,
        closes_at: maybe_instant(row, "closes_at")?,
        joined_at: maybe_instant(row, "joined_at")?,
        admitted_at: maybe_instant(row, "admitted_at")?,
        created_at: an_instant(row, "created_at")?,
        updated_at: an_instant(row, "updated_at")?,
    };
    Ok(Row {
        interview,
        facts: read_facts(row)?,
    })
}

fn read_facts(row: &impl Cells) -> Result<Facts, StoreError> {
    let key: Option<SessionKey> = maybe_parsed(row, "session_key")?;
    let session = match (key, row.cell("session_revoked")?) {
        (None, _) => SessionCondition::None,
        (Some(_), false) => SessionCondition::Live,
        (Some(_), true) => SessionCondition::Revoked,
    };
    let told = match (
        maybe_instant(row, "told_at")?,
        maybe_parsed(row, "told_key")?,
        maybe_instant(row, "told_starts_at")?,
    ) {
        (Some(at), Some(key), Some(starts_at)) => Some(Told {
            at,
            key,
            starts_at,
            address: row
                .cell::<Option<String>>("told_address")?
                .unwrap_or_default(),
            sequence: row.cell("told_sequence")?,
            closes_at: maybe_instant(row, "told_closes_at")?,
            link_is_local: row.cell("told_local")?,
        }),
        _ => None,
    };
    let newest = match (
        row.cell::<Option<String>>("mail_state")?,
        maybe_instant(row, "mail_since")?,
    ) {
        (Some(mark), Some(since)) => Some(NewestMail {
            state: State::marked(&mark)
                .ok_or_else(|| StoreError::Unreadable(format!("the mail state {mark:?}")))?,
            since,
            due: maybe_instant(row, "mail_due")?,
            settled: row.cell("mail_settled")?,
        }),
        _ => None,
    };
    Ok(Facts {
        key,
        session,
        told,
        newest,
        mail_reply: row.cell("mail_reply")?,
        imported: row
            .cell::<Option<String>>("source")?
            .map(|source| {
                Ok::<_, StoreError>(Imported {
                    source,
                    external_id: row.cell("external_id")?,
                })
            })
            .transpose()?,
        key_imported: row.cell("key_imported")?,
        mailed_key: maybe_parsed(row, "mailed_key")?,
        import_conflict: row.cell("import_conflict")?,
        acknowledged: Codes(row.cell("acknowledged")?),
    })
}
