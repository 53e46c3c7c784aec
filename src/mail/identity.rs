//! What makes one mail this mail: its Message-ID, its date, and the mail it follows.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use uuid::Uuid;

use super::sender::Sender;

/// A Message-ID (RFC 5322 section 3.6.4): `<uuid@domain of the sender>`. Made once, when the mail is first composed;
/// every attempt to deliver it keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MessageId {
    uuid: Uuid,
    domain: String,
}

/// The text is not a Message-ID of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a Message-ID of Greenroom is <uuid@domain>")]
pub struct NotAMessageId;

impl MessageId {
    /// Joins a UUID made at the edge to the sender's domain.
    #[must_use]
    pub fn new(uuid: Uuid, sender: &Sender) -> Self {
        Self {
            uuid,
            domain: sender.from().address.domain().to_owned(),
        }
    }

    /// The part before the `@`, from which MIME boundaries are made too.
    #[must_use]
    pub const fn uuid(&self) -> Uuid {
        self.uuid
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}@{}>", self.uuid, self.domain)
    }
}

impl FromStr for MessageId {
    type Err = NotAMessageId;

    fn from_str(text: &str) -> Result<Self, NotAMessageId> {
        let inside = text
            .strip_prefix('<')
            .and_then(|rest| rest.strip_suffix('>'))
            .ok_or(NotAMessageId)?;
        let (uuid, domain) = inside.split_once('@').ok_or(NotAMessageId)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        if domain.is_empty() || domain.len() > 255 || !domain.bytes().all(plain) {
            return Err(NotAMessageId);
        }
        let uuid = Uuid::parse_str(uuid).map_err(|_| NotAMessageId)?;
        Ok(Self {
            uuid,
            domain: domain.to_owned(),
        })
    }
}

/// Everything about a mail that does not follow from the interview. Composing the same interview with the same
/// identity gives the same bytes.
#[derive(Debug, Clone)]
pub struct MailIdentity {
    /// The mail's own name.
    pub message_id: MessageId,
    /// When it is written: Date and DTSTAMP.
    pub date: Timestamp,
    /// The first mail about the same interview, when this one is sent again.
    pub in_reply_to: Option<MessageId>,
    /// Whether the candidate may hold another link to the same interview, which no longer works.
    pub replaces_link: bool,
}
