//! How values become columns and columns values, in one place.

use std::cell::Cell;
use std::str::FromStr;

use jiff::Timestamp;
use rusqlite::types::FromSql;
use rusqlite::{CachedStatement, Row as SqlRow};

use super::{Reading, StoreError};

impl Reading<'_> {
    /// The one way to a statement: its parameters are `$1`, `$2`, … in the order of their first use, so that they
    /// mean the same to every engine.
    pub(super) fn statement(&self, sql: &str) -> Result<CachedStatement<'_>, StoreError> {
        let statement = self.connection.prepare_cached(sql)?;
        for index in 1..=statement.parameter_count() {
            let expected = format!("${index}");
            debug_assert_eq!(
                statement.parameter_name(index),
                Some(expected.as_str()),
                "in {sql}"
            );
        }
        Ok(statement)
    }

    pub(super) fn execute(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
    ) -> Result<usize, StoreError> {
        Ok(self.statement(sql)?.execute(parameters)?)
    }

    pub(super) fn one<T>(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
        read: impl FnOnce(&SqlRow<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut statement = self.statement(sql)?;
        let mut rows = statement.query(parameters)?;
        rows.next()?.map(read).transpose()
    }

    pub(super) fn many<T>(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
        read: impl Fn(&SqlRow<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.statement(sql)?;
        let mut rows = statement.query(parameters)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(row)?);
        }
        Ok(found)
    }
}

/// What the columns of a row are read from, by their names.
pub(super) trait Cells {
    /// The value of a column.
    fn cell<T: FromSql>(&self, column: &str) -> Result<T, StoreError>;
}

impl Cells for SqlRow<'_> {
    fn cell<T: FromSql>(&self, column: &str) -> Result<T, StoreError> {
        Ok(self.get(column)?)
    }
}

/// A wide row, its columns read in about the order in which they were selected: each is looked for where the last one
/// ended. Looking among all of them by name takes longer than the engine takes for the row.
pub(super) struct InOrder<'row> {
    row: &'row SqlRow<'row>,
    next: Cell<usize>,
}

impl<'row> InOrder<'row> {
    pub(super) const fn of(row: &'row SqlRow<'row>) -> Self {
        Self {
            row,
            next: Cell::new(0),
        }
    }
}

impl Cells for InOrder<'_> {
    fn cell<T: FromSql>(&self, column: &str) -> Result<T, StoreError> {
        let statement = self.row.as_ref();
        let next = self.next.get();
        let mut onwards = (next..statement.column_count()).chain(0..next);
        let found = onwards
            .find(|at| statement.column_name(*at).is_ok_and(|name| name == column))
            .map_or_else(|| statement.column_index(column), Ok)?;
        self.next.set(found + 1);
        Ok(self.row.get(found)?)
    }
}

/// An instant as a column. Microseconds are what columns hold; the clock gives no more.
pub(super) fn instant(at: Timestamp) -> i64 {
    at.as_microsecond()
}

pub(super) fn instant_of(column: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(column)
        .map_err(|_| StoreError::Unreadable(format!("the instant {column}")))
}

pub(super) fn maybe_instant(
    row: &impl Cells,
    column: &str,
) -> Result<Option<Timestamp>, StoreError> {
    row.cell::<Option<i64>>(column)?.map(instant_of).transpose()
}

pub(super) fn an_instant(row: &impl Cells, column: &str) -> Result<Timestamp, StoreError> {
    instant_of(row.cell(column)?)
}

/// A column that holds the text of a value.
pub(super) fn parsed<T: FromStr>(row: &impl Cells, column: &str) -> Result<T, StoreError> {
    read_text(column, &row.cell::<String>(column)?)
}

pub(super) fn maybe_parsed<T: FromStr>(
    row: &impl Cells,
    column: &str,
) -> Result<Option<T>, StoreError> {
    row.cell::<Option<String>>(column)?
        .map(|text| read_text(column, &text))
        .transpose()
}

// Says which column, never what stands in it: it may be a key.
fn read_text<T: FromStr>(column: &str, text: &str) -> Result<T, StoreError> {
    text.parse()
        .map_err(|_| StoreError::Unreadable(format!("a value of {column}")))
}

/// A column that holds one of a few names.
pub(super) fn named<T>(
    row: &impl Cells,
    column: &str,
    find: impl Fn(&str) -> Option<T>,
) -> Result<T, StoreError> {
    let name: String = row.cell(column)?;
    find(&name).ok_or_else(|| StoreError::Unreadable(format!("{name:?} in {column}")))
}
