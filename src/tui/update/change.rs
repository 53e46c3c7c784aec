//! Changing what a link depends on. Each is asked about first, and only `y` there does it (invariant 11).

use super::shared::{is_read_only, refuse};
use crate::domain::change::Ending;
use crate::domain::text::visible;
use crate::tui::message::{Effect, Intent};
use crate::tui::model::change::{ChangeQuestion, Deed};
use crate::tui::model::{Modal, Model};
use crate::tui::theme::Role;

/// Asks about the interview under the cursor, or says why there is nothing to ask.
pub(super) fn ask(model: &mut Model, intent: &Intent) -> Vec<Effect> {
    if is_read_only(model) {
        return Vec::new();
    }
    let Some(row) = model.selected().cloned() else {
        return refuse(model, "there is no interview here; n makes one");
    };
    let (window, now) = (model.setting.window, model.moment.now);
    let deed = match intent {
        Intent::Complete => Deed::End(Ending::Completed),
        Intent::NoShow => Deed::End(Ending::NoShow),
        Intent::OpenNow => Deed::open_at(now),
        _ => Deed::an_hour_longer(&row.interview, &window, now),
    };
    match deed.applied(&row, &window, now) {
        Err(why) => refuse(model, &why.to_string()),
        Ok(after) if after == row.interview && matches!(deed, Deed::Extend(_)) => {
            refuse(model, "the link is open already")
        }
        Ok(after) => {
            let question = ChangeQuestion {
                deed,
                row,
                after,
                drawn: false,
            };
            model.modals.push(Modal::Change(Box::new(question)));
            Vec::new()
        }
    }
}

/// The question on top has been on the screen.
pub(super) fn drawn(model: &mut Model) {
    if let Some(Modal::Change(question)) = model.modals.last_mut() {
        question.drawn = true;
    }
}

/// A key in the question.
pub(super) fn answered(model: &mut Model, intent: &Intent) -> Vec<Effect> {
    let Some(Modal::Change(question)) = model.modals.last() else {
        return Vec::new();
    };
    let (id, deed) = (question.row.id(), question.deed);
    match intent {
        Intent::Leave => {
            model.modals.pop();
            Vec::new()
        }
        // What was typed before the question could be seen was not an answer to it.
        Intent::Yes if question.drawn => {
            model.modals.pop();
            vec![Effect::Change { id, deed }]
        }
        _ => Vec::new(),
    }
}

/// An interview was changed, or could not be.
pub(super) fn changed(model: &mut Model, result: Result<String, String>) {
    match result {
        Ok(said) => model.say(Role::Text, visible(&said).into_owned()),
        Err(error) => model.say(
            Role::Attention,
            format!("nothing was done: {}", visible(&error)),
        ),
    }
}
