//! Everything that belongs to `SQLite` alone: opening, pragmas, versions, and the full-text index.

mod copy;
mod read_only;

use std::fs;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{OpenOptions, ReadOnly, schema};
use crate::domain::address::{EmailAddress, likely_typo};
use crate::domain::base_url::{BaseUrl, Reach};
use crate::domain::text::fold_for_search;
use crate::domain::trouble;

/// "GRrm": tells a Greenroom database from any other file.
const APPLICATION_ID: i32 = 0x4752_726d;
/// Older ones can corrupt a write-ahead log that two connections write.
const OLDEST_ENGINE: i32 = 3_051_003;
const READERS: usize = 3;
// Bytes that the write-ahead log may keep once what it holds is in the database.
const LARGEST_LOG: i64 = 64 << 20;
// Bytes that the index of the log takes at least, and as much for the log itself.
const LEAST_ROOM: u64 = 64 << 10;
/// Statements that a connection keeps ready.
const STATEMENTS: usize = 128;

/// The name of the database in its directory.
pub const FILE_NAME: &str = "greenroom.db";

/// Why a database can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory can't be made or read.
    #[error("the data directory {} can't be used: {}", path.display(), trouble::in_words(source))]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is on a network file system.
    #[error(
        "{} is on a network file system ({kind}), where two machines can corrupt the database; \
         choose another --data-dir, or allow it with --allow-network-file-system if only this machine uses it",
        path.display()
    )]
    NetworkFileSystem {
        /// The directory.
        path: PathBuf,
        /// Which one.
        kind: &'static str,
    },
    /// The file is another program's database.
    #[error("{} is a database, but not one of Greenroom's; choose another --data-dir", .0.display())]
    NotOurs(PathBuf),
    /// The engine is too old to be trusted with two writers.
    #[error(
        "this build contains SQLite {0}, which can corrupt a database that two processes write; 3.51.3 or newer is needed"
    )]
    OldEngine(&'static str),
    /// There is no room left for what every opening writes.
    #[error("the disk that holds {} is full; nothing was saved. Make room and try again", .0.display())]
    DiskFull(PathBuf),
    /// The disk takes no writes, and what has to be copied to read it can't be.
    #[error(
        "{} can't be written, and can't be read without a copy that {} takes: {}; name another directory in TMPDIR",
        database.display(), place.display(), trouble::in_words(source)
    )]
    NoPrivateCopy {
        /// The database.
        database: PathBuf,
        /// Where the copy was to be.
        place: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The engine refuses.
    #[error("the database can't be opened: {0}")]
    Engine(#[from] rusqlite::Error),
    /// An older database can't be brought up to date.
    #[error("the database can't be brought up to date: {0}")]
    Migration(rusqlite_migration::Error),
}

impl From<rusqlite_migration::Error> for OpenError {
    fn from(error: rusqlite_migration::Error) -> Self {
        match error {
            // Its text would hold every statement of the step.
            rusqlite_migration::Error::RusqliteError { err, .. } => Self::Engine(err),
            other => Self::Migration(other),
        }
    }
}

pub(super) struct Opened {
    pub writer: Connection,
    pub readers: Vec<Connection>,
    pub read_only: Option<ReadOnly>,
    pub is_new: bool,
}

pub(super) fn open(directory: &Path, options: OpenOptions) -> Result<Opened, OpenError> {
    open_files(directory, options).map_err(|error| match error {
        // The engine says no more than "disk I/O error" when the index of its log finds no room.
        OpenError::Engine(error)
            if matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure)
            ) && is_full(directory) =>
        {
            OpenError::DiskFull(directory.to_owned())
        }
        other => other,
    })
}

fn is_full(directory: &Path) -> bool {
    rustix::fs::statvfs(directory).is_ok_and(|disk| disk.f_bavail * disk.f_frsize < LEAST_ROOM)
}

fn open_files(directory: &Path, options: OpenOptions) -> Result<Opened, OpenError> {
    assert_engine()?;
    let unusable = |source| OpenError::Directory {
        path: directory.to_owned(),
        source,
    };
    make_directory(directory).map_err(unusable)?;
    if let Some(kind) = network_file_system(directory).map_err(unusable)?
        && !options.allow_network_file_system
    {
        return Err(OpenError::NetworkFileSystem {
            path: directory.to_owned(),
            kind,
        });
    }
    // One process at a time: two that find no tables would both make them.
    let alone = fs::File::open(directory).map_err(unusable)?;
    alone.lock().map_err(unusable)?;
    let path = directory.join(FILE_NAME);
    // The engine gives the log and its index the permissions of the database. One that is there is not even opened:
    // closing it would end the locks of every connection of this process to it (close(2), fcntl(2)).
    let made = fs::OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(&path);
    match made {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        other => drop(other.map_err(unusable)?),
    }
    if let Some(why) = read_only::takes_no_writes(&path) {
        return read_only::open(&path, &why);
    }
    let mut writer = Connection::open_with_flags(&path, flags())?;
    writer.busy_timeout(options.patience)?;
    if belongs_to_another(&writer)? {
        return Err(OpenError::NotOurs(path));
    }
    let read_only = newer_version(&writer)?.map(ReadOnly::Newer);
    let is_new = user_version(&writer)? == 0;
    if read_only.is_none() {
        prepare_writer(&mut writer)?;
    } else {
        writer.pragma_update(None, "query_only", true)?;
    }
    let readers = (0..READERS).map(|_| reader(&path, flags(), options.patience));
    Ok(Opened {
        writer,
        readers: readers.collect::<rusqlite::Result<_>>()?,
        read_only,
        is_new,
    })
}

