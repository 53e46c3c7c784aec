//! The real program: a link from a mail that was really stored, clicked; and how `serve` begins and ends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rstest::rstest;
use rustix::process::{Pid, Signal, kill_process};

use crate::support::program::Greenroom;

/// A `greenroom serve` on a free port.
pub(super) struct Served {
    child: Child,
    pub(super) address: SocketAddr,
}

impl Served {
    pub(super) fn by(greenroom: &Greenroom) -> Self {
        Self::with(greenroom, &[])
    }

    /// The same with more to be said.
    fn with(greenroom: &Greenroom, more: &[&str]) -> Self {
        let serve = ["serve", "--listen", "127.0.0.1:0"];
        let mut command = greenroom.command(&[&serve, more].concat());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let after = line
            .split(" on ")
            .nth(1)
            .unwrap_or_else(|| panic!("{line}"));
        let address = after.split(' ').next().unwrap().parse().unwrap();
        Self { child, address }
    }

    /// Sends a request and reads everything that comes back.
    fn ask(&self, method: &str, path: &str, form: &str) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let length = form.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{form}",
            self.address
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Asks it to end; its exit code, how long it took, and all that it said on standard error.
    fn end(mut self, signal: Signal) -> (Option<i32>, Duration, String) {
        let begun = Instant::now();
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        let status = self.child.wait().unwrap();
        let took = begun.elapsed();
        let mut said = String::new();
        let mut output = self.child.stderr.take().unwrap();
        output.read_to_string(&mut said).unwrap();
        (status.code(), took, said)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The query of the join link in the one mail in the mailbox.
fn mailed_query(greenroom: &Greenroom) -> String {
    let mails = greenroom.mailbox();
    assert_eq!(mails.len(), 1);
    // Quoted-printable breaks the line and doubles the equals sign.
    let text = mails[0]
        .replace("=\r\n", "")
        .replace("=\n", "")
        .replace("=3D", "=");
    let (_, after) = text.split_once("/interview/?").unwrap();
    let query: String = after.chars().take("session_key=".len() + 32).collect();
    assert!(query.starts_with("session_key="), "{query}");
    query
}

#[rstest]
#[case(Signal::TERM)]
#[case(Signal::INT)]
fn the_link_in_the_mail_works_when_clicked(#[case] signal: Signal) {
    let greenroom = Greenroom::new();
    let made = greenroom.run(&[
        "new",
        "--candidate",
        "Ada Lovelace",
        "--email",
        "ada@example.org",
        "--role",
        "Engineer",
        "--at",
        "2031-03-04 09:20",
        "--json",
    ]);
    let made = made.ended(0).one();
    let id = made["interview"]["id"].as_str().unwrap().to_owned();
    let query = mailed_query(&greenroom);
    let served = Served::with(&greenroom, &["-vv"]);
    // Only the path counts here: the base URL names the usual port.
    let page = served.ask("GET", &format!("/interview/?{query}"), "");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains("<h1>The door is open</h1>"), "{page}");
    let joined = served.ask("POST", "/interview/", &query);
    assert!(joined.starts_with("HTTP/1.1 303"), "{joined}");
    let waiting = served.ask("GET", &format!("/interview/?{query}"), "");
    assert!(waiting.contains("You are checked in"), "{waiting}");
    for wrong in [
        "session_key=x",
        &query.to_uppercase(),
        &query.replace("session_key", "key"),
    ] {
        served.ask("GET", &format!("/interview/?{wrong}"), "");
        served.ask("GET", &format!("/?{wrong}"), "");
    }
    let shown = greenroom.run(&["show", &id, "--json"]).ended(0).one();
    assert_eq!(shown["joined_at"], "2031-03-04T09:12:00Z");

    let (code, took, said) = served.end(signal);
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    let shown = greenroom.run(&["show", &id]).ended(0).out;
    assert!(shown.contains("joined 09:12 GMT"), "{shown}");
    assert!(
        shown.contains("opened 09:12 GMT: page said join now"),
        "{shown}"
    );

    let key = query.split('=').nth(1).unwrap();
    assert!(
        !said.to_lowercase().contains(key),
        "however much it says: {said}"
    );
    // The secret of link tokens lies in the database.
    let database = std::fs::metadata(greenroom.home().join("data/greenroom.db")).unwrap();
    assert_eq!(database.permissions().mode() & 0o777, 0o600);
    let logs = std::fs::read_dir(greenroom.home().join("data/logs")).unwrap();
    for log in logs {
        let text = std::fs::read_to_string(log.unwrap().path()).unwrap();
        assert!(
            !text.to_lowercase().contains(key),
            "no key stands in a log: {text}"
        );
    }
}

#[test]
fn a_port_that_is_taken_is_said_before_anything_is_served() {
    let greenroom = Greenroom::new();
    let served = Served::by(&greenroom);
    let address = served.address.to_string();
    let second = greenroom.run(&["serve", "--listen", &address]).ended(3);
    assert!(
        second
            .err
            .contains("another greenroom on this database already"),
        "{}",
        second.err
    );
    let other = Greenroom::new()
        .run(&["serve", "--listen", &address])
        .ended(3);
    assert!(
        other
            .err
            .contains("is taken by a Greenroom with another database"),
        "{}",
        other.err
    );
    let slip = greenroom.run(&["serve", "--listen", "8000"]).ended(2);
    assert!(
        slip.err.contains("write them like 127.0.0.1:8000"),
        "{}",
        slip.err
    );
}
