//! Where values come from: the TOML file and the environment, flattened to dotted keys such as `mail.smtp.host`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::de::{DeArray, DeTable, DeValue};

/// One value as written, before anybody has said what it ought to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// A string of the file.
    Text(String),
    /// `true` or `false`.
    Boolean(bool),
    /// A list of strings.
    List(Vec<String>),
    /// A number without a fraction, in decimal.
    Integer(String),
    /// A variable of the environment: text that may mean any of these.
    Variable(String),
    /// Something that no setting takes, by its name in TOML.
    Other(&'static str),
    /// A `[section]`, empty or not.
    Section,
}

/// Where a value stands, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    File { path: PathBuf, line: usize },
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(out, "{}:{line}", path.display()),
            Self::Variable(name) => out.write_str(name),
        }
    }
}

/// Values by their dotted keys.
pub(super) type Values = BTreeMap<String, (Value, Origin)>;

/// Flattens a TOML document. What does not parse comes back as messages, each with its line; the rest is still read.
pub(super) fn of_file(text: &str, path: &Path) -> (Values, Vec<(Origin, String)>) {
    let line = |at: usize| 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
    let origin = |at: usize| Origin::File {
        path: path.to_owned(),
        line: line(at),
    };
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut values = Values::new();
    flatten("", table.get_ref(), &origin, &mut values);
    let errors = errors
        .into_iter()
        .map(|error| {
            (
                origin(error.span().map_or(0, |span| span.start)),
                error.message().to_owned(),
            )
        })
        .collect();
    (values, errors)
}

// Recursion is bounded: the parser refuses deep nesting.
fn flatten(
    prefix: &str,
    table: &DeTable<'_>,
    origin: &impl Fn(usize) -> Origin,
    values: &mut Values,
) {
    for (name, value) in table {
        let key = if prefix.is_empty() {
            name.get_ref().to_string()
        } else {
            format!("{prefix}.{}", name.get_ref())
        };
        let read = match value.get_ref() {
            DeValue::Table(inner) => {
                flatten(&key, inner, origin, values);
                Value::Section
            }
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Boolean(value) => Value::Boolean(*value),
            DeValue::Integer(number) if number.radix() == 10 => {
                Value::Integer(number.as_str().to_owned())
            }
            DeValue::Integer(_) => Value::Other("a number that is not decimal"),
            DeValue::Float(_) => Value::Other("a number with a fraction"),
            DeValue::Datetime(_) => Value::Other("a date"),
            DeValue::Array(items) => texts(items).map_or(Value::Other("a list"), Value::List),
        };
        values.insert(key, (read, origin(name.span().start)));
    }
}

fn texts(items: &DeArray<'_>) -> Option<Vec<String>> {
    let text = |item: &toml::Spanned<DeValue<'_>>| match item.get_ref() {
        DeValue::String(text) => Some(text.to_string()),
        _ => None,
    };
    items.iter().map(text).collect()
}

/// Lays the variables named like `GREENROOM_MAIL__SMTP__HOST` over the values of the file.
pub(super) fn overlay(values: &mut Values, variables: &BTreeMap<String, String>) {
    for (name, value) in variables {
        let Some(path) = name
            .strip_prefix("GREENROOM_")
            .filter(|path| path.contains("__"))
        else {
            continue;
        };
        let key = path
            .split("__")
            .collect::<Vec<_>>()
            .join(".")
            .to_ascii_lowercase();
        values.insert(
            key,
            (
                Value::Variable(value.clone()),
                Origin::Variable(name.clone()),
            ),
        );
    }
}
