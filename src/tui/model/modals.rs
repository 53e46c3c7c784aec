//! What lies on top of the screen, what has the keys by it, and where each is found again.

use super::batches::BatchesView;
use super::change::ChangeQuestion;
use super::findings::{EvidenceView, FindingsView};
use super::form::Form;
use super::import::ImportView;
use super::list::Find;
use super::mail::Pane;
use super::outbox::{OutboxView, SettleLine, SteerQuestion};
use super::palette::Palette;
use super::plan::PlanView;
use super::{Focus, Model};
use crate::app::{BatchStatus, Underway, UnsentMail};
use crate::tui::keymap::Layer;

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

impl Model {
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
}
