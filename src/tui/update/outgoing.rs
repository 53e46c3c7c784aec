//! Mail of this run on its way: the countdown, taking it back, and what became of it.

use jiff::Timestamp;

use super::shared::{is_read_only, refuse};
use super::{batches, form};
use crate::app::{Delivery, Settled, TakenBack};
use crate::domain::delivery::{State, accepted_by};
use crate::domain::ids::DeliveryId;
use crate::domain::text::visible;
use crate::domain::when;
use crate::tui::message::Effect;
use crate::tui::model::Model;
use crate::tui::model::outbox::settled_words;
use crate::tui::model::outgoing::Outgoing;
use crate::tui::safe;
use crate::tui::theme::Role;

/// How many mails of this run are remembered.
const REMEMBERED: usize = 100;

/// Time has passed: countdowns change, and what was held leaves.
pub(super) fn ticked(model: &mut Model, before: Timestamp) -> Vec<Effect> {
    let shown = |running: Timestamp| {
        model
            .outgoing
            .iter()
            .map(move |mail| mail.remaining(running))
    };
    let now = model.moment.running;
    let differs = shown(before).ne(shown(now));
    let ended = shown(before)
        .zip(shown(now))
        .any(|(old, new)| old.is_some() && new.is_none());
    // The seconds of a batch stand above the list.
    let batch = model
        .batch_under_way()
        .map(|status| status.batch.held_until);
    let seconds = |running: Timestamp| Some(batch??.duration_since(running).as_secs().max(0));
    model.changed |= differs || seconds(before) != seconds(now);
    if ended { watch(model) } else { Vec::new() }
}

/// Looks at every mail whose end is not known yet.
pub(super) fn watch(model: &mut Model) -> Vec<Effect> {
    let surplus = model.outgoing.len().saturating_sub(REMEMBERED);
    model.outgoing.drain(..surplus);
    let open = model.outgoing.iter().filter(|mail| mail.is_open());
    open.map(|mail| Effect::ReadDelivery {
        interview: mail.interview,
        delivery: mail.delivery,
    })
    .collect()
}

/// A mail was looked at: when something has become of it, the status line says so.
pub(super) fn delivery_read(model: &mut Model, id: DeliveryId, delivery: Option<&Delivery>) {
    let Some(at) = model.outgoing.iter().position(|mail| mail.delivery == id) else {
        return;
    };
    let Some(delivery) = delivery else {
        model.outgoing.remove(at);
        return;
    };
    let Some(mail) = model
        .outgoing
        .get_mut(at)
        .filter(|mail| mail.state != delivery.state)
    else {
        return;
    };
    mail.state = delivery.state;
    model.changed = true;
    let whom = format!(
        "{} <{}>",
        safe::line(&mail.name, 30),
        safe::line(&mail.address, 50)
    );
    let reply = delivery
        .last_reply
        .as_deref()
        .map(|reply| format!(": {}", safe::line(reply, 120)))
        .unwrap_or_default();
    let (role, text) = match delivery.state {
        State::Accepted => (
            Role::Fine,
            format!(
                "{} accepted the mail to {whom}",
                accepted_by(delivery.last_reply.as_deref())
            ),
        ),
        State::Stored => (
            Role::Attention,
            format!("stored on this machine: mail to {whom}; nobody was mailed"),
        ),
        State::Deferred => {
            let clock = |due| when::moment(due, &model.setting.zone, model.moment.now);
            let next = delivery
                .due
                .map(|due| format!(", next try {}", clock(due)))
                .unwrap_or_default();
            (
                Role::Attention,
                format!("put off{next}: mail to {whom}{reply}"),
            )
        }
        State::Failed => (Role::Trouble, format!("not sent: mail to {whom}{reply}")),
        State::Unknown => match &delivery.settled {
            Some(Settled { by, why, .. }) => (
                Role::Attention,
                format!(
                    "nobody knows whether the mail to {whom} left; {}",
                    settled_words(by, why)
                ),
            ),
            None => (
                Role::Trouble,
                format!("nobody knows whether the mail to {whom} left{reply}"),
            ),
        },
        State::Withdrawn => (Role::Attention, format!("withdrawn: mail to {whom}{reply}")),
        State::Held | State::Queued | State::Claimed | State::HandingOver => return,
    };
    model.say(role, text);
}

/// Takes back the mail that counts down; else the newest that is still open; else what waits for the interview under
/// the cursor; else it asks about the last one, to hear when it left.
pub(super) fn take_back(model: &mut Model) -> Vec<Effect> {
    if is_read_only(model) {
        return Vec::new();
    }
    let running = model.moment.running;
    let counts_down = |mail: &Outgoing| mail.remaining(running).is_some();
    if !model.outgoing.iter().any(counts_down)
        && let Some(asked) = batches::take_back(model)
    {
        return asked;
    }
    let newest = || model.outgoing.iter().rev();
    let counting = newest().find(|mail| mail.remaining(running).is_some());
    let ours = counting
        .or_else(|| newest().find(|mail| mail.is_open()))
        .map(|mail| mail.delivery);
    let waiting = |delivery: &&Delivery| delivery.state.is_withdrawable();
    let here = model
        .pane
        .dossier
        .as_ref()
        .and_then(|dossier| dossier.deliveries.iter().find(waiting));
    let last = newest().next().map(|mail| mail.delivery);
    match ours.or(here.map(|delivery| delivery.id)).or(last) {
        Some(delivery) => vec![Effect::TakeBack { delivery }],
        None => refuse(model, "there is no mail to take back"),
    }
}

/// A mail was taken back, or it was too late.
pub(super) fn took_back(
    model: &mut Model,
    id: DeliveryId,
    result: Result<TakenBack, String>,
) -> Vec<Effect> {
    let at = model.outgoing.iter().position(|mail| mail.delivery == id);
    match result {
        Ok(TakenBack::Withdrawn(row)) => {
            let mail = at.map(|at| model.outgoing.remove(at));
            let name = safe::line(&row.interview.candidate_name, 40);
            model.say(
                Role::Fine,
                format!("taken back: nothing was mailed to {name}"),
            );
            if mail.is_some_and(|mail| mail.from_form) && model.modals.is_empty() {
                return form::open_taken_back(model, &row);
            }
        }
        Ok(TakenBack::TooLate { state, since }) => {
            if let Some(mail) = at.and_then(|at| model.outgoing.get_mut(at)) {
                mail.state = state;
            }
            let text = too_late(
                state,
                &ago(model.moment.running.duration_since(since).as_secs()),
            );
            model.say(Role::Attention, text);
        }
        Err(error) => model.say(
            Role::Trouble,
            format!("not taken back: {}", visible(&error)),
        ),
    }
    Vec::new()
}

fn too_late(state: State, ago: &str) -> String {
    match state {
        State::Stored => format!("too late: stored on this machine {ago}; nobody was mailed"),
        State::Failed => format!("there is nothing to take back: the mail failed {ago}"),
        State::Withdrawn => format!("the mail was withdrawn {ago}"),
        State::Unknown => {
            format!("too late: it was leaving {ago}, and nobody knows whether it arrived")
        }
        State::HandingOver => "too late: it is leaving just now".to_owned(),
        State::Accepted | State::Held | State::Queued | State::Claimed | State::Deferred => {
            format!("too late: left {ago}")
        }
    }
}

fn ago(seconds: i64) -> String {
    match seconds {
        ..=0 => "just now".to_owned(),
        1..100 => format!("{seconds} s ago"),
        100..6000 => format!("{} min ago", seconds / 60),
        _ => format!("{} h ago", seconds / 3600),
    }
}