fn reader(path: &Path, flags: OpenFlags, patience: Duration) -> rusqlite::Result<Connection> {
    let reader = Connection::open_with_flags(path, flags)?;
    reader.busy_timeout(patience)?;
    reader.pragma_update(None, "query_only", true)?;
    reader.set_prepared_statement_cache_capacity(STATEMENTS);
    add_functions(&reader)?;
    Ok(reader)
}

pub(super) fn in_memory() -> Result<Opened, OpenError> {
    assert_engine()?;
    let mut writer = Connection::open_in_memory()?;
    prepare_writer(&mut writer)?;
    // Memory belongs to one connection: the writer's thread reads as well.
    Ok(Opened {
        writer,
        readers: Vec::new(),
        read_only: None,
        is_new: true,
    })
}

fn flags() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

fn assert_engine() -> Result<(), OpenError> {
    if rusqlite::version_number() < OLDEST_ENGINE {
        Err(OpenError::OldEngine(rusqlite::version()))
    } else {
        Ok(())
    }
}

fn make_directory(directory: &Path) -> std::io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    if let Some(parent) = directory.parent() {
        fs::create_dir_all(parent)?;
    }
    match fs::DirBuilder::new().mode(0o700).create(directory) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }?;
    fs::set_permissions(directory, fs::Permissions::from_mode(0o700))
}

// The magic numbers of statfs(2).
fn network_file_system(directory: &Path) -> std::io::Result<Option<&'static str>> {
    let kind = rustix::fs::statfs(directory)?.f_type;
    Ok(match kind & 0xffff_ffff {
        0x6969 => Some("NFS"),
        0x517b => Some("SMB"),
        0xff53_4d42 => Some("CIFS"),
        0xfe53_4d42 => Some("SMB2"),
        0x5346_414f => Some("AFS"),
        0x0102_1997 => Some("9P"),
        0x00c3_6400 => Some("Ceph"),
        0x6573_5546 => Some("FUSE"),
        _ => None,
    })
}

// `folded(text)`: lowercase, without accents, as the search column is kept.
fn add_functions(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("folded", 1, flags, |context| {
        Ok(fold_for_search(&context.get::<String>(0)?))
    })?;
    // What newer versions note down when they write, for rows that older ones wrote.
    connection.create_scalar_function("looks_mistyped", 1, flags, |context| {
        let address = EmailAddress::parse(&context.get::<String>(0)?);
        Ok(address.is_ok_and(|address| likely_typo(&address).is_some()))
    })?;
    connection.create_scalar_function("leads_nowhere", 1, flags, |context| {
        let link: String = context.get(0)?;
        let base = link.split("/interview/?").next().unwrap_or_default();
        Ok(BaseUrl::parse(base).is_ok_and(|base| base.reach() != Reach::Public))
    })
}

fn application_id(connection: &Connection) -> rusqlite::Result<i32> {
    connection.pragma_query_value(None, "application_id", |row| row.get(0))
}

fn user_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn belongs_to_another(connection: &Connection) -> rusqlite::Result<bool> {
    let id = application_id(connection)?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(id != APPLICATION_ID && (id != 0 || tables > 0))
}

fn newer_version(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    let version = user_version(connection)?;
    Ok((version > schema::version()).then_some(version))
}

fn prepare_writer(connection: &mut Connection) -> Result<(), OpenError> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "journal_size_limit", LARGEST_LOG)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    add_functions(connection)?;
    if application_id(connection)? != APPLICATION_ID {
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    if user_version(connection)? < schema::version() {
        schema::migrations().to_latest(connection)?;
    }
    Ok(())
}

/// Around a parameter that is a JSON list of texts: the elements of that list, however many there are.
pub(super) const BEFORE_ELEMENTS: &str = "(SELECT value FROM json_each(";
/// What closes it.
pub(super) const AFTER_ELEMENTS: &str = "))";

/// A number that changes when another connection commits.
pub(super) fn data_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "data_version", |row| row.get(0))
}

/// The text that finds rows whose search column contains `text`, for the trigram index: shorter texts find nothing
/// there, and must be looked for in the column itself.
pub(super) fn search_phrase(text: &str) -> Option<String> {
    (text.chars().count() >= 3).then(|| format!("\"{}\"", text.replace('"', "\"\"")))
}

