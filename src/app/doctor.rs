//! Examines what sending a working link depends on, and names each problem with its remedy. Changes nothing,
//! and sends a mail only when it is asked to.

use std::time::Duration;

use super::{App, AppError, Dispatcher, transports};
use crate::config::{Config, Transport as Configured};
use crate::domain::address::EmailAddress;
use crate::domain::base_url::Reach;
use crate::domain::refusal;
use crate::mail::transport::sendmail::SendmailSettings;
use crate::mail::transport::smtp::{Deadlines, SmtpSettings, probe};
use crate::mail::transport::{Envelope, Outcome, Reason};
use crate::mail::{self, MailIdentity, MessageId};

// Long enough for a slow server, short enough for a person who waits.
const PATIENCE: Duration = Duration::from_secs(10);
// A server may look at a mail for a while before it answers.
const TEST_PATIENCE: Duration = Duration::from_mins(1);

/// How one thing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was examined.
    pub name: &'static str,
    /// How it is.
    pub health: Health,
    /// What was found.
    pub found: String,
}

/// Whether a thing is as it has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// It is.
    Fine,
    /// It works, but not for everybody: what that means.
    Limited(String),
    /// It is not: what to do about it.
    Trouble(String),
}

impl App {
    /// Examines configuration, templates, database, base URL and mail server.
    pub async fn examine(&self) -> Vec<Check> {
        let mut checks = vec![
            self.check_configuration(),
            self.check_templates(),
            self.check_database().await,
            self.check_base_url(),
            self.check_join_page().await,
        ];
        checks.extend(check_mail(self.config()).await);
        checks
    }

    /// Sends a small test mail the way that invitations go, once, and says what came of it.
    pub async fn send_test(&self, address: &EmailAddress) -> Check {
        let (health, found) = match self.try_mail(address).await {
            Ok(outcome) => tested(address, outcome),
            Err(problem) => (
                Health::Trouble("nothing was sent; see to that first".to_owned()),
                problem,
            ),
        };
        Check {
            name: "test mail",
            health,
            found,
        }
    }

    async fn try_mail(&self, address: &EmailAddress) -> Result<Outcome, String> {
        if let Some(why) = self.read_only() {
            return Err(why);
        }
        let mut config = self.config().clone();
        if let Configured::Smtp(settings) = &mut config.mail.transport {
            settings.deadlines = Deadlines::all(TEST_PATIENCE);
        }
        let now = self.now();
        let identity = MailIdentity {
            message_id: MessageId::new(self.chance().row_id(now), self.sender()),
            date: now,
            in_reply_to: None,
        };
        let words = |error: &dyn std::fmt::Display| error.to_string();
        let mail = mail::test_mail(self.sender(), address, &identity).map_err(|e| words(&e))?;
        let sender = self.sender().from().address.ascii();
        let envelope = Envelope::new(sender, address.ascii()).map_err(|e| words(&e))?;
        let transports = transports(&config).map_err(|e| words(&e))?;
        let mut dispatcher = Dispatcher::new(self.clone(), transports).map_err(|e| words(&e))?;
        Ok(dispatcher.send_test(&envelope, &mail).await)
    }

    fn check_configuration(&self) -> Check {
        let file = &self.config().paths.config_file;
        let found = if file.exists() {
            file.display().to_string()
        } else {
            format!(
                "no file ({}); every setting has its default",
                file.display()
            )
        };
        Check {
            name: "configuration",
            health: Health::Fine,
            found,
        }
    }

    fn check_templates(&self) -> Check {
        let (health, found) = match mail::check_templates(self.templates()) {
            Ok(()) => (
                Health::Fine,
                "a sample invitation carries its link".to_owned(),
            ),
            Err(error) => (
                Health::Trouble(
                    "mend the template, or remove it to use the built-in one".to_owned(),
                ),
                error.to_string(),
            ),
        };
        Check {
            name: "templates",
            health,
            found,
        }
    }

    async fn check_database(&self) -> Check {
        let directory = self
            .store()
            .directory()
            .map_or_else(|| "in memory".to_owned(), |path| path.display().to_string());
        let (health, found) = match (
            self.read_only(),
            self.store()
                .read(|read| Ok::<_, AppError>(read.integrity()?))
                .await,
        ) {
            (Some(why), _) => (Health::Trouble(why), directory),
            (None, Ok(None)) => (Health::Fine, directory),
            (None, Ok(Some(damage))) => (
                Health::Trouble("restore the newest backup".to_owned()),
                format!("{directory}: {damage}"),
            ),
            (None, Err(error)) => (
                Health::Trouble("look at the disk and its permissions".to_owned()),
                error.to_string(),
            ),
        };
        Check {
            name: "database",
            health,
            found,
        }
    }

