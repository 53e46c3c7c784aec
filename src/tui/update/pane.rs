//! The pane: everything about the interview under the cursor, and its mail.

use super::list;
use super::shared::{act, scrolled};
use crate::app::Dossier;
use crate::tui::layout::{areas, inner_width};
use crate::tui::mail::MailParts;
use crate::tui::message::{Effect, Intent, Request};
use crate::tui::model::mail::Pane;
use crate::tui::model::{Focus, Modal, Model, Slot};
use crate::tui::view;

/// A key in the pane.
pub(super) fn wanted(model: &mut Model, intent: &Intent) -> Vec<Effect> {
    match intent {
        Intent::NextPane | Intent::Leave => focus(model, Focus::List),
        Intent::Details if model.focus == Focus::Details => focus(model, Focus::List),
        Intent::Details => focus(model, Focus::Details),
        Intent::Down
        | Intent::Up
        | Intent::Top
        | Intent::Bottom
        | Intent::HalfDown
        | Intent::HalfUp
        | Intent::PageDown
        | Intent::PageUp => {
            let page = usize::from(areas(model).pane.height);
            model.pane.scroll = scrolled(model.pane.scroll, intent, page).min(longest(model));
            Vec::new()
        }
        other => act(model, other),
    }
}

fn focus(model: &mut Model, focus: Focus) -> Vec<Effect> {
    model.focus = focus;
    arrange(model);
    list::reveal(model);
    Vec::new()
}

// How far the pane can be scrolled.
fn longest(model: &Model) -> usize {
    let area = areas(model).pane;
    view::pane::height(model, inner_width(area)).saturating_sub(usize::from(area.height))
}

/// Shows the next part of the mail.
pub(super) fn next_part(model: &mut Model) -> Vec<Effect> {
    model.pane.mail.part = model.pane.mail.part.next();
    arrange(model);
    Vec::new()
}

/// Lays the mail out for the place it has now.
pub(super) fn arrange(model: &mut Model) {
    let areas = areas(model);
    model.pane.mail.lay_out(inner_width(areas.pane));
    model.pane.scroll = model.pane.scroll.min(longest(model));
    if let Some(Modal::Mail(pane)) = model.modals.last_mut() {
        pane.mail.lay_out(inner_width(areas.body));
    }
}

/// Shows the interview under the cursor, if it is another one than before.
pub(super) fn follow(model: &mut Model) -> Vec<Effect> {
    if model.pane.id == model.list.cursor {
        return Vec::new();
    }
    let part = model.pane.mail.part;
    model.pane = Pane {
        id: model.list.cursor,
        ..Pane::default()
    };
    model.pane.mail.part = part;
    model.changed = true;
    read(model)
}

/// Reads what the pane shows.
pub(super) fn read(model: &mut Model) -> Vec<Effect> {
    let Some(id) = model.pane.id else {
        return Vec::new();
    };
    let details = Effect::ReadDetails {
        request: model.ask(Slot::Details),
        id,
    };
    let mail = Effect::ReadMail {
        request: model.ask(Slot::Mail),
        id,
    };
    vec![details, mail]
}

/// Everything about the interview was read.
pub(super) fn details_read(
    model: &mut Model,
    request: Request,
    details: Result<Option<Box<Dossier>>, String>,
) -> Vec<Effect> {
    if !model.answers(Slot::Details, request) {
        return Vec::new();
    }
    match details {
        Ok(Some(dossier)) => {
            // The row of the list may be older than this, or no longer match and so not be read again.
            if let Some(row) = model
                .list
                .rows
                .iter_mut()
                .find(|row| row.id() == dossier.row.id())
            {
                model.changed |= *row != dossier.row;
                row.clone_from(&dossier.row);
            }
            model.changed |= model
                .pane
                .dossier
                .as_deref()
                .is_none_or(|shown| differ(shown, &dossier));
            model.pane.dossier = Some(dossier);
            arrange(model);
            Vec::new()
        }
        Ok(None) => model
            .pane
            .id
            .map_or_else(Vec::new, |id| list::forget(model, id)),
        Err(error) => {
            model.changed |= model.list.error.as_ref() != Some(&error);
            model.list.error = Some(error);
            Vec::new()
        }
    }
}

fn differ(one: &Dossier, other: &Dossier) -> bool {
    one.row != other.row || one.deliveries != other.deliveries || one.events != other.events
}

/// The mail was read, for the pane or for a plan.
pub(super) fn mail_read(model: &mut Model, request: Request, mail: Result<MailParts, String>) {
    if model.answers(Slot::Mail, request) {
        model.changed |= model.pane.mail.show(Some(mail));
    } else if model.answers(Slot::PlanMail, request)
        && let Some(Modal::Mail(pane)) = model.modals.last_mut()
    {
        model.changed |= pane.mail.show(Some(mail));
    }
    arrange(model);
}
