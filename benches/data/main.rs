//! A table of a million lines imported, beside a plain `sqlite3` that writes the same rows and indexes; the audit of what
//! came in, whole and after one change; and its export. See benches/README.md.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark may")]

mod measure;
mod sqlite;
#[path = "../support/mod.rs"]
mod support;

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use greenroom::app::{App, ImportRequest, MailWish, Progress};
use greenroom::domain::draft::Draft;
use greenroom::domain::filter::Filter;
use greenroom::domain::finding::{Code, Severity};
use greenroom::domain::import::formula::neutralised;
use jiff::{SignedDuration, Timestamp};
use measure::Measured;
use tokio::sync::watch;

#[tokio::main]
async fn main() {
    let rows: u64 = std::env::var("ROWS").map_or(1_000_000, |rows| rows.parse().unwrap());
    let home = tempfile::tempdir().unwrap();
    let app = support::app(home.path()).await;
    let table = home.path().join("table.csv");
    write_table(&table, rows);
    println!(
        "{rows} lines, {} MB",
        std::fs::metadata(&table).unwrap().len() >> 20
    );
    let database = home.path().join("data/greenroom.db");
    let empty = home.path().join("empty.db");
    sqlite::run(&database, &format!("VACUUM INTO '{}'", empty.display()));
    let ours = import(&app, &table, rows).await;
    let theirs = sqlite::the_same_rows(&database, &empty, home.path());
    println!("sqlite3 writing the same rows and indexes in one transaction: {theirs}");
    println!(
        "greenroom takes {:.2} times as long for all, its transaction {:.2} times",
        (ours.0.seconds() + ours.1.seconds()) / theirs.seconds(),
        ours.1.seconds() / theirs.seconds()
    );
    audit(&app).await;
    export(&app, rows).await;
}

/// Interviews of the next months, every second with a key that the old system mailed.
fn write_table(file: &Path, rows: u64) {
    let mut table = BufWriter::new(File::create(file).unwrap());
    writeln!(
        table,
        "candidate_name,candidate_email,role,starts_at,zone,duration_minutes,company,round,interviewers,external_id,session_key"
    )
    .unwrap();
    let first = Timestamp::now() + SignedDuration::from_hours(1);
    for row in 0..rows {
        let start =
            first + SignedDuration::from_secs(i64::try_from(row * 7_000_000 / rows).unwrap());
        let start = start.strftime("%Y-%m-%dT%H:%M:00Z");
        let mut key = String::new();
        if row % 2 == 0 {
            write!(
                key,
                "{:08x}0000400080{:014x}",
                row * 2_654_435_761 % (1 << 32),
                row
            )
            .unwrap();
        }
        writeln!(
            table,
            "Grace Hopper {row},grace{row}@navy.example,Compiler engineer,{start},Europe/London,45,Acme,Final,\
             Rita Levi <rita@acme.example>,ats-{row},{key}"
        )
        .unwrap();
    }
    table.flush().unwrap();
}

async fn import(app: &App, table: &Path, rows: u64) -> (Measured, Measured) {
    let request = ImportRequest {
        file: table.to_owned(),
        format: None,
        zone: None,
        skew: None,
        skip_bad: false,
    };
    let silent = || watch::channel(Progress::default()).0;
    let (looked, looking) =
        measure::measured(async || app.look_through(request, silent()).await.unwrap()).await;
    assert_eq!(looked.report().new, rows);
    println!("looking through, while others write: {looking}");
    let (done, writing) =
        measure::measured(async || app.import(looked, silent()).await.unwrap()).await;
    assert_eq!(done.new, rows);
    println!("importing, in one transaction: {writing}");
    (looking, writing)
}

async fn audit(app: &App) {
    let audit = app.audit(&Filter::default(), Severity::LOW, false);
    let (groups, counting) =
        measure::measured(async || app.audit_groups(&audit).await.unwrap()).await;
    let all: u64 = groups.iter().map(|group| group.count).sum();
    println!("counting {all} findings by code and urgency: {counting}");
    let (read, reading) = measure::measured(async || {
        let (mut read, mut from) = (0, None);
        loop {
            let page = app.audit_page(&audit, None, from, 1_000).await.unwrap();
            read += page.found.len() as u64;
            from = page.next;
            if from.is_none() {
                return read;
            }
        }
    })
    .await;
    assert_eq!(read, all);
    println!("reading all of them, the most urgent first: {reading}");
    let draft = Draft {
        candidate: "Ada Lovelace".to_owned(),
        email: "ada@c.example".to_owned(),
        role: "Engineer".to_owned(),
        at: "in 20 min".to_owned(),
        ..Draft::default()
    };
    let schedule = greenroom::app::Schedule {
        draft,
        mail: MailWish::No,
        idempotency_key: None,
        again: false,
    };
    let (first, changed) = measure::measured(async || {
        app.schedule(schedule).await.unwrap();
        let audit = app.audit(&Filter::default(), Severity::LOW, false);
        app.audit_page(&audit, Some(Code::NeverMailed), None, 1)
            .await
            .unwrap()
            .found
            .remove(0)
    })
    .await;
    assert_eq!(first.row.interview.candidate_name, "Ada Lovelace");
    println!("one more scheduled, and found as the most urgent of its code: {changed}");
}

async fn export(app: &App, rows: u64) {
    let (lines, exporting) = measure::measured(async || {
        let mut export = app.export(&Filter::default(), true);
        let mut table = csv::Writer::from_writer(std::io::sink());
        let mut lines = 0;
        loop {
            let page = export.next_page().await.unwrap();
            if page.is_empty() {
                return lines;
            }
            for exported in &page {
                let cells = exported.cells().map(|cell| neutralised(cell).into_owned());
                table.write_record(cells).unwrap();
                lines += 1;
            }
        }
    })
    .await;
    assert_eq!(lines, rows + 1);
    println!("exporting all as a table: {exporting}");
}
