//! Where a password or token comes from, fetched just before it is used and never kept.
//!
//! Its value reaches no log, no error and no `Debug`; neither does the command that prints it.

use std::fmt;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use secrecy::SecretString;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::domain::trouble;

/// How long a command may take to print a secret; a person may have to unlock something.
const PATIENCE: Duration = Duration::from_secs(30);
/// Octets of a secret; access tokens are a few thousand at most.
const LONGEST: u64 = 64 * 1024;

/// Where the password or token comes from. Of a file or a command's output the first line counts.
#[derive(Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// `mail.smtp.password_command`: run by `sh -c`, within 30 s.
    Command(String),
    /// `mail.smtp.password_file`: refused when anyone but its owner can read it.
    File(PathBuf),
    /// `mail.smtp.password_env`: the name of an environment variable.
    Environment(String),
    /// `mail.smtp.token_command`: like a command, prints an OAuth access token.
    Token(String),
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// Why a secret could not be had. Names the setting, never the secret.
#[derive(Debug, thiserror::Error)]
pub(super) enum SecretError {
    #[error("{0}: the command could not be run: {why}", why = trouble::in_words(.1))]
    NotRun(&'static str, std::io::Error),
    #[error("{0}: the command failed ({1}); run it in a shell to see why")]
    CommandFailed(&'static str, std::process::ExitStatus),
    #[error("{0}: the command did not finish within {limit} s", limit = PATIENCE.as_secs())]
    TimedOut(&'static str),
    #[error("mail.smtp.password_file: {0} can't be read: {why}", why = trouble::in_words(.1))]
    Unreadable(String, std::io::Error),
    #[error("mail.smtp.password_file: others can read {0}; run chmod 600 on it")]
    Exposed(String),
    #[error("mail.smtp.password_env: the environment variable {0} is not set")]
    NotSet(String),
    #[error("{0}: it holds no text on its first line")]
    Empty(&'static str),
}

impl SecretSource {
    /// The configuration key that this source is written under.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Command(_) => "mail.smtp.password_command",
            Self::File(_) => "mail.smtp.password_file",
            Self::Environment(_) => "mail.smtp.password_env",
            Self::Token(_) => "mail.smtp.token_command",
        }
    }

    /// Fetches the secret.
    pub(super) async fn fetch(&self) -> Result<SecretString, SecretError> {
        let text = match self {
            Self::Command(command) | Self::Token(command) => {
                tokio::time::timeout(PATIENCE, output_of(self.key(), command))
                    .await
                    .map_err(|_| SecretError::TimedOut(self.key()))??
            }
            Self::File(path) => read_private(path).await?,
            Self::Environment(name) => {
                std::env::var(name).map_err(|_| SecretError::NotSet(name.clone()))?
            }
        };
        match text.lines().next() {
            Some(line) if !line.is_empty() => Ok(SecretString::from(line)),
            _ => Err(SecretError::Empty(self.key())),
        }
    }
}

/// Runs a command. It has no terminal to write to: the dashboard may be on it.
async fn output_of(key: &'static str, command: &str) -> Result<String, SecretError> {
    let not_run = |error| SecretError::NotRun(key, error);
    let mut child = tokio::process::Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(not_run)?;
    let text = match child.stdout.take() {
        Some(stdout) => read_bounded(stdout).await.map_err(not_run)?,
        None => String::new(),
    };
    let status = child.wait().await.map_err(not_run)?;
    if status.success() {
        Ok(text)
    } else {
        Err(SecretError::CommandFailed(key, status))
    }
}

async fn read_private(path: &Path) -> Result<String, SecretError> {
    let shown = || path.display().to_string();
    let unreadable = |error| SecretError::Unreadable(shown(), error);
    let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
    // Asked of the open file, so that it can't be exchanged in between.
    let mode = file
        .metadata()
        .await
        .map_err(unreadable)?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        return Err(SecretError::Exposed(shown()));
    }
    read_bounded(file).await.map_err(unreadable)
}

async fn read_bounded(source: impl AsyncRead + Unpin) -> std::io::Result<String> {
    let mut text = String::new();
    source.take(LONGEST).read_to_string(&mut text).await?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use secrecy::ExposeSecret as _;

    use super::{SecretError, SecretSource};

    #[tokio::test]
    async fn a_command_prints_the_secret_on_its_first_line() {
        let source = SecretSource::Command("printf 'tr0ub4dor&3\\nuser: ada\\n'".into());
        assert_eq!(source.fetch().await.unwrap().expose_secret(), "tr0ub4dor&3");
    }

    #[tokio::test]
    async fn a_failing_or_silent_command_is_named_by_its_setting() {
        let failed = SecretSource::Command("echo hunter2; exit 3".into())
            .fetch()
            .await;
        let said = failed.unwrap_err().to_string();
        assert!(
            said.starts_with("mail.smtp.password_command: ") && !said.contains("hunter2"),
            "{said}"
        );
        let silent = SecretSource::Token("true".into()).fetch().await;
        assert!(matches!(
            silent,
            Err(SecretError::Empty("mail.smtp.token_command"))
        ));
    }

    #[tokio::test]
    async fn a_file_that_others_can_read_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("password");
        std::fs::write(&path, "hunter2\n").unwrap();
        for (mode, allowed) in [(0o600, true), (0o640, false), (0o604, false)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let fetched = SecretSource::File(path.clone()).fetch().await;
            assert_eq!(fetched.is_ok(), allowed, "{mode:o}: {fetched:?}");
        }
    }

    #[tokio::test]
    async fn neither_a_source_nor_a_secret_shows_its_value() {
        let source = SecretSource::Command("echo hunter2".into());
        let secret = source.fetch().await.unwrap();
        assert!(!format!("{source:?} {secret:?}").contains("hunter2"));
    }
}
