//! Cells merged over rows: every row of a range shows its first cell, as in the spreadsheet program.

use super::row::{Cell, Row};
use crate::limits::{COLUMNS_MAX, ROWS_MAX};
use crate::protocol::Merged;

/// The ranges of a sheet, by column and first row.
#[derive(Debug, Default)]
pub(super) struct MergedCells {
    columns: Vec<(u32, Vec<Range>)>,
}

#[derive(Debug)]
struct Range {
    first_row: u32,
    last_row: u32,
    /// Index of the first row among the rows with cells, if it is one of them.
    first_index: Option<usize>,
}

impl MergedCells {
    /// Takes the ranges as the parser sends them; `index_of` finds a row by its number.
    pub(super) fn new(
        ranges: &[Merged],
        index_of: impl Fn(u32) -> Option<usize>,
    ) -> Result<Self, &'static str> {
        let mut sorted = ranges.to_vec();
        sorted.sort_by_key(|Merged(first, last, column)| (*column, *first, *last));
        let mut columns: Vec<(u32, Vec<Range>)> = Vec::new();
        for Merged(first_row, last_row, column) in sorted {
            if first_row == 0 || first_row >= last_row || last_row > ROWS_MAX || column >= COLUMNS_MAX {
                return Err("merged range");
            }
            let range = Range {
                first_row,
                last_row,
                first_index: index_of(first_row),
            };
            match columns.last_mut() {
                Some((last, ranges)) if *last == column => ranges.push(range),
                _ => columns.push((column, vec![range])),
            }
        }
        Ok(Self { columns })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Column, first and last row of each range.
    pub(super) fn ranges(&self) -> impl Iterator<Item = (u32, u32, u32)> {
        self.columns.iter().flat_map(|(column, ranges)| {
            ranges
                .iter()
                .map(|range| (*column, range.first_row, range.last_row))
        })
    }

    /// Puts into a row what the ranges show there. `cell` reads the cell of a row's index and a column.
    pub(super) fn show_in<'a>(
        &self,
        row: &mut Row<'a>,
        cell: impl Fn(usize, u32) -> Option<(Cell<'a>, Option<u8>)>,
    ) {
        for (column, ranges) in &self.columns {
            let begun = ranges.partition_point(|range| range.first_row <= row.number);
            let Some(range) = begun.checked_sub(1).and_then(|at| ranges.get(at)) else {
                continue;
            };
            if row.number > range.last_row {
                continue;
            }
            row.note_merged(*column);
            if row.number > range.first_row {
                let shown = range.first_index.and_then(|index| cell(index, *column));
                let (cell, way) = shown.unwrap_or((Cell::Empty, None));
                row.fill(*column, cell, way);
            }
        }
    }
}
