//! What a mail server needs to be reached: host, security, credentials and patience, checked once
//! before anything is sent.

use std::net::IpAddr;
use std::time::Duration;

use super::super::reason::Stage;
use super::secret::SecretSource;
use crate::net::tls::{CertificateDer, ServerName};

/// How the connection is protected. One mode, so that no two settings can contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Security {
    /// TLS from the first byte (RFC 8314); usually port 465.
    #[default]
    Tls,
    /// TLS after `STARTTLS` (RFC 3207), required: without it nothing is sent. Usually port 587.
    StartTls,
    /// No TLS; only for a server on this machine.
    None,
}

/// How to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AuthMechanism {
    /// XOAUTH2 when the secret is a token, else PLAIN where the server offers it, else LOGIN.
    #[default]
    Auto,
    /// SASL PLAIN (RFC 4616).
    Plain,
    /// LOGIN: not standardised, widely offered.
    Login,
    /// XOAUTH2: an OAuth access token instead of a password.
    Xoauth2,
}

/// How long each step of a conversation may take (RFC 5321 section 4.5.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// Finding the server and connecting; again for the TLS handshake. 30 s.
    pub connect: Duration,
    /// The server's first words. 5 min.
    pub greeting: Duration,
    /// Each of EHLO, STARTTLS, AUTH, RSET, MAIL and RCPT. 5 min.
    pub command: Duration,
    /// The go-ahead after DATA. 2 min.
    pub data: Duration,
    /// Each time the server takes a part of the content. 3 min.
    pub block: Duration,
    /// The verdict after the final dot. 10 min.
    pub final_dot: Duration,
    /// How long an unused connection is still trusted. 60 s.
    pub idle: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            greeting: Duration::from_mins(5),
            command: Duration::from_mins(5),
            data: Duration::from_mins(2),
            block: Duration::from_mins(3),
            final_dot: Duration::from_mins(10),
            idle: Duration::from_mins(1),
        }
    }
}

impl Deadlines {
    /// The same limit for every step, for when a person waits for the answer. Idle time stays.
    #[must_use]
    pub fn all(limit: Duration) -> Self {
        Self {
            connect: limit,
            greeting: limit,
            command: limit,
            data: limit,
            block: limit,
            final_dot: limit,
            ..Self::default()
        }
    }

    pub(super) fn of(&self, stage: Stage) -> Duration {
        match stage {
            Stage::Connect | Stage::Tls => self.connect,
            Stage::Greeting => self.greeting,
            Stage::Hello
            | Stage::StartTls
            | Stage::Auth
            | Stage::Reset
            | Stage::Mail
            | Stage::Recipient
            | Stage::Storage
            | Stage::Program => self.command,
            Stage::Data => self.data,
            Stage::Content => self.final_dot,
            // Nothing depends on the answer to a goodbye.
            Stage::Quit => self.command.min(Duration::from_secs(2)),
        }
    }
}

/// Everything about a mail server, as configured under `[mail.smtp]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpSettings {
    /// A host name or an IP address.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// Who signs in; `None` with no `secret` for a server that asks for nothing.
    pub username: Option<String>,
    /// Where the password or token comes from.
    pub secret: Option<SecretSource>,
    /// How to sign in.
    pub auth: AuthMechanism,
    /// The name to greet the server with; `None` for the connection's own address in brackets.
    pub hello: Option<String>,
    /// How long each step may take.
    pub deadlines: Deadlines,
    /// Certificate authorities trusted besides the platform's.
    pub extra_roots: Vec<CertificateDer<'static>>,
}

/// Settings that can't be used; each names its key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Neither a host name nor an IP address.
    #[error("mail.smtp.host: {0:?} is neither a host name nor an IP address")]
    Host(String),
    /// No TLS to a server that is not this machine.
    #[error(
        "mail.smtp.security: none is only for a server on this machine, and {host} is not; \
         set it to tls (port 465) or starttls (port 587)"
    )]
    InTheClear {
        /// The configured host.
        host: String,
    },
    /// A password without a user name.
    #[error("mail.smtp.username: there is a password or token, but no user name to use it with")]
    NoUsername,
    /// A user name without a password.
    #[error(
        "mail.smtp.username: there is a user name, but no password; set one of \
         mail.smtp.password_command, password_file, password_env or token_command"
    )]
    NoSecret,
    /// A greeting name that can't stand in a command.
    #[error("mail.smtp.hello: {0:?} is not a host name")]
    Hello(String),
}

