//! A plan: shown before anything happens, carried out by `y` alone (invariant 11).

use super::outgoing;
use super::shared::{is_read_only, refuse, scrolled};
use crate::app::{Action, CarriedOut, Plan, Selection, Step};
use crate::domain::delivery::State;
use crate::domain::ids::InterviewId;
use crate::domain::text::visible;
use crate::tui::field::Edit;
use crate::tui::layout::{areas, inner_width};
use crate::tui::message::{Effect, Intent, Request};
use crate::tui::model::mail::Pane;
use crate::tui::model::outgoing::Outgoing;
use crate::tui::model::plan::PlanView;
use crate::tui::model::{Modal, Model, Slot};
use crate::tui::theme::Role;

/// Begins a plan for the interview under the cursor.
pub(super) fn open(model: &mut Model, action: Action) -> Vec<Effect> {
    if is_read_only(model) {
        return Vec::new();
    }
    let Some(id) = model.list.cursor else {
        return refuse(model, "there is no interview here; n makes one");
    };
    open_for(model, action, id)
}

/// Begins a plan for an interview.
pub(super) fn open_for(model: &mut Model, action: Action, id: InterviewId) -> Vec<Effect> {
    if is_read_only(model) {
        return Vec::new();
    }
    model
        .modals
        .push(Modal::Plan(Box::new(PlanView::new(action, vec![id]))));
    vec![make(model, action, vec![id])]
}

fn make(model: &mut Model, action: Action, ids: Vec<InterviewId>) -> Effect {
    Effect::MakePlan {
        request: model.ask(Slot::Plan),
        action,
        selection: Selection::Ids(ids),
    }
}

/// The plan on top has been on the screen.
pub(super) fn drawn(model: &mut Model) {
    if let Some(Modal::Plan(plan)) = model.modals.last_mut() {
        plan.drawn = plan.is_ready();
    }
}

/// A key in the plan.
pub(super) fn wanted(model: &mut Model, intent: &Intent) -> Vec<Effect> {
    let page = usize::from(areas(model).body.height);
    let Some(Modal::Plan(plan)) = model.modals.last_mut() else {
        return Vec::new();
    };
    if plan.running {
        return Vec::new();
    }
    if *intent == Intent::Leave {
        model.modals.pop();
        return Vec::new();
    }
    // What was typed before the plan could be seen was not an answer to it.
    if !plan.drawn {
        return Vec::new();
    }
    plan.objection = None;
    match intent {
        Intent::Yes => return carry_out(model),
        Intent::ShowMail => return show_mail(model),
        Intent::OtherWay => {
            let Some(action) = plan.other_way() else {
                return Vec::new();
            };
            let ids = plan.ids.clone();
            **plan = PlanView::new(action, ids.clone());
            return vec![make(model, action, ids)];
        }
        Intent::Edit(Edit::Insert(digit)) if digit.is_ascii_digit() && plan.number().is_some() => {
            plan.typed.edit(&Edit::Insert(*digit));
        }
        Intent::Edit(edit @ (Edit::Backspace | Edit::EraseToStart | Edit::EraseWord)) => {
            plan.typed.edit(edit);
        }
        moved => {
            let last = plan
                .made()
                .map_or(0, |made| made.rows.len().saturating_sub(1));
            plan.row = scrolled(plan.row, moved, page).min(last);
        }
    }
    Vec::new()
}

fn carry_out(model: &mut Model) -> Vec<Effect> {
    let hold = model.setting.hold;
    let Some(plan) = model.plan_mut() else {
        return Vec::new();
    };
    let Some(made) = plan.made().cloned() else {
        return Vec::new();
    };
    if made.acts() == 0 {
        plan.objection = Some("there is nothing to do".to_owned());
        return Vec::new();
    }
    if let Some(number) = plan
        .number()
        .filter(|number| plan.typed.text() != number.to_string())
    {
        plan.objection = Some(format!("type {number} first, then y"));
        return Vec::new();
    }
    plan.running = true;
    let hold = (made.sends() > 0 && !hold.is_zero()).then_some(hold);
    let request = model.ask(Slot::Plan);
    vec![Effect::CarryOut {
        request,
        plan: made,
        hold,
    }]
}

