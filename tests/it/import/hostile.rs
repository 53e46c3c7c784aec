//! Files that were made to do harm, or were broken on the way.

use greenroom::app::{ImportError, ImportRequest};
use rstest::rstest;

use super::{import, look, request};
use crate::support::legacy::Old;
use crate::support::{World, words};

/// More than a line may hold.
const LONG: usize = 1 << 20;
const HEADER: &str = "candidate_name,candidate_email,role,starts_at,zone,duration_minutes";

#[rstest]
#[case::not_there(None, "can't be read")]
#[case::utf_16(Some(b"\xff\xfec\0a\0n\0d\0".to_vec()), "not text in UTF-8")]
#[case::a_picture(Some(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()), "not text in UTF-8")]
#[case::latin_1_header(Some(b"candidate_name,r\xf4le\n".to_vec()), "not text in UTF-8")]
#[case::half_a_database(Some(b"SQLite format 3\0 and then nothing of the kind".to_vec()), "is not a SQLite database")]
#[tokio::test]
async fn what_is_no_such_file_is_refused_by_name(
    #[case] octets: Option<Vec<u8>>,
    #[case] says: &str,
) {
    let world = World::new().await;
    let file = world.home().join("file");
    if let Some(octets) = octets {
        std::fs::write(&file, octets).unwrap();
    }
    let refusal = words(look(&world.app, request(&file)).await);
    assert!(refusal.contains(says), "{refusal}");
}

#[tokio::test]
async fn a_directory_is_no_file() {
    let world = World::new().await;
    let refusal = words(look(&world.app, request(world.home())).await);
    assert!(refusal.contains("can't be read"), "{refusal}");
}

#[tokio::test]
async fn text_that_is_not_utf_8_costs_its_line_only() {
    let world = World::new().await;
    let mut text = format!("{HEADER}\n").into_bytes();
    text.extend(b"Jos\xe9,jose@c.example,Engineer,2031-05-06 15:00,UTC,45\n");
    text.extend("José,jose@c.example,Engineer,2031-05-06 15:00,UTC,45\n".bytes());
    let file = world.home().join("table.csv");
    std::fs::write(&file, text).unwrap();
    let skipping = ImportRequest {
        skip_bad: true,
        ..request(&file)
    };
    let report = import(&world.app, skipping).await.unwrap();
    assert_eq!((report.new, report.bad), (1, 1));
    assert_eq!(
        report.bad_lines[0].reasons,
        ["holds what is not text in UTF-8"]
    );
}

#[rstest]
#[case::a_quotation_mark_that_is_not_closed("\"", "x,", "a quotation mark is not closed", 1)]
#[case::a_closed_cell("", "\"\"", "is longer than a mebibyte, up to line 3", 2)]
#[case::a_long_line("", "x", "is longer than a mebibyte, up to line 3", 2)]
#[tokio::test]
async fn a_cell_of_megabytes_costs_its_line_only(
    #[case] begin: &str,
    #[case] filler: &str,
    #[case] says: &str,
    #[case] new: u64,
) {
    let world = World::new().await;
    let file = world.home().join("table.csv");
    let good = "Ada,a@c.example,Engineer,2031-05-06 15:00,UTC,45";
    std::fs::write(
        &file,
        format!(
            "{HEADER}\n{good}\n{begin}{}\n{}\n",
            filler.repeat(1_000_000 + LONG),
            good.replace("Ada", "Bob")
        ),
    )
    .unwrap();
    let skipping = ImportRequest {
        skip_bad: true,
        ..request(&file)
    };
    let report = import(&world.app, skipping).await.unwrap();
    assert_eq!((report.new, report.bad), (new, 1));
    let bad = &report.bad_lines[0];
    assert_eq!(bad.at.to_string(), "line 3");
    assert!(bad.reasons[0].starts_with(says), "{:?}", bad.reasons);
}

