//! A plan of 100,000 interviews, and 10,000 mails put into the outbox as one batch, beside a plain `sqlite3` that writes
//! the same rows. See benches/README.md.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark may")]

#[path = "../support/mod.rs"]
mod support;

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use greenroom::app::{Action, App, Selection};
use greenroom::domain::draft::Draft;
use greenroom::domain::filter::Filter;
use greenroom::domain::ids::{InterviewId, SessionId};
use greenroom::domain::interview::Interview;
use greenroom::domain::session::{Session, SessionKey};
use greenroom::store::{OpenOptions, Store, StoreError};

const PLANNED: usize = 100_000;
const MAILED: usize = 10_000;

#[tokio::main]
async fn main() {
    let home = tempfile::tempdir().unwrap();
    let app = support::app(home.path()).await;
    fill(&app, home.path()).await;
    let all = Selection::Matching(Filter::parse("all").unwrap());
    let began = Instant::now();
    let plan = app.plan(Action::Resend, &all).await.unwrap();
    println!(
        "a plan of {} rows: {:.2} s",
        plan.rows.len(),
        began.elapsed().as_secs_f64()
    );
    let ids = plan.rows.iter().take(MAILED).map(|row| row.id).collect();
    let few = app
        .plan(Action::Resend, &Selection::Ids(ids))
        .await
        .unwrap();
    let database = home.path().join("data/greenroom.db");
    let before = home.path().join("before.db");
    sqlite(&database, &format!("VACUUM INTO '{}'", before.display()));
    let other = Other::writes_all_the_time(home.path());
    let began = Instant::now();
    let done = app.carry_out(&few, None).await.unwrap();
    let ours = began.elapsed();
    println!(
        "{} mails composed, read back and enqueued as one batch: {:.2} s, {:.0} a second; \
         another process that writes all the time waited {:.2} s at most",
        done.deliveries.len(),
        ours.as_secs_f64(),
        f64::from(u32::try_from(MAILED).unwrap()) / ours.as_secs_f64(),
        other.longest_wait().await.as_secs_f64()
    );
    let theirs = the_same_rows(&database, &before, home.path());
    println!(
        "sqlite3 writing the same rows in one transaction: {:.2} s; greenroom takes {:.1} times as long",
        theirs.as_secs_f64(),
        ours.as_secs_f64() / theirs.as_secs_f64()
    );
}

/// Interviews with links, nobody mailed.
async fn fill(app: &App, home: &Path) {
    let draft = Draft {
        candidate: "Grace Hopper".to_owned(),
        email: "grace@navy.example".to_owned(),
        role: "Compiler engineer".to_owned(),
        at: "in 3 days 15:00".to_owned(),
        ..Draft::default()
    };
    let details = app.check(&draft).unwrap();
    let now = app.now();
    let store = Store::open(&home.join("data"), OpenOptions::default()).unwrap();
    store
        .write(move |write| {
            for number in 0..PLANNED {
                let id = InterviewId::new(uuid::Uuid::now_v7());
                let mut interview = Interview::new(id, details.clone(), now);
                interview.candidate_name = format!("Grace Hopper {number}");
                write.put_interview(&interview)?;
                write.add_session(&Session {
                    id: SessionId::new(uuid::Uuid::now_v7()),
                    interview_id: id,
                    key: SessionKey::new(uuid::Uuid::new_v4()),
                    created_at: now,
                    revoked_at: None,
                })?;
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

/// Another Greenroom on the same database, and how long it had to wait for its turn.
struct Other {
    ended: Arc<AtomicBool>,
    work: tokio::task::JoinHandle<Duration>,
}

impl Other {
    fn writes_all_the_time(home: &Path) -> Self {
        let store = Store::open(&home.join("data"), OpenOptions::default()).unwrap();
        let ended = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&ended);
        let work = tokio::spawn(async move {
            let mut longest = Duration::ZERO;
            while !seen.load(Ordering::SeqCst) {
                let began = Instant::now();
                let written = store.write(|write| write.set_setting("benchmark", "another"));
                written.await.unwrap();
                longest = longest.max(began.elapsed());
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            longest
        });
        Self { ended, work }
    }

    async fn longest_wait(self) -> Duration {
        self.ended.store(true, Ordering::SeqCst);
        self.work.await.unwrap()
    }
}

/// What the batch wrote, written once more by `sqlite3` into the database as it was before.
fn the_same_rows(after: &Path, before: &Path, home: &Path) -> Duration {
    // The shell knows none of the program's functions.
    let triggers = sqlite(
        before,
        "SELECT 'DROP TRIGGER \"' || name || '\";' FROM sqlite_schema WHERE type = 'trigger'",
    );
    sqlite(before, &triggers);
    let mut script = "PRAGMA synchronous = FULL;\nBEGIN;\n".to_owned();
    for table in ["batch", "delivery", "event"] {
        let rows = format!(".mode insert {table}\nSELECT * FROM {table};");
        script.push_str(&sqlite(after, &rows));
    }
    script.push_str(&sqlite(
        after,
        "SELECT 'UPDATE interview SET mail_state = ''queued'', mail_since = ' || mail_since || ', mail_due = ' || mail_due
            || ' WHERE id = ''' || id || ''';' FROM interview WHERE mail_state IS NOT NULL",
    ));
    script.push_str("COMMIT;\n");
    let file = home.join("rows.sql");
    std::fs::write(&file, script).unwrap();
    let began = Instant::now();
    let input = std::fs::File::open(file).unwrap();
    let status = Command::new("sqlite3")
        .args(["-bail"])
        .arg(before)
        .stdin(input)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "sqlite3 refused the rows");
    began.elapsed()
}

fn sqlite(database: &Path, sql: &str) -> String {
    use std::io::Write as _;
    let mut shell = Command::new("sqlite3")
        .arg(database)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = shell.stdin.take().unwrap();
    let sql = sql.to_owned();
    let writing = std::thread::spawn(move || {
        input.write_all(sql.as_bytes()).unwrap();
    });
    let output = shell.wait_with_output().unwrap();
    writing.join().unwrap();
    String::from_utf8(output.stdout).unwrap()
}
