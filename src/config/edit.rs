//! Changes settings in the configuration file and keeps everything else in it: comments, order, other settings.
//!
//! An edit is a value. Nothing is written before [`Edit::save`], and that writes all of it or nothing.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::environment::Environment;
use super::{Config, Options, Paths, Problem, problem, settings, sources};
use crate::domain::trouble;

/// Lines that are compared one with another at most, as a product; longer changes are shown as a whole.
const COMPARABLE: usize = 4_000_000;

/// The configuration file as it is to be.
#[derive(Debug, Clone)]
pub struct Edit {
    paths: Paths,
    environment: Environment,
    before: String,
    document: DocumentMut,
}

/// A line of the file, before against after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// In both.
    Same(String),
    /// Only before.
    Gone(String),
    /// Only after.
    New(String),
}

impl Edit {
    /// Reads the file; one that does not exist yet is empty.
    ///
    /// # Errors
    /// When there is no place for it, or it can't be read or is no TOML.
    pub fn open(options: &Options, environment: &Environment) -> Result<Self, Vec<Problem>> {
        let paths = Paths::choose(options, environment)?;
        let file = &paths.config_file;
        let before = read_if_there(file).map_err(|error| {
            vec![problem(
                "config",
                format!(
                    "{} can't be read: {}",
                    file.display(),
                    trouble::in_words(&error)
                ),
            )]
        })?;
        let (_, errors) = sources::of_file(&before, file);
        let mut errors: Vec<Problem> = errors
            .into_iter()
            .map(|(place, message)| Problem {
                place: Some(place.to_string()),
                key: "syntax".to_owned(),
                message,
            })
            .collect();
        let document = before.parse().map_err(|error: toml_edit::TomlError| {
            if errors.is_empty() {
                errors.push(problem("syntax", error.message().to_owned()));
            }
            errors
        })?;
        Ok(Self {
            paths,
            environment: environment.clone(),
            before,
            document,
        })
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.paths.config_file
    }

    /// What stands under a dotted key such as `mail.smtp.host`, as text; a list joined by spaces.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<String> {
        let item = key
            .split('.')
            .try_fold(self.document.as_item(), |item, part| item.get(part))?;
        let text = match item.as_value()? {
            Value::String(text) => text.value().clone(),
            Value::Integer(number) => number.value().to_string(),
            Value::Boolean(value) => value.value().to_string(),
            Value::Array(list) => {
                let words: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
                words?.join(" ")
            }
            _ => return None,
        };
        Some(text).filter(|text| !text.is_empty())
    }

    /// Sets a dotted key. What stood there gives way; a comment on its line stays.
    ///
    /// # Errors
    /// When the file is written in a way in which it can't be added.
    pub fn set(&mut self, key: &str, value: impl Into<Value>) -> Result<(), Problem> {
        let mut changed = self.document.clone();
        let value = value.into();
        let wanted = value.to_string();
        place(&mut changed, key, value)
            .and_then(|()| {
                // Read back: what was written is what will be read.
                let again: DocumentMut = changed.to_string().parse().ok()?;
                let kept = key
                    .split('.')
                    .try_fold(again.as_item(), |item, part| item.get(part))?;
                let mut kept = kept.as_value()?.clone();
                kept.decor_mut().clear();
                (kept.to_string() == wanted).then_some(())
            })
            .ok_or_else(|| {
                problem(
                    key,
                    format!(
                        "can't be put into {} as that is written; add {key} = {wanted} yourself",
                        self.file().display()
                    ),
                )
            })?;
        self.document = changed;
        Ok(())
    }

    /// Takes a dotted key out, if it is there.
    pub fn remove(&mut self, key: &str) {
        let (sections, name) = key.rsplit_once('.').unwrap_or(("", key));
        let mut table: &mut dyn TableLike = self.document.as_table_mut();
        for part in sections.split('.').filter(|part| !part.is_empty()) {
            match table.get_mut(part).and_then(Item::as_table_like_mut) {
                Some(inner) => table = inner,
                None => return,
            }
        }
        table.remove(name);
    }

    /// The file's text as it is to be.
    #[must_use]
    pub fn text(&self) -> String {
        self.document.to_string()
    }

    /// What can't stand in the file as it is to be, whatever variables say.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut environment = self.environment.clone();
        environment
            .variables
            .retain(|name, _| !name.starts_with("GREENROOM_"));
        Config::read(&self.text(), self.paths.clone(), &environment)
            .err()
            .unwrap_or_default()
    }

    /// The configuration as it is to be, with the variables that win over the file.
    ///
    /// # Errors
    /// Every problem, as for [`Config::load`].
    pub fn config(&self) -> Result<Config, Vec<Problem>> {
        Config::read(&self.text(), self.paths.clone(), &self.environment)
    }

    /// The variables that win over settings of the file.
    pub fn overriding(&self) -> impl Iterator<Item = &str> {
        let overrides = |name: &&str| name.starts_with("GREENROOM_") && name.contains("__");
        self.environment
            .variables
            .keys()
            .map(String::as_str)
            .filter(overrides)
    }

    /// Where `mail.smtp.password_file` lies, if it is set.
    #[must_use]
    pub fn password_file(&self) -> Option<PathBuf> {
        let path = self.get("mail.smtp.password_file")?;
        Some(settings::file_at(
            &path,
            &self.environment,
            self.paths.config_dir(),
        ))
    }

    /// Every line of the file, before against after.
    #[must_use]
    pub fn differences(&self) -> Vec<Difference> {
        differences(&self.before, &self.text())
    }

    /// Writes the file for its owner alone: a new one beside it, which then takes its place at once. A file that is a
    /// symbolic link stays one.
    ///
    /// # Errors
    /// The system's, or that somebody else changed the file meanwhile; it is then as it was.
    pub fn save(&self) -> io::Result<()> {
        let file = fs::canonicalize(self.file()).unwrap_or_else(|_| self.file().to_owned());
        if read_if_there(&file)? != self.before {
            return Err(io::Error::other(
                "it was changed meanwhile, so nothing was written; begin again",
            ));
        }
        write_private(&file, self.text().as_bytes())
    }
}

