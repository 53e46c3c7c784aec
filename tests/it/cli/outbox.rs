//! `outbox` and `backup` through the real binary: what is on its way, and what a person can do about it.

use std::net::TcpListener;
use std::time::Duration;

use rstest::rstest;
use serde_json::Value;

use crate::support::program::{Greenroom, NOW, Ran};
use crate::support::smtp_server::{Act, At, Script, SmtpServer};

/// A port with nobody behind it.
fn nobody() -> u16 {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap().port()
}

/// Ada's interview with a mail that was put off; the ids of both.
fn put_off() -> (Greenroom, String, String) {
    let greenroom = Greenroom::new().with_smtp(nobody());
    let made = greenroom.new_ada(&["--json"]).ended(1).one();
    let id = |what: &str| made[what]["id"].as_str().unwrap().to_owned();
    (greenroom, id("interview"), id("delivery"))
}

/// Runs the program beside a server.
async fn beside<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(run).await.unwrap()
}

/// Ada's interview with a mail of unknown outcome: the server hung up after the content, once.
async fn unknown() -> (Greenroom, SmtpServer, Value) {
    let server = SmtpServer::start(Script::new().once(At::Dot, Act::HangUp)).await;
    let port = server.port();
    let (greenroom, made) = beside(move || {
        let greenroom = Greenroom::new().with_smtp(port);
        let made = greenroom.new_ada(&["--json"]).ended(1).one();
        (greenroom, made)
    })
    .await;
    assert_eq!(made["delivery"]["state"], "unknown");
    (greenroom, server, made)
}

pub(super) fn pause(greenroom: &Greenroom, probes: bool) {
    let pause = format!(
        r#"{{"why":"connecting: nobody answers","since":"2031-03-04T09:10:00Z","probes":{probes}}}"#
    );
    rusqlite::Connection::open(greenroom.home().join("data/greenroom.db"))
        .unwrap()
        .execute(
            "INSERT INTO setting (name, value) VALUES ('outbox_paused', $1)",
            [pause],
        )
        .unwrap();
}

fn states(ran: &Ran) -> Vec<String> {
    let state = |mail: Value| mail["state"].as_str().unwrap().to_owned();
    ran.json().into_iter().map(state).collect()
}

#[test]
fn the_outbox_lists_what_is_on_its_way_in_words_and_in_json() {
    let (greenroom, interview, mail) = put_off();
    let listed = greenroom.run(&["outbox", "--json"]).ended(0).one();
    assert_eq!(
        (&listed["id"], &listed["interview_id"], &listed["state"]),
        (&mail.into(), &interview.into(), &"deferred".into())
    );
    let next: jiff::Timestamp = listed["next_attempt_at"].as_str().unwrap().parse().unwrap();
    let now = NOW.parse().unwrap();
    assert!(next > now && listed["held_until"].is_null(), "{listed}");
    for arguments in [&["outbox"][..], &["outbox", "list"], &["outbox", "--plain"]] {
        let ran = greenroom.run(arguments).ended(0);
        assert!(
            ran.out.contains("ada@example.org") && ran.out.contains("next try "),
            "{}",
            ran.out
        );
    }
    let empty = Greenroom::new();
    empty.new_ada(&[]).ended(0);
    assert_eq!(
        empty.run(&["outbox"]).ended(0).out,
        "Nothing is on its way.\n"
    );
}

#[rstest]
#[case::by_its_own_id(false)]
#[case::by_the_interview(true)]
fn mail_that_waits_is_taken_back(#[case] by_interview: bool) {
    let (greenroom, interview, mail) = put_off();
    let id = if by_interview { interview } else { mail };
    let ran = greenroom.run(&["outbox", "withdraw", &id, &id]).ended(0);
    assert_eq!(
        ran.out,
        "Ada Lovelace: the mail to ada@example.org was taken back; it did not leave\n"
    );
    assert_eq!(states(&greenroom.run(&["outbox", "--json"])), [""; 0]);
    let listed = greenroom.run(&["list", "--json"]).one();
    assert_eq!(listed["mail_state"], "withdrawn");
}

