//! The batches on the screen: a cursor that belongs to a batch.

use crate::app::BatchStatus;

/// How many batches are shown at most.
pub const SHOWN: u32 = 50;
/// How many of the newest are followed while they are not on the screen.
pub const FOLLOWED: u32 = 3;

/// The batches on the screen. What stands there is the model's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BatchesView {
    /// The number of the batch under the cursor.
    pub cursor: Option<i64>,
    /// Where it stands, or stood when it was last there.
    pub index: usize,
    /// Whether they were read.
    pub known: bool,
}

impl BatchesView {
    /// Puts the cursor on the batch at that index, or the nearest there is.
    pub fn move_to(&mut self, index: usize, batches: &[BatchStatus]) {
        self.index = index.min(batches.len().saturating_sub(1));
        self.cursor = batches.get(self.index).map(|status| status.batch.number);
    }

    /// Finds the batch under the cursor again.
    pub fn find_again(&mut self, batches: &[BatchStatus]) {
        let found = batches
            .iter()
            .position(|status| Some(status.batch.number) == self.cursor);
        self.move_to(found.unwrap_or(self.index), batches);
    }
}
