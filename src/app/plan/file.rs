//! A plan in a file: to be looked at, shown to others, and carried out later, exactly so or not at all.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use super::Plan;

/// Octets of a plan that is read back: some hundred thousand rows.
const LARGEST: u64 = 256 * 1024 * 1024;

impl Plan {
    /// Writes it to a file that its owner alone may read, since names and addresses stand in it.
    ///
    /// # Errors
    /// What the system says.
    pub fn save(&self, file: &Path) -> io::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut opened = options.open(file)?;
        opened.write_all(text.as_bytes())?;
        opened.write_all(b"\n")
    }

    /// Reads one back.
    ///
    /// # Errors
    /// What the system says, or that it is no plan.
    pub fn read(file: &Path) -> io::Result<Self> {
        let mut text = String::new();
        fs::File::open(file)?
            .take(LARGEST)
            .read_to_string(&mut text)?;
        Ok(serde_json::from_str(&text)?)
    }
}
