//! The findings: read a page at a time, and mended by plans, which carry nothing out before `y` (invariant 11).

use super::shared::{refuse, scrolled};
use super::{list, plan};
use crate::app::Action;
use crate::domain::base_url::Reach;
use crate::domain::filter::Filter;
use crate::domain::finding::{self, Code, Mending, all_with};
use crate::tui::layout::{areas, outbox_areas};
use crate::tui::message::{AuditRead, Effect, Intent, Request};
use crate::tui::model::findings::{EvidenceView, FindingsView, PAGE};
use crate::tui::model::plan::Subject;
use crate::tui::model::{Modal, Model, Slot};

/// Opens them.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    model.modals.push(Modal::Findings(Box::default()));
    read(model).into_iter().collect()
}

/// Reads as many as are shown anew, if they are open.
pub(super) fn read(model: &mut Model) -> Option<Effect> {
    let view = model.findings_mut()?;
    let (code, limit) = (view.code, view.found.len().max(PAGE));
    Some(Effect::ReadAudit {
        request: model.ask(Slot::Audit),
        code,
        from: None,
        limit,
    })
}

// What comes after what was read, when the cursor comes near.
fn read_on(model: &mut Model) -> Vec<Effect> {
    if model.awaits(Slot::Audit) {
        return Vec::new();
    }
    let Some(view) = model.findings_mut() else {
        return Vec::new();
    };
    let near = view.index + PAGE / 2 >= view.found.len();
    let (code, from) = (view.code, view.next.clone());
    if !near || from.is_none() {
        return Vec::new();
    }
    vec![Effect::ReadAudit {
        request: model.ask(Slot::Audit),
        code,
        from,
        limit: PAGE,
    }]
}

/// They were read.
pub(super) fn audit_read(model: &mut Model, request: Request, read: Result<AuditRead, String>) {
    if !model.answers(Slot::Audit, request) {
        return;
    }
    let read = match read {
        Ok(read) => read,
        Err(error) => {
            model.list.error = Some(error);
            model.changed = true;
            return;
        }
    };
    if let Some(view) = model.findings_mut() {
        take_in(view, read);
        model.changed = true;
    }
    reveal(model);
}

fn take_in(view: &mut FindingsView, read: AuditRead) {
    let AuditRead {
        groups,
        code,
        page,
        goes_on,
        compared,
    } = read;
    view.known = true;
    view.groups = groups;
    view.compared = compared;
    if goes_on {
        view.found.extend(page.found);
    } else {
        // The cursor stays on its interview; where it is gone, what stands in its place gets it.
        let cursor = view.selected().map(|found| found.row.id());
        let same = view.code == code;
        view.found = page.found;
        let again = view
            .found
            .iter()
            .position(|found| Some(found.row.id()) == cursor)
            .filter(|_| same);
        let index = again.unwrap_or(if same { view.index } else { 0 });
        view.move_to(index);
    }
    view.code = code;
    view.next = page.next;
}

/// Scrolls so that the cursor is on the screen.
pub(super) fn reveal(model: &mut Model) {
    let height = usize::from(outbox_areas(model).mails.height);
    if let Some(view) = model.findings_mut() {
        view.reveal(height);
    }
}

/// A key in them.
pub(super) fn wanted(model: &mut Model, intent: &Intent) -> Vec<Effect> {
    match intent {
        Intent::Leave => {
            model.modals.pop();
            return Vec::new();
        }
        Intent::Accept => {
            let found = model.findings_mut().and_then(|view| {
                // All of a group have no evidence in common: the first has its own.
                view.on_head = false;
                view.selected().cloned()
            });
            let Some(found) = found else {
                return refuse(model, "nothing was found");
            };
            model
                .modals
                .push(Modal::Evidence(Box::new(EvidenceView { found, scroll: 0 })));
            return Vec::new();
        }
        Intent::Mend => return mend(model),
        Intent::NextGroup | Intent::PreviousGroup => {
            return turn(model, *intent == Intent::NextGroup);
        }
        _ => {}
    }
    let page = usize::from(outbox_areas(model).mails.height);
    let Some(view) = model.findings_mut() else {
        return Vec::new();
    };
    let downwards = matches!(
        intent,
        Intent::Down | Intent::HalfDown | Intent::PageDown | Intent::Bottom
    );
    if view.on_head && downwards {
        view.on_head = view.found.is_empty();
        // One line down is the first of them.
        if *intent != Intent::Down {
            view.move_to(scrolled(0, intent, page));
        }
        if !view.on_head {
            reveal(model);
            return read_on(model);
        }
    }
    if matches!(intent, Intent::Up | Intent::Down)
        && let Some(code) = view.beyond(*intent == Intent::Down)
    {
        return turn_to(model, code, true);
    }
    if *intent == Intent::Up && view.index == 0 {
        view.on_head = true;
    }
    if !view.on_head {
        view.move_to(scrolled(view.index, intent, page));
    }
    reveal(model);
    read_on(model)
}

