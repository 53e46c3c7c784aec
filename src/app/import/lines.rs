//! The lines of a table, one at a time: what each means, or why it means nothing.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use csv::ByteRecord;
use jiff::Timestamp;
use serde_json::Value;

use super::file::{BOM, head, open, unreadable};
use super::records::{Found, LONGEST, Records};
use super::{Format, ImportError};
use crate::domain::draft::Defaults;
use crate::domain::import::{Arrival, Column, Header, Line, Names, Terms};
use crate::domain::text::{clip, visible};

/// What an interview in JSON says beside its columns; it follows from them and is not read.
const DERIVED: [&str; 8] = [
    "join_url",
    "link_state",
    "mail_state",
    "verdict",
    "verdict_reason",
    "joined_at",
    "created_at",
    "updated_at",
];
/// Unknown fields that are named.
const MOST_UNKNOWN: usize = 100;
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// A line's number, and the interview it means or the reasons why it means none.
pub(in crate::app) type Outcome = (u64, Result<Arrival, Vec<String>>);

/// The lines of a table.
pub(in crate::app) struct Lines {
    file: PathBuf,
    terms: Terms,
    source: Source,
}

type ReadLine = Result<Line, Vec<String>>;

enum Source {
    Csv {
        records: Records<BufReader<File>>,
        header: Header,
        record: ByteRecord,
    },
    Json {
        reader: BufReader<File>,
        line: u64,
        octets: u64,
        unknown: BTreeSet<String>,
    },
}

impl Lines {
    pub fn open(
        file: &Path,
        format: Format,
        mut defaults: Defaults,
        now: Timestamp,
        names: Names,
    ) -> Result<Self, ImportError> {
        let head = head(file)?;
        let mut opened = open(file)?;
        let mark = read_mark(&mut opened).map_err(|error| unreadable(file, &error))?;
        let source = if format == Format::Json {
            // Every field is written there, the empty ones too.
            defaults.company = None;
            defaults.recruiter = crate::domain::interview::Recruiter::default();
            Source::Json {
                reader: BufReader::new(opened),
                line: 0,
                octets: mark,
                unknown: BTreeSet::new(),
            }
        } else {
            let said = said_separator(&head);
            let mut records = Records::new(
                BufReader::new(opened),
                said.unwrap_or_else(|| separator(&head)),
            );
            let mut record = ByteRecord::new();
            let mut next = || records.next(&mut record);
            if said.is_some() {
                next().map_err(|error| unreadable(file, &error))?;
            }
            let first = next().map_err(|error| unreadable(file, &error))?;
            if let Some(Found {
                line,
                flaw: Some(flaw),
            }) = first
            {
                return Err(ImportError::Flawed(line, flaw.words()));
            }
            let name = || ImportError::NotUtf8(file.display().to_string());
            let cells: Vec<&str> = record
                .iter()
                .map(std::str::from_utf8)
                .collect::<Result<_, _>>()
                .map_err(|_| name())?;
            let header = Header::read(cells.into_iter())?;
            // What a column says is said, also where it says nothing.
            if header.has(Column::Company) {
                defaults.company = None;
            }
            if header.has(Column::Recruiter) {
                defaults.recruiter = crate::domain::interview::Recruiter::default();
            }
            Source::Csv {
                records,
                header,
                record,
            }
        };
        Ok(Self {
            file: file.to_owned(),
            terms: Terms {
                defaults,
                now,
                names,
            },
            source,
        })
    }

    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Columns that mean nothing here, as far as the file was read.
    pub fn unknown(&self) -> Vec<String> {
        let told = |what: &str, name: &String| {
            let meant = Column::nearest(name).map_or_else(String::new, |column| {
                format!("; did you mean {}?", column.name())
            });
            format!("the {what} {name:?} means nothing here{meant}")
        };
        match &self.source {
            Source::Csv { header, .. } => {
                let unknown = header.unknown.iter();
                unknown.map(|name| told("column", name)).collect()
            }
            Source::Json { unknown, .. } => {
                unknown.iter().map(|name| told("field", name)).collect()
            }
        }
    }

    /// How far the file was read.
    pub fn octets(&self) -> u64 {
        match &self.source {
            Source::Csv { records, .. } => records.octets(),
            Source::Json { octets, .. } => *octets,
        }
    }

    /// The next line that is not empty.
    pub fn next(&mut self) -> Result<Option<Outcome>, ImportError> {
        let Some((number, line)) = self.next_line()? else {
            return Ok(None);
        };
        Ok(Some((
            number,
            line.and_then(|line| line.arrival(&self.terms)),
        )))
    }

