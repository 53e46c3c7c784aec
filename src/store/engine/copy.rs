//! Copying the database into a file of its own while it is in use.

use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::domain::trouble;
use crate::store::{Reading, StoreError};

impl Reading<'_> {
    /// Copies the database into a new file, which has its name only when it is whole.
    pub(in crate::store) fn copy_to(
        &self,
        file: &Path,
        setting: &str,
        value: &str,
    ) -> Result<(), StoreError> {
        let refused = |error: &dyn std::fmt::Display| {
            let why = trouble::without_number(&error.to_string()).to_owned();
            StoreError::NoCopy(file.display().to_string(), why)
        };
        if file.exists() {
            return Err(refused(&"there is such a file already"));
        }
        let mut unfinished = file.as_os_str().to_owned();
        unfinished.push(".unfinished");
        let unfinished = PathBuf::from(unfinished);
        if unfinished.exists() {
            return Err(refused(&format!(
                "{} is in the way; if no backup is being made, one was cut short: remove it",
                unfinished.display()
            )));
        }
        let copied = copy(self.connection, &unfinished, setting, value)
            .map_err(|error| refused(&error))
            .and_then(|()| {
                fs::File::open(&unfinished)
                    .and_then(|file| file.sync_all())
                    .map_err(|error| refused(&error))
            })
            .and_then(|()| fs::hard_link(&unfinished, file).map_err(|error| refused(&error)));
        let _ = fs::remove_file(&unfinished);
        copied
    }
}

fn copy(connection: &Connection, to: &Path, setting: &str, value: &str) -> rusqlite::Result<()> {
    // A copy holds keys as well.
    let made = fs::OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(to);
    made.map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    connection.backup("main", to, None)?;
    let copy = Connection::open(to)?;
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    copy.execute(
        "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [setting, value],
    )?;
    Ok(())
}
