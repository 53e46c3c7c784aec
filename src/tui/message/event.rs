//! What has happened, and what came of a request.

use jiff::Timestamp;

use super::{Marking, Request};
use crate::app::{
    Affected, AuditPage, CarriedOut, Counts, Delivery, Dossier, Group, LedAstray, Marked, Outbox,
    Progress, Row, Scheduled, Sending, Serving, Steered, TakenBack, UnsentMail, Waiting, Window,
};
use crate::domain::draft::Refusal;
use crate::domain::finding::{Code, Compared};
use crate::domain::ids::{DeliveryId, InterviewId};
use crate::domain::when::Zone;
use crate::tui::mail::MailParts;
use crate::tui::model::import::Looked;
use crate::tui::model::plan::{MadePlan, NotCarriedOut};

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
    /// The ids of all that match were read, in the order of the list.
    IdsRead(Request, Marking, Result<Vec<InterviewId>, String>),
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
    /// A browser was told to open the link, or there is none.
    Opened(Result<(), String>),
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
    /// What was looked at, where nothing was found.
    pub compared: Option<Compared>,
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
