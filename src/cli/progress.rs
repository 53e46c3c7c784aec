//! A bar for what takes long: on a terminal only, and not for a voice.

use std::future::Future;
use std::io::{self, IsTerminal as _};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::printer::Printer;
use crate::app::Progress;

/// Below this nobody waits.
const PATIENCE: Duration = Duration::from_millis(500);
/// Between two drawings.
const STEP: Duration = Duration::from_millis(100);
const WIDTH: u64 = 30;

/// Waits for work and shows how far it is.
pub(super) async fn beside<T>(
    work: impl Future<Output = T>,
    progress: watch::Receiver<Progress>,
    printer: &mut Printer,
) -> T {
    tokio::pin!(work);
    if printer.plain || !io::stderr().is_terminal() {
        return work.await;
    }
    let mut next = Instant::now() + PATIENCE;
    let mut drawn = false;
    loop {
        tokio::select! {
            done = &mut work => {
                if drawn {
                    printer.redraw("");
                }
                return done;
            }
            () = sleep_until(next) => {
                let now = *progress.borrow();
                printer.redraw(&bar(now));
                drawn = true;
                next = Instant::now() + STEP;
            }
        }
    }
}

fn bar(progress: Progress) -> String {
    let words = progress.stage.words();
    let (done, total) = (progress.done.min(progress.total), progress.total);
    if total == 0 {
        return format!("{words} …");
    }
    let full = usize::try_from(done * WIDTH / total).unwrap_or_default();
    let empty = usize::try_from(WIDTH).unwrap_or_default() - full;
    let percent = done * 100 / total;
    format!(
        "{words} [{}{}] {percent:>3} %",
        "=".repeat(full),
        " ".repeat(empty)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Stage;

    #[test]
    fn a_bar_says_how_far_it_is_and_never_more_than_all() {
        let at = |done, total| {
            bar(Progress {
                stage: Stage::Writing,
                done,
                total,
            })
        };
        assert_eq!(at(0, 0), "importing …");
        assert_eq!(
            at(1, 2),
            format!("importing [{}{}]  50 %", "=".repeat(15), " ".repeat(15))
        );
        assert_eq!(at(9, 2), format!("importing [{}] 100 %", "=".repeat(30)));
    }
}