#[test]
fn what_has_left_can_not_be_taken_back_and_that_is_said() {
    let greenroom = Greenroom::new();
    let made = greenroom.new_ada(&["--json"]).ended(0).one();
    let mail = made["delivery"]["id"].as_str().unwrap();
    let ran = greenroom.run(&["outbox", "withdraw", mail]).ended(1);
    assert!(
        ran.err
            .contains("too late, the mail to ada@example.org is stored since"),
        "{}",
        ran.err
    );
}

#[rstest]
#[case(&["outbox", "withdraw", "ada"], "is not the id of a mail")]
#[case(&["outbox", "withdraw", "01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f"], "there is no mail 01936f0e")]
#[case(&["outbox", "settle", "01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f", "--reason", " "], "reason: ")]
#[case(&["outbox", "settle", "01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f"], "<--send-again|--reason <TEXT>>")]
fn what_names_no_mail_is_refused(#[case] arguments: &[&str], #[case] words: &str) {
    let (greenroom, ..) = put_off();
    let ran = greenroom.run(arguments).ended(2);
    assert!(ran.err.contains(words), "{}", ran.err);
    assert_eq!(states(&greenroom.run(&["outbox", "--json"])), ["deferred"]);
}

#[test]
fn one_wrong_id_takes_nothing_back() {
    let (greenroom, _, mail) = put_off();
    let other = "01936f0e-7d0a-7c5e-9d0f-2a1b3c4d5e6f";
    greenroom
        .run(&["outbox", "withdraw", &mail, other])
        .ended(2);
    assert_eq!(states(&greenroom.run(&["outbox", "--json"])), ["deferred"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settled_mail_stays_unknown_with_who_and_why_and_another_can_follow() {
    let (greenroom, server, made) = unknown().await;
    let interview = made["interview"]["id"].as_str().unwrap().to_owned();
    beside(move || {
        let refused = greenroom.run(&["resend", &interview, "--yes"]).ended(1);
        assert!(
            refused.err.contains("outcome unknown: settle it first"),
            "{}",
            refused.err
        );
        let why = "she has it, by phone";
        let ran = greenroom
            .run(&["outbox", "settle", &interview, "--reason", why])
            .ended(0);
        assert!(
            ran.out
                .contains("stays of unknown outcome (she has it, by phone)")
        );
        assert_eq!(states(&greenroom.run(&["outbox", "--json"])), [""; 0]);
        let shown = greenroom.run(&["show", &interview, "--json"]).one();
        assert_eq!(shown["deliveries"][0]["state"], "unknown");
        let last = shown["timeline"]
            .as_array()
            .unwrap()
            .last()
            .unwrap()
            .clone();
        assert_eq!(
            (&last["event"], &last["detail"]),
            (&"mail_settled".into(), &why.into())
        );
        assert_ne!(last["actor"], "greenroom", "a person did");
        greenroom
            .run(&["resend", &interview, "--again", "--yes"])
            .ended(0);
    })
    .await;
    assert_eq!(server.mails().len(), 1, "the first one got no 250");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sends_a_mail_of_unknown_outcome_is_told_what_is_safe_and_what_to_do() {
    let server = SmtpServer::start(Script::new().on(At::Dot, Act::HangUp)).await;
    let port = server.port();
    let (new, resent) = beside(move || {
        let greenroom = Greenroom::new().with_smtp(port);
        let new = greenroom.new_ada(&[]).ended(1).out;
        let other = Greenroom::new().with_smtp(port);
        other.new_ada(&["--no-send"]).ended(0);
        let resent = other.run(&["resend", "all", "--yes"]).ended(1).out;
        (new, resent)
    })
    .await;
    for said in [new, resent] {
        let settle = said.split("greenroom outbox settle ").nth(1).unwrap();
        let (id, then) = settle.split_once(' ').unwrap();
        assert_eq!(id.len(), 36, "{said}");
        assert!(then.starts_with("--send-again"), "{said}");
        let other_choice = format!("greenroom outbox settle {id} --reason ");
        assert!(said.contains(&other_choice), "{said}");
        assert!(said.contains("not sent again by itself"), "{said}");
    }
}

#[test]
fn five_processes_that_reach_nobody_pause_the_outbox() {
    let greenroom = Greenroom::new().with_smtp(nobody());
    for number in 1..=5 {
        let ran = greenroom.new_ada(&["--again"]).ended(1);
        let paused = ran.err.contains("The outbox is paused");
        assert_eq!(paused, number == 5, "{number}: {}", ran.err);
    }
    let listed = greenroom.run(&["outbox"]).ended(0);
    assert!(
        listed
            .out
            .contains("connect: nothing listens there (connection refused); 5 mails wait"),
        "{}",
        listed.out
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn five_refused_logins_of_five_processes_pause_the_outbox() {
    let refused = Act::Say("535 5.7.8 no");
    let server = SmtpServer::start(
        Script::new()
            .auth("PLAIN", "PLAIN", &["never"])
            .on(At::Auth, refused),
    )
    .await;
    let port = server.port();
    let said = beside(move || {
        let greenroom = Greenroom::new()
            .with_smtp(port)
            .with("GREENROOM_MAIL__SMTP__USERNAME", "rita")
            .with("GREENROOM_MAIL__SMTP__PASSWORD_ENV", "SECRET")
            .with("SECRET", "hunter2");
        (0..5)
            .map(|_| greenroom.new_ada(&["--again"]).ended(1).err)
            .collect::<Vec<_>>()
    })
    .await;
    let (last, before) = said.split_last().unwrap();
    assert!(before.iter().all(|said| !said.contains("paused")));
    assert!(
        last.contains("which means: the user name or the password was refused"),
        "{last}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_sent_again_is_the_same_mail() {
    let (greenroom, server, made) = unknown().await;
    let mail = made["delivery"].clone();
    let again = beside(move || {
        let id = mail["id"].as_str().unwrap().to_owned();
        let ran = greenroom
            .run(&["outbox", "settle", &id, "--send-again", "--json"])
            .ended(0);
        let again = ran.one();
        for same in ["id", "message_id", "sha256"] {
            assert_eq!(again[same], mail[same]);
        }
        // It is settled by that, and can't be once more.
        let ran = greenroom
            .run(&["outbox", "settle", &id, "--send-again"])
            .ended(2);
        assert!(
            ran.err.contains("only a mail of unknown outcome"),
            "{}",
            ran.err
        );
        again
    })
    .await;
    assert_eq!(again["state"], "accepted");
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_outbox_is_said_first_and_goes_on_when_resumed() {
    let server = SmtpServer::start(Script::new()).await;
    let port = server.port();
    beside(move || {
        let greenroom = Greenroom::new().with_smtp(port);
        greenroom.new_ada(&["--no-send"]).ended(0);
        pause(&greenroom, false);
        let started = std::time::Instant::now();
        let sent = greenroom.run(&["resend", "all", "--yes"]).ended(1);
        assert!(sent.out.contains("waits in the outbox"), "{}", sent.out);
        let words = "The outbox is paused since 09:10: connecting: nobody answers; 1 mail waits, for interviews from Wed";
        assert!(sent.err.contains(words), "{}", sent.err);
        let listed = greenroom.run(&["outbox"]).ended(0);
        assert!(listed.out.starts_with(words), "{}", listed.out);
        assert!(listed.out.contains("queued"), "{}", listed.out);
        let delivered = greenroom.run(&["deliver"]).ended(1);
        assert!(delivered.out.starts_with(words), "{}", delivered.out);
        assert!(started.elapsed() < Duration::from_secs(10), "nobody waits");

        let resumed = greenroom.run(&["outbox", "resume"]).ended(0);
        assert!(resumed.out.contains("no longer paused; 1 mail in it: it leaves by greenroom deliver"), "{}", resumed.out);
        greenroom.make_due();
        let delivered = greenroom.run(&["deliver"]).ended(0);
        assert_eq!(delivered.out, "1 accepted\n");
        let resumed = greenroom.run(&["outbox", "resume"]).ended(0);
        assert!(resumed.out.contains("was not paused; nothing waits"), "{}", resumed.out);
    })
    .await;
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn deliver_tries_one_mail_of_an_outbox_that_was_paused_by_a_dead_server() {
    let server = SmtpServer::start(Script::new()).await;
    let port = server.port();
    beside(move || {
        let greenroom = Greenroom::new().with_smtp(port);
        greenroom.new_ada(&["--no-send"]).ended(0);
        pause(&greenroom, false);
        greenroom.run(&["resend", "all", "--yes"]).ended(1);
        rusqlite::Connection::open(greenroom.home().join("data/greenroom.db"))
            .unwrap()
            .execute_batch("DELETE FROM setting WHERE name = 'outbox_paused'")
            .unwrap();
        pause(&greenroom, true);
        greenroom.make_due();
        assert_eq!(greenroom.run(&["deliver"]).ended(0).out, "1 accepted\n");
        let listed = greenroom.run(&["outbox"]).ended(0);
        assert_eq!(listed.out, "Nothing is on its way.\n");
    })
    .await;
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_backup_holds_its_mail_until_a_person_resumes_it() {
    let server = SmtpServer::start(Script::new()).await;
    let port = server.port();
    beside(move || {
        let (original, ..) = put_off();
        let copy = original.home().join("copy.db");
        let name = copy.to_str().unwrap();
        let ran = original.run(&["backup", name]).ended(0);
        assert_eq!(ran.out, format!("Copied to {name}\n"));
        let again = original.run(&["backup", name]).ended(2);
        assert!(again.err.contains("exists already"), "{}", again.err);

        let restored = Greenroom::new().with_smtp(port);
        std::fs::create_dir(restored.home().join("data")).unwrap();
        std::fs::rename(&copy, restored.home().join("data/greenroom.db")).unwrap();
        restored.make_due();
        let ran = restored.run(&["deliver"]).ended(1);
        assert!(
            ran.out
                .contains("this database is a copy made Tue 4 Mar 2031 09:12"),
            "{}",
            ran.out
        );
        assert!(
            ran.out
                .contains("Nothing leaves before greenroom outbox resume"),
            "{}",
            ran.out
        );
        assert_eq!(states(&restored.run(&["outbox", "--json"])), ["deferred"]);
        // The original knows nothing of it.
        assert!(!original.run(&["outbox"]).ended(0).out.contains("paused"));
        restored.run(&["outbox", "resume"]).ended(0);
        assert_eq!(restored.run(&["deliver"]).ended(0).out, "1 accepted\n");
    })
    .await;
    assert_eq!(server.mails().len(), 1);
}

#[test]
fn what_a_backup_can_not_do_is_said() {
    let greenroom = Greenroom::new();
    greenroom.new_ada(&[]).ended(0);
    let copy = greenroom.home().join("copy.db");
    let unfinished = greenroom.home().join("copy.db.unfinished");
    std::fs::write(&unfinished, "half").unwrap();
    let ran = greenroom.run(&["backup", copy.to_str().unwrap()]).ended(3);
    assert!(
        ran.err.contains("copy.db.unfinished is in the way"),
        "{}",
        ran.err
    );
    assert!(unfinished.exists() && !copy.exists());
    let ran = greenroom.run(&["backup", "/nowhere/copy.db"]).ended(3);
    let words = "the copy can't be written to /nowhere/copy.db";
    assert!(ran.err.contains(words), "{}", ran.err);
}

#[test]
fn when_the_disk_is_full_new_says_that_its_mail_waits() {
    let greenroom = Greenroom::new().with_smtp(nobody());
    greenroom.new_ada(&["--no-send"]).ended(0);
    let bob = [
        "new",
        "--candidate",
        "Bob",
        "--email",
        "bob@example.org",
        "--role",
        "Engineer",
        "--at",
        "2031-03-05 15:00",
        "--again",
    ];
    // More and more room, until there is enough for the interview and its mail, but not for a word about its sending.
    let said = (80..2_000).step_by(8).find_map(|blocks: u32| {
        let program = greenroom.command(&bob);
        let output = std::process::Command::new("timeout")
            .args([
                "3",
                "sh",
                "-c",
                "trap '' XFSZ; ulimit -S -f \"$0\"; exec \"$@\"",
            ])
            .arg(blocks.to_string())
            .arg(program.get_program())
            .args(program.get_args())
            .env_clear()
            .envs(
                program
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .output()
            .unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        let saved = !err.contains("greenroom: the d");
        saved.then_some(err)
    });
    let said = said.unwrap();
    assert!(
        said.contains("The outbox can't be written: the d"),
        "{said}"
    );
}
