//! The three vocabularies of the dashboard: what the person wants, what has happened, what is to be done.
//!
//! Only data. Nothing here decides or does anything.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use super::field::Edit;
use super::mail::MailParts;
use super::model::change::Deed;
use super::model::import::Looked;
use super::model::plan::{MadePlan, NotCarriedOut, Subject};
use crate::app::{
    Action, Affected, AuditPage, AuditPlace, CarriedOut, Counts, Delivery, Dossier, From, Group,
    Import, LedAstray, Marked, Outbox, Plan, Progress, Row, Schedule, Scheduled, Sending, Serving,
    Settlement, Steer, Steered, TakenBack, UnsentMail, Waiting, Window,
};

use crate::domain::draft::{Draft, Refusal};
use crate::domain::filter::Filter;
use crate::domain::finding::Code;
use crate::domain::ids::{DeliveryId, InterviewId};
use crate::domain::import::legacy::SkewAnswer;
use crate::domain::when::Zone;

/// What reaches [`update`](super::update::update).
#[derive(Debug)]
pub enum Msg {
    /// The person wants something.
    Intent(Intent),
    /// Something has happened.
    Event(Event),
}

/// What the person wants, in the imperative. Says nothing of how, or of whether it can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// Go one row or line down.
    Down,
    /// Go one row or line up.
    Up,
    /// Go to the first row.
    Top,
    /// Go to the last row.
    Bottom,
    /// Go half a screen down.
    HalfDown,
    /// Go half a screen up.
    HalfUp,
    /// Go a screen down.
    PageDown,
    /// Go a screen up.
    PageUp,
    /// Schedule a new interview.
    New,
    /// See everything about this one.
    Details,
    /// Look for something.
    Find,
    /// Copy the join link.
    CopyLink,
    /// Give the interview a link.
    FixLink,
    /// Send the invitation again.
    Resend,
    /// Replace the link.
    NewLink,
    /// Cancel the interview.
    Cancel,
    /// Mark the interview, or take its mark away, and go on.
    Mark,
    /// Begin or end a range of marks.
    MarkRange,
    /// Mark all that match.
    MarkAll,
    /// Mark what is not, and the other way round.
    InvertMarks,
    /// See only what is marked, or everything again.
    OnlyMarked,
    /// Bring the last marks back.
    LastMarks,
    /// Choose what the plan would leave alone.
    Choose,
    /// Write the plan to a file.
    SavePlan,
    /// Go to the batches, or back to the outbox.
    OtherTab,
    /// Pause a batch, or let it go on.
    PauseBatch,
    /// Withdraw what has not left of a batch.
    StopBatch,
    /// Mail again what did not leave of a batch.
    Retry,
    /// See the next part of the mail.
    NextPart,
    /// Go to the other pane.
    NextPane,
    /// Take back what has not left.
    TakeBack,
    /// See what is on its way.
    Outbox,
    /// See what the candidates hold against what is true.
    Audit,
    /// Open the plan that mends a finding.
    Mend,
    /// Go to the next group.
    NextGroup,
    /// Go to the previous group.
    PreviousGroup,
    /// Let the candidate in who waits.
    LetIn,
    /// Note that the interview took place.
    Complete,
    /// Note that the candidate did not come.
    NoShow,
    /// Let the link work from now on.
    OpenNow,
    /// Let the link work an hour longer.
    Longer,
    /// Revoke the link.
    Revoke,
    /// Import a file.
    Import,
    /// Choose a command by its name.
    Palette,
    /// Withdraw a mail.
    Withdraw,
    /// Leave a mail of unknown outcome as it is, for a reason.
    Settle,
    /// Send a mail of unknown outcome once more.
    SendAgain,
    /// Let the mail of a paused outbox leave.
    Resume,
    /// See the keys.
    Help,
    /// End the program.
    Quit,
    /// Leave what is open.
    Leave,
    /// Accept what is highlighted or go on.
    Accept,
    /// Carry out the plan, or say yes.
    Yes,
    /// See the exact mail of a row of the plan.
    ShowMail,
    /// Choose the other way of doing what the plan does.
    OtherWay,
    /// Go to the next field.
    NextField,
    /// Go to the previous field.
    PreviousField,
    /// Do what the form is for.
    Save,
    /// Show or hide the preview where there is no room for both.
    TogglePreview,
    /// Keep the interview without mail.
    Keep,
    /// Remove the interview.
    Remove,
    /// Change the text that has the cursor.
    Edit(Edit),
    /// Put in a text that was pasted.
    Paste(String),
    /// Put the program into the background.
    Suspend,
    /// Draw the screen anew.
    Redraw,
}

