//! The list of interviews: a window of it, and a cursor that belongs to an interview.

use crate::app::Row;
use crate::domain::filter::{Filter, FilterError};
use crate::domain::ids::InterviewId;
use crate::tui::field::Field;

/// How many rows are read at a time.
pub const PAGE: usize = 200;
/// How many rows are kept; the far end is forgotten and read again when the cursor comes near.
pub const KEPT: usize = 3 * PAGE;

/// What the list is narrowed to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Narrowing {
    /// Nothing: everything is shown.
    #[default]
    None,
    /// A filter in the filter language, and its text.
    Words(String, Filter),
    /// A text that was pasted, taken literally.
    Pasted(String, Filter),
    /// What was marked when it was narrowed to that.
    Marked(Filter),
}

impl Narrowing {
    /// Reads a filter.
    ///
    /// # Errors
    /// The filter language's.
    pub fn words(text: &str) -> Result<Self, FilterError> {
        let text = text.trim();
        let filter = Filter::parse(text)?;
        Ok(if text.is_empty() {
            Self::None
        } else {
            Self::Words(text.to_owned(), filter)
        })
    }

    /// A text as it is.
    #[must_use]
    pub fn pasted(text: &str) -> Self {
        let words: Vec<&str> = text.split_whitespace().take(20).collect();
        let text: String = words.join(" ").chars().take(300).collect();
        if text.is_empty() {
            Self::None
        } else {
            Self::Pasted(text.clone(), Filter::literal(&text))
        }
    }

    /// The filter.
    #[must_use]
    pub fn filter(&self) -> Filter {
        match self {
            Self::None => Filter::default(),
            Self::Words(_, filter) | Self::Pasted(_, filter) | Self::Marked(filter) => {
                filter.clone()
            }
        }
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::None => "",
            Self::Marked(_) => "only marked",
            Self::Words(text, _) | Self::Pasted(text, _) => text,
        }
    }
}

/// What a window of rows was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Purpose {
    /// To show the same place again, as it is now.
    #[default]
    Again,
    /// To show the first rows, the cursor on the first.
    First,
    /// To show the first rows of what was found, the cursor where it was if it can stay there.
    Found,
    /// To show the last rows, the cursor on the last.
    Last,
    /// To add rows before the first one.
    Before,
    /// To add rows after the last one.
    After,
}

/// A window of the list.
#[derive(Debug, Default)]
pub struct List {
    /// What it is narrowed to.
    pub narrowing: Narrowing,
    /// The rows that were read, in order.
    pub rows: Vec<Row>,
    /// Whether there are rows before them.
    pub more_before: bool,
    /// Whether there are rows after them.
    pub more_after: bool,
    /// The interview under the cursor.
    pub cursor: Option<InterviewId>,
    /// A row that no longer matches and stays, dimmed, until the cursor leaves it.
    pub ghost: Option<InterviewId>,
    /// The index of the first row on the screen.
    pub top: usize,
    /// What the window that is being read is for.
    pub purpose: Purpose,
    /// Whether anything was read yet.
    pub known: bool,
    /// Why the last reading failed, if it did.
    pub error: Option<String>,
}

impl List {
    /// Where the cursor's row stands among the rows.
    #[must_use]
    pub fn index(&self) -> Option<usize> {
        let cursor = self.cursor?;
        self.rows.iter().position(|row| row.id() == cursor)
    }

    /// The row under the cursor.
    #[must_use]
    pub fn selected(&self) -> Option<&Row> {
        self.rows.get(self.index()?)
    }

    /// Puts the cursor on the row at that index, or the nearest there is. A row that stayed only for the cursor goes.
    pub fn move_to(&mut self, index: usize) {
        let Some(target) = self
            .rows
            .get(index.min(self.rows.len().saturating_sub(1)))
            .map(Row::id)
        else {
            self.cursor = None;
            return;
        };
        self.cursor = Some(target);
        if let Some(ghost) = self.ghost.filter(|ghost| *ghost != target) {
            if self
                .rows
                .iter()
                .position(|row| row.id() == ghost)
                .is_some_and(|at| at < self.top)
            {
                self.top -= 1;
            }
            self.rows.retain(|row| row.id() != ghost);
            self.ghost = None;
        }
    }
}

/// The line in which a filter is typed.
#[derive(Debug, Default)]
pub struct Find {
    /// What is typed.
    pub field: Field,
    /// The filter in force, within which is looked.
    pub base: Narrowing,
    /// What the list was narrowed to, and where the cursor was.
    pub before: (Narrowing, Option<InterviewId>),
    /// Why what is typed can't be read, if so.
    pub error: Option<String>,
    /// When nothing matches here: how many match without the filter in force.
    pub elsewhere: Option<u64>,
}

impl Find {
    /// The filter in force together with what is typed. A text that was pasted is replaced, not extended.
    ///
    /// # Errors
    /// The filter language's.
    pub fn narrowing(&self) -> Result<Narrowing, FilterError> {
        let typed = self.field.text().trim();
        match &self.base {
            base if typed.is_empty() => Ok(base.clone()),
            Narrowing::Words(base, _) => Narrowing::words(&format!("{base} {typed}")),
            Narrowing::None | Narrowing::Pasted(..) | Narrowing::Marked(_) => {
                Narrowing::words(typed)
            }
        }
    }
}

/// A line of the list on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// The head of a group of rows.
    Heading(String),
    /// The row at that index.
    Row(usize),
}

impl List {
    /// The lines that fit a height, from the first visible row on. A row whose heading differs from the one before
    /// it, or that is the first, has its heading above it; an empty heading is not shown.
    pub fn entries(&self, height: usize, heading: impl Fn(&Row) -> String) -> Vec<Entry> {
        let mut entries = Vec::new();
        let mut last = String::new();
        for (index, row) in self.rows.iter().enumerate().skip(self.top) {
            let head = heading(row);
            if head != last && !head.is_empty() {
                entries.push(Entry::Heading(head.clone()));
            }
            last = head;
            entries.push(Entry::Row(index));
            if entries.len() >= height {
                break;
            }
        }
        entries.truncate(height);
        entries
    }

    /// Scrolls just so far that the cursor is on the screen and no line stays empty needlessly.
    pub fn reveal(&mut self, height: usize, heading: impl Fn(&Row) -> String) {
        let index = self.index().unwrap_or(0);
        self.top = self
            .top
            .min(index)
            .max((index + 1).saturating_sub(height.max(1)));
        while self.top < index && !self.entries(height, &heading).contains(&Entry::Row(index)) {
            self.top += 1;
        }
        let last = Entry::Row(self.rows.len().saturating_sub(1));
        while self.top > 0 && self.entries(height, &heading).last() == Some(&last) {
            self.top -= 1;
            let entries = self.entries(height, &heading);
            if entries.last() != Some(&last) || !entries.contains(&Entry::Row(index)) {
                self.top += 1;
                break;
            }
        }
    }
}
