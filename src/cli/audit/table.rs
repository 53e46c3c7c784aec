//! Findings for people: by code, with their number, the most urgent first.

use crate::app::{App, Audit, Found, Group};
use crate::cli::Failure;
use crate::cli::printer::Printer;
use crate::cli::table::Table;
use crate::domain::finding::Severity;
use crate::domain::text::counted;
use crate::domain::verdict::Standing;
use crate::domain::when;

/// Cells that say which interview it is to people; its id and the sentence come after them.
const HEAD: usize = 4;
const BELOW: &str = "      ";

/// Prints at most `limit` findings of each code, and says whether there were any.
pub(super) async fn print(
    audit: &Audit,
    limit: usize,
    app: &App,
    printer: &mut Printer,
) -> Result<bool, Failure> {
    let groups = app.audit_groups(audit).await?;
    if groups.is_empty() {
        printer.line(&app.audit_compared(audit).await?.in_words());
        return Ok(false);
    }
    let all: u64 = groups.iter().map(|group| group.count).sum();
    let zone = app.config().list_zone();
    printer.line(&format!(
        "{}, the most urgent first (times in {})",
        counted(all, "finding"),
        zone.name()
    ));
    let mut table = Table::new(&[0, 0, 0, 30, 0, 0]);
    for group in &groups {
        if printer.is_broken() {
            break;
        }
        printer.line("");
        head(group, printer);
        let wanted = if limit == 0 { usize::MAX } else { limit };
        let (mut shown, mut from) = (0, None);
        while shown < wanted {
            let page = app
                .audit_page(
                    audit,
                    Some(group.code),
                    from,
                    (wanted - shown).min(super::PAGE),
                )
                .await?;
            rows(group, &page.found, &mut table, app, printer);
            shown += page.found.len();
            from = page.next;
            if from.is_none() || printer.is_broken() {
                break;
            }
        }
        let more = group
            .count
            .saturating_sub(u64::try_from(shown).unwrap_or(u64::MAX));
        if more > 0 && from.is_some() {
            printer.line(&format!("  … and {more} more; --limit 0 shows all"));
        }
    }
    Ok(true)
}

fn head(group: &Group, printer: &mut Printer) {
    let words = format!("{}  {}  {}", group.code.name(), group.count, group.severity);
    let colored = printer.colored(standing(group.severity), &words);
    let mends = match (&group.command, group.milder) {
        (None, _) => String::new(),
        (Some(command), 0) => format!("   {command}"),
        (Some(command), 1) => format!("   {command}   (mends 1 milder one too)"),
        (Some(command), milder) => format!("   {command}   (mends {milder} milder ones too)"),
    };
    if printer.fits(&format!("{words}{mends}")) {
        printer.styled(&format!("{colored}{mends}"));
    } else {
        printer.styled(&colored);
        printer.line(&mends);
    }
}

fn standing(severity: Severity) -> Standing {
    match severity.word() {
        "critical" | "high" => Standing::Blocked,
        "medium" => Standing::InDoubt,
        _ => Standing::Over,
    }
}

fn rows(group: &Group, found: &[Found], table: &mut Table, app: &App, printer: &mut Printer) {
    let (zone, now) = (app.config().list_zone(), app.now());
    let cells = |found: &Found| {
        let (interview, finding) = (&found.row.interview, &found.finding);
        // What the command for all of them together does not mend is said of each.
        let by_command = group.command.is_some() && finding.remedy.plan.is_some();
        let detail = if by_command {
            finding.detail.clone()
        } else {
            format!(
                "{} To mend it: {}",
                ended(&finding.detail),
                finding.remedy.words
            )
        };
        let (start, distance) = interview.starts_at.map_or_else(
            || ("no time yet".to_owned(), String::new()),
            |at| {
                let start = format!("{} {}", when::day(at, &zone), when::time_24h(at, &zone));
                (start, when::relative_short(at, &zone, now))
            },
        );
        vec![
            format!("  {start}"),
            distance,
            finding.severity.number().to_string(),
            interview.candidate_name.clone(),
            interview.id.to_string(),
            detail,
        ]
    };
    if printer.plain {
        for found in found {
            printer.line(&in_words(found, app));
        }
        return;
    }
    let cells: Vec<Vec<String>> = found.iter().map(cells).collect();
    let lines = table.lay_out(&cells, |_, _, cell| cell.to_owned());
    if lines.iter().all(|line| printer.fits(line)) {
        for line in &lines {
            printer.styled(line);
        }
        return;
    }
    // Where a line has no room, the sentence stands below its interview.
    let heads: Vec<Vec<String>> = cells
        .iter()
        .map(|row| row.iter().take(HEAD).cloned().collect())
        .collect();
    let heads = Table::new(&[0, 0, 0, 30]).lay_out(&heads, |_, _, cell| cell.to_owned());
    for (head, row) in heads.iter().zip(&cells) {
        printer.styled(head);
        printer.prose(BELOW, BELOW.len(), &row[HEAD..].join(" · "));
    }
}

// A sentence that is at its end before another begins.
fn ended(sentence: &str) -> String {
    let stop = if sentence.ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    format!("{sentence}{stop}")
}

// One sentence a line, for a voice.
fn in_words(found: &Found, app: &App) -> String {
    let (zone, now) = (app.config().list_zone(), app.now());
    let interview = &found.row.interview;
    let start = interview.starts_at.map_or_else(
        || "no time yet".to_owned(),
        |at| {
            format!(
                "{}, {}",
                when::day_and_time(at, &zone),
                when::relative(at, &zone, now)
            )
        },
    );
    format!(
        "{}: {}, {start}: {} Mended by: {}",
        found.finding.severity,
        interview.candidate_name,
        ended(&found.finding.detail),
        found.finding.remedy.words
    )
}
