//! Typed SQL over one transaction. Decides nothing about interviews; keeps what the use-cases decided.
//!
//! One writer thread owns the connection that writes; a few readers have their own. A use-case hands a closure to
//! [`Store::write`]: everything in it commits together or not at all. Everything that belongs to `SQLite` alone
//! (pragmas, locking, full-text search) stands in `engine.rs`; the other statements are portable.

mod accesses;
mod acknowledged;
mod audit;
mod batches;
mod busy;
mod deliveries;
mod engine;
mod erase;
mod events;
mod imported;
mod incoming;
mod interviews;
mod legacy;
mod list;
mod once;
mod owner;
mod predicate;
mod rows;
mod schema;
mod tokens;
mod worker;

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::watch;

pub use acknowledged::Acknowledgement;
pub use audit::{Audited, FoundCount, StretchPlace};
pub use batches::{Batch, NewBatch};
pub use deliveries::{
    Delivery, Entry, MoveError, NewDelivery, Outgoing, Remark, Settled, UnsentMail,
};
pub use engine::OpenError;
pub use imported::DeadKey;
pub use incoming::{Incoming, OnItsWay};
pub use interviews::Written;
pub use legacy::{LegacyError, is_database, read_legacy};
pub use list::{Counts, Horizon, Place, Position, Row, Section, Window};
pub use once::Remembered;
pub use owner::{Owner, OwnerId, SenderLock, SenderLockState};
pub use tokens::ApiToken;

use worker::Worker;

/// How a database is opened.
#[derive(Debug, Clone, Copy)]
pub struct OpenOptions {
    /// Open it even on a network file system, where two machines can corrupt it.
    pub allow_network_file_system: bool,
    /// How long another process that writes is waited for.
    pub patience: Duration,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            allow_network_file_system: false,
            patience: Duration::from_secs(20),
        }
    }
}

/// Why a database is open for reading only.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadOnly {
    /// A newer Greenroom wrote it: the version of its tables.
    #[error(
        "this database was written by a newer Greenroom (version {0} of its tables), and is open for reading only"
    )]
    Newer(i64),
    /// The disk takes no writes: what the system says.
    #[error(
        "the disk that holds the database can't be written ({0}), and it is open for reading only"
    )]
    Disk(String),
}

/// A problem with the database that no use-case foresaw.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The disk is full.
    #[error("{}; nothing was saved. Make room and try again", self.cause())]
    DiskFull,
    /// The file can't be written.
    #[error("{}; nothing was saved", self.cause())]
    NotWritable(String),
    /// A copy can't be written.
    #[error("the copy can't be written to {0}: {1}")]
    NoCopy(String, String),
    /// Another process held the database for too long; what it does, if it said so.
    #[error("{}; nothing was changed. Try again when it is done", self.cause())]
    Busy(Option<String>),
    /// The database is open for reading only.
    #[error("{0}; nothing was saved")]
    ReadOnly(ReadOnly),
    /// A row holds what no Greenroom writes.
    #[error("the database holds a value that can't be read: {0}")]
    Unreadable(String),
    /// The thread of the database has ended.
    #[error("the database has been closed")]
    Closed,
    /// Anything else that the engine reports.
    #[error("the database reports: {0}")]
    Engine(String),
}

impl StoreError {
    /// What happened, without what it means for whoever asked.
    #[must_use]
    pub fn cause(&self) -> String {
        match self {
            Self::DiskFull => "the disk that holds the database is full".to_owned(),
            Self::NotWritable(why) => format!("the database can't be written ({why})"),
            Self::Busy(None) => "another process kept the database busy for too long".to_owned(),
            Self::Busy(Some(doing)) => format!("another Greenroom process is writing: {doing}"),
            other => other.to_string(),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        match error.sqlite_error_code() {
            Some(Code::DiskFull) => Self::DiskFull,
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => Self::Busy(None),
            Some(
                Code::ReadOnly | Code::SystemIoFailure | Code::CannotOpen | Code::PermissionDenied,
            ) => Self::NotWritable(error.to_string()),
            _ => Self::Engine(error.to_string()),
        }
    }
}

/// A read-only view of one consistent state of the database.
pub struct Reading<'a> {
    connection: &'a rusqlite::Connection,
}

