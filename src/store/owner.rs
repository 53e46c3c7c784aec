//! Who is alive: a process holds an operating-system lock on its own file as long as it lives, and no longer.
//!
//! A lease in the database names its owner; it ends when that lock is free, never by time. A process that is merely
//! stopped keeps its lock, and with it its leases.

use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use uuid::Uuid;

/// Names one process for as long as it lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OwnerId(Uuid);

impl fmt::Display for OwnerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.simple().fmt(f)
    }
}

impl FromStr for OwnerId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        Uuid::parse_str(text).map(Self)
    }
}

/// The proof that this process is alive. Dropping it ends the proof.
#[derive(Debug)]
pub struct Owner {
    id: OwnerId,
    // Held for its lock; none where the database is in memory and nobody else can see it.
    held: Option<(File, PathBuf)>,
}

impl Owner {
    /// Takes the lock on a new file of its own in the data directory.
    ///
    /// # Errors
    /// When the file can't be made or locked.
    pub fn new(directory: Option<&Path>, id: Uuid) -> io::Result<Self> {
        let id = OwnerId(id);
        let Some(directory) = directory else {
            return Ok(Self { id, held: None });
        };
        let owners = directory.join("owners");
        match fs::DirBuilder::new().mode(0o700).create(&owners) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let path = owners.join(id.to_string());
        // Locked before it has its name: under that name it is never seen unlocked while its process lives.
        let unnamed = owners.join(format!("{id}.new"));
        let file = OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&unnamed)?;
        file.lock()?;
        fs::rename(&unnamed, &path)?;
        Ok(Self {
            id,
            held: Some((file, path)),
        })
    }

    /// The name under which this process takes deliveries.
    #[must_use]
    pub const fn id(&self) -> OwnerId {
        self.id
    }

    /// Whether another process is alive. Removes the file of one that is not.
    ///
    /// # Errors
    /// When the lock can't be asked for: the answer is then unknown, and nothing may be taken from that owner.
    pub fn is_alive(&self, directory: Option<&Path>, other: OwnerId) -> io::Result<bool> {
        if other == self.id {
            return Ok(true);
        }
        let Some(directory) = directory else {
            return Ok(false);
        };
        let path = directory.join("owners").join(other.to_string());
        let file = match OpenOptions::new().write(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        match file.try_lock() {
            Ok(()) => {
                fs::remove_file(&path)?;
                Ok(false)
            }
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        if let Some((_, path)) = self.held.take() {
            // A file that stays is found free by the next process that asks.
            let _ = fs::remove_file(path);
        }
    }
}

/// The right to send: one process at a time has it, and says in the file who it is.
#[derive(Debug)]
pub struct SenderLock {
    _file: Option<File>,
}

/// Who has the right to send.
#[derive(Debug)]
pub enum SenderLockState {
    /// This process, from now on.
    Taken(SenderLock),
    /// Another one, which calls itself this ("dashboard 4711").
    Elsewhere(String),
}

impl SenderLock {
    /// Takes the right to send, if it is free, in the name of `who`.
    ///
    /// # Errors
    /// When the file can't be made, locked or written.
    pub fn take(directory: Option<&Path>, who: &str) -> io::Result<SenderLockState> {
        let Some(directory) = directory else {
            return Ok(SenderLockState::Taken(Self { _file: None }));
        };
        let path = directory.join("sender.lock");
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(path)?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0)?;
                file.write_all(who.as_bytes())?;
                Ok(SenderLockState::Taken(Self { _file: Some(file) }))
            }
            Err(TryLockError::WouldBlock) => Ok(SenderLockState::Elsewhere(read_name(&mut file))),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Who has the right to send now, without taking it.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn holder(directory: Option<&Path>) -> io::Result<Option<String>> {
        let Some(directory) = directory else {
            return Ok(None);
        };
        let mut file = match OpenOptions::new()
            .read(true)
            .write(true)
            .open(directory.join("sender.lock"))
        {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => Ok(Some(read_name(&mut file))),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

// The name may be half written; it is only ever shown.
fn read_name(file: &mut File) -> String {
    let mut name = Vec::new();
    let read = file
        .rewind()
        .and_then(|()| file.take(200).read_to_end(&mut name));
    if read.is_ok() && !name.is_empty() {
        String::from_utf8_lossy(&name).into_owned()
    } else {
        "another process".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_is_alive_as_long_as_it_holds_its_lock() {
        let directory = tempfile::tempdir().unwrap();
        let at = Some(directory.path());
        let me = Owner::new(at, Uuid::from_u128(1)).unwrap();
        let other = Owner::new(at, Uuid::from_u128(2)).unwrap();
        let other_id = other.id();
        assert!(me.is_alive(at, other_id).unwrap());
        drop(other);
        assert!(!me.is_alive(at, other_id).unwrap());
        assert!(
            !me.is_alive(at, OwnerId(Uuid::from_u128(3))).unwrap(),
            "one that never was"
        );
        assert!(me.is_alive(at, me.id()).unwrap());
    }

    #[test]
    fn one_process_at_a_time_may_send_and_says_who_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let at = Some(directory.path());
        assert_eq!(SenderLock::holder(at).unwrap(), None);
        let SenderLockState::Taken(lock) = SenderLock::take(at, "dashboard 4711").unwrap() else {
            panic!("it was free")
        };
        assert!(
            matches!(SenderLock::take(at, "x").unwrap(), SenderLockState::Elsewhere(who) if who == "dashboard 4711")
        );
        assert_eq!(
            SenderLock::holder(at).unwrap().as_deref(),
            Some("dashboard 4711")
        );
        drop(lock);
        assert_eq!(SenderLock::holder(at).unwrap(), None);
    }
}
