//! The timeline of an interview: facts that already happened, who did them and when. Only ever appended.
//!
//! An event names people by the id of the interview only, so that a candidate can be erased and the timeline stay.

use jiff::Timestamp;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// The interview was made.
    Scheduled,
    /// The interview came in from elsewhere; the detail names the source.
    Imported,
    /// Everything that says whom the interview was with was erased.
    Erased,
    /// Its details were changed.
    Edited,
    /// The interview was removed before anybody was mailed.
    Removed,
    /// The interview was cancelled.
    Cancelled,
    /// The interview took place.
    Completed,
    /// The candidate did not come.
    NoShow,
    /// The candidate pressed the button of the join page.
    Joined,
    /// The recruiter let them in.
    Admitted,
    /// A session, and with it the link, was made.
    LinkMade,
    /// The session, and with it the link, was revoked.
    LinkRevoked,
    /// The link was opened early or given longer; the detail is its window now.
    Extended,
    /// The link was replaced by a new one, and ended.
    LinkReplaced,
    /// A send was refused; the detail is the precondition that was missing.
    SendRefused,
    /// A mail was put into the outbox.
    MailQueued,
    /// A mail server, or the mail program of this machine, accepted the mail.
    MailAccepted,
    /// The mail was kept on this machine.
    MailStored,
    /// The mail was refused for now.
    MailDeferred,
    /// The mail was refused for good, or given up.
    MailFailed,
    /// Nobody knows whether the mail left.
    MailUnknown,
    /// The mail was taken back before it left.
    MailWithdrawn,
    /// Somebody decided to leave a mail of unknown outcome as it is.
    MailSettled,
    /// Somebody said that a finding may stay as it is, until it changes.
    FindingAcknowledged,
}

impl EventKind {
    /// All of them.
    pub const ALL: [Self; 24] = [
        Self::Scheduled,
        Self::Imported,
        Self::Erased,
        Self::Edited,
        Self::Removed,
        Self::Cancelled,
        Self::Completed,
        Self::NoShow,
        Self::Joined,
        Self::Admitted,
        Self::LinkMade,
        Self::LinkRevoked,
        Self::Extended,
        Self::LinkReplaced,
        Self::SendRefused,
        Self::MailQueued,
        Self::MailAccepted,
        Self::MailStored,
        Self::MailDeferred,
        Self::MailFailed,
        Self::MailUnknown,
        Self::MailWithdrawn,
        Self::MailSettled,
        Self::FindingAcknowledged,
    ];

    /// The name kept in the database and shown in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Imported => "imported",
            Self::Erased => "erased",
            Self::Edited => "edited",
            Self::Removed => "removed",
            Self::Cancelled => "cancelled",
            Self::Completed => "completed",
            Self::NoShow => "no_show",
            Self::Joined => "joined",
            Self::Admitted => "admitted",
            Self::LinkMade => "link_made",
            Self::LinkRevoked => "link_revoked",
            Self::Extended => "extended",
            Self::LinkReplaced => "link_replaced",
            Self::SendRefused => "send_refused",
            Self::MailQueued => "mail_queued",
            Self::MailAccepted => "mail_accepted",
            Self::MailStored => "mail_stored",
            Self::MailDeferred => "mail_deferred",
            Self::MailFailed => "mail_failed",
            Self::MailUnknown => "mail_unknown",
            Self::MailWithdrawn => "mail_withdrawn",
            Self::MailSettled => "mail_settled",
            Self::FindingAcknowledged => "finding_acknowledged",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// How the timeline says it.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Scheduled => "interview scheduled",
            Self::Imported => "interview imported",
            Self::Erased => "candidate erased",
            Self::Edited => "interview changed",
            Self::Removed => "interview removed",
            Self::Cancelled => "interview cancelled",
            Self::Completed => "interview completed",
            Self::NoShow => "candidate did not come",
            Self::Joined => "candidate joined",
            Self::Admitted => "candidate let in",
            Self::LinkMade => "link made",
            Self::LinkRevoked => "link revoked",
            Self::Extended => "link works longer",
            Self::LinkReplaced => "link replaced; the old one ended",
            Self::SendRefused => "not mailed",
            Self::MailQueued => "invitation put into the outbox",
            Self::MailAccepted => "accepted",
            Self::MailStored => "stored on this machine",
            Self::MailDeferred => "put off",
            Self::MailFailed => "mail failed",
            Self::MailUnknown => "outcome unknown",
            Self::MailWithdrawn => "mail withdrawn",
            Self::MailSettled => "unknown outcome settled",
            Self::FindingAcknowledged => "finding acknowledged",
        }
    }
}

/// One line of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When it happened.
    pub at: Timestamp,
    /// Who did it: the `[user]` of the process, `candidate` for the join page,
    /// or `greenroom` for what happens by itself.
    pub actor: String,
    /// What happened.
    pub kind: EventKind,
    /// More about it, or empty. Never a key, a name or an address of a candidate.
    pub detail: String,
}
