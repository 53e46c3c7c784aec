//! `/`: a filter, tried while it is typed.

use super::list;
use crate::tui::field::{Edit, Field};
use crate::tui::message::{Effect, Intent, Request};
use crate::tui::model::list::{Find, Narrowing, Purpose};
use crate::tui::model::{Focus, Modal, Model, Slot};

/// Opens the line.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    model.focus = Focus::List;
    let before = (model.list.narrowing.clone(), model.list.cursor);
    model.modals.push(Modal::Find(Find {
        base: before.0.clone(),
        before,
        ..Find::default()
    }));
    list::reveal(model);
    Vec::new()
}

/// A key in the line.
pub(super) fn wanted(model: &mut Model, intent: Intent) -> Vec<Effect> {
    let Some(Modal::Find(find)) = model.modals.last_mut() else {
        return Vec::new();
    };
    match intent {
        // Erasing further gives back the filter in force, to be changed.
        Intent::Edit(Edit::Backspace) if find.field.text().is_empty() => {
            find.field = Field::holding(std::mem::take(&mut find.base).text());
            try_it(model)
        }
        Intent::Edit(edit) => {
            let before = find.field.text().to_owned();
            find.field.edit(&edit);
            if find.field.text() == before {
                Vec::new()
            } else {
                try_it(model)
            }
        }
        Intent::Paste(text) => {
            find.field
                .insert(&text.split_whitespace().collect::<Vec<_>>().join(" "));
            try_it(model)
        }
        Intent::Down | Intent::Up => list::go(model, &intent),
        Intent::Accept if find.error.is_none() => {
            let elsewhere = find.elsewhere.is_some_and(|count| count > 0);
            let typed = Narrowing::words(find.field.text());
            model.modals.pop();
            match typed {
                Ok(typed) if elsewhere => list::narrow(model, typed, Purpose::Found),
                _ => Vec::new(),
            }
        }
        Intent::Leave => {
            let (narrowing, cursor) = std::mem::take(&mut find.before);
            model.modals.pop();
            if model.list.narrowing == narrowing {
                return Vec::new();
            }
            // The row is no longer read, so that it is looked for anew where it was.
            model.list.cursor = cursor;
            list::narrow(model, narrowing, Purpose::Again)
        }
        _ => Vec::new(),
    }
}

fn try_it(model: &mut Model) -> Vec<Effect> {
    let Some(Modal::Find(find)) = model.modals.last_mut() else {
        return Vec::new();
    };
    find.elsewhere = None;
    match find.narrowing() {
        Ok(narrowing) => {
            find.error = None;
            list::narrow(model, narrowing, Purpose::Found)
        }
        // The list stays as it is until the filter can be read.
        Err(error) => {
            find.error = Some(error.to_string());
            Vec::new()
        }
    }
}

/// When nothing matches within the filter in force, what is typed is looked for everywhere.
pub(super) fn nothing_here(model: &mut Model) -> Vec<Effect> {
    let nothing = model.list.rows.is_empty();
    let Some(Modal::Find(find)) = model.modals.last() else {
        return Vec::new();
    };
    let narrowed = find.base != Narrowing::None && !find.field.text().trim().is_empty();
    match Narrowing::words(find.field.text()) {
        Ok(typed) if nothing && narrowed => {
            let request = model.ask(Slot::Elsewhere);
            vec![Effect::CountElsewhere {
                request,
                filter: typed.filter(),
            }]
        }
        _ => Vec::new(),
    }
}

/// What matches everywhere was counted.
pub(super) fn counted_elsewhere(model: &mut Model, request: Request, count: u64) {
    if !model.answers(Slot::Elsewhere, request) {
        return;
    }
    if let Some(Modal::Find(find)) = model.modals.last_mut() {
        find.elsewhere = Some(count);
        model.changed = true;
    }
}
