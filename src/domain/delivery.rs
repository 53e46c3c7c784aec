//! The life of one delivery: a pure state machine.
//!
//! Nothing here sends anything; it says what may follow what.

/// What a mail is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Invites the candidate; carries the join link.
    Invitation,
}

impl Kind {
    /// The name used in JSON and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        (name == Self::Invitation.name()).then_some(Self::Invitation)
    }
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Waits until its hold is over; can be taken back.
    Held,
    /// Waits for the dispatcher.
    Queued,
    /// A dispatcher has it, but no byte of its content has left: it may be taken again freely.
    Claimed,
    /// Its content may be leaving: if its owner dies now, nobody knows.
    HandingOver,
    /// A mail server took responsibility for it.
    Accepted,
    /// It lies in the mailbox on this machine. Nobody was mailed.
    Stored,
    /// Refused for now; there will be another try.
    Deferred,
    /// Refused for good, or given up.
    Failed,
    /// The connection broke after the content was handed over. Never tried again by itself.
    Unknown,
    /// Taken back, or stopped because it was no longer true.
    Withdrawn,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Held,
        Self::Queued,
        Self::Claimed,
        Self::HandingOver,
        Self::Accepted,
        Self::Stored,
        Self::Deferred,
        Self::Failed,
        Self::Unknown,
        Self::Withdrawn,
    ];

    /// The name kept in the database, where the two marks of sending are told apart.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::HandingOver => "handing_over",
            other => other.name(),
        }
    }

    /// The state of that mark.
    #[must_use]
    pub fn marked(mark: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.mark() == mark)
    }

    /// The name that people and programs see.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Queued => "queued",
            Self::Claimed | Self::HandingOver => "sending",
            Self::Accepted => "accepted",
            Self::Stored => "stored",
            Self::Deferred => "deferred",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether it may still leave by itself (invariant 10 allows one such mail per interview, kind and address).
    #[must_use]
    pub const fn is_unsent(self) -> bool {
        matches!(
            self,
            Self::Held | Self::Queued | Self::Claimed | Self::HandingOver | Self::Deferred
        )
    }

    /// Whether it can be taken back with certainty: no byte of content can have left.
    #[must_use]
    pub const fn is_withdrawable(self) -> bool {
        matches!(
            self,
            Self::Held | Self::Queued | Self::Claimed | Self::Deferred
        )
    }

    /// What follows when something happens to a delivery in this state.
    ///
    /// # Errors
    /// [`Impossible`] when that cannot happen in this state; nothing may then be written.
    pub const fn after(self, happening: Happening) -> Result<Self, Impossible> {
        use Happening as H;
        Ok(match (self, happening) {
            (Self::Held, H::HoldEnded)
            | (Self::Claimed, H::OwnerGone)
            | (Self::Unknown, H::SendAgain) => Self::Queued,
            (Self::Queued | Self::Deferred, H::Claimed) => Self::Claimed,
            (Self::Claimed, H::ContentBegins) => Self::HandingOver,
            (Self::HandingOver, H::Accepted) => Self::Accepted,
            (Self::HandingOver, H::Stored) => Self::Stored,
            (Self::Claimed | Self::HandingOver, H::Deferred) => Self::Deferred,
            (Self::Claimed | Self::HandingOver, H::Failed) => Self::Failed,
            (Self::HandingOver, H::Lost | H::OwnerGone) => Self::Unknown,
            (Self::Held | Self::Queued | Self::Claimed | Self::Deferred, H::Withdrawn) => {
                Self::Withdrawn
            }
            (from, happening) => return Err(Impossible { from, happening }),
        })
    }
}

