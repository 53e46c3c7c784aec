//! A disk that fails at a chosen write of the real program: see `faults.c`, which is compiled here and preloaded.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::program::{Greenroom, Ran};

/// What a disk says when it takes no more (errno).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disk {
    /// `EIO`: it is broken.
    Broken = 5,
    /// `ENOSPC`: it is full; a write may have been taken in part.
    Full = 28,
    /// `EROFS`: it can only be read.
    ReadOnly = 30,
}

/// One run of the program on a disk that fails.
#[derive(Debug)]
pub struct Fault {
    /// What lies on that disk: a directory, from the program's home.
    pub below: &'static str,
    pub disk: Disk,
    /// Which write fails first, counted from 1.
    pub at: usize,
    /// Whether those after it fail as well, until [`Run::mend`].
    pub lasts: bool,
}

/// The program at work on such a disk.
pub struct Run {
    fault: String,
    child: Child,
    place: TempDir,
}

/// What came of it.
pub enum Came {
    /// It ended by itself.
    Ended(Ran),
    /// It says that the outbox can't be written, and waits until it can.
    Waits(Run),
}

impl Fault {
    /// Starts the program with what lies below on that disk.
    pub fn run(&self, greenroom: &Greenroom, arguments: &[&str]) -> Run {
        let place = tempfile::tempdir().unwrap();
        let file = |name: &str| std::fs::File::create(place.path().join(name)).unwrap();
        let mut command = greenroom.command(arguments);
        command
            .env("LD_PRELOAD", library())
            .env("FAULT_UNDER", greenroom.home().join(self.below))
            .env("FAULT_AT", self.at.to_string())
            .env("FAULT_ERROR", (self.disk as i32).to_string())
            .env("FAULT_MET", place.path().join("met"))
            .stdout(file("out"))
            .stderr(file("err"));
        if self.lasts {
            file("broken");
            command.env("FAULT_WHILE", place.path().join("broken"));
        }
        let child = command.spawn().unwrap();
        Run {
            fault: format!("{self:?}"),
            child,
            place,
        }
    }
}

impl Run {
    fn said(&self, file: &str) -> String {
        std::fs::read_to_string(self.place.path().join(file)).unwrap()
    }

    /// Whether a write has failed so far.
    pub fn met(&self) -> bool {
        self.place.path().join("met").exists()
    }

    /// Waits until it has ended, or waits for the disk.
    pub fn wait(mut self) -> (bool, Came) {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let ran = Ran {
                    code: status.code().unwrap(),
                    out: self.said("out"),
                    err: self.said("err"),
                };
                return (self.met(), Came::Ended(ran));
            }
            if self.said("err").contains("The outbox can't be written") {
                return (true, Came::Waits(self));
            }
            assert!(
                begun.elapsed() < Duration::from_mins(1),
                "{}: it neither ends nor says why: {}",
                self.fault,
                self.said("err")
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The disk works again; waits until the program has ended.
    pub fn mend(mut self) -> Ran {
        // One that failed once works already.
        let _ = std::fs::remove_file(self.place.path().join("broken"));
        let status = self.child.wait().unwrap();
        Ran {
            code: status.code().unwrap(),
            out: self.said("out"),
            err: self.said("err"),
        }
    }

    /// The machine goes down.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

// Compiled once, under a name that no other run of the tests uses.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let library = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("faults-{}.so", std::process::id()));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/support/faults.c");
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
            .args([&library, &source])
            .arg("-ldl")
            .stdin(Stdio::null())
            .status()
            .unwrap();
        assert!(compiled.success(), "the disk that fails must compile");
        library
    })
}
