//! Every setting by its section: what it is called, what it may be, and what it is when nobody says.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::environment::Environment;
use super::reader::Reader;
use crate::domain::address::{EmailAddress, Mailbox};
use crate::domain::base_url::BaseUrl;
use crate::domain::network::Network;
use crate::domain::text::acts_in_mail;
use crate::domain::when::{InterviewDuration, Zone};
use crate::mail::transport::sendmail::SendmailSettings;
use crate::mail::transport::smtp::{
    AuthMechanism, Deadlines, SecretSource, Security, SmtpSettings, SmtpTransport,
};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// The base URL while nothing is configured: the join page on this machine.
const LOCAL_BASE_URL: &str = "http://127.0.0.1:8000";

/// Where the join page listens while the base URL leads elsewhere.
const USUAL_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8000);

/// How long a new interview lasts while nobody says.
const USUAL_MINUTES: u64 = 45;

/// `[company]`: who invites.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Company {
    /// The name in every mail.
    pub name: Option<String>,
    /// The sender of every mail.
    pub from: Option<Mailbox>,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<Mailbox>,
}

/// `[links]`: the join links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    /// Under which address candidates reach the join page.
    pub base_url: BaseUrl,
    /// How long before the start a link opens; at most 30 days.
    pub opens_before: Duration,
    /// How long after the end a link closes; at most 30 days.
    pub closes_after: Duration,
    /// Mail links that only this machine, or this network, can follow.
    pub allow_local: bool,
}

/// `[user]`: who is acting.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct User {
    /// Their name.
    pub name: Option<String>,
    /// Their address.
    pub email: Option<EmailAddress>,
}

/// `[mail]`: how mail looks and leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The way out.
    pub transport: Transport,
    /// How many connections to a mail server are used side by side, at most 64.
    pub connections: u16,
    /// How many mails may leave in a second, at most 10,000; `None` sets no limit.
    pub rate: Option<u16>,
    /// How long the dashboard keeps a mail back, to be taken back; at most an hour.
    pub hold: Duration,
    /// How long the dashboard keeps the mails of a batch back; at most an hour.
    pub batch_hold: Duration,
    /// Who was mailed within this time is skipped when mail is sent again, unless chosen; at most a day.
    pub recent: Duration,
    /// The language tag of the mails (RFC 5646).
    pub language: String,
    /// More headers for every mail; an empty value removes one that Greenroom adds.
    pub headers: Vec<(String, String)>,
}

/// The way mail leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport {
    /// Into a Maildir in the data directory; it reaches nobody.
    Mailbox,
    /// To a mail server.
    Smtp(Box<SmtpSettings>),
    /// To the mail program of this machine.
    Sendmail(SendmailSettings),
}

/// `[schedule]`: what an empty field of a new interview means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The zone of new interviews.
    pub zone: Option<Zone>,
    /// Their duration.
    pub duration: InterviewDuration,
}

/// `[server]`: the join page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Whether the dashboard serves it; unless set, when the base URL leads to this machine.
    pub enabled: bool,
    /// Where it listens; unless set, where the base URL leads on this machine, else `127.0.0.1:8000`.
    pub listen: SocketAddr,
    /// Who is believed about the addresses of others (`X-Forwarded-For`, and `Forwarded` of RFC 7239).
    pub trusted_proxies: Vec<Network>,
}

/// `[ui]`: how the dashboard and the lists look.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ui {
    /// The colours.
    pub theme: Theme,
    /// Whether the terminal's bell rings when a candidate has joined and waits.
    pub bell: bool,
    /// The zone in which lists show times.
    pub zone: Option<Zone>,
}

/// The colours of the dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// The terminal's own colours, by role.
    #[default]
    Auto,
    /// No colours; bold, dim and reverse only.
    None,
}

pub(super) fn company(read: &mut Reader) -> Company {
    Company {
        name: read.parsed("company.name", line),
        from: read.parsed("company.from", Mailbox::parse),
        reply_to: read.parsed("company.reply_to", Mailbox::parse),
    }
}

