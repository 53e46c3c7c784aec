//! `greenroom import`: interviews from the old system's database or from a table.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;
use tokio::sync::watch;

use super::printer::Printer;
use super::progress;
use super::{Exit, Failure, ask};
use crate::app::{App, Format, Import, ImportError, ImportRequest, Progress};
use crate::domain::import::legacy::{Skew, SkewAnswer};
use crate::domain::import::{BadLine, Finding, Report};
use crate::domain::when::Zone;

/// Findings of one kind that are shown on a screen.
const SHOWN: usize = 10;

/// Import interviews from the old system's database or from a table
///
/// Looks the file through first and says what would come in and all that is wrong with it; then everything comes in, or
/// nothing. Imported interviews keep their key if the file has one and arrive without a link otherwise; nothing is mailed,
/// and `greenroom repair` makes the missing links. What was imported before stays as it is. The file is never written.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch on the command line"
)]
#[command(after_help = "\
A table begins with a line that names its columns, in any order, separated by commas, semicolons or tabs:
  candidate_name,candidate_email,role,starts_at,zone,duration_minutes
and if you like company, round, kind, interviewers, meeting_url, candidate_zone, note, recruiter, status, session_key,
link_mailed (yes or no: whether the link with that key is in an inbox), sequence,
external_id, source, id. starts_at is 2031-05-06 15:00 on the clock of its zone, or 2031-05-06T15:00:00+01:00.

Examples:
  greenroom import old.sqlite3 --dry-run
  greenroom import old.sqlite3 --zone Asia/Kolkata --skew correct
  greenroom import table.csv --skip-bad")]
pub struct ImportCommand {
    /// The file; it is only read
    file: PathBuf,
    /// What it is; without it, its beginning tells
    #[arg(long, value_name = "FORMAT")]
    format: Option<FormatName>,
    /// The zone of the old system's slots (Asia/Kolkata unless said), or of lines that name none
    #[arg(long, value_name = "IANA")]
    zone: Option<String>,
    /// Which time is right where two differ by exactly the zone's offset: the slots' (correct), or the other (keep)
    #[arg(long, value_name = "WHICH")]
    skew: Option<SkewName>,
    /// Take the good lines and leave the bad ones
    #[arg(long)]
    skip_bad: bool,
    /// Say what would come in, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the report as JSON, with every finding
    #[arg(long)]
    json: bool,
    /// Import without asking
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormatName {
    Legacy,
    Csv,
    Json,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SkewName {
    Correct,
    Keep,
}

#[derive(Serialize)]
struct ReportJson<'a> {
    dry_run: bool,
    format: &'static str,
    zone: Option<&'a str>,
    read: u64,
    new: u64,
    already_here: u64,
    erased: u64,
    bad: u64,
    without_link: u64,
    without_time: u64,
    without_address: u64,
    skew: Option<SkewJson<'a>>,
    absent: &'a [String],
    bad_lines: &'a [BadLine],
    defects: Vec<DefectJson<'a>>,
}

#[derive(Serialize)]
struct SkewJson<'a> {
    interviews: u64,
    recorded_off: u64,
    recorded_agreeing: u64,
    without_slot: u64,
    apart: &'a str,
    zone: &'a str,
    answered: bool,
    findings: &'a [Finding],
}

#[derive(Serialize)]
struct DefectJson<'a> {
    number: Option<u8>,
    code: &'static str,
    words: &'static str,
    count: u64,
    findings: &'a [Finding],
}

