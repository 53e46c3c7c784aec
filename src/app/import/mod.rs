//! Brings interviews in from the old system's database or from a table. Mails nobody and mints nothing.
//!
//! First a file is looked through: what would come in, and all that is wrong with it. It is read once, and what is to
//! come in is checked and kept beside the database, which stays as it is. Then exactly that is written in one
//! transaction, or nothing, whatever became of the file meanwhile. What was imported before stays as it is.

mod error;
mod file;
mod known;
mod lines;
mod look;
mod progress;
mod records;
mod take;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::App;
use crate::domain::import::legacy::{self, LegacyTerms, Skew, SkewAnswer};
use crate::domain::import::{Names, Report};
use crate::domain::session::SessionKey;
use crate::domain::when::Zone;
use crate::store::{Incoming, Reading, read_legacy};

pub use error::ImportError;
pub use progress::{Progress, Stage};

use lines::Lines;
use look::Look;
use progress::say;
use take::Taking;

/// The zone of the old system's slots.
const LEGACY_ZONE: &str = "Asia/Kolkata";

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The database of the system that Greenroom replaces.
    Legacy,
    /// A table with a header: commas, semicolons or tabs.
    Csv,
    /// One interview a line as JSON, as an export writes it.
    Json,
}

/// What is to be imported.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// The file.
    pub file: PathBuf,
    /// What it is; `None` to see for itself.
    pub format: Option<Format>,
    /// The zone of the old system's slots, or of lines that name none.
    pub zone: Option<Zone>,
    /// What was answered about a shift of exactly the zone's offset.
    pub skew: Option<SkewAnswer>,
    /// Take the good lines and leave the bad ones.
    pub skip_bad: bool,
}

/// A file that was looked through: what would come in. Nothing has been written.
#[derive(Debug, Clone)]
pub struct Import {
    request: ImportRequest,
    format: Format,
    zone: Option<Zone>,
    report: Report,
    // Shared by all copies; one at a time carries it out.
    found: Arc<Mutex<Found>>,
}

/// What is to come in.
struct Found {
    incoming: Incoming,
    // Keys that stand on several interviews: none of them keeps it.
    shared: HashSet<SessionKey>,
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Found(…)")
    }
}

impl Import {
    /// What would come in, and what is wrong with it.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// What the file is.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// The zone of the slots, or of lines that name none.
    #[must_use]
    pub const fn zone(&self) -> Option<&Zone> {
        self.zone.as_ref()
    }

    /// The report for people, with the first few findings of each kind.
    #[must_use]
    pub fn in_words(&self, report: &Report, done: bool, few: usize) -> Vec<String> {
        let mut lines = report.summary(done);
        if let (Format::Legacy, Some(zone)) = (self.format, &self.zone) {
            lines.push(format!("  slots are read on the clock of {zone}"));
        }
        lines.extend(report.details(few));
        if let (Some(skew), false) = (&report.skew, done) {
            lines.push(String::new());
            match self.request.skew {
                None => lines.extend(skew.question()),
                Some(SkewAnswer::Correct) => {
                    lines.push("Of two such times the slots' is taken for right.".to_owned());
                }
                Some(SkewAnswer::Keep) => {
                    lines.push("Of two such times the recorded one is taken for right.".to_owned());
                }
            }
        }
        lines
    }

    /// The question that has to be answered before anything comes in; none where nothing would.
    #[must_use]
    pub fn unanswered(&self) -> Option<&Skew> {
        self.report
            .skew
            .as_ref()
            .filter(|_| self.request.skew.is_none() && self.report.new > 0)
    }

    /// What stands in the way of carrying it out.
    ///
    /// # Errors
    /// Bad lines that are not to be skipped, or an open question.
    pub fn ready(&self) -> Result<(), ImportError> {
        if self.report.bad > 0 && !self.request.skip_bad {
            return Err(ImportError::BadLines {
                count: self.report.bad,
                what: match self.format {
                    Format::Legacy => "interview",
                    Format::Csv | Format::Json => "line",
                },
            });
        }
        match self.unanswered() {
            Some(skew) => Err(ImportError::SkewUnanswered(Box::new(skew.clone()))),
            None => Ok(()),
        }
    }
}

