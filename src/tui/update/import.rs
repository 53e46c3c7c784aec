//! Importing a file: named, looked through, and carried out by `y` in its report only.

use super::shared::{is_read_only, refuse};
use crate::app::Progress;
use crate::domain::import::legacy::SkewAnswer;
use crate::domain::text::visible;
use crate::domain::when::Zone;
use crate::tui::field::Field;
use crate::tui::layout::areas;
use crate::tui::message::{Effect, Intent, Request};
use crate::tui::model::import::{ImportState, ImportView, Looked};
use crate::tui::model::{Modal, Model, Slot};
use crate::tui::theme::Role;
use crate::tui::view;

/// Asks for the file.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    if is_read_only(model) {
        return Vec::new();
    }
    if model.importing {
        return refuse(model, "an import is under way; wait for its end");
    }
    model.modals.push(Modal::Import(Box::default()));
    Vec::new()
}

/// A key while the file is named.
pub(super) fn named(model: &mut Model, intent: Intent) -> Vec<Effect> {
    let Some(Modal::Import(view)) = model.modals.last_mut() else {
        return Vec::new();
    };
    match intent {
        // Back to the report as it was.
        Intent::Leave if view.asks_zone => {
            view.zone = view.zone_before.clone();
            return look(model);
        }
        Intent::Leave => {
            model.modals.pop();
        }
        Intent::Accept => return look(model),
        Intent::Edit(edit) => {
            view.objection = None;
            view.typed().edit(&edit);
        }
        Intent::Paste(text) => {
            view.objection = None;
            view.typed().insert(text.lines().next().unwrap_or_default());
        }
        _ => {}
    }
    Vec::new()
}

fn look(model: &mut Model) -> Vec<Effect> {
    let request = model.ask(Slot::Import);
    let Some(Modal::Import(view)) = model.modals.last_mut() else {
        return Vec::new();
    };
    let file = view.file.text().trim().to_owned();
    if file.is_empty() {
        view.objection = Some("name a file".to_owned());
        return Vec::new();
    }
    let named = view.zone.text().trim();
    let zone = match Some(named)
        .filter(|named| !named.is_empty())
        .map(Zone::parse)
    {
        None => None,
        Some(Ok(zone)) => Some(zone),
        Some(Err(error)) => {
            view.objection = Some(format!("zone: {error}"));
            return Vec::new();
        }
    };
    view.state = ImportState::Looking(Progress::default());
    view.asks_zone = false;
    view.scroll = 0;
    view.drawn = false;
    view.objection = None;
    vec![Effect::LookThrough {
        request,
        file,
        skip_bad: view.skip_bad,
        zone,
        skew: view.skew,
    }]
}

/// A key while it is looked through, in its report, and while it is carried out.
pub(super) fn wanted(model: &mut Model, intent: &Intent) -> Vec<Effect> {
    let page = usize::from(areas(model).body.height.saturating_sub(3)).max(1);
    let Some(Modal::Import(view)) = model.modals.last_mut() else {
        return Vec::new();
    };
    let has_skew = match &view.state {
        ImportState::Looked(looked) => looked.import.report().skew.is_some(),
        _ => false,
    };
    match intent {
        Intent::Leave => return leave(model),
        Intent::Yes => return carry_out(model),
        Intent::Choose if view.is_ready() && view.drawn => {
            view.skip_bad = !view.skip_bad;
            return look(model);
        }
        Intent::OtherWay if has_skew && view.drawn => {
            view.skew = Some(match view.skew {
                Some(SkewAnswer::Correct) => SkewAnswer::Keep,
                Some(SkewAnswer::Keep) | None => SkewAnswer::Correct,
            });
            return look(model);
        }
        Intent::SlotZone if view.drawn => {
            if let Some(zone) = view.slot_zone().map(|zone| zone.name().to_owned()) {
                view.zone_before = view.zone.clone();
                view.zone = Field::holding(zone);
                view.asks_zone = true;
                view.objection = None;
                view.state = ImportState::Naming;
            }
        }
        Intent::Down => view.scroll += 1,
        Intent::Up => view.scroll = view.scroll.saturating_sub(1),
        Intent::PageDown => view.scroll += page,
        Intent::PageUp => view.scroll = view.scroll.saturating_sub(page),
        Intent::Top => view.scroll = 0,
        Intent::Bottom => view.scroll = usize::MAX,
        _ => {}
    }
    arrange(model);
    Vec::new()
}

