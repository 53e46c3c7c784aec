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
pub mod outbox;
pub mod outgoing;
pub mod palette;
pub mod plan;

use std::time::Duration;

use self::findings::{EvidenceView, FindingsView};
use jiff::Timestamp;

use self::batches::BatchesView;
use self::change::ChangeQuestion;
use self::form::Form;
use self::import::ImportView;
use self::list::{Find, List};
use self::mail::Pane;
use self::marks::Marks;
use self::outbox::{OutboxView, SettleLine, SteerQuestion};
use self::outgoing::Outgoing;
use self::palette::Palette;
use self::plan::PlanView;
use super::keymap::Layer;
use super::message::{Moment, Request, Tally};
use super::theme::Role;

use crate::app::{
    Affected, BatchStatus, Horizon, LedAstray, Outbox, Row, Section, Sending, SentBy, Serving,
    Underway, UnsentMail, Waiting,
};
use crate::domain::base_url::BaseUrl;
use crate::domain::batch::BatchState;
use crate::domain::draft::Defaults;
use crate::domain::session::{AccessWindow, JoinLink};
use crate::domain::when::{self, Zone};

/// What does not change while the dashboard runs.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Under which join links are built.
    pub base: BaseUrl,
    /// When join links work.
    pub window: AccessWindow,
    /// The zone in which lists show times.
    pub zone: Zone,
    /// What an empty field of the form means. Its zone is the one that was chosen last, where none is configured.
    pub defaults: Defaults,
    /// How long a mail from the dashboard is held.
    pub hold: Duration,
    /// How long the mails of a batch from the dashboard are held.
    pub batch_hold: Duration,
    /// How many mails may leave in a second, where that is limited.
    pub rate: Option<u16>,
    /// Whether mail stays on this machine.
    pub mail_stays_here: bool,
    /// Who is acting.
    pub user: String,
    /// Why nothing can be written, if so.
    pub read_only: Option<String>,
    /// What to type elsewhere to open join pages of this machine there, over SSH.
    pub port_forwarding: Option<String>,
    /// Whether `q` never asks (a demonstration).
    pub quits_freely: bool,
    /// Whether the bell rings when a candidate waits.
    pub bell: bool,
    /// Random text, made once per run, from which the forms' idempotency keys are made.
    pub seed: String,
}

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

/// What lies on top of the screen.
#[derive(Debug)]
pub enum Modal {
    /// The line in which a filter is typed.
    Find(Find),
    /// The form.
    Form(Box<Form>),
    /// A plan.
    Plan(Box<PlanView>),
    /// The exact mail of a row of the plan below.
    Mail(Pane),
    /// The keys; scrolled down by that many lines.
    Help(usize),
    /// The findings.
    Findings(Box<FindingsView>),
    /// The evidence of one of them.
    Evidence(Box<EvidenceView>),
    /// The outbox.
    Outbox(OutboxView),
    /// The batches.
    Batches(BatchesView),
    /// Do that with a mail of the outbox below, or with all of it?
    Steer(Box<SteerQuestion>),
    /// Why is a mail of the outbox below settled?
    Settle(Box<SettleLine>),
    /// Do that with an interview?
    Change(Box<ChangeQuestion>),
    /// A file on its way in.
    Import(Box<ImportView>),
    /// The commands of what lies below.
    Palette(Palette),
    /// Quit with unsent mail?
    Quit(UnsentMail),
    /// Leave the form below and lose what was typed?
    LeaveForm,
    /// Leave the form below, whose mail was taken back?
    LeaveTakenBack,
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

