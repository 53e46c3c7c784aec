//! The ways out through the real binary: a test mail, and the mail program of this machine.

use rstest::rstest;

use crate::support::program::{Greenroom, Ran};
use crate::support::smtp_server::{Act, At, Script, SmtpServer};

const TEST: [&str; 3] = ["doctor", "--send-test", "rita@acme.example"];

async fn test_mail_to(script: Script) -> (Ran, SmtpServer) {
    let server = SmtpServer::start(script).await;
    let port = server.port();
    let ran = tokio::task::spawn_blocking(move || {
        Greenroom::new()
            .with_a_free_port()
            .with_smtp(port)
            .run(&TEST)
    });
    (ran.await.unwrap(), server)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_test_mail_is_said_with_the_server_s_words() {
    let (ran, server) = test_mail_to(Script::new()).await;
    let ran = ran.ended(0);
    let words = "test mail: to rita@acme.example accepted by the mail server (250 2.0.0 queued";
    assert!(ran.out.contains(words), "{}", ran.out);
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(
        (mails[0].from.as_str(), mails[0].to.as_str()),
        ("jobs@acme.example", "rita@acme.example")
    );
    let text = String::from_utf8(mails[0].bytes.clone()).unwrap();
    assert!(!text.contains("session_key"), "{text}");
}

#[rstest]
#[case(
    At::Rcpt,
    "550 5.1.1 no such user",
    "refused (RCPT: the server refused: 550 5.1.1 no such user)",
    "the mailbox does not exist"
)]
#[case(
    At::Dot,
    "554 5.7.26 unauthenticated",
    "refused (content: ",
    "the mail failed several checks of its sender"
)]
#[case(
    At::Mail,
    "451 4.7.1 come back",
    "not taken this time (MAIL: ",
    "many ask unknown senders to come again later"
)]
#[tokio::test(flavor = "multi_thread")]
async fn incident_20_a_refused_test_mail_is_explained(
    #[case] at: At,
    #[case] answer: &'static str,
    #[case] words: &str,
    #[case] meaning: &str,
) {
    let (ran, _server) = test_mail_to(Script::new().on(at, Act::Say(answer))).await;
    let ran = ran.ended(1);
    assert!(ran.out.contains(words), "{}", ran.out);
    assert!(ran.out.contains(meaning), "{}", ran.out);
}

#[test]
fn incident_19_a_test_mail_into_the_mailbox_is_called_stored() {
    let greenroom = Greenroom::new().with_a_free_port();
    let ran = greenroom.run(&TEST).ended(0);
    assert!(
        ran.out.contains("stored on this machine") && ran.out.contains("nobody was mailed"),
        "{}",
        ran.out
    );
    assert_eq!(greenroom.mailbox().len(), 1);
    let ran = greenroom.run(&["doctor", "--send-test", "rita"]).ended(2);
    assert!(ran.err.contains("send-test: "), "{}", ran.err);
    assert_eq!(greenroom.mailbox().len(), 1);
}

/// Schedules through a script that stands for the mail program.
fn new_through(script: &str) -> (Ran, Greenroom) {
    let greenroom = Greenroom::new();
    let program = greenroom.home().join("program");
    std::fs::write(&program, script).unwrap();
    greenroom.configure(&format!(
        "company.from = 'Acme <jobs@acme.example>'\nlinks.base_url = 'https://acme.example'\n\
         [mail]\ntransport = 'sendmail'\nsendmail.command = ['/bin/sh', '{}']\n",
        program.display()
    ));
    let arguments = [
        "new",
        "--candidate",
        "Ada",
        "--email",
        "ada@example.org",
        "--role",
        "Engineer",
        "--at",
        "in 3 days 15:00",
        "--zone",
        "Europe/London",
    ];
    // With a fixed clock nothing would leave.
    let output = greenroom
        .command(&arguments)
        .env_remove("GREENROOM_NOW")
        .output()
        .unwrap();
    let ran = Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    };
    (ran, greenroom)
}

#[test]
fn incident_19_a_mail_program_s_word_is_not_called_a_mail_server_s() {
    let (ran, greenroom) = new_through("echo \"$@\" > \"$HOME/arguments\"; cat > \"$HOME/mail\"");
    let ran = ran.ended(0);
    let words = "accepted by this machine's mail program (sh exited with 0)";
    assert!(ran.out.contains(words), "{}", ran.out);
    let wrote = |name: &str| std::fs::read_to_string(greenroom.home().join(name)).unwrap();
    assert_eq!(
        wrote("arguments"),
        "-i -f jobs@acme.example -- ada@example.org\n"
    );
    let mail = wrote("mail");
    let link = ran
        .out
        .lines()
        .find_map(|line| line.strip_prefix("Link"))
        .unwrap();
    assert!(
        !mail.contains('\r')
            && mail
                .replace("=\n", "")
                .replace("=3D", "=")
                .contains(link.trim())
    );
}

#[test]
fn what_a_mail_program_refuses_is_explained() {
    let (ran, _) = new_through("cat > /dev/null; echo '550 5.1.1 unknown' >&2; exit 65");
    let ran = ran.ended(1);
    let words = "failed (mail program: sh exited with 65 (something in the mail is wrong): 550 5.1.1 unknown, \
                 which means: the mailbox does not exist)";
    assert!(ran.out.contains(words), "{}", ran.out);
}
