//! The proof that a candidate may be invited, without which no invitation can be composed.

use jiff::Timestamp;

use super::address::EmailAddress;
use super::base_url::{BaseUrl, Reach, Unreachable};
use super::interview::{Interview, Status};
use super::session::{AccessWindow, JoinLink, Session};

/// How far mail goes with the configured transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailReach {
    /// It stays on this machine, where a local link works.
    ThisMachine,
    /// It goes to people elsewhere.
    Anywhere,
}

/// An interview whose status, start, address and live session have been checked.
///
/// Invariant 1: invitations are composed from this and nothing else, and [`Invitable::check`] is its only constructor.
#[derive(Debug, Clone)]
pub struct Invitable {
    interview: Interview,
    address: EmailAddress,
    starts_at: Timestamp,
    session: Session,
    link: JoinLink,
    opens: Timestamp,
    closes: Timestamp,
}

/// The named precondition that stands between an interview and its invitation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotInvitable {
    /// Status is not `scheduled`.
    #[error("status: the interview is {}, so nobody is invited to it", .0.name())]
    Status(Status),
    /// There is no start.
    #[error("at: the interview has no start time; give it one first")]
    NoStart,
    /// Its access window has closed.
    #[error("at: the interview is over; give it a new time first")]
    Over,
    /// There is no address.
    #[error("email: the candidate has no address; add one first")]
    NoAddress,
    /// No session was ever made.
    #[error("link: the interview has no link; make one first (repair)")]
    NoLink,
    /// The newest session was revoked.
    #[error("link: the link was revoked; make a new one first (rotate)")]
    Revoked,
    /// The session is another interview's.
    #[error("link: that session belongs to another interview")]
    ForeignSession,
    /// The link would lead nowhere for the candidate.
    #[error(
        "links.base_url: {base} {why}; set it to the https address of your join page (links.allow_local = true sends it all the same)"
    )]
    LocalLink {
        /// The base URL as configured.
        base: String,
        /// Why it can't be reached.
        why: Unreachable,
    },
}

/// What composing needs to know of the configuration.
#[derive(Debug, Clone)]
pub struct LinkPolicy {
    /// Under which join links are built.
    pub base: BaseUrl,
    /// When they work.
    pub window: AccessWindow,
    /// `links.allow_local`: mail a link that only this machine can follow.
    pub allow_local: bool,
    /// How far mail goes.
    pub mail: MailReach,
}

impl LinkPolicy {
    /// Invariant 6: a base URL that only this machine can reach never leaves this machine in a mail.
    ///
    /// # Errors
    /// [`NotInvitable::LocalLink`].
    pub fn may_leave(&self) -> Result<(), NotInvitable> {
        match (self.base.reach(), self.mail) {
            (Reach::Local(why), MailReach::Anywhere) if !self.allow_local => {
                Err(NotInvitable::LocalLink {
                    base: self.base.to_string(),
                    why,
                })
            }
            _ => Ok(()),
        }
    }
}

impl Invitable {
    /// Checks every precondition of an invitation, in the order in which a person would mend them.
    ///
    /// `session` is the newest session of the interview, live or not.
    ///
    /// # Errors
    /// The first precondition that does not hold, by name.
    pub fn check(
        interview: &Interview,
        session: Option<&Session>,
        policy: &LinkPolicy,
        now: Timestamp,
    ) -> Result<Self, NotInvitable> {
        policy.may_leave()?;
        if interview.status != Status::Scheduled {
            return Err(NotInvitable::Status(interview.status));
        }
        let starts_at = interview.starts_at.ok_or(NotInvitable::NoStart)?;
        let (opens, closes) = policy.window.of(interview).ok_or(NotInvitable::NoStart)?;
        if now >= closes {
            return Err(NotInvitable::Over);
        }
        let address = interview
            .candidate_email
            .clone()
            .ok_or(NotInvitable::NoAddress)?;
        let session = session.ok_or(NotInvitable::NoLink)?;
        if session.interview_id != interview.id {
            return Err(NotInvitable::ForeignSession);
        }
        if session.revoked_at.is_some() {
            return Err(NotInvitable::Revoked);
        }
        Ok(Self {
            interview: interview.clone(),
            address,
            starts_at,
            link: JoinLink::new(&policy.base, session.key),
            session: session.clone(),
            opens,
            closes,
        })
    }

    /// The interview.
    #[must_use]
    pub const fn interview(&self) -> &Interview {
        &self.interview
    }

    /// Where the invitation goes.
    #[must_use]
    pub const fn address(&self) -> &EmailAddress {
        &self.address
    }

    /// When the interview starts.
    #[must_use]
    pub const fn starts_at(&self) -> Timestamp {
        self.starts_at
    }

    /// When it ends.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        self.starts_at
            .saturating_add(self.interview.duration.as_std())
            .unwrap_or(Timestamp::MAX)
    }

    /// The session that the invitation carries.
    #[must_use]
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// The link that lets the candidate in.
    #[must_use]
    pub const fn link(&self) -> &JoinLink {
        &self.link
    }

    /// The instants at which the link opens and closes.
    #[must_use]
    pub const fn opens_and_closes(&self) -> (Timestamp, Timestamp) {
        (self.opens, self.closes)
    }
}
