//! `greenroom deliver`: drains the outbox.

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::printer::Printer;
use super::{Exit, Failure, wait};
use crate::app::{App, Stop};
use crate::domain::event::EventKind;

/// Send what is due in the outbox
///
/// Tries every mail that is due once, and ends; with 1 when one of them was not taken. With --watch it goes on and sends
/// each mail when its time comes, until it is interrupted; a mail that is being handed over is finished first.
#[derive(Debug, Args)]
pub struct Deliver {
    /// Go on until interrupted (Ctrl-C)
    #[arg(long)]
    watch: bool,
}

/// The ends of an attempt: the event that tells it, how people say it, and whether the mail was taken.
const ENDS: [(EventKind, &str, bool); 5] = [
    (EventKind::MailAccepted, "accepted", true),
    (EventKind::MailStored, "stored on this machine", true),
    (EventKind::MailDeferred, "put off", false),
    (EventKind::MailFailed, "failed", false),
    (EventKind::MailUnknown, "of unknown outcome", false),
];

impl Deliver {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        if app.read_only().is_some() {
            return Err(Failure::environment(
                "no mail leaves from here: the database was written by a newer Greenroom and is open for reading only",
            ));
        }
        let before = app.last_event().await?;
        let stop = Stop::default();
        let mut dispatcher = wait::dispatcher(app)?;
        if self.watch {
            printer.remark(&format!(
                "Sending through {} until interrupted.",
                app.sending().borrow().transport
            ));
            stop_when_asked(stop.clone())?;
            dispatcher.run("deliver --watch", stop).await;
        } else {
            dispatcher.drain(&stop).await;
        }
        let happened = app.events_since(before).await?;

        let mut all_taken = true;
        let mut nothing = true;
        for (end, words, taken) in ENDS {
            if let Some((_, count)) = happened.iter().find(|(kind, _)| *kind == end) {
                printer.line(&format!("{count} {words}"));
                nothing = false;
                all_taken &= taken;
            }
        }
        let left = app.unsent().await?.count;
        if left > 0 {
            printer.line(&format!("{left} not due yet"));
        } else if nothing {
            printer.line("Nothing was due.");
        }
        Ok(if all_taken {
            Exit::Done
        } else {
            Exit::Findings
        })
    }
}

fn stop_when_asked(stop: Stop) -> Result<(), Failure> {
    let no_signals = |error| Failure::environment(format!("signals can't be received: {error}"));
    let mut interrupt = signal(SignalKind::interrupt()).map_err(no_signals)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(no_signals)?;
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        stop.now();
    });
    Ok(())
}
