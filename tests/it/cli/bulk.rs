//! Many mails at once: how far they are, what is left when somebody interrupts, and a summary that can be read.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::Arc;

use rstest::rstest;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::sync::Notify;

use super::outbox::pause;
use crate::support::program::{Greenroom, Ran};
use crate::support::smtp_server::{Act, At, Script, SmtpServer};

/// So many candidates whom nobody has mailed, and a server to send to over one connection.
async fn candidates(count: usize, script: Script) -> (Greenroom, SmtpServer) {
    let server = SmtpServer::start(script).await;
    let greenroom = Greenroom::new()
        .with_smtp(server.port())
        .with("GREENROOM_MAIL__SMTP__CONNECTIONS", "1");
    let mut table =
        "candidate_name,candidate_email,role,starts_at,zone,duration_minutes\n".to_owned();
    for number in 0..count {
        let _ = writeln!(
            table,
            "C{number},c{number}@c.example,Engineer,2031-03-06 15:00,Europe/London,45"
        );
    }
    let file = greenroom.home().join("table.csv");
    std::fs::write(&file, table).unwrap();
    tokio::task::block_in_place(|| greenroom.run(&["import", file.to_str().unwrap()]).ended(0));
    (greenroom, server)
}

fn run(greenroom: &Greenroom, arguments: &[&str]) -> Ran {
    tokio::task::block_in_place(|| greenroom.run(arguments))
}

