//! The form's one action, and what came of it.

use super::form::{close, go_to_first, recheck};
use super::{list, outgoing};
use crate::app::{MailWish, Schedule, Scheduled};
use crate::domain::delivery::State;
use crate::domain::draft::Field as Name;
use crate::domain::text::visible;
use crate::tui::message::{Effect, Request, SaveError};
use crate::tui::model::form::Purpose;
use crate::tui::model::outgoing::Outgoing;
use crate::tui::model::{Model, Slot};
use crate::tui::safe;
use crate::tui::theme::Role;

/// The one action. Pressing again while it runs does nothing; pressing again later repeats this action, never another.
pub(super) fn save(model: &mut Model) -> Vec<Effect> {
    recheck(model);
    let hold = model.setting.hold;
    let Some(form) = model.form_mut() else {
        return Vec::new();
    };
    if !form.meaning.refusals.is_empty() {
        form.left = Name::ALL.to_vec();
        let refusals = form.meaning.refusals.clone();
        go_to_first(model, &refusals);
        return Vec::new();
    }
    form.sending = true;
    form.objection = None;
    let mail = match form.mail {
        false => MailWish::No,
        true if hold.is_zero() => MailWish::Now,
        true => MailWish::HeldFor(hold),
    };
    let idempotency_key = Some(form.idempotency_key.clone());
    let schedule = Schedule {
        draft: form.draft(),
        mail,
        idempotency_key,
        again: form.again,
    };
    let purpose = form.purpose.clone();
    let request = model.ask(Slot::Save);
    vec![match purpose {
        Purpose::New => Effect::Schedule { request, schedule },
        Purpose::TakenBack(id) => Effect::Revise {
            request,
            id,
            schedule,
        },
    }]
}

/// The form was carried out, or refused.
pub(super) fn saved(
    model: &mut Model,
    request: Request,
    result: Result<Box<Scheduled>, SaveError>,
) -> Vec<Effect> {
    if !model.answers(Slot::Save, request) {
        return Vec::new();
    }
    model.changed = true;
    match result {
        Ok(scheduled) => done(model, *scheduled),
        Err(error) => {
            refused(model, error);
            Vec::new()
        }
    }
}

fn done(model: &mut Model, scheduled: Scheduled) -> Vec<Effect> {
    close(model);
    let name = scheduled.row.interview.candidate_name.clone();
    let saved = if scheduled.repeated {
        "saved once, by the first Ctrl-S"
    } else {
        "saved"
    };
    match &scheduled.delivery {
        None => model.say(Role::Fine, format!("{saved}; nobody was mailed")),
        Some(delivery) => {
            if delivery.state != State::Held {
                model.say(
                    Role::Text,
                    format!("{saved}; the mail to {} is leaving", safe::line(&name, 40)),
                );
            }
            model.outgoing.push(Outgoing {
                delivery: delivery.id,
                interview: delivery.interview_id,
                name,
                address: delivery.address.clone(),
                held_until: delivery.due.unwrap_or(model.moment.running),
                from_form: true,
                state: delivery.state,
            });
        }
    }
    let mut effects = list::put_cursor_on(model, scheduled.row);
    effects.extend(outgoing::watch(model));
    effects
}

fn refused(model: &mut Model, error: SaveError) {
    let Some(form) = model.form_mut() else { return };
    form.sending = false;
    match error {
        SaveError::Refused(refusals) => {
            for refusal in &refusals {
                if let Some(index) = Name::ALL.iter().position(|name| *name == refusal.field) {
                    form.answers.insert(index, refusal.message.clone());
                }
            }
            go_to_first(model, &refusals);
        }
        SaveError::AlreadyThere => {
            form.again = true;
            let text = "this address has an interview at that time already; Ctrl-S again makes a second one";
            form.objection = Some(text.to_owned());
        }
        SaveError::Other(words) => form.objection = Some(format!("not saved: {}", visible(&words))),
    }
}
