//! What can be made of an interview with one key, and the question before it.

use jiff::{SignedDuration, Timestamp};

use crate::app::Row;
use crate::domain::change::{Ending, Extension, NotChangeable};
use crate::domain::interview::Interview;
use crate::domain::session::AccessWindow;

// How much longer a link works that is kept open.
const LONGER: SignedDuration = SignedDuration::from_hours(1);

/// What `y` would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Note how the interview ended.
    End(Ending),
    /// Widen its access window.
    Extend(Extension),
}

impl Deed {
    /// Opens the link at once.
    #[must_use]
    pub const fn open_at(now: Timestamp) -> Self {
        Self::Extend(Extension {
            opens: Some(now),
            closes: None,
        })
    }

    /// Keeps the link open an hour longer: than it is open now, or from now where it has closed.
    #[must_use]
    pub fn an_hour_longer(interview: &Interview, window: &AccessWindow, now: Timestamp) -> Self {
        let closes = window
            .of(interview)
            .map_or(now, |(_, closes)| closes.max(now));
        Self::Extend(Extension {
            opens: None,
            closes: Some(closes.saturating_add(LONGER).unwrap_or(Timestamp::MAX)),
        })
    }

    /// The interview as it would be, or the named reason why it stays as it is.
    ///
    /// # Errors
    /// The domain's.
    pub fn applied(
        self,
        row: &Row,
        window: &AccessWindow,
        now: Timestamp,
    ) -> Result<Interview, NotChangeable> {
        match self {
            Self::End(ending) => row.interview.ended(ending, window, now),
            Self::Extend(wish) => row.interview.extended(wish, window, now),
        }
    }
}

/// The question before that.
#[derive(Debug)]
pub struct ChangeQuestion {
    /// What `y` would do.
    pub deed: Deed,
    /// The interview as it is.
    pub row: Row,
    /// The interview as it would be.
    pub after: Interview,
    /// Whether the question has been on the screen. Keys before that were not meant for it.
    pub drawn: bool,
}
