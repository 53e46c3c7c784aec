//! Each mail's way through the conversation, with every kind of server.

use std::time::{Duration, Instant};

use greenroom::mail::transport::smtp::{Deadlines, SmtpSettings, SmtpTransport};
use greenroom::mail::transport::{Cause, Envelope, Outcome, Stage, Transport as _};
use proptest::prelude::*;
use rstest::rstest;

use super::{MAIL, send, send_once, send_to, settings, summary};
use crate::support::smtp_server::{Act, At, Script, SmtpServer};

#[tokio::test]
async fn incident_19_accepted_is_what_the_server_said_after_the_mail() {
    let (outcome, server) = send_once(Script::new()).await;
    assert_eq!(
        summary(&outcome),
        ("accepted", None, "250 2.0.0 queued as 42".into())
    );
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].from, "jobs@acme.example");
    assert_eq!(mails[0].to, "ada@example.org");
    assert_eq!(mails[0].bytes, MAIL);
    assert!(server.commands().contains(&"EHLO [127.0.0.1]".to_owned()));
}

#[rstest]
#[case::another_success("251 somehow", "unknown")]
#[case::a_stale_go_ahead("354 go ahead", "unknown")]
#[case::two_answers("250 ok\r\n550 no", "unknown")]
#[case::no_reply_at_all("HTTP/1.1 200 OK", "unknown")]
#[case::codes_that_differ("250-ok\r\n550 no", "unknown")]
#[case::later("451 4.3.0 try later", "deferred")]
#[case::never("554 5.7.1 spam", "failed")]
#[tokio::test]
async fn incident_19_nothing_but_one_250_is_accepted(
    #[case] reply: &'static str,
    #[case] kind: &str,
) {
    let (outcome, _) = send_once(Script::new().on(At::Dot, Act::Say(reply))).await;
    assert_eq!(summary(&outcome).0, kind, "{outcome:?}");
}

#[rstest]
#[case(At::Greeting, "421 4.3.2 too busy", "deferred", Stage::Greeting)]
#[case(At::Greeting, "554 5.7.1 go away", "deferred", Stage::Greeting)]
#[case(At::Ehlo, "451 4.3.0 later", "deferred", Stage::Hello)]
#[case(At::Mail, "451 4.3.0 later", "deferred", Stage::Mail)]
#[case(At::Mail, "530 5.7.0 sign in first", "deferred", Stage::Mail)]
#[case(At::Mail, "553 5.1.8 not your address", "failed", Stage::Mail)]
#[case(At::Rcpt, "450 4.2.1 greylisted", "deferred", Stage::Recipient)]
#[case(At::Rcpt, "550 5.1.1 no such user", "failed", Stage::Recipient)]
#[case(At::Data, "421 4.3.0 closing", "deferred", Stage::Data)]
#[case(At::Data, "554 5.5.1 no", "failed", Stage::Data)]
#[case(At::Dot, "452 4.3.1 full", "deferred", Stage::Content)]
#[case(At::Dot, "421 4.3.0 closing", "deferred", Stage::Content)]
#[case(At::Dot, "552 5.3.4 too big", "failed", Stage::Content)]
#[tokio::test]
async fn a_refusal_is_told_with_its_stage_and_the_servers_words(
    #[case] at: At,
    #[case] reply: &'static str,
    #[case] kind: &str,
    #[case] stage: Stage,
) {
    let (outcome, server) = send_once(Script::new().on(at, Act::Say(reply))).await;
    let (got, from, text) = summary(&outcome);
    assert_eq!((got, from), (kind, Some(stage)), "{text}");
    assert!(text.contains(reply), "{text}");
    assert_eq!(server.mails(), []);
}

#[rstest]
#[case(At::Greeting, "deferred", Stage::Greeting)]
#[case(At::Ehlo, "deferred", Stage::Hello)]
#[case(At::Mail, "deferred", Stage::Mail)]
#[case(At::Rcpt, "deferred", Stage::Recipient)]
#[case(At::Data, "deferred", Stage::Data)]
#[case(At::Dot, "unknown", Stage::Content)]
#[tokio::test]
async fn a_server_that_hangs_up_defers_until_content_was_begun(
    #[case] at: At,
    #[case] kind: &str,
    #[case] stage: Stage,
) {
    let (outcome, _) = send_once(Script::new().on(at, Act::HangUp)).await;
    let (got, from, text) = summary(&outcome);
    assert_eq!((got, from), (kind, Some(stage)), "{text}");
}

