//! Importing a file: its name, what it would do, and whether it was done.

use crate::app::{Format, Import, Progress};
use crate::domain::import::legacy::SkewAnswer;
use crate::domain::when::Zone;
use crate::tui::field::Field;

/// Findings of one kind that are shown.
pub const SHOWN: usize = 200;

/// A file on its way in.
#[derive(Debug, Default)]
pub struct ImportView {
    /// Its name, as it is typed.
    pub file: Field,
    /// The zone of the old system's slots, as it is typed; empty for the usual one.
    pub zone: Field,
    /// What it was before it was typed anew.
    pub zone_before: Field,
    /// Whether it is the zone that is typed.
    pub asks_zone: bool,
    /// Whether good lines are taken without the bad ones.
    pub skip_bad: bool,
    /// Which of two times is right.
    pub skew: Option<SkewAnswer>,
    /// How far it has come.
    pub state: ImportState,
    /// Lines by which the report is scrolled down.
    pub scroll: usize,
    /// Whether the report has been on the screen. Keys before that were not meant for it.
    pub drawn: bool,
    /// Why nothing came of the last key.
    pub objection: Option<String>,
}

/// How far an import has come.
#[derive(Debug, Default)]
pub enum ImportState {
    /// Its name is typed.
    #[default]
    Naming,
    /// It is looked through.
    Looking(Progress),
    /// What it would do is known.
    Looked(Box<Looked>),
    /// It is being carried out.
    Running(Progress),
    /// What it did.
    Done(Vec<String>),
}

/// What a file would do.
#[derive(Debug)]
pub struct Looked {
    /// What `y` carries out.
    pub import: Import,
    /// The report, one sentence a line.
    pub lines: Vec<String>,
}

impl Looked {
    /// The report of what was looked through.
    #[must_use]
    pub fn of(import: Import) -> Self {
        let lines = import.in_words(import.report(), false, SHOWN);
        Self { import, lines }
    }
}

impl ImportView {
    /// The report, once there is one.
    #[must_use]
    pub fn report(&self) -> &[String] {
        match &self.state {
            ImportState::Looked(looked) => &looked.lines,
            ImportState::Done(lines) => lines,
            ImportState::Naming | ImportState::Looking(_) | ImportState::Running(_) => &[],
        }
    }

    /// Whether the file is still to be named.
    #[must_use]
    pub const fn names(&self) -> bool {
        matches!(self.state, ImportState::Naming)
    }

    /// The zone on whose clock slots were read, where a file has slots.
    #[must_use]
    pub fn slot_zone(&self) -> Option<&Zone> {
        match &self.state {
            ImportState::Looked(looked) if looked.import.format() == Format::Legacy => {
                looked.import.zone()
            }
            _ => None,
        }
    }

    /// The field that is typed into.
    pub const fn typed(&mut self) -> &mut Field {
        if self.asks_zone {
            &mut self.zone
        } else {
            &mut self.file
        }
    }

    /// Whether there is something on which `y` would act.
    #[must_use]
    pub const fn is_ready(&self) -> bool {
        matches!(self.state, ImportState::Looked(_))
    }
}
