//! Marks: interviews that were chosen, by their ids, whatever the list shows just now.

use std::collections::BTreeSet;

use super::list::Narrowing;
use crate::domain::ids::InterviewId;

/// What is marked, and what was.
#[derive(Debug, Default)]
pub struct Marks {
    /// What is marked.
    pub ids: BTreeSet<InterviewId>,
    /// How many of them the list's filter hides, as far as is known.
    pub hidden: usize,
    /// What was marked before that.
    pub last: BTreeSet<InterviewId>,
    /// The range that is being marked, if one is.
    pub range: Option<Range>,
    /// What the list was narrowed to before it was narrowed to what is marked.
    pub before: Option<Narrowing>,
}

/// A range that grows and shrinks with the cursor.
#[derive(Debug)]
pub struct Range {
    /// Where it began.
    pub anchor: InterviewId,
    /// What was marked besides.
    pub besides: BTreeSet<InterviewId>,
    /// All that match in the order of the list, once the range has grown beyond the rows that are kept.
    pub order: Option<Vec<InterviewId>>,
    /// Whether it ends as soon as it is known what it marks.
    pub ends: bool,
    /// Its other end, once that no longer goes with the cursor.
    pub end: Option<InterviewId>,
}

impl Range {
    /// A range that begins there.
    #[must_use]
    pub const fn new(anchor: InterviewId, besides: BTreeSet<InterviewId>) -> Self {
        Self {
            anchor,
            besides,
            order: None,
            ends: false,
            end: None,
        }
    }
}

impl Marks {
    /// Whether an interview is marked.
    #[must_use]
    pub fn has(&self, id: InterviewId) -> bool {
        self.ids.contains(&id)
    }

    /// Forgets all marks but as the last ones.
    pub fn clear(&mut self) {
        if !self.ids.is_empty() {
            self.last = std::mem::take(&mut self.ids);
        }
        self.hidden = 0;
        self.range = None;
        self.before = None;
    }

    /// `12 marked, 3 hidden`; nothing when nothing is marked.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        match (self.ids.len(), self.hidden) {
            (0, _) => None,
            (marked, 0) => Some(format!("{marked} marked")),
            (marked, hidden) => Some(format!("{marked} marked, {hidden} hidden")),
        }
    }
}