impl SmtpSettings {
    /// A server reached by TLS, without signing in, with the standard's patience.
    #[must_use]
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
            security: Security::default(),
            username: None,
            secret: None,
            auth: AuthMechanism::default(),
            hello: None,
            deadlines: Deadlines::default(),
            extra_roots: Vec::new(),
        }
    }

    /// Whether the server is this machine: `localhost` or a loopback address.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let host = self.bare_host();
        host.eq_ignore_ascii_case("localhost")
            || host
                .parse::<IpAddr>()
                .is_ok_and(|address| address.to_canonical().is_loopback())
    }

    /// The host as the resolver wants it: an IPv6 address without its brackets.
    pub(super) fn bare_host(&self) -> &str {
        self.host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(&self.host)
    }

    /// Checks everything that can be told without a connection; returns the name that the
    /// server's certificate has to bear.
    pub(super) fn check(&self) -> Result<ServerName<'static>, SettingsError> {
        let name = ServerName::try_from(self.bare_host().to_owned())
            .map_err(|_| SettingsError::Host(self.host.clone()))?;
        if self.security == Security::None && !self.is_loopback() {
            return Err(SettingsError::InTheClear {
                host: self.host.clone(),
            });
        }
        match (&self.username, &self.secret) {
            (None, Some(_)) => return Err(SettingsError::NoUsername),
            (Some(_), None) => return Err(SettingsError::NoSecret),
            (Some(_), Some(_)) | (None, None) => {}
        }
        match &self.hello {
            Some(hello) if !is_greeting_name(hello) => Err(SettingsError::Hello(hello.clone())),
            _ => Ok(name),
        }
    }
}

fn is_greeting_name(name: &str) -> bool {
    (1..=255).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{SecretSource, Security, SettingsError, SmtpSettings};

    #[rstest]
    #[case("mx.acme.example", false)]
    #[case("192.168.1.10", false)]
    #[case("localhost.acme.example", false)]
    #[case("LOCALHOST", true)]
    #[case("127.0.0.1", true)]
    #[case("127.8.8.8", true)]
    #[case("::1", true)]
    #[case("[::1]", true)]
    #[case("::ffff:127.0.0.1", true)]
    fn incident_20_no_tls_is_only_for_this_machine(#[case] host: &str, #[case] allowed: bool) {
        let settings = SmtpSettings {
            security: Security::None,
            ..SmtpSettings::new(host, 25)
        };
        let checked = settings.check();
        assert_eq!(checked.is_ok(), allowed, "{checked:?}");
        if let Err(problem) = checked {
            assert!(
                problem.to_string().starts_with("mail.smtp.security: "),
                "{problem}"
            );
        }
    }

    #[test]
    fn each_bad_setting_is_refused_by_name() {
        let good = SmtpSettings::new("mx.acme.example", 465);
        let secret = SecretSource::Environment("X".into());
        let refused = |settings: SmtpSettings| settings.check().unwrap_err();

        let host = SmtpSettings {
            host: "not a host".into(),
            ..good.clone()
        };
        assert!(matches!(refused(host), SettingsError::Host(_)));
        let hello = SmtpSettings {
            hello: Some("me\r\nRCPT".into()),
            ..good.clone()
        };
        assert!(matches!(refused(hello), SettingsError::Hello(_)));
        let user = SmtpSettings {
            username: Some("ada".into()),
            ..good.clone()
        };
        assert_eq!(refused(user), SettingsError::NoSecret);
        let password = SmtpSettings {
            secret: Some(secret),
            ..good
        };
        assert_eq!(refused(password), SettingsError::NoUsername);
    }
}
