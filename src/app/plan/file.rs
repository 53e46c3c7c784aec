//! A plan in a file: to be looked at, shown to others, and carried out later, exactly so or not at all.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Plan;

/// Octets of a plan that is read back: some hundred thousand rows.
const LARGEST: u64 = 256 * 1024 * 1024;
/// What a saved plan means may change with the program: one that is read in another sense is worse than none.
const FORMAT: u32 = 2;

#[derive(Serialize)]
struct Saved<'a> {
    format: u32,
    #[serde(flatten)]
    plan: &'a Plan,
}

#[derive(Deserialize)]
struct Head {
    format: Option<u32>,
}

impl Plan {
    /// Writes it to a new file that its owner alone may read, since names and addresses stand in it.
    ///
    /// # Errors
    /// What the system says; that the file is there already is one of them, and it stays as it is.
    pub fn save(&self, file: &Path) -> io::Result<()> {
        let text = serde_json::to_string_pretty(&Saved {
            format: FORMAT,
            plan: self,
        })?;
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let mut opened = options.open(file)?;
        let written = opened
            .write_all(text.as_bytes())
            .and_then(|()| opened.write_all(b"\n"))
            .and_then(|()| opened.sync_all());
        if written.is_err() {
            // Half a plan is none. That it could not be written is what is said.
            let _ = fs::remove_file(file);
        }
        written
    }

    /// Reads one back.
    ///
    /// # Errors
    /// What the system says, that it is no plan, or that another version of the program saved it.
    pub fn read(file: &Path) -> io::Result<Self> {
        let mut text = String::new();
        fs::File::open(file)?
            .take(LARGEST)
            .read_to_string(&mut text)?;
        let no_plan = |error: serde_json::Error| {
            io::Error::other(format!("it is no saved plan, or not all of one ({error})"))
        };
        let head: Head = serde_json::from_str(&text).map_err(no_plan)?;
        if head.format.is_some_and(|format| format != FORMAT) {
            return Err(io::Error::other(
                "another version of Greenroom saved it; plan again",
            ));
        }
        serde_json::from_str(&text).map_err(no_plan)
    }
}
