//! What is to be done outside the model.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Request;
use crate::app::{Action, AuditPlace, From, Import, Plan, Schedule, Settlement, Steer};
use crate::domain::draft::Draft;
use crate::domain::filter::Filter;
use crate::domain::finding::Code;
use crate::domain::ids::{DeliveryId, InterviewId};
use crate::domain::import::legacy::SkewAnswer;
use crate::domain::session::JoinLink;
use crate::domain::when::Zone;
use crate::tui::model::change::Deed;
use crate::tui::model::plan::Subject;

/// What the ids of all that match are read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marking {
    /// They are marked.
    All,
    /// What is marked of them is exchanged for the rest.
    Inverted,
    /// Those between the ends of a range are marked, where not all of its rows are kept.
    Range,
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
        /// What for.
        marking: Marking,
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
        /// The zone of the slots, if another than the usual one was named.
        zone: Option<Zone>,
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
    /// Open a link in the browser of this machine.
    OpenLink(JoinLink),
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
            | Self::OpenLink(_)
            | Self::CountUnsent
            | Self::Suspend
            | Self::Redraw
            | Self::Quit => false,
        }
    }
}
