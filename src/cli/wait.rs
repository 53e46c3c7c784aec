//! Waits for the first attempt at a mail, and says in honest words what came of it.

use std::io::{self, IsTerminal as _};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::printer::Printer;
use super::{Failure, paused, stop_when_asked};
use crate::app::{App, Delivery, Dispatcher, Stop, transports};
use crate::domain::delivery::{State, accepted_by};
use crate::domain::ids::DeliveryId;
use crate::domain::refusal::with_meaning;
use crate::domain::when;

/// How often progress is shown.
const STEP: Duration = Duration::from_millis(500);

/// Whether a mail ended well: with a mail server, or stored where it was meant to be.
pub(super) const fn has_left(delivery: &Delivery) -> bool {
    matches!(delivery.state, State::Accepted | State::Stored)
}

/// Whether something came of it that was not wished for. What waits is no such thing.
pub(super) const fn was_not_taken(delivery: &Delivery) -> bool {
    matches!(
        delivery.state,
        State::Deferred | State::Failed | State::Unknown | State::Withdrawn
    )
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

/// Hands a mail over now, and says where it stands after its first attempt.
pub(super) async fn for_first_attempt(
    app: &App,
    delivery: &Delivery,
    printer: &mut Printer,
) -> Result<Delivery, Failure> {
    let settled = for_first_attempts(app, &[delivery.id], None, printer).await?;
    Ok(settled
        .into_iter()
        .next()
        .unwrap_or_else(|| delivery.clone()))
}

/// Hands mails over now, and says where they stand after their first attempts. What a paused outbox or batch keeps is not
/// waited for, and the pause is said. Interrupted, it finishes the mails that are being handed over.
///
/// How far a batch has come is shown meanwhile, on a terminal.
pub(super) async fn for_first_attempts(
    app: &App,
    ids: &[DeliveryId],
    batch: Option<i64>,
    printer: &mut Printer,
) -> Result<Vec<Delivery>, Failure> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let stop = Stop::default();
    let at_once = stop_when_asked(stop.clone())?;
    let mut dispatcher = dispatcher(app)?;
    let told = Told {
        complaint: dispatcher.complaint(),
        stop: &stop,
        batch: batch.filter(|_| ids.len() > 1).map(|batch| (app, batch)),
    };
    let settled = tokio::select! {
        settled = saying(told, printer, dispatcher.attempt_all(ids, &stop)) => settled?,
        Ok(()) = at_once => return Err(ended_at_once()),
    };
    let left = settled.iter().filter(|mail| mail.state.is_unsent());
    let (held_back, left): (Vec<&Delivery>, Vec<&Delivery>) = left.partition(|mail| mail.paused);
    if stop.asked() {
        printer.remark(&stopped(left.len(), settled.len(), batch));
    }
    if let Some(batch) = batch.filter(|_| !held_back.is_empty()) {
        printer.remark(&format!(
            "Batch {batch} is paused; {} of it. greenroom batch resume {batch} lets them leave.",
            waiting(held_back.len())
        ));
    }
    if !left.is_empty()
        && let Some(paused) = paused::in_words(app).await?
    {
        printer.remark(&paused);
    }
    Ok(settled)
}

/// Interrupted a second time.
pub(super) fn ended_at_once() -> Failure {
    Failure::environment(
        "ended at once; what was being handed over is of unknown outcome (greenroom outbox)",
    )
}

fn stopped(left: usize, all: usize, batch: Option<i64>) -> String {
    if left == 0 {
        return "Nothing was left to send.".to_owned();
    }
    let which = if all == 1 {
        "the mail has not left".to_owned()
    } else {
        format!("{left} of {all} mails have not left")
    };
    let back = match batch {
        Some(batch) if all > 1 => format!("greenroom batch stop {batch}"),
        _ => "greenroom outbox withdraw ID".to_owned(),
    };
    format!(
        "Stopped: {which}. Nothing is lost: greenroom deliver sends what waits in the outbox, {back} takes it back."
    )
}

fn waiting(count: usize) -> String {
    if count == 1 {
        "1 mail waits".to_owned()
    } else {
        format!("{count} mails wait")
    }
}

/// What is told while a dispatcher works.
pub(super) struct Told<'a> {
    /// Why the outbox can't be written.
    pub complaint: watch::Receiver<Option<String>>,
    /// Whether somebody interrupted it.
    pub stop: &'a Stop,
    /// How far that batch has come.
    pub batch: Option<(&'a App, i64)>,
}

/// Waits for work of a dispatcher. Says meanwhile when the outbox can't be written: what is known of a mail is kept in
/// memory until it can.
pub(super) async fn saying<T>(
    told: Told<'_>,
    printer: &mut Printer,
    work: impl Future<Output = T>,
) -> T {
    let Told {
        mut complaint,
        stop,
        batch,
    } = told;
    let mut heard = false;
    let mut said = None;
    let mut drawn = false;
    let mut next = Instant::now() + STEP;
    let batch = batch.filter(|_| !printer.plain && io::stderr().is_terminal());
    tokio::pin!(work);
    let done = loop {
        tokio::select! {
            done = &mut work => break done,
            Ok(()) = complaint.changed() => {
                let now: Option<String> = complaint.borrow_and_update().clone();
                // A complaint that came and went unseen needs no all-clear.
                if now != said {
                    clear(&mut drawn, printer);
                    say(now.as_deref(), printer);
                    said = now;
                }
            }
            () = stop.wait(), if !heard => {
                heard = true;
                clear(&mut drawn, printer);
                printer.remark("Interrupted: what is being handed over is finished first. Once more ends at once.");
            }
            () = sleep_until(next), if batch.is_some() => {
                if let Some((app, number)) = batch
                    && let Ok(status) = app.batch(number).await
                {
                    printer.redraw(&format!("{}: {}", status.name(), status.words()));
                    drawn = true;
                }
                next = Instant::now() + STEP;
            }
        }
    };
    clear(&mut drawn, printer);
    // It may have come with the last mail.
    let last = complaint.borrow().clone();
    if last != said {
        say(last.as_deref(), printer);
    }
    done
}

// Takes the line of progress away.
fn clear(drawn: &mut bool, printer: &mut Printer) {
    if std::mem::take(drawn) {
        printer.redraw("");
    }
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
