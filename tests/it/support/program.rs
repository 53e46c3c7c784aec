//! The real binary in a world of its own: an empty home, a data directory, a clock that stands still.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;

use serde_json::Value;
use tempfile::TempDir;

/// What time it is for the program: a Tuesday morning.
pub const NOW: &str = "2031-03-04T09:12:00Z";

/// Where one test runs the program.
pub struct Greenroom {
    home: TempDir,
    variables: Vec<(String, String)>,
}

/// What a run of the program led to.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// The lines of standard output, each as JSON.
    pub fn json(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Standard output as one JSON value.
    pub fn one(&self) -> Value {
        let mut values = self.json();
        assert_eq!(values.len(), 1, "{}\n{}", self.out, self.err);
        values.remove(0)
    }

    /// Fails unless it ended so, and shows what it said otherwise.
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\n{}\n{}", self.out, self.err);
        self
    }
}

impl Greenroom {
    pub fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
            variables: Vec::new(),
        }
    }

    /// With a variable set in every run.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With mail by SMTP to a port of this machine, and local links allowed.
    pub fn with_smtp(self, port: u16) -> Self {
        self.with("GREENROOM_MAIL__TRANSPORT", "smtp")
            .with("GREENROOM_MAIL__SMTP__HOST", "127.0.0.1")
            .with("GREENROOM_MAIL__SMTP__PORT", &port.to_string())
            .with("GREENROOM_MAIL__SMTP__SECURITY", "none")
            .with("GREENROOM_COMPANY__FROM", "Acme <jobs@acme.example>")
            .with("GREENROOM_LINKS__ALLOW_LOCAL", "true")
    }

    /// With links to a port of this machine where nobody answers: the usual one may be somebody's.
    pub fn with_a_free_port(self) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        self.with("GREENROOM_LINKS__BASE_URL", &format!("http://{address}"))
            .with("GREENROOM_SERVER__LISTEN", &address.to_string())
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The program, about to be run.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("greenroom"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.home.path())
            .env("TZ", "Europe/London")
            .env("USER", "rita")
            .env("GREENROOM_DATA_DIR", self.home.path().join("data"))
            .env("GREENROOM_NOW", NOW)
            // Tests run side by side, and the usual port is one.
            .env("GREENROOM_SERVER__ENABLED", "false")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        let Output {
            status,
            stdout,
            stderr,
        } = self.command(arguments).output().unwrap();
        Ran {
            code: status.code().unwrap(),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }

    /// Schedules Ada's interview for tomorrow, with more arguments.
    pub fn new_ada(&self, more: &[&str]) -> Ran {
        let ada = [
            "new",
            "--candidate",
            "Ada Lovelace",
            "--email",
            "ada@example.org",
            "--role",
            "Engineer",
            "--at",
            "2031-03-05 15:00",
        ];
        self.run(&[&ada, more].concat())
    }

    /// Makes all mail due that waits: the clock of holds and retries starts anew in each run, at the instant at which that
    /// of decisions stands.
    pub fn make_due(&self) {
        rusqlite::Connection::open(self.home().join("data/greenroom.db"))
            .unwrap()
            .execute_batch("UPDATE delivery SET due_at = 0 WHERE due_at IS NOT NULL")
            .unwrap();
    }

    /// Fills the data directory with the sample week.
    pub fn demo(&self) {
        let data = self.home.path().join("data");
        self.run(&["demo", "--no-tui", "--data-dir", data.to_str().unwrap()])
            .ended(0);
    }

    /// Writes `config.toml` where the program looks for it.
    pub fn configure(&self, text: &str) {
        let directory = self.home.path().join(".config/greenroom");
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::File::create(directory.join("config.toml"))
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
    }

    /// The mails in the mailbox on this machine.
    pub fn mailbox(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.home.path().join("data/mailbox/new")) else {
            return Vec::new();
        };
        entries
            .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
            .collect()
    }
}

/// A `greenroom serve` that runs; ends with the value.
pub struct Serving(Child);

impl Greenroom {
    /// Serves the join page where the base URL says, and waits until it does.
    pub fn serve(&self) -> Serving {
        let mut child = self
            .command(&["serve"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        said.read_line(&mut first).unwrap();
        assert!(first.contains("http://127.0.0.1:"), "{first}");
        // Whatever else it says must not fill the pipe.
        thread::spawn(move || said.lines().for_each(drop));
        Serving(child)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
