//! `new`: the one action, from outside.

use rstest::rstest;

use crate::support::program::Greenroom;
use crate::support::smtp_server::{Act, At, Script, SmtpServer};

#[test]
fn incident_01_one_command_saves_makes_the_link_and_stores_the_mail() {
    let greenroom = Greenroom::new();
    let result = greenroom.new_ada(&["--json"]).ended(0).one();
    let (interview, delivery) = (&result["interview"], &result["delivery"]);
    let key = interview["session_key"].as_str().unwrap();
    assert!(
        key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{key}"
    );
    assert_eq!(
        interview["join_url"],
        format!("http://127.0.0.1:8000/interview/?session_key={key}")
    );
    assert_eq!(interview["starts_at"], "2031-03-05T15:00:00Z");
    assert_eq!(
        (&interview["zone"], &interview["duration_minutes"]),
        (&"Europe/London".into(), &45.into())
    );
    assert_eq!(
        (&interview["link_state"], &interview["mail_state"]),
        (&"not_yet_open".into(), &"stored".into())
    );
    assert_eq!(interview["verdict"], "in_doubt");
    assert_eq!(
        (&delivery["state"], &delivery["to"], &delivery["kind"]),
        (
            &"stored".into(),
            &"ada@example.org".into(),
            &"invitation".into()
        )
    );
    assert_eq!(delivery["interview_id"], interview["id"]);
    let mails = greenroom.mailbox();
    assert_eq!(mails.len(), 1);
    // What the command line previews are the bytes that were stored.
    let source = greenroom
        .run(&[
            "preview",
            interview["id"].as_str().unwrap(),
            "--part",
            "source",
        ])
        .ended(0)
        .out;
    assert_eq!(source.trim_end(), mails[0].replace('\r', "").trim_end());
}

#[test]
fn the_fields_of_an_interview_in_json_are_those_of_the_contract() {
    let result = Greenroom::new().new_ada(&["--json"]).ended(0);
    let fields = "id candidate_name candidate_email role company round kind status starts_at zone candidate_zone \
        duration_minutes interviewers meeting_url session_key join_url link_state mail_state verdict verdict_reason \
        recruiter joined_at created_at updated_at id interview_id kind to subject message_id sha256 state attempts \
        last_reply accepted_at held_until next_attempt_at";
    let mut at = 0;
    for field in fields.split_whitespace() {
        let found = result.out[at..].find(&format!("\"{field}\":"));
        at += found
            .unwrap_or_else(|| panic!("{field} is missing or out of order in {}", result.out))
            + 1;
    }
}

#[test]
fn what_was_understood_is_said_before_and_apart_from_the_result() {
    let greenroom = Greenroom::new();
    let ran = greenroom
        .new_ada(&["--candidate-zone", "America/New_York", "--json"])
        .ended(0);
    assert_eq!(ran.out.lines().count(), 1);
    for words in [
        "Ada Lovelace <ada@example.org>",
        "Wednesday 5 March 2031 15:00 GMT (Europe/London)",
        "10:00 EST (America/New_York)",
        "in 29 h",
    ] {
        assert!(ran.err.contains(words), "{words}: {}", ran.err);
    }
}

#[test]
fn every_field_that_is_missing_is_named_at_once() {
    let greenroom = Greenroom::new();
    let ran = greenroom.run(&["new"]).ended(2);
    let fields: Vec<&str> = ran
        .err
        .lines()
        .map(|line| line.split(": ").nth(1).unwrap())
        .collect();
    assert_eq!(fields, ["candidate", "email", "role", "at"]);
    assert!(greenroom.run(&["list"]).ended(0).out.is_empty());
}

