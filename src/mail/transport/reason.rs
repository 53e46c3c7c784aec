//! Why a mail did not leave: the stage it got to, and what happened there.
//!
//! A reason is shown to people and kept with the delivery. Its text is safe to print anywhere and
//! never holds a secret.

mod brief;

use std::fmt;
use std::io;
use std::time::Duration;

use super::smtp::reply::Reply;
use crate::domain::text::visible;
use crate::domain::trouble;
use crate::net::ConnectError;
use crate::net::tls::TlsError;

/// How far the handing over had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Finding the server and opening the connection.
    Connect,
    /// The TLS handshake, with the check of the server's certificate.
    Tls,
    /// The server's first words.
    Greeting,
    /// `EHLO`, or `HELO` with an old server.
    Hello,
    /// Asking to encrypt a connection that began in the clear.
    StartTls,
    /// Signing in.
    Auth,
    /// Clearing away what an earlier mail left.
    Reset,
    /// Naming the sender.
    Mail,
    /// Naming the recipient.
    Recipient,
    /// Asking for the go-ahead.
    Data,
    /// The message, up to the verdict on it.
    Content,
    /// Saying goodbye.
    Quit,
    /// Writing into the mailbox on this machine.
    Storage,
    /// Handing the message to this machine's mail program.
    Program,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connect",
            Self::Tls => "TLS",
            Self::Greeting => "greeting",
            Self::Hello => "EHLO",
            Self::StartTls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::Reset => "RSET",
            Self::Mail => "MAIL",
            Self::Recipient => "RCPT",
            Self::Data => "DATA",
            Self::Content => "content",
            Self::Quit => "QUIT",
            Self::Storage => "mailbox",
            Self::Program => "mail program",
        })
    }
}

/// What happened at a stage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// The server said no, with a code from 400 to 599.
    #[error("the server refused: {0}")]
    Refused(Reply),
    /// The server spoke when it was not its turn, or said what can't be an answer.
    #[error("the server's replies are out of step, so its connection was closed")]
    OutOfStep,
    /// The server did not finish within its time.
    #[error("no answer within {}", seconds(.0))]
    TimedOut(Duration),
    /// The server hung up.
    #[error("the server closed the connection")]
    Closed,
    /// The server's name leads to no address: what the name service says.
    #[error("the server's name was not found ({0})")]
    NoSuchName(String),
    /// The network or the system failed.
    #[error("{text}")]
    Io {
        /// The kind, to tell remedies apart.
        kind: io::ErrorKind,
        /// What that means, in words for people.
        text: String,
    },
    /// The server's certificate can't be trusted.
    #[error("the server's certificate was not accepted: {0}")]
    Certificate(String),
    /// This machine has no certificate authorities to trust.
    #[error("this machine has no certificate authorities to check the server with")]
    NoRoots,
    /// TLS could not be agreed on.
    #[error("no TLS connection: {0}")]
    Tls(String),
    /// The server does not offer STARTTLS, or something on the way removed the offer.
    #[error("the server does not offer STARTTLS, so nothing was sent to it")]
    StartTlsNotOffered,
    /// Text in the clear followed the go-ahead for TLS.
    #[error(
        "unencrypted text followed the server's go-ahead for TLS, so the connection was closed"
    )]
    Injected,
    /// Without TLS the server has to be this machine, and it is not.
    #[error("the server is not on this machine, and mail.smtp.security is none")]
    NotLoopback,
    /// No way of signing in that both sides know.
    #[error("the server offers no way to sign in that Greenroom can use (it offers: {offered})")]
    NoSignIn {
        /// The mechanisms that the server named; `none` when it named none.
        offered: String,
    },
    /// The server answered, but not with 235 or a refusal (RFC 4954 section 6).
    #[error(
        "the server answered {0}, where 235 would have let us in; so nobody knows whether it did"
    )]
    NotSignedIn(Reply),
    /// The password or token could not be had.
    #[error("{0}")]
    Secret(String),
    /// Content came without an offer that the server agreed to.
    #[error("no go-ahead for content was given, so nothing was sent")]
    NotOffered,
    /// A line end that is not CRLF; servers differ in what they make of it.
    #[error("the message has a line end that is not CRLF, so nothing of it was sent")]
    BareLineEnd,
    /// A file or directory could not be written.
    #[error("could not write the mail into {directory}: {problem}")]
    Storage {
        /// The mailbox.
        directory: String,
        /// The system's words.
        problem: String,
    },
    /// This machine's mail program did not say that it took the mail.
    #[error("{program} {ended}{}", after_colon(.said))]
    Program {
        /// Its name.
        program: String,
        /// How it ended.
        ended: Ended,
        /// What it complained about; often a mail server's words.
        said: String,
    },
}