// How long the emptying of the log waits for those who read an older state.
const READERS_END: Duration = Duration::from_secs(3);

/// Leaves nothing of what was deleted in the search index, in free pages and in the log. Gives back whether the log is
/// empty.
pub(super) fn forget_deleted(directory: &Path) -> rusqlite::Result<bool> {
    // A connection of its own: none of this can be done inside a transaction, and the writer's thread knows no other way.
    let connection = Connection::open_with_flags(directory.join(FILE_NAME), flags())?;
    connection.busy_timeout(OpenOptions::default().patience)?;
    // The index marks what was deleted and keeps its words until segments are merged.
    connection.execute_batch(
        "INSERT INTO interview_search (interview_search) VALUES ('rebuild'); VACUUM;",
    )?;
    connection.busy_timeout(READERS_END)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
        Ok(row.get::<_, i64>(0)? == 0)
    })
}

impl super::Reading<'_> {
    /// What is damaged in the database, if anything is.
    ///
    /// # Errors
    /// The engine's.
    pub fn integrity(&self) -> Result<Option<String>, super::StoreError> {
        let answer: String = self
            .connection
            .pragma_query_value(None, "quick_check", |row| row.get(0))?;
        Ok((answer != "ok").then_some(answer))
    }
}

/// A database of one's own, in a file without a name: for what must not take up memory, and ends with its last holder.
pub(super) fn temporary() -> rusqlite::Result<Connection> {
    let connection = Connection::open("")?;
    // Nobody reads it again after a sudden end, so nothing has to be safe from one.
    connection.pragma_update(None, "journal_mode", "OFF")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    Ok(connection)
}

// Pages are changed many times before they are written once.
const MUCH_ROOM: &str = "PRAGMA cache_size = -400000; PRAGMA wal_autocheckpoint = 50000;";
const USUAL_ROOM: &str = "PRAGMA cache_size = -2000; PRAGMA wal_autocheckpoint = 1000;";
// The words of very many rows are sorted in memory before they are written, and not merged again and again.
const MUCH_AT_ONCE: &str =
    "INSERT INTO interview_search (interview_search, rank) VALUES ('hashsize', 67108864);";
const USUALLY_AT_ONCE: &str =
    "INSERT INTO interview_search (interview_search, rank) VALUES ('hashsize', 1048576);";

impl super::Writing<'_> {
    /// Does work that writes very many rows: the indexes of lists fall behind meanwhile, and are up to date again at the
    /// end of it. What it needed is given back, whatever came of it.
    ///
    /// # Errors
    /// Those of the work, and the engine's.
    pub fn in_bulk<T, E: From<super::StoreError>>(
        &self,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let done = self
            .begin_bulk()
            .map_err(E::from)
            .and_then(|()| work())
            .and_then(|done| self.index_all().map(|()| done).map_err(E::from));
        // These are of the connection, and do not end with a transaction that is taken back.
        self.run(USUAL_ROOM)?;
        done
    }

    fn begin_bulk(&self) -> Result<(), super::StoreError> {
        self.run(schema::NO_INDEXES)?;
        self.run(MUCH_ROOM)
    }

    fn index_all(&self) -> Result<(), super::StoreError> {
        self.run(schema::INDEXES)?;
        self.run(schema::FOUND_INDEXES)?;
        self.run(MUCH_AT_ONCE)?;
        self.run("INSERT INTO interview_search (interview_search) VALUES ('rebuild')")?;
        self.run(USUALLY_AT_ONCE)
    }

    fn run(&self, sql: &str) -> Result<(), super::StoreError> {
        Ok(self.connection.execute_batch(sql)?)
    }
}

#[cfg(test)]
mod tests {
    use crate::store::{Store, StoreError, Writing};

    fn room(write: &Writing<'_>) -> (i64, i64) {
        let pragma = |name: &str| {
            write
                .connection
                .pragma_query_value(None, name, |row| row.get(0))
        };
        (
            pragma("cache_size").unwrap(),
            pragma("wal_autocheckpoint").unwrap(),
        )
    }

    #[tokio::test]
    async fn what_very_many_rows_need_is_given_back_whatever_came_of_it() {
        let store = Store::in_memory().unwrap();
        let done = store.write(|write| {
            write.in_bulk(|| {
                assert_eq!(room(write).0, -400_000);
                Ok::<_, StoreError>(())
            })?;
            Ok::<_, StoreError>(room(write))
        });
        assert_eq!(done.await.unwrap(), (-2_000, 1_000));
        let failed = store.write(|write| write.in_bulk(|| Err::<(), _>(StoreError::DiskFull)));
        assert_eq!(failed.await, Err(StoreError::DiskFull));
        let after = store.write(|write| {
            let indexes = "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'interview_by_%'";
            let count: Option<i64> = write.one(indexes, [], |row| Ok(row.get(0)?))?;
            Ok::<_, StoreError>((room(write), count))
        });
        assert_eq!(after.await.unwrap(), ((-2_000, 1_000), Some(6)));
    }
}
