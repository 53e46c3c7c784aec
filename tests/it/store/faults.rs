//! A disk that is broken, full or read-only at any write of the real program: it says so, nothing is half done, no mail
//! is called what it is not, and it goes on when the cause is gone.
//!
//! `cargo test` fails a sample of the writes; with `GREENROOM_FAULTS=all` every one is failed with every error, once and
//! lastingly (benches/README.md).

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rusqlite::Connection;

use crate::support::World;
use crate::support::faults::{Came, Disk, Fault};
use crate::support::program::{Greenroom, Ran};
use crate::support::smtp_server::{Script, SmtpServer};
use crate::support::world::NOW;

/// Tries fault after fault, or each so manieth, until the program gets through without meeting one; says how many it
/// met. Those of one write, where all are tried, run side by side: they wait most of the time.
fn each_fault(below: &'static str, sample: usize, meets: impl Fn(&Fault) -> bool + Sync) -> usize {
    let ways: Vec<(Disk, bool)> = [Disk::Full, Disk::Broken, Disk::ReadOnly]
        .into_iter()
        .flat_map(|disk| [(disk, false), (disk, true)])
        .collect();
    let all = std::env::var_os("GREENROOM_FAULTS").is_some();
    let step = if all { 1 } else { sample };
    let mut count = 0;
    for at in (step..).step_by(step) {
        let tried = if all {
            &ways[..]
        } else {
            &ways[at / step % ways.len()..][..1]
        };
        let meets = &meets;
        let met = thread::scope(|scope| {
            let tried: Vec<_> = tried
                .iter()
                .map(|&(disk, lasts)| Fault {
                    below,
                    disk,
                    at,
                    lasts,
                })
                .map(|fault| scope.spawn(move || meets(&fault)))
                .collect();
            let met = tried.into_iter().map(|run| run.join().unwrap());
            met.filter(|met| *met).count()
        });
        count += met;
        if met == 0 {
            break;
        }
    }
    count
}

/// The words are for people: what happened, and never how the program is made.
fn assert_words(ran: &Ran, fault: &Fault) {
    let said = format!("{fault:?}: {}\n{}{}", ran.code, ran.out, ran.err);
    assert!([0, 1, 2, 3].contains(&ran.code), "{said}");
    for inside in [
        "panicked",
        "Os {",
        "SqliteFailure",
        "RUST_BACKTRACE",
        "locked",
    ] {
        assert!(!said.contains(inside), "{said}");
    }
    if ran.code == 3 {
        assert!(!ran.err.trim().is_empty(), "{said}");
    }
}

/// What the database holds: how many interviews, each whole, and the state of each mail by its Message-ID.
fn kept(greenroom: &Greenroom) -> (usize, HashMap<String, String>) {
    let path = greenroom.home().join("data/greenroom.db");
    if !path.exists() {
        return (0, HashMap::new());
    }
    let sql = Connection::open(path).unwrap();
    let ask = |question: &str| -> i64 { sql.query_row(question, [], |row| row.get(0)).unwrap() };
    let check: String = sql
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(check, "ok");
    if ask("SELECT count(*) FROM sqlite_schema WHERE name = 'delivery'") == 0 {
        return (0, HashMap::new());
    }
    let interviews = ask("SELECT count(*) FROM interview");
    let whole = ask(
        "SELECT count(*) FROM interview AS i
         WHERE (SELECT count(*) FROM session AS s WHERE s.interview_id = i.id AND s.key = i.session_key) = 1
           AND (SELECT count(*) FROM delivery AS d WHERE d.interview_id = i.id AND instr(d.link, i.session_key) > 0) = 1
           AND (SELECT group_concat(kind, ' ') FROM (SELECT kind FROM event AS e WHERE e.interview_id = i.id ORDER BY row))
               LIKE 'scheduled link_made mail_queued%'",
    );
    assert_eq!(whole, interviews, "half an interview");
    assert_eq!(ask("SELECT count(*) FROM session"), interviews);
    assert_eq!(ask("SELECT count(*) FROM delivery"), interviews);
    let mut mails = sql
        .prepare("SELECT message_id, state FROM delivery")
        .unwrap();
    let mails = mails
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    (usize::try_from(interviews).unwrap(), mails)
}