pub(super) fn links(read: &mut Reader) -> Option<Links> {
    Some(Links {
        opens_before: read
            .span("links.opens_before", 30 * DAY)
            .unwrap_or(15 * MINUTE),
        closes_after: read
            .span("links.closes_after", 30 * DAY)
            .unwrap_or(2 * HOUR),
        allow_local: read.boolean("links.allow_local").unwrap_or(false),
        base_url: read
            .parsed("links.base_url", BaseUrl::parse)
            .or_else(|| BaseUrl::parse(LOCAL_BASE_URL).ok())?,
    })
}

pub(super) fn user(read: &mut Reader) -> User {
    User {
        name: read.parsed("user.name", line),
        email: read.parsed("user.email", EmailAddress::parse),
    }
}

pub(super) fn schedule(read: &mut Reader) -> Option<Schedule> {
    let usual = || InterviewDuration::from_minutes(USUAL_MINUTES).ok();
    Some(Schedule {
        zone: read.parsed("schedule.zone", Zone::parse),
        duration: read
            .parsed("schedule.duration", InterviewDuration::parse)
            .or_else(usual)?,
    })
}

pub(super) fn server_of(read: &mut Reader, base: Option<&BaseUrl>) -> Server {
    Server {
        enabled: read
            .boolean("server.enabled")
            .unwrap_or_else(|| base.is_some_and(BaseUrl::is_this_machine)),
        listen: read
            .parsed("server.listen", listen_address)
            .or_else(|| base.and_then(BaseUrl::local_address))
            .unwrap_or(USUAL_LISTEN),
        trusted_proxies: read.list("server.trusted_proxies", Network::parse),
    }
}

/// An address of this machine and a port.
///
/// # Errors
/// Says how to write one.
pub fn listen_address(text: &str) -> Result<SocketAddr, &'static str> {
    let text = text.trim().replacen("localhost:", "127.0.0.1:", 1);
    text.parse()
        .map_err(|_| "is not an address and a port; write them like 127.0.0.1:8000 or [::]:8000")
}

pub(super) fn ui(read: &mut Reader) -> Ui {
    Ui {
        theme: read
            .choice("ui.theme", &[("auto", Theme::Auto), ("none", Theme::None)])
            .unwrap_or_default(),
        bell: read.boolean("ui.bell").unwrap_or(false),
        zone: read.parsed("ui.zone", Zone::parse),
    }
}

#[derive(Clone, Copy)]
enum Way {
    Mailbox,
    Smtp,
    Sendmail,
}

pub(super) fn mail(
    read: &mut Reader,
    company: &Company,
    environment: &Environment,
    config_dir: &Path,
) -> Mail {
    let way = read
        .choice(
            "mail.transport",
            &[
                ("mailbox", Way::Mailbox),
                ("smtp", Way::Smtp),
                ("sendmail", Way::Sendmail),
            ],
        )
        .unwrap_or(Way::Mailbox);
    if !matches!(way, Way::Mailbox) && company.from.is_none() && !read.has("company.from") {
        read.refuse(
            "company.from",
            "is missing: whom do candidates get mail from? (Name <name@example.org>)",
        );
    }
    let hold = read
        .span("mail.hold", HOUR)
        .unwrap_or(Duration::from_secs(10));
    let batch_hold = read
        .span("mail.batch_hold", HOUR)
        .unwrap_or(Duration::from_secs(30));
    let recent = read
        .span("mail.recent", 24 * HOUR)
        .unwrap_or(Duration::from_mins(10));
    let rate = read.number("mail.rate", 10_000);
    let connections = read.number("mail.smtp.connections", 64).unwrap_or(4);
    let language = read
        .text("mail.language")
        .unwrap_or_else(|| "en".to_owned());
    let headers = read.table("mail.headers");
    // Read in any case, so that a slip in it is found before the day the transport is switched.
    let server = server(read, environment, config_dir);
    let program = program(read);
    let transport = match (way, server, program) {
        (Way::Smtp, Some(server), _) => {
            if let Err(error) = SmtpTransport::new(server.clone()) {
                read.refuse_named(&error.to_string());
            }
            Transport::Smtp(Box::new(server))
        }
        (Way::Smtp, None, _) => {
            read.refuse(
                "mail.smtp.host",
                "is missing: which mail server takes the mail?",
            );
            Transport::Mailbox
        }
        (Way::Sendmail, _, Some(program)) => Transport::Sendmail(program),
        // A command that can't be used is refused already.
        (Way::Mailbox | Way::Sendmail, ..) => Transport::Mailbox,
    };
    Mail {
        transport,
        connections,
        rate,
        hold,
        batch_hold,
        recent,
        language,
        headers,
    }
}