/// What can happen to a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Happening {
    /// The time until which it was held has come.
    HoldEnded,
    /// A dispatcher takes it.
    Claimed,
    /// The first byte of its content is about to leave.
    ContentBegins,
    /// The mail server accepted it.
    Accepted,
    /// The mailbox on this machine has it.
    Stored,
    /// Refused for now, or the server could not be reached.
    Deferred,
    /// Refused for good, or given up.
    Failed,
    /// The connection broke while its content was leaving.
    Lost,
    /// The process that had it ended.
    OwnerGone,
    /// Somebody took it back, or it is no longer true.
    Withdrawn,
    /// Somebody decided that what may have left is sent once more, byte for byte.
    SendAgain,
}

/// That can't happen in that state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a delivery that is {} cannot become {happening:?}", .from.mark())]
pub struct Impossible {
    /// Where the delivery stands.
    pub from: State,
    /// What was said to happen.
    pub happening: Happening,
}

/// Who took a mail that was accepted: the server that answered with a code, or the mail program of this machine, which
/// says no more than that it ended well.
#[must_use]
pub fn accepted_by(last_reply: Option<&str>) -> &'static str {
    let code = last_reply.and_then(|reply| reply.get(..3));
    match code {
        Some(code) if !code.bytes().all(|byte| byte.is_ascii_digit()) => {
            "this machine's mail program"
        }
        _ => "the mail server",
    }
}

/// How the last words of a mail begin that was given up although nobody refused it for good.
pub const GIVEN_UP: &str = "given up: ";

/// Whether a mail that failed was given up, rather than refused for good: sent again, it may be taken.
#[must_use]
pub fn was_given_up(last_reply: Option<&str>) -> bool {
    last_reply.is_some_and(|reply| reply.starts_with(GIVEN_UP))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Happening as H;

    const HAPPENINGS: [H; 10] = [
        H::HoldEnded,
        H::Claimed,
        H::ContentBegins,
        H::Accepted,
        H::Stored,
        H::Deferred,
        H::Failed,
        H::Lost,
        H::OwnerGone,
        H::Withdrawn,
    ];

    fn reachable_from(state: State) -> Vec<State> {
        HAPPENINGS
            .iter()
            .filter_map(|happening| state.after(*happening).ok())
            .collect()
    }

    #[test]
    fn incident_19_only_a_mail_that_was_being_handed_over_can_be_accepted() {
        for state in State::ALL {
            assert_eq!(
                state.after(H::Accepted).is_ok(),
                state == State::HandingOver,
                "{state:?}"
            );
        }
    }

    #[test]
    fn what_has_ended_stays_ended() {
        for state in [
            State::Accepted,
            State::Stored,
            State::Failed,
            State::Withdrawn,
        ] {
            assert_eq!(reachable_from(state), [], "{state:?}");
        }
    }

    #[test]
    fn a_mail_whose_owner_dies_is_taken_again_only_if_no_content_can_have_left() {
        assert_eq!(State::Claimed.after(H::OwnerGone), Ok(State::Queued));
        assert_eq!(State::HandingOver.after(H::OwnerGone), Ok(State::Unknown));
    }

    #[test]
    fn every_state_that_can_be_taken_back_can_become_withdrawn_and_no_other() {
        for state in State::ALL {
            assert_eq!(
                state.after(H::Withdrawn).is_ok(),
                state.is_withdrawable(),
                "{state:?}"
            );
        }
    }

    #[test]
    fn marks_read_back() {
        for state in State::ALL {
            assert_eq!(State::marked(state.mark()), Some(state));
        }
    }

    #[test]
    fn an_unknown_mail_goes_out_again_only_when_asked() {
        assert_eq!(State::Unknown.after(H::SendAgain), Ok(State::Queued));
        for state in State::ALL {
            assert_eq!(
                state.after(H::SendAgain).is_ok(),
                state == State::Unknown,
                "{state:?}"
            );
        }
    }

    #[test]
    fn incident_19_a_mail_program_is_not_called_a_mail_server() {
        assert_eq!(accepted_by(Some("250 2.0.0 queued")), "the mail server");
        assert_eq!(
            accepted_by(Some("sendmail exited with 0")),
            "this machine's mail program"
        );
    }
}
