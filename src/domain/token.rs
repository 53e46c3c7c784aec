//! Bearer tokens (RFC 6750), with which other systems use the API: what they may do, and how one is recognised.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::ids::TokenId;
use super::text::acts_in_mail;

/// Opens the text of every token, so that scanners for leaked secrets can find one.
const PREFIX: &str = "greenroom_";
/// Characters of a name.
const LONGEST_NAME: usize = 100;

/// What a token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// To look at interviews, links and mail included.
    Read,
    /// To schedule and change interviews, and to mail candidates.
    Write,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Read, Self::Write];

    /// The name used on the command line and in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    /// The scope of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// A token as its holder presents it: an id that names its row, and a secret that only the holder knows.
///
/// Written as `greenroom_` and base64url of id ‖ secret. `Debug` shows neither.
#[derive(Clone)]
pub struct BearerToken {
    id: TokenId,
    secret: [u8; 32],
}

/// The text is no bearer token of Greenroom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a token of Greenroom")]
pub struct NotAToken;

impl BearerToken {
    /// Puts a token together from its row's id and 32 random bytes made at the edge.
    #[must_use]
    pub const fn new(id: TokenId, secret: [u8; 32]) -> Self {
        Self { id, secret }
    }

    /// The row that it claims to be; nothing is verified yet.
    #[must_use]
    pub const fn id(&self) -> TokenId {
        self.id
    }

    /// The whole text, for the one time that it is shown.
    #[must_use]
    pub fn expose(&self) -> String {
        let mut bytes = self.id.uuid().as_bytes().to_vec();
        bytes.extend_from_slice(&self.secret);
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What is kept of it. The secret is random and long, so a plain hash can't be turned back by trying.
    #[must_use]
    pub fn digest(&self) -> TokenDigest {
        TokenDigest(Sha256::digest(self.secret).into())
    }
}

impl FromStr for BearerToken {
    type Err = NotAToken;

    fn from_str(text: &str) -> Result<Self, NotAToken> {
        let encoded = text.strip_prefix(PREFIX).ok_or(NotAToken)?;
        let bytes: [u8; 48] = URL_SAFE_NO_PAD
            .decode(encoded)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(NotAToken)?;
        let (id, secret) = bytes.split_first_chunk::<16>().ok_or(NotAToken)?;
        Ok(Self {
            id: TokenId::new(Uuid::from_bytes(*id)),
            secret: secret.try_into().map_err(|_| NotAToken)?,
        })
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerToken(…)")
    }
}

/// SHA-256 of a token's secret: what is stored. Compared in constant time only.
#[derive(Clone)]
pub struct TokenDigest([u8; 32]);

impl TokenDigest {
    /// As base64url, for the database.
    #[must_use]
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Whether this is the digest of that token, in a time that does not depend on where they differ.
    #[must_use]
    pub fn is_of(&self, token: &BearerToken) -> bool {
        self.0.ct_eq(&token.digest().0).into()
    }
}

impl FromStr for TokenDigest {
    type Err = NotAToken;

    fn from_str(text: &str) -> Result<Self, NotAToken> {
        URL_SAFE_NO_PAD
            .decode(text)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or(NotAToken)
    }
}

impl fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenDigest(…)")
    }
}

/// The name under which a token acts, for the timeline.
///
/// # Errors
/// Says what is wrong with the text.
pub fn token_name(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(
            "is missing: which system will use it? Its name stands in the timeline".to_owned(),
        );
    }
    if text.chars().any(acts_in_mail) {
        return Err("must be one line, without control or invisible characters".to_owned());
    }
    if text.chars().nth(LONGEST_NAME).is_some() {
        return Err(format!("is longer than {LONGEST_NAME} characters"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn token(secret: u8) -> BearerToken {
        BearerToken::new(TokenId::new(Uuid::from_u128(7)), [secret; 32])
    }

    #[test]
    fn a_token_is_read_as_it_was_written_and_recognised_by_its_digest() {
        let text = token(1).expose();
        let read: BearerToken = text.parse().unwrap();
        assert_eq!((read.id(), read.expose()), (token(1).id(), text.clone()));
        let kept: TokenDigest = read.digest().to_text().parse().unwrap();
        assert!(kept.is_of(&read) && !kept.is_of(&token(2)));
        assert!(!format!("{read:?} {kept:?}").contains(&text[PREFIX.len()..]));
        assert!(!format!("{kept:?}").contains(&kept.to_text()));
    }

    #[rstest]
    #[case("")]
    #[case("greenroom_")]
    #[case("Greenroom_AAAA")]
    #[case("hunter2")]
    fn another_text_is_no_token(#[case] text: &str) {
        assert!(text.parse::<BearerToken>().is_err());
        assert!(
            format!("{}=", token(1).expose())
                .parse::<BearerToken>()
                .is_err()
        );
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,80}", tail in "[A-Za-z0-9_-]{60,68}") {
            let _ = text.parse::<BearerToken>();
            let _ = format!("{PREFIX}{tail}").parse::<BearerToken>();
            let _ = (text.parse::<TokenDigest>(), token_name(&text));
        }
    }
}