/// Writes a file that only its owner can read, whole or not at all, with its directory if need be.
///
/// # Errors
/// The system's; a file that was there is then as it was.
pub fn write_private(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)?;
    let draft = directory.join(format!(".greenroom-{}.tmp", uuid::Uuid::new_v4().simple()));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)
        .and_then(|mut open| open.write_all(bytes).and_then(|()| open.sync_all()))
        .and_then(|()| fs::rename(&draft, file))
        .and_then(|()| File::open(directory)?.sync_all());
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written
}

fn read_if_there(file: &Path) -> io::Result<String> {
    match fs::read_to_string(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        other => other,
    }
}

fn place(document: &mut DocumentMut, key: &str, mut value: Value) -> Option<()> {
    let (sections, name) = key.rsplit_once('.')?;
    let mut table: &mut dyn TableLike = document.as_table_mut();
    let mut inline = false;
    for part in sections.split('.') {
        let item = table.entry(part).or_insert_with(|| {
            if inline {
                return Item::Value(InlineTable::new().into());
            }
            let mut section = Table::new();
            // A section that holds only other sections needs no line of its own.
            section.set_implicit(true);
            Item::Table(section)
        });
        inline = item.is_inline_table();
        table = item.as_table_like_mut()?;
    }
    match table.get_mut(name).and_then(Item::as_value_mut) {
        Some(existing) => {
            *value.decor_mut() = existing.decor().clone();
            *existing = value;
        }
        None => {
            table.insert(name, Item::Value(value));
        }
    }
    Some(())
}

// The longest common subsequence of lines, after what is the same at both ends.
fn differences(before: &str, after: &str) -> Vec<Difference> {
    let old: Vec<&str> = before.lines().collect();
    let new: Vec<&str> = after.lines().collect();
    let alike = |pair: &(&&str, &&str)| pair.0 == pair.1;
    let head = old.iter().zip(&new).take_while(alike).count();
    let shorter = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev());
    let tail = tail.take(shorter).take_while(alike).count();
    let middle = |lines: &[&str]| -> Vec<String> {
        let lines = lines.iter().skip(head).take(lines.len() - head - tail);
        lines.map(|line| (*line).to_owned()).collect()
    };
    let same = |lines: &[&str]| -> Vec<Difference> {
        let line = |line: &&str| Difference::Same((*line).to_owned());
        lines.iter().map(line).collect()
    };
    let mut all = same(old.get(..head).unwrap_or_default());
    all.extend(changed_lines(middle(&old), middle(&new)));
    all.extend(same(old.get(old.len() - tail..).unwrap_or_default()));
    all
}

fn changed_lines(old: Vec<String>, new: Vec<String>) -> Vec<Difference> {
    // How many lines the rest from there on has in common.
    let width = new.len() + 1;
    let mut common = vec![0_u32; (old.len() + 1).saturating_mul(width).min(COMPARABLE)];
    let comparable = common.len() == (old.len() + 1) * width;
    let at = |common: &[u32], row: usize, column: usize| {
        common.get(row * width + column).copied().unwrap_or(0)
    };
    if comparable {
        for (row, gone) in old.iter().enumerate().rev() {
            for (column, added) in new.iter().enumerate().rev() {
                let best = if gone == added {
                    at(&common, row + 1, column + 1) + 1
                } else {
                    at(&common, row + 1, column).max(at(&common, row, column + 1))
                };
                if let Some(cell) = common.get_mut(row * width + column) {
                    *cell = best;
                }
            }
        }
    }
    let mut lines = Vec::with_capacity(old.len() + new.len());
    let (mut old, mut new) = (
        old.into_iter().enumerate().peekable(),
        new.into_iter().enumerate().peekable(),
    );
    loop {
        match (old.peek(), new.peek()) {
            (Some((_, gone)), Some((_, added))) if comparable && gone == added => {
                new.next();
                lines.extend(old.next().map(|(_, line)| Difference::Same(line)));
            }
            (Some((row, _)), Some((column, _)))
                if at(&common, row + 1, *column) < at(&common, *row, column + 1) =>
            {
                lines.extend(new.next().map(|(_, line)| Difference::New(line)));
            }
            (Some(_), _) => lines.extend(old.next().map(|(_, line)| Difference::Gone(line))),
            (None, Some(_)) => lines.extend(new.next().map(|(_, line)| Difference::New(line))),
            (None, None) => return lines,
        }
    }
}

#[cfg(test)]
mod tests;
