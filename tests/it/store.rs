//! The database as a file: whose it is, who may read it, what two processes and a sudden death make of it.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use greenroom::app::{AppError, MailWish, Schedule, ScheduleError};
use greenroom::domain::ids::InterviewId;
use greenroom::store::{OpenError, OpenOptions, Store, StoreError};
use rstest::rstest;
use rusqlite::Connection;

use crate::support::world::request;
use crate::support::{World, draft, words};

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
        Err(ScheduleError::App(AppError::Store(StoreError::ReadOnly)))
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

// What the schema itself refuses.

const DELIVERY: &str =
    "INSERT INTO delivery (id, interview_id, session_id, audience, kind, sender, address, subject,
    message_id, mime, sha256, link, starts_at, state, since, created_at) VALUES ";

#[rstest]
#[case::invariant_01_no_session(
    "'x', $1, NULL, 'candidate', 'invitation', 'a', 'b', 'c', '<x>', x'', $3, 'l', 1, 'queued', 1, 1",
    "CHECK"
)]
#[case::no_such_session(
    "'x', $1, 'none', 'candidate', 'invitation', 'a', $2, 'c', '<x>', x'', $3, 'l', 1, 'queued', 1, 1",
    "FOREIGN KEY"
)]
#[case::an_unknown_state(
    "'x', $1, $2, 'candidate', 'invitation', 'a', 'b', 'c', '<x>', x'', $3, 'l', 1, 'delivered', 1, 1",
    "CHECK"
)]
#[tokio::test]
async fn invariant_02_the_schema_refuses_a_mail_without_a_session_of_its_interview(
    #[case] values: &str,
    #[case] refusal: &str,
) {
    let world = World::new().await;
    let ada = world
        .schedule_with(ADA, "tomorrow 15:00", MailWish::No)
        .await
        .row
        .id();
    let bob = world
        .schedule_with("Bob <bob@c.example>", "tomorrow 15:00", MailWish::No)
        .await
        .row
        .id();
    let bobs = world.details(bob).await.sessions[0].id;
    let sql = format!("{DELIVERY} ({values})");
    let connection = world.sql();
    let mut statement = connection.prepare(&sql).unwrap();
    let all = [ada.to_string(), bobs.to_string(), "0".repeat(64)];
    for (index, value) in all.iter().enumerate() {
        if let Ok(Some(at)) = statement.parameter_index(&format!("${}", index + 1)) {
            statement.raw_bind_parameter(at, value).unwrap();
        }
    }
    let error = statement.raw_execute().unwrap_err().to_string();
    assert!(error.contains(refusal), "{error}");
}

#[tokio::test]
async fn incident_07_the_session_of_another_interview_is_refused_by_the_schema() {
    let world = World::new().await;
    world.schedule(ADA, "tomorrow 15:00").await;
    let bob = world
        .schedule_with("Bob <bob@c.example>", "tomorrow 15:00", MailWish::No)
        .await
        .row
        .id();
    let bobs = world.details(bob).await.sessions[0].id;
    let error = world
        .sql()
        .execute("UPDATE delivery SET session_id = $1", [bobs.to_string()])
        .unwrap_err();
    assert!(error.to_string().contains("FOREIGN KEY"), "{error}");
}

#[tokio::test]
async fn the_schema_refuses_a_second_live_session_and_keeps_sessions_of_mailed_interviews() {
    let world = World::new().await;
    let ada = world.schedule(ADA, "tomorrow 15:00").await;
    let sql = world.sql();
    let second = "INSERT INTO session (id, interview_id, key, created_at) VALUES ('s', $1, $2, 1)";
    assert!(
        sql.execute(second, [ada.to_string(), "0".repeat(32)])
            .is_err()
    );
    assert!(
        sql.execute("DELETE FROM session", []).is_err(),
        "its mail refers to it"
    );
}

// Two Greenrooms on one database.

