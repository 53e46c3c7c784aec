//! Examines what sending a working link depends on, and names each problem with its remedy. Changes nothing,
//! and sends a mail only when it is asked to.

use std::time::Duration;

use super::{App, AppError, Dispatcher, read_only_words, transports};
use crate::config::{Config, Problem, Transport as Configured};
use crate::domain::address::EmailAddress;
use crate::domain::base_url::Reach;
use crate::domain::invitable::LinkPolicy;
use crate::domain::refusal;
use crate::mail::transport::sendmail::SendmailSettings;
use crate::mail::transport::smtp::{Deadlines, SmtpSettings, probe};
use crate::mail::transport::{Envelope, Outcome, Reason};
use crate::mail::{self, MailIdentity, MessageId};
use crate::render::templates::Templates;
use crate::store::Store;

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

/// What there is to examine. Any part may be broken, and the others are examined all the same.
pub struct Premises<'a> {
    /// The configuration; what has problems stands at its default.
    pub config: &'a Config,
    /// The problems of the configuration.
    pub problems: &'a [Problem],
    /// The templates, or why they can't be used.
    pub templates: Result<&'a Templates, String>,
    /// The database, or why it can't be opened.
    pub store: Result<&'a Store, String>,
    /// The use-cases, where nothing of this is broken.
    pub app: Option<&'a App>,
}

impl Premises<'_> {
    /// Examines configuration, templates, database, base URL and mail server.
    pub async fn examine(&self) -> Vec<Check> {
        let mut checks = self.check_configuration();
        checks.push(self.check_templates());
        checks.push(self.check_database().await);
        checks.push(if self.is_broken(&["links"]) {
            not_examined("links.base_url", "the settings of links")
        } else {
            check_base_url(&self.config.link_policy())
        });
        checks.push(match self.app {
            Some(app) => app.check_join_page().await,
            None => not_examined("join page", "what is in trouble"),
        });
        if self.is_broken(&["mail", "company"]) {
            checks.push(not_examined("mail", "the settings of mail and company"));
        } else {
            checks.extend(check_mail(self.config).await);
        }
        checks
    }

    // A file that can't be read at all says nothing about any section.
    fn is_broken(&self, sections: &[&str]) -> bool {
        self.problems.iter().any(|problem| {
            let section = problem.key.split('.').next().unwrap_or_default();
            sections.contains(&section) || ["syntax", "config"].contains(&section)
        })
    }

    fn check_configuration(&self) -> Vec<Check> {
        let file = &self.config.paths.config_file;
        let check = |health, found| Check {
            name: "configuration",
            health,
            found,
        };
        if self.problems.is_empty() {
            let found = if file.exists() {
                file.display().to_string()
            } else {
                format!(
                    "no file ({}); every setting has its default",
                    file.display()
                )
            };
            return vec![check(Health::Fine, found)];
        }
        let remedy = |problem: &Problem| match &problem.place {
            Some(place) => format!("change {place}; no other command works until then"),
            None => format!(
                "set it in {}; greenroom setup asks for what mail needs. No other command works until then",
                file.display()
            ),
        };
        let problems = self.problems.iter();
        problems
            .map(|problem| check(Health::Trouble(remedy(problem)), problem.to_string()))
            .collect()
    }

    fn check_templates(&self) -> Check {
        let checked = match &self.templates {
            Ok(templates) => mail::check_templates(templates).map_err(|error| error.to_string()),
            Err(error) => Err(error.clone()),
        };
        let (health, found) = match checked {
            Ok(()) => (
                Health::Fine,
                "a sample invitation carries its link".to_owned(),
            ),
            Err(error) => (
                Health::Trouble(format!(
                    "mend the file in {}, or remove it to use the built-in template",
                    self.config.paths.templates().display()
                )),
                error,
            ),
        };
        Check {
            name: "templates",
            health,
            found,
        }
    }

    async fn check_database(&self) -> Check {
        let directory = self.config.paths.data_dir.display();
        let integrity = match &self.store {
            Ok(store) => store
                .read(|read| Ok::<_, AppError>(read.integrity()?))
                .await
                .map(|damage| (store.read_only().map(read_only_words), damage))
                .map_err(|error| error.to_string()),
            Err(error) => Err(error.clone()),
        };
        let (health, found) = match integrity {
            Ok((_, Some(damage))) => (
                Health::Trouble("restore the newest backup".to_owned()),
                format!("{directory}: {damage}"),
            ),
            Ok((Some(why), None)) => (Health::Trouble(why), directory.to_string()),
            Ok((None, None)) => (Health::Fine, directory.to_string()),
            Err(error) => (
                Health::Trouble(format!(
                    "look at the disk and the permissions of {directory}, or name another place with --data-dir"
                )),
                error,
            ),
        };
        Check {
            name: "database",
            health,
            found,
        }
    }
}

fn not_examined(name: &'static str, what: &str) -> Check {
    Check {
        name,
        health: Health::Limited(format!(
            "put {what} in order, then run greenroom doctor again"
        )),
        found: "not examined".to_owned(),
    }
}

fn check_base_url(policy: &LinkPolicy) -> Check {
    let health = match (policy.may_leave(), policy.base.reach()) {
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
        found: policy.base.to_string(),
    }
}

impl App {
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
            replaces_link: false,
        };
        let words = |error: &dyn std::fmt::Display| error.to_string();
        let mail = mail::test_mail(self.sender(), address, &identity).map_err(|e| words(&e))?;
        let sender = self.sender().from().address.ascii();
        let envelope = Envelope::new(sender, address.ascii()).map_err(|e| words(&e))?;
        let transports = transports(&config).map_err(|e| words(&e))?;
        let mut dispatcher = Dispatcher::new(self.clone(), transports).map_err(|e| words(&e))?;
        Ok(dispatcher.send_test(&envelope, &mail).await)
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
