//! Invariant 4: what was composed is read back, as its reader will, before it can be stored.
//!
//! [`admit`] is the only way to a [`Composed`]. It never repairs anything: a mail is right, or it is refused and the
//! part and its template are named.

mod expected;

use std::fmt::{self, Write as _};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::calendar;
use super::identity::MessageId;
use super::parts::{self, NotAMail, Parts};
use crate::domain::address::EmailAddress;
use crate::domain::invitable::Invitable;
use crate::domain::session::JoinLink;
use crate::render::html;
use expected::Expected;

/// Octets of HTML above which mail programs cut the end off.
const LONGEST_HTML: usize = 100 * 1024;
/// Octets of a line (RFC 5322 section 2.1.1).
const LONGEST_LINE: usize = 998;

/// A mail that passed the gate: these bytes are stored, shown and sent, and no others.
#[derive(Clone, PartialEq, Eq)]
pub struct Composed {
    bytes: Vec<u8>,
    sha256: String,
    subject: String,
    message_id: MessageId,
    to: EmailAddress,
    link: JoinLink,
}

/// A part of a mail, and the template that makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The subject line.
    Subject,
    /// The plain text.
    Text,
    /// The HTML.
    Html,
    /// The calendar request that mail programs show.
    Calendar,
    /// The same as a file.
    Attachment,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Subject => "invitation.subject.hbs",
            Self::Text => "invitation.txt.hbs",
            Self::Html => "invitation.html.hbs",
            Self::Calendar => "the calendar part",
            Self::Attachment => "the attached invite.ics",
        })
    }
}

/// Why a composed mail is refused. Never holds the link or its key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    /// It can't be read back.
    #[error("the composed mail can't be read back: {0}")]
    Unreadable(#[from] NotAMail),
    /// A part is not there, or empty.
    #[error("{0}: this part of the mail is missing or empty")]
    Missing(Part),
    /// No text shows the link.
    #[error("{0}: the join link does not stand in its text; write {{{{join.url}}}}")]
    NoLink(Part),
    /// The HTML shows the link but no click follows it.
    #[error("{0}: no visible link leads to the join link; write <a href=\"{{{{join.url}}}}\">")]
    NoHref(Part),
    /// The key of another session.
    #[error("{0}: it holds the key of another session")]
    ForeignKey(Part),
    /// The start on the interview's clock is not there.
    #[error("{0}: it does not show when the interview starts; write {{{{when.text}}}}")]
    NoStart(Part),
    /// The calendar shows other instants.
    #[error("{0}: it shows other times than the interview has")]
    OtherTimes(Part),
    /// A placeholder that nobody filled.
    #[error("{0}: it still contains {{{{ (from the template, or from a field of the interview)")]
    Unrendered(Part),
    /// The greeting would be empty.
    #[error("{0}: it does not call the candidate by name; write {{{{candidate.name}}}}")]
    NoName(Part),
    /// Not readable as a calendar.
    #[error("{0}: {1}")]
    NotACalendar(Part, calendar::NotACalendar),
    /// Mail programs would cut it.
    #[error(
        "{0}: it is larger than 100 KB, so mail programs would cut it; shorten the note or the template"
    )]
    TooLarge(Part),
    /// Another recipient than the candidate.
    #[error("the mail is not addressed to the candidate alone")]
    OtherRecipient,
    /// A header more, fewer or elsewhere than written.
    #[error("the headers of the mail are not those that were written: {0}")]
    OtherHeaders(String),
    /// 8-bit octets, or a line that servers may break.
    #[error(
        "the mail has a line that is not 7-bit or is longer than 998 octets; shorten the names and the role"
    )]
    UnsafeLine,
}

impl Composed {
    /// The message, exactly as it is stored and sent.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same, taken out.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// SHA-256 of the bytes in lowercase hexadecimal digits.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The subject, decoded.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Its Message-ID.
    #[must_use]
    pub const fn message_id(&self) -> &MessageId {
        &self.message_id
    }

    /// Its only recipient.
    #[must_use]
    pub const fn to(&self) -> &EmailAddress {
        &self.to
    }

    /// The join link that it carries.
    #[must_use]
    pub const fn link(&self) -> &JoinLink {
        &self.link
    }
}

// The bytes hold the session key.
impl fmt::Debug for Composed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Composed({}, {} octets, sha256 {})",
            self.message_id,
            self.bytes.len(),
            self.sha256
        )
    }
}