#[tokio::test]
async fn a_server_that_hangs_up_after_its_go_ahead_has_nothing_of_the_mail() {
    let server =
        SmtpServer::start(Script::new().on(At::Data, Act::SayAndHangUp("354 go on"))).await;
    let mut transport = SmtpTransport::new(settings(&server)).unwrap();
    let envelope = Envelope::new("jobs@acme.example", "ada@example.org").unwrap();
    transport.offer(&envelope).await.unwrap();
    server.hung_up().await;
    let (kind, stage, text) = summary(&transport.content(MAIL, None).await.outcome);
    assert_eq!((kind, stage), ("deferred", Some(Stage::Content)), "{text}");
}

#[rstest]
#[case(At::Greeting, "deferred")]
#[case(At::Ehlo, "deferred")]
#[case(At::Mail, "deferred")]
#[case(At::Rcpt, "deferred")]
#[case(At::Data, "deferred")]
#[case(At::Dot, "unknown")]
#[tokio::test]
async fn incident_21_a_hanging_server_ends_at_its_deadline(#[case] at: At, #[case] kind: &str) {
    let server = SmtpServer::start(Script::new().once(at, Act::Stall)).await;
    let mut transport = SmtpTransport::new(SmtpSettings {
        deadlines: Deadlines::all(Duration::from_millis(200)),
        ..settings(&server)
    })
    .unwrap();
    let begun = Instant::now();
    let (got, _, text) = summary(&send(&mut transport).await);
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(got, kind);
    assert!(text.contains("no answer within 200 ms"), "{text}");

    // And the next mail has a connection of its own.
    assert_eq!(summary(&send(&mut transport).await).0, "accepted");
    assert_eq!(server.connections(), 2);
}

#[rstest]
#[case::in_the_offer(At::Data)]
#[case::in_the_content(At::Dot)]
#[tokio::test]
async fn a_cancelled_mail_takes_its_connection_with_it(#[case] at: At) {
    let server = SmtpServer::start(Script::new().once(at, Act::Stall)).await;
    let mut transport = SmtpTransport::new(settings(&server)).unwrap();
    let cancelled = tokio::select! {
        outcome = send(&mut transport) => Some(outcome),
        () = server.stalled() => None,
    };
    assert_eq!(cancelled, None);

    let outcome = send_to(
        &mut transport,
        "grace@example.org",
        b"Subject: 2\r\n\r\nTwo\r\n",
    )
    .await;
    assert_eq!(summary(&outcome).0, "accepted");
    assert_eq!(server.connections(), 2);
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, "grace@example.org");
    assert_eq!(mails[0].bytes, b"Subject: 2\r\n\r\nTwo\r\n");
}