    fn next_line(&mut self) -> Result<Option<(u64, ReadLine)>, ImportError> {
        match &mut self.source {
            Source::Csv {
                records,
                header,
                record,
            } => {
                let found = records
                    .next(record)
                    .map_err(|error| unreadable(&self.file, &error))?;
                Ok(found.map(|Found { line, flaw }| {
                    let read = match flaw {
                        Some(flaw) => Err(vec![flaw.words()]),
                        None => csv_line(header, record),
                    };
                    (line, read)
                }))
            }
            Source::Json {
                reader,
                line,
                octets,
                unknown,
            } => loop {
                let mut text = Vec::new();
                let mut read = reader
                    .by_ref()
                    .take(LONGEST as u64)
                    .read_until(b'\n', &mut text)
                    .map_err(|error| unreadable(&self.file, &error))?;
                if read == 0 {
                    return Ok(None);
                }
                *line += 1;
                let is_cut = read == LONGEST && text.last() != Some(&b'\n');
                if is_cut {
                    read += reader
                        .skip_until(b'\n')
                        .map_err(|error| unreadable(&self.file, &error))?;
                }
                *octets += read as u64;
                if is_cut {
                    let reason = "is longer than a mebibyte".to_owned();
                    return Ok(Some((*line, Err(vec![reason]))));
                }
                if !text.trim_ascii().is_empty() {
                    return Ok(Some((*line, json_line(&text, unknown))));
                }
            },
        }
    }
}

fn csv_line(header: &Header, record: &ByteRecord) -> ReadLine {
    if record.len() != header.len() {
        return Err(vec![format!(
            "has {} where the first line names {}; is a quotation mark missing?",
            cells_in_words(record.len()),
            header.len()
        )]);
    }
    let cells: Vec<&str> = record
        .iter()
        .map(std::str::from_utf8)
        .collect::<Result<_, _>>()
        .map_err(|_| vec!["holds what is not text in UTF-8".to_owned()])?;
    Ok(header.line(cells.into_iter()))
}

fn cells_in_words(count: usize) -> String {
    if count == 1 {
        "1 cell".to_owned()
    } else {
        format!("{count} cells")
    }
}

fn json_line(text: &[u8], unknown: &mut BTreeSet<String>) -> ReadLine {
    let fields: serde_json::Map<String, Value> = serde_json::from_slice(text)
        .map_err(|error| vec![format!("is not an interview as JSON: {error}")])?;
    for name in fields.keys() {
        let means = DERIVED.contains(&name.as_str())
            || Column::ALL.iter().any(|column| column.name() == name);
        if !means && unknown.len() < MOST_UNKNOWN {
            unknown.insert(clip(&visible(name), 60));
        }
    }
    let mut line = Line::default();
    let mut flaws = Vec::new();
    for column in Column::ALL {
        let Some(value) = fields.get(column.name()) else {
            continue;
        };
        match json_cell(*column, value) {
            Ok(text) => line.set(*column, &text),
            Err(flaw) => flaws.push(format!("{}: {flaw}", column.name())),
        }
    }
    if flaws.is_empty() {
        Ok(line)
    } else {
        Err(flaws)
    }
}

fn json_cell(column: Column, value: &Value) -> Result<String, &'static str> {
    let numbers = [
        Column::DurationMinutes,
        Column::ExternalId,
        Column::Sequence,
    ];
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) if numbers.contains(&column) => Ok(number.to_string()),
        Value::Array(items) if column == Column::Interviewers => items
            .iter()
            .map(|item| item.as_str().ok_or("is a list of other than texts"))
            .collect::<Result<Vec<_>, _>>()
            .map(|names| names.join(", ")),
        Value::Number(_) => Err("is a number where a text belongs"),
        Value::Bool(_) => Err("is true or false where a text belongs"),
        Value::Array(_) => Err("is a list where a text belongs"),
        Value::Object(_) => Err("is an object where a text belongs"),
    }
}

// The separator that a first line names for Excel: `sep=;`.
fn said_separator(head: &[u8]) -> Option<u8> {
    let line = head.split(|octet| matches!(octet, b'\n' | b'\r')).next()?;
    let line = line.trim_ascii_end();
    let line = line
        .strip_prefix(b"\"")
        .and_then(|line| line.strip_suffix(b"\""))
        .unwrap_or(line);
    let (name, said) = line.split_at_checked(4)?;
    match said {
        [octet] if name.eq_ignore_ascii_case(b"sep=") => Some(*octet),
        // A tab at the end of the line.
        [] if name.eq_ignore_ascii_case(b"sep=") => Some(b'\t'),
        _ => None,
    }
}

// The separator under which the first line names the most columns.
fn separator(head: &[u8]) -> u8 {
    let named = |separator: u8| {
        let mut record = ByteRecord::new();
        let read = Records::new(head, separator).next(&mut record);
        let cells = record
            .iter()
            .filter_map(|cell| std::str::from_utf8(cell).ok());
        read.map_or(0, |_| Header::recognised(cells))
    };
    // Of equals, the last: the comma is the rule.
    SEPARATORS
        .into_iter()
        .rev()
        .max_by_key(|separator| named(*separator))
        .unwrap_or(b',')
}

fn read_mark(file: &mut File) -> io::Result<u64> {
    let mut mark = Vec::new();
    file.by_ref()
        .take(BOM.len() as u64)
        .read_to_end(&mut mark)?;
    let length = if mark == BOM { BOM.len() as u64 } else { 0 };
    file.seek(SeekFrom::Start(length))
}