/// One transaction that writes; it can read as well.
pub struct Writing<'a> {
    reading: Reading<'a>,
}

impl<'a> std::ops::Deref for Writing<'a> {
    type Target = Reading<'a>;

    fn deref(&self) -> &Reading<'a> {
        &self.reading
    }
}

/// The database, open. Cheap to clone; closes when the last clone is dropped and what was asked for is done.
#[derive(Clone)]
pub struct Store {
    worker: std::sync::Arc<Worker>,
    directory: Option<PathBuf>,
    read_only: Option<ReadOnly>,
    is_new: bool,
}

impl Store {
    /// Opens the database in a data directory, makes directory and database if there are none, and brings an older
    /// one up to date.
    ///
    /// # Errors
    /// See [`OpenError`]; nothing has been changed then.
    pub fn open(directory: &Path, options: OpenOptions) -> Result<Self, OpenError> {
        let opened = engine::open(directory, options)?;
        Ok(Self {
            worker: Worker::start(opened.writer, opened.readers, Some(directory.to_owned())),
            directory: Some(directory.to_owned()),
            read_only: opened.read_only,
            is_new: opened.is_new,
        })
    }

    /// A database in memory, for tests and throw-away work.
    ///
    /// # Errors
    /// When the engine can't make one.
    pub fn in_memory() -> Result<Self, OpenError> {
        let opened = engine::in_memory()?;
        Ok(Self {
            worker: Worker::start(opened.writer, opened.readers, None),
            directory: None,
            read_only: None,
            is_new: true,
        })
    }

    /// The data directory, unless the database is in memory.
    #[must_use]
    pub fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    /// Whether the database was made by this opening of it.
    #[must_use]
    pub const fn is_new(&self) -> bool {
        self.is_new
    }

    /// Why it is open for reading only, if it is.
    #[must_use]
    pub const fn read_only(&self) -> Option<&ReadOnly> {
        self.read_only.as_ref()
    }

    /// Runs `work` in one transaction on the writer thread. Commits when it returns `Ok`, and otherwise leaves
    /// everything as it was.
    ///
    /// # Errors
    /// What `work` returns, or the engine's refusal to commit.
    pub async fn write<T, E>(
        &self,
        work: impl FnOnce(&Writing<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        if let Some(why) = &self.read_only {
            return Err(StoreError::ReadOnly(why.clone()).into());
        }
        self.worker.write(work).await
    }

    /// As [`Store::write`], for work that takes long. Another process that waits for it in vain is told what it is: `what`
    /// is done, in words.
    ///
    /// # Errors
    /// What `work` returns, or the engine's refusal to commit.
    pub async fn write_long<T, E>(
        &self,
        what: String,
        work: impl FnOnce(&Writing<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let directory = self.directory.clone();
        let done = self.write(move |write| {
            // Said by whoever writes, not by those who wait; and until the commit, not only to the end of the work.
            let doing = directory.and_then(|directory| busy::Doing::say(&directory, &what));
            work(write).map(|done| (done, doing))
        });
        done.await.map(|(done, _)| done)
    }

    /// Runs `work` on a reader thread, on one consistent state.
    ///
    /// # Errors
    /// What `work` returns.
    pub async fn read<T, E>(
        &self,
        work: impl FnOnce(&Reading<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.worker.read(work).await
    }

    /// Copies the database as it is at this moment into a new file, and sets a setting in the copy.
    ///
    /// # Errors
    /// When the file exists already, or can't be written; there is no half a copy then.
    pub async fn backup(
        &self,
        file: PathBuf,
        setting: &'static str,
        value: String,
    ) -> Result<(), StoreError> {
        self.worker
            .read(move |read| read.copy_to(&file, setting, &value))
            .await
    }

    /// Rises when anything was committed, by this process or another one.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.worker.changes()
    }
}
