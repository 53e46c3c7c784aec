//! The records of a table (RFC 4180), one at a time: never the whole file, and never more than a mebibyte of a record.
//!
//! As spreadsheets write them: a line ends in LF, CRLF or CR, also within quotation marks, and blank lines mean nothing. A
//! record that is too long is passed over to its end, so that it costs nothing but itself.

use std::io::{self, BufRead};

use csv::ByteRecord;

/// Octets of a record that are kept.
pub(super) const LONGEST: usize = 1 << 20;

/// The records of a table.
pub(super) struct Records<R> {
    reader: R,
    separator: u8,
    // The line on which the next octet stands, counted from 1.
    line: u64,
    octets: u64,
    returned: bool,
    cell: Vec<u8>,
}

/// Where a record begins, and whether its cells can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// The line on which it begins.
    pub line: u64,
    /// What stands in the way, if something does.
    pub flaw: Option<Flaw>,
}

/// Why the cells of a record can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It is longer than a mebibyte; it ends on that line.
    TooLong(u64),
    /// A quotation mark is not closed up to the end of the file, on that line.
    NotClosed(u64),
}

impl Flaw {
    /// What is wrong, after the number of the line.
    pub fn words(self) -> String {
        match self {
            Self::TooLong(end) => {
                format!("is longer than a mebibyte, up to line {end}; is a quotation mark missing?")
            }
            Self::NotClosed(end) => format!(
                "a quotation mark is not closed, so that all up to the end of the file (line {end}) belongs to this line"
            ),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    CellBegins,
    Plain,
    Quoted,
    // After a quotation mark among quoted text: the end of it, or the first of two.
    Closed,
}

impl<R: BufRead> Records<R> {
    pub const fn new(reader: R, separator: u8) -> Self {
        Self {
            reader,
            separator,
            line: 1,
            octets: 0,
            returned: false,
            cell: Vec::new(),
        }
    }

    /// How much of the table was read.
    pub const fn octets(&self) -> u64 {
        self.octets
    }

    /// Reads the next record that is not a blank line into `record`.
    pub fn next(&mut self, record: &mut ByteRecord) -> io::Result<Option<Found>> {
        record.clear();
        self.cell.clear();
        let (mut state, mut first, mut length) = (State::CellBegins, None, 0_usize);
        loop {
            let octets = self.reader.fill_buf()?;
            if octets.is_empty() {
                return Ok(first.map(|line| {
                    let flaw = match state {
                        State::Quoted => Some(Flaw::NotClosed(self.line)),
                        _ => too_long(length, self.line),
                    };
                    record.push_field(&self.cell);
                    Found { line, flaw }
                }));
            }
            let (mut used, mut ended) = (0, None);
            for octet in octets {
                used += 1;
                // The second half of an end of line that is over.
                if *octet == b'\n' && std::mem::take(&mut self.returned) {
                    continue;
                }
                self.returned = *octet == b'\r';
                let octet = if self.returned { b'\n' } else { *octet };
                let ends = octet == b'\n' && state != State::Quoted;
                if ends && first.is_none() {
                    self.line += 1;
                    continue;
                }
                let line = *first.get_or_insert(self.line);
                let before = self.line;
                self.line += u64::from(octet == b'\n');
                length += 1;
                if ends {
                    let flaw = too_long(length, before);
                    ended = Some(Found { line, flaw });
                    break;
                }
                let mut kept = true;
                state = match (state, octet) {
                    (State::CellBegins | State::Closed, b'"') => {
                        kept = state == State::Closed;
                        State::Quoted
                    }
                    (State::Quoted, b'"') => {
                        kept = false;
                        State::Closed
                    }
                    (State::Quoted, _) => State::Quoted,
                    (_, octet) if octet == self.separator => {
                        kept = false;
                        if length <= LONGEST {
                            record.push_field(&self.cell);
                        }
                        self.cell.clear();
                        State::CellBegins
                    }
                    _ => State::Plain,
                };
                if kept && length <= LONGEST {
                    self.cell.push(octet);
                }
            }
            self.reader.consume(used);
            self.octets += used as u64;
            if ended.is_some() {
                record.push_field(&self.cell);
                return Ok(ended);
            }
        }
    }
}

fn too_long(length: usize, line: u64) -> Option<Flaw> {
    (length > LONGEST).then_some(Flaw::TooLong(line))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &[u8]) -> Vec<(Found, Vec<Vec<u8>>)> {
        let mut records = Records::new(io::BufReader::with_capacity(3, text), b',');
        let (mut all, mut record) = (Vec::new(), ByteRecord::new());
        while let Some(found) = records.next(&mut record).unwrap() {
            all.push((found, record.iter().map(<[u8]>::to_vec).collect()));
        }
        assert_eq!(records.octets(), text.len() as u64);
        all
    }

    #[test]
    fn every_record_is_numbered_by_the_line_on_which_it_begins() {
        let lines = |text: &str| -> Vec<u64> {
            read(text.as_bytes())
                .iter()
                .map(|(found, _)| found.line)
                .collect()
        };
        assert_eq!(lines("a\n\n\"b\nb\"\nc\n\n\nd"), [1, 3, 5, 8]);
        assert_eq!(lines("a\r\n\r\n\"b\r\nb\"\r\nc\r\n\r\n\r\nd"), [1, 3, 5, 8]);
        assert_eq!(lines("a\r\r\"b\rb\"\rc\r\r\rd\r"), [1, 3, 5, 8]);
        assert_eq!(lines(""), [] as [u64; 0]);
        assert_eq!(lines("\n\n"), [] as [u64; 0]);
    }

    #[test]
    fn what_is_too_long_or_does_not_end_says_up_to_where() {
        let long = format!("a\n\"{}\n\n\"\nc", "x,".repeat(LONGEST / 2));
        let all = read(long.as_bytes());
        assert_eq!(all.len(), 3);
        assert_eq!(all[1].0.line, 2);
        assert_eq!(all[1].0.flaw, Some(Flaw::TooLong(4)));
        assert_eq!((all[2].0.line, all[2].0.flaw), (5, None));
        let open = read(b"a\n\"b\nc\nd\n");
        assert_eq!(open[1].0.line, 2);
        assert_eq!(open[1].0.flaw, Some(Flaw::NotClosed(5)));
    }

    proptest! {
        #[test]
        fn cells_are_those_that_any_other_program_reads(text in "[a\",\n]{0,24}") {
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .from_reader(text.as_bytes());
            let theirs: Vec<Vec<Vec<u8>>> = reader
                .byte_records()
                .map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect())
                .collect();
            let ours: Vec<_> = read(text.as_bytes()).into_iter().map(|(_, cells)| cells).collect();
            prop_assert_eq!(ours, theirs);
        }
    }
}
