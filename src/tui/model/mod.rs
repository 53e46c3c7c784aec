//! What the dashboard knows: one screen, and a stack of modals on top of it.
//!
//! Only data and questions about it; [`update`](super::update) changes it, [`view`](super::view) shows it. Knows no
//! clock: the time is the [`Moment`] that the last message brought.

pub mod batches;
pub mod change;
pub mod findings;
pub mod form;
pub mod import;
pub mod list;
pub mod mail;
pub mod marks;
mod modals;
pub mod outbox;
pub mod outgoing;
pub mod palette;
pub mod plan;
mod setting;

use jiff::Timestamp;

pub use modals::Modal;
pub use setting::{Browser, Clipboard, Setting};

use self::list::List;
use self::mail::Pane;
use self::marks::Marks;
use self::outgoing::Outgoing;
use super::message::{Moment, Request, Tally};
use super::theme::Role;
use crate::app::{
    Affected, BatchStatus, Horizon, LedAstray, Outbox, Row, Section, Sending, SentBy, Serving,
    Waiting,
};
use crate::domain::batch::BatchState;
use crate::domain::session::JoinLink;
use crate::domain::when;

/// What has the keys when no modal does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The list.
    List,
    /// The pane; where there is no room for both, it has the screen.
    Pane,
    /// The pane, on the whole screen.
    Details,
}

/// A sentence in the status line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it means.
    pub role: Role,
    /// Its words.
    pub text: String,
}

/// What a request is about. A newer request makes the answers to older ones of its kind too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Slot {
    /// The rows of the list.
    Window,
    /// The numbers above the list.
    Count,
    /// Who waits to be let in.
    Waiting,
    /// Matches outside the filter.
    Elsewhere,
    /// Everything about the interview under the cursor.
    Details,
    /// Its mail.
    Mail,
    /// The mail of a row of a plan.
    PlanMail,
    /// The form's mail.
    Preview,
    /// The form's action.
    Save,
    /// Making or carrying out a plan.
    Plan,
    /// The outbox.
    Outbox,
    /// The findings.
    Audit,
    /// What is to be marked.
    Ids,
    /// What is marked.
    Marks,
    /// What a file would bring.
    Import,
}

/// The state of the dashboard.
#[derive(Debug)]
pub struct Model {
    /// What does not change.
    pub setting: Setting,
    /// The time of the last message.
    pub moment: Moment,
    /// The terminal: columns, lines.
    pub size: (u16, u16),
    /// How mail leaves and who sends it.
    pub sending: Sending,
    /// Whether the join page is served.
    pub serving: Serving,
    /// Whose links lead astray while it is not.
    pub affected: Affected,
    /// What was wrong with the base URL when somebody last looked.
    pub astray: Option<LedAstray>,
    /// The list.
    pub list: List,
    /// What is marked in it.
    pub marks: Marks,
    /// The batches of this run that are under way, by number.
    pub watched: Vec<i64>,
    /// Others that were seen under way: their end is said as well.
    pub followed: Vec<i64>,
    /// The numbers above it, once they are known.
    pub tally: Option<Tally>,
    /// Who waits to be let in, whoever waits longest first.
    pub waiting: Vec<Waiting>,
    /// When the last of those joined who are known of; none before that was read.
    pub last_arrival: Option<Timestamp>,
    /// The outbox, once it was read; its mails only while it is on the screen.
    pub outbox: Outbox,
    /// The interview under the cursor.
    pub pane: Pane,
    /// What has the keys when no modal does.
    pub focus: Focus,
    /// What lies on top, the topmost last.
    pub modals: Vec<Modal>,
    /// What the status line says until the next key.
    pub message: Option<Message>,
    /// The mails of this run, oldest first.
    pub outgoing: Vec<Outgoing>,
    /// Whether an import is under way.
    pub importing: bool,
    /// How many forms were opened.
    pub forms: u32,
    /// Whether the screen would look different now.
    pub changed: bool,
    newest: Vec<(Slot, Request)>,
    asked: Request,
}

