//! A small mail that tries the way out: no interview, no link and no key stand in it.

use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Message, header};

use super::compose::{ComposeError, mailbox};
use super::identity::MailIdentity;
use super::sender::Sender;
use crate::domain::address::EmailAddress;

/// Composes the test mail, with From, Reply-To and the further headers of every other mail.
///
/// # Errors
/// Names the address that no header can hold.
pub fn test_mail(
    sender: &Sender,
    to: &EmailAddress,
    identity: &MailIdentity,
) -> Result<Vec<u8>, ComposeError> {
    let unbuildable = |error: &dyn std::fmt::Display| ComposeError::Build(error.to_string());
    let date = Duration::from_secs(u64::try_from(identity.date.as_second()).unwrap_or(0));
    let mut letter = Message::builder()
        .date(SystemTime::UNIX_EPOCH + date)
        .message_id(Some(identity.message_id.to_string()))
        .from(mailbox(
            sender.from().name.as_deref(),
            &sender.from().address,
        )?)
        .to(mailbox(None, to)?)
        .subject("Greenroom: a test mail");
    if let Some(reply_to) = sender.reply_to() {
        letter = letter.reply_to(mailbox(reply_to.name.as_deref(), &reply_to.address)?);
    }
    // RFC 3834 section 5: no vacation notices in return.
    let automatic = ("Auto-Submitted".to_owned(), "auto-generated".to_owned());
    for (name, value) in std::iter::once(&automatic).chain(sender.headers()) {
        let name = HeaderName::new_from_ascii(name.clone()).map_err(|error| unbuildable(&error))?;
        letter = letter.raw_header(HeaderValue::new(name, value.clone()));
    }
    let text = format!(
        "This mail was sent by greenroom doctor --send-test, as a test.\r\n\r\n\
         It came from {}, so invitations to interviews can come the same way.\r\n\
         There is nothing to do, and nobody was invited.\r\n",
        sender.from()
    );
    let message = letter
        .header(header::MIME_VERSION_1_0)
        .header(ContentType::TEXT_PLAIN)
        .body(text)
        .map_err(|error| unbuildable(&error))?;
    Ok(message.formatted())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::parts;
    use crate::mail::sample::sample;

    #[test]
    fn a_test_mail_is_plain_and_carries_no_key() {
        let (sender, invitable, identity) = sample(true).unwrap();
        let to = EmailAddress::parse("rita@acme.example").unwrap();
        let bytes = test_mail(&sender, &to, &identity).unwrap();
        let mail = parts::read(&bytes).unwrap();
        assert_eq!(mail.header("To"), Some("rita@acme.example"));
        assert!(mail.header("From").unwrap().contains("jobs@acme.example"));
        assert_eq!(mail.header("Auto-Submitted"), Some("auto-generated"));
        assert_eq!(mail.header("X-Mailgun-Track"), Some("no"));
        assert!(mail.text.unwrap().contains("jobs@acme.example"));
        assert!(mail.html.is_none() && mail.calendar.is_none());
        let text = String::from_utf8(bytes).unwrap();
        let key = invitable.link().expose();
        let key = key.rsplit('=').next().unwrap();
        assert!(!text.contains(key) && !text.contains("session_key"));
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
    }
}
