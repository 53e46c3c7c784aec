//! Where the old file is read: where it lies, or in a copy.
//!
//! Reading a database may need writing beside it: an index of its log, or the undoing of a change that was never finished.
//! That is done in a copy for this run alone, so that nothing is changed where the file lies and a read-only disk is enough.

use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::LegacyError;
use crate::domain::trouble;

/// How long a program that writes the file is waited for.
const PATIENCE: Duration = Duration::from_secs(3);
/// What a database writes beside itself and needs to be whole: its log, or what undoes an unfinished change.
const PARTS: [&str; 2] = ["-wal", "-journal"];

/// The old database, opened to be read.
pub(super) struct Opened {
    pub connection: Connection,
    // The file as it was, if nothing keeps others from writing it meanwhile.
    unguarded: Option<Seen>,
    // Removes the copy in the end.
    _copy: Option<tempfile::TempDir>,
}

/// Opens the file without changing anything where it lies.
///
/// # Errors
/// [`LegacyError`], by name.
pub(super) fn open(file: &Path) -> Result<Opened, LegacyError> {
    // Whoever reads a log makes an index of it; where there is one, somebody uses the log, or may.
    if has(file, "-wal") && !beside(file, "-shm").exists() {
        return open_copy(file);
    }
    let (address, unguarded) = address(file);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    match connect(&address, flags) {
        Ok(connection) => Ok(Opened {
            connection,
            unguarded: unguarded.then(|| Seen::of(file)),
            _copy: None,
        }),
        // It needs to be written before it can be read.
        Err(error)
            if matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen)
            ) =>
        {
            open_copy(file)
        }
        Err(error) => Err(super::explained(file, &error)),
    }
}

impl Opened {
    /// Whether what was read is one state of the file.
    ///
    /// # Errors
    /// When somebody wrote it meanwhile.
    pub fn finish(self, file: &Path) -> Result<(), LegacyError> {
        match self.unguarded {
            Some(before) if before != Seen::of(file) => {
                Err(LegacyError::Locked(file.display().to_string()))
            }
            _ => Ok(()),
        }
    }
}

fn connect(address: &str, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(address, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // All tables as they are at one moment, which the first reading fixes.
    connection.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema")?;
    Ok(connection)
}

fn open_copy(file: &Path) -> Result<Opened, LegacyError> {
    let before = Seen::of(file);
    let (copy, directory) = copied(file).map_err(|error| {
        LegacyError::Unreadable(
            file.display().to_string(),
            format!(
                "what lies beside it has to be read with it, and a copy in {} can't be made: {}",
                std::env::temp_dir().display(),
                trouble::in_words(&error)
            ),
        )
    })?;
    if before != Seen::of(file) {
        return Err(LegacyError::Locked(file.display().to_string()));
    }
    let address = copy.display().to_string();
    let connection = connect(&address, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .map_err(|error| super::explained(file, &error))?;
    Ok(Opened {
        connection,
        unguarded: None,
        _copy: Some(directory),
    })
}

fn copied(file: &Path) -> io::Result<(PathBuf, tempfile::TempDir)> {
    // Readable by nobody else.
    let directory = tempfile::Builder::new().prefix("greenroom-").tempdir()?;
    let copy = directory.path().join("old.sqlite3");
    let parts = PARTS.into_iter().filter(|part| has(file, part));
    let pairs = parts.map(|part| (beside(file, part), beside(&copy, part)));
    for (from, to) in std::iter::once((file.to_owned(), copy.clone())).chain(pairs) {
        fs::copy(from, &to)?;
        // What was read-only there need not be so here.
        fs::set_permissions(to, fs::Permissions::from_mode(0o600))?;
    }
    Ok((copy, directory))
}

fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

fn has(file: &Path, part: &str) -> bool {
    beside(file, part)
        .metadata()
        .is_ok_and(|data| data.len() > 0)
}

// How the file is opened where it lies, and whether nothing is locked then. One that keeps a log, and has none now, is read
// as it lies there, so that neither a log nor its index is made next to it.
fn address(file: &Path) -> (String, bool) {
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let path = url::Url::from_file_path(absolute)
        .map_or_else(|()| format!("file:{}", file.display()), String::from);
    let keeps_a_log = fs::File::open(file).is_ok_and(|mut file| {
        let mut head = [0; 20];
        file.read_exact(&mut head).is_ok() && head[18] == 2
    });
    if keeps_a_log && !has(file, "-wal") {
        (format!("{path}?mode=ro&immutable=1"), true)
    } else {
        (format!("{path}?mode=ro"), false)
    }
}

/// How a file and its parts look from outside: whoever writes them changes that.
#[derive(Debug, PartialEq, Eq)]
struct Seen([Option<(u64, SystemTime)>; 3]);

impl Seen {
    fn of(file: &Path) -> Self {
        let [log, journal] = PARTS.map(|part| beside(file, part));
        Self([file, &log, &journal].map(|part| {
            let data = part.metadata().ok()?;
            Some((data.len(), data.modified().ok()?))
        }))
    }
}
