//! `greenroom deliver`: drains the outbox.

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::printer::Printer;
use super::{Exit, Failure, wait};
use crate::app::{App, Stop};
use crate::domain::filter::Filter;

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

/// The ends of an attempt: how filters call them, how people do, and whether the mail was taken.
const ENDS: [(&str, &str, bool); 5] = [
    ("accepted", "accepted", true),
    ("stored", "stored on this machine", true),
    ("deferred", "put off", false),
    ("failed", "failed", false),
    ("unknown", "of unknown outcome", false),
];

impl Deliver {
    pub(super) async fn run(&self, app: &App, printer: &mut Printer) -> Result<Exit, Failure> {
        if app.read_only().is_some() {
            return Err(Failure::environment(
                "no mail leaves from here: the database was written by a newer Greenroom and is open for reading only",
            ));
        }
        let before = tally(app).await?;
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
        let after = tally(app).await?;

        let mut all_taken = true;
        let mut nothing = true;
        for ((was, is), (_, words, taken)) in before.iter().zip(after).zip(ENDS) {
            let more = is.saturating_sub(*was);
            if more > 0 {
                printer.line(&format!("{more} {words}"));
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

/// How many interviews have a newest mail that ended in each of these ways.
async fn tally(app: &App) -> Result<Vec<u64>, Failure> {
    let mut tally = Vec::new();
    for (state, _, _) in ENDS {
        let filter = Filter::parse(&format!("mail:{state}"))
            .map_err(|error| Failure::input(error.to_string()))?;
        tally.push(app.counts(&filter).await?.matching);
    }
    Ok(tally)
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
