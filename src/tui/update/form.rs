//! The form: typing, moving, and the one action.

use super::saving;
use super::shared::{is_read_only, scrolled};
use crate::app::Row;
use crate::domain::draft::{Field as Name, Refusal};
use crate::tui::field::{Edit, Field};
use crate::tui::layout::{form_and_preview, inner_width, is_wide};
use crate::tui::mail::MailParts;
use crate::tui::message::{Effect, Intent, Request};
use crate::tui::model::form::{Form, Purpose, Stop};
use crate::tui::model::{Modal, Model, Slot};
use crate::tui::theme::Role;

/// Opens an empty form.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    if is_read_only(model) {
        return Vec::new();
    }
    let key = new_key(model);
    let form = Form::new(key, &model.setting.defaults, model.moment.now);
    show(model, form)
}

/// Opens the form of an interview whose mail was taken back.
pub(super) fn open_taken_back(model: &mut Model, row: &Row) -> Vec<Effect> {
    let key = new_key(model);
    let form = Form::taken_back(row, key, &model.setting.defaults, model.moment.now);
    show(model, form)
}

fn new_key(model: &mut Model) -> String {
    model.forms += 1;
    format!("{}-{}", model.setting.seed, model.forms)
}

fn show(model: &mut Model, form: Form) -> Vec<Effect> {
    model.modals.push(Modal::Form(Box::new(form)));
    model.changed = true;
    preview(model)
}

/// A key in the form.
pub(super) fn wanted(model: &mut Model, intent: Intent) -> Vec<Effect> {
    let Some(Modal::Form(form)) = model.modals.last_mut() else {
        return Vec::new();
    };
    if form.sending {
        if intent == Intent::Leave {
            model.say(Role::Text, "it is being saved; a moment");
        }
        return Vec::new();
    }
    match intent {
        Intent::Save => saving::save(model),
        Intent::Leave => leave(model),
        Intent::NextField => step(model, true),
        Intent::PreviousField => step(model, false),
        Intent::Down | Intent::Up => up_or_down(model, intent == Intent::Down),
        Intent::Accept => accept(model),
        Intent::Edit(edit) => edited(model, &edit),
        Intent::Paste(text) => pasted(model, &text),
        Intent::TogglePreview => {
            form.preview_shown = !form.preview_shown;
            arrange(model);
            Vec::new()
        }
        moved => {
            let page = usize::from(form_and_preview(model).1.height);
            if let Some(form) = model.form_mut() {
                let longest = form
                    .preview
                    .lines
                    .len()
                    .saturating_sub(page.saturating_sub(2));
                form.scroll = scrolled(form.scroll, &moved, page).min(longest);
            }
            Vec::new()
        }
    }
}

fn edited(model: &mut Model, edit: &Edit) -> Vec<Effect> {
    let Some(form) = model.form_mut() else {
        return Vec::new();
    };
    let Some(field) = form.focused_field() else {
        if matches!(edit, Edit::Insert(' ') | Edit::Left | Edit::Right) {
            form.mail = !form.mail;
        }
        return Vec::new();
    };
    let before = field.text().to_owned();
    field.edit(edit);
    if field.text() == before {
        Vec::new()
    } else {
        changed(model)
    }
}

