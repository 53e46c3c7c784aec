//! What follows from a message: the model changes, and effects are to be carried out.
//!
//! Pure. This file routes; each part of the screen has its own file. Only `saving.rs`, `plan.rs`,
//! `outbox.rs`, `batches.rs`, `change.rs`, `import.rs` and the answer about mail that was taken back (`form.rs`) return effects that mail or
//! change (invariant 11).

mod batches;
mod change;
mod door;
mod find;
mod findings;
mod form;
mod import;
mod list;
mod marks;
mod outbox;
mod outgoing;
mod palette;
mod pane;
mod plan;
mod saving;
mod shared;

use super::keymap::Layer;
use super::layout::said;
use super::message::{Effect, Event, Intent, Moment, Msg, Tally};
use super::model::list::Purpose;
use super::model::{Model, Slot};
use super::theme::Role;
use crate::app::Serving;
use crate::domain::text::visible;

/// The first effects: what there is to show is read.
pub fn start(model: &mut Model) -> Vec<Effect> {
    let mut effects = list::read(model, Purpose::First);
    effects.push(outbox::read(model));
    effects.push(Effect::ReadWaiting);
    effects
}

/// Changes the model by one message and says what is to be done.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let lines = said(model).len();
    let effects = match msg {
        Msg::Intent(intent) => wanted(model, intent),
        Msg::Event(event) => happened(model, event),
    };
    // A long sentence takes room from what stands above it.
    if said(model).len() != lines {
        arrange(model);
    }
    effects
}

fn wanted(model: &mut Model, intent: Intent) -> Vec<Effect> {
    model.changed = true;
    match intent {
        Intent::Suspend => return vec![Effect::Suspend],
        Intent::Redraw => return vec![Effect::Redraw],
        Intent::Help => {
            model.message = None;
            return shared::open_help(model);
        }
        _ => model.message = None,
    }
    match model.layer() {
        Layer::List => list::wanted(model, &intent),
        Layer::Pane => pane::wanted(model, &intent),
        Layer::Find => find::wanted(model, intent),
        Layer::Form => form::wanted(model, intent),
        Layer::Plan => plan::wanted(model, &intent),
        Layer::Mail => plan::wanted_in_mail(model, &intent),
        Layer::Help => shared::help(model, &intent),
        Layer::Findings => findings::wanted(model, &intent),
        Layer::Evidence => findings::wanted_in_evidence(model, &intent),
        Layer::Outbox => outbox::wanted(model, &intent),
        Layer::Batches => batches::wanted(model, &intent),
        Layer::Steer => outbox::answered(model, &intent),
        Layer::Settle => outbox::typed(model, intent),
        Layer::Change => change::answered(model, &intent),
        Layer::ImportFile => import::named(model, intent),
        Layer::Import => import::wanted(model, &intent),
        Layer::Palette => palette::wanted(model, intent),
        Layer::QuitQuestion => shared::quit_question(model, &intent),
        Layer::LeaveQuestion | Layer::TakenBackQuestion => form::answered(model, &intent),
        // These are behind other layers and never on top.
        Layer::Interview | Layer::Text | Layer::Everywhere => Vec::new(),
    }
}

