//! `greenroom deliver`: drains the outbox.

use clap::Args;

use super::printer::Printer;
use super::{Exit, Failure, paused, stop_when_asked, wait};
use crate::app::{App, Stop};
use crate::domain::delivery::State;

/// Send what is due in the outbox
///
/// Tries every mail that is due once, and ends; with 1 when one of them was not taken, or the outbox is paused. With
/// --watch it goes on and sends each mail when its time comes, until it is interrupted. A mail that is being handed over
/// is finished first; interrupted a second time, it ends at once, and of that mail nobody knows whether it arrived.
#[derive(Debug, Args)]
pub struct Deliver {
    /// Go on until interrupted (Ctrl-C)
    #[arg(long)]
    watch: bool,
}

/// How the attempts at a mail end, and whether it was taken.
const ENDS: [(State, &str, bool); 6] = [
    (State::Accepted, "accepted", true),
    (State::Stored, "stored on this machine", true),
    (State::Deferred, "put off", false),
    (State::Failed, "failed", false),
    (State::Unknown, "of unknown outcome", false),
    (State::Withdrawn, "withdrawn, being no longer true", false),
];

impl Deliver {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        // Why, was said already.
        if app.read_only().is_some() {
            return Err(Failure::environment(
                "no mail leaves from here; nothing was sent",
            ));
        }
        let stop = Stop::default();
        let at_once = stop_when_asked(stop.clone())?;
        let mut dispatcher = wait::dispatcher(app)?;
        let complaint = dispatcher.complaint();
        let watch = self.watch;
        if watch {
            printer.remark(&format!(
                "Sending through {} until interrupted.",
                app.sending().borrow().transport
            ));
            if let Some(paused) = paused::in_words(app).await? {
                printer.remark(&paused);
            }
        }
        let asked = stop.clone();
        let sending = async move {
            if watch {
                return dispatcher.run("deliver --watch", stop).await;
            }
            dispatcher.probe(&stop).await;
            dispatcher.drain(&stop).await;
            dispatcher.ends()
        };
        let told = wait::Told {
            complaint: complaint.clone(),
            stop: &asked,
            batch: None,
        };
        let sending = wait::saying(told, printer, sending);
        let ends = tokio::select! {
            ends = sending => ends,
            Ok(()) = at_once => return Err(wait::ended_at_once()),
        };
        let complains = complaint.borrow().is_some();

        let mut all_taken = true;
        for (state, words, taken) in ENDS {
            if let Some(count) = ends.get(&state) {
                printer.line(&format!("{count} {words}"));
                all_taken &= taken;
            }
        }
        if ends.contains_key(&State::Unknown) {
            printer.prose(
                "",
                2,
                "Nobody knows whether mail of unknown outcome arrived, so it is not sent again by itself: greenroom outbox \
                 lists it, greenroom outbox settle ID decides",
            );
        }
        let elsewhere = app.being_sent().await?;
        let count = |mails| usize::try_from(mails).unwrap_or(usize::MAX);
        let unsent = app.unsent().await?;
        let of_batches = count(unsent.paused);
        let left = count(unsent.count).saturating_sub(elsewhere + of_batches);
        if elsewhere > 0 && !complains {
            printer.line(&format!("{elsewhere} being sent by another process"));
        }
        let paused = paused::in_words(app)
            .await?
            .filter(|_| left + of_batches > 0);
        let nothing = ends.is_empty() && elsewhere + of_batches == 0;
        match &paused {
            Some(paused) => printer.prose("", 2, paused),
            None if complains => {}
            None if left > 0 => printer.line(&format!("{left} not due yet")),
            None if nothing => printer.line("Nothing was due."),
            None => {}
        }
        if let Some(waiting) = paused::of_batches(&unsent) {
            printer.prose("", 2, &waiting);
        }
        Ok(if all_taken && paused.is_none() && !complains {
            Exit::Done
        } else {
            Exit::Findings
        })
    }
}
