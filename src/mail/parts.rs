//! Reads a composed mail back into what its reader gets: headers, text, HTML, calendar.
//!
//! For the gate, which trusts nothing of what was put in, and for the pane that shows a mail's parts.

use std::fmt;

use mail_parser::{Address, HeaderValue, MessageParser, MimeHeaders as _, PartType};

/// A mail taken apart. Holds the join link, so `Debug` shows only its shape.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parts {
    /// All headers of the message, in order.
    pub headers: Vec<Header>,
    /// The addresses in To.
    pub to: Vec<String>,
    /// The decoded `text/plain` part.
    pub text: Option<String>,
    /// The decoded `text/html` part.
    pub html: Option<String>,
    /// The decoded `text/calendar` part that mail programs show.
    pub calendar: Option<String>,
    /// Its METHOD as the Content-Type declares it (RFC 6047 section 2.4).
    pub calendar_method: Option<String>,
    /// What is attached.
    pub attachments: Vec<Attachment>,
}

/// One header of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// As written.
    pub name: String,
    /// The value as it travels, unfolded.
    pub raw: String,
    /// The value as a person reads it (RFC 2047 decoded).
    pub text: String,
}

/// One attached file.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The file's name, empty when it has none.
    pub name: String,
    /// Its content, decoded.
    pub content: Vec<u8>,
}

/// The bytes are no mail of the kind that Greenroom writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAMail {
    /// No header could be found.
    #[error("there is no message in it")]
    Empty,
    /// Two parts of a kind, so a reader may see either.
    #[error("it has two {0} parts")]
    Twice(&'static str),
    /// A part of an unexpected kind.
    #[error("it has a part of an unexpected kind")]
    Unexpected,
}

impl Parts {
    /// The decoded text of the first header of that name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name))
            .map(|header| header.text.as_str())
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Parts({} headers, {} attachments)",
            self.headers.len(),
            self.attachments.len()
        )
    }
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Attachment({}, {} octets)",
            self.name,
            self.content.len()
        )
    }
}

/// Takes a mail apart.
///
/// # Errors
/// When it is no message, or has parts that would leave open what a reader sees.
pub fn read(bytes: &[u8]) -> Result<Parts, NotAMail> {
    let message = MessageParser::default()
        .parse(bytes)
        .ok_or(NotAMail::Empty)?;
    let mut parts = Parts {
        to: addresses(message.to()),
        ..Parts::default()
    };
    let root = message.parts.first().ok_or(NotAMail::Empty)?;
    for header in &root.headers {
        let range = header.offset_start as usize..header.offset_end as usize;
        let raw = unfolded(&String::from_utf8_lossy(
            bytes.get(range).unwrap_or_default(),
        ));
        let encoded = raw.contains("=?").then(|| decoded(&header.value)).flatten();
        let text = encoded.unwrap_or_else(|| raw.clone());
        parts.headers.push(Header {
            name: header.name.as_str().to_owned(),
            raw,
            text,
        });
    }
    for part in &message.parts {
        let kind = part
            .content_type()
            .map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()));
        let kind = kind.unwrap_or_default().to_ascii_lowercase();
        if matches!(part.body, PartType::Multipart(_)) {
            continue;
        }
        if part
            .content_disposition()
            .is_some_and(mail_parser::ContentType::is_attachment)
        {
            let name = part.attachment_name().unwrap_or_default().to_owned();
            parts.attachments.push(Attachment {
                name,
                content: part.contents().to_vec(),
            });
            continue;
        }
        let (place, kind) = match kind.as_str() {
            "text/plain" => (&mut parts.text, "text/plain"),
            "text/html" => (&mut parts.html, "text/html"),
            "text/calendar" => {
                let method = part
                    .content_type()
                    .and_then(|kind| kind.attribute("method"));
                parts.calendar_method = method.map(str::to_owned);
                (&mut parts.calendar, "text/calendar")
            }
            _ => return Err(NotAMail::Unexpected),
        };
        let content = part.text_contents().map(str::to_owned);
        if place.replace(content.unwrap_or_default()).is_some() {
            return Err(NotAMail::Twice(kind));
        }
    }
    Ok(parts)
}

fn addresses(to: Option<&Address<'_>>) -> Vec<String> {
    let all = to.into_iter().flat_map(Address::iter);
    all.map(|one| one.address.as_deref().unwrap_or_default().to_owned())
        .collect()
}

fn unfolded(raw: &str) -> String {
    raw.replace("\r\n", "")
        .replace(['\r', '\n'], "")
        .trim()
        .to_owned()
}

fn decoded(value: &HeaderValue<'_>) -> Option<String> {
    match value {
        HeaderValue::Text(text) => Some(text.clone().into_owned()),
        HeaderValue::TextList(list) => Some(list.join(" ")),
        HeaderValue::Address(addresses) => {
            let shown =
                addresses
                    .iter()
                    .map(|one| match (one.name.as_deref(), one.address.as_deref()) {
                        (Some(name), Some(address)) => format!("{name} <{address}>"),
                        (name, address) => name.or(address).unwrap_or_default().to_owned(),
                    });
            Some(shown.collect::<Vec<_>>().join(", "))
        }
        _ => None,
    }
}
