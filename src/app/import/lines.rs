//! The lines of a table, one at a time: never the whole file, and never more than a mebibyte of a line.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use csv::{ByteRecord, ReaderBuilder};
use jiff::Timestamp;
use serde_json::Value;

use super::file::{BOM, head, open, unreadable};
use super::{Format, ImportError};
use crate::domain::draft::Defaults;
use crate::domain::import::{Arrival, Column, Header, Line, Terms};

/// Octets of a line that are looked at.
const LONGEST: u64 = 1 << 20;
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// A line's number, and the interview it means or the reasons why it means none.
pub(in crate::app) type Outcome = (u64, Result<Arrival, Vec<String>>);

/// The lines of a table.
pub(in crate::app) struct Lines {
    file: PathBuf,
    terms: Terms,
    source: Source,
}

// The file, whose last line always ends.
type Text = Bounded<io::Chain<File, &'static [u8]>>;
type ReadLine = Result<Line, Vec<String>>;

enum Source {
    Csv {
        reader: Box<csv::Reader<Text>>,
        since: Rc<Cell<u64>>,
        header: Header,
        record: ByteRecord,
    },
    Json {
        reader: BufReader<File>,
        line: u64,
        octets: u64,
    },
}

impl Lines {
    pub fn open(
        file: &Path,
        format: Format,
        mut defaults: Defaults,
        now: Timestamp,
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
            }
        } else {
            let since = Rc::new(Cell::new(0));
            // Every line ends in a line break, the last one too.
            let bounded = Bounded {
                inner: opened.chain(&b"\n"[..]),
                since: Rc::clone(&since),
                returned: false,
            };
            let mut reader = builder(separator(&head)).from_reader(bounded);
            let mut record = ByteRecord::new();
            reader
                .read_byte_record(&mut record)
                .map_err(|error| broken(file, 1, &error))?;
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
                reader: Box::new(reader),
                since,
                header,
                record,
            }
        };
        Ok(Self {
            file: file.to_owned(),
            terms: Terms { defaults, now },
            source,
        })
    }

    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Columns that mean nothing here.
    pub fn unknown(&self) -> Vec<String> {
        match &self.source {
            Source::Csv { header, .. } => header
                .unknown
                .iter()
                .map(|name| format!("the column {name:?} means nothing here"))
                .collect(),
            Source::Json { .. } => Vec::new(),
        }
    }

    /// How far the file was read.
    pub fn octets(&self) -> u64 {
        match &self.source {
            Source::Csv { reader, .. } => reader.position().byte(),
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
                reader,
                since,
                header,
                record,
            } => {
                since.set(0);
                let before = reader.position().line();
                let more = reader
                    .read_byte_record(record)
                    .map_err(|error| broken(&self.file, before, &error))?;
                if !more {
                    return Ok(None);
                }
                // Blank lines before it were passed over; line breaks in its cells were not.
                let breaks = record.as_slice().split(|octet| *octet == b'\n').count() - 1;
                let after = reader.position().line();
                let number = after.saturating_sub(1 + breaks as u64);
                Ok(Some((number, csv_line(header, record))))
            }
            Source::Json {
                reader,
                line,
                octets,
            } => loop {
                let mut text = Vec::new();
                let read = reader
                    .by_ref()
                    .take(LONGEST)
                    .read_until(b'\n', &mut text)
                    .map_err(|error| unreadable(&self.file, &error))?;
                if read == 0 {
                    return Ok(None);
                }
                *line += 1;
                *octets += read as u64;
                if read as u64 == LONGEST && text.last() != Some(&b'\n') {
                    return Err(ImportError::Endless(*line));
                }
                if !text.trim_ascii().is_empty() {
                    return Ok(Some((*line, json_line(&text))));
                }
            },
        }
    }
}

fn csv_line(header: &Header, record: &ByteRecord) -> ReadLine {
    if record.len() != header.len() {
        return Err(vec![format!(
            "has {} cells where the first line names {}; is a quotation mark missing?",
            record.len(),
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

fn json_line(text: &[u8]) -> ReadLine {
    let fields: serde_json::Map<String, Value> = serde_json::from_slice(text)
        .map_err(|error| vec![format!("is not an interview as JSON: {error}")])?;
    let mut line = Line::default();
    for column in Column::ALL {
        let text = match fields.get(column.name()) {
            None | Some(Value::Null) => continue,
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(items)) => items
                .iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join(", "),
            Some(other) => other.to_string(),
        };
        line.set(*column, &text);
    }
    Ok(line)
}

fn builder(separator: u8) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder
        .delimiter(separator)
        .has_headers(false)
        .flexible(true);
    builder
}

// The separator under which the first line names the most columns.
fn separator(head: &[u8]) -> u8 {
    let named = |separator: u8| {
        let mut record = ByteRecord::new();
        let read = builder(separator)
            .from_reader(head)
            .read_byte_record(&mut record);
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

fn broken(file: &Path, line: u64, error: &csv::Error) -> ImportError {
    match error.kind() {
        csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::QuotaExceeded => {
            ImportError::Endless(line)
        }
        _ => unreadable(file, error),
    }
}

// Gives up when a line does not end, and makes every end of line the same.
struct Bounded<R> {
    inner: R,
    since: Rc<Cell<u64>>,
    // The last octet was a carriage return, which was handed on as the end of a line.
    returned: bool,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.since.get() > LONGEST {
                return Err(io::ErrorKind::QuotaExceeded.into());
            }
            let read = self.inner.read(buffer)?;
            self.since.set(self.since.get() + read as u64);
            let mut kept = 0;
            for at in 0..read {
                let octet = buffer[at];
                if octet == b'\n' && self.returned {
                    self.returned = false;
                    continue;
                }
                self.returned = octet == b'\r';
                buffer[kept] = if self.returned { b'\n' } else { octet };
                kept += 1;
            }
            // Nothing left of what was read is not the end.
            if kept > 0 || read == 0 {
                return Ok(kept);
            }
        }
    }
}
