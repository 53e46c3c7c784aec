//! What use-cases refuse, in words that say what happened, what is safe now and what to do next.

use crate::domain::batch::BatchState;
use crate::domain::change::NotChangeable;
use crate::domain::delivery::State;
use crate::domain::draft::Refusal;
use crate::domain::finding::Code;
use crate::domain::ids::InterviewId;
use crate::domain::invitable::NotInvitable;
use crate::mail::ComposeError;
use crate::render::templates::TemplateError;
use crate::store::{MoveError, StoreError};

/// Why a use-case did not do what it was asked for. Nothing was saved, and nothing mailed.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// There is no such interview.
    #[error("id: there is no interview {0}")]
    NoInterview(InterviewId),
    /// There is no such delivery.
    #[error("there is no such mail")]
    NoDelivery,
    /// A precondition of inviting does not hold.
    #[error("{0}")]
    NotInvitable(#[from] NotInvitable),
    /// The mail can't be composed.
    #[error("the mail can't be composed: {0}")]
    Compose(#[from] ComposeError),
    /// The page of a report can't be made.
    #[error("the report can't be made: {0}")]
    Report(#[from] TemplateError),
    /// A mail for it is on its way already.
    #[error("already waiting: the mail to this candidate {0}")]
    AlreadyWaiting(String),
    /// Nobody knows whether the last mail arrived.
    #[error(
        "the outcome of the last mail is unknown; it has to be settled before another is sent (greenroom outbox settle)"
    )]
    Unsettled,
    /// A mail is being handed over.
    #[error(
        "a mail to the candidate is being sent at this moment; nothing was erased. Try again shortly; if nothing is \
         sending any more, greenroom deliver finds out what became of it"
    )]
    BeingSent,
    /// A mail kept on this machine can't be removed.
    #[error(
        "the mailbox on this machine can't be cleared of the candidate's mail ({0}), so the interview was not erased; \
         put that right and erase it again"
    )]
    Mailbox(String),
    /// The candidate has been mailed, or may have been.
    #[error("the candidate already has mail about this interview ({}), so it can't be changed or removed as if they had not", .0.name())]
    AlreadyMailed(State),
    /// The interview has no such finding.
    #[error("code: the interview has no finding {} (or it is acknowledged already)", .0.name())]
    NotFound(Code),
    /// What an interview is to become does not follow from what it is.
    #[error("{0}")]
    NotChangeable(#[from] NotChangeable),
    /// Its outcome is known.
    #[error("the mail is {}; only a mail of unknown outcome can be settled", .0.name())]
    NotUnknown(State),
    /// Mail was put into the outbox, but what becomes of it can't be written down.
    #[error(
        "the mail waits in the outbox and was not tried, because the outbox can't be written now: {0}"
    )]
    OutboxNotWritten(String),
    /// The mail to one of a plan can't be composed.
    #[error("{1} ({0}): {2}; nothing was done. Leave them out, or put that right")]
    OfPlan(InterviewId, String, Box<AppError>),
    /// Something changed since the plan was made.
    #[error("{} changed since this plan was made; nothing was done", interviews(.0.len()))]
    PlanChanged(Vec<InterviewId>),
    /// The configuration changed since the plan was made, so that other mails would leave.
    #[error("the settings changed since this plan was made: {0}; nothing was done. Plan again")]
    OtherSettings(String),
    /// Nobody waits to be let in.
    #[error(
        "the candidate is not waiting: they have not joined, or the link is closed; nothing was changed"
    )]
    NotWaiting,
    /// There is no such batch.
    #[error("batch: there is no batch {0}; greenroom batch shows them")]
    NoBatch(i64),
    /// Nothing of the batch can leave any more.
    #[error("batch {0} is over: nothing of it waits any more, so nothing was changed")]
    BatchOver(i64),
    /// The batch stands so already.
    #[error("batch {0} is {name} already; nothing was changed", name = .1.name())]
    BatchIs(i64, BatchState),
    /// Nothing was selected.
    #[error("name interviews by id or by a filter; all selects every one")]
    NothingSelected,
    /// The database.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// A delivery was not where it should have been.
    #[error("{0}")]
    Move(#[from] MoveError),
}

/// What kind of refusal it is: what a surface makes of it, and whether another request could help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// What was named does not exist.
    Missing,
    /// What was asked for can't be understood or can't be so.
    Input,
    /// It does not go together with what is.
    Conflict,
    /// The configuration or the machine stands in the way.
    Environment,
}

impl AppError {
    /// What kind of refusal it is.
    #[must_use]
    pub const fn nature(&self) -> Nature {
        match self {
            Self::NoInterview(_) | Self::NoDelivery | Self::NoBatch(_) | Self::NotFound(_) => {
                Nature::Missing
            }
            Self::NothingSelected
            | Self::NotChangeable(
                NotChangeable::Reason(_)
                | NotChangeable::ClosesInThePast
                | NotChangeable::HasClosed(_),
            ) => Nature::Input,
            Self::NotInvitable(NotInvitable::LocalLink { .. })
            | Self::Compose(_)
            | Self::Report(_)
            | Self::Store(_)
            | Self::OutboxNotWritten(_)
            | Self::Mailbox(_)
            | Self::Move(_) => Nature::Environment,
            Self::OfPlan(_, _, error) => error.nature(),
            Self::NotInvitable(_)
            | Self::AlreadyWaiting(_)
            | Self::Unsettled
            | Self::BeingSent
            | Self::AlreadyMailed(_)
            | Self::NotChangeable(_)
            | Self::NotUnknown(_)
            | Self::PlanChanged(_)
            | Self::OtherSettings(_)
            | Self::NotWaiting
            | Self::BatchOver(_)
            | Self::BatchIs(..) => Nature::Conflict,
        }
    }

    /// What happened, without what it means for whoever asked.
    pub(super) fn cause(&self) -> String {
        match self {
            Self::Store(error) | Self::Move(MoveError::Store(error)) => error.cause(),
            other => other.to_string(),
        }
    }
}

fn interviews(count: usize) -> String {
    if count == 1 {
        "an interview".to_owned()
    } else {
        format!("{count} interviews")
    }
}

/// Why an interview was not scheduled. Nothing was saved, and nothing mailed.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// Fields that can't stand as they are: all of them.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Refused(Vec<Refusal>),
    /// The same address has an interview at that start.
    #[error(
        "email: this address has an interview at that time already ({0}); schedule it all the same with --again"
    )]
    AlreadyThere(InterviewId),
    /// The idempotency key was used for something else.
    #[error("idempotency-key: this key was used for another interview; use a new one")]
    KeyReused,
    /// The interview that the key made is gone.
    #[error("idempotency-key: the interview that this key made was removed; use a new one")]
    KeyOfRemoved,
    /// Anything else.
    #[error("{0}")]
    App(#[from] AppError),
}

impl From<StoreError> for ScheduleError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}