impl Intent {
    /// Whether it is about the place on the screen only.
    #[must_use]
    pub const fn only_moves(&self) -> bool {
        matches!(
            self,
            Self::Down
                | Self::Up
                | Self::Top
                | Self::Bottom
                | Self::HalfDown
                | Self::HalfUp
                | Self::PageDown
                | Self::PageUp
                | Self::NextPane
                | Self::Leave
                | Self::Edit(_)
        )
    }
}

/// The number of a request: an answer that bears another one than the newest came too late and is ignored.
pub type Request = u64;

/// What has happened, in the past tense: nothing can be refused here any more.
#[derive(Debug)]
pub enum Event {
    /// Time has passed.
    Ticked(Moment),
    /// The terminal has another size.
    Resized(u16, u16),
    /// The plan or question on top has been on the screen: keys from now on are meant for it.
    PlanDrawn,
    /// Something was committed, here or by another process.
    DataChanged,
    /// How mail leaves, or who sends it, has changed.
    SendingChanged(Sending),
    /// Whether the join page is served has changed.
    ServingChanged(Serving),
    /// It is not, and these links lead astray.
    AffectedRead(Affected),
    /// What was wrong with the base URL when somebody last looked.
    AstrayRead(Option<LedAstray>),
    /// Who waits to be let in was read.
    WaitingRead(Result<Vec<Waiting>, String>),
    /// A candidate was let in, or could not be.
    LetIn(Result<Box<Row>, String>),
    /// An interview was changed, and what is true now; or it could not be.
    Changed(Result<String, String>),
    /// A window of the list was read.
    WindowRead(Request, Result<Window, String>),
    /// The interviews were counted.
    Counted(Request, Result<Tally, String>),
    /// The matches elsewhere were counted.
    CountedElsewhere(Request, u64),
    /// Everything about an interview was read; `None` when it is gone.
    DetailsRead(Request, Result<Option<Box<Dossier>>, String>),
    /// The state of a mail on its way was read.
    DeliveryRead(DeliveryId, Option<Box<Delivery>>),
    /// The mail of an interview was read, or there is none, and why.
    MailRead(Request, Result<MailParts, String>),
    /// The mail of the form was composed.
    Previewed(Request, Result<MailParts, String>),
    /// The form was carried out or refused.
    Saved(Request, Result<Box<Scheduled>, SaveError>),
    /// A plan was made.
    PlanMade(Request, Result<MadePlan, String>),
    /// A plan was carried out, or something had changed since it was made.
    PlanCarriedOut(Request, Result<CarriedOut, NotCarriedOut>),
    /// A plan was written to that file, or could not be.
    PlanSaved(Result<String, String>),
    /// The ids of all that match were read: to be marked, or exchanged for what is marked of them.
    IdsRead(Request, bool, Result<Vec<InterviewId>, String>),
    /// What is marked was looked at.
    MarksChecked(Request, Result<Marked, String>),
    /// A batch was paused, resumed or stopped, or could not be.
    BatchSteered(Result<Box<Steered>, String>),
    /// Mail was taken back, or it was too late.
    TookBack(DeliveryId, Result<TakenBack, String>),
    /// Findings were read.
    AuditRead(Request, Result<AuditRead, String>),
    /// The outbox was read.
    OutboxRead(Request, Result<Outbox, String>),
    /// A mail of unknown outcome was settled or queued once more, or it could not be.
    Settled(DeliveryId, Result<Box<Delivery>, String>),
    /// The outbox was resumed, or could not be.
    Resumed(Result<(), String>),
    /// The zone with which the next form begins was read.
    FormZoneRead(Option<Zone>),
    /// An interview was removed.
    Removed(Result<(), String>),
    /// The link was handed to the terminal, or could not be.
    Copied(Result<(), String>),
    /// The mail that has not left was counted.
    CountedUnsent(Result<UnsentMail, String>),
    /// The program can't go into the background.
    NotSuspended,
    /// A file was looked through, or could not be.
    LookedThrough(Request, Result<Box<Looked>, String>),
    /// An import is so far.
    ImportGoesOn(Progress),
    /// An import was carried out, with its report, or nothing was imported.
    Imported(Result<Vec<String>, String>),
    /// The program should end.
    ToldToEnd,
}

