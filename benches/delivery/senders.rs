//! The ways of sending that are compared. Each sends a number of mails of 4 KB and says how long
//! it took; one that can't be tried says why.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use greenroom::mail::transport::smtp::{Security, SmtpSettings, SmtpTransport};
use greenroom::mail::transport::{Envelope, Outcome, Transport as _};
use lettre::transport::smtp::PoolConfig;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use super::sink::program;

type Took = Result<Duration, String>;

/// A mail with a body of 4,096 octets, in lines.
fn mail() -> Vec<u8> {
    let header = "Subject: Interview\r\nFrom: <jobs@acme.example>\r\nTo: <ada@example.org>\r\n\
                  Date: Tue, 06 May 2031 14:30:00 +0000\r\nMessage-ID: <1@acme.example>\r\n\r\n";
    let line = "Hello Ada, this line is as long as many are in a mail.........\r\n";
    format!("{header}{}", line.repeat(64)).into_bytes()
}

/// Greenroom's own session, fed from memory, over so many connections. Each mail has to be accepted.
pub async fn greenroom(port: u16, connections: usize, mails: usize) -> Took {
    let first = SmtpTransport::new(SmtpSettings {
        security: Security::None,
        ..SmtpSettings::new("127.0.0.1", port)
    });
    let first = first.map_err(|error| error.to_string())?;
    let begun = Instant::now();
    let mut running = tokio::task::JoinSet::new();
    for number in 0..connections {
        let transport = first.another();
        running.spawn(send_all(transport, number, mails / connections));
    }
    while let Some(sent) = running.join_next().await {
        sent.map_err(|error| error.to_string())??;
    }
    Ok(begun.elapsed())
}

async fn send_all(
    mut transport: SmtpTransport,
    connection: usize,
    mails: usize,
) -> Result<(), String> {
    let bytes = mail();
    let envelope = |mail| {
        Envelope::new(
            "jobs@acme.example",
            format!("ada{connection}.{mail}@example.org"),
        )
        .map_err(|error| error.to_string())
    };
    let mut current = envelope(0)?;
    let mut offered = None;
    for mail in 1..=mails {
        match offered.take() {
            Some(answer) => answer,
            None => transport.offer(&current).await,
        }
        .map_err(|outcome| format!("{outcome:?}"))?;
        let next = (mail < mails).then(|| envelope(mail)).transpose()?;
        let handed = transport.content(&bytes, next.as_ref()).await;
        if !matches!(handed.outcome, Outcome::Accepted { .. }) {
            return Err(format!("{:?}", handed.outcome));
        }
        offered = handed.next;
        if let Some(next) = next {
            current = next;
        }
    }
    transport.close().await;
    Ok(())
}

/// lettre's transport with its pool, as many tasks as connections.
pub async fn lettre(port: u16, connections: usize, mails: usize) -> Took {
    let size = u32::try_from(connections).map_err(|error| error.to_string())?;
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
        .port(port)
        .pool_config(PoolConfig::new().max_size(size))
        .build();
    let address = |text: &str| text.parse::<Address>().map_err(|error| error.to_string());
    let sender = address("jobs@acme.example")?;
    let envelope = lettre::address::Envelope::new(Some(sender), vec![address("ada@example.org")?])
        .map_err(|error| error.to_string())?;
    let begun = Instant::now();
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let (transport, envelope) = (transport.clone(), envelope.clone());
        running.spawn(async move {
            let bytes = mail();
            for _ in 0..mails / connections {
                transport.send_raw(&envelope, &bytes).await?;
            }
            Ok::<_, lettre::transport::smtp::Error>(())
        });
    }
    while let Some(sent) = running.join_next().await {
        let sent = sent.map_err(|error| error.to_string())?;
        sent.map_err(|error| error.to_string())?;
    }
    Ok(begun.elapsed())
}

/// Postfix's `smtp-source -d`: connections are kept.
pub fn smtp_source(port: u16, connections: usize, mails: usize) -> Took {
    let mut command = Command::new(program("SMTP_SOURCE", "smtp-source"));
    command.args(["-d", "-l", "4096", "-s", &connections.to_string()]);
    command.args(["-m", &mails.to_string(), &format!("127.0.0.1:{port}")]);
    let begun = Instant::now();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
    let took = begun.elapsed();
    match status {
        Ok(status) if status.success() => Ok(took),
        Ok(status) => Err(format!("smtp-source: {status}")),
        Err(error) => Err(format!("smtp-source: {error}")),
    }
}

/// A connection for each mail, by Python's smtplib.
pub fn send_mail_loop(port: u16, mails: usize) -> Took {
    python(include_str!("send_mail.py"), port, mails)
}

/// The same by Django's `send_mail`.
pub fn django(port: u16, mails: usize) -> Took {
    python(include_str!("django_send_mail.py"), port, mails)
}

// The script says on its standard output how many seconds it took.
fn python(script: &str, port: u16, mails: usize) -> Took {
    let output = Command::new(program("PYTHON", "python3"))
        .args(["-c", script, &port.to_string(), &mails.to_string()])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("python3: {error}"))?;
    if output.status.code() == Some(3) {
        return Err("this Python has no Django (PYTHON names another one)".to_owned());
    }
    let seconds = String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse::<f64>();
    seconds
        .map(Duration::from_secs_f64)
        .map_err(|_| format!("python3: {}", output.status))
}
