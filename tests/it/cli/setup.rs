//! `setup` in a pseudo-terminal, against a real mail server that refuses and then accepts.

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use base64::Engine as _;
use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};

use crate::support::program::{Greenroom, NOW};
use crate::support::smtp_server::{Script, SmtpServer};

/// A program at a terminal: what it says is waited for, and answered.
struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    input: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    said: String,
}

impl Terminal {
    fn start(greenroom: &Greenroom, arguments: &[&str]) -> Self {
        let pair = native_pty_system().openpty(PtySize::default()).unwrap();
        let mut command = CommandBuilder::new(assert_cmd::cargo::cargo_bin!("greenroom"));
        command.args(arguments);
        command.env_clear();
        command.env("HOME", greenroom.home());
        command.env("TZ", "Europe/London");
        command.env("USER", "rita");
        command.env("GREENROOM_DATA_DIR", greenroom.home().join("data"));
        command.env("GREENROOM_NOW", NOW);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (send, output) = channel();
        std::thread::spawn(move || {
            let mut block = [0; 1024];
            while let Ok(read @ 1..) = reader.read(&mut block) {
                if send.send(block[..read].to_vec()).is_err() {
                    break;
                }
            }
        });
        let input = pair.master.take_writer().unwrap();
        Self {
            child,
            input,
            output,
            said: String::new(),
        }
    }

    /// Waits until the program says this, after what was waited for before, and types.
    fn answer(&mut self, until: &str, line: &str) {
        while !self.said.contains(until) {
            let block = self.output.recv_timeout(Duration::from_secs(30));
            let block = block.unwrap_or_else(|_| panic!("{until:?} never came:\n{}", self.said));
            self.said.push_str(&String::from_utf8_lossy(&block));
        }
        let end = self.said.find(until).unwrap() + until.len();
        self.said.drain(..end);
        self.input.write_all(line.as_bytes()).unwrap();
    }

    /// Waits for the end: its exit code, and what it said last.
    fn end(mut self) -> (u32, String) {
        while let Ok(block) = self.output.recv_timeout(Duration::from_secs(30)) {
            self.said.push_str(&String::from_utf8_lossy(&block));
        }
        (self.child.wait().unwrap().exit_code(), self.said)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn incident_20_setup_explains_a_refusal_and_a_wrong_password_is_typed_again() {
    let word = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let script = Script::new().auth("PLAIN", "PLAIN", &[&word("\0jobs\0tr0ub4dor&3")]);
    let server = SmtpServer::start(script).await;
    let port = server.port().to_string();
    let ran = tokio::task::spawn_blocking(move || {
        let greenroom = Greenroom::new();
        greenroom.configure("# Acme's\n[links]\nallow_local = true\n");
        let mut terminal = Terminal::start(&greenroom, &["setup"]);
        for (until, answer) in [
            ("[smtp] >", ""),
            ("company's name", "Acme"),
            ("Whom mail is from", "Acme <jobs@acme.example>"),
            ("join page", "http://127.0.0.1:8000"),
            ("The mail server", "127.0.0.1"),
            ("[tls] >", "none"),
            ("[25] >", &port),
            ("signs in", "jobs"),
            ("[file] >", ""),
            ("[password] >", ""),
            ("is not shown", "hunter2"),
            ("goes back to the questions", ""),
            ("[127.0.0.1] >", ""),
            ("[none] >", ""),
            (&*format!("[{port}] >"), ""),
            ("[jobs] >", ""),
            ("[file] >", ""),
            ("[password] >", ""),
            ("Enter leaves what is in it", "tr0ub4\u{7f}4dor&3"),
        ] {
            if until.starts_with("goes back") {
                terminal.answer("mail.smtp.username and the password", "");
            }
            terminal.answer(until, &format!("{answer}\r"));
        }
        terminal.answer("+ [company]", "");
        terminal.answer("Write it?", "\r");
        terminal.answer("Send a test mail", "rita@acme.example\r");
        let (code, said) = terminal.end();
        let read = |name: &str| {
            std::fs::read_to_string(greenroom.home().join(".config/greenroom").join(name)).unwrap()
        };
        (code, said, read("config.toml"), read("password"))
    });
    let (code, said, config, password) = ran.await.unwrap();
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("test mail: to rita@acme.example accepted by the mail server"),
        "{said}"
    );
    assert_eq!(server.mails().len(), 1);
    assert_eq!(password, "tr0ub4dor&3\n");
    assert!(!said.contains("tr0ub4"), "{said}");
    assert!(
        config.starts_with("# Acme's\n[links]\nallow_local = true\n"),
        "{config}"
    );
    assert!(!config.contains("tr0ub4"), "{config}");
}

#[test]
fn ctrl_c_leaves_nothing_behind() {
    let greenroom = Greenroom::new();
    let mut terminal = Terminal::start(&greenroom, &["setup"]);
    terminal.answer("[smtp] >", "\r");
    terminal.answer("company's name", "Acme\r");
    terminal.answer("Whom mail is from", "\x03");
    assert_ne!(terminal.end().0, 0);
    assert!(!greenroom.home().join(".config").exists());
}

#[test]
fn without_a_terminal_there_is_nobody_to_ask() {
    let ran = Greenroom::new().run(&["setup"]).ended(2);
    assert!(ran.err.contains("needs a terminal"), "{}", ran.err);
}
