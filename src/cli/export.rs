//! `greenroom export`: interviews as a table or as JSON, to be imported elsewhere or opened in a spreadsheet.

use clap::{Args, ValueEnum};

use super::arguments::Words;
use super::printer::Printer;
use super::{Exit, Failure, csv};
use crate::app::App;
use crate::domain::import::Column;

/// Export interviews as a table or as JSON, to standard output
///
/// Without a filter, all of them, soonest first. What was exported can be imported again. Cells that a spreadsheet would
/// take for a formula begin with an apostrophe, which an import takes away. Session keys let whoever has them into the
/// interview: they are left out unless you say --with-keys, and interviews then arrive elsewhere without a link.
///
/// Stays here: mails and what became of them, the timeline, who opened a link or joined, what was acknowledged, longer
/// opening times, former and revoked links, and links of an older system. `greenroom backup` copies everything.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  greenroom export > interviews.csv
  greenroom export when:tomorrow -status:cancelled > tomorrow.csv
  greenroom export --format json --with-keys > everything.jsonl")]
pub struct ExportCommand {
    #[command(flatten)]
    filter: Words,
    /// A table with commas, or one interview a line as JSON
    #[arg(long, value_name = "FORMAT", default_value = "csv")]
    format: FormatName,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// With the session keys, which are secrets: keep the file like a password
    #[arg(long)]
    with_keys: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormatName {
    Csv,
    Json,
}

impl ExportCommand {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let filter = self.filter.filter(app).await?;
        let json = self.json || self.format == FormatName::Json;
        let mut export = app.export(&filter, self.with_keys);
        if !json {
            printer.data(&csv::record(export.columns().map(Column::name))?);
        }
        loop {
            let page = export.next_page().await?;
            if page.is_empty() || printer.is_broken() {
                return Ok(Exit::Done);
            }
            for exported in &page {
                if json {
                    printer.json(exported);
                } else {
                    printer.data(&csv::record(exported.cells())?);
                }
            }
        }
    }
}
