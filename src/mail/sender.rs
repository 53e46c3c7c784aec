//! Who sends, and what every mail says to the servers on its way. Checked once, when the configuration is read.

use crate::domain::address::Mailbox;
use crate::domain::text::visible;

/// Incident 22: these ask the common providers to leave links alone. Each is ignored by all the others.
const NO_TRACKING: [(&str, &str); 10] = [
    ("X-Mailgun-Track", "no"),
    ("X-Mailgun-Track-Clicks", "no"),
    ("X-Mailgun-Track-Opens", "no"),
    (
        "X-SMTPAPI",
        r#"{"filters": {"clicktrack": {"settings": {"enable": 0}}, "opentrack": {"settings": {"enable": 0}}}}"#,
    ),
    (
        "X-MSYS-API",
        r#"{"options": {"open_tracking": false, "click_tracking": false}}"#,
    ),
    ("X-PM-TrackLinks", "None"),
    ("X-PM-TrackOpens", "false"),
    // Lists what to track; a word that is none of its own leaves nothing.
    ("X-MC-Track", "none"),
    ("X-Mailjet-TrackClick", "0"),
    ("X-Mailjet-TrackOpen", "0"),
];

/// Headers that Greenroom writes itself or that others add; a setting must not.
const STRUCTURAL: [&str; 18] = [
    "from",
    "to",
    "cc",
    "bcc",
    "sender",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "auto-submitted",
    "return-path",
    "received",
    "delivered-to",
    "dkim-signature",
    "authentication-results",
];

/// Octets of a header's value: its line stays under 998 (RFC 5322 section 2.1.1) even where it can't be folded.
const LONGEST_VALUE: usize = 900;

/// The sending side of a mail.
#[derive(Debug, Clone)]
pub struct Sender {
    from: Mailbox,
    reply_to: Option<Mailbox>,
    headers: Vec<(String, String)>,
    language: String,
}

/// A setting about the sender can't be used; the message names it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SenderError {
    /// Not the name of a header (RFC 5322 section 3.6.8).
    #[error("mail.headers: {0:?} can't be the name of a header; use letters, digits and hyphens")]
    Name(String),
    /// A header that is not for a setting.
    #[error("mail.headers: {0} is written by Greenroom itself and can't be set")]
    Structural(String),
    /// Set twice.
    #[error("mail.headers: {0} is set twice")]
    Twice(String),
    /// A value that is no single line of plain characters.
    #[error("mail.headers: the value of {0} must be one line of at most 900 ASCII characters")]
    Value(String),
    /// Not a language tag (RFC 5646).
    #[error("mail.language: {0:?} is not a language tag; write it like en or pt-BR")]
    Language(String),
}

impl Sender {
    /// Checks the settings. `headers` are added to those that switch link tracking off; one of the same name takes its
    /// place, and an empty value only removes it.
    ///
    /// # Errors
    /// Names the setting.
    pub fn new(
        from: Mailbox,
        reply_to: Option<Mailbox>,
        headers: Vec<(String, String)>,
        language: &str,
    ) -> Result<Self, SenderError> {
        let tag = |part: &str| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        if language.len() > 35 || !language.split('-').all(tag) {
            return Err(SenderError::Language(
                visible(language).chars().take(40).collect(),
            ));
        }
        for (at, (name, value)) in headers.iter().enumerate() {
            check_header(name, value)?;
            if headers
                .iter()
                .take(at)
                .any(|(other, _)| other.eq_ignore_ascii_case(name))
            {
                return Err(SenderError::Twice(name.clone()));
            }
        }
        let mut all: Vec<(String, String)> = NO_TRACKING
            .iter()
            .filter(|(name, _)| {
                !headers
                    .iter()
                    .any(|(own, _)| own.eq_ignore_ascii_case(name))
            })
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        all.extend(headers.into_iter().filter(|(_, value)| !value.is_empty()));
        Ok(Self {
            from,
            reply_to,
            headers: all,
            language: language.to_owned(),
        })
    }

    /// The address and name in From, ORGANIZER and Message-ID.
    #[must_use]
    pub const fn from(&self) -> &Mailbox {
        &self.from
    }

    /// Where answers go when the interview's recruiter has no address.
    #[must_use]
    pub const fn reply_to(&self) -> Option<&Mailbox> {
        self.reply_to.as_ref()
    }

    /// The headers beside the structural ones, in order: each name once, each value one line of ASCII.
    #[must_use]
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The language of the mail's texts, for `lang` (RFC 5646).
    #[must_use]
    pub fn language(&self) -> &str {
        &self.language
    }
}

fn check_header(name: &str, value: &str) -> Result<(), SenderError> {
    let shown = || visible(name).chars().take(60).collect::<String>();
    let token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if name.is_empty() || name.len() > 60 || !name.bytes().all(token) {
        return Err(SenderError::Name(shown()));
    }
    let lower = name.to_ascii_lowercase();
    if STRUCTURAL.contains(&lower.as_str())
        || lower.starts_with("content-")
        || lower.starts_with("resent-")
    {
        return Err(SenderError::Structural(shown()));
    }
    let plain = value.bytes().all(|byte| matches!(byte, b' '..=b'~')) && value.trim() == value;
    if plain && value.len() <= LONGEST_VALUE {
        Ok(())
    } else {
        Err(SenderError::Value(shown()))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn sender(headers: &[(&str, &str)]) -> Result<Sender, SenderError> {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Sender::new(
            Mailbox::parse("Acme <jobs@acme.example>").unwrap(),
            None,
            headers,
            "en",
        )
    }

    #[rstest]
    #[case(
        "Bcc",
        "x@y.example",
        "mail.headers: Bcc is written by Greenroom itself"
    )]
    #[case("content-type", "text/plain", "mail.headers: content-type is written")]
    #[case(
        "X-A\r\nBcc",
        "x",
        "mail.headers: \"X-A<U+000D><U+000A>Bcc\" can't be the name"
    )]
    #[case(
        "X-A",
        "a\r\nBcc: x@y.example",
        "mail.headers: the value of X-A must be one line"
    )]
    #[case("X-A", "ü", "mail.headers: the value of X-A must be one line")]
    #[case("", "x", "mail.headers: \"\" can't be")]
    fn a_header_that_could_change_the_mail_is_refused(
        #[case] name: &str,
        #[case] value: &str,
        #[case] message: &str,
    ) {
        let error = sender(&[(name, value)]).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }

    #[test]
    fn incident_22_tracking_is_off_by_default_and_a_setting_can_change_it() {
        let value = |sender: &Sender, name: &str| {
            sender
                .headers()
                .iter()
                .find(|(own, _)| own == name)
                .map(|(_, value)| value.clone())
        };
        let plain = sender(&[]).unwrap();
        assert_eq!(
            value(&plain, "X-Mailgun-Track-Clicks").as_deref(),
            Some("no")
        );
        assert_eq!(plain.headers().len(), NO_TRACKING.len());
        let changed = sender(&[
            ("X-PM-TrackLinks", ""),
            ("X-Mailgun-Track", "yes"),
            ("X-Team", "hiring"),
        ])
        .unwrap();
        assert_eq!(value(&changed, "X-PM-TrackLinks"), None);
        assert_eq!(value(&changed, "X-Mailgun-Track").as_deref(), Some("yes"));
        assert_eq!(value(&changed, "X-Team").as_deref(), Some("hiring"));
    }
}
