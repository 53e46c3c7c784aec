//! The outbox: what is on its way, and steering it. Whatever mails or withdraws is asked about first, and only `y` there
//! does it (invariant 11).

use super::shared::{is_read_only, refuse, scrolled};
use super::{list, outgoing};
use crate::app::{Delivery, Outbox, Settled, Settlement, Underway};
use crate::domain::delivery::State;
use crate::domain::ids::DeliveryId;
use crate::domain::text::visible;
use crate::tui::field::Edit;
use crate::tui::layout::outbox_areas;
use crate::tui::message::{Effect, Intent, Request};
use crate::tui::model::batches;
use crate::tui::model::outbox::{
    OutboxView, SHOWN, SettleLine, Steer, SteerQuestion, is_unknown, is_withdrawable,
    settled_words, whom,
};
use crate::tui::model::outgoing::Outgoing;
use crate::tui::model::{Modal, Model, Slot};
use crate::tui::safe;
use crate::tui::theme::Role;

// A reason is short: it stands in the status line and in the timeline.
const LONGEST_REASON: usize = 300;
// So many of those whom resuming mails are named in its question.
const NAMED: usize = 3;

/// Opens it.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    model.modals.push(Modal::Outbox(OutboxView::default()));
    vec![read(model)]
}

/// Reads it; its mails only where they are shown.
pub(super) fn read(model: &mut Model) -> Effect {
    let limit = if model.outbox_view().is_some() {
        SHOWN
    } else {
        0
    };
    let batches = if model.batches_view().is_some() {
        batches::SHOWN
    } else {
        batches::FOLLOWED
    };
    Effect::ReadOutbox {
        request: model.ask(Slot::Outbox),
        limit,
        batches,
    }
}

/// It was read.
pub(super) fn outbox_read(model: &mut Model, request: Request, outbox: Result<Outbox, String>) {
    if !model.answers(Slot::Outbox, request) {
        return;
    }
    match outbox {
        Ok(outbox) => {
            model.changed |= model.outbox != outbox;
            model.outbox = outbox;
        }
        Err(error) => {
            model.changed |= model.list.error.as_ref() != Some(&error);
            model.list.error = Some(error);
        }
    }
    let unknown = model.outbox_view().is_some_and(|view| !view.known);
    model.changed |= unknown;
    if let Some((view, mails)) = model.outbox_view_mut() {
        view.known = true;
        view.find_again(mails);
    }
    super::batches::read(model);
    // A banner may have come or gone.
    reveal(model);
    list::reveal(model);
}

/// Scrolls so that the cursor is on the screen.
pub(super) fn reveal(model: &mut Model) {
    let height = usize::from(outbox_areas(model).mails.height);
    if let Some((view, mails)) = model.outbox_view_mut() {
        view.reveal(height, mails.len());
    }
}

/// A key in it.
pub(super) fn wanted(model: &mut Model, intent: &Intent) -> Vec<Effect> {
    match intent {
        Intent::Leave => {
            model.modals.pop();
            Vec::new()
        }
        Intent::Accept => {
            let Some(id) = model
                .mail_under_cursor()
                .map(|mail| mail.delivery.interview_id)
            else {
                return Vec::new();
            };
            model.modals.pop();
            list::go_to(model, id)
        }
        Intent::OtherTab => super::batches::other_tab(model),
        Intent::Resume => ask_to_resume(model),
        Intent::Withdraw | Intent::Settle | Intent::SendAgain => ask_about_mail(model, intent),
        moved => {
            let page = usize::from(outbox_areas(model).mails.height);
            if let Some((view, mails)) = model.outbox_view_mut() {
                view.move_to(scrolled(view.index, moved, page), mails);
            }
            reveal(model);
            Vec::new()
        }
    }
}

fn ask_to_resume(model: &mut Model) -> Vec<Effect> {
    if is_read_only(model) {
        return Vec::new();
    }
    let Some(pause) = model.outbox.pause.clone() else {
        return refuse(model, "the outbox is not paused");
    };
    let waiting = model.outbox.mails.iter().filter(|mail| !is_unknown(mail));
    let first = waiting
        .take(NAMED)
        .map(|mail| safe::line(&mail.candidate, 30))
        .collect();
    let unsent = model.outbox.unsent;
    ask(
        model,
        Steer::Resume {
            pause,
            unsent,
            first,
        },
    )
}

fn ask_about_mail(model: &mut Model, intent: &Intent) -> Vec<Effect> {
    if is_read_only(model) {
        return Vec::new();
    }
    let Some(mail) = model.mail_under_cursor().cloned() else {
        return refuse(model, "there is no mail here");
    };
    match intent {
        Intent::Withdraw if is_withdrawable(&mail) => ask(model, Steer::Withdraw(mail)),
        Intent::Withdraw if is_unknown(&mail) => {
            refuse(model, "it may have left already: s settles it")
        }
        Intent::Withdraw => refuse(model, "too late: it is leaving just now"),
        _ if !is_unknown(&mail) => refuse(
            model,
            "its outcome is not unknown: there is nothing to settle or to send again",
        ),
        Intent::SendAgain => ask(model, Steer::SendAgain(mail)),
        _ => {
            model.modals.push(Modal::Settle(Box::new(SettleLine {
                mail,
                why: crate::tui::field::Field::default(),
                objection: None,
            })));
            Vec::new()
        }
    }
}

