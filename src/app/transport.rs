//! The transport that the configuration asks for.

use crate::config::{Config, Transport as Configured};
use crate::mail::transport::Transport;
use crate::mail::transport::mailbox::Mailbox;
use crate::mail::transport::sendmail::Sendmail;
use crate::mail::transport::smtp::{SettingsError, SmtpTransport};

/// The transports that the configuration asks for, to be used side by side: several connections to a mail server, or
/// one program, or one mailbox.
///
/// # Errors
/// Names the setting that can't be used.
pub fn transports(config: &Config) -> Result<Vec<Box<dyn Transport>>, SettingsError> {
    Ok(match &config.mail.transport {
        Configured::Mailbox => vec![Box::new(Mailbox::new(config.paths.mailbox()))],
        Configured::Sendmail(settings) => vec![Box::new(Sendmail::new(settings.clone()))],
        Configured::Smtp(settings) => {
            let first = SmtpTransport::new((**settings).clone())?;
            let others = (1..config.mail.connections)
                .map(|_| first.another())
                .collect::<Vec<_>>();
            std::iter::once(first)
                .chain(others)
                .map(|one| Box::new(one) as Box<dyn Transport>)
                .collect()
        }
    })
}

/// How mail leaves, in a few words: `smtp mx.acme.example`, `mailbox on this machine`.
pub(super) fn transport_name(config: &Config) -> String {
    // A transport that can't be made is reported by whoever wants to send with it.
    let first = transports(config)
        .ok()
        .and_then(|transports| transports.into_iter().next());
    first.map_or_else(
        || "mail is not set up".to_owned(),
        |transport| transport.name(),
    )
}
