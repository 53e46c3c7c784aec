//! Reads settings one at a time, and keeps every problem instead of stopping at the first.
//!
//! The settings that are asked for are the settings that exist: a value nobody asked for is an unknown setting.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use super::Problem;
use super::sources::{Origin, Value, Values};
use crate::domain::text::{clip, visible};
use crate::domain::when::{parse_span, span_in_words};

/// Hands out values by key.
pub(super) struct Reader {
    values: Values,
    asked: Vec<&'static str>,
    problems: Vec<Problem>,
}

impl Reader {
    pub(super) const fn new(values: Values, problems: Vec<Problem>) -> Self {
        Self {
            values,
            asked: Vec::new(),
            problems,
        }
    }

    /// Text with something in it; an empty one counts as not set, so that a variable can unset a line of the file.
    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        match self.value(key)? {
            Value::Text(text) | Value::Variable(text) => {
                Some(text).filter(|text| !text.trim().is_empty())
            }
            other => self.mismatch(key, "text in quotation marks", &other),
        }
    }

    /// Text that `parse` makes something of.
    pub(super) fn parsed<T, E: Display>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(key)?;
        parse(&text).map_err(|error| self.refuse(key, error)).ok()
    }

    /// A command and its arguments: a list of texts, or one text that is split at its spaces. No shell reads it, so what
    /// only a shell understands is refused instead of being handed on.
    pub(super) fn command(&mut self, key: &'static str) -> Option<Vec<String>> {
        match self.value(key)? {
            Value::List(words) => Some(words),
            Value::Text(text) | Value::Variable(text) if text.trim().is_empty() => None,
            Value::Text(text) | Value::Variable(text) => {
                if text.contains(['"', '\'', '\\', '$', '`', '|', '>', '<', ';', '&', '*']) {
                    self.refuse(key, "no shell reads this command; write each argument as one text of a list, like [\"msmtp\", \"-a\", \"acme\"]");
                    return None;
                }
                Some(text.split_whitespace().map(str::to_owned).collect())
            }
            other => self.mismatch(key, "a list of texts in quotation marks", &other),
        }
    }

    /// A list of texts that `parse` makes something of; in a variable, separated by commas or spaces.
    pub(super) fn list<T, E: Display>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Vec<T> {
        let words: Option<Vec<String>> = match self.value(key) {
            None => None,
            Some(Value::List(words)) => Some(words),
            Some(Value::Text(text) | Value::Variable(text)) => Some(
                text.split([',', ' '])
                    .filter(|word| !word.is_empty())
                    .map(str::to_owned)
                    .collect(),
            ),
            Some(other) => self.mismatch(key, "a list of texts in quotation marks", &other),
        };
        let mut found = Vec::new();
        for word in words.unwrap_or_default() {
            match parse(&word) {
                Ok(value) => found.push(value),
                Err(error) => self.refuse(key, error),
            }
        }
        found
    }

    /// One of several words.
    pub(super) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        choices: &[(&str, T)],
    ) -> Option<T> {
        self.parsed(key, |text| {
            let words = || choices.iter().map(|(word, _)| *word).collect::<Vec<_>>();
            choices
                .iter()
                .find(|(word, _)| *word == text)
                .map(|(_, value)| *value)
                .ok_or_else(|| format!("{:?} is not one of {}", short(text), words().join(", ")))
        })
    }

    /// A span of time such as `15m`, at most `longest`.
    pub(super) fn span(&mut self, key: &'static str, longest: Duration) -> Option<Duration> {
        self.parsed(key, |text| match parse_span(text) {
            Ok(span) if span <= longest => Ok(span),
            Ok(_) => Err(format!("is longer than {}", span_in_words(longest))),
            Err(error) => Err(error.to_string()),
        })
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self, key: &'static str) -> Option<bool> {
        match self.value(key)? {
            Value::Boolean(value) => Some(value),
            Value::Variable(text) if text.is_empty() => None,
            Value::Variable(text) => self.parse_or_refuse(key, &text, "true or false"),
            other => self.mismatch(key, "true or false, without quotation marks", &other),
        }
    }

    /// A port, 1 to 65535.
    pub(super) fn port(&mut self, key: &'static str) -> Option<u16> {
        self.number(key, u16::MAX)
    }

    /// A whole number, at least 1.
    pub(super) fn number(&mut self, key: &'static str, largest: u16) -> Option<u16> {
        let wanted = &format!("a number from 1 to {largest}");
        let number: u16 = match self.value(key)? {
            Value::Integer(number) => self.parse_or_refuse(key, &number, wanted),
            Value::Variable(text) if text.is_empty() => None,
            Value::Variable(text) => self.parse_or_refuse(key, &text, wanted),
            other => self.mismatch(key, wanted, &other),
        }?;
        if !(1..=largest).contains(&number) {
            self.refuse(key, format!("must be {wanted}"));
            return None;
        }
        Some(number)
    }

    /// The texts of a section whose keys are free, in the order of their names.
    pub(super) fn table(&mut self, key: &'static str) -> Vec<(String, String)> {
        self.asked.push(key);
        let prefix = format!("{key}.");
        let names: Vec<String> = self
            .values
            .keys()
            .filter(|name| name.starts_with(&prefix))
            .cloned()
            .collect();
        if let Some((value, _)) = self
            .values
            .get(key)
            .filter(|(value, _)| *value != Value::Section)
        {
            let value = value.clone();
            let _: Option<()> = self.mismatch(key, "a section of its own", &value);
        }
        let mut entries = Vec::new();
        for name in names {
            let Some((value, origin)) = self.values.remove(&name) else {
                continue;
            };
            let entry = name.strip_prefix(&prefix).unwrap_or(&name).to_owned();
            match (value, &origin) {
                (_, Origin::Variable(_)) => {
                    self.problem(Some(origin), &name, "is set in the file only");
                }
                (Value::Text(text), Origin::File { .. }) => entries.push((entry, text)),
                _ => self.problem(Some(origin), &name, "must be text in quotation marks"),
            }
        }
        entries
    }

    /// Notes a problem with the value of a key, at the place where it stands.
    pub(super) fn refuse(&mut self, key: &str, message: impl Display) {
        let origin = self.values.get(key).map(|(_, origin)| origin.clone());
        self.problem(origin, key, message);
    }

    /// Like [`Self::refuse`], for a message that begins with the key it is about.
    pub(super) fn refuse_named(&mut self, message: &str) {
        let (key, message) = message.split_once(": ").unwrap_or(("mail", message));
        self.refuse(key, message);
    }

    /// Whether anything is written under a key, be it right or wrong.
    pub(super) fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    #[cfg(test)]
    pub(super) fn asked(&self) -> &[&'static str] {
        &self.asked
    }

    /// Every problem, those of unknown settings among them.
    pub(super) fn finish(mut self) -> Vec<Problem> {
        let keys: Vec<String> = self.values.keys().cloned().collect();
        for (key, (value, origin)) in std::mem::take(&mut self.values) {
            let below = format!("{key}.");
            let is_section = self.asked.iter().any(|known| known.starts_with(&below));
            let is_filled = keys.iter().any(|other| other.starts_with(&below));
            let message = match (value, self.nearest(&key)) {
                _ if self.asked.contains(&key.as_str()) => continue,
                (Value::Section, _) if is_section || is_filled => continue,
                _ if is_section => format!("is a section; its settings stand under [{key}]"),
                (_, Some(nearest)) => format!("there is no such setting; did you mean {nearest}?"),
                (_, None) => "there is no such setting".to_owned(),
            };
            self.problem(Some(origin), &key, message);
        }
        self.problems
    }

    // The known key of the same name in another section, else the one that is spelled alike.
    fn nearest(&self, key: &str) -> Option<&'static str> {
        fn name(key: &str) -> &str {
            key.rsplit_once('.').map_or(key, |(_, name)| name)
        }
        let far = |known: &str| strsim::osa_distance(known, key);
        let near = |known: &&str| far(known) <= if key.len() < 8 { 2 } else { 3 };
        let known = || self.asked.iter().copied();
        let elsewhere = || {
            known()
                .filter(|known| name(known) == name(key))
                .min_by_key(|known| far(known))
        };
        let alike = || known().filter(near).min_by_key(|known| far(known));
        let slip_elsewhere =
            || known().find(|known| strsim::osa_distance(name(known), name(key)) <= 1);
        elsewhere().or_else(alike).or_else(slip_elsewhere)
    }

    // The value stays, so that a later complaint about it still knows where it stands.
    fn value(&mut self, key: &'static str) -> Option<Value> {
        self.asked.push(key);
        self.values.get(key).map(|(value, _)| value.clone())
    }

    fn parse_or_refuse<T: FromStr>(
        &mut self,
        key: &'static str,
        text: &str,
        wanted: &str,
    ) -> Option<T> {
        text.trim()
            .parse()
            .map_err(|_| self.refuse(key, format!("must be {wanted}, not {:?}", short(text))))
            .ok()
    }

    fn mismatch<T>(&mut self, key: &'static str, wanted: &str, found: &Value) -> Option<T> {
        let found = match found {
            Value::Text(_) | Value::Variable(_) => "text",
            Value::Boolean(_) => "true or false",
            Value::Integer(_) => "a number",
            Value::List(_) => "a list",
            Value::Other(what) => what,
            Value::Section => "a section",
        };
        self.refuse(key, format!("must be {wanted}, not {found}"));
        None
    }

    fn problem(&mut self, origin: Option<Origin>, key: &str, message: impl Display) {
        self.problems.push(Problem {
            place: origin.map(|origin| origin.to_string()),
            key: short(key),
            message: message.to_string(),
        });
    }
}

fn short(text: &str) -> String {
    clip(&visible(text), 60)
}
