//! Cells into rows into frames, with the bounds on rows, columns, blanks and texts.

use std::collections::HashMap;
use std::io::Write;

use super::ParseStop;
use super::exact_number::{ExactNumber, exact_number};
use crate::limits::{
    BLANK_ROWS_MAX, CELL_CHARS_MAX, COLUMNS_MAX, FRAME_BYTES_TARGET, ROWS_MAX, SHEET_BYTES_MAX,
};
use crate::protocol::{End, Merged, cell, frame, put_signed, put_text, put_unsigned};
use crate::refusal::FileRefusal;
use crate::sheet::column_letters;

/// A cell's value as the workbook readers give it.
pub(super) enum Value<'a> {
    Text(&'a str),
    /// A text of the workbook's own table: the same address means the same text.
    Shared(&'a str),
    Number(f64),
    Date(f64),
    Span(f64),
    Truth(bool),
    Error(&'a str),
    Uncalculated,
}

/// Writes rows in file order.
pub(super) struct RowWriter<W> {
    out: W,
    frame: Vec<u8>,
    row: Vec<u8>,
    row_number: u32,
    row_cells: u64,
    next_column: u32,
    rows: u32,
    last_row_written: u32,
    bytes_sent: usize,
    shared: HashMap<(usize, usize), u64>,
    scratch: String,
    stopped_before_row: Option<u32>,
    /// Columns with a cell in this row, and in any row so far.
    row_columns: ColumnSet,
    columns: ColumnSet,
    has_gaps: bool,
}

/// A bit for each column.
type ColumnSet = [u64; 4];
const _: () = assert!(COLUMNS_MAX == 4 * 64, "a bit for each column");

impl<W: Write> RowWriter<W> {
    pub(super) fn new(out: W) -> Self {
        Self {
            out,
            frame: Vec::with_capacity(FRAME_BYTES_TARGET + 4096),
            row: Vec::with_capacity(1024),
            row_number: 0,
            row_cells: 0,
            next_column: 0,
            rows: 0,
            last_row_written: 0,
            bytes_sent: 0,
            shared: HashMap::new(),
            scratch: String::new(),
            stopped_before_row: None,
            row_columns: ColumnSet::default(),
            columns: ColumnSet::default(),
            has_gaps: false,
        }
    }

    /// Takes one cell; `row` and `column` count from 0. Says false when the sheet has ended for this reader.
    pub(super) fn cell(&mut self, row: u32, column: u32, value: &Value<'_>) -> Result<bool, ParseStop> {
        self.shown_cell(row, column, 0, value)
    }

    /// As [`RowWriter::cell`], with the place of the number's way of being shown, 0 for one that says nothing.
    pub(super) fn shown_cell(
        &mut self,
        row: u32,
        column: u32,
        shown: u8,
        value: &Value<'_>,
    ) -> Result<bool, ParseStop> {
        let number = row.saturating_add(1);
        if number > ROWS_MAX {
            return Err(FileRefusal::TooManyRows {
                limit: u64::from(ROWS_MAX),
            }
            .into());
        }
        if number != self.row_number {
            self.finish_row()?;
            let previous = self.row_number.max(self.last_row_written);
            if number < previous {
                return Err(out_of_order(number, column));
            }
            if self.last_row_written > 0 && number - self.last_row_written > BLANK_ROWS_MAX {
                self.stopped_before_row = Some(number);
                return Ok(false);
            }
            self.row_number = number;
        }
        if column < self.next_column {
            return Err(out_of_order(number, column));
        }
        if column >= COLUMNS_MAX {
            let cell = format!("{}{number}", column_letters(column));
            return Err(FileRefusal::TooManyCells {
                cell,
                columns_max: u64::from(COLUMNS_MAX),
            }
            .into());
        }
        self.next_column = column + 1;
        self.row_cells += 1;
        put_unsigned(&mut self.row, u64::from(column));
        if let Some(bits) = usize::try_from(column / 64)
            .ok()
            .and_then(|at| self.row_columns.get_mut(at))
        {
            *bits |= 1 << (column % 64);
        }
        if shown > 0 && matches!(value, Value::Number(_)) {
            self.row.push(cell::SHOWN);
            self.row.push(shown);
        }
        self.put_value(number, column, value)?;
        Ok(true)
    }

    /// Takes an integer cell, which the old format keeps apart from binary numbers.
    pub(super) fn integer(
        &mut self,
        row: u32,
        column: u32,
        shown: u8,
        number: i64,
    ) -> Result<bool, ParseStop> {
        // Integers of that format have 30 bits, exact in either form; `i32` loses none and needs no cast.
        match i32::try_from(number) {
            Ok(small) => self.shown_cell(row, column, shown, &Value::Number(f64::from(small))),
            Err(_) => self.cell(row, column, &Value::Text(&number.to_string())),
        }
    }

    /// First free column of the current row, counted from 0.
    pub(super) fn free_column(&self) -> u32 {
        self.next_column
    }

    /// Last row that has cells so far, counted from 1; 0 before the first.
    pub(super) fn current_row(&self) -> u32 {
        self.row_number
    }

    /// Whether a row lacks a column that a row above it has. The cells a merged range covers are empty, so a sheet
    /// without gaps has no range that matters.
    pub(super) fn has_gaps(&mut self) -> Result<bool, ParseStop> {
        self.finish_row()?;
        Ok(self.has_gaps)
    }

    /// Ends the sheet.
    pub(super) fn finish(mut self, merged: Vec<Merged>) -> Result<(), ParseStop> {
        self.finish_row()?;
        self.flush()?;
        let end = End {
            rows: self.rows,
            stopped_before_row: self.stopped_before_row,
            merged,
        };
        write_json(&mut self.out, frame::END, &end)
    }

    fn put_value(&mut self, row: u32, column: u32, value: &Value<'_>) -> Result<(), ParseStop> {
        match value {
            Value::Text(text) => {
                check_text(text, row, column)?;
                self.row.push(cell::TEXT);
                put_text(&mut self.row, text);
            }
            Value::Shared(text) => {
                let key = (text.as_ptr().addr(), text.len());
                if let Some(&number) = self.shared.get(&key) {
                    self.row.push(cell::TEXT_REF);
                    put_unsigned(&mut self.row, number);
                } else {
                    check_text(text, row, column)?;
                    self.shared
                        .insert(key, u64::try_from(self.shared.len()).unwrap_or(u64::MAX));
                    self.row.push(cell::TEXT_NEW);
                    put_text(&mut self.row, text);
                }
            }
            Value::Number(number) => self.put_number(*number, cell::DECIMAL),
            Value::Date(number) => self.put_number(*number, cell::DATE),
            Value::Span(number) => self.put_number(*number, cell::SPAN),
            Value::Truth(truth) => self.row.push(if *truth { cell::YES } else { cell::NO }),
            Value::Error(text) => {
                self.row.push(cell::ERROR);
                put_text(&mut self.row, text);
            }
            Value::Uncalculated => self.row.push(cell::UNCALCULATED),
        }
        Ok(())
    }

    fn put_number(&mut self, number: f64, tag: u8) {
        match exact_number(number, &mut self.scratch) {
            ExactNumber::Decimal { digits, places: 0 } if tag == cell::DECIMAL => {
                self.row.push(cell::INTEGER);
                put_signed(&mut self.row, digits);
            }
            ExactNumber::Decimal { digits, places } => {
                self.row.push(tag);
                self.row.push(places);
                put_signed(&mut self.row, digits);
            }
            ExactNumber::Inexact(text) => {
                self.row.push(cell::INEXACT);
                put_text(&mut self.row, &text);
            }
        }
    }

    fn finish_row(&mut self) -> Result<(), ParseStop> {
        self.next_column = 0;
        if self.row_cells == 0 {
            return Ok(());
        }
        put_unsigned(&mut self.frame, u64::from(self.row_number));
        put_unsigned(&mut self.frame, self.row_cells);
        self.frame.extend_from_slice(&self.row);
        for (seen, here) in self.columns.iter_mut().zip(&mut self.row_columns) {
            self.has_gaps |= *seen & !*here != 0;
            *seen |= std::mem::take(here);
        }
        self.row.clear();
        self.row_cells = 0;
        self.rows += 1;
        self.last_row_written = self.row_number;
        if self.frame.len() >= FRAME_BYTES_TARGET {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn flush(&mut self) -> Result<(), ParseStop> {
        if self.frame.is_empty() {
            return Ok(());
        }
        self.bytes_sent += self.frame.len();
        if self.bytes_sent > SHEET_BYTES_MAX {
            let number = |value: usize| u64::try_from(value).unwrap_or(u64::MAX);
            let what = "cells of the sheet (bytes)".to_owned();
            let (actual, limit) = (number(self.bytes_sent), number(SHEET_BYTES_MAX));
            return Err(FileRefusal::TooLarge { what, actual, limit }.into());
        }
        write_frame(&mut self.out, frame::ROWS, &self.frame)?;
        self.frame.clear();
        Ok(())
    }
}

fn check_text(text: &str, row: u32, column: u32) -> Result<(), ParseStop> {
    // A character is at least one byte, so short texts need no counting.
    if text.len() > CELL_CHARS_MAX && text.chars().count() > CELL_CHARS_MAX {
        let what = format!("text in cell {}{row} (characters)", column_letters(column));
        let number = |value: usize| u64::try_from(value).unwrap_or(u64::MAX);
        let (actual, limit) = (number(text.chars().count()), number(CELL_CHARS_MAX));
        return Err(FileRefusal::TooLarge { what, actual, limit }.into());
    }
    Ok(())
}

fn out_of_order(row: u32, column: u32) -> ParseStop {
    let detail = format!(
        "cell {}{row} is given twice or out of order",
        column_letters(column)
    );
    FileRefusal::Corrupt {
        part: "sheet".to_owned(),
        detail,
    }
    .into()
}

/// Writes one frame with a JSON payload.
pub(super) fn write_json<W: Write>(
    out: &mut W,
    tag: u8,
    payload: &impl serde::Serialize,
) -> Result<(), ParseStop> {
    let payload = serde_json::to_vec(payload).map_err(|error| ParseStop::Pipe(error.into()))?;
    write_frame(out, tag, &payload)
}

fn write_frame<W: Write>(out: &mut W, tag: u8, payload: &[u8]) -> Result<(), ParseStop> {
    let length = u32::try_from(payload.len() + 1).unwrap_or(u32::MAX);
    let mut head = [0_u8; 5];
    head[..4].copy_from_slice(&length.to_le_bytes());
    head[4] = tag;
    out.write_all(&head)
        .and_then(|()| out.write_all(payload))
        .and_then(|()| out.flush())
        .map_err(ParseStop::Pipe)
}
