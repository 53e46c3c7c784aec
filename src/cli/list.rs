//! `greenroom list`: interviews, soonest first.

use clap::Args;

use super::arguments::Words;
use super::printer::Printer;
use super::table::Table;
use super::{Exit, Failure};
use crate::app::{App, From, Row};
use crate::domain::verdict::{Reason, Standing};
use crate::domain::when;

/// Rows read at a time.
const PAGE: usize = 1_000;
/// The head of the column that is coloured, and where it is.
const VERDICT: &str = "CAN THEY GET IN";
const VERDICT_COLUMN: usize = 4;

/// List interviews, soonest first
///
/// Without a filter, all of them; what is over comes last.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  greenroom list link:missing
  greenroom list verdict:blocked when:tomorrow
  greenroom list ada -status:cancelled --json")]
pub struct List {
    #[command(flatten)]
    pub(super) filter: Words,
    /// At most so many; 0 for all
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
    /// Print one interview a line as JSON
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        let filter = self.filter.filter(app).await?;
        let mut left = match self.limit {
            0 => usize::MAX,
            limit => limit,
        };
        let mut from = From::Start;
        let mut table = Table::new(&[0, 0, 30, 30, 0, 0]);
        let mut shown = 0_usize;
        let more = loop {
            let window = app.window(&filter, from, left.min(PAGE)).await?;
            for row in &window.rows {
                if self.json {
                    printer.json(&app.interview_json(row));
                } else if printer.plain {
                    printer.line(&in_words(row, app));
                }
            }
            if !self.json && !printer.plain && !window.rows.is_empty() {
                print_table(&window.rows, shown == 0, app, &mut table, printer);
            }
            shown += window.rows.len();
            left = left.saturating_sub(window.rows.len());
            match window.rows.last() {
                Some(last) if window.more_after && left > 0 && !printer.is_broken() => {
                    from = From::After(last.position(app.horizon()));
                }
                _ => break window.more_after,
            }
        };
        if more && !printer.is_broken() {
            // Counting them all takes longer than showing some.
            printer.remark(&format!(
                "{shown} shown, and there are more; --limit 0 shows all"
            ));
        } else if shown == 0 && !self.json {
            let all = self.filter.words.is_empty();
            printer.remark(if all {
                "There are no interviews yet."
            } else {
                "No interview matches."
            });
        }
        Ok(Exit::Done)
    }
}

fn print_table(rows: &[Row], with_head: bool, app: &App, table: &mut Table, printer: &mut Printer) {
    let mut cells = Vec::new();
    if with_head {
        let when = format!("WHEN ({})", app.config().list_zone().name());
        cells.push(
            [&when, "", "CANDIDATE", "ROLE", VERDICT, "ID"]
                .map(str::to_owned)
                .to_vec(),
        );
    }
    let head = cells.len();
    cells.extend(rows.iter().map(|row| cells_of(row, app)));
    let paint = |line: usize, column: usize, cell: &str| {
        let row = line
            .checked_sub(head)
            .and_then(|at| rows.get(at))
            .filter(|_| column == VERDICT_COLUMN);
        row.map_or_else(
            || cell.to_owned(),
            |row| printer.colored(reason(row, app).standing(), cell),
        )
    };
    for line in table.lay_out(&cells, paint) {
        printer.styled(&line);
    }
}

fn reason(row: &Row, app: &App) -> Reason {
    row.reason(&app.access_window(), app.now())
}

fn cells_of(row: &Row, app: &App) -> Vec<String> {
    let (zone, now) = (app.config().list_zone(), app.now());
    let starts_at = row.interview.starts_at;
    let reason = reason(row, app);
    let mark = match reason.standing() {
        Standing::Blocked => "!",
        Standing::NotInvited | Standing::InDoubt => "▲",
        Standing::Ready => "✓",
        Standing::Over => "·",
    };
    vec![
        starts_at.map_or_else(
            || "no time yet".to_owned(),
            |at| format!("{} {}", when::day(at, &zone), when::time_24h(at, &zone)),
        ),
        starts_at.map_or_else(String::new, |at| when::relative_short(at, &zone, now)),
        row.interview.candidate_name.clone(),
        row.interview.role.clone(),
        format!("{mark} {}", row.words(&app.access_window(), &zone, now)),
        row.id().to_string(),
    ]
}

/// One sentence a line, for a voice.
pub(super) fn in_words(row: &Row, app: &App) -> String {
    let (zone, now) = (app.config().list_zone(), app.now());
    let start = row.interview.starts_at.map_or_else(
        || "no time yet".to_owned(),
        |at| {
            format!(
                "{}, {}",
                when::day_and_time(at, &zone),
                when::relative(at, &zone, now)
            )
        },
    );
    let interview = &row.interview;
    format!(
        "{start}: {}, {}: {}. {}",
        interview.candidate_name,
        interview.role,
        row.words(&app.access_window(), &zone, now),
        row.id()
    )
}
