//! A plan: shown before anything happens, carried out by `y` alone (invariant 11).

use super::shared::{is_read_only, refuse, scrolled};
use super::{marks, outbox, outgoing};
use crate::app::{Action, CarriedOut, Plan, PlanRow, Step};
use crate::domain::delivery::State;
use crate::domain::ids::InterviewId;
use crate::domain::text::visible;
use crate::tui::field::Edit;
use crate::tui::layout::{areas, inner_width};
use crate::tui::message::{Effect, Intent, Request};
use crate::tui::model::mail::Pane;
use crate::tui::model::outgoing::Outgoing;
use crate::tui::model::plan::{MadePlan, NotCarriedOut, PlanView, Subject};
use crate::tui::model::{Modal, Model, Slot};
use crate::tui::theme::Role;

/// Begins a plan for what is marked, or else for the interview under the cursor.
pub(super) fn open(model: &mut Model, action: Action) -> Vec<Effect> {
    if model.awaits(Slot::Ids) {
        return refuse(model, "a moment: what is to be marked is still being read");
    }
    match marks::subject(model) {
        Some(subject) => open_for(model, action, subject),
        None => refuse(model, "there is no interview here; n makes one"),
    }
}

/// Begins a plan.
pub(super) fn open_for(model: &mut Model, action: Action, subject: Subject) -> Vec<Effect> {
    if is_read_only(model) {
        return Vec::new();
    }
    let plan = PlanView::new(action, subject);
    let effect = make(model, &plan);
    model.modals.push(Modal::Plan(Box::new(plan)));
    vec![effect]
}

fn make(model: &mut Model, plan: &PlanView) -> Effect {
    Effect::MakePlan {
        request: model.ask(Slot::Plan),
        action: plan.action,
        subject: plan.subject.clone(),
        chosen: plan.chosen.clone(),
    }
}

