//! `greenroom audit`: what the candidates hold against what is true.

mod acknowledge;
mod csv;
mod table;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::Serialize;

use super::arguments::Words;
use super::printer::Printer;
use super::{Exit, Failure};
use crate::app::{App, Audit as OneAudit, Found};
use crate::domain::finding::Severity;
use crate::domain::text::counted;
use crate::domain::trouble;
use acknowledge::Form;

/// Findings read at a time.
const PAGE: usize = 1_000;
/// Findings of each code that are shown to people, unless they ask for more.
const SHOWN: usize = 10;
/// The same, on the page.
const PRINTED: usize = 1_000;

/// Find every candidate who can't get in, or holds the wrong link or time
///
/// Compares what the newest accepted mail told each candidate with what is true, and says what mends each difference.
/// Looks at what is ahead or has no time; ends with 1 when anything was found, so that a clockwork can watch.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  greenroom audit
  greenroom audit when:tomorrow --min-severity high
  greenroom audit finding:stale-link --csv > stale.csv
  greenroom audit --html audit.html
  greenroom audit ack 01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f NEVER-MAILED --reason 'told by phone'"
)]
#[expect(clippy::struct_excessive_bools, reason = "flags of the command line")]
pub struct Audit {
    #[command(subcommand)]
    deed: Option<Deed>,
    #[command(flatten)]
    filter: Words,
    /// Print one finding a line as JSON, the most urgent first
    #[arg(long, conflicts_with_all = ["csv", "html"])]
    json: bool,
    /// Print one finding a line as CSV, with candidate, address, recruiter and what mends it
    #[arg(long, conflicts_with = "html")]
    csv: bool,
    /// Write one page for people, printable, that stands alone; - for standard output
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Look at the past too
    #[arg(long)]
    all: bool,
    /// Only what is at least so severe: low, medium, high, critical, or a number up to 100
    #[arg(long, value_name = "S", value_parser = severity, default_value = "low", hide_default_value = true)]
    min_severity: Severity,
    /// Show what was acknowledged instead, by whom and why
    #[arg(long, conflicts_with_all = ["html", "all", "min_severity"])]
    acked: bool,
    /// Show at most so many findings of each code to people; 0 for all [default: 10, on the page 1000]
    #[arg(long, value_name = "N", conflicts_with_all = ["json", "csv", "acked"])]
    limit: Option<usize>,
}

#[derive(Debug, Subcommand)]
enum Deed {
    /// Let a finding stay as it is until what it is about changes
    Ack(acknowledge::Ack),
}

fn severity(text: &str) -> Result<Severity, String> {
    Severity::parse(text)
        .ok_or_else(|| "it is low, medium, high, critical, or a number from 0 to 100".to_owned())
}

/// A finding for programs.
#[derive(Serialize)]
pub(super) struct FindingJson {
    code: &'static str,
    severity: u8,
    interview_id: String,
    detail: String,
    starts_at: Option<Timestamp>,
}

impl From<&Found> for FindingJson {
    fn from(found: &Found) -> Self {
        Self {
            code: found.finding.code.name(),
            severity: found.finding.severity.number(),
            interview_id: found.row.id().to_string(),
            detail: found.finding.detail.clone(),
            starts_at: found.row.interview.starts_at,
        }
    }
}

impl Audit {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        if let Some(Deed::Ack(ack)) = &self.deed {
            return ack.run(app, printer).await;
        }
        let filter = self.filter.filter(app).await?;
        let audit = app.audit(&filter, self.min_severity, self.all);
        if self.acked {
            let form = match (self.json, self.csv) {
                (true, _) => Form::Json,
                (_, true) => Form::Csv,
                _ => Form::Table,
            };
            return acknowledge::list(&audit, form, app, printer).await;
        }
        if let Some(file) = &self.html {
            return self.write_page(file, &audit, app, printer).await;
        }
        let any = if self.json {
            let print = |found: &Found, printer: &mut Printer| {
                printer.json(&FindingJson::from(found));
                Ok(())
            };
            each(&audit, app, printer, print).await?
        } else if self.csv {
            printer.lines(csv::HEAD);
            each(&audit, app, printer, csv::print).await?
        } else {
            let limit = self.limit.unwrap_or(SHOWN);
            table::print(&audit, limit, app, printer).await?
        };
        Ok(if any { Exit::Findings } else { Exit::Done })
    }

    async fn write_page(
        &self,
        file: &Path,
        audit: &OneAudit,
        app: &App,
        printer: &mut Printer,
    ) -> Result<Exit, Failure> {
        let limit = match self.limit.unwrap_or(PRINTED) {
            0 => usize::MAX,
            limit => limit,
        };
        let report = app.audit_report(audit, limit).await?;
        let exit = if report.findings > 0 {
            Exit::Findings
        } else {
            Exit::Done
        };
        if file == Path::new("-") {
            printer.data(&report.page);
            return Ok(exit);
        }
        // Names and addresses stand in it, so it is for its owner only.
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        options
            .open(file)
            .and_then(|mut opened| opened.write_all(report.page.as_bytes()))
            .map_err(|error| {
                Failure::environment(format!(
                    "html: {} can't be written: {}",
                    file.display(),
                    trouble::in_words(&error)
                ))
            })?;
        printer.remark(&format!(
            "{} written to {}",
            counted(report.findings, "finding"),
            file.display()
        ));
        Ok(exit)
    }
}

// Reads all of them, a page at a time, and says whether there were any.
async fn each(
    audit: &OneAudit,
    app: &App,
    printer: &mut Printer,
    print: impl Fn(&Found, &mut Printer) -> Result<(), Failure>,
) -> Result<bool, Failure> {
    let (mut any, mut from) = (false, None);
    loop {
        let page = app.audit_page(audit, None, from, PAGE).await?;
        any |= !page.found.is_empty();
        for found in &page.found {
            print(found, printer)?;
        }
        from = page.next;
        if from.is_none() || printer.is_broken() {
            return Ok(any);
        }
    }
}
