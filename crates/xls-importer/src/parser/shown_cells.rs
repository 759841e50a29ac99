//! Which cells of a sheet show their number in a way that says something of it, where values and styles are read apart.

use super::ParseStop;
use crate::limits::{COLUMNS_MAX, FORMAT_RUNS_MAX};
use crate::refusal::FileRefusal;

/// Rows of one column that follow each other and show numbers alike.
struct Run {
    first_row: u32,
    last_row: u32,
    place: u8,
}

/// Cells by column, as runs: a column is mostly formatted in one.
#[derive(Default)]
pub(super) struct ShownCells {
    columns: Vec<Column>,
    runs: usize,
}

#[derive(Default)]
struct Column {
    runs: Vec<Run>,
    /// The run that the row asked for last is not beyond.
    next: usize,
}

impl ShownCells {
    /// Notes a cell; rows and columns count from 0.
    pub(super) fn note(&mut self, row: u32, column: u32, place: u8) -> Result<(), ParseStop> {
        if place == 0 || column >= COLUMNS_MAX {
            return Ok(());
        }
        let Ok(index) = usize::try_from(column) else {
            return Ok(());
        };
        if self.columns.len() <= index {
            self.columns.resize_with(index + 1, Column::default);
        }
        let Some(column) = self.columns.get_mut(index) else {
            return Ok(());
        };
        if let Some(last) = column.runs.last_mut()
            && last.place == place
            && row == last.last_row + 1
        {
            last.last_row = row;
            return Ok(());
        }
        column.runs.push(Run {
            first_row: row,
            last_row: row,
            place,
        });
        self.runs += 1;
        if self.runs > FORMAT_RUNS_MAX {
            let number = |value: usize| u64::try_from(value).unwrap_or(u64::MAX);
            return Err(FileRefusal::TooLarge {
                what: "changes of number format in the sheet".to_owned(),
                actual: number(self.runs),
                limit: number(FORMAT_RUNS_MAX),
            }
            .into());
        }
        Ok(())
    }

    /// All cells are noted. An old workbook may hold its rows in any order.
    pub(super) fn sorted(mut self) -> Self {
        for column in &mut self.columns {
            column.runs.sort_by_key(|run| run.first_row);
        }
        self
    }

    /// The place of a cell's way of showing numbers, 0 where it says nothing. Ask in the order of the rows.
    pub(super) fn place(&mut self, row: u32, column: u32) -> u8 {
        let column = usize::try_from(column).ok();
        let Some(column) = column.and_then(|column| self.columns.get_mut(column)) else {
            return 0;
        };
        while let Some(run) = column.runs.get(column.next) {
            if row <= run.last_row {
                return if row >= run.first_row { run.place } else { 0 };
            }
            column.next += 1;
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::ShownCells;

    #[test]
    fn cells_come_back_in_the_order_of_rows() {
        let mut cells = ShownCells::default();
        for (row, place) in [(7, 1), (1, 1), (2, 1), (3, 2)] {
            assert!(cells.note(row, 4, place).is_ok());
        }
        assert!(cells.note(1, 100_000, 1).is_ok(), "beyond the columns read");
        let mut cells = cells.sorted();
        let read: Vec<u8> = (0..9).map(|row| cells.place(row, 4)).collect();
        assert_eq!(read, [0, 1, 1, 2, 0, 0, 0, 1, 0]);
        assert_eq!(cells.place(1, 3), 0);
    }
}