/// The Message-IDs of what the server took, each as often as it did.
fn taken(server: &SmtpServer) -> HashMap<String, usize> {
    let mut taken = HashMap::new();
    for mail in server.mails() {
        let text = String::from_utf8(mail.bytes).unwrap();
        let id = text
            .lines()
            .find_map(|line| line.strip_prefix("Message-ID: "));
        *taken.entry(id.unwrap().trim().to_owned()).or_default() += 1;
    }
    taken
}

/// Nothing is called accepted that the server does not have, nothing that it has would leave again by itself, and
/// nothing has left twice.
fn assert_true(mails: &HashMap<String, String>, taken: &HashMap<String, usize>, fault: &Fault) {
    for (id, state) in mails {
        let copies = taken.get(id).copied().unwrap_or(0);
        let expected = match state.as_str() {
            "accepted" => copies == 1,
            "handing_over" | "unknown" => copies <= 1,
            _ => copies == 0,
        };
        assert!(expected, "{fault:?}: {state}, and the server has {copies}");
    }
}

fn greenroom(server: &SmtpServer) -> Greenroom {
    Greenroom::new()
        .with_smtp(server.port())
        .with("GREENROOM_NOW", NOW)
        .with(
            "GREENROOM_LINKS__BASE_URL",
            "https://interviews.acme.example",
        )
}

// A clock that is set begins anew in each process: what one put off by a moment is due by now.
const LATER: &str = "2031-05-05T08:10:00Z";

const NEW: [&str; 9] = [
    "new",
    "--candidate",
    "Ada Lovelace",
    "--email",
    "ada@example.org",
    "--role",
    "Engineer",
    "--at",
    "tomorrow 15:00",
];

#[tokio::test(flavor = "multi_thread")]
async fn new_on_a_failing_disk_makes_a_whole_interview_or_none_and_says_which() {
    let handle = tokio::runtime::Handle::current();
    let met = each_fault("data", 11, |fault| {
        let server = handle.block_on(SmtpServer::start(Script::new()));
        let greenroom = greenroom(&server);
        // Every other time the database is there already.
        if fault.at % 2 == 0 {
            greenroom.run(&["list"]).ended(0);
        }
        let (met, came) = fault.run(&greenroom, &NEW).wait();
        let ran = match came {
            Came::Ended(ran) => Some(ran),
            // Its mail is with the server, and that can't be written down.
            Came::Waits(run) if fault.at % 3 == 0 => {
                run.kill();
                None
            }
            Came::Waits(run) => Some(run.mend()),
        };
        let (interviews, mails) = kept(&greenroom);
        let arrived = taken(&server);
        assert_true(&mails, &arrived, fault);
        if let Some(ran) = &ran {
            assert_words(ran, fault);
            if ran.code == 0 {
                assert_eq!(interviews, 1, "{fault:?}");
                assert!(mails.values().all(|state| state == "accepted"), "{fault:?}");
            }
            if ran.err.contains("nothing was saved") {
                assert_eq!(interviews, 0, "{fault:?}: {}", ran.err);
            }
        }

        // The cause is gone: the same command again, and then whatever is still in the outbox.
        let again = greenroom.run(&NEW);
        assert_words(&again, fault);
        let there_already = interviews == 1;
        assert_eq!(
            again.code == 2,
            there_already,
            "{fault:?}: {}{}",
            again.out,
            again.err
        );
        let later = greenroom
            .command(&["deliver"])
            .env("GREENROOM_NOW", LATER)
            .output()
            .unwrap();
        let done = later.status.success() || ran.is_none() && later.status.code() == Some(1);
        assert!(done, "{fault:?}: {later:?}");
        let (interviews, mails) = kept(&greenroom);
        assert_eq!(interviews, 1, "{fault:?}");
        assert_true(&mails, &taken(&server), fault);
        let ends = ["accepted", "unknown"];
        assert!(
            mails.values().all(|state| ends.contains(&&**state)),
            "{fault:?}: {mails:?}"
        );
        met
    });
    println!("{met} faults met by new");
    assert!(met >= 6, "{met}");
}

