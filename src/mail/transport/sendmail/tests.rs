//! Real small programs take the mail, refuse it, hang and die.

use std::fs;
use std::time::Duration;

use rstest::rstest;
use tempfile::TempDir;

use super::*;

const MAIL: &[u8] = b"Subject: Interview\r\n\r\n.\r\n..\r\nHello Ada\r\n";

/// A mail program that is a script; `$HERE` in it is a directory of its own.
struct Program {
    here: TempDir,
    transport: Sendmail,
}

fn program(script: &str, deadline: Duration) -> Program {
    let here = tempfile::tempdir().unwrap();
    let file = here.path().join("program");
    let script = format!("HERE='{}'\n{script}\n", here.path().display());
    fs::write(&file, script).unwrap();
    let command = vec!["sh".to_owned(), file.display().to_string()];
    let settings = SendmailSettings::new(command, deadline).unwrap();
    Program {
        here,
        transport: Sendmail::new(settings),
    }
}

impl Program {
    async fn send(&mut self, to: &str, bytes: &[u8]) -> Outcome {
        let envelope = Envelope::new("jobs@acme.example", to).unwrap();
        self.transport.offer(&envelope).await.unwrap();
        self.transport.content(bytes, None).await.outcome
    }

    fn wrote(&self, name: &str) -> String {
        fs::read_to_string(self.here.path().join(name)).unwrap()
    }
}

async fn outcome(script: &str) -> Outcome {
    program(script, Duration::from_secs(20))
        .send("ada@example.org", MAIL)
        .await
}

