//! A copy of the database, which knows that it is one.

use std::path::PathBuf;

use super::pause::PAUSED;
use super::{App, AppError, Pause};
use crate::domain::when;

impl App {
    /// Copies the database as it is at this moment into a new file, while it is in use. The copy knows that it is one:
    /// what waits in its outbox leaves only after a person has resumed it.
    ///
    /// # Errors
    /// When the file exists already, or can't be written.
    pub async fn backup(&self, file: PathBuf) -> Result<(), AppError> {
        let pause = Pause {
            why: format!(
                "this database is a copy made {}; its mail may have left already",
                when::day_and_time(self.now(), &self.config().list_zone())
            ),
            brief: "this is a copy".to_owned(),
            since: self.now(),
            probes: false,
        };
        let pause = pause.write_down()?;
        Ok(self.store().backup(file, PAUSED, pause).await?)
    }
}
