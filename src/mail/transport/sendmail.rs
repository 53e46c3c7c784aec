//! Mail handed to a mail program of this machine (`sendmail`, `msmtp`), which takes it on its standard input.
//!
//! No shell takes part: the program gets its arguments as they are. What it says is a program's word, never a mail
//! server's: that it ended with 0 means that it took the mail, and nothing about where the mail is.

use std::io::{self, PipeReader};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::fs::{Access, access};
use rustix::io::ioctl_fionread;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::unix::pipe;
use tokio::process::{Child, ChildStderr, Command};
use tokio::time::timeout;

use super::reason::{Cause, Ended, Reason, Stage};
use super::{BoxFuture, Envelope, Handed, Outcome, Transport};
use crate::domain::{refusal, trouble};

/// Octets of the program's complaints that are kept; the rest is read and thrown away.
const KEPT: usize = 4096;
/// How long its complaints are waited for once it has ended: a child of its own may hold the stream open.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// Where `sendmail` usually is, as few people have these directories in their PATH.
const USUAL: [&str; 3] = ["/usr/sbin", "/usr/lib", "/usr/local/sbin"];

/// The mail program, as configured under `[mail.sendmail]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendmailSettings {
    command: Vec<String>,
    deadline: Duration,
}

/// A command that can't be used; the message names its key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// Nothing in it.
    #[error("mail.sendmail.command: is empty; write it like [\"msmtp\", \"-a\", \"acme\"]")]
    Empty,
    /// An argument that takes the recipients from the message.
    #[error(
        "mail.sendmail.command: leave out {0}; the recipient is named in the arguments, and another one in the message \
         must not count"
    )]
    Recipients(String),
    /// No program can be given such an argument.
    #[error("mail.sendmail.command: an argument has a NUL or another control character in it")]
    Control,
}

impl SendmailSettings {
    /// The program with its own arguments. `-i -f SENDER -- RECIPIENT` follow them in every call: `-i` keeps a line
    /// with a single dot from ending the mail, and after `--` no address is taken for an option.
    ///
    /// # Errors
    /// [`CommandError`] when the command can't be used with these.
    pub fn new(command: Vec<String>, deadline: Duration) -> Result<Self, CommandError> {
        if command
            .first()
            .is_none_or(|program| program.trim().is_empty())
        {
            return Err(CommandError::Empty);
        }
        if command
            .iter()
            .any(|word| word.chars().any(char::is_control))
        {
            return Err(CommandError::Control);
        }
        let reads_recipients =
            |word: &&String| matches!(word.as_str(), "-t" | "--read-recipients" | "-bs");
        match command.iter().find(reads_recipients) {
            Some(word) => Err(CommandError::Recipients(word.clone())),
            None => Ok(Self { command, deadline }),
        }
    }

    /// The program's name without its directory.
    #[must_use]
    pub fn program(&self) -> &str {
        let program = self.command.first().map_or("sendmail", String::as_str);
        program.rsplit('/').next().unwrap_or(program)
    }

    /// Where the program is: as given when it has a slash, else in PATH and the usual places of `sendmail`. `None` when
    /// nothing there can be run.
    #[must_use]
    pub fn find(&self) -> Option<PathBuf> {
        let program = Path::new(self.command.first()?);
        let runs = |path: &PathBuf| path.is_file() && access(path, Access::EXEC_OK).is_ok();
        if program.components().nth(1).is_some() {
            return Some(program.to_owned()).filter(runs);
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path)
            .chain(USUAL.iter().map(PathBuf::from))
            .map(|directory| directory.join(program))
            .find(runs)
    }
}

/// The program's input: our end, and its own.
type Input = (pipe::Sender, PipeReader);

/// A transport that runs the mail program once for each mail.
pub struct Sendmail {
    settings: SendmailSettings,
    offered: Option<(PathBuf, Envelope)>,
}

impl Sendmail {
    /// Runs nothing yet.
    #[must_use]
    pub const fn new(settings: SendmailSettings) -> Self {
        Self {
            settings,
            offered: None,
        }
    }

    fn reason(&self, ended: Ended, said: &[u8]) -> Reason {
        Reason {
            stage: Stage::Program,
            cause: Cause::Program {
                program: self.settings.program().to_owned(),
                ended,
                said: String::from_utf8_lossy(said).trim().to_owned(),
            },
        }
    }

    fn start(&self, program: &Path, envelope: &Envelope) -> io::Result<(Child, Input)> {
        let (unread, stdin) = io::pipe()?;
        let child = Command::new(program)
            .args(self.settings.command.iter().skip(1))
            .args(["-i", "-f", envelope.sender(), "--", envelope.recipient()])
            .stdin(unread.try_clone()?)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            // A group of its own: Ctrl-C in the terminal does not end it in the middle of a mail, and a deadline ends
            // whatever it has started.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        Ok((child, (pipe::Sender::from_owned_fd(stdin.into())?, unread)))
    }

