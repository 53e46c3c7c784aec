//! The old system's file, read and never written: its rows as text, by the names of their columns.
//!
//! The file is foreign. Whatever is not a plain table with plain cells is left alone, and no cell is read further than
//! what could matter.

mod place;

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode};

use crate::domain::import::legacy::{Database, LegacyRow, absent_table};
use crate::domain::trouble;

/// Octets of a cell that are looked at.
const LONGEST: usize = 2_000;
/// What every `SQLite` file begins with.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Why the old database can't be read. Nothing was changed, there or here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LegacyError {
    /// The file can't be opened.
    #[error("{0} can't be read: {1}")]
    Unreadable(String, String),
    /// It is something else.
    #[error("{0} is not a SQLite database")]
    NotADatabase(String),
    /// It is a database of something else.
    #[error("{0} is a database, but there is no table interviews_interview in it")]
    NoInterviews(String),
    /// Another program writes it.
    #[error(
        "{0} is being written by another program; stop the old system, or import a copy of the file"
    )]
    Locked(String),
    /// Its pages do not hold together.
    #[error("{0} is damaged: {1}; import an undamaged copy")]
    Damaged(String, String),
}

/// Whether the file is a `SQLite` database, by its first bytes.
///
/// # Errors
/// When it can't be read.
pub fn is_database(file: &Path) -> std::io::Result<bool> {
    let mut head = Vec::new();
    std::fs::File::open(file)?
        .take(MAGIC.len() as u64)
        .read_to_end(&mut head)?;
    Ok(head == MAGIC)
}

/// Reads all that matters of the old system's database.
///
/// # Errors
/// [`LegacyError`], by name.
pub fn read_legacy(file: &Path) -> Result<Database, LegacyError> {
    let name = || file.display().to_string();
    let is_one = is_database(file)
        .map_err(|error| LegacyError::Unreadable(name(), trouble::in_words(&error)))?;
    if !is_one {
        return Err(LegacyError::NotADatabase(name()));
    }
    let opened = place::open(file)?;
    let connection = &opened.connection;
    let explain = |error: rusqlite::Error| explained(file, &error);
    if !columns(connection, "interviews_interview")
        .map_err(explain)?
        .contains("id")
    {
        return Err(LegacyError::NoInterviews(name()));
    }
    let database = read_all(connection).map_err(explain)?;
    opened.finish(file)?;
    Ok(database)
}

fn explained(file: &Path, error: &rusqlite::Error) -> LegacyError {
    let name = file.display().to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => LegacyError::Locked(name),
        Some(ErrorCode::NotADatabase) => LegacyError::NotADatabase(name),
        Some(ErrorCode::DatabaseCorrupt) => LegacyError::Damaged(name, error.to_string()),
        _ => LegacyError::Unreadable(name, error.to_string()),
    }
}

// The columns of a table, none if there is no such table; a view is none.
fn columns(connection: &Connection, table: &str) -> rusqlite::Result<BTreeSet<String>> {
    let mut statement = connection.prepare(
        "SELECT lower(field.name) FROM sqlite_schema AS found JOIN pragma_table_info(found.name) AS field
         WHERE found.type = 'table' AND found.name = $1",
    )?;
    statement.query_map([table], |row| row.get(0))?.collect()
}

fn read_all(connection: &Connection) -> rusqlite::Result<Database> {
    let mut absent = Vec::new();
    Ok(Database {
        interviews: read(connection, &mut absent)?,
        sessions: read(connection, &mut absent)?,
        slots: read(connection, &mut absent)?,
        schedules: read(connection, &mut absent)?,
        candidates: read(connection, &mut absent)?,
        jobs: read(connection, &mut absent)?,
        companies: read(connection, &mut absent)?,
        users: read(connection, &mut absent)?,
        absent,
    })
}

fn read<T: LegacyRow>(
    connection: &Connection,
    absent: &mut Vec<String>,
) -> rusqlite::Result<Vec<T>> {
    let there = columns(connection, T::TABLE)?;
    if there.is_empty() {
        absent.push(absent_table(T::TABLE));
        return Ok(Vec::new());
    }
    let column = |name: &&'static str| {
        if there.contains(*name) {
            format!("\"{name}\"")
        } else {
            absent.push(format!("{}.{name}", T::TABLE));
            "NULL".to_owned()
        }
    };
    let selected: Vec<String> = T::COLUMNS.iter().map(column).collect();
    if let Some(newer) = T::NEWER
        && !there.iter().any(|name| name.starts_with(newer))
    {
        absent.push(format!("{}.{newer}*", T::TABLE));
    }
    let sql = format!("SELECT {} FROM \"{}\"", selected.join(", "), T::TABLE);
    let mut statement = connection.prepare(&sql)?;
    let count = T::COLUMNS.len();
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let cells = (0..count)
            .map(|at| row.get_ref(at).map(text))
            .collect::<rusqlite::Result<Vec<_>>>()?;
        found.push(T::of(cells.into_iter()));
    }
    Ok(found)
}

// Empty, blank and NULL are alike.
fn text(value: ValueRef<'_>) -> Option<String> {
    let text = match value {
        ValueRef::Null => return None,
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            let bytes = bytes.get(..LONGEST).unwrap_or(bytes);
            String::from_utf8_lossy(bytes).trim().to_owned()
        }
    };
    Some(text).filter(|text| !text.is_empty())
}
