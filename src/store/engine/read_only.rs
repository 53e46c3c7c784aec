//! Opening a database on a disk that takes no writes.
//!
//! The engine reads it as it lies where its log and the index of the log lie beside it. Without a log nothing can be
//! missed, and the file is read as one that does not change ("immutable"; that way, a log would be passed over). With a
//! log but no index, and where its tables are older than this program, a private copy is read, which nobody else sees.
//! See <https://www.sqlite.org/wal.html#read_only_databases>.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use rustix::fs::{Access, access};
use url::Url;
use uuid::Uuid;

use super::{OpenError, Opened, READERS};
use crate::domain::trouble;
use crate::store::{OpenOptions, ReadOnly, schema};

/// Why the disk takes no writes to the database from this user, if so. Opens nothing.
pub(super) fn takes_no_writes(path: &Path) -> Option<io::Error> {
    let refused = access(path, Access::WRITE_OK).err()?;
    let why = io::Error::from(refused);
    matches!(
        why.kind(),
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied
    )
    .then_some(why)
}

/// Opens the database for reading only; `why` it can't be written.
pub(super) fn open(path: &Path, why: &io::Error) -> Result<Opened, OpenError> {
    let (connections, version) = match readable(path, path, OpenFlags::empty()) {
        Ok(opened) => opened,
        // Where others may write, the file does not stay as it is.
        Err(_) if !has_log(path) && why.kind() == io::ErrorKind::ReadOnlyFilesystem => {
            readable(&immutable(path), path, OpenFlags::SQLITE_OPEN_URI)?
        }
        Err(_) => from_private_copy(path)?,
    };
    let (connections, version) = if version < schema::version() {
        drop(connections);
        from_private_copy(path)?
    } else {
        (connections, version)
    };
    let mut readers = connections;
    let writer = readers.pop().ok_or(rusqlite::Error::InvalidQuery)?;
    Ok(Opened {
        writer,
        readers,
        read_only: Some(if version > schema::version() {
            ReadOnly::Newer(version)
        } else {
            ReadOnly::Disk(trouble::in_words(why))
        }),
        is_new: false,
    })
}

/// Connections that only read, and the version of the tables.
fn readable(
    place: &Path,
    path: &Path,
    more: OpenFlags,
) -> Result<(Vec<Connection>, i64), OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
    let connections = (0..=READERS)
        .map(|_| super::reader(place, flags, OpenOptions::default().patience))
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let first = connections.first().ok_or(rusqlite::Error::InvalidQuery)?;
    if super::belongs_to_another(first)? {
        return Err(OpenError::NotOurs(path.to_owned()));
    }
    let version = super::user_version(first)?;
    Ok((connections, version))
}

fn log_of(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

fn has_log(path: &Path) -> bool {
    // What can't be asked may be there.
    fs::metadata(log_of(path)).map_or_else(
        |error| error.kind() != io::ErrorKind::NotFound,
        |log| log.len() > 0,
    )
}

fn immutable(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut url = Url::from_file_path(&absolute)
        .map_or_else(|()| path.as_os_str().to_owned(), |url| url.as_str().into());
    url.push("?immutable=1");
    url.into()
}

/// Copies database and log, brings the copy up to date, and leaves nothing of it behind: its files lose their names as
/// soon as they are open.
fn from_private_copy(path: &Path) -> Result<(Vec<Connection>, i64), OpenError> {
    let place = std::env::temp_dir().join(format!("greenroom-{}", Uuid::new_v4().simple()));
    let copied = copy_into(&place, path).map_err(|source| OpenError::NoPrivateCopy {
        database: path.to_owned(),
        place: place.clone(),
        source,
    });
    let opened = copied.and_then(|copy| {
        let mut writer = Connection::open_with_flags(&copy, super::flags())?;
        if super::newer_version(&writer)?.is_none() {
            super::prepare_writer(&mut writer)?;
        }
        // Into the database with what the log holds.
        writer.pragma_update(None, "journal_mode", "DELETE")?;
        drop(writer);
        readable(&copy, path, OpenFlags::empty())
    });
    let _ = fs::remove_dir_all(&place);
    opened
}

fn copy_into(place: &Path, path: &Path) -> io::Result<PathBuf> {
    fs::DirBuilder::new().mode(0o700).create(place)?;
    let copy = place.join(super::FILE_NAME);
    copy_file(path, &copy)?;
    if has_log(path) {
        copy_file(&log_of(path), &log_of(&copy))?;
    }
    Ok(copy)
}

// The copy is this user's to read and write, whatever the original is.
fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    let mut from = fs::File::open(from)?;
    let mut to = fs::OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(to)?;
    io::copy(&mut from, &mut to)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_an_older_version_are_read_from_a_copy_that_is_brought_up_to_date() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("greenroom ?#%.db");
        let mut older = Connection::open(&path).unwrap();
        older.pragma_update(None, "journal_mode", "WAL").unwrap();
        let ours = super::super::APPLICATION_ID;
        older.pragma_update(None, "application_id", ours).unwrap();
        super::super::add_functions(&older).unwrap();
        let before = usize::try_from(schema::version() - 1).unwrap();
        schema::migrations().to_version(&mut older, before).unwrap();
        older
            .execute_batch("INSERT INTO setting VALUES ('kept', 'yes')")
            .unwrap();
        drop(older);
        let bytes = fs::read(&path).unwrap();

        let why = io::Error::from(io::ErrorKind::ReadOnlyFilesystem);
        let opened = open(&path, &why).unwrap();
        assert!(matches!(opened.read_only, Some(ReadOnly::Disk(_))));
        let reader = &opened.readers[0];
        assert_eq!(
            super::super::user_version(reader).unwrap(),
            schema::version()
        );
        let ask = |sql: &str| reader.query_row(sql, [], |row| row.get::<_, String>(0));
        assert_eq!(ask("SELECT value FROM setting").unwrap(), "yes");
        assert!(
            ask("INSERT INTO setting VALUES ('more', 'no') RETURNING name").is_err(),
            "nothing would be kept of it"
        );
        drop(opened);
        assert!(fs::read(&path).unwrap() == bytes, "it was written");
    }
}