/// How a mail program ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Ended {
    /// It never ran: the system's words.
    #[error("could not be started ({0})")]
    NotStarted(String),
    /// With an exit code other than 0 (sysexits.h).
    #[error("exited with {code}{meaning}", code = .0, meaning = sysexit(*.0))]
    Code(i32),
    /// By a signal.
    #[error("was killed by signal {0}")]
    Signal(i32),
    /// With 0, though a part of the message was never read.
    #[error("exited with 0 before it had read the whole mail")]
    Unread,
    /// Not in time, so it was killed.
    #[error("did not end within {}", seconds(.0))]
    TimedOut(Duration),
    /// The system lost it.
    #[error("could not be followed to its end ({0})")]
    Lost(String),
}

fn after_colon(said: &str) -> String {
    if said.is_empty() {
        String::new()
    } else {
        format!(": {said}")
    }
}

// What the numbers of sysexits.h mean, where that helps a person.
fn sysexit(code: i32) -> &'static str {
    match code {
        64 => " (it was called in a wrong way)",
        65 => " (something in the mail is wrong)",
        67 => " (there is no such recipient)",
        68 => " (there is no such host)",
        69 => " (a service is not available)",
        75 => " (it asks to try again later)",
        77 => " (it is not allowed to)",
        78 => " (it is not set up properly)",
        126 | 127 => " (a program was not found or can't be run)",
        _ => "",
    }
}

fn seconds(limit: &Duration) -> String {
    if limit.subsec_millis() == 0 {
        format!("{} s", limit.as_secs())
    } else {
        format!("{} ms", limit.as_millis())
    }
}

impl From<io::Error> for Cause {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Closed,
            kind => Self::Io {
                kind,
                text: trouble::in_words(&error),
            },
        }
    }
}

impl From<ConnectError> for Cause {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::NoSuchName(said) => Self::NoSuchName(said),
            ConnectError::Io(error) => error.into(),
        }
    }
}

impl From<TlsError> for Cause {
    fn from(error: TlsError) -> Self {
        match error {
            TlsError::NoRoots => Self::NoRoots,
            TlsError::Certificate(problem) => Self::Certificate(problem),
            TlsError::Tls(problem) => Self::Tls(problem),
            TlsError::Io(error) => error.into(),
        }
    }
}

/// Why a mail did not leave, or why nobody knows whether it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// How far it had come.
    pub stage: Stage,
    /// What happened there.
    pub cause: Cause,
}

impl Reason {
    /// The server's own words, when it was the server that refused.
    #[must_use]
    pub fn reply(&self) -> Option<&Reply> {
        match &self.cause {
            Cause::Refused(reply) => Some(reply),
            _ => None,
        }
    }

    /// Whether any other mail would have met the same: the server can't be reached, is not
    /// trusted, or does not let us in (530 and 535 included). When this goes on, the queue pauses.
    #[must_use]
    pub fn concerns_every_mail(&self) -> bool {
        match self.stage {
            Stage::Connect
            | Stage::Tls
            | Stage::Greeting
            | Stage::Hello
            | Stage::StartTls
            | Stage::Auth
            | Stage::Storage => true,
            // RFC 4954 section 6: 530, authentication required.
            Stage::Mail => self.reply().is_some_and(|reply| reply.code() == 530),
            Stage::Program => match &self.cause {
                Cause::Program { ended, .. } => matches!(
                    ended,
                    Ended::NotStarted(_) | Ended::Code(64 | 68 | 77 | 78 | 126 | 127)
                ),
                _ => false,
            },
            Stage::Reset | Stage::Recipient | Stage::Data | Stage::Content | Stage::Quit => false,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.stage, shown(&self.cause.to_string()))
    }
}

impl std::error::Error for Reason {}

/// Octets of text from outside that are shown and kept.
const SHOWN: usize = 1024;

/// Text from outside as one line of bounded length that is safe to print anywhere.
pub(super) fn shown(text: &str) -> String {
    let mut line = visible(text).into_owned();
    if line.len() > SHOWN {
        line.truncate(line.floor_char_boundary(SHOWN));
        line.push('…');
    }
    line
}
