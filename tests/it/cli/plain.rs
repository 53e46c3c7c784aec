//! `greenroom --plain`: the dashboard for a voice, one line per change.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::program::Greenroom;

struct Listening {
    child: Child,
    lines: Receiver<String>,
    heard: Vec<String>,
}

impl Listening {
    fn to(greenroom: &Greenroom) -> Self {
        let mut command = greenroom.command(&["--plain"]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (told, lines) = channel();
        std::thread::spawn(move || {
            output
                .lines()
                .map_while(Result::ok)
                .all(|line| told.send(line).is_ok())
        });
        Self {
            child,
            lines,
            heard: Vec::new(),
        }
    }

    /// Listens until a line has all of these words.
    fn until(&mut self, words: &[&str]) -> &str {
        loop {
            let line = self
                .lines
                .recv_timeout(Duration::from_secs(30))
                .unwrap_or_else(|_| panic!("{words:?} was never said: {:#?}", self.heard));
            let found = words.iter().all(|word| line.contains(word));
            self.heard.push(line);
            if found {
                return self.heard.last().unwrap();
            }
        }
    }

    fn interrupt(mut self) -> (i32, Vec<String>) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::INT).unwrap();
        let code = self.child.wait().unwrap().code().unwrap();
        self.heard.extend(self.lines.iter());
        (code, self.heard)
    }
}

#[test]
fn how_things_stand_is_said_first_and_then_each_change_in_a_line() {
    let greenroom = Greenroom::new().with("GREENROOM_SERVER__ENABLED", "false");
    greenroom.new_ada(&["--no-send"]).ended(0);
    let mut listening = Listening::to(&greenroom);
    listening.until(&["1 ahead: 1 not invited."]);
    listening.until(&["Mail leaves from here, through mailbox on this machine."]);

    greenroom
        .run(&[
            "new",
            "--candidate",
            "Bob \u{1b}[31mRed",
            "--email",
            "bob@example.org",
            "--role",
            "Engineer",
            "--at",
            "2031-03-06 15:00",
        ])
        .ended(2);
    greenroom
        .run(&[
            "new",
            "--candidate",
            "Bob Noyce",
            "--email",
            "bob@example.org",
            "--role",
            "Engineer",
            "--at",
            "2031-03-06 15:00",
        ])
        .ended(0);
    listening.until(&["Bob Noyce, Engineer: interview scheduled, link made"]);
    listening.until(&["2 ahead: 1 not invited, 1 in doubt."]);
    let (code, heard) = listening.interrupt();
    assert_eq!(code, 0, "{heard:#?}");
    let stored = heard
        .iter()
        .any(|line| line.contains("Bob Noyce") && line.contains("stored on this machine"));
    assert!(stored, "{heard:#?}");
    for line in &heard {
        assert!(line.chars().all(|c| (' '..='~').contains(&c)), "{line:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_leaves_meanwhile_and_a_refusal_is_said_with_its_reply() {
    use crate::support::smtp_server::{Act, At, Script, SmtpServer};
    let refusal = Act::Say("550 5.1.1 no such user");
    let server = SmtpServer::start(Script::new().on_line(At::Rcpt, "ada@", refusal)).await;
    let greenroom = Greenroom::new()
        .with_smtp(server.port())
        .with("GREENROOM_SERVER__ENABLED", "false");
    let mut listening = Listening::to(&greenroom);
    listening.until(&["There are no interviews yet."]);
    listening.until(&["Mail leaves from here, through smtp"]);
    greenroom.new_ada(&[]).ended(1);
    let line = listening.until(&[
        "Ada Lovelace, Engineer",
        "mail failed",
        "550 5.1.1 no such user",
    ]);
    assert!(
        line.ends_with("They were not told: the invitation could not be mailed."),
        "{line}"
    );
    let (code, _) = listening.interrupt();
    assert_eq!(code, 0);
}