fn make_anew(model: &mut Model, change: impl FnOnce(&mut PlanView)) -> Vec<Effect> {
    let Some(plan) = model.plan_mut() else {
        return Vec::new();
    };
    let mut anew = plan.anew();
    change(&mut anew);
    let effect = make(model, &anew);
    if let Some(plan) = model.plan_mut() {
        *plan = anew;
    }
    vec![effect]
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
            return make_anew(model, |plan| plan.action = action);
        }
        Intent::Choose => {
            let Some(row) = plan.current() else {
                return Vec::new();
            };
            if !row.step.is_optional() && !row.chosen {
                plan.objection = Some(not_to_choose(&row.step));
                return Vec::new();
            }
            let id = row.id;
            return make_anew(model, |plan| {
                if !plan.chosen.remove(&id) {
                    plan.chosen.insert(id);
                }
            });
        }
        Intent::ChooseAll => return choose_all(model),
        Intent::SavePlan => {
            let Some(made) = plan.made().cloned() else {
                return Vec::new();
            };
            return vec![Effect::SavePlan { plan: made }];
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

// All who were mailed a moment ago, or none of them again. Whom a new link would throw out is chosen one by one.
fn choose_all(model: &mut Model) -> Vec<Effect> {
    let Some(plan) = model.plan_mut() else {
        return Vec::new();
    };
    let rows = plan.made().map_or(&[][..], |made| &made.rows);
    let left: Vec<InterviewId> = rows
        .iter()
        .filter(|row| row.step.is_optional())
        .map(|row| row.id)
        .collect();
    if plan.action == Action::Rotate && !left.is_empty() {
        plan.objection =
            Some("who is inside or about to be is chosen one by one: Space".to_owned());
        return Vec::new();
    }
    if left.is_empty() && plan.chosen.is_empty() {
        plan.objection = Some("it leaves nobody alone who could be chosen".to_owned());
        return Vec::new();
    }
    make_anew(model, |plan| {
        if left.is_empty() {
            plan.chosen.clear();
        } else {
            plan.chosen.extend(left);
        }
    })
}

fn not_to_choose(step: &Step) -> String {
    match step {
        Step::Send { .. } | Step::Change { .. } => {
            "the plan acts on it already; to leave it out, take its mark away in the list"
                .to_owned()
        }
        Step::Skip { why, .. } => format!("that can't be chosen: {}", visible(why)),
    }
}

fn carry_out(model: &mut Model) -> Vec<Effect> {
    let (hold, batch_hold) = (model.setting.hold, model.setting.batch_hold);
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
    let hold = if made.sends() > 1 { batch_hold } else { hold };
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
    let action = plan.action;
    let Some(row) = plan.current() else {
        return Vec::new();
    };
    if !action.mails() || matches!(row.step, Step::Change { .. }) {
        plan.objection = Some("nobody is mailed".to_owned());
        return Vec::new();
    }
    let id = row.id;
    model.modals.push(Modal::Mail(Pane {
        id: Some(id),
        ..Pane::default()
    }));
    vec![Effect::ReadNextMail {
        request: model.ask(Slot::PlanMail),
        action,
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
pub(super) fn made(model: &mut Model, request: Request, made: Result<MadePlan, String>) {
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
    result: Result<CarriedOut, NotCarriedOut>,
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
            let marked = matches!(plan.subject, Subject::Marked { .. });
            model
                .modals
                .retain(|modal| !matches!(modal, Modal::Plan(_) | Modal::Mail(_)));
            let mut effects = Vec::new();
            if marked {
                effects.extend(marks::done(model));
            }
            if let Some(made) = made {
                say_done(model, &made, &done);
                effects.extend(note_outgoing(model, &made, &done));
            }
            effects
        }
        Err(refused) => {
            // Nothing was done. The plan is made anew and has to be seen again.
            make_anew(model, |plan| {
                let why = visible(&refused.why);
                plan.objection = Some(format!("{why}; this is the plan as it is now"));
                plan.changed = refused.changed;
            })
        }
    }
}

fn say_done(model: &mut Model, made: &Plan, done: &CarriedOut) {
    if done.repeated {
        let batch = done.batch.unwrap_or_default();
        model.say(
            Role::Attention,
            format!("this was done before, as batch {batch}: nothing is sent a second time"),
        );
    } else if done.deliveries.is_empty() {
        let (count, s) = (made.acts(), if made.acts() == 1 { "" } else { "s" });
        let text = match made.action {
            Action::Cancel => format!("{count} interview{s} cancelled; {}", told_nobody(made)),
            Action::Revoke => format!("{count} link{s} ended; {}", told_nobody(made)),
            Action::Resend | Action::Repair { .. } | Action::Rotate => {
                format!("{count} link{s} made; nobody was mailed")
            }
        };
        model.say(Role::Fine, text);
    }
}

// Whoever holds an invitation still has to be told, by a person.
fn told_nobody(made: &Plan) -> String {
    let holds = |row: &&PlanRow| row.acts() && row.holds.is_some();
    match (made.acts(), made.rows.iter().filter(holds).count()) {
        (_, 0) => "nobody was mailed".to_owned(),
        (1, _) => "nobody was mailed, and they hold an invitation".to_owned(),
        (_, 1) => "nobody was mailed, and 1 of them holds an invitation".to_owned(),
        (_, several) => format!("nobody was mailed, and {several} of them hold an invitation"),
    }
}

// One mail counts down in the status line; the mails of a batch are followed as one.
fn note_outgoing(model: &mut Model, made: &Plan, done: &CarriedOut) -> Vec<Effect> {
    if done.repeated {
        return Vec::new();
    }
    if let (Some(batch), 2..) = (done.batch, done.deliveries.len()) {
        model.watched.push(batch);
        return vec![outbox::read(model)];
    }
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
    outgoing::watch(model)
}

/// A plan was written to a file, or could not be.
pub(super) fn saved(model: &mut Model, result: Result<String, String>) {
    match result {
        Ok(file) => model.say(
            Role::Fine,
            format!(
                "the plan is saved; --plan carries exactly that out: {}",
                visible(&file)
            ),
        ),
        Err(error) => model.say(
            Role::Trouble,
            format!("the plan was not saved: {}", visible(&error)),
        ),
    }
}