// From the report back to the name; an import that is under way goes on.
fn leave(model: &mut Model) -> Vec<Effect> {
    let Some(Modal::Import(view)) = model.modals.last_mut() else {
        return Vec::new();
    };
    match view.state {
        ImportState::Looking(_) | ImportState::Looked(_) => {
            view.state = ImportState::Naming;
            view.objection = None;
            // What is still looked through is no longer waited for.
            model.ask(Slot::Import);
        }
        ImportState::Naming | ImportState::Running(_) | ImportState::Done(_) => {
            model.modals.pop();
        }
    }
    Vec::new()
}

fn carry_out(model: &mut Model) -> Vec<Effect> {
    let Some(Modal::Import(view)) = model.modals.last_mut() else {
        return Vec::new();
    };
    // What was typed before the report could be seen was not an answer to it.
    if !view.drawn {
        return Vec::new();
    }
    let ImportState::Looked(looked) = &view.state else {
        return Vec::new();
    };
    let bad = looked.import.report().bad;
    view.objection = if looked.import.unanswered().is_some() {
        Some("two times differ: Tab says which is right, then y".to_owned())
    } else if bad > 0 && !view.skip_bad {
        Some(format!(
            "{bad} can't be taken: Space leaves them out, then y"
        ))
    } else if looked.import.report().new == 0 {
        Some("there is nothing new to import".to_owned())
    } else {
        None
    };
    if view.objection.is_some() {
        return Vec::new();
    }
    let import = looked.import.clone();
    view.state = ImportState::Running(Progress::default());
    view.scroll = 0;
    model.importing = true;
    vec![Effect::Import {
        import: Box::new(import),
    }]
}

/// The report on top has been on the screen.
pub(super) fn drawn(model: &mut Model) {
    if let Some(Modal::Import(view)) = model.modals.last_mut() {
        view.drawn = true;
    }
}

/// A file was looked through, or could not be.
pub(super) fn looked(model: &mut Model, request: Request, result: Result<Box<Looked>, String>) {
    if !model.answers(Slot::Import, request) {
        return;
    }
    model.changed = true;
    let Some(view) = model.import_mut() else {
        return;
    };
    match result {
        Ok(looked) => view.state = ImportState::Looked(looked),
        Err(why) => {
            view.state = ImportState::Naming;
            view.objection = Some(why);
        }
    }
}

/// It is so far.
pub(super) fn goes_on(model: &mut Model, progress: Progress) {
    model.changed = true;
    if let Some(ImportState::Looking(now) | ImportState::Running(now)) =
        model.import_mut().map(|view| &mut view.state)
    {
        *now = progress;
    } else if model.importing {
        model.say(Role::Dim, view::import::progress(progress));
    }
}

/// It was carried out, or nothing was.
pub(super) fn imported(model: &mut Model, result: Result<Vec<String>, String>) {
    model.importing = false;
    match &result {
        Ok(lines) => {
            let first = lines.first().map(String::as_str).unwrap_or_default();
            let text = format!("{}; nobody was mailed", visible(first));
            model.say(Role::Fine, text);
        }
        Err(why) => model.say(Role::Trouble, format!("not imported: {}", visible(why))),
    }
    if let Some(view) = model.import_mut()
        && matches!(view.state, ImportState::Running(_))
    {
        match result {
            Ok(lines) => view.state = ImportState::Done(lines),
            Err(why) => {
                view.state = ImportState::Naming;
                view.objection = Some(format!("not imported: {why}"));
            }
        }
    }
}

/// Keeps the report within its end.
pub(super) fn arrange(model: &mut Model) {
    let body = areas(model).body;
    if let Some(view) = model.import_mut() {
        view.scroll = view.scroll.min(view::import::last_scroll(view, body));
    }
}

impl Model {
    fn import_mut(&mut self) -> Option<&mut ImportView> {
        self.modals.iter_mut().rev().find_map(|modal| {
            if let Modal::Import(view) = modal {
                Some(&mut **view)
            } else {
                None
            }
        })
    }
}
