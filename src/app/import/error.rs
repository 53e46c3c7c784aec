//! Why nothing was imported, in words that name what stands in the way.

use super::super::AppError;
use crate::domain::import::HeaderError;
use crate::domain::import::legacy::Skew;
use crate::domain::text::counted;
use crate::store::{LegacyError, StoreError};

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file can't be read.
    #[error("file: {0} can't be read: {1}")]
    Unreadable(String, String),
    /// The old database can't be read.
    #[error("file: {0}")]
    Legacy(#[from] LegacyError),
    /// It is no text in UTF-8.
    #[error("file: {0} is not text in UTF-8; save it as \"CSV UTF-8\"")]
    NotUtf8(String),
    /// Its first line is no header.
    #[error("file: {0}")]
    Header(#[from] HeaderError),
    /// The first line has no end.
    #[error("line {0}: {1}")]
    Flawed(u64, String),
    /// Some lines are bad, and the others were not to be taken without them.
    #[error("{} can't be taken, so nothing was imported; mend them, or take the others with --skip-bad", counted(*count, what))]
    BadLines {
        /// How many.
        count: u64,
        /// What one of them is.
        what: &'static str,
    },
    /// Nobody said which of two times is right.
    #[error(
        "skew: {} recorded at a time that is exactly {} than the slot; say which is right: --skew correct (the slots) or --skew keep (what was recorded)",
        if .0.interviews == 1 { "1 interview is".to_owned() } else { format!("{} interviews are", .0.interviews) },
        .0.apart
    )]
    SkewUnanswered(Box<Skew>),
    /// Anything else.
    #[error("{0}")]
    App(#[from] AppError),
}

impl From<StoreError> for ImportError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}