impl Model {
    /// Before anything was read.
    #[must_use]
    pub fn new(setting: Setting, sending: Sending, moment: Moment, size: (u16, u16)) -> Self {
        Self {
            setting,
            moment,
            size,
            sending,
            serving: Serving::Off,
            affected: Affected::default(),
            astray: None,
            list: List::default(),
            marks: Marks::default(),
            watched: Vec::new(),
            followed: Vec::new(),
            tally: None,
            waiting: Vec::new(),
            last_arrival: None,
            outbox: Outbox::default(),
            pane: Pane::default(),
            focus: Focus::List,
            modals: Vec::new(),
            message: None,
            outgoing: Vec::new(),
            importing: false,
            forms: 0,
            changed: true,
            newest: Vec::new(),
            asked: 0,
        }
    }

    /// Numbers a new request; answers to older ones about the same come too late from now on.
    pub fn ask(&mut self, slot: Slot) -> Request {
        self.asked += 1;
        self.newest.retain(|(other, _)| *other != slot);
        self.newest.push((slot, self.asked));
        self.asked
    }

    /// Whether an answer is the one that is waited for; it is then no longer waited for.
    pub fn answers(&mut self, slot: Slot, request: Request) -> bool {
        let waited = self.newest.len();
        self.newest.retain(|pair| *pair != (slot, request));
        self.newest.len() < waited
    }

    /// Whether something is being waited for.
    #[must_use]
    pub fn awaits(&self, slot: Slot) -> bool {
        self.newest.iter().any(|(other, _)| *other == slot)
    }

    /// Says something in the status line.
    pub fn say(&mut self, role: Role, text: impl Into<String>) {
        self.message = Some(Message {
            role,
            text: text.into(),
        });
        self.changed = true;
    }

    /// Where the list's past begins.
    #[must_use]
    pub fn horizon(&self) -> Horizon {
        Horizon::at(self.moment.now, &self.setting.window)
    }

    /// The head of the group in which a row of the list stands; empty for what needs none.
    #[must_use]
    pub fn heading(&self, row: &Row) -> String {
        let (zone, now) = (&self.setting.zone, self.moment.now);
        let day = row
            .interview
            .starts_at
            .map(|start| when::day_heading(start, zone, now))
            .unwrap_or_default();
        match row.section(self.horizon()) {
            Section::Ahead if day == "today" => String::new(),
            Section::Ahead => day,
            Section::NoTime => "no time yet".to_owned(),
            Section::Past => format!("over · {day}"),
        }
    }

    /// The row under the cursor.
    #[must_use]
    pub fn selected(&self) -> Option<&Row> {
        self.list.selected()
    }

    /// The join link of an interview, whatever its state.
    #[must_use]
    pub fn link(&self, row: &Row) -> Option<JoinLink> {
        row.facts
            .key
            .map(|key| JoinLink::new(&self.setting.base, key))
    }

    /// The newest batch of several mails that is under way, or that waits for a person.
    #[must_use]
    pub fn batch_under_way(&self) -> Option<&BatchStatus> {
        self.outbox.batches.iter().find(|status| {
            let untried = status.progress.waiting + status.progress.sending > 0;
            let paused = status.batch.state == BatchState::Paused && !status.is_over();
            status.batch.sends > 1 && (untried || paused)
        })
    }

    /// Until when what the screen counts down is held: it changes every second.
    pub fn counting_down(&self) -> impl Iterator<Item = Timestamp> {
        let running = self.moment.running;
        let batch = self.batch_under_way();
        let batch = batch.filter(|status| status.progress.waiting > 0);
        let batch = batch.and_then(|status| status.batch.held_until);
        let mails = self.outgoing.iter();
        let mails = mails.filter(move |mail| mail.remaining(running).is_some());
        batch
            .into_iter()
            .chain(mails.map(|mail| mail.held_until))
            .filter(move |until| *until > running)
    }

    /// Whether no mail would leave after this program ends.
    #[must_use]
    pub fn sends_alone(&self) -> bool {
        !matches!(self.sending.by, SentBy::Other(_))
    }
}