#[rstest]
#[case(&["--email", "ada@"], "email")]
#[case(&["--zone", "Europe/Lodnon"], "zone")]
#[case(&["--at", "yesterday"], "at")]
#[case(&["--at", "tue 15:00"], "at")]
#[case(&["--at", "2031-03-30 01:30"], "at")]
#[case(&["--duration", "13h"], "duration")]
#[case(&["--meeting-url", "javascript:alert(1)"], "meeting-url")]
#[case(&["--interviewer", "nobody"], "interviewer")]
#[case(&["--role", "{{role}}"], "role")]
fn a_field_that_can_not_stand_is_named(#[case] slip: &[&str], #[case] field: &str) {
    let greenroom = Greenroom::new();
    let mut arguments = vec!["new"];
    for pair in [
        ["--candidate", "Ada"],
        ["--email", "ada@example.org"],
        ["--role", "Engineer"],
        ["--at", "tomorrow at 3pm"],
    ] {
        if !slip.contains(&pair[0]) {
            arguments.extend(pair);
        }
    }
    arguments.extend(slip);
    let ran = greenroom.run(&arguments).ended(2);
    assert!(
        ran.err
            .lines()
            .any(|line| line.starts_with(&format!("greenroom: {field}: "))),
        "{}",
        ran.err
    );
    assert!(greenroom.mailbox().is_empty());
}

#[test]
fn incident_23_the_same_address_and_start_again_has_to_be_meant() {
    let greenroom = Greenroom::new();
    greenroom.new_ada(&[]).ended(0);
    let refused = greenroom.new_ada(&[]).ended(2);
    assert!(refused.err.contains("--again"), "{}", refused.err);
    greenroom.new_ada(&["--again"]).ended(0);
    assert_eq!(greenroom.mailbox().len(), 2);
}

#[test]
fn incident_23_a_repeated_command_with_its_key_returns_the_first_result() {
    let greenroom = Greenroom::new();
    let key = ["--idempotency-key", "k1", "--json"];
    let first = greenroom.new_ada(&key).ended(0).one();
    let second = greenroom.new_ada(&key).ended(0).one();
    assert_eq!(first["interview"]["id"], second["interview"]["id"]);
    assert_eq!(
        first["delivery"]["message_id"],
        second["delivery"]["message_id"]
    );
    assert_eq!(greenroom.mailbox().len(), 1);
    let other = greenroom
        .new_ada(&["--idempotency-key", "k1", "--duration", "1h"])
        .ended(2);
    assert!(
        other.err.starts_with("greenroom: idempotency-key: ")
            || other.err.contains("\ngreenroom: idempotency-key: "),
        "{}",
        other.err
    );
    // Its start has passed meanwhile; the first result still stands.
    let later = greenroom.with("GREENROOM_NOW", "2031-03-06T09:00:00Z");
    assert_eq!(
        later.new_ada(&key).ended(0).one()["interview"]["id"],
        first["interview"]["id"]
    );
}

#[test]
fn without_sending_there_is_a_link_and_no_delivery() {
    let greenroom = Greenroom::new();
    let result = greenroom.new_ada(&["--no-send", "--json"]).ended(0).one();
    assert!(result["delivery"].is_null());
    assert!(result["interview"]["join_url"].is_string());
    assert_eq!(result["interview"]["verdict"], "not_invited");
    assert!(greenroom.mailbox().is_empty());
}

#[test]
fn a_rehearsal_shows_the_mail_and_saves_nothing() {
    let greenroom = Greenroom::new();
    let shown = greenroom.new_ada(&["--dry-run"]).ended(0);
    assert!(
        shown.out.contains("Ada Lovelace") && shown.out.contains("session_key="),
        "{}",
        shown.out
    );
    let json = greenroom.new_ada(&["--dry-run", "--json"]).ended(0).one();
    assert_eq!(
        (&json["dry_run"], &json["delivery"]),
        (&true.into(), &serde_json::Value::Null)
    );
    assert!(greenroom.run(&["list"]).ended(0).out.is_empty());
}

