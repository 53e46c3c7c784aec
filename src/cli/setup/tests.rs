//! Whole conversations with a person who answers as a script says.

use std::collections::VecDeque;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use secrecy::SecretString;
use tempfile::TempDir;

use super::*;

/// Answers in order, and leaves when the answers are used up.
struct Scripted {
    answers: VecDeque<String>,
    said: String,
}

impl Person for Scripted {
    fn tell(&mut self, text: &str) {
        self.said.push_str(text);
        self.said.push('\n');
    }

    fn tell_behind(&mut self, label: &str, text: &str) {
        self.tell(&format!("{label}{text}"));
    }

    fn ask(&mut self, prompt: &str) -> Option<String> {
        self.said.push_str(prompt);
        let answer = self.answers.pop_front()?;
        self.tell(&answer);
        Some(answer)
    }

    fn ask_hidden(&mut self, prompt: &str) -> Option<SecretString> {
        self.said.push_str(prompt);
        Some(SecretString::from(self.answers.pop_front()?))
    }
}

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("greenroom/config.toml")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    async fn set_up(&self, answers: &[&str]) -> (Result<SetUp, Failure>, String) {
        self.set_up_in(&Environment::default(), answers).await
    }

    async fn set_up_in(
        &self,
        environment: &Environment,
        answers: &[&str],
    ) -> (Result<SetUp, Failure>, String) {
        let options = Options {
            config: Some(self.file()),
            data_dir: Some(self.0.path().join("data")),
        };
        let edit = Edit::open(&options, environment).unwrap();
        let mut person = Scripted {
            answers: answers.iter().map(ToString::to_string).collect(),
            said: String::new(),
        };
        let ended = converse(edit, &mut person).await;
        assert!(
            person.answers.is_empty(),
            "{:?}\n{}",
            person.answers,
            person.said
        );
        (ended, person.said)
    }
}

/// A port of this machine at which nothing answers.
fn closed_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port().to_string()
}

const DONE: Result<SetUp, Failure> = Ok(SetUp::Ended(Exit::Done));
const LEFT: Result<SetUp, Failure> = Ok(SetUp::Ended(Exit::Findings));

#[tokio::test]
async fn mail_that_stays_here_needs_a_name_at_most() {
    let place = Place::new();
    let (ended, said) = place.set_up(&["mailbox", "Acme", "-", "y"]).await;
    assert_eq!(ended, DONE, "{said}");
    assert_eq!(
        place.text(),
        "[mail]\ntransport = \"mailbox\"\n\n[company]\nname = \"Acme\"\n"
    );
    assert!(said.contains("  + name = \"Acme\""), "{said}");
}