    /// What has the keys.
    #[must_use]
    pub fn layer(&self) -> Layer {
        match (self.modals.last(), self.focus) {
            (Some(Modal::Find(_)), _) => Layer::Find,
            (Some(Modal::Form(_)), _) => Layer::Form,
            (Some(Modal::Plan(_)), _) => Layer::Plan,
            (Some(Modal::Mail(_)), _) => Layer::Mail,
            (Some(Modal::Help(_)), _) => Layer::Help,
            (Some(Modal::Findings(_)), _) => Layer::Findings,
            (Some(Modal::Evidence(_)), _) => Layer::Evidence,
            (Some(Modal::Outbox(_)), _) => Layer::Outbox,
            (Some(Modal::Batches(_)), _) => Layer::Batches,
            (Some(Modal::Steer(_)), _) => Layer::Steer,
            (Some(Modal::Settle(_)), _) => Layer::Settle,
            (Some(Modal::Change(_)), _) => Layer::Change,
            (Some(Modal::Import(view)), _) if view.names() => Layer::ImportFile,
            (Some(Modal::Import(_)), _) => Layer::Import,
            (Some(Modal::Palette(_)), _) => Layer::Palette,
            (Some(Modal::Quit(_)), _) => Layer::QuitQuestion,
            (Some(Modal::LeaveForm), _) => Layer::LeaveQuestion,
            (Some(Modal::LeaveTakenBack), _) => Layer::TakenBackQuestion,
            (None, Focus::List) => Layer::List,
            (None, Focus::Pane | Focus::Details) => Layer::Pane,
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

    /// The form that is open, if one is, under whatever lies on top of it.
    #[must_use]
    pub fn form(&self) -> Option<&Form> {
        self.modals.iter().rev().find_map(|modal| {
            if let Modal::Form(form) = modal {
                Some(&**form)
            } else {
                None
            }
        })
    }

    /// The same, to be changed.
    pub fn form_mut(&mut self) -> Option<&mut Form> {
        self.modals.iter_mut().rev().find_map(|modal| {
            if let Modal::Form(form) = modal {
                Some(&mut **form)
            } else {
                None
            }
        })
    }

    /// The plan that is open, if one is, under whatever lies on top of it.
    pub fn plan_mut(&mut self) -> Option<&mut PlanView> {
        self.modals.iter_mut().rev().find_map(|modal| {
            if let Modal::Plan(plan) = modal {
                Some(&mut **plan)
            } else {
                None
            }
        })
    }

    /// The findings that are open, if they are, under whatever lies on top of them.
    pub fn findings_mut(&mut self) -> Option<&mut FindingsView> {
        self.modals.iter_mut().rev().find_map(|modal| {
            if let Modal::Findings(view) = modal {
                Some(&mut **view)
            } else {
                None
            }
        })
    }

    /// The outbox that is open, if it is, under whatever lies on top of it.
    #[must_use]
    pub fn outbox_view(&self) -> Option<&OutboxView> {
        self.modals.iter().rev().find_map(|modal| {
            if let Modal::Outbox(view) = modal {
                Some(view)
            } else {
                None
            }
        })
    }

    /// The same, to be changed, with the mails that stand in it.
    pub fn outbox_view_mut(&mut self) -> Option<(&mut OutboxView, &[Underway])> {
        let view = self.modals.iter_mut().rev().find_map(|modal| {
            if let Modal::Outbox(view) = modal {
                Some(view)
            } else {
                None
            }
        });
        Some((view?, &self.outbox.mails))
    }

    /// The batches that are open, if they are, under whatever lies on top of them.
    #[must_use]
    pub fn batches_view(&self) -> Option<&BatchesView> {
        self.modals.iter().rev().find_map(|modal| {
            if let Modal::Batches(view) = modal {
                Some(view)
            } else {
                None
            }
        })
    }

    /// The same, to be changed, with the batches that stand in it.
    pub fn batches_view_mut(&mut self) -> Option<(&mut BatchesView, &[BatchStatus])> {
        let view = self.modals.iter_mut().rev().find_map(|modal| {
            if let Modal::Batches(view) = modal {
                Some(view)
            } else {
                None
            }
        });
        Some((view?, &self.outbox.batches))
    }

    /// The batch under the cursor.
    #[must_use]
    pub fn batch_under_cursor(&self) -> Option<&BatchStatus> {
        self.outbox.batches.get(self.batches_view()?.index)
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

    /// The mail under the cursor of the outbox.
    #[must_use]
    pub fn mail_under_cursor(&self) -> Option<&Underway> {
        self.outbox.mails.get(self.outbox_view()?.index)
    }

    /// Whether the plan on top is ready, or the question there, and has not been on the screen yet.
    #[must_use]
    pub fn awaits_drawing(&self) -> bool {
        match self.modals.last() {
            Some(Modal::Plan(plan)) => plan.is_ready() && !plan.drawn,
            Some(Modal::Steer(question)) => !question.drawn,
            Some(Modal::Change(question)) => !question.drawn,
            Some(Modal::Import(view)) => view.is_ready() && !view.drawn,
            _ => false,
        }
    }

    /// Whether something on the screen changes every second.
    #[must_use]
    pub fn counts_down(&self) -> bool {
        let held = |status: &BatchStatus| {
            status.progress.waiting > 0
                && status
                    .batch
                    .held_until
                    .is_some_and(|until| until > self.moment.running)
        };
        self.batch_under_way().is_some_and(held)
            || self
                .outgoing
                .iter()
                .any(|mail| mail.remaining(self.moment.running).is_some())
    }

    /// Whether no mail would leave after this program ends.
    #[must_use]
    pub fn sends_alone(&self) -> bool {
        !matches!(self.sending.by, SentBy::Other(_))
    }
}
