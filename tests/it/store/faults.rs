//! A disk that is broken, full or read-only at any write of the real program: it says so, nothing is half done, no mail
//! is called what it is not, and it goes on when the cause is gone.
//!
//! `cargo test` fails a sample of the writes; with `GREENROOM_FAULTS=all` every one is failed with every error, once and
//! lastingly (benches/README.md).

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;

use crate::support::World;
use crate::support::faults::{Came, Disk, Fault};
use crate::support::program::{Greenroom, Ran};
use crate::support::smtp_server::{Script, SmtpServer};
use crate::support::world::{NOW, request};

/// Tries fault after fault, or each so manieth, until the program gets through without meeting one; says how many it
/// met.
fn each_fault(below: &'static str, sample: usize, mut meets: impl FnMut(&Fault) -> bool) -> usize {
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
        let met = tried
            .iter()
            .filter(|(disk, lasts)| {
                meets(&Fault {
                    below,
                    disk: *disk,
                    at,
                    lasts: *lasts,
                })
            })
            .count();
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
    let server = SmtpServer::start(Script::new()).await;
    let met = each_fault("data", 11, |fault| {
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
    const MAILS: usize = 9;
    let server = SmtpServer::start(Script::new()).await;
    let mut unknown = 0;
    let mut runs = 0_u64;
    let handle = tokio::runtime::Handle::current();
    let met = each_fault("data", 35, |fault| {
        let greenroom = greenroom(&server);
        runs += 1;
        let prepared = async {
            let world = World::at(greenroom.home(), 1000 + runs).await;
            for number in 0..MAILS {
                let candidate = format!("C{number} <c{number}@c.example>");
                let draft = crate::support::draft(&candidate, "tomorrow 15:00");
                let wish = greenroom::app::MailWish::Now;
                world.app.schedule(request(draft, wish)).await.unwrap();
            }
        };
        tokio::task::block_in_place(|| handle.block_on(prepared));
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
        unknown += lost;
        met
    });
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
            let names_it = said.contains("data/mailbox") && said.contains("error");
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
