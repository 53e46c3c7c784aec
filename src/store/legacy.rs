//! The old system's file, read and never written: its rows as text, by the names of their columns.
//!
//! The file is foreign. Whatever is not a plain table with plain cells is left alone, and no cell is read further than
//! what could matter.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::domain::import::legacy::{Database, LegacyRow};
use crate::domain::trouble;

/// Octets of a cell that are looked at.
const LONGEST: usize = 2_000;
/// How long a program that writes the file is waited for.
const PATIENCE: Duration = Duration::from_secs(3);
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
    let name = file.display().to_string();
    let unreadable =
        |error: &dyn std::fmt::Display| LegacyError::Unreadable(name.clone(), error.to_string());
    if !is_database(file).map_err(|error| unreadable(&trouble::in_words(&error)))? {
        return Err(LegacyError::NotADatabase(name));
    }
    let explain = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            LegacyError::Locked(name.clone())
        }
        Some(ErrorCode::NotADatabase) => LegacyError::NotADatabase(name.clone()),
        Some(ErrorCode::DatabaseCorrupt) => LegacyError::Damaged(name.clone(), error.to_string()),
        _ => unreadable(&error),
    };
    // Kept until all is read.
    let copy = copy_with_log(file).map_err(|error| unreadable(&trouble::in_words(&error)))?;
    let read = copy.as_ref().map_or(file, |copy| &copy.file);
    let connection = open(read).map_err(explain)?;
    if !columns(&connection, "interviews_interview")
        .map_err(explain)?
        .contains("id")
    {
        return Err(LegacyError::NoInterviews(name));
    }
    read_all(&connection).map_err(explain)
}

fn open(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(uri(file), flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // All tables as they are at one moment.
    connection.execute_batch("BEGIN")?;
    Ok(connection)
}

// A copy for this run alone, readable by nobody else.
struct Copy {
    file: PathBuf,
    // Removes it in the end.
    _directory: tempfile::TempDir,
}

// A log that nobody uses is read in a copy, since whoever reads it where it lies makes an index beside it. Where there is
// an index, somebody uses the log, or may.
fn copy_with_log(file: &Path) -> std::io::Result<Option<Copy>> {
    let log = beside(file, "-wal");
    let has_log = log.metadata().is_ok_and(|log| log.len() > 0);
    if !has_log || beside(file, "-shm").exists() {
        return Ok(None);
    }
    let directory = tempfile::Builder::new().prefix("greenroom-").tempdir()?;
    let copy = directory.path().join("old.sqlite3");
    std::fs::copy(file, &copy)?;
    std::fs::copy(log, beside(&copy, "-wal"))?;
    // What was read-only there need not be so here.
    for part in [copy.clone(), beside(&copy, "-wal")] {
        std::fs::set_permissions(part, PermissionsExt::from_mode(0o600))?;
    }
    Ok(Some(Copy {
        file: copy,
        _directory: directory,
    }))
}

fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

// A file without a log beside it is read as it lies there, so that not even an index of a log is made next to it.
fn uri(file: &Path) -> String {
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let path = url::Url::from_file_path(absolute)
        .map_or_else(|()| format!("file:{}", file.display()), String::from);
    let has_log = beside(file, "-wal")
        .metadata()
        .is_ok_and(|log| log.len() > 0);
    let wal = std::fs::File::open(file).is_ok_and(|mut file| {
        let mut head = [0; 20];
        file.read_exact(&mut head).is_ok() && head[18] == 2
    });
    if wal && !has_log {
        format!("{path}?mode=ro&immutable=1")
    } else {
        format!("{path}?mode=ro")
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
        absent.push(format!("the table {}", T::TABLE));
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