impl ImportCommand {
    pub(super) const fn is_dry(&self) -> bool {
        self.dry_run
    }

    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let mut looked = self.look(app, self.skew.map(answer), printer).await?;
        if let Some(skew) = looked.unanswered().cloned()
            && !self.dry_run
            && ask::can_ask()
        {
            looked = match ask_which(&skew, printer) {
                Some(answer) => self.look(app, Some(answer), printer).await?,
                None => return Ok(nothing(printer)),
            };
        }
        if self.dry_run {
            self.print(&looked, looked.report(), false, printer);
            return Ok(exit(looked.report()));
        }
        if let Err(error) = looked.ready() {
            self.print(&looked, looked.report(), false, printer);
            return Err(error.into());
        }
        if !self.yes && ask::can_ask() && looked.report().new > 0 {
            say(&looked, looked.report(), false, printer, Printer::remark);
            let count = usize::try_from(looked.report().new).unwrap_or(usize::MAX);
            if !ask::consent("import them", count, printer) {
                return Ok(nothing(printer));
            }
        }
        let (said, hears) = watch::channel(Progress::default());
        let done = progress::beside(app.import(looked.clone(), said), hears, printer).await?;
        self.print(&looked, &done, true, printer);
        Ok(exit(&done))
    }

    async fn look(
        &self,
        app: &App,
        skew: Option<SkewAnswer>,
        printer: &mut Printer,
    ) -> Result<Import, Failure> {
        let zone = self
            .zone
            .as_deref()
            .map(Zone::parse)
            .transpose()
            .map_err(|error| Failure::input(format!("zone: {error}")))?;
        let request = ImportRequest {
            file: self.file.clone(),
            format: self.format.map(|format| match format {
                FormatName::Legacy => Format::Legacy,
                FormatName::Csv => Format::Csv,
                FormatName::Json => Format::Json,
            }),
            zone,
            skew,
            skip_bad: self.skip_bad,
        };
        let (said, hears) = watch::channel(Progress::default());
        Ok(progress::beside(app.look_through(request, said), hears, printer).await?)
    }

    fn print(&self, looked: &Import, report: &Report, done: bool, printer: &mut Printer) {
        if self.json {
            printer.json(&as_json(looked, report, done));
        } else {
            say(looked, report, done, printer, line);
        }
    }
}

fn answer(name: SkewName) -> SkewAnswer {
    match name {
        SkewName::Correct => SkewAnswer::Correct,
        SkewName::Keep => SkewAnswer::Keep,
    }
}

fn exit(report: &Report) -> Exit {
    if report.bad == 0 && report.findings() == 0 {
        Exit::Done
    } else {
        Exit::Findings
    }
}

fn nothing(printer: &mut Printer) -> Exit {
    printer.remark("Nothing was imported.");
    Exit::Done
}

fn ask_which(skew: &Skew, printer: &mut Printer) -> Option<SkewAnswer> {
    for line in skew.question() {
        printer.remark(&line);
    }
    match ask::word(
        "Type correct or keep; anything else imports nothing: ",
        printer,
    )
    .as_str()
    {
        "correct" => Some(SkewAnswer::Correct),
        "keep" => Some(SkewAnswer::Keep),
        _ => None,
    }
}

const fn format_name(format: Format) -> &'static str {
    match format {
        Format::Legacy => "legacy",
        Format::Csv => "csv",
        Format::Json => "json",
    }
}

// A line of the report; on a narrow terminal what does not fit is set in behind where it began.
fn line(printer: &mut Printer, text: &str) {
    let words = text.trim_start();
    let (indent, _) = text.split_at(text.len() - words.len());
    let hang = if indent.is_empty() {
        0
    } else {
        indent.len() + 2
    };
    printer.prose(indent, hang, words);
}

fn say(
    looked: &Import,
    report: &Report,
    done: bool,
    printer: &mut Printer,
    mut print: impl FnMut(&mut Printer, &str),
) {
    for line in looked.in_words(report, done, SHOWN) {
        print(printer, &line);
    }
}

fn as_json<'a>(looked: &'a Import, report: &'a Report, done: bool) -> ReportJson<'a> {
    ReportJson {
        dry_run: !done,
        format: format_name(looked.format()),
        zone: looked.zone().map(Zone::name),
        read: report.read,
        new: report.new,
        already_here: report.here,
        erased: report.erased,
        bad: report.bad,
        without_link: report.without_link,
        without_time: report.without_time,
        without_address: report.without_address,
        skew: report.skew.as_ref().map(|skew| SkewJson {
            interviews: skew.interviews,
            recorded_off: skew.off,
            recorded_agreeing: skew.agreeing,
            without_slot: skew.affected,
            apart: &skew.apart,
            zone: &skew.zone,
            answered: looked.unanswered().is_none(),
            findings: &skew.examples,
        }),
        absent: &report.absent,
        bad_lines: &report.bad_lines,
        defects: report
            .noticed
            .iter()
            .map(|(defect, group)| DefectJson {
                number: defect.number(),
                code: defect.name(),
                words: defect.words(),
                count: group.count,
                findings: &group.findings,
            })
            .collect(),
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::App(error) => error.into(),
            other => Self::input(other.to_string()),
        }
    }
}
