//! The transport that the configuration asks for.

use crate::config::{Config, Transport as Configured};
use crate::mail::transport::Transport;
use crate::mail::transport::mailbox::Mailbox;
use crate::mail::transport::sendmail::Sendmail;
use crate::mail::transport::smtp::{SettingsError, SmtpTransport};

/// The transport that the configuration asks for.
///
/// # Errors
/// Names the setting that can't be used.
pub fn transport(config: &Config) -> Result<Box<dyn Transport>, SettingsError> {
    Ok(match &config.mail.transport {
        Configured::Mailbox => Box::new(Mailbox::new(config.paths.mailbox())),
        Configured::Smtp(settings) => Box::new(SmtpTransport::new((**settings).clone())?),
        Configured::Sendmail(settings) => Box::new(Sendmail::new(settings.clone())),
    })
}

/// How mail leaves, in a few words: `smtp mx.acme.example`, `mailbox on this machine`.
pub(super) fn transport_name(config: &Config) -> String {
    // A transport that can't be made is reported by whoever wants to send with it.
    transport(config).map_or_else(
        |_| "mail is not set up".to_owned(),
        |transport| transport.name(),
    )
}
