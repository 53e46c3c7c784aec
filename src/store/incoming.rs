//! Interviews on their way in: checked already, and kept as the rows that they will be.
//!
//! They lie beside the database in a file without a name, which is gone with its last holder. So a million of them need
//! neither memory nor the lock for which others wait, and what is written under that lock is only written.

use std::sync::LazyLock;

use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{Connection, Row as SqlRow, params_from_iter};

use super::interviews::{COLUMNS, numbered, values};
use super::rows::{an_instant, maybe_parsed, parsed};
use super::{StoreError, Writing, engine};
use crate::domain::ids::{InterviewId, SessionId};
use crate::domain::import::Arrival;
use crate::domain::session::{Session, SessionKey};
use crate::domain::verdict::Imported;

/// What is kept beside the columns of the interview itself.
const OWN: [&str; 6] = [
    "source",
    "external_id",
    "import_conflict",
    "session_key",
    "token",
    "cancelled_because",
];

static KEEP: LazyLock<String> = LazyLock::new(|| {
    let columns = [&COLUMNS[..], &OWN[..]].concat();
    format!(
        "INSERT INTO incoming (line, {}) VALUES ({})",
        columns.join(", "),
        numbered(1 + columns.len())
    )
});

static TAKE_IN: LazyLock<String> = LazyLock::new(|| {
    let own = [
        "source",
        "external_id",
        "import_conflict",
        "session_key",
        "key_imported",
    ];
    let columns = [&COLUMNS[..], &own[..]].concat();
    format!(
        "INSERT INTO interview ({}) VALUES ({})",
        columns.join(", "),
        numbered(columns.len())
    )
});

/// Interviews on their way in.
pub struct Incoming {
    connection: Connection,
}

impl Incoming {
    /// None yet.
    ///
    /// # Errors
    /// When there is no room for a temporary file.
    pub fn new() -> Result<Self, StoreError> {
        let connection = engine::temporary()?;
        // Without types: what is put in comes out as it was.
        connection.execute_batch(&format!(
            "CREATE TABLE incoming (line INTEGER PRIMARY KEY, {}, {}); BEGIN",
            COLUMNS.join(", "),
            OWN.join(", ")
        ))?;
        Ok(Self { connection })
    }

    /// Keeps one, under the number by which its source knows it.
    ///
    /// # Errors
    /// The engine's; a number that was used is refused.
    pub fn add(&self, line: u64, arrival: &Arrival) -> Result<(), StoreError> {
        let line = i64::try_from(line).unwrap_or(i64::MAX);
        let own: [Value; OWN.len()] = [
            arrival.imported.source.clone().into(),
            arrival.imported.external_id.clone().into(),
            arrival.conflict.into(),
            arrival.key.map(SessionKey::expose).into(),
            arrival.token.clone().into(),
            arrival.cancelled_because.map(str::to_owned).into(),
        ];
        let values = std::iter::once(Value::from(line))
            .chain(values(&arrival.interview)?)
            .chain(own);
        self.connection
            .prepare_cached(&KEEP)?
            .execute(params_from_iter(values))?;
        Ok(())
    }

    /// The candidate's name of the one with that number, if it was kept.
    ///
    /// # Errors
    /// The engine's.
    pub fn name(&self, line: u64) -> Result<Option<String>, StoreError> {
        let line = i64::try_from(line).unwrap_or(i64::MAX);
        let mut statement = self
            .connection
            .prepare_cached("SELECT candidate_name FROM incoming WHERE line = $1")?;
        let mut rows = statement.query([line])?;
        Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
    }

    /// Hands over each, in an order in which they are written quickly.
    ///
    /// # Errors
    /// The engine's, and those of `take`, which end it.
    pub fn each<E: From<StoreError>>(
        &self,
        mut take: impl FnMut(&OnItsWay<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = self
            .connection
            .prepare("SELECT * FROM incoming ORDER BY id")
            .map_err(StoreError::from)?;
        let mut rows = statement.query([]).map_err(StoreError::from)?;
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            take(&OnItsWay(row))?;
        }
        Ok(())
    }
}

/// One of them.
pub struct OnItsWay<'a>(&'a SqlRow<'a>);

impl OnItsWay<'_> {
    /// The id that it will have.
    ///
    /// # Errors
    /// The engine's.
    pub fn id(&self) -> Result<InterviewId, StoreError> {
        parsed(self.0, "id")
    }

    /// Where it comes from.
    ///
    /// # Errors
    /// The engine's.
    pub fn from(&self) -> Result<Imported, StoreError> {
        Ok(Imported {
            source: self.0.get("source")?,
            external_id: self.0.get("external_id")?,
        })
    }

    /// The key that it brings along.
    ///
    /// # Errors
    /// The engine's.
    pub fn key(&self) -> Result<Option<SessionKey>, StoreError> {
        maybe_parsed(self.0, "session_key")
    }

    /// Why it is cancelled, if its source did not simply say so.
    ///
    /// # Errors
    /// The engine's.
    pub fn cancelled_because(&self) -> Result<Option<String>, StoreError> {
        Ok(self.0.get("cancelled_because")?)
    }

    /// Whether it has a start.
    ///
    /// # Errors
    /// The engine's.
    pub fn has_start(&self) -> Result<bool, StoreError> {
        Ok(self.0.get::<_, Option<i64>>("starts_at")?.is_some())
    }

    /// Whether it has an address.
    ///
    /// # Errors
    /// The engine's.
    pub fn has_address(&self) -> Result<bool, StoreError> {
        Ok(self.0.get::<_, Option<String>>("address")?.is_some())
    }
}

impl Writing<'_> {
    /// Writes an interview on its way in, with where it came from and the old system's token. With `session` it keeps
    /// the key that it brings along; without, a key that it brings stands on another interview too, and neither keeps it.
    ///
    /// # Errors
    /// The engine's: an id, an external id of that source, or a key that is there already is refused by the schema.
    pub fn put_incoming(
        &self,
        arrival: &OnItsWay<'_>,
        session: Option<SessionId>,
    ) -> Result<(), StoreError> {
        let row = arrival.0;
        let key = arrival.key()?;
        let kept = session.and(key);
        let conflict = row.get::<_, bool>("import_conflict")? || (key.is_some() && kept.is_none());
        let from = 1 + COLUMNS.len();
        let mut cells = Vec::with_capacity(COLUMNS.len() + 5);
        for at in 1..from + 2 {
            cells.push(ToSqlOutput::Borrowed(row.get_ref(at)?));
        }
        let last = [
            conflict.into(),
            kept.map(SessionKey::expose).into(),
            kept.is_some().into(),
        ];
        cells.extend(last.map(|value: Value| ToSqlOutput::Owned(value)));
        self.execute(&TAKE_IN, params_from_iter(cells))?;
        let id = arrival.id()?;
        if let (Some(session), Some(key)) = (session, kept) {
            self.insert_session(&Session {
                id: session,
                interview_id: id,
                key,
                created_at: an_instant(row, "created_at")?,
                revoked_at: None,
            })?;
        }
        match row.get::<_, Option<String>>("token")? {
            Some(token) => self.add_imported_token(&token, id),
            None => Ok(()),
        }
    }
}
