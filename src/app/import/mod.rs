//! Brings interviews in from the old system's database or from a table. Mails nobody and mints nothing.
//!
//! First a file is looked through: what would come in, and all that is wrong with it. Nothing is written then. Then
//! exactly that is carried out in one transaction, or nothing. What was imported before stays as it is.

mod file;
mod lines;
mod pass;

use std::collections::HashSet;
use std::path::PathBuf;

use tokio::sync::watch;

use super::{App, AppError};
use crate::domain::import::legacy::{self, LegacyTerms, Skew, SkewAnswer};
use crate::domain::import::{Arrival, HeaderError, Report};
use crate::domain::session::SessionKey;
use crate::domain::when::Zone;
use crate::store::{LegacyError, StoreError, read_legacy};

use file::Stamp;
pub(super) use lines::Lines;

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

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// How much of it is done, in the same unit as `total`.
    pub done: u64,
    /// How much there is; 0 while nobody knows.
    pub total: u64,
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stage {
    /// The file is looked through.
    #[default]
    Looking,
    /// Interviews are written.
    Writing,
    /// The indexes of lists are brought up to date.
    Indexing,
}

impl Stage {
    /// A word for a progress bar.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Looking => "looking through",
            Self::Writing => "importing",
            Self::Indexing => "indexing",
        }
    }
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file can't be read.
    #[error("file: {0} can't be read: {1}")]
    Unreadable(String, String),
    /// The old database can't be read.
    #[error("file: {0}")]
    Legacy(#[from] LegacyError),
    /// It is no text in UTF-8.
    #[error("file: {0} is not text in UTF-8; save it as \"CSV UTF-8\"")]
    NotUtf8(String),
    /// Its first line is no header.
    #[error("file: {0}")]
    Header(#[from] HeaderError),
    /// A cell that does not end.
    #[error(
        "line {0}: a cell longer than a mebibyte; probably a quotation mark is not closed. Nothing behind it can be read"
    )]
    Endless(u64),
    /// Some lines are bad, and the others were not to be taken without them.
    #[error("{} can't be taken, so nothing was imported; mend them, or take the others with --skip-bad", lines_in_words(*count))]
    BadLines {
        /// How many.
        count: u64,
    },
    /// Nobody said which of two times is right.
    #[error(
        "skew: {} recorded at a time that is exactly {} than the slot; say which is right: --skew correct (the slots) or --skew keep (what was recorded)",
        if .0.interviews == 1 { "1 interview is".to_owned() } else { format!("{} interviews are", .0.interviews) },
        .0.apart
    )]
    SkewUnanswered(Box<Skew>),
    /// The file is not what was looked through.
    #[error("file: {0} changed since it was looked through; nothing was imported. Look again")]
    Changed(String),
    /// Anything else.
    #[error("{0}")]
    App(#[from] AppError),
}

impl From<StoreError> for ImportError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

fn lines_in_words(count: u64) -> String {
    if count == 1 {
        "1 line".to_owned()
    } else {
        format!("{count} lines")
    }
}

/// A file that was looked through: what would come in. Nothing has been written.
#[derive(Debug, Clone)]
pub struct Import {
    request: ImportRequest,
    format: Format,
    zone: Option<Zone>,
    report: Report,
    material: Material,
    // Keys that stand on several interviews: none of them keeps it.
    shared: HashSet<SessionKey>,
}

#[derive(Debug, Clone)]
enum Material {
    Arrivals(Vec<Arrival>),
    File(Stamp),
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

    /// The question that has to be answered before anything comes in.
    #[must_use]
    pub fn unanswered(&self) -> Option<&Skew> {
        self.report
            .skew
            .as_ref()
            .filter(|_| self.request.skew.is_none())
    }

