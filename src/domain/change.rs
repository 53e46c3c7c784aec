//! What may become of an interview: the one state machine of its status, of its link and of its access window.
//!
//! Every transition is a pure function from an interview to the changed one, or to the named reason why not. Cancelling
//! does not revoke, revoking does not cancel, and an access window only ever grows.

use jiff::Timestamp;

use super::interview::{Interview, MeetingUrl, Status};
use super::session::{AccessWindow, SessionCondition};
use super::text::acts_in_mail;
use super::when;

// It stands in one line of the timeline.
const LONGEST_REASON: usize = 300;

/// How an interview ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// It will not take place.
    Cancelled,
    /// It took place.
    Completed,
    /// The candidate did not come.
    NoShow,
}

impl Ending {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Cancelled, Self::Completed, Self::NoShow];

    /// The status that it leads to.
    #[must_use]
    pub const fn status(self) -> Status {
        match self {
            Self::Cancelled => Status::Cancelled,
            Self::Completed => Status::Completed,
            Self::NoShow => Status::NoShow,
        }
    }
}

/// From when and until when a link is to work, where that is more than the usual window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extension {
    /// At the latest from then on.
    pub opens: Option<Timestamp>,
    /// At least until then.
    pub closes: Option<Timestamp>,
}

/// The named reason why an interview stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotChangeable {
    /// It is so already.
    #[error("status: the interview is {} already", words(*.0))]
    Already(Status),
    /// It ended otherwise.
    #[error("status: the interview is {}, so it can't become {}", words(*.is), words(*.wanted))]
    Ended {
        /// How it ended.
        is: Status,
        /// What it was to become.
        wanted: Status,
    },
    /// It ended, so nobody is let in any longer.
    #[error("status: the interview is {}, so its link stays closed; schedule another one", words(*.0))]
    StaysClosed(Status),
    /// It has not begun.
    #[error("at: the interview starts {0}; before that it can't have been held or missed")]
    NotBegun(String),
    /// It has no start, and so no window.
    #[error("at: the interview has no start time; give it one first")]
    NoStart,
    /// The link has closed, and nobody said until when it is to work.
    #[error("closes: the link closed {0}; say until when it is to work, for example --closes 1h")]
    HasClosed(String),
    /// The wished closing has passed.
    #[error("closes: that has passed; say a time to come, or how much longer (1h)")]
    ClosesInThePast,
    /// The reason can't be kept in a timeline.
    #[error("reason: {0}")]
    Reason(&'static str),
    /// There is no link that could be revoked.
    #[error("link: the interview has no link to revoke")]
    NoLink,
    /// The link was revoked.
    #[error("link: the link is revoked already")]
    AlreadyRevoked,
}

const fn words(status: Status) -> &'static str {
    match status {
        Status::Scheduled => "scheduled",
        Status::Completed => "completed",
        Status::Cancelled => "cancelled",
        Status::NoShow => "a no-show",
    }
}

impl Interview {
    /// The interview after its end.
    ///
    /// What was held can turn out to have been missed and the other way round; what was cancelled stays so. It can be
    /// completed once its window has opened, and missed once its start has passed. Cancelling raises the iTIP sequence
    /// (RFC 5546 section 2.1.4).
    ///
    /// # Errors
    /// The reason why it can't end so.
    pub fn ended(
        &self,
        ending: Ending,
        window: &AccessWindow,
        now: Timestamp,
    ) -> Result<Self, NotChangeable> {
        let wanted = ending.status();
        match (self.status, ending) {
            (is, _) if is == wanted => return Err(NotChangeable::Already(is)),
            (Status::Scheduled, _)
            | (Status::Completed, Ending::NoShow)
            | (Status::NoShow, Ending::Completed) => {}
            (is @ (Status::Completed | Status::Cancelled | Status::NoShow), _) => {
                return Err(NotChangeable::Ended { is, wanted });
            }
        }
        let earliest = match ending {
            Ending::Cancelled => None,
            Ending::Completed => window.of(self).map(|(opens, _)| opens),
            Ending::NoShow => self.starts_at,
        };
        if earliest.is_some_and(|earliest| now < earliest) {
            let start = self.starts_at.unwrap_or_default();
            let start = when::moment(start, &self.zone, now);
            return Err(NotChangeable::NotBegun(start));
        }
        let raised = u32::from(ending == Ending::Cancelled);
        Ok(Self {
            status: wanted,
            sequence: self.sequence.saturating_add(raised),
            updated_at: now,
            ..self.clone()
        })
    }

    /// The interview with another place to meet, or with none: then the candidate waits until they are let in.
    ///
    /// # Errors
    /// When it has ended, and nobody is led anywhere.
    pub fn met_at(
        &self,
        meeting_url: Option<MeetingUrl>,
        now: Timestamp,
    ) -> Result<Self, NotChangeable> {
        if self.status != Status::Scheduled {
            return Err(NotChangeable::StaysClosed(self.status));
        }
        let mut moved = self.clone();
        if moved.meeting_url != meeting_url {
            moved.meeting_url = meeting_url;
            moved.updated_at = now;
        }
        Ok(moved)
    }

    /// The interview with a wider access window. What its window grants already stays, so a wish that is fulfilled
    /// leaves it as it is.
    ///
    /// # Errors
    /// The reason why its link can't be opened.
    pub fn extended(
        &self,
        wish: Extension,
        window: &AccessWindow,
        now: Timestamp,
    ) -> Result<Self, NotChangeable> {
        if self.status != Status::Scheduled {
            return Err(NotChangeable::StaysClosed(self.status));
        }
        let (opens, closes) = window.of(self).ok_or(NotChangeable::NoStart)?;
        if wish.closes.is_some_and(|at| at <= now) {
            return Err(NotChangeable::ClosesInThePast);
        }
        let mut wider = self.clone();
        if let Some(early) = wish.opens.filter(|early| *early < opens) {
            wider.opens_at = Some(early);
        }
        if let Some(late) = wish.closes.filter(|late| *late > closes) {
            wider.closes_at = Some(late);
        }
        if window.has_closed(&wider, now) {
            let closed = when::moment(closes, &self.zone, now);
            return Err(NotChangeable::HasClosed(closed));
        }
        if wider != *self {
            wider.updated_at = now;
        }
        Ok(wider)
    }
}

/// A reason as the timeline keeps it: one line, or nothing.
///
/// # Errors
/// When it is long, or holds what is not seen.
pub fn reason(text: &str) -> Result<&str, NotChangeable> {
    let text = text.trim();
    if text.chars().any(acts_in_mail) {
        return Err(NotChangeable::Reason(
            "it holds a line break or a character that can't be seen; leave it out",
        ));
    }
    if text.chars().count() > LONGEST_REASON {
        return Err(NotChangeable::Reason(
            "a few words suffice: at most 300 characters",
        ));
    }
    Ok(text)
}

/// Whether a link can be revoked.
///
/// # Errors
/// When there is none, or it is revoked already.
pub const fn revocable(session: SessionCondition) -> Result<(), NotChangeable> {
    match session {
        SessionCondition::Live => Ok(()),
        SessionCondition::None => Err(NotChangeable::NoLink),
        SessionCondition::Revoked => Err(NotChangeable::AlreadyRevoked),
    }
}

#[cfg(test)]
mod tests;