    fn check_base_url(&self) -> Check {
        let base = self.policy().base.to_string();
        let health = match (self.policy().may_leave(), self.policy().base.reach()) {
            (Err(error), _) => Health::Trouble(error.to_string()),
            (Ok(()), Reach::Local(_)) => Health::Limited(
                "only this machine or its network can follow such links: set links.base_url to the https address of \
                 your join page before candidates are mailed"
                    .to_owned(),
            ),
            (Ok(()), Reach::Public) => Health::Fine,
        };
        Check {
            name: "links.base_url",
            health,
            found: base,
        }
    }
}

/// Examines the way out alone: holds the conversation with the mail server up to signing in, or looks for the mail
/// program. Sends nothing.
pub async fn check_mail(config: &Config) -> Vec<Check> {
    match &config.mail.transport {
        Configured::Mailbox => vec![Check {
            name: "mail",
            health: Health::Limited(
                "nobody is mailed: greenroom setup asks what it takes to reach candidates"
                    .to_owned(),
            ),
            found: format!(
                "stored on this machine, in {}",
                config.paths.mailbox().display()
            ),
        }],
        Configured::Smtp(settings) => check_server((**settings).clone()).await,
        Configured::Sendmail(settings) => vec![check_program(settings)],
    }
}

fn tested(address: &EmailAddress, outcome: Outcome) -> (Health, String) {
    let to = address.display();
    let by = |whom: &str, words: &str| {
        let found = format!(
            "to {to} accepted by {whom} ({words}); look into that mailbox, its spam folder too"
        );
        (Health::Fine, found)
    };
    let refused = |how: &str, reason: &Reason| {
        let words = reason.to_string();
        let remedy = refusal::explain(&words).map_or_else(
            || {
                "greenroom doctor without --send-test tries the conversation step by step"
                    .to_owned()
            },
            |meaning| format!("which means: {meaning}"),
        );
        (Health::Trouble(remedy), format!("to {to} {how} ({words})"))
    };
    match outcome {
        Outcome::Accepted { reply } => by("the mail server", &reply.to_string()),
        Outcome::Passed { words } => by("this machine's mail program", &words),
        Outcome::Stored { path } => (
            Health::Limited("nobody was mailed: mail.transport is mailbox".to_owned()),
            format!("to {to} stored on this machine, in {path}"),
        ),
        Outcome::Deferred { reason } => refused("not taken this time", &reason),
        Outcome::Failed { reason } => refused("refused", &reason),
        Outcome::Unknown { reason } => {
            refused("left, but nobody knows whether it arrived", &reason)
        }
    }
}

// What the program does with a mail only a mail can show.
fn check_program(settings: &SendmailSettings) -> Check {
    let (health, found) = match settings.find() {
        Some(program) => (
            Health::Fine,
            format!(
                "{} takes the mail; whether it can pass it on shows a test: greenroom doctor --send-test ADDRESS",
                program.display()
            ),
        ),
        None => (
            Health::Trouble(
                "install it, or name it with its directory in mail.sendmail.command".to_owned(),
            ),
            format!("there is no program {} that can be run", settings.program()),
        ),
    };
    Check {
        name: "mail",
        health,
        found,
    }
}

async fn check_server(mut settings: SmtpSettings) -> Vec<Check> {
    settings.deadlines = Deadlines::all(PATIENCE);
    let server = format!("{}:{}", settings.host, settings.port);
    let trouble = |remedy: String, found: String| Check {
        name: "mail",
        health: Health::Trouble(remedy),
        found,
    };
    match probe(settings).await {
        Err(error) => vec![trouble("change that setting".to_owned(), error.to_string())],
        Ok(probe) => {
            let steps = probe.steps.into_iter().map(|step| Check {
                name: "mail",
                health: Health::Fine,
                found: format!("{server} {}: {}", step.stage, step.said),
            });
            let problem = probe
                .problem
                .map(|problem| trouble(problem.remedy, format!("{server} {}", problem.reason)));
            steps.chain(problem).collect()
        }
    }
}
