//! Rows of cells, aligned by what they take on the screen: wide characters count as wide.

use crate::domain::text::{clip, columns, pad, visible};

/// Columns between two cells.
const GAP: &str = "  ";

/// Lays rows out in columns. The widths of one page hold for the next too, so that a long list does not jump.
#[derive(Debug, Default)]
pub struct Table {
    widths: Vec<usize>,
    longest: Vec<usize>,
}

impl Table {
    /// A table whose cells are cut at these widths; 0 for never.
    #[must_use]
    pub fn new(longest: &[usize]) -> Self {
        Self {
            widths: vec![0; longest.len()],
            longest: longest.to_vec(),
        }
    }

    /// The rows as lines, made harmless; `paint` may colour a cell after it was padded, by row and column.
    pub fn lay_out(
        &mut self,
        rows: &[Vec<String>],
        paint: impl Fn(usize, usize, &str) -> String,
    ) -> Vec<String> {
        let cells: Vec<Vec<String>> = rows.iter().map(|row| self.cells(row)).collect();
        for row in &cells {
            for (width, cell) in self.widths.iter_mut().zip(row) {
                *width = (*width).max(columns(cell));
            }
        }
        let line = |(at, row): (usize, &Vec<String>)| {
            let last = row.len().saturating_sub(1);
            let padded = row
                .iter()
                .zip(&self.widths)
                .enumerate()
                .map(|(column, (cell, width))| {
                    let cell = if column == last {
                        cell.clone()
                    } else {
                        pad(cell, *width)
                    };
                    paint(at, column, &cell)
                });
            padded.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
        };
        cells.iter().enumerate().map(line).collect()
    }

    fn cells(&self, row: &[String]) -> Vec<String> {
        let cell = |(text, longest): (&String, &usize)| {
            let shown = visible(text);
            if *longest == 0 {
                shown.into_owned()
            } else {
                clip(&shown, *longest)
            }
        };
        row.iter().zip(&self.longest).map(cell).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid_out(table: &mut Table, rows: &[&[&str]]) -> Vec<String> {
        let rows: Vec<Vec<String>> = rows
            .iter()
            .map(|row| row.iter().map(|cell| (*cell).to_owned()).collect())
            .collect();
        table.lay_out(&rows, |_, _, cell| cell.to_owned())
    }

    #[test]
    fn wide_characters_stay_in_their_column() {
        let mut table = Table::new(&[0, 8, 0]);
        let lines = laid_out(
            &mut table,
            &[
                &["a", "李小龍", "x"],
                &["bcd", "Ada", "y"],
                &["e", "Wolfeschlegel", "\u{202e}z"],
            ],
        );
        assert_eq!(
            lines,
            [
                "a    李小龍    x",
                "bcd  Ada       y",
                "e    Wolfesc…  <U+202E>z"
            ]
        );
        assert_eq!(
            laid_out(&mut table, &[&["f", "g", "h"]]),
            ["f    g         h"],
            "the next page keeps the widths"
        );
    }
}