#[tokio::test]
async fn over_ssh_the_line_that_makes_the_join_page_reachable_is_said() {
    let ssh = ("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22");
    let environment = Environment {
        variables: [ssh, ("USER", "rita")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        ..Environment::default()
    };
    let answers = ["mailbox", "Acme", "-", "y"];
    let (ended, said) = Place::new().set_up_in(&environment, &answers).await;
    assert_eq!(ended, DONE, "{said}");
    assert!(
        said.contains("type there: ssh -L 8000:127.0.0.1:8000 rita@192.0.2.2"),
        "{said}"
    );
}

#[tokio::test]
async fn each_answer_is_checked_at_once_and_asked_again() {
    let place = Place::new();
    let (ended, said) = place
        .set_up(&[
            "pigeon",
            "sendmail",
            "Acme",
            "",
            "not an address",
            "Acme <jobs@acme.example>",
            "http://localhost:8000",
            "acme",
            "https://interviews.acme.example",
            "msmtp -t",
            "sh 'a b'",
            "sh",
            "",
            "no address",
            "rita@acme.example",
        ])
        .await;
    let rita = EmailAddress::parse("rita@acme.example").unwrap();
    assert_eq!(ended, Ok(SetUp::TestTo(rita)), "{said}");
    for complaint in [
        "\"pigeon\" is not one of mailbox, smtp, sendmail",
        "This one needs an answer.",
        "http://localhost:8000 is this machine itself, so the candidate's link would not work",
        "\"acme\" is not a URL",
        "leave out -t",
        "no shell reads this command",
        "takes the mail; whether it can pass it on shows a test",
    ] {
        assert!(said.contains(complaint), "{complaint}\n{said}");
    }
    assert!(place.text().contains("[mail.sendmail]\ncommand = \"sh\"\n"));
}

#[tokio::test]
async fn a_refused_conversation_is_explained_and_leads_back_to_the_server() {
    let place = Place::new();
    let port = closed_port();
    let (ended, said) = place
        .set_up(&[
            "smtp",
            "Acme",
            "Acme <jobs@acme.example>",
            "https://acme.example",
            "127.0.0.1",
            "none",
            &port,
            "<",
            "",
            "jobs@acme.example",
            "file",
            "password",
            "hunter2",
            // Back at the server: all the same again, and nobody signs in.
            "",
            "",
            "",
            "",
            "-",
            "w",
            "y",
            "",
        ])
        .await;
    assert_eq!(ended, DONE, "{said}");
    assert!(
        said.contains(&format!("nothing answers at 127.0.0.1, port {port}")),
        "{said}"
    );
    assert!(!said.contains("hunter2"), "{said}");
    let text = place.text();
    assert!(text.contains(&format!("port = {port}\n")), "{text}");
    assert!(
        !text.contains("username") && !text.contains("password"),
        "{text}"
    );
    let password = place.file().with_file_name("password");
    assert_eq!(fs::read_to_string(&password).unwrap(), "hunter2\n");
    let mode = fs::metadata(password).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn the_answers_of_today_are_the_defaults_of_tomorrow() {
    let place = Place::new();
    fs::create_dir(place.file().parent().unwrap()).unwrap();
    let text = "# Acme's\n[company]\nname = 'Acme' # short\nfrom = 'jobs@acme.example'\n[links]\nbase_url = 'https://acme.example'\n\n\
                [mail]\ntransport = 'sendmail'\nsendmail.command = ['sh', '-e']\n\n[ui]\ntheme = 'none'\n";
    fs::write(place.file(), text).unwrap();
    let (ended, said) = place.set_up(&["", "", "", "", "", ""]).await;
    assert_eq!(ended, DONE, "{said}");
    assert!(said.contains("says all of that already"), "{said}");
    assert_eq!(place.text(), text);
    // One change leaves the rest.
    let (ended, said) = place.set_up(&["", "Acme Inc", "", "", "", "", ""]).await;
    assert_eq!(ended, DONE, "{said}");
    assert_eq!(place.text(), text.replace("'Acme'", "\"Acme Inc\""));
    assert!(!said.contains("theme"), "far from the change\n{said}");
}

#[tokio::test]
async fn whoever_leaves_changes_nothing() {
    let answers = [
        "smtp",
        "Acme",
        "Acme <jobs@acme.example>",
        "https://acme.example",
        "127.0.0.1",
        "none",
        &closed_port(),
        "-",
        "w",
        "n",
    ];
    for count in 0..=answers.len() {
        let place = Place::new();
        let (ended, said) = place.set_up(&answers[..count]).await;
        assert_eq!(ended, LEFT, "{said}");
        assert!(said.contains("was not changed"), "{said}");
        assert!(!place.file().exists());
    }
}

#[tokio::test]
async fn a_password_that_was_written_is_not_forgotten() {
    let place = Place::new();
    let (ended, said) = place
        .set_up(&[
            "smtp",
            "Acme",
            "Acme <jobs@acme.example>",
            "https://acme.example",
            "127.0.0.1",
            "none",
            &closed_port(),
            "jobs",
            "file",
            "secrets/mail",
            "\u{1b}[A",
            "hunter2",
            "q",
        ])
        .await;
    assert_eq!(ended, LEFT, "{said}");
    let file = place.file().with_file_name("secrets/mail");
    assert!(
        said.contains(&format!("The password stays in {}", file.display())),
        "{said}"
    );
    assert_eq!(fs::read_to_string(file).unwrap(), "hunter2\n");
    assert!(!place.file().exists());
}

#[tokio::test]
async fn a_fault_that_no_question_is_about_is_named_first() {
    let place = Place::new();
    fs::create_dir(place.file().parent().unwrap()).unwrap();
    fs::write(place.file(), "[ui]\ncolour = 'red'\n").unwrap();
    let (ended, _) = place.set_up(&[]).await;
    let failure = ended.unwrap_err();
    assert_eq!(failure.exit, Exit::Environment);
    assert!(failure.problems[0].contains("config.toml:2: ui.colour: there is no such setting"));
}

#[test]
fn only_what_changes_is_shown_with_what_is_around_it() {
    let line = |text: &str| Difference::Same(text.to_owned());
    let mut lines: Vec<Difference> = (0..20).map(|number| line(&number.to_string())).collect();
    lines.insert(10, Difference::New("x".to_owned()));
    lines.insert(3, Difference::Gone("y".to_owned()));
    assert_eq!(
        shown(&lines),
        [
            "    1", "    2", "  - y", "    3", "    4", "  ...", "    8", "    9", "  + x",
            "    10", "    11"
        ]
    );
    assert!(shown(&[line("a")]).is_empty());
}
