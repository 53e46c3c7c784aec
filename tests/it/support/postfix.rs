//! Postfix's `smtp-sink`: a mail server that others wrote, as a witness. Looked for in `GREENROOM_SMTP_SINK`, on the path
//! and in /usr/sbin; without one its tests say so and are left out, except in CI.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::browser::left_out;

/// A running sink; it ends with the value.
pub struct SmtpSink {
    program: Child,
    port: u16,
    dumps: TempDir,
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

impl SmtpSink {
    /// Starts one that keeps each mail in a file, with more options; `None` where there is none to start.
    pub fn start(options: &[&str]) -> Option<Self> {
        let Some(path) = find() else {
            return left_out(
                "smtp-sink is not installed (package postfix, or its path in GREENROOM_SMTP_SINK)",
            );
        };
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        // The sink leaves the rights of root behind.
        let dumps = tempfile::tempdir().unwrap();
        fs::set_permissions(dumps.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let mut command = Command::new(path);
        if rustix::process::geteuid().is_root() {
            command.args(["-u", "nobody"]);
        }
        let program = command
            .args(options)
            .arg("-d")
            .arg(dumps.path().join("mail."))
            .args([&format!("127.0.0.1:{port}"), "100"])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let patience = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(patience.elapsed() < Duration::from_secs(10), "no smtp-sink");
            std::thread::sleep(Duration::from_millis(10));
        }
        Some(Self {
            program,
            port,
            dumps,
        })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many mails it has begun to take.
    pub fn count(&self) -> usize {
        fs::read_dir(self.dumps.path()).unwrap().count()
    }

    /// Every mail that it took whole, as it came, with `\n` for line ends.
    pub fn mails(&self) -> Vec<String> {
        fs::read_dir(self.dumps.path())
            .unwrap()
            .map(|entry| fs::read(entry.unwrap().path()).unwrap())
            .map(|bytes| String::from_utf8(bytes).unwrap().replace("\r\n", "\n"))
            // What it writes above the mail ends with the mail's own first header.
            .filter_map(|dump| Some(dump[dump.find("\nMessage-ID:")? + 1..].to_owned()))
            // The content of a sender that died in the middle of it lacks the boundary that closes all parts.
            .filter(|mail| mail.trim_end().ends_with("--"))
            .collect()
    }
}

fn find() -> Option<PathBuf> {
    let named = std::env::var_os("GREENROOM_SMTP_SINK").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin")])
        .map(|directory| directory.join("smtp-sink"))
        .find(|file| file.is_file());
    named.or(usual)
}
