//! How far it is, for whoever waits.

use tokio::sync::watch;

/// Interviews between two looks at the progress.
const STEP: u64 = 500;

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// How much of it is done, in the same unit as `total`.
    pub done: u64,
    /// How much there is; 0 while nobody knows.
    pub total: u64,
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stage {
    /// The file is looked through.
    #[default]
    Looking,
    /// Interviews are written.
    Writing,
    /// The indexes of lists are brought up to date.
    Indexing,
}

impl Stage {
    /// A word for a progress bar.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Looking => "looking through",
            Self::Writing => "importing",
            Self::Indexing => "indexing",
        }
    }
}

/// Says how far it is, now and then.
pub(super) fn say(progress: &watch::Sender<Progress>, stage: Stage, done: u64, total: u64) {
    let last = *progress.borrow();
    if last.stage != stage || done.abs_diff(last.done) >= STEP.max(total / 200) || done == total {
        progress.send_replace(Progress { stage, done, total });
    }
}