/// A moment on both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The time of day, as the program's clock has it.
    pub now: Timestamp,
    /// The time by which holds run: it goes on where the program's clock is fixed.
    pub running: Timestamp,
}

/// The numbers above the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// The interviews of each kind.
    pub counts: Counts,
    /// Interviews ahead whose newest mail failed.
    pub failed: u64,
}

/// Findings that were read.
#[derive(Debug)]
pub struct AuditRead {
    /// The codes with their counts, the most urgent first.
    pub groups: Vec<Group>,
    /// The code that the page is of.
    pub code: Option<Code>,
    /// Findings of that code.
    pub page: AuditPage,
    /// Whether they come after those that were read before.
    pub goes_on: bool,
}

/// Why a form was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaveError {
    /// Fields stand in the way.
    Refused(Vec<Refusal>),
    /// There is one with this address and start already.
    AlreadyThere,
    /// Something else, in words.
    Other(String),
}

/// What is to be done outside the model.
#[derive(Debug, Clone)]
#[must_use]
pub enum Effect {
    /// Read a window of the list.
    ReadWindow {
        /// The number of the request.
        request: Request,
        /// What must hold.
        filter: Filter,
        /// Where it begins.
        from: From,
        /// How many rows at most.
        limit: usize,
    },
    /// Count the interviews.
    Count {
        /// The number of the request.
        request: Request,
        /// What `matching` counts.
        filter: Filter,
    },
    /// Read who waits to be let in.
    ReadWaiting,
    /// Count what matches without the filter that is in force.
    CountElsewhere {
        /// The number of the request.
        request: Request,
        /// What must hold.
        filter: Filter,
    },
    /// Read everything about an interview.
    ReadDetails {
        /// The number of the request.
        request: Request,
        /// The interview.
        id: InterviewId,
    },
    /// See how a mail on its way is doing.
    ReadDelivery {
        /// Its interview.
        interview: InterviewId,
        /// The mail.
        delivery: DeliveryId,
    },
    /// Read an interview's mail, as stored or as it would be.
    ReadMail {
        /// The number of the request.
        request: Request,
        /// The interview.
        id: InterviewId,
    },
    /// Read the mail that an interview would be sent now.
    ReadNextMail {
        /// The number of the request.
        request: Request,
        /// What the plan is to do.
        action: Action,
        /// The interview.
        id: InterviewId,
    },
    /// Compose the form's mail with a sample key, once typing pauses.
    Preview {
        /// The number of the request.
        request: Request,
        /// The form's text.
        draft: Draft,
    },
    /// Schedule an interview.
    Schedule {
        /// The number of the request.
        request: Request,
        /// What and how.
        schedule: Schedule,
    },
    /// Change an interview whose mail never left.
    Revise {
        /// The number of the request.
        request: Request,
        /// The interview.
        id: InterviewId,
        /// What and how.
        schedule: Schedule,
    },
    /// Remove an interview whose mail never left.
    Remove {
        /// The interview.
        id: InterviewId,
    },
    /// Let a candidate in who waits.
    Admit {
        /// Their interview.
        id: InterviewId,
    },
    /// Change what a link depends on.
    Change {
        /// The interview.
        id: InterviewId,
        /// What becomes of it.
        deed: Deed,
    },
    /// Ring the terminal's bell.
    Ring,
    /// Take a mail back if it has not left.
    TakeBack {
        /// The mail.
        delivery: DeliveryId,
    },
    /// Read findings.
    ReadAudit {
        /// The number of the request.
        request: Request,
        /// Of which code; where there is none of it, or it is not said, of the most urgent one.
        code: Option<Code>,
        /// From where on; from the beginning if it is not said.
        from: Option<AuditPlace>,
        /// How many.
        limit: usize,
    },
    /// Read the outbox.
    ReadOutbox {
        /// The number of the request.
        request: Request,
        /// How many of its mails at most.
        limit: u32,
        /// How many of the newest batches.
        batches: u32,
    },
    /// Decide what becomes of a mail of unknown outcome.
    Settle {
        /// The mail.
        delivery: DeliveryId,
        /// The decision.
        settlement: Settlement,
    },
    /// Let the mail of the outbox leave.
    Resume,
    /// Work out what an action would do.
    MakePlan {
        /// The number of the request.
        request: Request,
        /// The action.
        action: Action,
        /// On what.
        subject: Subject,
        /// Whom to act on although the plan would leave them alone.
        chosen: BTreeSet<InterviewId>,
    },
    /// Write a plan to a file.
    SavePlan {
        /// The plan.
        plan: Plan,
    },
    /// Read the ids of all that match.
    ReadIds {
        /// The number of the request.
        request: Request,
        /// What must hold.
        filter: Filter,
        /// Whether marks are to be exchanged, not added.
        invert: bool,
    },
    /// See which of these a list shows.
    CheckMarks {
        /// The number of the request.
        request: Request,
        /// The interviews.
        ids: BTreeSet<InterviewId>,
        /// The list's filter.
        filter: Filter,
    },
    /// Pause, resume or stop a batch.
    SteerBatch {
        /// Its number.
        number: i64,
        /// What it is told.
        steer: Steer,
    },
    /// Do exactly what the plan says.
    CarryOut {
        /// The number of the request.
        request: Request,
        /// The plan.
        plan: Plan,
        /// How long its mail is held.
        hold: Option<Duration>,
    },
    /// Look a file through: what importing it would do. Writes nothing.
    LookThrough {
        /// The number of the request.
        request: Request,
        /// The file as it was typed; `~` is the home directory.
        file: String,
        /// Whether good lines are taken without the bad ones.
        skip_bad: bool,
        /// Which of two times is right.
        skew: Option<SkewAnswer>,
    },
    /// Import exactly what was looked through.
    Import {
        /// It.
        import: Box<Import>,
    },
    /// Hand a text to the terminal's clipboard.
    Copy(String),
    /// Count the mail that has not left.
    CountUnsent,
    /// Put the program into the background.
    Suspend,
    /// Draw every cell anew.
    Redraw,
    /// End the program.
    Quit,
}

