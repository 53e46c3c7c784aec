//! What lets a candidate in: the session, its key, the join link built from it, and when that link works.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use uuid::Uuid;

use super::base_url::BaseUrl;
use super::ids::{InterviewId, SessionId};
use super::interview::{Interview, Status};

/// The secret that admits a candidate: a version 4 UUID, written as 32 lowercase hexadecimal digits.
///
/// Its `Debug` shows only the first four digits. Use [`SessionKey::expose`] where the key must really be written.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionKey(Uuid);

/// The text is not 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a session key is 32 hexadecimal digits")]
pub struct NotAKey;

impl SessionKey {
    /// Stands in previews and samples for a key that does not exist yet: 32 digits, nearly all of them 0.
    pub const SAMPLE: Self = Self(Uuid::from_u128(0x4000_8000_0000_0000_0000));

    /// Makes a key of a UUID. Nothing that could be missing goes in, and a key always comes out.
    #[must_use]
    pub const fn new(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// The 32 digits, for the join link and the database. Never for a log.
    #[must_use]
    pub fn expose(self) -> String {
        self.0.simple().to_string()
    }

    /// The key in a join link, or the key that a text is.
    #[must_use]
    pub fn in_text(text: &str) -> Option<Self> {
        let key = text
            .rsplit_once("session_key=")
            .map_or(text, |(_, key)| key);
        key.get(..32).unwrap_or(key).to_lowercase().parse().ok()
    }

    /// The first eight digits and an ellipsis: enough to tell two keys apart on a screen.
    #[must_use]
    pub fn shortened(self) -> String {
        format!("{}…", &self.expose()[..8])
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionKey({}…)", &self.expose()[..4])
    }
}

impl FromStr for SessionKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let plain = text.len() == 32
            && text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !plain {
            return Err(NotAKey);
        }
        Uuid::try_parse(text).map(Self).map_err(|_| NotAKey)
    }
}

/// Admits one candidate to one interview. Revoking ends it; rotating makes another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its own identifier, to which deliveries refer.
    pub id: SessionId,
    /// The interview it belongs to.
    pub interview_id: InterviewId,
    /// The key in the join link.
    pub key: SessionKey,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was ended, if it was.
    pub revoked_at: Option<Timestamp>,
}

/// The address that a candidate clicks: `{base_url}/interview/?session_key={key}`.
///
/// Built in one place only, [`JoinLink::new`]. Holds the key, so `Debug` shortens it.
#[derive(Clone, PartialEq, Eq)]
pub struct JoinLink {
    base: String,
    key: SessionKey,
}

impl JoinLink {
    /// The one function that builds a join link.
    #[must_use]
    pub fn new(base: &BaseUrl, key: SessionKey) -> Self {
        Self {
            base: base.as_str().to_owned(),
            key,
        }
    }

    /// The whole URL.
    #[must_use]
    pub fn expose(&self) -> String {
        format!("{}/interview/?session_key={}", self.base, self.key.expose())
    }

    /// Path and query of it, for whoever is at the right host already, under whatever name.
    #[must_use]
    pub fn expose_path(&self) -> String {
        let whole = self.expose();
        let host = whole.split_once("://").map_or("", |(_, after)| after);
        let path = host.find('/').map_or("", |at| &host[at..]);
        path.to_owned()
    }

    /// The URL with its key cut to eight digits, for a screen.
    #[must_use]
    pub fn shortened(&self) -> String {
        format!(
            "{}/interview/?session_key={}",
            self.base,
            self.key.shortened()
        )
    }

    /// The key in the link.
    #[must_use]
    pub const fn key(&self) -> SessionKey {
        self.key
    }
}

impl fmt::Debug for JoinLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinLink({})", self.shortened())
    }
}

/// HMAC-SHA256 (RFC 2104) of the parts, one after the other.
pub(in crate::domain) fn keyed_digest(secret: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes a key of any length, so the digest is always there.
    Hmac::<Sha256>::new_from_slice(secret).map_or([0; 32], |mut mac| {
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    })
}

/// The secret under which link tokens are signed: 32 random bytes, made once per database and kept in it.
#[derive(Clone)]
pub struct LinkSecret([u8; 32]);

impl LinkSecret {
    /// Wraps 32 random bytes made at the edge. There is no default.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Another secret, for that purpose: neither says anything of the other.
    #[must_use]
    pub fn derived(&self, purpose: &str) -> [u8; 32] {
        keyed_digest(&self.0, &[b"greenroom: ", purpose.as_bytes()])
    }

