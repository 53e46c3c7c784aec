//! Waits for the first attempt at a mail, and says in honest words what came of it.

use tokio::sync::watch;

use super::printer::Printer;
use super::{Failure, paused};
use crate::app::{App, Delivery, Dispatcher, transports};
use crate::domain::delivery::{State, accepted_by};
use crate::domain::ids::DeliveryId;
use crate::domain::refusal::with_meaning;
use crate::domain::when;

/// Whether a mail ended well: with a mail server, or stored where it was meant to be.
pub(super) const fn has_left(delivery: &Delivery) -> bool {
    matches!(delivery.state, State::Accepted | State::Stored)
}

/// What came of a mail, with the server's last words and what they mean.
pub(super) fn outcome(delivery: &Delivery, app: &App) -> String {
    let words = match delivery.state {
        State::Accepted => format!(
            "to {} accepted by {}",
            delivery.address,
            accepted_by(delivery.last_reply.as_deref())
        ),
        State::Stored => format!(
            "to {} stored on this machine; nobody was mailed",
            delivery.address
        ),
        State::Deferred => {
            let next = delivery.due.map(|due| {
                let zone = app.config().list_zone();
                format!("; next try {}", when::time_and_zone(due, &zone))
            });
            format!(
                "to {} put off{}",
                delivery.address,
                next.unwrap_or_default()
            )
        }
        State::Failed => format!("to {} failed", delivery.address),
        State::Unknown => format!("to {}: nobody knows whether it arrived", delivery.address),
        State::Withdrawn => format!("to {} withdrawn", delivery.address),
        State::Held | State::Queued => format!("to {} waits in the outbox", delivery.address),
        State::Claimed | State::HandingOver => format!("to {} is being sent", delivery.address),
    };
    match &delivery.last_reply {
        Some(reply) if delivery.state != State::Stored => {
            format!("{words} ({})", with_meaning(reply))
        }
        _ => words,
    }
}

/// What is safe now and what to do next about mails of one state; `None` where nothing is to be done.
///
/// `mail` and `interview` name them in the commands: an id, or `ID` where several are meant.
fn next_step(state: State, mail: &str, interview: &str) -> Option<String> {
    Some(match state {
        State::Unknown => format!(
            "It is not sent again by itself. Ask the candidate, then settle it: greenroom outbox settle {mail} \
             --send-again (the same mail, byte for byte), or greenroom outbox settle {mail} --reason 'they have it'"
        ),
        State::Deferred => "It stays in the outbox and leaves by greenroom deliver, or while the dashboard or greenroom \
             serve runs; nothing has to be done"
            .to_owned(),
        State::Failed => format!(
            "The interview and its link stand, and this mail is not tried again: put right what was refused, then \
             greenroom resend {interview}"
        ),
        State::Queued => "It leaves when the outbox is no longer paused".to_owned(),
        State::Withdrawn => format!(
            "It will not leave; the interview stands, and greenroom resend {interview} mails it as it is now"
        ),
        State::Held
        | State::Claimed
        | State::HandingOver
        | State::Accepted
        | State::Stored => return None,
    })
}

/// Says what is safe now and what to do next, once for all mails that stand alike.
pub(super) fn say_next_steps(mails: &[Delivery], label: &str, printer: &mut Printer) {
    for state in State::ALL {
        let mut alike = mails.iter().filter(|mail| mail.state == state);
        let (Some(first), more) = (alike.next(), alike.next()) else {
            continue;
        };
        let step = match more {
            None => next_step(
                state,
                &first.id.to_string(),
                &first.interview_id.to_string(),
            ),
            Some(_) => next_step(state, "ID", "ID"),
        };
        if let Some(step) = step {
            printer.prose(label, label.len(), &step);
        }
    }
}

/// Hands a mail over now, and says where it stands after its first attempt.
pub(super) async fn for_first_attempt(
    app: &App,
    delivery: &Delivery,
    printer: &mut Printer,
) -> Result<Delivery, Failure> {
    let settled = for_first_attempts(app, &[delivery.id], printer).await?;
    Ok(settled
        .into_iter()
        .next()
        .unwrap_or_else(|| delivery.clone()))
}

/// Hands mails over now, and says where they stand after their first attempts. What a paused outbox keeps is not waited
/// for, and the pause is said.
pub(super) async fn for_first_attempts(
    app: &App,
    ids: &[DeliveryId],
    printer: &mut Printer,
) -> Result<Vec<Delivery>, Failure> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut dispatcher = dispatcher(app)?;
    let complaint = dispatcher.complaint();
    let settled = saying(complaint, printer, dispatcher.attempt_all(ids)).await?;
    if settled.iter().any(|delivery| delivery.state.is_unsent())
        && let Some(paused) = paused::in_words(app).await?
    {
        printer.remark(&paused);
    }
    Ok(settled)
}

/// Waits for work of a dispatcher, and says meanwhile when the outbox can't be written: what is known of a mail is kept in
/// memory until it can.
pub(super) async fn saying<T>(
    mut complaint: watch::Receiver<Option<String>>,
    printer: &mut Printer,
    work: impl Future<Output = T>,
) -> T {
    let mut said = None;
    tokio::pin!(work);
    let done = loop {
        tokio::select! {
            done = &mut work => break done,
            Ok(()) = complaint.changed() => {
                let now: Option<String> = complaint.borrow_and_update().clone();
                // A complaint that came and went unseen needs no all-clear.
                if now != said {
                    say(now.as_deref(), printer);
                    said = now;
                }
            }
        }
    };
    // It may have come with the last mail.
    let last = complaint.borrow().clone();
    if last != said {
        say(last.as_deref(), printer);
    }
    done
}

fn say(complaint: Option<&str>, printer: &mut Printer) {
    printer.remark(&complaint.map_or_else(
        || "The outbox can be written again.".to_owned(),
        |why| format!("The outbox can't be written: {why}"),
    ));
}

/// A dispatcher over the transport that is configured.
pub(super) fn dispatcher(app: &App) -> Result<Dispatcher, Failure> {
    let transports = transports(app.config()).map_err(Failure::environment)?;
    Dispatcher::new(app.clone(), transports).map_err(|error| {
        Failure::environment(format!(
            "data-dir: no lock can be taken there ({error}); look at its permissions"
        ))
    })
}
