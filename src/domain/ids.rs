//! Identifiers as types, so that one can't be taken for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text is not an identifier of that kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not the id of {what}")]
pub struct NotAnId {
    what: &'static str,
    text: String,
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID made at the edge (version 7, so that ids sort by age).
            #[must_use]
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID itself.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Uuid::parse_str(text.trim()).map(Self).map_err(|_| NotAnId {
                    what: $what,
                    text: text.chars().take(60).collect(),
                })
            }
        }
    };
}

identifier!(
    /// Names one interview, for ever.
    InterviewId, "an interview"
);
identifier!(
    /// Names one session of one interview.
    SessionId, "a session"
);
identifier!(
    /// Names one delivery: one mail to one address.
    DeliveryId, "a delivery"
);
identifier!(
    /// Names one batch: derived from its plan, so that a plan can be carried out once only.
    BatchId, "a batch"
);
identifier!(
    /// Names one token of the API.
    TokenId, "a token"
);
