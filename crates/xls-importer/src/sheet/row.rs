//! A row of a sheet: its cells by column, and what is known of them beside their values.

use rust_decimal::Decimal;

use crate::shown_as::ShownAs;

/// A number as `digits / 10^places`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    /// The digits without the point.
    pub digits: i64,
    /// How many of them stand behind the point, at most 20.
    pub places: u8,
}

impl Number {
    /// The same number as a decimal.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.digits, u32::from(self.places))
    }
}

/// What a cell holds. Texts are trimmed; an empty one is no cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing.
    Empty,
    /// Text.
    Text(&'a str),
    /// An exact number.
    Number(Number),
    /// A number whose last digits the spreadsheet has already lost, or which is not finite.
    Inexact(&'a str),
    /// A date cell, as the serial number of the workbook's epoch.
    Date(Number),
    /// A span of time in days.
    Span(Number),
    /// True or false.
    Truth(bool),
    /// An error value such as `#N/A`.
    Error(&'a str),
    /// A formula without a stored result.
    Uncalculated,
}

/// One row; cells by column counted from 0.
#[derive(Debug, Default)]
pub struct Row<'a> {
    /// Number of the row in the sheet, from 1.
    pub number: u32,
    pub(super) cells: Vec<Cell<'a>>,
    /// Columns whose number is shown in a way that says something of it, with the place of that way.
    pub(super) shown: Vec<(u32, u8)>,
    pub(super) ways_shown: &'a [ShownAs],
    /// Columns whose cell is one with cells of other rows.
    pub(super) merged: Vec<u32>,
}

impl<'a> Row<'a> {
    /// The cell of a column; columns without one are empty.
    #[must_use]
    pub fn cell(&self, column: u32) -> Cell<'a> {
        usize::try_from(column)
            .ok()
            .and_then(|column| self.cells.get(column))
            .copied()
            .unwrap_or(Cell::Empty)
    }

    /// What the number format of a cell says of its number, if it says anything.
    pub(crate) fn shown(&self, column: u32) -> Option<&'a ShownAs> {
        let (_, place) = self.shown.iter().find(|(shown, _)| *shown == column)?;
        self.ways_shown.get(usize::from(*place).checked_sub(1)?)
    }

    /// Whether the cell of a column is one with cells of other rows.
    pub(crate) fn is_merged(&self, column: u32) -> bool {
        self.merged.contains(&column)
    }

    /// Puts in what a merged range shows in this row.
    pub(super) fn fill(&mut self, column: u32, cell: Cell<'a>, shown: Option<u8>) {
        let Ok(index) = usize::try_from(column) else {
            return;
        };
        if self.cells.len() <= index {
            self.cells.resize(index + 1, Cell::Empty);
        }
        if let Some(place) = self.cells.get_mut(index) {
            *place = cell;
        }
        self.shown.retain(|(shown, _)| *shown != column);
        self.shown.extend(shown.map(|place| (column, place)));
    }

    pub(super) fn note_merged(&mut self, column: u32) {
        self.merged.push(column);
    }

    /// All cells up to the last one that is there, with their columns.
    pub fn cells(&self) -> impl Iterator<Item = (u32, Cell<'a>)> {
        (0..).zip(self.cells.iter().copied())
    }
}
