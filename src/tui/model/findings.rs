//! The findings on the screen: grouped by code, one group open, and in it as many as were scrolled to.

use crate::app::{AuditPlace, Found, Group};
use crate::domain::finding::{Code, Compared};

/// How many findings are read at a time.
pub const PAGE: usize = 200;

/// The findings on the screen.
#[derive(Debug, Default)]
pub struct FindingsView {
    /// The codes with their counts, the most urgent first.
    pub groups: Vec<Group>,
    /// The group that is open.
    pub code: Option<Code>,
    /// What was read of it, the most urgent first.
    pub found: Vec<Found>,
    /// Where the rest of it begins, if there is more.
    pub next: Option<AuditPlace>,
    /// Whether the cursor is on the head of the open group: on all of it.
    pub on_head: bool,
    /// Else the finding under the cursor, among those that were read.
    pub index: usize,
    /// The index of the first line on the screen.
    pub top: usize,
    /// Whether they were read.
    pub known: bool,
    /// What was looked at, where nothing was found.
    pub compared: Option<Compared>,
}

/// A line of the findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingLine {
    /// The head of a group.
    Head(usize),
    /// A finding of the group that is open.
    Finding(usize),
}

impl FindingsView {
    /// The finding under the cursor.
    #[must_use]
    pub fn selected(&self) -> Option<&Found> {
        self.found.get(self.index).filter(|_| !self.on_head)
    }

    /// The group that is open.
    #[must_use]
    pub fn group(&self) -> Option<&Group> {
        self.groups.get(self.open_group()?)
    }

    /// Puts the cursor on that finding, or the nearest there is.
    pub fn move_to(&mut self, index: usize) {
        self.index = index.min(self.found.len().saturating_sub(1));
    }

    /// The code of the group after the open one or before it, round and round.
    #[must_use]
    pub fn neighbour(&self, forwards: bool) -> Option<Code> {
        let count = self.groups.len();
        let open = self.open_group()?;
        let step = if forwards { 1 } else { count - 1 };
        self.groups
            .get((open + step) % count)
            .map(|group| group.code)
    }

    /// The same where there is one, for a cursor that leaves the group at that end.
    #[must_use]
    pub fn beyond(&self, forwards: bool) -> Option<Code> {
        let open = self.open_group()?;
        let at = if forwards {
            (self.next.is_none() && self.index + 1 >= self.found.len()).then_some(open + 1)
        } else {
            open.checked_sub(1).filter(|_| self.on_head)
        };
        self.groups.get(at?).map(|group| group.code)
    }

    fn open_group(&self) -> Option<usize> {
        self.groups
            .iter()
            .position(|group| Some(group.code) == self.code)
    }

    /// How many lines there are.
    #[must_use]
    pub fn height(&self) -> usize {
        self.groups.len() + self.found.len()
    }

    /// The line at that height.
    #[must_use]
    pub fn line(&self, at: usize) -> Option<FindingLine> {
        let open = self.open_group().unwrap_or_default();
        let found = self.found.len();
        match at {
            at if at <= open => (at < self.groups.len()).then_some(FindingLine::Head(at)),
            at if at <= open + found => Some(FindingLine::Finding(at - open - 1)),
            at if at < self.height() => Some(FindingLine::Head(at - found)),
            _ => None,
        }
    }

    /// Scrolls just so far that the cursor and, if there is room, the head of its group are on the screen.
    pub fn reveal(&mut self, height: usize) {
        let height = height.max(1);
        let head = self.open_group().unwrap_or_default();
        let cursor = if self.on_head || self.found.is_empty() {
            head
        } else {
            head + 1 + self.index
        };
        let above = usize::from(cursor == head + 1 && height > 1);
        self.top = self
            .top
            .min(cursor.saturating_sub(above))
            .max((cursor + 1).saturating_sub(height))
            .min(self.height().saturating_sub(height));
    }
}

/// The evidence of one finding, on the whole screen.
#[derive(Debug)]
pub struct EvidenceView {
    /// The finding.
    pub found: Found,
    /// Lines scrolled down.
    pub scroll: usize,
}
