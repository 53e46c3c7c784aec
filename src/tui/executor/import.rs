//! Effects that look a file through or bring it in, and say how far they are.

use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;

use directories::BaseDirs;
use tokio::sync::{mpsc, watch};

use super::Executor;
use crate::app::{Import, ImportRequest, Progress};
use crate::tui::message::{Effect, Event};
use crate::tui::model::Slot;
use crate::tui::model::import::{Looked, SHOWN};

// Between two reports of how far it is.
const STEP: Duration = Duration::from_millis(100);

impl Executor {
    pub(super) fn look_through(&mut self, look: Effect) {
        let Effect::LookThrough {
            request,
            file,
            skip_bad,
            zone,
            skew,
        } = look
        else {
            return;
        };
        let wish = ImportRequest {
            file: path(&file),
            format: None,
            zone,
            skew,
            skip_bad,
        };
        let (app, events) = (self.app.clone(), self.events.clone());
        self.read(Slot::Import, Duration::ZERO, async move {
            let (said, hears) = watch::channel(Progress::default());
            let looked = beside(app.look_through(wish, said), hears, &events).await;
            let looked = looked.map(|import| Box::new(Looked::of(import)));
            Event::LookedThrough(request, looked.map_err(|error| error.to_string()))
        });
    }

    pub(super) fn import(&mut self, import: Import) {
        let (app, events) = (self.app.clone(), self.events.clone());
        self.change(async move {
            let (said, hears) = watch::channel(Progress::default());
            let done = beside(app.import(import.clone(), said), hears, &events).await;
            let lines = done.map(|report| import.in_words(&report, true, SHOWN));
            Event::Imported(lines.map_err(|error| error.to_string()))
        });
    }
}

async fn beside<T>(
    work: impl Future<Output = T>,
    mut progress: watch::Receiver<Progress>,
    events: &mpsc::UnboundedSender<Event>,
) -> T {
    tokio::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = tokio::time::sleep(STEP) => {
                if progress.has_changed().unwrap_or(false) {
                    let now = *progress.borrow_and_update();
                    // Nobody listens any more when the dashboard has ended.
                    let _ = events.send(Event::ImportGoesOn(now));
                }
            }
        }
    }
}

// `~` is the home directory, as in a shell.
fn path(text: &str) -> PathBuf {
    let rest = text
        .strip_prefix('~')
        .map(|rest| rest.strip_prefix('/').unwrap_or(rest));
    let home_alone = text == "~" || text.starts_with("~/");
    match (rest, BaseDirs::new()) {
        (Some(rest), Some(base)) if home_alone => base.home_dir().join(rest),
        _ => PathBuf::from(text),
    }
}