fn reason(outcome: Outcome) -> (&'static str, Reason) {
    match outcome {
        Outcome::Deferred { reason } => ("deferred", reason),
        Outcome::Failed { reason } => ("failed", reason),
        Outcome::Unknown { reason } => ("unknown", reason),
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[case("ada@example.org")]
#[case("-oQ/tmp@example.org")]
#[case("--help@example.org")]
#[tokio::test]
async fn the_program_gets_the_mail_and_an_address_is_never_an_option(#[case] to: &str) {
    let script = r#"printf "%s\n" "$@" > "$HERE/arguments"; cat > "$HERE/mail""#;
    let mut program = program(script, Duration::from_secs(20));
    let outcome = program.send(to, MAIL).await;
    assert_eq!(
        outcome,
        Outcome::Passed {
            words: "sh exited with 0".to_owned()
        }
    );
    assert_eq!(
        program.wrote("arguments"),
        format!("-i\n-f\njobs@acme.example\n--\n{to}\n")
    );
    assert_eq!(
        program.wrote("mail"),
        "Subject: Interview\n\n.\n..\nHello Ada\n"
    );
}

#[rstest]
#[case(64, "deferred", true)]
#[case(65, "failed", false)]
#[case(67, "failed", false)]
#[case(68, "deferred", true)]
#[case(69, "deferred", false)]
#[case(70, "deferred", false)]
#[case(74, "unknown", false)]
#[case(75, "deferred", false)]
#[case(76, "unknown", false)]
#[case(77, "deferred", true)]
#[case(78, "deferred", true)]
#[case(127, "deferred", true)]
#[case(1, "deferred", false)]
#[tokio::test]
async fn an_exit_code_says_what_became_of_the_mail(
    #[case] code: i32,
    #[case] became: &str,
    #[case] every_mail: bool,
) {
    let (name, reason) = reason(outcome(&format!("cat > /dev/null; exit {code}")).await);
    assert_eq!((name, reason.concerns_every_mail()), (became, every_mail));
    assert!(
        reason
            .to_string()
            .starts_with(&format!("mail program: sh exited with {code}")),
        "{reason}"
    );
}

#[rstest]
#[case(65, "450 4.2.0 greylisted", "deferred")]
#[case(65, "550 5.1.1 no such user", "failed")]
#[case(69, "554 5.7.1 rejected", "failed")]
#[case(69, "451 4.3.0 later", "deferred")]
#[tokio::test]
async fn a_mail_server_s_answer_that_is_repeated_decides(
    #[case] code: i32,
    #[case] answer: &str,
    #[case] became: &str,
) {
    let script =
        format!("cat > /dev/null; echo 'msmtp: server message: {answer}' >&2; exit {code}");
    let (name, reason) = reason(outcome(&script).await);
    assert_eq!(name, became);
    assert!(reason.to_string().ends_with(answer), "{reason}");
    assert!(refusal::explain(&reason.to_string()).is_some(), "{reason}");
}

#[tokio::test]
async fn one_that_dies_in_the_middle_leaves_the_outcome_unknown() {
    let (name, reason) = reason(outcome("head -c 5 > /dev/null; kill -9 $$").await);
    assert_eq!(name, "unknown");
    assert_eq!(
        reason.to_string(),
        "mail program: sh was killed by signal 9"
    );
}

#[tokio::test]
async fn one_that_says_yes_without_reading_is_not_believed() {
    // A mail that fits into the pipe, and one that does not.
    let long = b"0123456789abcdef\r\n".repeat(20_000);
    for mail in [MAIL, &long] {
        let mut program = program("exit 0", Duration::from_secs(20));
        let (name, reason) = reason(program.send("ada@example.org", mail).await);
        assert_eq!(name, "unknown");
        assert!(
            reason.to_string().contains("before it had read"),
            "{reason}"
        );
    }
    let mut half = program("head -c 100000 > /dev/null", Duration::from_secs(20));
    assert_eq!(
        reason(half.send("ada@example.org", &long).await).0,
        "unknown"
    );
}

#[rstest]
#[case::after_reading("cat > /dev/null; sleep 100")]
#[case::never_reading("sleep 100")]
#[tokio::test]
async fn one_that_hangs_is_ended_with_all_it_started(#[case] hangs: &str) {
    let script = format!("echo begun >&2; echo $$ > \"$HERE/group\"; {hangs}; true");
    let mut program = program(&script, Duration::from_millis(500));
    let long = b"0123456789abcdef\r\n".repeat(20_000);
    let (name, reason) = reason(program.send("ada@example.org", &long).await);
    assert_eq!(name, "unknown");
    assert_eq!(
        reason.to_string(),
        "mail program: sh did not end within 500 ms: begun"
    );
    let group = Pid::from_raw(program.wrote("group").trim().parse().unwrap()).unwrap();
    let gone = async {
        while rustix::process::test_kill_process_group(group).is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(10), gone).await.unwrap();
}

#[tokio::test]
async fn its_complaints_are_bounded_and_can_not_act() {
    let script = r"cat > /dev/null; printf '\033[2Jno' >&2; yes >&2 & sleep 0.2; kill $!; exit 75";
    let (name, reason) = reason(outcome(script).await);
    let shown = reason.to_string();
    assert_eq!(name, "deferred");
    assert!(
        shown.contains("<U+001B>[2Jno") && shown.len() < 1200,
        "{shown}"
    );
}

#[tokio::test]
async fn one_that_leaves_a_child_behind_is_not_waited_for() {
    let begun = std::time::Instant::now();
    let outcome = outcome("cat > /dev/null; sleep 30 & exit 0").await;
    assert!(matches!(outcome, Outcome::Passed { .. }), "{outcome:?}");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_program_that_is_not_there_defers_every_mail() {
    let command = vec!["/nowhere/msmtp".to_owned(), "-a".to_owned()];
    let settings = SendmailSettings::new(command, Duration::from_secs(1)).unwrap();
    let mut transport = Sendmail::new(settings);
    assert_eq!(transport.name(), "sendmail msmtp on this machine");
    let envelope = Envelope::new("jobs@acme.example", "ada@example.org").unwrap();
    let (name, refused) = reason(transport.offer(&envelope).await.unwrap_err());
    assert_eq!((name, refused.concerns_every_mail()), ("deferred", true));
    let (name, refused) = reason(transport.content(MAIL, None).await.outcome);
    assert_eq!((name, refused.cause), ("deferred", Cause::NotOffered));
}

#[tokio::test]
async fn a_bare_line_end_is_refused_and_nothing_runs() {
    let mut program = program(
        "touch \"$HERE/ran\"; cat > /dev/null",
        Duration::from_secs(20),
    );
    let (name, reason) = reason(program.send("ada@example.org", b"a\nb\r\n").await);
    assert_eq!((name, reason.cause), ("failed", Cause::BareLineEnd));
    assert!(!program.here.path().join("ran").exists());
}

#[rstest]
#[case(&[], "is empty")]
#[case(&[" "], "is empty")]
#[case(&["msmtp", "-t"], "leave out -t")]
#[case(&["msmtp", "-a\n"], "control character")]
fn a_command_that_can_not_work_is_refused(#[case] command: &[&str], #[case] words: &str) {
    let command = command.iter().map(ToString::to_string).collect();
    let error = SendmailSettings::new(command, Duration::from_secs(1)).unwrap_err();
    assert!(
        error.to_string().starts_with("mail.sendmail.command: ")
            && error.to_string().contains(words),
        "{error}"
    );
}