/// Puts a question on top.
pub(super) fn ask(model: &mut Model, steer: Steer) -> Vec<Effect> {
    model
        .modals
        .push(Modal::Steer(Box::new(SteerQuestion::new(steer))));
    Vec::new()
}

/// The question on top has been on the screen.
pub(super) fn drawn(model: &mut Model) {
    if let Some(Modal::Steer(question)) = model.modals.last_mut() {
        question.drawn = true;
    }
}

/// A key in a question.
pub(super) fn answered(model: &mut Model, intent: &Intent) -> Vec<Effect> {
    let Some(Modal::Steer(question)) = model.modals.last_mut() else {
        return Vec::new();
    };
    if *intent == Intent::Leave {
        model.modals.pop();
        return Vec::new();
    }
    // What was typed before the question could be seen was not an answer to it.
    if !question.drawn {
        return Vec::new();
    }
    question.objection = None;
    let number = question.number();
    match intent {
        Intent::Yes => {
            if let Some(number) =
                number.filter(|number| question.typed.text() != number.to_string())
            {
                question.objection = Some(format!("type {number} first, then y"));
                return Vec::new();
            }
            let effect = match &question.steer {
                Steer::Withdraw(mail) => Effect::TakeBack {
                    delivery: mail.delivery.id,
                },
                Steer::SendAgain(mail) => Effect::Settle {
                    delivery: mail.delivery.id,
                    settlement: Settlement::SendAgain,
                },
                Steer::Batch(status, steer) => Effect::SteerBatch {
                    number: status.batch.number,
                    steer: *steer,
                },
                Steer::Resume { .. } => Effect::Resume,
            };
            model.modals.pop();
            return vec![effect];
        }
        Intent::Edit(Edit::Insert(digit)) if digit.is_ascii_digit() && number.is_some() => {
            question.typed.edit(&Edit::Insert(*digit));
        }
        Intent::Edit(edit @ (Edit::Backspace | Edit::EraseToStart | Edit::EraseWord)) => {
            question.typed.edit(edit);
        }
        _ => {}
    }
    Vec::new()
}

/// A key in the line in which a reason is typed.
pub(super) fn typed(model: &mut Model, intent: Intent) -> Vec<Effect> {
    let Some(Modal::Settle(line)) = model.modals.last_mut() else {
        return Vec::new();
    };
    line.objection = None;
    match intent {
        Intent::Leave => {
            model.modals.pop();
        }
        Intent::Edit(edit) => {
            line.why.edit(&edit);
        }
        Intent::Paste(text) => {
            line.why
                .insert(&text.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        Intent::Accept => {
            let why = line.why.text().trim().to_owned();
            if why.is_empty() {
                line.objection = Some("say in a few words why".to_owned());
            } else if why.chars().count() > LONGEST_REASON {
                line.objection = Some(format!("at most {LONGEST_REASON} characters"));
            } else {
                let delivery = line.mail.delivery.id;
                model.modals.pop();
                return vec![Effect::Settle {
                    delivery,
                    settlement: Settlement::Leave(why),
                }];
            }
        }
        _ => {}
    }
    Vec::new()
}

/// A mail of unknown outcome was settled or queued once more, or it could not be.
pub(super) fn settled(
    model: &mut Model,
    id: DeliveryId,
    result: Result<Box<Delivery>, String>,
) -> Vec<Effect> {
    let delivery = match result {
        Ok(delivery) => delivery,
        Err(error) => {
            model.say(
                Role::Trouble,
                format!("nothing was done: {}", visible(&error)),
            );
            return Vec::new();
        }
    };
    let mail = Underway {
        candidate: name_of(model, id),
        delivery: *delivery,
    };
    if let Some(Settled { by, why, .. }) = &mail.delivery.settled {
        let text = format!(
            "nobody knows whether the mail to {} left; {}",
            whom(&mail),
            settled_words(by, why)
        );
        model.say(Role::Text, text);
        return Vec::new();
    }
    let paused = if model.outbox.pause.is_some() {
        "; the outbox is paused"
    } else {
        ""
    };
    model.say(
        Role::Attention,
        format!("queued once more{paused}: mail to {}", whom(&mail)),
    );
    // From now on the status line says what becomes of it.
    model.outgoing.retain(|other| other.delivery != id);
    model.outgoing.push(Outgoing {
        delivery: id,
        interview: mail.delivery.interview_id,
        name: mail.candidate,
        address: mail.delivery.address,
        held_until: model.moment.running,
        from_form: false,
        state: State::Queued,
    });
    outgoing::watch(model)
}

fn name_of(model: &Model, id: DeliveryId) -> String {
    let shown = model.outbox.mails.iter();
    let shown = shown
        .filter(|mail| mail.delivery.id == id)
        .map(|mail| &mail.candidate);
    let ours = model.outgoing.iter();
    let ours = ours
        .filter(|mail| mail.delivery == id)
        .map(|mail| &mail.name);
    shown.chain(ours).next().cloned().unwrap_or_default()
}

/// The outbox was resumed, or could not be.
pub(super) fn resumed(model: &mut Model, result: Result<(), String>) {
    match result {
        Ok(()) => model.say(Role::Text, "the outbox is no longer paused"),
        Err(error) => model.say(Role::Trouble, format!("still paused: {}", visible(&error))),
    }
}
