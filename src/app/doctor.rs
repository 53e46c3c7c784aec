//! Examines what sending a working link depends on, and names each problem with its remedy. Changes nothing.

use std::time::Duration;

use super::{App, AppError};
use crate::config::Transport as Configured;
use crate::domain::base_url::Reach;
use crate::mail;
use crate::mail::transport::smtp::{Deadlines, SmtpSettings, probe};

// Long enough for a slow server, short enough for a person who waits.
const PATIENCE: Duration = Duration::from_secs(10);

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
        ];
        match &self.config().mail.transport {
            Configured::Mailbox => checks.push(Check {
                name: "mail",
                health: Health::Limited(
                    "nobody is mailed: set mail.transport = \"smtp\" to reach candidates"
                        .to_owned(),
                ),
                found: format!(
                    "stored on this machine, in {}",
                    self.config().paths.mailbox().display()
                ),
            }),
            Configured::Smtp(settings) => checks.extend(check_server((**settings).clone()).await),
        }
        checks
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