fn show_mail(model: &mut Model) -> Vec<Effect> {
    let Some(plan) = model.plan_mut() else {
        return Vec::new();
    };
    let Some(id) = plan
        .made()
        .and_then(|made| made.rows.get(plan.row))
        .map(|row| row.id)
    else {
        return Vec::new();
    };
    model.modals.push(Modal::Mail(Pane {
        id: Some(id),
        ..Pane::default()
    }));
    vec![Effect::ReadNextMail {
        request: model.ask(Slot::PlanMail),
        id,
    }]
}

/// A key in the exact mail of a row.
pub(super) fn wanted_in_mail(model: &mut Model, intent: &Intent) -> Vec<Effect> {
    let area = areas(model).body;
    let Some(Modal::Mail(pane)) = model.modals.last_mut() else {
        return Vec::new();
    };
    match intent {
        Intent::Leave => {
            model.modals.pop();
        }
        Intent::NextPart => {
            pane.mail.part = pane.mail.part.next();
            pane.scroll = 0;
            pane.mail.lay_out(inner_width(area));
        }
        moved => {
            let page = usize::from(area.height).saturating_sub(1);
            let longest = pane.mail.lines.len().saturating_sub(page);
            pane.scroll = scrolled(pane.scroll, moved, page).min(longest);
        }
    }
    Vec::new()
}

/// A plan was made.
pub(super) fn made(model: &mut Model, request: Request, made: Result<Plan, String>) {
    if !model.answers(Slot::Plan, request) {
        return;
    }
    if let Some(plan) = model.plan_mut() {
        plan.plan = Some(made);
        plan.drawn = false;
        model.changed = true;
    }
}

/// A plan was carried out, or something had changed since it was made.
pub(super) fn carried_out(
    model: &mut Model,
    request: Request,
    result: Result<CarriedOut, String>,
) -> Vec<Effect> {
    if !model.answers(Slot::Plan, request) {
        return Vec::new();
    }
    model.changed = true;
    let Some(plan) = model.plan_mut() else {
        return Vec::new();
    };
    match result {
        Ok(done) => {
            let made = plan.made().cloned();
            model
                .modals
                .retain(|modal| !matches!(modal, Modal::Plan(_) | Modal::Mail(_)));
            if let Some(made) = made {
                note_outgoing(model, &made, &done);
            }
            if done.deliveries.is_empty() {
                let (links, s) = (done.links_made, if done.links_made == 1 { "" } else { "s" });
                model.say(
                    Role::Fine,
                    format!("{links} link{s} made; nobody was mailed"),
                );
            }
            outgoing::watch(model)
        }
        Err(error) => {
            // Nothing was done. The plan is made anew and has to be seen again.
            let (action, ids) = (plan.action, plan.ids.clone());
            let objection = Some(visible(&error).into_owned());
            *plan = PlanView {
                objection,
                ..PlanView::new(action, ids.clone())
            };
            vec![make(model, action, ids)]
        }
    }
}

fn note_outgoing(model: &mut Model, made: &Plan, done: &CarriedOut) {
    let hold = model.setting.hold;
    let held_until = model
        .moment
        .running
        .saturating_add(hold)
        .unwrap_or(model.moment.running);
    let sends = made
        .rows
        .iter()
        .filter(|row| matches!(row.step, Step::Send { .. }));
    for (row, delivery) in sends.zip(&done.deliveries) {
        model.outgoing.push(Outgoing {
            delivery: *delivery,
            interview: row.id,
            name: row.candidate.clone(),
            address: row.address.clone().unwrap_or_default(),
            held_until,
            from_form: false,
            state: if hold.is_zero() {
                State::Queued
            } else {
                State::Held
            },
        });
    }
}
