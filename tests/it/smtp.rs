//! Mail by SMTP against a server that does what no server should.

mod conversation;
mod pipelining;
mod probe;
mod schedules;
mod security;

use std::time::Duration;

use greenroom::mail::transport::smtp::{
    AuthMechanism, Deadlines, SecretSource, Security, SmtpSettings, SmtpTransport,
};
use greenroom::mail::transport::{Envelope, Outcome, Stage, Transport};

use crate::support::smtp_server::{Script, SmtpServer};

const MAIL: &[u8] = b"Subject: Interview\r\n\r\nHello Ada,\r\n.\r\n..\r\n.hidden\r\n";

/// What PLAIN says for the user `ada` and the password `hunter2`.
const PLAIN: &str = "AGFkYQBodW50ZXIy";

/// Settings for a server of the script, without TLS and with little patience.
pub fn settings(server: &SmtpServer) -> SmtpSettings {
    SmtpSettings {
        security: Security::None,
        deadlines: Deadlines::all(Duration::from_secs(5)),
        extra_roots: vec![server.certificate()],
        ..SmtpSettings::new("127.0.0.1", server.port())
    }
}

fn signed_in(settings: SmtpSettings, auth: AuthMechanism, secret: &str) -> SmtpSettings {
    SmtpSettings {
        username: Some("ada".into()),
        secret: Some(SecretSource::Command(format!("printf '%s' '{secret}'"))),
        auth,
        ..settings
    }
}

async fn send_to(transport: &mut dyn Transport, recipient: &str, bytes: &[u8]) -> Outcome {
    let envelope = Envelope::new("jobs@acme.example", recipient).unwrap();
    match transport.offer(&envelope).await {
        Ok(()) => transport.content(bytes, None).await.outcome,
        Err(outcome) => outcome,
    }
}

async fn send(transport: &mut dyn Transport) -> Outcome {
    send_to(transport, "ada@example.org", MAIL).await
}

/// One mail to a server of this script.
async fn send_once(script: Script) -> (Outcome, SmtpServer) {
    let server = SmtpServer::start(script).await;
    let outcome = send(&mut SmtpTransport::new(settings(&server)).unwrap()).await;
    (outcome, server)
}

/// The kind of an outcome, the stage it came from, and all that a person reads of it.
fn summary(outcome: &Outcome) -> (&'static str, Option<Stage>, String) {
    let (kind, reason) = match outcome {
        Outcome::Accepted { reply } => return ("accepted", None, reply.to_string()),
        Outcome::Passed { words } => return ("passed", None, words.clone()),
        Outcome::Stored { path } => return ("stored", None, path.clone()),
        Outcome::Deferred { reason } => ("deferred", reason),
        Outcome::Failed { reason } => ("failed", reason),
        Outcome::Unknown { reason } => ("unknown", reason),
    };
    (kind, Some(reason.stage), reason.to_string())
}