fn turn(model: &mut Model, forwards: bool) -> Vec<Effect> {
    let code = model
        .findings_mut()
        .and_then(|view| view.neighbour(forwards));
    code.map_or_else(Vec::new, |code| turn_to(model, code, false))
}

fn turn_to(model: &mut Model, code: Code, on_head: bool) -> Vec<Effect> {
    let Some(view) = model.findings_mut() else {
        return Vec::new();
    };
    view.code = Some(code);
    view.on_head = on_head;
    view.found.clear();
    view.next = None;
    view.index = 0;
    read(model).into_iter().collect()
}

/// A key in the evidence.
pub(super) fn wanted_in_evidence(model: &mut Model, intent: &Intent) -> Vec<Effect> {
    let page = usize::from(areas(model).body.height);
    let Some(Modal::Evidence(view)) = model.modals.last_mut() else {
        return Vec::new();
    };
    match intent {
        Intent::Leave => {
            model.modals.pop();
            Vec::new()
        }
        Intent::Accept => {
            let id = view.found.row.id();
            model.modals.clear();
            list::go_to(model, id)
        }
        Intent::Mend => mend(model),
        moved => {
            view.scroll =
                scrolled(view.scroll, moved, page).min(crate::tui::view::findings::EVIDENCE);
            Vec::new()
        }
    }
}

// Opens the plan that mends what is under the cursor: one finding, or all of a group.
fn mend(model: &mut Model) -> Vec<Effect> {
    let found = match model.modals.last() {
        Some(Modal::Evidence(view)) => Some(&view.found),
        Some(Modal::Findings(view)) if view.on_head => return mend_all(model),
        Some(Modal::Findings(view)) => view.selected(),
        _ => None,
    };
    let Some(found) = found else {
        return refuse(model, "nothing was found");
    };
    let (id, code, remedy) = (
        found.row.id(),
        found.finding.code,
        found.finding.remedy.clone(),
    );
    if let Some(why) = comes_first(model, code) {
        return refuse(model, why);
    }
    match remedy.plan {
        Some(plan) => plan::open_for(model, action(plan), Subject::one(id)),
        None => refuse(model, &format!("no plan mends this: {}", remedy.words)),
    }
}

fn mend_all(model: &mut Model) -> Vec<Effect> {
    let Some(code) = model.findings_mut().and_then(|view| view.code) else {
        return refuse(model, "nothing was found");
    };
    if let Some(why) = comes_first(model, code) {
        return refuse(model, why);
    }
    match (
        finding::mending(code),
        Filter::parse(&all_with(code, &[]).join(" ")),
    ) {
        (Some(plan), Ok(all)) => plan::open_for(model, action(plan), Subject::Matching(all)),
        _ => refuse(
            model,
            "no plan mends all of these at once; each of them says what does",
        ),
    }
}

// What has to be set first, else the next mail ends like the last.
fn comes_first(model: &Model, code: Code) -> Option<&'static str> {
    match code {
        Code::LocalLink if model.setting.base.reach() != Reach::Public => Some(
            "a new link would lead to this machine too: set links.base_url first (greenroom setup)",
        ),
        Code::StoredOnly if model.setting.mail_stays_here => {
            Some("a new mail would stay here too: set up a mail server first (greenroom setup)")
        }
        _ => None,
    }
}

const fn action(plan: Mending) -> Action {
    match plan {
        Mending::Repair => Action::Repair { send: true },
        Mending::Resend => Action::Resend,
        Mending::Rotate => Action::Rotate,
    }
}