/// Reads a composed mail back and admits it when it invites to `invitable` and to nothing else.
///
/// `headers` are the names of all headers that were written, in order.
///
/// # Errors
/// The first thing that is wrong, with the part and its template.
pub fn admit(
    bytes: Vec<u8>,
    invitable: &Invitable,
    headers: &[String],
) -> Result<Composed, GateError> {
    let parts = parts::read(&bytes)?;
    check_lines(&bytes)?;
    let message_id = check_headers(&parts, invitable, headers)?;
    let expected = Expected::of(invitable);
    let subject = parts.header("Subject").unwrap_or_default();
    expected.is_rendered(Part::Subject, subject)?;
    let text = filled(Part::Text, parts.text.as_deref())?;
    expected.stands_in(Part::Text, text)?;
    expected.is_rendered(Part::Text, text)?;
    check_html(&expected, filled(Part::Html, parts.html.as_deref())?)?;
    let calendar = filled(Part::Calendar, parts.calendar.as_deref())?;
    if parts.calendar_method.as_deref() != Some("REQUEST") {
        return Err(GateError::Missing(Part::Calendar));
    }
    check_calendar(Part::Calendar, &expected, calendar)?;
    let [file] = parts.attachments.as_slice() else {
        return Err(GateError::Missing(Part::Attachment));
    };
    check_calendar(
        Part::Attachment,
        &expected,
        &String::from_utf8_lossy(&file.content),
    )?;
    Ok(Composed {
        sha256: hexadecimal(&Sha256::digest(&bytes)),
        subject: subject.to_owned(),
        message_id,
        to: invitable.address().clone(),
        link: invitable.link().clone(),
        bytes,
    })
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

fn filled(part: Part, content: Option<&str>) -> Result<&str, GateError> {
    content
        .filter(|content| !content.trim().is_empty())
        .ok_or(GateError::Missing(part))
}

fn check_lines(bytes: &[u8]) -> Result<(), GateError> {
    let mut lines = bytes.split(|byte| *byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        // Every line but what follows the last break ends in CRLF.
        let ended = line.strip_suffix(b"\r");
        let line = ended.unwrap_or(line);
        let whole = ended.is_some() || lines.peek().is_none();
        if !whole
            || line.len() > LONGEST_LINE
            || line
                .iter()
                .any(|byte| !byte.is_ascii() || matches!(byte, b'\r' | 0))
        {
            return Err(GateError::UnsafeLine);
        }
    }
    Ok(())
}

fn check_headers(
    parts: &Parts,
    invitable: &Invitable,
    written: &[String],
) -> Result<MessageId, GateError> {
    let read: Vec<&str> = parts
        .headers
        .iter()
        .map(|header| header.name.as_str())
        .collect();
    let same = read.len() == written.len()
        && read
            .iter()
            .zip(written)
            .all(|(one, other)| one.eq_ignore_ascii_case(other));
    if !same {
        return Err(GateError::OtherHeaders(read.join(", ")));
    }
    if parts
        .to
        .iter()
        .map(String::as_str)
        .ne([invitable.address().ascii()])
    {
        return Err(GateError::OtherRecipient);
    }
    let id = parts
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("Message-ID"));
    id.and_then(|header| header.raw.parse().ok())
        .ok_or_else(|| GateError::OtherHeaders("no Message-ID".to_owned()))
}

fn check_html(expected: &Expected, source: &str) -> Result<(), GateError> {
    let part = Part::Html;
    if source.len() > LONGEST_HTML {
        return Err(GateError::TooLarge(part));
    }
    let seen = html::seen(source).ok_or(GateError::TooLarge(part))?;
    expected.stands_in(part, &seen.text)?;
    if !seen.links.contains(&expected.link) {
        return Err(GateError::NoHref(part));
    }
    for link in &seen.links {
        expected.has_no_foreign_key(part, link)?;
    }
    let plain = source.replace("&#x3D;", "=");
    expected.is_rendered(part, &plain)?;
    expected.is_rendered(part, &seen.text)
}

fn check_calendar(part: Part, expected: &Expected, ics: &str) -> Result<(), GateError> {
    let event = calendar::read(ics).map_err(|error| GateError::NotACalendar(part, error))?;
    let whole = |instant: Timestamp| instant.as_second();
    if (whole(event.start), whole(event.end)) != (whole(expected.start), whole(expected.end)) {
        return Err(GateError::OtherTimes(part));
    }
    if event.method != "REQUEST" || event.uid != expected.uid || event.attendees.len() != 1 {
        return Err(GateError::Missing(part));
    }
    let everywhere = event.location == expected.link && event.url == expected.link;
    if !everywhere || !event.description.contains(&expected.link) {
        return Err(GateError::NoLink(part));
    }
    for text in [&event.summary, &event.description] {
        expected.is_rendered(part, text)?;
    }
    expected.has_no_foreign_key(part, &ics.replace("\r\n ", ""))
}
