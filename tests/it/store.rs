//! The database as a file: whose it is, who may read it, what two processes and a sudden death make of it.

mod faults;
mod imported;
mod mounts;
mod schema;
mod sharing;
mod sudden_ends;

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use greenroom::app::{AppError, MailWish, ScheduleError};
use greenroom::store::{OpenError, OpenOptions, Store, StoreError};
use rstest::rstest;
use rusqlite::Connection;

use crate::support::{World, draft, words};
use sudden_ends::Process;

const ADA: &str = "Ada Lovelace <ada@c.example>";

fn open(directory: &Path) -> Result<Store, OpenError> {
    Store::open(directory, OpenOptions::default())
}

#[tokio::test]
async fn a_database_says_that_it_is_ours_and_keeps_what_it_committed() {
    let world = World::new().await;
    assert_eq!(world.ask::<i64>("PRAGMA application_id"), 0x4752_726d);
    assert_eq!(world.ask::<String>("PRAGMA journal_mode"), "wal");
    assert!(world.ask::<i64>("PRAGMA user_version") >= 1);
    assert_eq!(world.ask::<String>("PRAGMA integrity_check"), "ok");
    let strict: i64 = world.ask(
        "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0
         AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'interview_search%'",
    );
    assert_eq!(strict, 0, "every table of ours is STRICT");
}

#[test]
fn the_engine_is_one_that_two_writers_can_not_corrupt() {
    assert!(
        rusqlite::version_number() >= 3_051_003,
        "{}",
        rusqlite::version()
    );
}

#[tokio::test]
async fn files_are_for_their_owner_alone_whatever_the_umask() {
    for umask in ["000", "022", "077"] {
        let home = tempfile::tempdir().unwrap();
        let child = Process::umask(umask).schedule(home.path(), 2);
        assert!(child.success());
        let data = home.path().join("data");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&data), 0o700, "umask {umask}");
        for entry in std::fs::read_dir(&data).unwrap() {
            let path = entry.unwrap().path();
            let expected = if path.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(
                mode(&path),
                expected,
                "{} with umask {umask}",
                path.display()
            );
        }
    }
}

#[tokio::test]
async fn a_newer_database_is_read_and_never_written() {
    let world = World::new().await;
    let ada = world.schedule(ADA, "tomorrow 15:00").await;
    world.tamper("PRAGMA user_version = 999; PRAGMA wal_checkpoint(TRUNCATE)");
    let before = std::fs::read(world.data().join("greenroom.db")).unwrap();

    let newer = world.another("").await;
    let why = newer.app.read_only().unwrap();
    assert!(
        why.contains("newer Greenroom (version 999") && why.contains("reading only"),
        "{why}"
    );
    assert_eq!(
        newer.row(ada).await.interview.candidate_name,
        "Ada Lovelace"
    );
    let refused = newer
        .try_schedule(
            draft("Bob <bob@c.example>", "tomorrow 16:00"),
            MailWish::Now,
        )
        .await;
    assert!(matches!(
        &refused,
        Err(ScheduleError::App(AppError::Store(StoreError::ReadOnly(_))))
    ));
    assert!(words(refused).contains("nothing was saved"));
    newer.deliver().await;
    assert_eq!(newer.post.offers(), 0, "nothing is sent from it");
    drop(newer);
    assert!(
        std::fs::read(world.data().join("greenroom.db")).unwrap() == before,
        "the file is untouched"
    );
}

#[rstest]
#[case::another_program("PRAGMA application_id = 7; CREATE TABLE t (x)")]
#[case::no_id_but_tables("CREATE TABLE t (x)")]
#[test]
fn a_database_of_another_program_is_refused_and_left_alone(#[case] sql: &str) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("greenroom.db");
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    let before = std::fs::read(&path).unwrap();
    let error = words(open(directory.path()));
    assert!(error.contains("not one of Greenroom's"), "{error}");
    assert!(std::fs::read(&path).unwrap() == before);
}

#[test]
fn what_is_no_database_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("greenroom.db");
    std::fs::write(&path, "Dear diary, ".repeat(500)).unwrap();
    let error = words(open(directory.path()));
    assert!(error.starts_with("the database can't be opened"), "{error}");
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        "Dear diary, ".repeat(500)
    );
}

#[test]
fn a_directory_that_can_not_be_made_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = words(open(&file.join("data")));
    assert!(
        error.starts_with("the data directory ") && error.contains("file/data"),
        "{error}"
    );
}

#[tokio::test]
async fn incident_16_the_secret_of_link_tokens_is_made_once_and_is_no_default() {
    let world = World::new().await;
    let ada = world.schedule(ADA, "tomorrow 15:00").await;
    let key = world.row(ada).await.facts.key.unwrap();
    let secret = world.app.link_secret().await.unwrap();
    let token = secret.token(ada, key);
    assert!(secret.verifies(&token, ada, key));
    // The same for whoever opens this database, in this process or a later one.
    let again = world.another("company.name = 'Acme Ltd'").await;
    assert!(
        again
            .app
            .link_secret()
            .await
            .unwrap()
            .verifies(&token, ada, key)
    );
    assert_eq!(
        world.count("setting WHERE name = 'link_secret' AND length(value) = 43"),
        1
    );
    // Another database has another one.
    let stored = "SELECT value FROM setting WHERE name = 'link_secret'";
    assert_ne!(world.ask::<String>(stored), "0".repeat(64));
    let elsewhere = tempfile::tempdir().unwrap();
    let foreign = World::at(elsewhere.path(), 2).await;
    let secrets = BTreeSet::from([world.ask::<String>(stored), foreign.ask(stored)]);
    assert_eq!(secrets.len(), 2);
    assert!(
        !foreign
            .app
            .link_secret()
            .await
            .unwrap()
            .verifies(&token, ada, key)
    );
    // One bit off is as bad as anything.
    let mut forged = token.expose().to_owned().into_bytes();
    forged[40] = if forged[40] == b'A' { b'B' } else { b'A' };
    let forged =
        greenroom::domain::session::LinkToken::from_client(String::from_utf8(forged).unwrap());
    assert!(!secret.verifies(&forged, ada, key));
    assert!(!format!("{secret:?} {token:?}").contains(&world.ask::<String>(stored)));
}