#[test]
fn incident_24_a_likely_typo_is_pointed_out_and_does_not_block() {
    let greenroom = Greenroom::new();
    let ran = greenroom.run(&[
        "new",
        "--candidate",
        "Ada",
        "--email",
        "ada@gmial.com",
        "--role",
        "Engineer",
        "--at",
        "tomorrow at 3pm",
    ]);
    assert!(
        ran.ended(0)
            .err
            .contains("email: did you mean ada@gmail.com?")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn incident_19_accepted_means_that_a_mail_server_said_so() {
    let server =
        SmtpServer::start(Script::new().on(At::Dot, Act::Say("250 2.0.0 queued as 4711"))).await;
    let port = server.port();
    let result = tokio::task::spawn_blocking(move || {
        Greenroom::new()
            .with_smtp(port)
            .new_ada(&["--json"])
            .ended(0)
            .one()
    });
    let result = result.await.unwrap();
    assert_eq!(result["delivery"]["state"], "accepted");
    assert!(
        result["delivery"]["last_reply"]
            .as_str()
            .unwrap()
            .contains("queued as 4711")
    );
    assert_eq!(result["interview"]["verdict"], "ready");
    let mails = server.mails();
    assert_eq!((mails.len(), mails[0].to.as_str()), (1, "ada@example.org"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_mail_ends_with_1_and_the_interview_stands() {
    let server =
        SmtpServer::start(Script::new().on(At::Rcpt, Act::Say("550 5.1.1 no such user"))).await;
    let port = server.port();
    let (ran, listed) = tokio::task::spawn_blocking(move || {
        let greenroom = Greenroom::new().with_smtp(port);
        let ran = greenroom.new_ada(&[]).ended(1);
        (
            ran,
            greenroom
                .run(&["list", "verdict:blocked", "--json"])
                .ended(0)
                .json(),
        )
    })
    .await
    .unwrap();
    assert!(
        ran.out.contains("failed")
            && ran
                .out
                .contains("550 5.1.1 no such user, which means: the mailbox does not exist)"),
        "{}",
        ran.out
    );
    assert_eq!(
        (listed.len(), &listed[0]["mail_state"]),
        (1, &"failed".into())
    );
}

#[test]
fn a_server_that_is_not_there_puts_the_mail_off() {
    // A port that was free a moment ago, with nobody behind it.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let greenroom = Greenroom::new().with_smtp(port);
    let ran = greenroom.new_ada(&[]).ended(1);
    assert!(
        ran.out.contains("put off; next try ")
            && ran
                .out
                .contains("(connect: nothing listens there (connection refused))")
            && ran.out.contains("nothing has to be done"),
        "{}",
        ran.out
    );
    let waiting = greenroom.run(&["deliver"]).ended(0);
    assert!(waiting.out.contains("1 not due yet"), "{}", waiting.out);
    let again = greenroom.run(&["resend", "all", "--yes"]).ended(1);
    assert!(again.err.contains("already waiting"), "{}", again.err);
    // When its time has come it is tried once more, and that is what is told.
    rusqlite::Connection::open(greenroom.home().join("data/greenroom.db"))
        .unwrap()
        .execute("UPDATE delivery SET due_at = 0", [])
        .unwrap();
    let tried = greenroom.run(&["deliver"]).ended(1);
    assert_eq!(tried.out, "1 put off\n1 not due yet\n");
}

#[test]
fn incident_17_a_link_that_only_this_machine_can_follow_is_not_mailed() {
    let greenroom = Greenroom::new()
        .with_smtp(25)
        .with("GREENROOM_LINKS__ALLOW_LOCAL", "false");
    let ran = greenroom.new_ada(&[]).ended(3);
    assert!(
        ran.err
            .contains("greenroom: links.base_url: http://127.0.0.1:8000 is this machine itself"),
        "{}",
        ran.err
    );
    assert!(greenroom.run(&["list"]).ended(0).out.is_empty());
    greenroom.new_ada(&["--no-send"]).ended(0);
}