#[tokio::test]
async fn a_change_by_one_greenroom_is_seen_by_the_other() {
    let here = World::new().await;
    let there = here.another("").await;
    let mut changes = there.app.changes();
    changes.mark_unchanged();
    let ada = here.schedule(ADA, "tomorrow 15:00").await;
    tokio::time::timeout(Duration::from_secs(1), changes.changed())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        there.row(ada).await.interview.candidate_name,
        "Ada Lovelace"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_interviews_of_two_greenrooms_interleave() {
    let here = World::new().await;
    let there = here.another("").await;
    let mut tasks = Vec::new();
    for number in 0..1000 {
        let app = if number % 2 == 0 {
            &here.app
        } else {
            &there.app
        }
        .clone();
        let candidate = format!("C{number} <c{number}@c.example>");
        tasks.push(tokio::spawn(async move {
            app.schedule(request(draft(&candidate, "tomorrow 15:00"), MailWish::Now))
                .await
        }));
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_whole(&here.sql(), 1000);
}

// Sudden ends.

/// Every interview has one live session, one mail that carries its key, and the events of both.
fn assert_whole(sql: &Connection, at_least: i64) {
    let ask = |question: &str| -> i64 { sql.query_row(question, [], |row| row.get(0)).unwrap() };
    let check: String = sql
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(check, "ok");
    let all = ask("SELECT count(*) FROM interview");
    assert!(all >= at_least, "{all} interviews");
    let whole = ask(
        "SELECT count(*) FROM interview AS i
         WHERE (SELECT count(*) FROM session AS s WHERE s.interview_id = i.id AND s.revoked_at IS NULL AND s.key = i.session_key) = 1
           AND (SELECT count(*) FROM delivery AS d WHERE d.interview_id = i.id AND instr(d.link, i.session_key) > 0) = 1
           AND (SELECT group_concat(kind, ' ') FROM (SELECT kind FROM event AS e WHERE e.interview_id = i.id ORDER BY row))
               = 'scheduled link_made mail_queued'
           AND i.mail_state = 'queued'",
    );
    assert_eq!(whole, all, "half an interview");
    assert_eq!(ask("SELECT count(*) FROM session"), all);
    assert_eq!(ask("SELECT count(*) FROM delivery"), all);
    assert_eq!(ask("SELECT count(DISTINCT interview_id) FROM event"), all);
}

/// This test program again, as a process that schedules until it is stopped.
struct Process(String);

impl Process {
    fn umask(umask: &str) -> Self {
        Self(format!("umask {umask}"))
    }

    fn start(&self, home: &Path, count: u64) -> Child {
        let itself = std::env::current_exe().unwrap();
        Command::new("sh")
            .arg("-c")
            .arg(format!(
                "{}; exec \"$0\" --exact store::a_process_that_schedules --ignored --nocapture",
                self.0
            ))
            .arg(itself)
            .env("GREENROOM_TEST_HOME", home)
            .env("GREENROOM_TEST_COUNT", count.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn schedule(&self, home: &Path, count: u64) -> std::process::ExitStatus {
        let mut child = self.start(home, count);
        child.wait().unwrap()
    }
}

#[tokio::test]
#[ignore = "runs as a child of other tests"]
async fn a_process_that_schedules() {
    let Some(home) = std::env::var_os("GREENROOM_TEST_HOME").map(PathBuf::from) else {
        return;
    };
    let count: u64 = std::env::var("GREENROOM_TEST_COUNT")
        .unwrap()
        .parse()
        .unwrap();
    let world = World::at(&home, u64::from(std::process::id())).await;
    let mine = std::process::id();
    for number in 0..count {
        let once = Schedule {
            idempotency_key: Some(format!("{mine}-{number}")),
            ..request(
                draft(&format!("C <c{mine}.{number}@c.example>"), "tomorrow 15:00"),
                MailWish::Now,
            )
        };
        match world.app.schedule(once).await {
            Ok(made) => println!("made {}", made.row.id()),
            Err(error) => return println!("refused {error}"),
        }
    }
}

#[test]
fn killed_two_hundred_times_while_scheduling_there_is_never_half_an_interview() {
    use std::io::{BufRead as _, BufReader, Read as _};
    let home = tempfile::tempdir().unwrap();
    let mut told: Vec<InterviewId> = Vec::new();
    let child = Process("true".to_owned());
    for round in 0..200_u64 {
        let mut doomed = child.start(home.path(), 1_000_000);
        let mut output = BufReader::new(doomed.stdout.take().unwrap());
        let mut said = String::new();
        // Up to its first interview, and then a moment that differs from round to round.
        while !said.contains("made ") {
            assert!(
                output.read_line(&mut said).unwrap() > 0,
                "it ended by itself: {said}"
            );
        }
        std::thread::sleep(Duration::from_micros(round * 7919 % 20_000));
        doomed.kill().unwrap();
        doomed.wait().unwrap();
        output.read_to_string(&mut said).unwrap();
        // The last line may be cut short.
        let whole = said
            .lines()
            .filter_map(|line| line.split("made ").nth(1)?.parse().ok());
        told.extend::<Vec<InterviewId>>(whole.collect());
        if round % 20 == 19 {
            let sql = Connection::open(home.path().join("data/greenroom.db")).unwrap();
            assert_whole(&sql, i64::try_from(told.len()).unwrap());
        }
    }
    let sql = Connection::open(home.path().join("data/greenroom.db")).unwrap();
    let without_key =
        "SELECT count(*) FROM interview WHERE id NOT IN (SELECT interview_id FROM idempotency)";
    assert_eq!(
        sql.query_row(without_key, [], |row| row.get::<_, i64>(0))
            .unwrap(),
        0
    );
    for id in &told {
        let there: i64 = sql
            .query_row(
                "SELECT count(*) FROM interview WHERE id = $1",
                [id.to_string()],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(there, 1, "{id} was reported as kept");
    }
    assert!(told.len() >= 200);
}

#[test]
fn when_the_disk_takes_no_more_nothing_is_half_done_and_the_person_is_told() {
    let home = tempfile::tempdir().unwrap();
    // The system refuses every write beyond so many kilobytes, as a full disk does.
    let child = Process("trap '' XFSZ; ulimit -f 600".to_owned());
    let output = child.start(home.path(), 10_000).wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let refused = said
        .lines()
        .find_map(|line| line.split("refused ").nth(1))
        .unwrap();
    assert!(
        refused.starts_with("the database can't be written")
            || refused.starts_with("the disk that holds"),
        "{refused}"
    );
    assert!(refused.contains("nothing was saved"), "{refused}");
    let made = said.lines().filter(|line| line.contains("made ")).count();
    let sql = Connection::open(home.path().join("data/greenroom.db")).unwrap();
    assert_whole(&sql, i64::try_from(made).unwrap());
    let all: i64 = sql
        .query_row("SELECT count(*) FROM interview", [], |row| row.get(0))
        .unwrap();
    assert_eq!(
        usize::try_from(all).unwrap(),
        made,
        "kept is what was said to be kept"
    );
}

#[tokio::test]
async fn what_was_asked_for_is_done_even_if_nobody_waits_for_it() {
    let home = tempfile::tempdir().unwrap();
    let world = World::at(home.path(), 1).await;
    let tasks: Vec<_> = (0..50)
        .map(|number| {
            let app = world.app.clone();
            let candidate = format!("C{number} <c{number}@c.example>");
            tokio::spawn(async move {
                app.schedule(request(draft(&candidate, "tomorrow 15:00"), MailWish::Now))
                    .await
            })
        })
        .collect();
    // Each has asked; none waits for its answer.
    tokio::task::yield_now().await;
    for task in tasks {
        task.abort();
        let _ = task.await;
    }
    world
        .store
        .write(|_| Ok::<_, StoreError>(()))
        .await
        .unwrap();
    let sql = Connection::open(home.path().join("data/greenroom.db")).unwrap();
    let kept: i64 = sql
        .query_row("SELECT count(*) FROM interview", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, 50);
}
