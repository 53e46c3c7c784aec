//! Interviews on their way in: checked already, and kept as the rows that they will be.
//!
//! They lie beside the database in a file without a name, which is gone with its last holder. So a million of them need
//! neither memory nor the lock for which others wait, and what is written under that lock is only written.

use std::str::FromStr;
use std::sync::LazyLock;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, Row as SqlRow, params_from_iter};

use super::interviews::{COLUMNS, numbered, values};
use super::rows::instant_of;
use super::{StoreError, Writing, engine};
use crate::domain::ids::{InterviewId, SessionId};
use crate::domain::import::Arrival;
use crate::domain::session::{Session, SessionKey};
use crate::domain::verdict::Imported;

/// What is kept beside the columns of the interview itself.
const OWN: [&str; 9] = [
    "source",
    "external_id",
    "import_conflict",
    "session_key",
    "mailed_key",
    "dead_keys",
    "token",
    "cancelled_because",
    "key_mailed",
];

// Where a column stands in a row, the number of its line before it. A name would be looked for a million times.
const fn place(name: &str) -> usize {
    let mut at = 0;
    while at < COLUMNS.len() + OWN.len() {
        let column = if at < COLUMNS.len() {
            COLUMNS[at]
        } else {
            OWN[at - COLUMNS.len()]
        };
        at += 1;
        if same(column.as_bytes(), name.as_bytes()) {
            break;
        }
    }
    at
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

const ID: usize = place("id");
const STARTS_AT: usize = place("starts_at");
const CREATED_AT: usize = place("created_at");
const ADDRESS: usize = place("address");
const SOURCE: usize = place("source");
const EXTERNAL_ID: usize = place("external_id");
const CONFLICT: usize = place("import_conflict");
const KEY: usize = place("session_key");
const MAILED_KEY: usize = place("mailed_key");
const DEAD_KEYS: usize = place("dead_keys");
const TOKEN: usize = place("token");
const BECAUSE: usize = place("cancelled_because");
const KEY_MAILED: usize = place("key_mailed");

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
        "mailed_key",
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
            arrival.mailed_key.map(SessionKey::expose).into(),
            arrival
                .dead_keys
                .iter()
                .map(|key| key.expose())
                .collect::<Vec<_>>()
                .join(" ")
                .into(),
            arrival.token.clone().into(),
            arrival.cancelled_because.map(str::to_owned).into(),
            arrival.key_mailed.into(),
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
        parsed_at(self.0, ID)
    }

    /// Where it comes from.
    ///
    /// # Errors
    /// The engine's.
    pub fn from(&self) -> Result<Imported, StoreError> {
        Ok(Imported {
            source: self.0.get(SOURCE)?,
            external_id: self.0.get(EXTERNAL_ID)?,
        })
    }

    /// The key that it brings along.
    ///
    /// # Errors
    /// The engine's.
    pub fn key(&self) -> Result<Option<SessionKey>, StoreError> {
        match self.0.get_ref(KEY)? {
            ValueRef::Null => Ok(None),
            _ => parsed_at(self.0, KEY).map(Some),
        }
    }

    /// Why it is cancelled, if its source did not simply say so.
    ///
    /// # Errors
    /// The engine's.
    pub fn cancelled_because(&self) -> Result<Option<String>, StoreError> {
        Ok(self.0.get(BECAUSE)?)
    }

    /// Whether it has a start.
    ///
    /// # Errors
    /// The engine's.
    pub fn has_start(&self) -> Result<bool, StoreError> {
        Ok(self.0.get_ref(STARTS_AT)? != ValueRef::Null)
    }

    /// Whether it has an address.
    ///
    /// # Errors
    /// The engine's.
    pub fn has_address(&self) -> Result<bool, StoreError> {
        Ok(self.0.get_ref(ADDRESS)? != ValueRef::Null)
    }
}

fn parsed_at<T: FromStr>(row: &SqlRow<'_>, at: usize) -> Result<T, StoreError> {
    let text = row.get_ref(at)?.as_str().map_err(rusqlite::Error::from)?;
    text.parse()
        .map_err(|_| StoreError::Unreadable("a value on its way in".to_owned()))
}

impl Writing<'_> {
    /// Writes an interview on its way in, with where it came from and the old system's token. With `session` it keeps
    /// the key that it brings along; without, a key that it brings stands on another interview too, and neither keeps it:
    /// then it is remembered as dead.
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
        let mailed: Option<String> = row.get(MAILED_KEY)?;
        let mailed = mailed.filter(|_| kept.is_some());
        let conflict = row.get::<_, bool>(CONFLICT)? || (key.is_some() && kept.is_none());
        let mut cells = Vec::with_capacity(COLUMNS.len() + 6);
        for at in ID..=EXTERNAL_ID {
            cells.push(ToSqlOutput::Borrowed(row.get_ref(at)?));
        }
        let last = [
            conflict.into(),
            kept.map(SessionKey::expose).into(),
            (kept.is_some() && row.get(KEY_MAILED)?).into(),
            mailed.into(),
        ];
        cells.extend(last.map(|value: Value| ToSqlOutput::Owned(value)));
        self.execute(&TAKE_IN, params_from_iter(cells))?;
        let id = arrival.id()?;
        if let (Some(session), Some(key)) = (session, kept) {
            self.insert_session(&Session {
                id: session,
                interview_id: id,
                key,
                created_at: instant_of(row.get(CREATED_AT)?)?,
                revoked_at: None,
            })?;
        }
        let dropped = key.filter(|_| kept.is_none()).map(SessionKey::expose);
        let dead: String = row.get(DEAD_KEYS)?;
        for key in dead.split_whitespace().chain(dropped.as_deref()) {
            self.add_dead_key(key, id)?;
        }
        match row.get::<_, Option<String>>(TOKEN)? {
            Some(token) => self.add_imported_token(&token, id),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_found_where_it_stands() {
        let columns = [&COLUMNS[..], &OWN[..]].concat();
        for (at, column) in (1..).zip(&columns) {
            assert_eq!(place(column), at, "{column}");
        }
        assert_eq!(EXTERNAL_ID - ID, COLUMNS.len() + 1);
    }
}
