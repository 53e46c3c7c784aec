//! Trying the conversation with a mail server without sending mail, and explaining what failed.

use std::fmt;
use std::io;

use super::super::reason::{Cause, Reason, Stage, shown};
use super::Server;
use super::session::Session;
use super::settings::{Security, SettingsError, SmtpSettings};

/// One step of a conversation that went well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which step.
    pub stage: Stage,
    /// What the server said, or what was agreed on: one line, safe to print.
    pub said: String,
}

impl Step {
    pub(super) fn new(stage: Stage, said: impl fmt::Display) -> Self {
        let said = shown(&said.to_string());
        Self { stage, said }
    }
}

/// What a trial conversation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The steps that went well, in order.
    pub steps: Vec<Step>,
    /// What ended it early; `None` when the server is ready for mail.
    pub problem: Option<Problem>,
}

/// Why a trial conversation ended early, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What happened.
    pub reason: Reason,
    /// One sentence: what to change.
    pub remedy: String,
}

/// Holds a conversation up to signing in, then says goodbye. No mail is begun.
///
/// # Errors
/// [`SettingsError`] when the settings can't be used at all.
pub async fn probe(settings: SmtpSettings) -> Result<Probe, SettingsError> {
    let server = Server::new(settings)?;
    let mut steps = Vec::new();
    let problem = match Session::open(&server, &mut steps).await {
        Ok(session) => {
            // Everything asked has been answered; a lost goodbye is no problem.
            if let Ok(reply) = session.quit().await {
                steps.push(Step::new(Stage::Quit, &reply));
            }
            None
        }
        Err(reason) => Some(Problem {
            remedy: remedy(&reason, &server.settings),
            reason,
        }),
    };
    Ok(Probe { steps, problem })
}

fn remedy(reason: &Reason, settings: &SmtpSettings) -> String {
    let host = &settings.host;
    let port = settings.port;
    match &reason.cause {
        Cause::Refused(reply) if reason.stage == Stage::Auth => match reply.code() {
            535 => "the server refused the user name or the password: check mail.smtp.username and \
                 the password; many providers want an app password or a token \
                 (mail.smtp.token_command) here"
                .into(),
            534 | 504 => "the server wants another way of signing in: set mail.smtp.auth to plain, \
                 login or xoauth2"
                .into(),
            538 => "the server wants TLS before signing in: set mail.smtp.security to starttls or tls"
                .into(),
            400..=499 => "the server can't check passwords just now: try again later".into(),
            _ => "check mail.smtp.username, the password and mail.smtp.auth".into(),
        },
        Cause::Refused(_) if reason.stage == Stage::Hello => {
            "the server did not like our name: set mail.smtp.hello to this machine's full name".into()
        }
        Cause::Refused(_) => {
            "the server turned this machine away: its words say why; its operator can allow it".into()
        }
        Cause::Certificate(_) => format!(
            "mail.smtp.host has to be the name in the server's certificate, not an alias or an \
             address, and this machine's clock and certificate authorities (ca-certificates) have \
             to be up to date; it is {host} now"
        ),
        Cause::NoRoots => "install the system's certificate authorities (ca-certificates)".into(),
        Cause::StartTlsNotOffered => {
            "set mail.smtp.security = \"tls\" with the server's TLS port (usually 465); never go on \
             without TLS: something on the way may have removed the offer"
                .into()
        }
        Cause::Injected => "do not send mail over this network: somebody may be changing what the \
             server says"
            .into(),
        Cause::Tls(_) | Cause::OutOfStep | Cause::Closed => security_remedy(settings),
        Cause::TimedOut(_) => match reason.stage {
            Stage::Connect => format!(
                "check mail.smtp.host ({host}) and mail.smtp.port ({port}), and whether a firewall \
                 blocks that port; many networks do"
            ),
            Stage::Tls | Stage::Greeting => security_remedy(settings),
            _ => "the server is too slow: try again later, or ask its operator".into(),
        },
        Cause::NoSignIn { .. } if settings.security == Security::None => {
            "many servers offer signing in only over TLS: set mail.smtp.security to starttls or tls"
                .into()
        }
        Cause::NoSignIn { .. } => "leave mail.smtp.auth at auto, or use another port of the server \
             (587 or 465 are for signing in, 25 is not)"
            .into(),
        Cause::NotSignedIn(_) => "a server that is only for tests answers so: leave mail.smtp.username empty there; \
             otherwise tell the server's operator"
            .into(),
        Cause::Secret(_) => "correct that setting".into(),
        Cause::NotLoopback => "set mail.smtp.security to tls or starttls".into(),
        Cause::Io { kind: io::ErrorKind::ConnectionRefused, .. } => format!(
            "nothing answers at {host}, port {port}: check mail.smtp.host and mail.smtp.port \
             (465 for tls, 587 for starttls)"
        ),
        Cause::NoSuchName(_) => {
            format!("correct mail.smtp.host ({host}), or look at this machine's network")
        }
        Cause::Io { .. } if reason.stage == Stage::Connect => {
            format!("check mail.smtp.host ({host}) and the network")
        }
        Cause::Io { .. }
        | Cause::NotOffered
        | Cause::BareLineEnd
        | Cause::Program { .. }
        | Cause::Storage { .. } => "try again; if it stays, check the network".into(),
    }
}

/// A server that expects TLS and is spoken to in the clear, or the other way round, falls silent,
/// hangs up, or says what can't be understood.
fn security_remedy(settings: &SmtpSettings) -> String {
    let port = settings.port;
    match settings.security {
        Security::Tls => format!(
            "port {port} may not begin with TLS: with port 587 set mail.smtp.security = \"starttls\", \
             or use port 465"
        ),
        Security::StartTls => format!(
            "port {port} may begin with TLS: with port 465 set mail.smtp.security = \"tls\", or use \
             port 587"
        ),
        Security::None => format!("check that port {port} is a mail server's"),
    }
}
