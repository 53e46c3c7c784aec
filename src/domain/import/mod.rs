//! What arrives from elsewhere: interviews of the old system's database or of a table, and what is to be said of them.
//!
//! Nothing here mints a key, invents a time or matches anybody by address. What can't be known stays empty, and is told.

mod column;
mod defect;
pub mod formula;
mod leave;
pub mod legacy;
mod report;
mod table;

use std::fmt;

use uuid::Uuid;

use super::ids::InterviewId;
use super::interview::Interview;
use super::session::{LinkSecret, SessionKey, keyed_digest};
use super::verdict::Imported;

pub use column::{Column, Header, HeaderError};
pub use defect::Defect;
pub use report::{BadLine, Finding, Group, Place, Report};
pub use table::{Line, Terms};

/// The name of the old system as a source.
pub const LEGACY: &str = "legacy";
/// The name of a table as a source, unless it says another.
pub const TABLE: &str = "csv";

/// An interview on its way in.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The interview. Its id follows from where it came from, so that importing twice is importing once.
    pub interview: Interview,
    /// Where it came from.
    pub imported: Imported,
    /// The key that it keeps: it is already in a candidate's inbox.
    pub key: Option<SessionKey>,
    /// Whether its link was mailed before it came in, as far as that is known.
    pub key_mailed: bool,
    /// The key in the link that the old system wrote down, if that is another one.
    pub mailed_key: Option<SessionKey>,
    /// Keys that the old system had or wrote down for it and that are not kept: whoever holds a link with one holds a dead link.
    pub dead_keys: Vec<SessionKey>,
    /// Its key stood on another interview too, so that neither keeps it.
    pub conflict: bool,
    /// The signed token of the old system's link.
    pub token: Option<String>,
    /// Why it is cancelled, if the old system did not simply say so.
    pub cancelled_because: Option<&'static str>,
}

/// Gives ids to interviews that bring none of their own.
///
/// They follow from the secret of the database, and not from what a person can guess: an id outlives the interview that was
/// erased, and whoever meets it elsewhere can't find out by it whether a certain address was there.
#[derive(Clone)]
pub struct Names([u8; 32]);

impl Names {
    /// Those of the database whose secret this is. The same secret gives the same names.
    #[must_use]
    pub fn of(secret: &LinkSecret) -> Self {
        Self(secret.derived("ids of imported interviews"))
    }

    /// The id of an interview of which only the source's own id, or the whole content, is known: always the same one.
    #[must_use]
    pub fn id_of(&self, source: &str, external_id: &str) -> InterviewId {
        let digest = keyed_digest(
            &self.0,
            &[
                &source.len().to_le_bytes(),
                source.as_bytes(),
                external_id.as_bytes(),
            ],
        );
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        // Version 8 (RFC 9562 section 5.8): of our own making.
        InterviewId::new(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Names(…)")
    }
}

/// An id as another system writes it: a UUID, with or without dashes.
#[must_use]
pub fn own_id(text: &str) -> Option<InterviewId> {
    Uuid::try_parse(text.trim()).ok().map(InterviewId::new)
}
