//! Every setting, its default and its check; where the files lie; who is acting and what time it is taken to be.
//!
//! Read once, at the start, from a TOML file and the environment; only an [`Edit`] changes the file. Nothing connects.

mod edit;
mod environment;
mod paths;
mod reader;
mod salvage;
mod settings;
mod sources;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use jiff::Timestamp;

pub use edit::{Difference, Edit, write_private};
pub use environment::Environment;
pub use paths::Paths;
pub use settings::{
    Company, Links, Mail, Schedule, Server, Theme, Transport, Ui, User, listen_address,
};

use crate::domain::address::{EmailAddress, Mailbox};
use crate::domain::draft::Defaults;
use crate::domain::interview::Recruiter;
use crate::domain::invitable::{LinkPolicy, MailReach};
use crate::domain::session::AccessWindow;
use crate::domain::trouble;
use crate::domain::when::Zone;
use crate::mail::Sender;
use reader::Reader;
use sources::Values;

/// The sender in the mailbox mode while none is configured. `.invalid` reaches nobody (RFC 2606 section 2).
const PLACEHOLDER_SENDER: &str = "interviews@greenroom.invalid";

/// Where SSH listens unless it was told otherwise.
const SSH: u16 = 22;

/// What the command line says about the configuration; each wins over its variable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// `--config`, over `GREENROOM_CONFIG`.
    pub config: Option<PathBuf>,
    /// `--data-dir`, over `GREENROOM_DATA_DIR`.
    pub data_dir: Option<PathBuf>,
}

/// Something in the configuration that can't stand, with its place and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problem {
    /// The file and line, or the variable, if it stands anywhere.
    pub place: Option<String>,
    /// The setting, such as `mail.smtp.host`.
    pub key: String,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(out, "{place}: ")?;
        }
        write!(out, "{}: {}", self.key, self.message)
    }
}

/// The whole configuration, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Who invites.
    pub company: Company,
    /// The join links.
    pub links: Links,
    /// Who is acting, as configured.
    pub user: User,
    /// How mail looks and leaves.
    pub mail: Mail,
    /// What empty fields mean.
    pub schedule: Schedule,
    /// Where the join page is served.
    pub server: Server,
    /// How lists look.
    pub ui: Ui,
    /// Where the files lie.
    pub paths: Paths,
    /// `GREENROOM_NOW`: the time it is taken to be.
    pub fixed_now: Option<Timestamp>,
    /// The zone that a person at this machine lives in; none over SSH, where the person sits elsewhere.
    pub machine_zone: Option<Zone>,
    /// Whether the person sits at another machine, at the other end of SSH.
    pub is_remote: bool,
    /// Whether a browser of this machine has a screen to show itself on.
    pub has_display: bool,
    /// What kind of terminal it is (`TERM`), where that is said.
    pub terminal: Option<String>,
    sender: Sender,
    login: Option<String>,
    reached_at: Option<SocketAddr>,
}

impl Config {
    /// Reads the file and the environment. A file that nobody named need not exist.
    ///
    /// # Errors
    /// Every problem that can be told without the network, in the order of the settings; never an empty list.
    pub fn load(options: &Options, environment: &Environment) -> Result<Self, Vec<Problem>> {
        let paths = Paths::choose(options, environment)?;
        let named = options.config.is_some() || environment.variable("GREENROOM_CONFIG").is_some();
        let text = match std::fs::read_to_string(&paths.config_file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !named => String::new(),
            Err(error) => {
                return Err(vec![problem(
                    "config",
                    format!(
                        "{} can't be read: {}",
                        paths.config_file.display(),
                        trouble::in_words(&error)
                    ),
                )]);
            }
        };
        Self::read(&text, paths, environment)
    }

    fn read(text: &str, paths: Paths, environment: &Environment) -> Result<Self, Vec<Problem>> {
        let (mut values, errors) = sources::of_file(text, &paths.config_file);
        let problems: Vec<Problem> = errors
            .into_iter()
            .map(|(place, message)| Problem {
                place: Some(place.to_string()),
                key: "syntax".to_owned(),
                message,
            })
            .collect();
        if !problems.is_empty() {
            // Whatever else seems wrong may follow from these.
            return Err(problems);
        }
        sources::overlay(&mut values, &environment.variables);
        Self::of_values(values, paths, environment)
    }

    fn of_values(
        values: Values,
        paths: Paths,
        environment: &Environment,
    ) -> Result<Self, Vec<Problem>> {
        let mut read = Reader::new(values, Vec::new());

        let company = settings::company(&mut read);
        let links = settings::links(&mut read);
        let mut user = settings::user(&mut read);
        let mail = settings::mail(&mut read, &company, environment, paths.config_dir());
        let schedule = settings::schedule(&mut read);
        let server = settings::server_of(&mut read, links.as_ref().map(|links| &links.base_url));
        let ui = settings::ui(&mut read);
        let fixed_now = fixed_now(&mut read, environment);
        if let Some(acting) = environment.variable("GREENROOM_USER") {
            match acting_user(acting) {
                Ok(acting) => user = acting,
                Err(message) => read.refuse("GREENROOM_USER", message),
            }
        }
        if mail.transport != Transport::Mailbox {
            let stays_here = match &mail.transport {
                Transport::Mailbox => true,
                Transport::Smtp(server) => server.is_loopback(),
                // Nobody knows where it passes mail on to.
                Transport::Sendmail(_) => false,
            };
            if fixed_now.is_some() && !stays_here {
                read.refuse("GREENROOM_NOW", "the clock is fixed, so mail leaves for a server on this machine only; unset it, or use the mailbox");
            }
        }

        let sender = sender(&mut read, &company, &mail);

        let problems = read.finish();
        let (Some(links), Some(schedule), Some(sender), true) =
            (links, schedule, sender, problems.is_empty())
        else {
            return Err(problems);
        };
        let machine_zone = environment
            .machine_zone
            .as_deref()
            .filter(|_| !environment.is_remote());
        Ok(Self {
            company,
            links,
            user,
            mail,
            schedule,
            server,
            ui,
            paths,
            fixed_now,
            machine_zone: machine_zone.and_then(|name| Zone::parse(name).ok()),
            sender,
            login: environment
                .variable("USER")
                .or_else(|| environment.variable("LOGNAME"))
                .map(str::to_owned),
            is_remote: environment.is_remote(),
            has_display: environment.has_display(),
            terminal: environment.variable("TERM").map(str::to_owned),
            reached_at: environment.reached_at(),
        })
    }