#[tokio::test(flavor = "multi_thread")]
async fn deliver_on_a_failing_disk_calls_nothing_accepted_that_is_not_and_sends_nothing_twice() {
    // Two lanes, and neither ends with its first mail.
    const MAILS: usize = 5;
    let unknown = AtomicUsize::new(0);
    let handle = tokio::runtime::Handle::current();
    let prepared = tempfile::tempdir().unwrap();
    let world = World::at(prepared.path(), 1).await;
    for number in 0..MAILS {
        let candidate = format!("C{number} <c{number}@c.example>");
        world.schedule(&candidate, "tomorrow 15:00").await;
    }
    let queued = prepared.path().join("greenroom.db");
    world.app.backup(queued.clone()).await.unwrap();
    // It does not know that it is a copy.
    Connection::open(&queued)
        .unwrap()
        .execute_batch("DELETE FROM setting WHERE name = 'outbox_paused'")
        .unwrap();
    let met = each_fault("data", 23, |fault| {
        let server = handle.block_on(SmtpServer::start(Script::new()));
        let greenroom = greenroom(&server).with("GREENROOM_MAIL__SMTP__CONNECTIONS", "2");
        let data = greenroom.home().join("data");
        std::fs::create_dir(&data).unwrap();
        std::fs::copy(&queued, data.join("greenroom.db")).unwrap();
        let (met, came) = fault.run(&greenroom, &["deliver"]).wait();
        let ran = match came {
            Came::Ended(ran) => Some(ran),
            Came::Waits(run) if fault.at % 2 == 0 => {
                run.kill();
                None
            }
            Came::Waits(run) => Some(run.mend()),
        };
        let (_, mails) = kept(&greenroom);
        assert_true(&mails, &taken(&server), fault);
        if let Some(ran) = &ran {
            assert_words(ran, fault);
            let all = mails.values().all(|state| state == "accepted");
            assert!(all || ran.code != 0, "{fault:?}: {}{}", ran.out, ran.err);
        }

        assert_words(&greenroom.run(&["deliver"]), fault);
        let (interviews, mails) = kept(&greenroom);
        assert_eq!(interviews, MAILS, "{fault:?}");
        assert_true(&mails, &taken(&server), fault);
        let states: HashSet<&str> = mails.values().map(String::as_str).collect();
        assert!(
            states.is_subset(&HashSet::from(["accepted", "unknown"])),
            "{fault:?}: {states:?}"
        );
        // Only what was in the air when the process died.
        let lost = mails.values().filter(|state| *state == "unknown").count();
        assert!(
            lost == 0 || ran.is_none(),
            "{fault:?}: {lost} unknown, though nobody died"
        );
        unknown.fetch_add(lost, Ordering::Relaxed);
        met
    });
    let unknown = unknown.into_inner();
    println!("{met} faults met by deliver; {unknown} mails of unknown outcome");
    assert!(met >= 4, "{met}");
}

#[test]
fn a_mail_for_the_mailbox_on_a_failing_disk_is_there_once_and_whole_or_not_and_says_which() {
    let met = each_fault("data/mailbox", 1, |fault| {
        let greenroom = Greenroom::new().with("GREENROOM_NOW", NOW);
        let (met, came) = fault.run(&greenroom, &NEW).wait();
        let Came::Ended(ran) = came else {
            panic!("{fault:?}: the database is well");
        };
        assert_words(&ran, fault);
        let (interviews, mails) = kept(&greenroom);
        assert_eq!(interviews, 1, "{fault:?}");
        let stored = mails.values().all(|state| state == "stored");
        assert_eq!(ran.code == 0, stored, "{fault:?}: {}{}", ran.out, ran.err);
        if !stored {
            let said = format!("{}{}", ran.out, ran.err);
            let why = [
                "No space left on device",
                "Input/output error",
                "Read-only file system",
            ];
            let names_it =
                said.contains("data/mailbox") && why.iter().any(|why| said.contains(why));
            assert!(names_it, "{fault:?}: {said}");
        }

        // The cause is gone.
        let later = greenroom
            .command(&["deliver"])
            .env("GREENROOM_NOW", LATER)
            .output()
            .unwrap();
        assert!(later.status.success(), "{fault:?}: {later:?}");
        let (_, mails) = kept(&greenroom);
        let stored = mails.values().all(|state| state == "stored");
        assert!(stored, "{fault:?}: {mails:?}");
        let there = greenroom.mailbox();
        assert_eq!(there.len(), 1, "{fault:?}");
        assert!(there[0].trim_end().ends_with("--"), "{fault:?}: in part");
        let drafts = std::fs::read_dir(greenroom.home().join("data/mailbox/tmp")).unwrap();
        assert_eq!(drafts.count(), 0, "{fault:?}");
        met
    });
    println!("{met} faults met by the mailbox");
    assert!(met >= 6, "{met}");
}
