//! Lines of CSV (RFC 4180) that no spreadsheet calculates.

use super::Failure;
use crate::domain::import::formula::neutralised;

/// One line, with its line break.
pub(super) fn record<'a>(cells: impl Iterator<Item = &'a str>) -> Result<String, Failure> {
    let mut line = ::csv::WriterBuilder::new().from_writer(Vec::new());
    line.write_record(cells.map(|cell| neutralised(cell).into_owned()))
        .map_err(Failure::environment)?;
    let line = line.into_inner().map_err(Failure::environment)?;
    Ok(String::from_utf8_lossy(&line).into_owned())
}
