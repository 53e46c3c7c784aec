//! What a process does that keeps the others from writing for long: said in a file, which counts while its lock is held.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

const NAME: &str = "writing";
/// Octets of it that are believed.
const LONGEST: u64 = 200;

/// That something long is being written. Ends with whoever holds it, however that ends.
#[derive(Debug)]
pub struct Doing {
    _file: File,
    path: PathBuf,
}

impl Doing {
    /// Says it to whoever waits; only the first of several is heard. Where it can't be said, the work goes on all the
    /// same, and others learn only that they have to wait.
    pub(super) fn say(directory: &Path, words: &str) -> Option<Self> {
        let path = directory.join(NAME);
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .ok()?;
        file.try_lock().ok()?;
        file.set_len(0).ok()?;
        file.write_all(words.as_bytes()).ok()?;
        Some(Self { _file: file, path })
    }
}

impl Drop for Doing {
    fn drop(&mut self) {
        // One that stays is found unlocked, and not believed.
        let _ = fs::remove_file(&self.path);
    }
}

/// What another process is writing, if it said so and is still at it.
pub(super) fn said(directory: &Path) -> Option<String> {
    let file = File::open(directory.join(NAME)).ok()?;
    if !matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)) {
        return None;
    }
    let mut words = String::new();
    file.take(LONGEST).read_to_string(&mut words).ok()?;
    Some(words).filter(|words| !words.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_believed_only_while_it_is_held_and_only_the_first_is_heard() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(said(directory.path()), None);
        let doing = Doing::say(directory.path(), "an import").unwrap();
        assert!(Doing::say(directory.path(), "another").is_none());
        assert_eq!(said(directory.path()).as_deref(), Some("an import"));
        drop(doing);
        assert_eq!(said(directory.path()), None);
        fs::write(directory.path().join(NAME), "left behind").unwrap();
        assert_eq!(said(directory.path()), None);
        assert!(Doing::say(directory.path(), "the next").is_some());
    }
}
