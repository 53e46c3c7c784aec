//! What a file is, by its first octets.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::{Format, ImportError};
use crate::domain::trouble;
use crate::store::is_database;

/// Octets that are looked at to tell what a file is.
const HEAD: u64 = 64 * 1024;

/// How long a file is.
pub(super) fn octets(file: &Path) -> Result<u64, ImportError> {
    let data = std::fs::metadata(file).map_err(|error| unreadable(file, &error))?;
    Ok(data.len())
}

pub(super) fn unreadable(file: &Path, error: &io::Error) -> ImportError {
    ImportError::Unreadable(file.display().to_string(), trouble::in_words(error))
}

/// What a file is that nobody has named.
pub(super) fn guess(file: &Path) -> Result<Format, ImportError> {
    if is_database(file).map_err(|error| unreadable(file, &error))? {
        return Ok(Format::Legacy);
    }
    let first = head(file)?
        .into_iter()
        .find(|octet| !octet.is_ascii_whitespace());
    Ok(if first == Some(b'{') {
        Format::Json
    } else {
        Format::Csv
    })
}

/// How a file begins, without the mark of UTF-8.
pub(super) fn head(file: &Path) -> Result<Vec<u8>, ImportError> {
    let mut head = Vec::new();
    let opened = open(file)?;
    opened
        .take(HEAD)
        .read_to_end(&mut head)
        .map_err(|error| unreadable(file, &error))?;
    // The marks of UTF-16 and UTF-32, and what no text holds.
    if head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]) || head.contains(&0) {
        return Err(ImportError::NotUtf8(file.display().to_string()));
    }
    if head.starts_with(&BOM) {
        head.drain(..BOM.len());
    }
    Ok(head)
}

/// The mark of UTF-8 with which some programs begin a file.
pub(super) const BOM: [u8; 3] = [0xEF, 0xBB, 0xBF];

pub(super) fn open(file: &Path) -> Result<File, ImportError> {
    let opened = File::open(file).map_err(|error| unreadable(file, &error))?;
    let data = opened
        .metadata()
        .map_err(|error| unreadable(file, &error))?;
    // A pipe can't be read twice, and a directory not at all.
    if data.is_file() {
        Ok(opened)
    } else {
        Err(unreadable(
            file,
            &io::Error::other("it is not a plain file"),
        ))
    }
}