impl App {
    /// Looks a file through and says what would come in. Writes nothing, here or there.
    ///
    /// # Errors
    /// When the file can't be read as what it is.
    pub async fn look_through(
        &self,
        request: ImportRequest,
        progress: watch::Sender<Progress>,
    ) -> Result<Import, ImportError> {
        let app = self.clone();
        let names = Names::of(&self.link_secret().await?);
        self.store()
            .read(move |read| {
                let format = match request.format {
                    Some(format) => format,
                    None => file::guess(&request.file)?,
                };
                let (zone, looked) = if format == Format::Legacy {
                    app.look_through_legacy(read, &request, names, &progress)?
                } else {
                    app.look_through_table(read, &request, format, names, &progress)?
                };
                let (report, found) = looked.end();
                Ok(Import {
                    request,
                    format,
                    zone,
                    report,
                    found: Arc::new(Mutex::new(found)),
                })
            })
            .await
    }

    fn look_through_legacy<'a>(
        &self,
        read: &'a Reading<'a>,
        request: &ImportRequest,
        names: Names,
        progress: &watch::Sender<Progress>,
    ) -> Result<(Option<Zone>, Look<'a>), ImportError> {
        let database = read_legacy(&request.file)?;
        let zone = match &request.zone {
            Some(zone) => zone.clone(),
            None => Zone::parse(LEGACY_ZONE).unwrap_or_else(|_| Zone::utc()),
        };
        let terms = LegacyTerms {
            zone: zone.clone(),
            duration: self.config().schedule.duration,
            now: self.now(),
            skew: request.skew,
            names: names.clone(),
        };
        let (arrivals, report) = legacy::read(&database, &terms);
        drop(database);
        let mut look = Look::new(read, report, names)?;
        let total = arrivals.len() as u64;
        for (number, arrival) in (1..).zip(arrivals) {
            look.take(number, &arrival)?;
            say(progress, Stage::Looking, number, total);
        }
        Ok((Some(zone), look))
    }

    fn look_through_table<'a>(
        &self,
        read: &'a Reading<'a>,
        request: &ImportRequest,
        format: Format,
        names: Names,
        progress: &watch::Sender<Progress>,
    ) -> Result<(Option<Zone>, Look<'a>), ImportError> {
        let octets = file::octets(&request.file)?;
        let mut defaults = self.defaults();
        if request.zone.is_some() {
            defaults.zone.clone_from(&request.zone);
        }
        let mut lines = Lines::open(&request.file, format, defaults, self.now(), names.clone())?;
        let zone = lines.terms().defaults.zone.clone();
        let mut look = Look::new(read, Report::default(), names)?;
        while let Some((line, outcome)) = lines.next()? {
            look.read_line(line, outcome, self.now())?;
            say(progress, Stage::Looking, lines.octets(), octets);
        }
        look.report.absent.extend(lines.unknown());
        Ok((zone, look))
    }

    /// Carries out what was looked through, in one transaction: all of it, or nothing.
    ///
    /// # Errors
    /// What stands in the way; nothing was imported then.
    pub async fn import(
        &self,
        import: Import,
        progress: watch::Sender<Progress>,
    ) -> Result<Report, ImportError> {
        import.ready()?;
        // Nobody has to wait for nothing.
        if import.report.new == 0 {
            return Ok(import.report);
        }
        let app = self.clone();
        let what = format!("an import of {}", import.report.new_in_words());
        self.store()
            .write_long(what, move |write| {
                let found = import.found.lock().unwrap_or_else(PoisonError::into_inner);
                let mut taking = Taking::new(&app, write, &found.shared, import.report)?;
                taking.take_all(&found.incoming, &progress)?;
                Ok(taking.end())
            })
            .await
    }
}