#[tokio::test]
async fn an_abandoned_offer_does_not_leak_into_the_next_mail() {
    let server = SmtpServer::start(Script::new()).await;
    let mut transport = SmtpTransport::new(settings(&server)).unwrap();
    let abandoned = Envelope::new("jobs@acme.example", "eve@example.org").unwrap();
    transport.offer(&abandoned).await.unwrap();
    assert_eq!(summary(&send(&mut transport).await).0, "accepted");
    assert_eq!(server.connections(), 2);
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn content_without_a_go_ahead_sends_nothing() {
    let server =
        SmtpServer::start(Script::new().on_line(At::Rcpt, "no@", Act::Say("550 no"))).await;
    let mut transport = SmtpTransport::new(settings(&server)).unwrap();
    assert_eq!(
        summary(&transport.content(MAIL, None).await.outcome).0,
        "deferred"
    );
    assert_eq!(
        summary(&send_to(&mut transport, "no@example.org", MAIL).await).0,
        "failed"
    );
    assert_eq!(
        summary(&transport.content(MAIL, None).await.outcome).0,
        "deferred"
    );
    assert_eq!(summary(&send(&mut transport).await).0, "accepted");
    assert_eq!(
        summary(&transport.content(MAIL, None).await.outcome).0,
        "deferred"
    );
    assert_eq!((server.connections(), server.mails().len()), (1, 1));
}

#[rstest]
#[case::all_accepted(false)]
#[case::half_refused(true)]
#[tokio::test]
async fn ten_mails_share_one_connection(#[case] refuse: bool) {
    let refusal = Act::Say("550 5.1.1 no such user");
    let script = Script::new().on_line(At::Rcpt, "odd", refusal);
    let server = SmtpServer::start(script).await;
    let mut transport = SmtpTransport::new(settings(&server)).unwrap();
    let mut kinds = Vec::new();
    for number in 0..10 {
        let name = if refuse && number % 2 == 1 {
            "odd"
        } else {
            "even"
        };
        let recipient = format!("{name}{number}@example.org");
        kinds.push(summary(&send_to(&mut transport, &recipient, MAIL).await).0);
    }
    transport.close().await;
    let odd = if refuse { "failed" } else { "accepted" };
    assert_eq!(kinds, ["accepted", odd].repeat(5));
    assert_eq!(server.connections(), 1);
    assert_eq!(server.mails().len(), if refuse { 5 } else { 10 });
    let resets = server
        .commands()
        .iter()
        .filter(|line| *line == "RSET")
        .count();
    assert_eq!(resets, if refuse { 4 } else { 0 });
    assert_eq!(server.commands().last().unwrap(), "QUIT");
}

#[tokio::test]
async fn a_connection_that_the_server_gave_up_is_renewed_without_a_word() {
    let closing = Act::SayAndHangUp("421 4.3.2 too many mails on this connection");
    let server = SmtpServer::start(Script::new().once_on_line(At::Mail, "second@", closing)).await;
    let mut transport = SmtpTransport::new(settings(&server)).unwrap();
    assert_eq!(summary(&send(&mut transport).await).0, "accepted");
    let envelope = Envelope::new("second@acme.example", "ada@example.org").unwrap();
    transport.offer(&envelope).await.unwrap();
    assert_eq!(
        summary(&transport.content(MAIL, None).await.outcome).0,
        "accepted"
    );
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_connection_idle_for_too_long_is_not_used_again() {
    let server = SmtpServer::start(Script::new()).await;
    let mut settings = settings(&server);
    settings.deadlines.idle = Duration::ZERO;
    let mut transport = SmtpTransport::new(settings).unwrap();
    for _ in 0..3 {
        assert_eq!(summary(&send(&mut transport).await).0, "accepted");
    }
    assert_eq!(server.connections(), 3);
}

#[rstest]
#[case(At::Greeting)]
#[case(At::Ehlo)]
#[case(At::Mail)]
#[case(At::Rcpt)]
#[case(At::Data)]
#[tokio::test]
async fn a_reply_out_of_step_ends_the_connection_and_accepts_nothing(#[case] at: At) {
    let (outcome, server) = send_once(Script::new().on(at, Act::Add("250 2.0.0 queued"))).await;
    let (kind, _, text) = summary(&outcome);
    assert_eq!(kind, "deferred");
    assert!(text.contains("out of step"), "{text}");
    assert_eq!(server.mails(), []);
}

#[tokio::test]
async fn replies_may_come_byte_by_byte_and_in_many_lines() {
    let script = Script::new()
        .on(
            At::Mail,
            Act::Say("250-2.1.0 one\r\n250-2.1.0 two\r\n250 2.1.0 three"),
        )
        .byte_by_byte();
    let (outcome, _) = send_once(script).await;
    assert_eq!(
        summary(&outcome),
        ("accepted", None, "250 2.0.0 queued as 42".into())
    );
}

#[tokio::test]
async fn a_server_without_ehlo_is_greeted_with_helo() {
    let (outcome, server) =
        send_once(Script::new().on(At::Ehlo, Act::Say("502 5.5.1 what?"))).await;
    assert_eq!(summary(&outcome).0, "accepted");
    assert!(server.commands().contains(&"HELO [127.0.0.1]".to_owned()));
}

#[tokio::test]
async fn hostile_words_of_a_server_cannot_act() {
    let reply = "550 \u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}\u{9b}31m gone";
    let (outcome, _) = send_once(Script::new().on(At::Rcpt, Act::Say(reply))).await;
    let text = summary(&outcome).2;
    assert!(
        !text.chars().any(|c| c.is_control() || c == '\u{202e}'),
        "{text}"
    );
    let debug = format!("{outcome:?}");
    assert!(
        !debug.chars().any(|c| c.is_control() || c == '\u{202e}'),
        "{debug}"
    );
}

#[rstest]
#[case(b"a\nb\r\n")]
#[case(b"a\r\n.\n.\r\n")]
#[case(b"a\rb\r\n")]
#[case(b"a\r\n\r")]
#[case(b"\n")]
#[tokio::test]
async fn a_message_with_a_bare_line_end_is_not_sent(#[case] bytes: &[u8]) {
    let server = SmtpServer::start(Script::new()).await;
    let mut transport = SmtpTransport::new(settings(&server)).unwrap();
    let outcome = send_to(&mut transport, "ada@example.org", bytes).await;
    assert!(matches!(outcome, Outcome::Failed { reason } if reason.cause == Cause::BareLineEnd));
    assert_eq!(summary(&send(&mut transport).await).0, "accepted");
    assert_eq!(server.mails().len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn every_body_arrives_as_it_was(
        bodies in proptest::collection::vec(proptest::collection::vec("\\.{0,3}[a-zé. ]{0,12}", 0..8), 1..8)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let bodies: Vec<Vec<u8>> = bodies
            .iter()
            .map(|lines| lines.iter().flat_map(|line| format!("{line}\r\n").into_bytes()).collect())
            .collect();
        let arrived = runtime.block_on(async {
            let server = SmtpServer::start(Script::new()).await;
            let mut transport = SmtpTransport::new(settings(&server)).unwrap();
            for body in &bodies {
                let outcome = send_to(&mut transport, "ada@example.org", body).await;
                assert_eq!(summary(&outcome).0, "accepted");
            }
            server.mails().into_iter().map(|mail| mail.bytes).collect::<Vec<_>>()
        });
        prop_assert_eq!(arrived, bodies);
    }
}

/// The mails of one run, told apart by their senders.
const SENDERS: [&str; 6] = [
    "s0@a.example",
    "s1@a.example",
    "s2@a.example",
    "s3@a.example",
    "s4@a.example",
    "s5@a.example",
];
const STAGES: [At; 7] = [
    At::Greeting,
    At::Ehlo,
    At::Mail,
    At::Rcpt,
    At::Data,
    At::Dot,
    At::Rset,
];

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        Just(Act::Say("451 4.3.0 later")),
        Just(Act::Say("550 5.1.1 no")),
        Just(Act::Say("421 4.3.2 closing")),
        Just(Act::Say("250 2.0.0 queued")),
        Just(Act::Say("354 go ahead")),
        Just(Act::Add("250 2.0.0 queued")),
        Just(Act::Add("354 go ahead")),
        Just(Act::SayAndHangUp("250 2.0.0 queued")),
        Just(Act::HangUp),
        Just(Act::Stall),
    ]
}

/// A go-ahead too many, and a 250 to DATA: where the second comes after the content has left, that is word for word
/// what a server says that takes the mail, so nobody can tell.
fn says_all_that_a_taker_says(faults: &[(&str, At, Act)]) -> bool {
    let goes_ahead = |act: &Act| matches!(act, Act::Add(said) if said.starts_with("354"));
    let takes = |act: &Act| matches!(act, Act::Say(said) | Act::SayAndHangUp(said) if said.starts_with("250"));
    faults.iter().any(|(_, _, act)| goes_ahead(act))
        && faults
            .iter()
            .any(|(_, at, act)| *at == At::Data && takes(act))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Whatever the server does: what is accepted, it has; what it took, is accepted or unknown.
    #[test]
    fn no_mail_is_falsely_accepted_or_lost(
        faults in proptest::collection::vec(
            (proptest::sample::select(&SENDERS), proptest::sample::select(&STAGES), any_act()),
            1..6,
        )
    ) {
        prop_assume!(!says_all_that_a_taker_says(&faults));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (outcomes, mails) = runtime.block_on(async {
            let script = faults.iter().fold(Script::new(), |script, (sender, at, act)| match at {
                At::Mail => script.once_on_line(*at, sender, act.clone()),
                _ => script.once(*at, act.clone()),
            });
            let server = SmtpServer::start(script).await;
            let mut transport = SmtpTransport::new(SmtpSettings {
                deadlines: Deadlines::all(Duration::from_millis(100)),
                ..settings(&server)
            }).unwrap();
            let mut outcomes = Vec::new();
            for sender in SENDERS {
                let envelope = Envelope::new(sender, "ada@example.org").unwrap();
                let outcome = match transport.offer(&envelope).await {
                    Ok(()) => transport.content(sender.as_bytes(), None).await.outcome,
                    Err(outcome) => outcome,
                };
                outcomes.push((sender, summary(&outcome).0));
            }
            (outcomes, server.mails())
        });
        for (sender, kind) in outcomes {
            let taken = mails.iter().filter(|mail| mail.from == sender).count();
            prop_assert!(taken <= 1, "{} was taken {} times", sender, taken);
            let honest = match kind {
                "accepted" => taken == 1,
                "unknown" => true,
                _ => taken == 0,
            };
            prop_assert!(honest, "{} is {}, and was taken {} times", sender, kind, taken);
        }
        for mail in mails {
            prop_assert_eq!(mail.bytes, format!("{}\r\n", mail.from).into_bytes());
        }
    }
}