fn pasted(model: &mut Model, text: &str) -> Vec<Effect> {
    let Some(form) = model.form_mut() else {
        return Vec::new();
    };
    let several = form.focused() == Stop::Field(Name::Note);
    let text = if several {
        text.to_owned()
    } else {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let taken = form
        .focused_field()
        .is_some_and(|field| field.insert(&text));
    if taken { changed(model) } else { Vec::new() }
}

// The text is another one: what was said about it no longer holds.
fn changed(model: &mut Model) -> Vec<Effect> {
    if let Some(form) = model.form_mut() {
        form.touched = true;
        form.again = false;
        form.objection = None;
        form.chosen = None;
        form.answers.remove(&form.focus);
    }
    recheck(model);
    preview(model)
}

/// Finds out anew what the text means.
pub(super) fn recheck(model: &mut Model) {
    let now = model.moment.now;
    // Cloned, because the form is a part of the model too; it is small.
    let defaults = model.setting.defaults.clone();
    if let Some(form) = model.form_mut() {
        form.check(&defaults, now);
    }
}

fn preview(model: &mut Model) -> Vec<Effect> {
    let request = model.ask(Slot::Preview);
    model
        .form()
        .map(|form| Effect::Preview {
            request,
            draft: form.draft(),
        })
        .into_iter()
        .collect()
}

fn accept(model: &mut Model) -> Vec<Effect> {
    let Some(form) = model.form_mut() else {
        return Vec::new();
    };
    let offer = form
        .chosen
        .and_then(|chosen| form.offers.get(chosen))
        .cloned();
    match (offer, form.focused()) {
        (Some(offer), _) => {
            if let Some(field) = form.focused_field() {
                *field = Field::holding(offer.text);
            }
            changed(model)
        }
        (None, Stop::Field(Name::Note)) => edited(model, &Edit::Insert('\n')),
        (None, Stop::Field(_)) => step(model, true),
        (None, Stop::Mail) => Vec::new(),
    }
}

fn up_or_down(model: &mut Model, down: bool) -> Vec<Effect> {
    let Some(form) = model.form_mut() else {
        return Vec::new();
    };
    let chosen = match (form.chosen, down) {
        (None, true) if !form.offers.is_empty() => Some(0),
        (Some(at), true) => Some((at + 1).min(form.offers.len().saturating_sub(1))),
        (Some(at), false) => at.checked_sub(1),
        (None, _) => None,
    };
    if chosen.is_some() || form.chosen.is_some() {
        form.chosen = chosen;
        return Vec::new();
    }
    let note = form.focused() == Stop::Field(Name::Note);
    if note
        && form
            .focused_field()
            .is_some_and(|field| field.move_line(down))
    {
        return Vec::new();
    }
    step(model, down)
}

fn step(model: &mut Model, forward: bool) -> Vec<Effect> {
    if let Some(form) = model.form() {
        let stops = form.stops();
        let next = if forward {
            form.focus + 1
        } else {
            form.focus + stops - 1
        } % stops;
        go_to(model, next);
    }
    Vec::new()
}

fn go_to(model: &mut Model, index: usize) {
    let Some(form) = model.form_mut() else { return };
    if let Stop::Field(name) = form.focused()
        && !form.left.contains(&name)
    {
        form.left.push(name);
    }
    form.focus = index;
    form.chosen = None;
    recheck(model);
}

/// Goes to the first field that stands in the way.
pub(super) fn go_to_first(model: &mut Model, refusals: &[Refusal]) {
    let first = refusals
        .first()
        .and_then(|refusal| Name::ALL.iter().position(|name| *name == refusal.field));
    if let Some(index) = first {
        go_to(model, index);
    }
}

fn leave(model: &mut Model) -> Vec<Effect> {
    let wide = is_wide(model);
    let Some(form) = model.form_mut() else {
        return Vec::new();
    };
    if form.preview_shown && !wide {
        form.preview_shown = false;
        return Vec::new();
    }
    match (&form.purpose, form.touched) {
        (Purpose::TakenBack(_), _) => model.modals.push(Modal::LeaveTakenBack),
        (Purpose::New, true) => model.modals.push(Modal::LeaveForm),
        (Purpose::New, false) => {
            model.modals.pop();
        }
    }
    Vec::new()
}

/// An answer to the question whether to leave.
pub(super) fn answered(model: &mut Model, intent: &Intent) -> Vec<Effect> {
    let id = match model.form().map(|form| &form.purpose) {
        Some(Purpose::TakenBack(id)) => Some(*id),
        Some(Purpose::New) | None => None,
    };
    match (intent, model.modals.last(), id) {
        (Intent::Leave, ..) => {
            model.modals.pop();
        }
        (Intent::Yes, Some(Modal::LeaveForm), _) => close(model),
        (Intent::Keep, Some(Modal::LeaveTakenBack), _) => {
            close(model);
            model.say(Role::Text, "kept as it was, without mail");
        }
        (Intent::Remove, Some(Modal::LeaveTakenBack), Some(id)) => {
            close(model);
            return vec![Effect::Remove { id }];
        }
        _ => {}
    }
    Vec::new()
}

/// Closes the form and the question on top of it.
pub(super) fn close(model: &mut Model) {
    model.modals.retain(|modal| {
        !matches!(
            modal,
            Modal::Form(_) | Modal::LeaveForm | Modal::LeaveTakenBack
        )
    });
}

/// The mail was composed.
pub(super) fn previewed(model: &mut Model, request: Request, mail: Result<MailParts, String>) {
    if !model.answers(Slot::Preview, request) {
        return;
    }
    if let Some(form) = model.form_mut() {
        let differs = form.preview.show(Some(mail));
        model.changed |= differs;
    }
    arrange(model);
}

/// Lays the preview out for the place it has now.
pub(super) fn arrange(model: &mut Model) {
    let (_, area) = form_and_preview(model);
    if let Some(form) = model.form_mut() {
        form.preview.lay_out(inner_width(area));
        form.scroll = form.scroll.min(form.preview.lines.len().saturating_sub(1));
    }
}