    async fn hand_over(&mut self, bytes: &[u8]) -> Outcome {
        let deferred = |reason| Outcome::Deferred { reason };
        let at_program = |cause| Reason {
            stage: Stage::Program,
            cause,
        };
        let Some((program, envelope)) = self.offered.take() else {
            return deferred(at_program(Cause::NotOffered));
        };
        let Some(message) = with_local_line_ends(bytes) else {
            let reason = at_program(Cause::BareLineEnd);
            return Outcome::Failed { reason };
        };
        let (mut child, input) = match self.start(&program, &envelope) {
            Ok(started) => started,
            Err(error) => {
                return deferred(self.reason(Ended::NotStarted(trouble::in_words(&error)), b""));
            }
        };
        let mut said = Vec::new();
        let ended = timeout(
            self.settings.deadline,
            run(&mut child, input, &message, &mut said),
        )
        .await;
        let unknown = match ended {
            Ok(Ok((status, true))) if status.success() => {
                let words = format!("{} exited with 0", self.settings.program());
                return Outcome::Passed { words };
            }
            Ok(Ok((status, false))) if status.success() => Ended::Unread,
            Ok(Ok((status, _))) => return self.refused(status, &said),
            Ok(Err(error)) => Ended::Lost(trouble::in_words(&error)),
            Err(_) => Ended::TimedOut(self.settings.deadline),
        };
        kill(&child);
        let reason = self.reason(unknown, &said);
        Outcome::Unknown { reason }
    }

    // What an exit code other than 0 means for the mail. The codes are those of sysexits.h; a program that hands the mail
    // on over the network itself (msmtp) uses some of them in a sense of its own, and then caution decides.
    fn refused(&self, status: ExitStatus, said: &[u8]) -> Outcome {
        let Some(code) = status.code() else {
            // By a signal, in the middle of it or after all was done: nobody knows.
            let signal = status.signal().unwrap_or_default();
            return Outcome::Unknown {
                reason: self.reason(Ended::Signal(signal), said),
            };
        };
        let reason = self.reason(Ended::Code(code), said);
        match code {
            // EX_IOERR and EX_PROTOCOL: a broken connection, perhaps when the server had the mail already.
            74 | 76 => Outcome::Unknown { reason },
            // EX_DATAERR and EX_UNAVAILABLE stand for any answer of a mail server. If the program repeats it, its class
            // decides; if not, wrong data stays wrong, and what is not available may come back.
            65 | 69 => {
                let for_good = refusal::is_permanent(&String::from_utf8_lossy(said));
                if for_good.unwrap_or(code == 65) {
                    Outcome::Failed { reason }
                } else {
                    Outcome::Deferred { reason }
                }
            }
            // EX_NOUSER. (EX_NOHOST, 68, is also what an unreachable relay looks like, and that passes.)
            67 => Outcome::Failed { reason },
            _ => Outcome::Deferred { reason },
        }
    }
}

impl Transport for Sendmail {
    fn name(&self) -> String {
        match self.settings.program() {
            "sendmail" => "sendmail on this machine".to_owned(),
            program => format!("sendmail {program} on this machine"),
        }
    }

    fn offer<'a>(&'a mut self, envelope: &'a Envelope) -> BoxFuture<'a, Result<(), Outcome>> {
        Box::pin(async {
            self.offered = None;
            let Some(program) = self.settings.find() else {
                let missing = Ended::NotStarted("there is no such program that can be run".into());
                let reason = self.reason(missing, b"");
                return Err(Outcome::Deferred { reason });
            };
            self.offered = Some((program, envelope.clone()));
            Ok(())
        })
    }

    fn content<'a>(
        &'a mut self,
        bytes: &'a [u8],
        _next: Option<&'a Envelope>,
    ) -> BoxFuture<'a, Handed> {
        Box::pin(async { self.hand_over(bytes).await.into() })
    }
}

/// Feeds the program and listens to it until it has ended.
async fn run(
    child: &mut Child,
    input: Input,
    message: &[u8],
    said: &mut Vec<u8>,
) -> io::Result<(ExitStatus, bool)> {
    let complaints = listen(child.stderr.take(), said);
    let end = feed(child, input, message);
    tokio::pin!(complaints, end);
    tokio::select! {
        ended = &mut end => {
            let _ = timeout(LAST_WORDS, complaints).await;
            ended
        }
        () = &mut complaints => end.await,
    }
}

/// Writes the message and waits for the end: how the program ended, and whether it had read everything by then.
async fn feed(
    child: &mut Child,
    (mut stdin, unread): Input,
    message: &[u8],
) -> io::Result<(ExitStatus, bool)> {
    // The other end of its input stays open here, to see how much is left in it. So an early end does not show while
    // writing, and is waited for as well.
    tokio::select! {
        written = stdin.write_all(message) => written?,
        ended = child.wait() => return Ok((ended?, false)),
    }
    drop(stdin);
    let ended = child.wait().await?;
    Ok((ended, ioctl_fionread(&unread)? == 0))
}

/// Reads everything the program complains about, and keeps the beginning.
async fn listen(stderr: Option<ChildStderr>, said: &mut Vec<u8>) {
    let Some(mut stderr) = stderr else { return };
    let mut block = [0; 1024];
    while let Ok(read @ 1..) = stderr.read(&mut block).await {
        let room = KEPT.saturating_sub(said.len()).min(read);
        said.extend_from_slice(block.get(..room).unwrap_or_default());
    }
}

/// Ends the program and whatever it has started.
fn kill(child: &Child) {
    let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
    if let Some(group) = group {
        // It may have ended in this moment.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// The message with the line ends of this machine, as a mail program expects it on its standard input. `None` when it
/// has any other line end than CRLF.
fn with_local_line_ends(message: &[u8]) -> Option<Vec<u8>> {
    let mut local = Vec::with_capacity(message.len());
    for line in message.split_inclusive(|&byte| byte == b'\n') {
        let text = match line.strip_suffix(b"\r\n") {
            Some(text) => text,
            // The last line may lack its end; it gets one.
            None if !line.ends_with(b"\n") => line,
            None => return None,
        };
        if text.contains(&b'\r') {
            return None;
        }
        local.extend_from_slice(text);
        local.push(b'\n');
    }
    Some(local)
}

#[cfg(test)]
mod tests;