fn program(read: &mut Reader) -> Option<SendmailSettings> {
    let command = read
        .command("mail.sendmail.command")
        .unwrap_or_else(|| vec!["sendmail".to_owned()]);
    let deadline = read
        .span("mail.sendmail.deadline", HOUR)
        .unwrap_or(Duration::from_mins(1));
    if deadline < Duration::from_secs(1) {
        read.refuse("mail.sendmail.deadline", "must be at least 1s");
    }
    SendmailSettings::new(command, deadline)
        .map_err(|error| read.refuse_named(&error.to_string()))
        .ok()
}

fn server(read: &mut Reader, environment: &Environment, config_dir: &Path) -> Option<SmtpSettings> {
    let host = read.parsed("mail.smtp.host", line);
    let security = read
        .choice(
            "mail.smtp.security",
            &[
                ("tls", Security::Tls),
                ("starttls", Security::StartTls),
                ("none", Security::None),
            ],
        )
        .unwrap_or_default();
    let usual_port = match security {
        Security::Tls => 465,
        Security::StartTls => 587,
        Security::None => 25,
    };
    let port = read.port("mail.smtp.port").unwrap_or(usual_port);
    let auth = read
        .choice(
            "mail.smtp.auth",
            &[
                ("auto", AuthMechanism::Auto),
                ("plain", AuthMechanism::Plain),
                ("login", AuthMechanism::Login),
                ("xoauth2", AuthMechanism::Xoauth2),
            ],
        )
        .unwrap_or_default();
    let username = read.parsed("mail.smtp.username", line);
    let hello = read.parsed("mail.smtp.hello", line);
    let secret = secret(read, environment, config_dir);
    let deadlines = deadlines(read);
    Some(SmtpSettings {
        security,
        username,
        secret,
        auth,
        hello,
        deadlines,
        ..SmtpSettings::new(host?, port)
    })
}

fn deadlines(read: &mut Reader) -> Deadlines {
    let mut deadlines = Deadlines::default();
    for (key, deadline) in [
        ("mail.smtp.deadlines.connect", &mut deadlines.connect),
        ("mail.smtp.deadlines.greeting", &mut deadlines.greeting),
        ("mail.smtp.deadlines.command", &mut deadlines.command),
        ("mail.smtp.deadlines.data", &mut deadlines.data),
        ("mail.smtp.deadlines.block", &mut deadlines.block),
        ("mail.smtp.deadlines.final_dot", &mut deadlines.final_dot),
        ("mail.smtp.deadlines.idle", &mut deadlines.idle),
    ] {
        match read.span(key, HOUR) {
            Some(span) if span.is_zero() => read.refuse(key, "must be at least 1s"),
            Some(span) => *deadline = span,
            None => {}
        }
    }
    deadlines
}

fn secret(read: &mut Reader, environment: &Environment, config_dir: &Path) -> Option<SecretSource> {
    let file = read
        .text("mail.smtp.password_file")
        .map(|path| SecretSource::File(file_at(&path, environment, config_dir)));
    let sources = [
        read.text("mail.smtp.password_command")
            .map(SecretSource::Command),
        file,
        read.text("mail.smtp.password_env")
            .map(SecretSource::Environment),
        read.text("mail.smtp.token_command")
            .map(SecretSource::Token),
    ];
    let mut sources = sources.into_iter().flatten();
    let first = sources.next()?;
    for other in sources {
        read.refuse(
            other.key(),
            format!("there is {} already; keep one of the two", first.key()),
        );
    }
    Some(first)
}

// `~/x` is in the home directory, and what is not absolute lies beside the configuration.
pub(super) fn file_at(path: &str, environment: &Environment, config_dir: &Path) -> PathBuf {
    match (path.strip_prefix("~/"), &environment.home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => config_dir.join(path),
    }
}

pub(super) fn line(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.chars().any(acts_in_mail) {
        return Err("must be one line, without control or invisible characters");
    }
    if text.contains("{{") {
        return Err("contains {{, which looks like a template that was never filled in");
    }
    if text.chars().nth(200).is_some() {
        Err("is longer than 200 characters")
    } else {
        Ok(text.to_owned())
    }
}
