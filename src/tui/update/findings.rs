//! The findings: read a page at a time, and mended by plans, which carry nothing out before `y` (invariant 11).

use super::shared::{refuse, scrolled};
use super::{list, plan};
use crate::app::{Action, AuditPage, Group};
use crate::domain::finding::Code;
use crate::domain::session::SessionCondition;
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
        take_in(view, read.groups, read.code, read.page, read.goes_on);
        model.changed = true;
    }
    reveal(model);
}

fn take_in(
    view: &mut FindingsView,
    groups: Vec<Group>,
    code: Option<Code>,
    page: AuditPage,
    goes_on: bool,
) {
    view.known = true;
    view.groups = groups;
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
            let found = model
                .findings_mut()
                .and_then(|view| view.selected().cloned());
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
    if let Some(view) = model.findings_mut() {
        view.move_to(scrolled(view.index, intent, page));
    }
    reveal(model);
    read_on(model)
}

fn turn(model: &mut Model, forwards: bool) -> Vec<Effect> {
    let Some(view) = model.findings_mut() else {
        return Vec::new();
    };
    let Some(code) = view.neighbour(forwards) else {
        return Vec::new();
    };
    view.code = Some(code);
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

// Opens the plan that mends the finding under the cursor.
fn mend(model: &mut Model) -> Vec<Effect> {
    let found = match model.modals.last() {
        Some(Modal::Evidence(view)) => Some(&view.found),
        Some(Modal::Findings(view)) => view.selected(),
        _ => None,
    };
    let Some(found) = found else {
        return refuse(model, "nothing was found");
    };
    let (id, remedy) = (found.row.id(), found.finding.remedy.clone());
    let revoked = found.row.facts.session == SessionCondition::Revoked;
    let action = match found.finding.code {
        Code::MissingLink | Code::RevokedButHeld if revoked => Action::Rotate,
        Code::MissingLink | Code::ImportedConflict => Action::Repair { send: true },
        Code::NeverMailed
        | Code::StaleLink
        | Code::StaleTime
        | Code::Failed
        | Code::StoredOnly
        | Code::LocalLink
        | Code::MailedElsewhere
        | Code::ClosesEarly => Action::Resend,
        Code::RevokedButHeld
        | Code::NoStart
        | Code::NoAddress
        | Code::SuspectAddress
        | Code::DeferredLate
        | Code::Unknown
        | Code::CancelledButInvited => {
            let words = format!(
                "no plan mends this; {} does ({})",
                remedy.key, remedy.command
            );
            return refuse(model, &words);
        }
    };
    plan::open_for(model, action, Subject::one(id))
}
