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

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::ids::InterviewId;
use super::interview::Interview;
use super::session::SessionKey;
use super::verdict::Imported;

pub use column::{Column, Header, HeaderError};
pub use defect::Defect;
pub use report::{BadLine, Finding, Group, Report};
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
    /// The key in the link that the old system wrote down, if that is another one.
    pub mailed_key: Option<SessionKey>,
    /// Its key stood on another interview too, so that neither keeps it.
    pub conflict: bool,
    /// The signed token of the old system's link.
    pub token: Option<String>,
    /// Why it is cancelled, if the old system did not simply say so.
    pub cancelled_because: Option<&'static str>,
}

/// The id of an interview of which only the source's own id, or the whole content, is known: always the same one.
#[must_use]
pub fn id_of(source: &str, external_id: &str) -> InterviewId {
    let mut digest = Sha256::new();
    digest.update(source.len().to_le_bytes());
    digest.update(source);
    digest.update(external_id);
    let digest = digest.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    // Version 8 (RFC 9562 section 5.8): of our own making.
    InterviewId::new(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// An id as another system writes it: a UUID, with or without dashes.
#[must_use]
pub fn own_id(text: &str) -> Option<InterviewId> {
    Uuid::try_parse(text.trim()).ok().map(InterviewId::new)
}
