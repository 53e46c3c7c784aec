//! Batches: how far each has come, and steering one. Whatever withdraws, holds or mails is asked about or planned first.

use super::shared::{is_read_only, refuse, scrolled};
use super::{outbox, plan};
use crate::app::{self, Action, BatchStatus, Steered};
use crate::domain::batch::BatchState;
use crate::domain::text::visible;
use crate::tui::layout::areas;
use crate::tui::message::{Effect, Intent};
use crate::tui::model::batches::BatchesView;
use crate::tui::model::outbox::{OutboxView, Steer};
use crate::tui::model::plan::Subject;
use crate::tui::model::{Modal, Model};
use crate::tui::theme::Role;

/// From the outbox to the batches, or back.
pub(super) fn other_tab(model: &mut Model) -> Vec<Effect> {
    let other = match model.modals.pop() {
        Some(Modal::Batches(_)) => Modal::Outbox(OutboxView::default()),
        _ => Modal::Batches(BatchesView::default()),
    };
    model.modals.push(other);
    vec![outbox::read(model)]
}

/// A key in the batches.
pub(super) fn wanted(model: &mut Model, intent: &Intent) -> Vec<Effect> {
    match intent {
        Intent::Leave => {
            model.modals.pop();
            Vec::new()
        }
        Intent::OtherTab => other_tab(model),
        Intent::PauseBatch | Intent::StopBatch | Intent::Retry => {
            if is_read_only(model) {
                return Vec::new();
            }
            match model.batch_under_cursor().cloned() {
                Some(status) => steer(model, intent, status),
                None => refuse(model, "there is no batch here"),
            }
        }
        moved => {
            let page = usize::from(areas(model).body.height).saturating_sub(1);
            if let Some((view, batches)) = model.batches_view_mut() {
                view.move_to(scrolled(view.index, moved, page), batches);
            }
            Vec::new()
        }
    }
}

fn steer(model: &mut Model, intent: &Intent, status: BatchStatus) -> Vec<Effect> {
    if *intent == Intent::Retry {
        let number = status.batch.number;
        return plan::open_for(model, Action::Resend, Subject::Retry(number));
    }
    if status.is_over() {
        return refuse(model, "nothing of it waits any more");
    }
    let what = match (intent, status.batch.state) {
        (Intent::StopBatch, _) => app::Steer::Stop,
        (_, BatchState::Paused) => app::Steer::Resume,
        (_, BatchState::Going | BatchState::Stopped) => app::Steer::Pause,
    };
    outbox::ask(model, Steer::Batch(Box::new(status), what))
}

/// Asks whether the newest batch of this run that has not left is to be stopped; nothing where there is none.
pub(super) fn take_back(model: &mut Model) -> Option<Vec<Effect>> {
    let ours =
        model.outbox.batches.iter().find(|status| {
            model.watched.contains(&status.batch.number) && status.progress.waiting > 0
        });
    let status = Box::new(ours?.clone());
    Some(outbox::ask(model, Steer::Batch(status, app::Steer::Stop)))
}

/// A batch was steered, or could not be.
pub(super) fn steered(model: &mut Model, result: Result<Box<Steered>, String>) -> Vec<Effect> {
    match result {
        Ok(steered) => {
            let name = steered.status.name();
            let progress = steered.status.progress;
            let left = progress.left();
            let leaving = match progress.sending {
                0 => String::new(),
                sending => format!("{sending} are leaving just now, "),
            };
            let text = match steered.status.batch.state {
                BatchState::Paused => format!(
                    "{name} is paused: {leaving}{} wait; p lets it go on",
                    progress.waiting + progress.deferred
                ),
                BatchState::Going => format!("{name} goes on: {left} left"),
                BatchState::Stopped if left > 0 => format!(
                    "{name} is stopped: {} withdrawn, {left} are leaving just now",
                    steered.withdrawn
                ),
                BatchState::Stopped => format!(
                    "{name} is stopped: {} withdrawn; r in B mails them",
                    steered.withdrawn
                ),
            };
            model.say(Role::Attention, text);
        }
        Err(error) => model.say(
            Role::Trouble,
            format!("nothing was done: {}", visible(&error)),
        ),
    }
    vec![outbox::read(model)]
}

/// The batches were read: what of this run has come to its end is said.
pub(super) fn read(model: &mut Model) {
    if let Some((view, batches)) = model.batches_view_mut() {
        view.known = true;
        view.find_again(batches);
    }
    let (under_way, ended): (Vec<_>, Vec<_>) = model
        .outbox
        .batches
        .iter()
        .partition(|status| status.progress.waiting + status.progress.sending > 0);
    let new = |status: &&&BatchStatus| {
        status.batch.sends > 1 && !model.followed.contains(&status.batch.number)
    };
    let new: Vec<i64> = under_way
        .iter()
        .filter(new)
        .map(|status| status.batch.number)
        .collect();
    let ours = |status: &&&BatchStatus| {
        let number = status.batch.number;
        model.watched.contains(&number) || model.followed.contains(&number)
    };
    let ended: Vec<BatchStatus> = ended.iter().filter(ours).copied().cloned().collect();
    model.followed.extend(new);
    for status in ended {
        model.watched.retain(|other| *other != status.batch.number);
        model.followed.retain(|other| *other != status.batch.number);
        let progress = status.progress;
        let bad = progress.failed + progress.unknown;
        let role = if bad > 0 {
            Role::Trouble
        } else if progress.deferred + progress.withdrawn > 0 {
            Role::Attention
        } else {
            Role::Fine
        };
        let again = if bad + progress.withdrawn > 0 {
            " · r in B tries again what may be sent"
        } else {
            ""
        };
        model.say(
            role,
            format!("{}: {}{again}", status.name(), status.words()),
        );
    }
}
