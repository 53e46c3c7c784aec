//! An address together with a person's name, as people write it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{AddressError, EmailAddress};
use crate::domain::text::{acts_in_mail, visible};

/// Characters a display name may have; it must fit a header with room to spare.
const LONGEST_NAME: usize = 200;

/// An address with the name that belongs to it: `Grace Hopper <grace@navy.example>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mailbox {
    /// The display name, without quotation marks; `None` when only an address was given.
    pub name: Option<String>,
    /// The address itself.
    pub address: EmailAddress,
}

impl Mailbox {
    /// Reads `Name <a@b>`, `"Hopper, Grace" <a@b>` or a bare `a@b`.
    ///
    /// # Errors
    /// [`AddressError`], as for [`EmailAddress::parse`], and for an impossible name.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim_matches(' ');
        let Some((name, rest)) = text.rsplit_once('<') else {
            return Ok(Self {
                name: None,
                address: EmailAddress::parse(text)?,
            });
        };
        let address = rest.strip_suffix('>').ok_or(AddressError::Brackets)?;
        let name = unquoted(name.trim_matches(' ')).ok_or(AddressError::Name)?;
        if name.chars().count() > LONGEST_NAME
            || name.contains(['<', '>'])
            || name.chars().any(acts_in_mail)
        {
            return Err(AddressError::Name);
        }
        let name = Some(name).filter(|name| !name.is_empty());
        Ok(Self {
            name,
            address: EmailAddress::parse(address)?,
        })
    }
}

/// The parts of a list of mailboxes: separated by commas or semicolons that stand outside quotation marks.
pub fn split_list(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    text.split(move |character| {
        let separates = !quoted && matches!(character, ',' | ';');
        quoted ^= character == '"' && !escaped;
        escaped = quoted && character == '\\' && !escaped;
        separates
    })
    .map(str::trim)
    .filter(|part| !part.is_empty())
}

/// The text of a quoted string (RFC 5322 section 3.2.4), or the text itself where it does not begin with one;
/// `None` where quotation marks don't pair.
fn unquoted(text: &str) -> Option<String> {
    let Some(inner) = text.strip_prefix('"') else {
        return text
            .matches('"')
            .count()
            .is_multiple_of(2)
            .then(|| text.to_owned());
    };
    let mut plain = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    loop {
        match rest.next()? {
            '\\' => plain.push(rest.next()?),
            '"' => return rest.next().is_none().then(|| plain.trim().to_owned()),
            other => plain.push(other),
        }
    }
}

impl Mailbox {
    /// The mailbox as [`Mailbox::parse`] reads it, to be kept; for people there is `Display`.
    #[must_use]
    pub fn to_text(&self) -> String {
        match &self.name {
            None => self.address.to_string(),
            Some(name) if name.contains(['"', '\\', ',', ';', '@', ':', '(', ')']) => {
                let escaped = name.replace('\\', "\\\\").replace('"', "\\\"");
                format!("\"{escaped}\" <{}>", self.address)
            }
            Some(name) => format!("{name} <{}>", self.address),
        }
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&visible(&self.to_text()))
    }
}

impl FromStr for Mailbox {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::parse(text)
    }
}

impl Serialize for Mailbox {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&self.to_text())
    }
}

impl<'de> Deserialize<'de> for Mailbox {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(input)?).map_err(serde::de::Error::custom)
    }
}