fn happened(model: &mut Model, event: Event) -> Vec<Effect> {
    match event {
        Event::Ticked(moment) => return ticked(model, moment),
        Event::DataChanged => return refresh(model),
        Event::WindowRead(request, window) => return list::window_read(model, request, window),
        Event::DetailsRead(request, details) => return pane::details_read(model, request, details),
        Event::Saved(request, result) => return saving::saved(model, request, result),
        Event::PlanCarriedOut(request, result) => return plan::carried_out(model, request, result),
        Event::TookBack(id, result) => return outgoing::took_back(model, id, result),
        Event::Settled(id, result) => return outbox::settled(model, id, result),
        Event::CountedUnsent(unsent) => return shared::counted_unsent(model, unsent.ok()),
        Event::ToldToEnd => return vec![Effect::Quit],
        Event::Resized(width, height) => resized(model, width, height),
        Event::PlanDrawn => {
            plan::drawn(model);
            outbox::drawn(model);
            change::drawn(model);
            import::drawn(model);
        }
        Event::SendingChanged(sending) => {
            model.changed |= model.sending != sending;
            model.sending = sending;
        }
        Event::ServingChanged(serving) => {
            let came = model.serving != serving
                && matches!(serving, Serving::Here(_) | Serving::Elsewhere(_));
            model.changed |= model.serving != serving;
            model.serving = serving;
            if let Some(line) = model.setting.port_forwarding.clone().filter(|_| came) {
                model.say(
                    Role::Text,
                    format!("to open join pages where you sit, type there:\n{line}"),
                );
            }
            // A banner may have come or gone, and it names whose links it is about.
            list::reveal(model);
            return list::read(model, Purpose::Again);
        }
        Event::AffectedRead(affected) => {
            model.changed |= model.affected != affected;
            model.affected = affected;
        }
        Event::AstrayRead(astray) => {
            if model.astray != astray {
                model.astray = astray;
                model.changed = true;
                list::reveal(model);
            }
        }
        Event::WaitingRead(waiting) => return door::waiting_read(model, waiting),
        Event::Changed(result) => change::changed(model, result),
        Event::LookedThrough(request, result) => import::looked(model, request, result),
        Event::ImportGoesOn(progress) => import::goes_on(model, progress),
        Event::Imported(result) => import::imported(model, result),
        Event::LetIn(result) => door::let_in(model, result),
        Event::Counted(request, tally) => {
            if model.answers(Slot::Count, request) {
                counted(model, tally.ok());
            }
        }
        Event::CountedElsewhere(request, count) => find::counted_elsewhere(model, request, count),
        Event::DeliveryRead(id, delivery) => {
            outgoing::delivery_read(model, id, delivery.as_deref());
        }
        Event::AuditRead(request, read) => findings::audit_read(model, request, read),
        Event::OutboxRead(request, outbox) => outbox::outbox_read(model, request, outbox),
        Event::Resumed(result) => outbox::resumed(model, result),
        Event::MailRead(request, mail) => pane::mail_read(model, request, mail),
        Event::Previewed(request, mail) => form::previewed(model, request, mail),
        Event::PlanMade(request, made) => plan::made(model, request, made),
        Event::PlanSaved(result) => plan::saved(model, result),
        Event::IdsRead(request, marking, ids) => {
            return marks::ids_read(model, request, marking, ids);
        }
        Event::MarksChecked(request, marked) => marks::checked(model, request, marked),
        Event::BatchSteered(result) => return batches::steered(model, result),
        Event::FormZoneRead(zone) => model.setting.defaults.zone = zone,
        Event::Removed(Ok(())) => model.say(Role::Text, "removed; nobody was mailed"),
        Event::Removed(Err(error)) => {
            model.say(Role::Trouble, format!("not removed: {}", visible(&error)));
        }
        Event::Copied(Ok(())) | Event::Opened(Ok(())) => {}
        Event::Copied(Err(error)) => {
            model.say(Role::Trouble, format!("not copied: {}", visible(&error)));
        }
        Event::Opened(Err(error)) => {
            let text = format!("not opened: {}; c copies the link", visible(&error));
            model.say(Role::Trouble, text);
        }
        Event::NotSuspended => {
            model.say(
                Role::Attention,
                "there is no shell to come back from: Ctrl-Z does nothing here",
            );
        }
    }
    Vec::new()
}

fn resized(model: &mut Model, width: u16, height: u16) {
    model.size = (width, height);
    model.changed = true;
    arrange(model);
}

// What is on the screen has another size.
fn arrange(model: &mut Model) {
    list::reveal(model);
    pane::arrange(model);
    form::arrange(model);
    outbox::reveal(model);
    findings::reveal(model);
    import::arrange(model);
}

fn counted(model: &mut Model, tally: Option<Tally>) {
    if let Some(tally) = tally {
        model.changed |= model.tally != Some(tally);
        model.tally = Some(tally);
        // A banner may have come or gone.
        list::reveal(model);
    }
}

// Something was committed: what is on the screen is read again.
fn refresh(model: &mut Model) -> Vec<Effect> {
    let mut effects = list::read(model, Purpose::Again);
    effects.extend(pane::read(model));
    effects.push(outbox::read(model));
    effects.extend(findings::read(model));
    effects.push(Effect::ReadWaiting);
    effects.extend(outgoing::watch(model));
    effects.extend(marks::check(model));
    effects
}

fn ticked(model: &mut Model, moment: Moment) -> Vec<Effect> {
    let before = std::mem::replace(&mut model.moment, moment);
    let mut effects = outgoing::ticked(model, before.running);
    let minute = |moment: Moment| moment.now.as_second().div_euclid(60);
    if minute(before) != minute(moment) {
        // The clock, distances and verdicts follow the time by themselves; what is over moves to the end of the list.
        model.changed = true;
        form::recheck(model);
        effects.extend(list::read(model, Purpose::Again));
        effects.extend(findings::read(model));
        effects.push(Effect::ReadWaiting);
    }
    effects
}

#[cfg(test)]
mod tests;
