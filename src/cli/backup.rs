//! `greenroom backup`: a copy of the database while it is in use.

use std::path::PathBuf;

use clap::Args;

use super::printer::Printer;
use super::{Exit, Failure};
use crate::app::App;

/// Copy the database into a new file, also while it is in use
///
/// The copy holds everything as it was at one moment: interviews, links, every mail and the secret of the link tokens, so
/// keep it where only you can read it. To restore it, end every Greenroom and put it in the place of `greenroom.db` in the
/// data directory. A restored copy knows that it is one: its mail may have left already, so none leaves before you have
/// looked (`greenroom outbox`) and said `greenroom outbox resume`.
#[derive(Debug, Args)]
pub struct Backup {
    /// The file to make; one that exists is never overwritten
    file: PathBuf,
}

impl Backup {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let shown = self.file.display();
        if self.file.symlink_metadata().is_ok() {
            return Err(Failure::input(format!(
                "file: {shown} exists already, and nothing is overwritten; name a new one"
            )));
        }
        app.backup(self.file.clone()).await?;
        printer.line(&format!("Copied to {shown}"));
        Ok(Exit::Done)
    }
}