    /// What to type at one's own machine to open join pages of this one there: over SSH, when links lead to this machine.
    #[must_use]
    pub fn port_forwarding(&self) -> Option<String> {
        let reached = self.reached_at?;
        let base = &self.links.base_url;
        let port = base.port().filter(|_| base.is_this_machine())?;
        let listen = here(self.server.listen);
        let ssh = match reached.port() {
            SSH => "ssh".to_owned(),
            other => format!("ssh -p {other}"),
        };
        let user = self.login.as_deref().map(|login| format!("{login}@"));
        let user = user.unwrap_or_default();
        Some(format!("{ssh} -L {port}:{listen} {user}{}", reached.ip()))
    }

    /// Under which address links are built, when they work, and how far they go.
    #[must_use]
    pub fn link_policy(&self) -> LinkPolicy {
        LinkPolicy {
            base: self.links.base_url.clone(),
            window: AccessWindow {
                opens_before: self.links.opens_before,
                closes_after: self.links.closes_after,
            },
            allow_local: self.links.allow_local,
            mail: match self.mail.transport {
                Transport::Mailbox => MailReach::ThisMachine,
                // A server or a program on this machine passes mail on, so it reaches people elsewhere too.
                Transport::Smtp(_) | Transport::Sendmail(_) => MailReach::Anywhere,
            },
        }
    }

    /// The same for a demonstration: mail stays on this machine, whatever the file says.
    #[must_use]
    pub fn into_demonstration(mut self) -> Self {
        self.mail.transport = Transport::Mailbox;
        self.company.name.get_or_insert_with(|| "Acme".to_owned());
        self
    }

    /// Whom every mail is from, and what it says to the servers on its way.
    #[must_use]
    pub const fn sender(&self) -> &Sender {
        &self.sender
    }

    /// What empty fields of a draft mean.
    #[must_use]
    pub fn defaults(&self) -> Defaults {
        Defaults {
            zone: self
                .schedule
                .zone
                .clone()
                .or_else(|| self.machine_zone.clone()),
            duration: self.schedule.duration,
            company: self.company.name.clone(),
            recruiter: Recruiter {
                name: self.user.name.clone(),
                email: self.user.email.clone(),
            },
        }
    }

    /// The zone in which lists show times; always named beside them.
    #[must_use]
    pub fn list_zone(&self) -> Zone {
        let zones = [&self.ui.zone, &self.schedule.zone, &self.machine_zone];
        zones
            .into_iter()
            .flatten()
            .next()
            .cloned()
            .unwrap_or_else(Zone::utc)
    }

    /// Who is acting, for the timeline: the configured user, else the name they signed in with.
    #[must_use]
    pub fn actor(&self) -> String {
        let user = Recruiter {
            name: self.user.name.clone(),
            email: self.user.email.clone(),
        }
        .label();
        if user.is_empty() {
            self.login.clone().unwrap_or_else(|| "somebody".to_owned())
        } else {
            user
        }
    }
}

/// Where whoever is on the same machine reaches what listens there: on every address means on the own one too.
#[must_use]
pub fn here(listen: SocketAddr) -> SocketAddr {
    let own = match listen.ip() {
        IpAddr::V4(address) if address.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(address) if address.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        other => other,
    };
    SocketAddr::new(own, listen.port())
}

// Without a configured sender mail stays on this machine, under a placeholder.
fn sender(read: &mut Reader, company: &Company, mail: &Mail) -> Option<Sender> {
    let from = company.from.clone().or_else(|| {
        let name = Some(
            company
                .name
                .clone()
                .unwrap_or_else(|| "Greenroom".to_owned()),
        );
        Some(Mailbox {
            name,
            address: EmailAddress::parse(PLACEHOLDER_SENDER).ok()?,
        })
    })?;
    Sender::new(
        from,
        company.reply_to.clone(),
        mail.headers.clone(),
        &mail.language,
    )
    .map_err(|error| read.refuse_named(&error.to_string()))
    .ok()
}

fn fixed_now(read: &mut Reader, environment: &Environment) -> Option<Timestamp> {
    let text = environment.variable("GREENROOM_NOW")?;
    let now = text.parse().ok();
    if now.is_none() {
        read.refuse(
            "GREENROOM_NOW",
            "is not an instant of RFC 3339; write 2031-03-04T09:12:00Z",
        );
    }
    now
}

// "Name <address>", an address alone, or a name alone.
fn acting_user(text: &str) -> Result<User, String> {
    if !text.contains('@') {
        return Ok(User {
            name: Some(settings::line(text)?),
            email: None,
        });
    }
    let mailbox = Mailbox::parse(text).map_err(|error| error.to_string())?;
    Ok(User {
        name: mailbox.name,
        email: Some(mailbox.address),
    })
}

fn problem(key: &str, message: String) -> Problem {
    Problem {
        place: None,
        key: key.to_owned(),
        message,
    }
}
