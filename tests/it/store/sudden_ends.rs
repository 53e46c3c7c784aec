//! Kills, full disks, and answers that nobody waits for: never half an interview.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use greenroom::app::{MailWish, Schedule};
use greenroom::domain::ids::InterviewId;
use greenroom::store::StoreError;
use rusqlite::Connection;

use crate::support::world::request;
use crate::support::{World, draft};

/// Every interview has one live session, one mail that carries its key, and the events of both.
pub fn assert_whole(sql: &Connection, at_least: i64) {
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
pub struct Process(String);

impl Process {
    pub fn umask(umask: &str) -> Self {
        Self(format!("umask {umask}"))
    }

    pub fn start(&self, home: &Path, count: u64) -> Child {
        let itself = std::env::current_exe().unwrap();
        Command::new("sh")
            .arg("-c")
            .arg(format!(
                "{}; exec \"$0\" --exact store::sudden_ends::a_process_that_schedules --ignored --nocapture",
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

    pub fn schedule(&self, home: &Path, count: u64) -> std::process::ExitStatus {
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
