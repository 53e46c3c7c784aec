//! What an import wrote, written once more by a plain `sqlite3`.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::measure::Measured;

/// What an import lets fall behind and makes anew at its end.
const LATER: &str =
    "('interview_by_start', 'interview_by_standing', 'interview_by_address', 'interview_by_found',
    'interview_by_grace')";

/// The columns of a table that can be written.
fn columns(database: &Path, table: &str) -> String {
    let sql =
        format!("SELECT group_concat('\"' || name || '\"') FROM pragma_table_info('{table}')");
    run(database, &sql).trim().to_owned()
}

/// Writes into `empty` what `full` holds, in one transaction, as quickly as it can be done: the indexes at the end.
pub fn the_same_rows(full: &Path, empty: &Path, home: &Path) -> Measured {
    let schema = |condition: &str| format!("FROM sqlite_schema WHERE {condition}");
    let triggers = schema("type = 'trigger' AND name LIKE 'interview_search%'");
    let indexes = schema(&format!("name IN {LATER}"));
    let ask = |sql: String| run(empty, &sql);
    let file = home.join("rows.sql");
    let mut script = File::create(&file).unwrap();
    let say = |script: &mut File, sql: &str| writeln!(script, "{sql}").unwrap();
    say(
        &mut script,
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -400000;
         PRAGMA wal_autocheckpoint = 50000; BEGIN;",
    );
    say(
        &mut script,
        &ask(format!("SELECT 'DROP TRIGGER ' || name || ';' {triggers}")),
    );
    say(
        &mut script,
        &ask(format!("SELECT 'DROP INDEX ' || name || ';' {indexes}")),
    );
    for table in ["interview", "session", "event"] {
        let rows = format!(
            ".headers on\n.mode insert {table}\nSELECT {} FROM {table};",
            columns(full, table)
        );
        run_into(full, &rows, script.try_clone().unwrap());
    }
    say(&mut script, &ask(format!("SELECT sql || ';' {indexes}")));
    say(
        &mut script,
        "INSERT INTO interview_search (interview_search) VALUES ('rebuild');",
    );
    say(&mut script, &ask(format!("SELECT sql || ';' {triggers}")));
    say(&mut script, "COMMIT;");
    drop(script);
    let began = Instant::now();
    let status = Command::new("sqlite3")
        .arg("-bail")
        .arg(empty)
        .stdin(File::open(file).unwrap())
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "sqlite3 refused the rows");
    let time = began.elapsed();
    let count = "SELECT count(*) FROM interview";
    assert_eq!(run(full, count), run(empty, count));
    Measured { time, memory: None }
}

pub fn run(database: &Path, sql: &str) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    run_into(database, sql, file.reopen().unwrap());
    std::fs::read_to_string(file.path()).unwrap()
}

fn run_into(database: &Path, sql: &str, output: File) {
    let mut shell = Command::new("sqlite3")
        .arg("-bail")
        .arg(database)
        .stdin(Stdio::piped())
        .stdout(output)
        .spawn()
        .unwrap();
    shell
        .stdin
        .take()
        .unwrap()
        .write_all(sql.as_bytes())
        .unwrap();
    assert!(shell.wait().unwrap().success(), "sqlite3 refused {sql}");
}
