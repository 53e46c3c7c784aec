//! Mail addresses: checked when they come in, harmless when they are shown.
//!
//! An address that passes can be put into an envelope and a header as it stands. Whether anybody
//! reads mail there is never asked here.

mod mailbox;
#[cfg(test)]
mod tests;
mod typo;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::text::{clip, visible};

pub use mailbox::{Mailbox, split_list};
pub use typo::likely_typo;

/// Octets a local part may have (RFC 5321 section 4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;
/// Octets an address may have: a path of 256 without its angle brackets (RFC 5321 section 4.5.3.1.3).
const LONGEST_ADDRESS: usize = 254;

/// One mail address, `local@domain` (RFC 5321 section 4.1.2), without quoted local parts and
/// address literals. Two addresses are equal when their ASCII forms are; the domain's case does
/// not count, the local part's does.
#[derive(Clone)]
pub struct EmailAddress {
    typed: String,
    ascii: String,
}

/// Why a text is not a mail address; the message says what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// Nothing was given.
    #[error("the address is empty; write it as name@example.org")]
    Empty,
    /// `Name <a@b>` where a bare address is asked for.
    #[error("write only the address, without a name and angle brackets")]
    HasName,
    /// `a@b, c@d`.
    #[error("write one address only, not several")]
    Several,
    /// No `@`.
    #[error("{0:?} has no @; write it as name@example.org")]
    NoAt(String),
    /// A control character, a line break or something invisible.
    #[error("the address holds characters that can't be seen, type it anew: {0}")]
    Invisible(String),
    /// Nothing before the `@`.
    #[error("nothing stands before the @")]
    NoLocal,
    /// Nothing after the `@`.
    #[error("nothing stands after the @")]
    NoDomain,
    /// A dot first, last or twice in a row (RFC 5322 section 3.2.3).
    #[error("the part before the @ starts or ends with a dot, or has two in a row")]
    Dots,
    /// A character that needs quoting before the `@`.
    #[error("{0:?} can't stand before the @")]
    LocalCharacter(char),
    /// A quoted local part, which many servers refuse.
    #[error("an address in quotation marks is not supported; ask for another one")]
    Quoted,
    /// A local part outside ASCII, which needs SMTPUTF8 (RFC 6531) on every hop.
    #[error(
        "{0:?} before the @ is not ASCII, which many mail servers can't deliver to; \
         ask for an address in plain letters"
    )]
    LocalNotAscii(char),
    /// More than 64 octets before the `@`, or more than 254 in all.
    #[error("the address is too long (64 characters before the @, 254 in all)")]
    TooLong,
    /// `ada@[192.0.2.1]` or `ada@192.0.2.1`.
    #[error("write a domain name after the @, not an IP address")]
    IpAddress,
    /// A domain without a dot, `localhost` excepted.
    #[error("{0:?} is not a whole domain; it needs an ending such as .com")]
    NoDot(String),
    /// A domain that DNS can't hold.
    #[error("{0:?} is not a domain name")]
    Domain(String),
    /// The name in `Name <a@b>` is too long or holds characters a header can't.
    #[error("the name before the address is too long or contains a character it can't hold")]
    Name,
    /// `Name <a@b` and the like.
    #[error("the angle brackets are not closed; write Name <name@example.org>")]
    Brackets,
}

impl EmailAddress {
    /// Reads a bare address; spaces around it are dropped.
    ///
    /// # Errors
    /// [`AddressError`] names what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim_matches(' ');
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        // International domains grow in ASCII, never shrink below a third of their octets.
        if text.len() > 3 * LONGEST_ADDRESS {
            return Err(AddressError::TooLong);
        }
        let shown = visible(text);
        if shown != text {
            return Err(AddressError::Invisible(clip(&shown, 80)));
        }
        if text.starts_with('"') {
            return Err(AddressError::Quoted);
        }
        if text.contains(['<', '>']) {
            return Err(AddressError::HasName);
        }
        let (local, domain) = text
            .rsplit_once('@')
            .ok_or_else(|| AddressError::NoAt(clip(text, 60)))?;
        if local.contains('@') || text.contains([',', ';']) {
            return Err(AddressError::Several);
        }
        check_local(local)?;
        let ascii_domain = ascii_domain(domain)?;
        let ascii = format!("{local}@{ascii_domain}");
        if ascii.len() > LONGEST_ADDRESS {
            return Err(AddressError::TooLong);
        }
        Ok(Self {
            typed: text.to_owned(),
            ascii,
        })
    }

    /// The address as it was typed, for people.
    #[must_use]
    pub fn display(&self) -> &str {
        &self.typed
    }

    /// The address for envelopes and headers: an international domain in its ASCII form
    /// (RFC 5890), the domain in lower case.
    #[must_use]
    pub fn ascii(&self) -> &str {
        &self.ascii
    }

    /// What stands before the `@`.
    #[must_use]
    pub fn local(&self) -> &str {
        self.ascii.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// The ASCII domain in lower case.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.ascii.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// Checks the dot-atom of RFC 5322 section 3.2.3.
fn check_local(local: &str) -> Result<(), AddressError> {
    if local.is_empty() {
        return Err(AddressError::NoLocal);
    }
    if let Some(other) = local.chars().find(|one| !one.is_ascii()) {
        return Err(AddressError::LocalNotAscii(other));
    }
    let allowed = |one: char| one.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(one);
    if let Some(other) = local.chars().find(|&one| !allowed(one)) {
        return Err(AddressError::LocalCharacter(other));
    }
    if local.split('.').any(str::is_empty) {
        return Err(AddressError::Dots);
    }
    if local.len() > LONGEST_LOCAL {
        return Err(AddressError::TooLong);
    }
    Ok(())
}

/// The domain in ASCII and lower case, its labels checked as DNS wants them (RFC 1035, RFC 5891).
fn ascii_domain(domain: &str) -> Result<String, AddressError> {
    if domain.is_empty() {
        return Err(AddressError::NoDomain);
    }
    if domain.starts_with('[') {
        return Err(AddressError::IpAddress);
    }
    let wrong = || AddressError::Domain(clip(domain, 60));
    let ascii = idna::domain_to_ascii_strict(domain).map_err(|_| wrong())?;
    match ascii.rsplit_once('.') {
        None if ascii == "localhost" => Ok(ascii),
        None => Err(AddressError::NoDot(clip(domain, 60))),
        Some((_, ending)) if ending.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(AddressError::IpAddress)
        }
        Some((_, ending)) if ending.len() < 2 => Err(wrong()),
        Some(_) => Ok(ascii),
    }
}

impl PartialEq for EmailAddress {
    fn eq(&self, other: &Self) -> bool {
        self.ascii == other.ascii
    }
}

impl Eq for EmailAddress {}

impl Hash for EmailAddress {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.ascii.hash(state);
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.typed)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "EmailAddress({})", self.typed)
    }
}

impl FromStr for EmailAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::parse(text)
    }
}

impl Serialize for EmailAddress {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&self.typed)
    }
}

impl<'de> Deserialize<'de> for EmailAddress {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(input)?).map_err(serde::de::Error::custom)
    }
}