#[tokio::test]
async fn a_line_of_megabytes_of_an_export_costs_itself_only() {
    let world = World::new().await;
    let file = world.home().join("table.jsonl");
    let good = "{\"candidate_name\":\"Ada\",\"candidate_email\":\"a@c.example\",\"role\":\"Engineer\",\"zone\":\"UTC\"}";
    let long = format!("{{\"note\":\"{}\"}}", "x".repeat(2 * LONG));
    std::fs::write(&file, format!("{long}\n{good}\n")).unwrap();
    let skipping = ImportRequest {
        skip_bad: true,
        ..request(&file)
    };
    let report = import(&world.app, skipping).await.unwrap();
    assert_eq!((report.new, report.bad), (1, 1));
    assert_eq!(report.bad_lines[0].at.to_string(), "line 1");
    assert_eq!(report.bad_lines[0].reasons, ["is longer than a mebibyte"]);
}

#[tokio::test]
async fn megabytes_in_every_cell_of_the_old_database_come_in_short() {
    let world = World::new().await;
    let old = Old::new(world.home());
    let flood = "A\u{202e}\u{1b}[2J\r\nBcc: x{{secret}}".repeat(100_000);
    old.run(&format!(
        "UPDATE candidates_candidate SET full_name = '{flood}', email = '{flood}'; UPDATE jobs_job SET job_title = '{flood}';
         UPDATE interviews_interview SET interview_round = '{flood}', interview_link = '{flood}'"
    ));
    let report = import(&world.app, request(&old.file)).await.unwrap();
    assert_eq!(report.new, 1);
    let name: String = world.ask("SELECT candidate_name FROM interview");
    assert!(
        name.chars().count() <= 200 && !name.contains(['\u{202e}', '\u{1b}', '\r', '\n']),
        "{name}"
    );
    assert!(!name.contains("{{"), "{name}");
    let mut all = report.noticed.values().flat_map(|group| &group.findings);
    assert!(all.all(|finding| finding.detail.len() < 2_000 && finding.who.len() < 2_000));
}

#[tokio::test]
async fn cells_of_the_wrong_kind_are_not_believed() {
    let world = World::new().await;
    let old = Old::new(world.home());
    old.run(
        "UPDATE interviews_interview SET started_at = x'ff00', scheduled_time = -1e308, session_key = 9689, link_expires_at = 'never';
         UPDATE interviews_interviewslot SET interview_date = 99, start_time = 'noon', duration_minutes = 1e9, current_bookings = 'many'",
    );
    let report = import(&world.app, request(&old.file)).await.unwrap();
    assert_eq!((report.new, report.without_link), (1, 1));
}

#[tokio::test]
async fn rows_that_can_not_be_told_apart_or_read_are_left_out_by_name() {
    let world = World::new().await;
    let old = Old::new(world.home());
    old.run(
        "CREATE TABLE t AS SELECT * FROM interviews_interview; DROP TABLE interviews_interview;
         ALTER TABLE t RENAME TO interviews_interview;
         INSERT INTO interviews_interview SELECT * FROM interviews_interview;
         INSERT INTO interviews_interview (id, status) VALUES ('', 'scheduled'), ('x', 'lost')",
    );
    let skipping = ImportRequest {
        skip_bad: true,
        ..request(&old.file)
    };
    let report = import(&world.app, skipping).await.unwrap();
    assert_eq!((report.new, report.bad), (1, 3));
    let refusal = words(import(&world.app, request(&old.file)).await);
    assert!(refusal.contains("3 interviews can't be taken"), "{refusal}");
}

#[tokio::test]
async fn a_database_of_something_else_is_refused_and_a_view_is_no_table() {
    let world = World::new().await;
    let file = world.home().join("other.sqlite3");
    let sql = rusqlite::Connection::open(&file).unwrap();
    sql.execute_batch(
        "CREATE VIEW interviews_interview AS SELECT 'x' AS id, 'scheduled' AS status",
    )
    .unwrap();
    let refusal = words(look(&world.app, request(&file)).await);
    assert!(
        refusal.contains("no table interviews_interview"),
        "{refusal}"
    );
}