    fn signature(&self, interview: InterviewId, key: SessionKey) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(interview.uuid().as_bytes());
        mac.update(key.expose().as_bytes());
        Some(mac)
    }

    /// The link token of a session: base64url of id ‖ HMAC-SHA256(id ‖ key). Derived, never stored.
    #[must_use]
    pub fn token(&self, interview: InterviewId, key: SessionKey) -> LinkToken {
        let mut bytes = interview.uuid().as_bytes().to_vec();
        // HMAC takes a key of any length, so the signature is always there.
        if let Some(mac) = self.signature(interview, key) {
            bytes.extend_from_slice(&mac.finalize().into_bytes());
        }
        LinkToken(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Whether `token` was signed by this secret for this interview and key, compared in constant time.
    #[must_use]
    pub fn verifies(&self, token: &LinkToken, interview: InterviewId, key: SessionKey) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(&token.0) else {
            return false;
        };
        let Some((id, signature)) = bytes.split_at_checked(16) else {
            return false;
        };
        id == interview.uuid().as_bytes()
            && self
                .signature(interview, key)
                .is_some_and(|mac| mac.verify_slice(signature).is_ok())
    }
}

impl fmt::Debug for LinkSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkSecret(…)")
    }
}

/// Names a session to the public API without being its key.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkToken(String);

impl LinkToken {
    /// Takes what a client sent; [`LinkSecret::verifies`] says whether it is worth anything.
    #[must_use]
    pub const fn from_client(text: String) -> Self {
        Self(text)
    }

    /// The text of the token.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The interview it claims to be for, not yet verified.
    #[must_use]
    pub fn claimed_interview(&self) -> Option<InterviewId> {
        let bytes = URL_SAFE_NO_PAD.decode(&self.0).ok()?;
        Uuid::from_slice(bytes.get(..16)?)
            .ok()
            .map(InterviewId::new)
    }
}

impl fmt::Debug for LinkToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkToken(…)")
    }
}

/// How long before the start a link opens and how long after the end it closes. Configuration, never text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessWindow {
    /// Time between opening and start.
    pub opens_before: Duration,
    /// Time between end and closing.
    pub closes_after: Duration,
}

impl AccessWindow {
    /// The one answer to when the link of an interview works: the instants at which it opens and closes, none without
    /// a start. Saturates at the ends of time.
    ///
    /// Somebody may have opened it earlier or kept it open longer than usual; that only ever widens the window, also
    /// when the configuration changes later.
    #[must_use]
    pub fn of(&self, interview: &Interview) -> Option<(Timestamp, Timestamp)> {
        let (start, end) = (interview.starts_at?, interview.ends_at()?);
        let opens = start
            .saturating_sub(self.opens_before)
            .unwrap_or(Timestamp::MIN);
        let closes = end
            .saturating_add(self.closes_after)
            .unwrap_or(Timestamp::MAX);
        Some((
            interview.opens_at.map_or(opens, |early| early.min(opens)),
            interview.closes_at.map_or(closes, |late| late.max(closes)),
        ))
    }

    /// Whether the window of an interview has closed. The instant of closing is outside.
    #[must_use]
    pub fn has_closed(&self, interview: &Interview, now: Timestamp) -> bool {
        self.of(interview).is_some_and(|(_, closes)| now >= closes)
    }

    /// Whether the clock is inside the window of an interview, whatever its status and its session.
    #[must_use]
    pub fn is_open(&self, interview: &Interview, now: Timestamp) -> bool {
        self.of(interview)
            .is_some_and(|(opens, closes)| opens <= now && now < closes)
    }
}

/// What clicking the link would lead to at one moment. Derived, never stored; the first that holds, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkState {
    /// The interview was cancelled.
    Cancelled,
    /// No session was ever made.
    Missing,
    /// The session was revoked and no other made.
    Revoked,
    /// The interview is over, or its window has closed.
    Expired,
    /// There is a link but no start time.
    Unscheduled,
    /// The window has not opened yet.
    NotYetOpen,
    /// The candidate can join now.
    Open,
}

impl LinkState {
    /// All of them, in the order in which they are looked for.
    pub const ALL: [Self; 7] = [
        Self::Cancelled,
        Self::Missing,
        Self::Revoked,
        Self::Expired,
        Self::Unscheduled,
        Self::NotYetOpen,
        Self::Open,
    ];

    /// The name used in JSON and in filters.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Missing => "missing",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Unscheduled => "unscheduled",
            Self::NotYetOpen => "not_yet_open",
            Self::Open => "open",
        }
    }

    /// The one decision about a link, from the interview, its newest session's condition, the window and the clock.
    #[must_use]
    pub fn of(
        interview: &Interview,
        session: SessionCondition,
        window: &AccessWindow,
        now: Timestamp,
    ) -> Self {
        match (interview.status, session) {
            (Status::Cancelled, _) => return Self::Cancelled,
            (_, SessionCondition::None) => return Self::Missing,
            (_, SessionCondition::Revoked) => return Self::Revoked,
            (Status::Completed | Status::NoShow, SessionCondition::Live) => return Self::Expired,
            (Status::Scheduled, SessionCondition::Live) => {}
        }
        let Some((opens, closes)) = window.of(interview) else {
            return Self::Unscheduled;
        };
        if now >= closes {
            Self::Expired
        } else if now < opens {
            Self::NotYetOpen
        } else {
            Self::Open
        }
    }
}

/// What there is of a session, as far as the link is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SessionCondition {
    /// None was ever made.
    None,
    /// One is live.
    Live,
    /// The newest was revoked.
    Revoked,
}
