//! Mail kept on this machine: a Maildir that any mail program can open. Nothing here is ever sent.

mod remove;

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::reason::{Cause, Reason, Stage};
use super::{BoxFuture, Envelope, Handed, Outcome, Transport};
use crate::domain::trouble;
use crate::mail::gate::hexadecimal;

pub use remove::remove;

/// A transport that stores each mail as a file, its exact bytes and nothing else.
///
/// The directories are for their owner alone (0700), so are the files (0600). A mail is written
/// and synced under `tmp` and then moved into `new`, so that a reader never sees half of one.
pub struct Mailbox {
    root: PathBuf,
    offered: bool,
}

impl Mailbox {
    /// A mailbox in this directory, which is made when the first mail comes.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            offered: false,
        }
    }

    async fn keep(&mut self, bytes: &[u8]) -> Outcome {
        if !std::mem::take(&mut self.offered) {
            let reason = Reason {
                stage: Stage::Storage,
                cause: Cause::NotOffered,
            };
            return Outcome::Deferred { reason };
        }
        let message = bytes.to_vec();
        match self.in_background(move |root| store(root, &message)).await {
            Ok(path) => Outcome::Stored {
                path: path.display().to_string(),
            },
            Err(outcome) => outcome,
        }
    }

    /// Runs file access where it holds up nobody. It finishes even if the caller stops waiting.
    async fn in_background<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> Result<T, Outcome> {
        let root = self.root.clone();
        let done = tokio::task::spawn_blocking(move || work(&root)).await;
        let done = done.unwrap_or_else(|stopped| Err(io::Error::other(stopped)));
        done.map_err(|problem| Outcome::Deferred {
            reason: Reason {
                stage: Stage::Storage,
                cause: Cause::Storage {
                    directory: self.root.display().to_string(),
                    problem: trouble::in_words(&problem),
                },
            },
        })
    }
}

impl Transport for Mailbox {
    fn name(&self) -> String {
        "mailbox on this machine".to_owned()
    }

    fn offer<'a>(&'a mut self, _: &'a Envelope) -> BoxFuture<'a, Result<(), Outcome>> {
        Box::pin(async {
            self.offered = false;
            self.in_background(make_directories).await?;
            self.offered = true;
            Ok(())
        })
    }

    fn content<'a>(
        &'a mut self,
        bytes: &'a [u8],
        _: Option<&'a Envelope>,
    ) -> BoxFuture<'a, Handed> {
        Box::pin(async { self.keep(bytes).await.into() })
    }
}

fn make_directories(root: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700);
    ["tmp", "new", "cur"]
        .iter()
        .try_for_each(|name| builder.create(root.join(name)))
}

/// Writes a message so that it is on the disk, whole, when this returns; or not there at all.
fn store(root: &Path, message: &[u8]) -> io::Result<PathBuf> {
    let name = name_of(message);
    let (draft, kept) = (root.join("tmp").join(&name), root.join("new").join(&name));
    let written = write_synced(&draft, message)
        .and_then(|()| std::fs::rename(&draft, &kept))
        .and_then(|()| File::open(root.join("new"))?.sync_all());
    if let Err(problem) = written {
        // Whichever of the two is there; what can't be removed now is written over by the next try.
        let _ = std::fs::remove_file(&draft);
        let _ = std::fs::remove_file(&kept);
        return Err(problem);
    }
    Ok(kept)
}

fn write_synced(path: &Path, message: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(message)?;
    file.sync_all()
}

/// The digest of the mail, which no other has: each has its own Message-ID. What a failing disk kept of an earlier try
/// is written over, where a name of its own would leave a part of the mail, or all of it twice.
fn name_of(message: &[u8]) -> String {
    format!("{}.greenroom", hexadecimal(&Sha256::digest(message)))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use super::{Cause, Envelope, Mailbox, Outcome, Transport as _};

    const MAIL: &[u8] = b"Subject: Interview\r\n\r\n.\r\nHello Ada\r\n";

    fn envelope() -> Envelope {
        Envelope::new("jobs@acme.example", "ada@example.org").unwrap()
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn incident_19_mail_kept_on_this_machine_is_stored_and_never_accepted() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("data/mailbox");
        let mut mailbox = Mailbox::new(&root);
        // The third is the second once more.
        let other = [b"X-Other: yes\r\n", MAIL].concat();
        for mail in [MAIL, &other, &other] {
            mailbox.offer(&envelope()).await.unwrap();
            let Outcome::Stored { path } = mailbox.content(mail, None).await.outcome else {
                panic!("not stored");
            };
            assert_eq!(fs::read(&path).unwrap(), mail);
            assert_eq!(mode(Path::new(&path)), 0o600);
        }
        assert_eq!(fs::read_dir(root.join("new")).unwrap().count(), 2);
        assert_eq!(fs::read_dir(root.join("tmp")).unwrap().count(), 0);
        for name in ["", "tmp", "new", "cur"] {
            assert_eq!(mode(&root.join(name)), 0o700);
        }
    }

    #[tokio::test]
    async fn a_directory_that_cannot_be_made_defers_and_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("mailbox");
        fs::write(&root, "a file in the way").unwrap();
        let refused = Mailbox::new(&root).offer(&envelope()).await;
        let Err(Outcome::Deferred { reason }) = refused else {
            panic!("{refused:?}");
        };
        assert!(
            reason.to_string().contains(&root.display().to_string()),
            "{reason}"
        );
        assert!(reason.concerns_every_mail());
    }

    #[tokio::test]
    async fn a_directory_that_vanished_after_the_offer_leaves_nothing_half_done() {
        let directory = tempfile::tempdir().unwrap();
        let mut mailbox = Mailbox::new(directory.path().join("mailbox"));
        mailbox.offer(&envelope()).await.unwrap();
        fs::remove_dir(directory.path().join("mailbox/new")).unwrap();
        assert!(matches!(
            mailbox.content(MAIL, None).await.outcome,
            Outcome::Deferred { .. }
        ));
        assert_eq!(
            fs::read_dir(directory.path().join("mailbox/tmp"))
                .unwrap()
                .count(),
            0
        );
    }

    #[tokio::test]
    async fn content_without_an_offer_is_not_stored() {
        let directory = tempfile::tempdir().unwrap();
        let handed = Mailbox::new(directory.path()).content(MAIL, None).await;
        assert!(
            matches!(handed.outcome, Outcome::Deferred { reason } if reason.cause == Cause::NotOffered)
        );
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}
