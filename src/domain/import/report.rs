//! What an import would do, or did, and what it noticed.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::Defect;
use super::legacy::{Skew, without};

/// Examples that are kept of each kind: enough to look into, few enough for a file of a million bad lines.
const KEPT: usize = 1_000;

/// One thing that was noticed, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The id in the source, or `line 7`.
    pub at: String,
    /// Whom it concerns; empty where it is nobody.
    pub who: String,
    /// What stands there.
    pub detail: String,
}

impl Finding {
    /// Where, whom and what, on one line.
    #[must_use]
    pub fn in_words(&self) -> String {
        let parts = [&self.at, &self.who, &self.detail];
        let said: Vec<&str> = parts
            .into_iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        said.join(" · ")
    }
}

/// All findings of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// How many there are.
    pub count: u64,
    /// The first thousand.
    pub findings: Vec<Finding>,
}

/// What can't be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadLine {
    /// Which one it is.
    #[serde(flatten)]
    pub at: Place,
    /// Why, one reason a field.
    pub reasons: Vec<String>,
}

/// Where something stands that can't be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Place {
    /// In a table.
    Line {
        /// The number of the line, from 1.
        line: u64,
    },
    /// In a database, which has no lines.
    Interview {
        /// The id there, if it has one.
        id: Option<String>,
        /// Whom it concerns, if that is known.
        candidate_name: Option<String>,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { line } => write!(f, "line {line}"),
            Self::Interview { id, candidate_name } => {
                match id {
                    Some(id) => write!(f, "interview {id}")?,
                    None => f.write_str("an interview without an id")?,
                }
                match candidate_name {
                    Some(name) => write!(f, " · {name}"),
                    None => Ok(()),
                }
            }
        }
    }
}

/// What an import would do, or did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Interviews that were read, the bad ones among them.
    pub read: u64,
    /// Those that come in.
    pub new: u64,
    /// Those that came in before, and stay as they are.
    pub here: u64,
    /// Those that were erased here, and stay erased.
    pub erased: u64,
    /// Of the new ones, those that come in without a link.
    pub without_link: u64,
    /// Of the new ones, those that come in without a time.
    pub without_time: u64,
    /// Of the new ones, those that come in without an address.
    pub without_address: u64,
    /// Lines that can't be taken.
    pub bad: u64,
    /// The first thousand of them.
    pub bad_lines: Vec<BadLine>,
    /// Tables and columns that the source lacks, and columns that mean nothing here.
    pub absent: Vec<String>,
    /// What was noticed.
    pub noticed: BTreeMap<Defect, Group>,
    /// A shift of exactly the zone's offset, if there is one.
    pub skew: Option<Skew>,
}

impl Report {
    /// Writes down something that was noticed.
    pub fn notice(&mut self, defect: Defect, finding: impl FnOnce() -> Finding) {
        let group = self.noticed.entry(defect).or_default();
        group.count += 1;
        if group.findings.len() < KEPT {
            group.findings.push(finding());
        }
    }

    /// Writes down something that can't be taken.
    pub fn refuse(&mut self, at: Place, reasons: Vec<String>) {
        self.bad += 1;
        if self.bad_lines.len() < KEPT {
            self.bad_lines.push(BadLine { at, reasons });
        }
    }

    /// How many things were noticed.
    #[must_use]
    pub fn findings(&self) -> u64 {
        self.noticed.values().map(|group| group.count).sum()
    }

    /// How many come in: `12 interviews`.
    #[must_use]
    pub fn new_in_words(&self) -> String {
        interviews(self.new)
    }

    /// What comes in and what does not, one sentence a line. `done` tells what happened from what would.
    #[must_use]
    pub fn summary(&self, done: bool) -> Vec<String> {
        let mut lines = vec![format!(
            "{} read; {} {}",
            interviews(self.read),
            self.new,
            if done { "imported" } else { "to import" }
        )];
        let mut say = |count: u64, words: &str| {
            if count > 0 {
                lines.push(format!("  {count} {words}"));
            }
        };
        say(self.here, "already here, left as they are");
        say(self.erased, "erased here before, left out");
        say(self.bad, "can't be taken");
        say(
            self.without_link,
            "without a link; greenroom repair makes them",
        );
        say(self.without_time, "without a time");
        say(self.without_address, "without an address");
        lines
    }

    /// Everything that was noticed, with the first `few` of each kind.
    #[must_use]
    pub fn details(&self, few: usize) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.absent.is_empty() {
            lines.push(String::new());
            lines.push("What the source does not have, or what means nothing here:".to_owned());
            lines.extend(self.absent.iter().map(|absent| match without(absent) {
                Some(words) => format!("  {absent}: {words}"),
                None => format!("  {absent}"),
            }));
        }
        if self.bad > 0 {
            lines.push(String::new());
            lines.push(format!("{} can't be taken:", self.bad));
            for bad in self.bad_lines.iter().take(few.saturating_mul(2)) {
                lines.push(format!("  {}: {}", bad.at, bad.reasons.join("; ")));
            }
            lines.extend(rest(self.bad, few.saturating_mul(2)));
        }
        for (defect, group) in &self.noticed {
            lines.push(String::new());
            lines.push(format!(
                "{} × {}: {}",
                group.count,
                defect.name(),
                defect.words()
            ));
            for finding in group.findings.iter().take(few) {
                lines.push(format!("  {}", finding.in_words()));
            }
            lines.extend(rest(group.count, few));
        }
        lines
    }
}

fn rest(count: u64, shown: usize) -> Option<String> {
    let left = count.saturating_sub(shown as u64);
    (left > 0).then(|| format!("  and {left} more; --json names them"))
}

fn interviews(count: u64) -> String {
    if count == 1 {
        "1 interview".to_owned()
    } else {
        format!("{count} interviews")
    }
}