#[tokio::test]
async fn a_locked_database_is_named_and_one_with_a_log_beside_it_is_read_whole() {
    let world = World::new().await;
    let old = Old::new(world.home());
    old.run("BEGIN EXCLUSIVE");
    let refusal = words(look(&world.app, request(&old.file)).await);
    assert!(
        refusal.contains("is being written by another program"),
        "{refusal}"
    );
    old.run("COMMIT; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
    old.interview(2, "Bob", "bob@c.example");
    let before = old.octets();
    let report = import(&world.app, request(&old.file)).await.unwrap();
    assert_eq!(report.new, 2, "what lies in the log counts");
    assert_eq!(old.octets(), before);
}

#[tokio::test]
async fn a_log_that_nobody_uses_is_read_and_nothing_is_left_beside_it() {
    use std::os::unix::fs::PermissionsExt as _;

    let world = World::new().await;
    let place = world.home().join("old");
    std::fs::create_dir(&place).unwrap();
    let old = Old::new(&place);
    old.run("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
    old.interview(2, "Bob", "bob@c.example");
    // As a copy of both files leaves them: without the index of the log.
    let copy = world.home().join("copy");
    std::fs::create_dir(&copy).unwrap();
    for name in ["old.sqlite3", "old.sqlite3-wal"] {
        std::fs::copy(place.join(name), copy.join(name)).unwrap();
    }
    std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o500)).unwrap();
    let report = import(&world.app, request(&copy.join("old.sqlite3")))
        .await
        .unwrap();
    assert_eq!(report.new, 2, "what lies in the log counts");
    let mut names: Vec<_> = std::fs::read_dir(&copy)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["old.sqlite3", "old.sqlite3-wal"]);
    std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o700)).unwrap();
}

#[tokio::test]
async fn a_change_that_was_never_finished_is_undone_in_a_copy_and_stays_where_it_lies() {
    let world = World::new().await;
    let place = world.home().join("old");
    std::fs::create_dir(&place).unwrap();
    let old = Old::new(&place);
    // As a program leaves it that was killed while it wrote: half of the change stands in the file already.
    old.run(
        "PRAGMA cache_size = 1; BEGIN; UPDATE interviews_interview SET status = 'error';
         UPDATE candidates_candidate SET poc_email = hex(randomblob(50000)); DELETE FROM jobs_job",
    );
    let crashed = world.home().join("crashed");
    std::fs::create_dir(&crashed).unwrap();
    for name in ["old.sqlite3", "old.sqlite3-journal"] {
        std::fs::copy(place.join(name), crashed.join(name)).unwrap();
    }
    let file = crashed.join("old.sqlite3");
    let octets = || std::fs::read(&file).unwrap();
    let before = octets();
    let report = import(&world.app, request(&file)).await.unwrap();
    assert_eq!((report.new, report.noticed.len()), (1, 0), "{report:?}");
    assert_eq!(octets(), before);
    let beside = std::fs::read_dir(&crashed).unwrap().count();
    assert_eq!(beside, 2, "the journal is still there, and nothing else");
}

#[tokio::test]
async fn an_index_that_was_left_of_a_log_is_no_reason_to_fail() {
    let world = World::new().await;
    let place = world.home().join("old");
    std::fs::create_dir(&place).unwrap();
    let old = Old::new(&place);
    old.run("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
    old.interview(2, "Bob", "bob@c.example");
    let parts = ["old.sqlite3", "old.sqlite3-shm", "old.sqlite3-wal"];
    for (kept, new) in [(&parts[..], 2), (&parts[..2], 1)] {
        let copy = world.home().join(format!("copy{}", kept.len()));
        std::fs::create_dir(&copy).unwrap();
        for name in kept {
            std::fs::copy(place.join(name), copy.join(name)).unwrap();
        }
        let file = copy.join("old.sqlite3");
        let before = std::fs::read(&file).unwrap();
        let looked = look(&world.app, request(&file)).await.unwrap();
        assert_eq!(looked.report().new, new, "{kept:?}");
        assert_eq!(std::fs::read(&file).unwrap(), before);
        let beside = std::fs::read_dir(&copy).unwrap().count();
        assert_eq!(beside, kept.len(), "{kept:?}");
    }
}

#[tokio::test]
async fn a_damaged_database_is_named() {
    let world = World::new().await;
    let old = Old::new(world.home());
    let mut octets = old.octets();
    let length = octets.len();
    octets[4096..length].fill(0xA5);
    let file = world.home().join("damaged.sqlite3");
    std::fs::write(&file, octets).unwrap();
    assert!(matches!(
        look(&world.app, request(&file)).await,
        Err(ImportError::Legacy(_))
    ));
    assert_eq!(world.count("interview"), 0);
}