impl Effect {
    /// Whether it mails somebody or changes an interview. Invariant 11: outside the form, only the `y` of a plan or of
    /// a question about the outbox, the reason typed there, and the answer about a mail that was taken back may lead to
    /// one of these. Taking back stops mail, and letting in who waits at the door is what they came for: neither is one.
    #[must_use]
    pub const fn mails_or_changes(&self) -> bool {
        match self {
            Self::Schedule { .. }
            | Self::Revise { .. }
            | Self::Remove { .. }
            | Self::Settle { .. }
            | Self::Change { .. }
            | Self::Import { .. }
            | Self::Resume
            | Self::SteerBatch { .. }
            | Self::CarryOut { .. } => true,
            Self::ReadWindow { .. }
            | Self::Count { .. }
            | Self::ReadWaiting
            | Self::CountElsewhere { .. }
            | Self::ReadDetails { .. }
            | Self::ReadDelivery { .. }
            | Self::ReadMail { .. }
            | Self::ReadNextMail { .. }
            | Self::Preview { .. }
            | Self::Admit { .. }
            | Self::Ring
            | Self::TakeBack { .. }
            | Self::ReadAudit { .. }
            | Self::ReadOutbox { .. }
            | Self::MakePlan { .. }
            | Self::SavePlan { .. }
            | Self::ReadIds { .. }
            | Self::CheckMarks { .. }
            | Self::LookThrough { .. }
            | Self::Copy(_)
            | Self::CountUnsent
            | Self::Suspend
            | Self::Redraw
            | Self::Quit => false,
        }
    }
}
