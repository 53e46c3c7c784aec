//! Who waits at the door: seen without looking for it, heard if configured, let in by one key.

use super::list;
use super::shared::{is_read_only, refuse};
use crate::app::{Row, Waiting};
use crate::domain::door::Door;
use crate::domain::text::visible;
use crate::tui::message::Effect;
use crate::tui::model::Model;
use crate::tui::safe;
use crate::tui::theme::Role;

/// Lets the candidate under the cursor in. Where another one waits, goes there instead.
pub(super) fn wanted(model: &mut Model) -> Vec<Effect> {
    if is_read_only(model) {
        return Vec::new();
    }
    let (window, now) = (model.setting.window, model.moment.now);
    let selected = model
        .selected()
        .map(|row| (row.id(), row.door(&window, now)));
    if let Some((id, Door::Waiting)) = selected {
        return vec![Effect::Admit { id }];
    }
    let Some(first) = model.waiting.first().cloned() else {
        return refuse(model, "nobody waits to be let in");
    };
    let name = safe::line(&first.name, 30);
    model.say(
        Role::Attention,
        format!("nobody waits there; {name} does: W again lets them in"),
    );
    list::go_to(model, first.id)
}

/// Who waits was read. Whoever joined since the last time is heard, once.
pub(super) fn waiting_read(
    model: &mut Model,
    waiting: Result<Vec<Waiting>, String>,
) -> Vec<Effect> {
    // What can't be read is said by the list.
    let Ok(waiting) = waiting else {
        return Vec::new();
    };
    let newest = waiting.iter().map(|one| one.since).max();
    let known = model.last_arrival.replace(
        newest
            .max(model.last_arrival)
            .unwrap_or(jiff::Timestamp::MIN),
    );
    if model.waiting != waiting {
        model.changed = true;
        model.waiting = waiting;
        // A banner may have come or gone.
        list::reveal(model);
    }
    let arrived = known.is_some_and(|known| newest.is_some_and(|newest| newest > known));
    if arrived && model.setting.bell {
        vec![Effect::Ring]
    } else {
        Vec::new()
    }
}

/// A candidate was let in, or could not be.
pub(super) fn let_in(model: &mut Model, result: Result<Box<Row>, String>) {
    match result {
        Ok(row) => {
            let name = safe::line(&row.interview.candidate_name, 30);
            model.say(
                Role::Fine,
                format!("{name} is let in; their page says so by itself"),
            );
        }
        Err(error) => model.say(
            Role::Attention,
            format!("nobody was let in: {}", visible(&error)),
        ),
    }
}