fn start(greenroom: &Greenroom, arguments: &[&str]) -> Child {
    let mut command = greenroom.command(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn ended(child: Child) -> Ran {
    let output = tokio::task::block_in_place(|| child.wait_with_output()).unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[rstest]
#[case(Signal::INT)]
#[case(Signal::TERM)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_resend_finishes_its_mail_and_says_what_is_left(#[case] asks: Signal) {
    let go = Arc::new(Notify::new());
    let script = Script::new().once(At::Dot, Act::StallUntil(Arc::clone(&go)));
    let (greenroom, server) = candidates(30, script).await;
    let greenroom = greenroom.with("GREENROOM_MAIL__RATE", "20");
    let mut sending = start(&greenroom, &["resend", "all", "--yes"]);
    server.stalled().await;
    let pid = Pid::from_raw(i32::try_from(sending.id()).unwrap()).unwrap();
    kill_process(pid, asks).unwrap();
    let mut words = BufReader::new(sending.stderr.take().unwrap()).lines();
    let heard = words.any(|line| {
        line.unwrap()
            .starts_with("Interrupted: what is being handed over")
    });
    assert!(heard);
    go.notify_one();
    let rest: Vec<String> = words.map(Result::unwrap).collect();
    let ran = Ran {
        err: rest.join("\n"),
        ..ended(sending)
    };
    let ran = ran.ended(1);
    // One more may have been asked for before the signal came.
    let sent = server.mails().len();
    assert!((1..=2).contains(&sent), "{sent}");
    let left = 30 - sent;
    assert!(
        ran.err.contains(&format!(
            "Stopped: {left} of 30 mails have not left. Nothing is lost: greenroom deliver sends what waits"
        )),
        "{}",
        ran.err
    );
    assert!(!ran.out.contains("about "), "nothing goes on: {}", ran.out);
    assert!(
        ran.err.contains("greenroom batch stop 1 takes it back"),
        "{}",
        ran.err
    );
    greenroom.make_due();
    assert_eq!(
        run(&greenroom, &["deliver"]).ended(0).out,
        format!("{left} accepted\n")
    );
    let mut to: Vec<String> = server.mails().into_iter().map(|mail| mail.to).collect();
    to.sort();
    to.dedup();
    assert_eq!(to.len(), 30, "each of them once");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_long_batch_only_what_was_not_taken_is_listed() {
    let script = Script::new()
        .on_line(At::Rcpt, "c7@", Act::Say("550 5.1.1 no such user"))
        .on_line(At::Rcpt, "c17@", Act::Say("451 4.7.1 later"));
    let (greenroom, _server) = candidates(40, script).await;
    let ran = run(&greenroom, &["resend", "all", "--yes"]).ended(1);
    assert!(
        ran.out.contains("C7: mail to c7@c.example failed"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("C17: mail to c17@c.example put off"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains("accepted by"), "{}", ran.out);
    assert!(
        ran.out
            .contains("batch 1: 38 of 40 sent, 1 put off, 1 failed"),
        "{}",
        ran.out
    );
    // One is tried again by itself, the other was refused for good.
    assert!(!ran.err.contains("greenroom batch retry"), "{}", ran.err);
    let few = run(&greenroom, &["resend", "c1@", "c2@", "--yes"]);
    assert!(!few.out.contains("batch"), "{}", few.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_terminal_a_batch_shows_how_far_it_is() {
    let go = Arc::new(Notify::new());
    let script = Script::new().once(At::Dot, Act::StallUntil(Arc::clone(&go)));
    let (greenroom, server) = candidates(30, script).await;
    let terminal = greenroom.terminal(&["resend", "all", "--yes"], 100, 40);
    server.stalled().await;
    let shown = tokio::task::block_in_place(|| terminal.shows("batch 1: 0 of 30 sent"));
    assert!(shown.contains(" being sent"), "{shown}");
    go.notify_one();
    let (status, _) = tokio::task::block_in_place(|| terminal.ends());
    assert!(status.success());
    assert_eq!(server.mails().len(), 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_its_batch_is_said_to_wait_for_its_batch() {
    let go = Arc::new(Notify::new());
    let script = Script::new().once(At::Dot, Act::StallUntil(Arc::clone(&go)));
    let (greenroom, server) = candidates(30, script).await;
    let sending = start(&greenroom, &["resend", "all", "--yes"]);
    server.stalled().await;
    run(&greenroom, &["batch", "pause", "1"]).ended(0);
    go.notify_one();
    let ran = ended(sending).ended(1);
    assert!(ran.err.contains("Batch 1 is paused; "), "{}", ran.err);
    assert!(
        ran.err.contains("greenroom batch resume 1 lets them leave"),
        "{}",
        ran.err
    );
    assert!(!ran.err.contains("outbox is paused"), "{}", ran.err);
    let listed = run(&greenroom, &["outbox"]).ended(0);
    assert!(
        listed.out.contains("waits for its batch to be resumed"),
        "{}",
        listed.out
    );
    let delivered = run(&greenroom, &["deliver"]);
    assert!(
        delivered
            .out
            .contains(" for a paused batch: greenroom batch lists them"),
        "{}",
        delivered.out
    );
    assert!(!delivered.out.contains("not due yet"), "{}", delivered.out);
    let resumed = run(&greenroom, &["batch", "resume", "1"]).ended(0);
    assert!(
        resumed.err.contains("Nobody sends mail at this moment"),
        "{}",
        resumed.err
    );
    greenroom.make_due();
    run(&greenroom, &["deliver"]).ended(0);
    assert_eq!(server.mails().len(), 30);
    let nothing = run(&greenroom, &["batch", "retry", "1", "--yes"]).ended(0);
    assert!(
        nothing
            .err
            .contains("Nothing of this batch is to be sent again"),
        "{}",
        nothing.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_were_put_off_the_few_that_failed_are_listed_first() {
    let script = Script::new()
        .on_line(At::Rcpt, "c29@", Act::Say("550 5.1.1 no such user"))
        .on_line(At::Rcpt, "@c.example", Act::Say("451 4.7.1 later"));
    let (greenroom, _server) = candidates(30, script).await;
    let ran = run(&greenroom, &["resend", "all", "--yes"]).ended(1);
    assert!(
        ran.out.contains("C29: mail to c29@c.example failed"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("… and 10 more that were not taken"),
        "{}",
        ran.out
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_meanwhile_is_told_with_what_can_be_done_about_it() {
    let go = Arc::new(Notify::new());
    let script = Script::new().once(At::Dot, Act::StallUntil(Arc::clone(&go)));
    let (greenroom, server) = candidates(30, script).await;
    let sending = start(&greenroom, &["resend", "all", "--yes"]);
    server.stalled().await;
    let mails = run(&greenroom, &["outbox", "--json"]).ended(0).json();
    let waiting = mails.iter().filter(|mail| mail["state"] == "queued");
    let said = |mail: &Value, what: &str| mail[what].as_str().unwrap().to_owned();
    let mut waiting = waiting.map(|mail| (said(mail, "interview_id"), said(mail, "to")));
    let (id, called_off) = waiting.next().unwrap();
    run(&greenroom, &["cancel", &id]).ended(0);
    let (id, shut_out) = waiting.next().unwrap();
    run(&greenroom, &["revoke", &id]).ended(0);
    go.notify_one();
    let ran = ended(sending).ended(1);
    for said in [
        format!("mail to {called_off} withdrawn (the interview was cancelled)"),
        "nothing has to be done: the interview is over or was called off".to_owned(),
        format!("mail to {shut_out} withdrawn (the link was revoked)"),
        "its link was revoked and lets nobody in. If they are to come".to_owned(),
        "rotate ".to_owned(),
    ] {
        assert!(ran.out.contains(&said), "{said}\n{}", ran.out);
    }
    assert!(!ran.out.contains("greenroom resend"), "{}", ran.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_batch_in_a_paused_outbox_is_told_with_both() {
    let go = Arc::new(Notify::new());
    let script = Script::new().once(At::Dot, Act::StallUntil(Arc::clone(&go)));
    let (greenroom, server) = candidates(30, script).await;
    let sending = start(&greenroom, &["resend", "all", "--yes"]);
    server.stalled().await;
    run(&greenroom, &["batch", "pause", "1"]).ended(0);
    go.notify_one();
    ended(sending).ended(1);
    pause(&greenroom, false);
    let batches = "mails wait for a paused batch: greenroom batch lists them";
    let delivered = run(&greenroom, &["deliver"]).ended(1);
    for said in [
        "The outbox is paused since",
        "greenroom outbox resume",
        batches,
    ] {
        assert!(delivered.out.contains(said), "{said}\n{}", delivered.out);
    }
    let listed = run(&greenroom, &["outbox"]).ended(0);
    assert!(listed.err.contains(batches), "{}", listed.err);
    let resumed = run(&greenroom, &["batch", "resume", "1"]).ended(0);
    assert!(
        resumed
            .err
            .contains("Nothing leaves before greenroom outbox resume"),
        "{}",
        resumed.err
    );
    run(&greenroom, &["batch", "pause", "1"]).ended(0);
    let resumed = run(&greenroom, &["outbox", "resume"]).ended(0);
    assert_eq!(resumed.out, "The outbox is no longer paused\n");
    assert!(resumed.err.contains(batches), "{}", resumed.err);
    run(&greenroom, &["batch", "stop", "1"]).ended(0);
    run(&greenroom, &["cancel", "all", "--yes"]).ended(0);
    let sent = server.mails().len();
    let nothing = run(&greenroom, &["batch", "retry", "1", "--yes"]).ended(0);
    assert!(
        nothing
            .err
            .contains("Nothing of this batch is to be sent again"),
        "{}",
        nothing.err
    );
    assert_eq!(server.mails().len(), sent);
}