    /// What stands in the way of carrying it out.
    ///
    /// # Errors
    /// Bad lines that are not to be skipped, or an open question.
    pub fn ready(&self) -> Result<(), ImportError> {
        if self.report.bad > 0 && !self.request.skip_bad {
            return Err(ImportError::BadLines {
                count: self.report.bad,
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
        self.store()
            .read(move |read| {
                let format = match request.format {
                    Some(format) => format,
                    None => file::guess(&request.file)?,
                };
                if format == Format::Legacy {
                    app.look_through_legacy(read, request, &progress)
                } else {
                    app.look_through_table(read, request, format, &progress)
                }
            })
            .await
    }

    fn look_through_legacy(
        &self,
        read: &crate::store::Reading<'_>,
        request: ImportRequest,
        progress: &watch::Sender<Progress>,
    ) -> Result<Import, ImportError> {
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
        };
        let (arrivals, report) = legacy::read(&database, &terms);
        let mut pass = pass::Pass::new(read, report)?;
        let total = arrivals.len() as u64;
        for (done, arrival) in (1..).zip(&arrivals) {
            pass.take(read, arrival)?;
            pass::say(progress, Stage::Looking, done, total);
        }
        let (report, shared) = pass.end();
        Ok(Import {
            request,
            format: Format::Legacy,
            zone: Some(zone),
            report,
            material: Material::Arrivals(arrivals),
            shared,
        })
    }

    fn look_through_table(
        &self,
        read: &crate::store::Reading<'_>,
        request: ImportRequest,
        format: Format,
        progress: &watch::Sender<Progress>,
    ) -> Result<Import, ImportError> {
        let stamp = Stamp::of(&request.file)?;
        let mut lines = self.lines(&request, format)?;
        let zone = lines.terms().defaults.zone.clone();
        let mut pass = pass::Pass::new(read, Report::default())?;
        pass.report.absent.extend(lines.unknown());
        let mut ids = pass::Seen::default();
        while let Some((line, outcome)) = lines.next()? {
            pass.report.read += 1;
            match outcome.and_then(|arrival| ids.once(line, &arrival).map(|()| arrival)) {
                Ok(arrival) => {
                    pass.note(line, &arrival, self.now());
                    pass.take(read, &arrival)?;
                }
                Err(reasons) => pass.report.refuse(line, reasons),
            }
            pass::say(progress, Stage::Looking, lines.octets(), stamp.octets());
        }
        let (report, shared) = pass.end();
        Ok(Import {
            request,
            format,
            zone,
            report,
            material: Material::File(stamp),
            shared,
        })
    }

    fn lines(&self, request: &ImportRequest, format: Format) -> Result<Lines, ImportError> {
        let mut defaults = self.defaults();
        if request.zone.is_some() {
            defaults.zone.clone_from(&request.zone);
        }
        Lines::open(&request.file, format, defaults, self.now())
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
        let app = self.clone();
        self.store()
            .write(move |write| app.import_in(write, import, &progress))
            .await
    }

    fn import_in(
        &self,
        write: &crate::store::Writing<'_>,
        import: Import,
        progress: &watch::Sender<Progress>,
    ) -> Result<Report, ImportError> {
        let total = import.report.new;
        let mut taking = pass::Taking::begin(self, write, import.shared, total)?;
        match import.material {
            Material::Arrivals(arrivals) => {
                for arrival in arrivals {
                    taking.take(arrival)?;
                    pass::say(progress, Stage::Writing, taking.new, total);
                }
            }
            Material::File(stamp) => {
                let mut lines = self.lines(&import.request, import.format)?;
                let mut ids = pass::Seen::default();
                let mut bad = 0;
                while let Some((line, outcome)) = lines.next()? {
                    match outcome.and_then(|arrival| ids.once(line, &arrival).map(|()| arrival)) {
                        Ok(arrival) => taking.take(arrival)?,
                        Err(_) => bad += 1,
                    }
                    pass::say(progress, Stage::Writing, taking.new, total);
                }
                // It was read twice: what was shown must be what came in.
                if bad != import.report.bad || Stamp::of(&import.request.file)? != stamp {
                    let name = import.request.file.display().to_string();
                    return Err(ImportError::Changed(name));
                }
            }
        }
        pass::say(progress, Stage::Indexing, 0, 0);
        taking.end(import.report)
    }
}
