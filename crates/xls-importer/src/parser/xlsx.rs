//! `.xlsx` by the streaming cell reader: a million rows take 4 MiB, where the grid takes 463 MiB.

use std::io::{Read, Seek, Write};

use calamine::{DataRef, Reader, Xlsx, XlsxError};

use super::ParseStop;
use super::hidden_rows::hidden_rows;
use super::row_writer::{RowWriter, Value, write_json};
use super::sheet_choice::{SheetChoice, choose};
use crate::protocol::{Hello, PROTOCOL_VERSION, frame};
use crate::refusal::FileRefusal;

/// Streams the chosen sheet of an `.xlsx` into `out`; `copy` is a second view of the same bytes.
pub(super) fn parse<R: Read + Seek, W: Write>(
    file: R,
    copy: R,
    wanted: Option<&str>,
    out: &mut W,
) -> Result<(), ParseStop> {
    let mut workbook = Xlsx::new(file).map_err(|error| refusal("workbook", &error))?;
    let choice = choose(workbook.sheets_metadata(), wanted)?;
    let sheet = first_non_empty(&mut workbook, &choice)?;
    let other_sheets = choice.others(&sheet);
    let unread_sheets = other_sheets
        .iter()
        // One that cannot be looked into may have rows too.
        .filter(|name| has_value(&mut workbook, name).unwrap_or(true))
        .cloned()
        .collect();
    let hello = Hello {
        protocol_version: PROTOCOL_VERSION,
        sheet_is_hidden: choice.hidden.contains(&sheet),
        epoch_1904: workbook.has_1904_epoch(),
        other_sheets,
        unread_sheets,
        hidden_sheets: choice.hidden.clone(),
        hidden_rows: hidden_rows(copy, &sheet),
        sheet,
    };
    write_json(out, frame::HELLO, &hello)?;
    stream(&mut workbook, &hello.sheet, out)
}

/// The first candidate that has a value, or the first of all when every sheet is empty.
fn first_non_empty<R: Read + Seek>(
    workbook: &mut Xlsx<R>,
    choice: &SheetChoice,
) -> Result<String, ParseStop> {
    for name in &choice.candidates {
        if has_value(workbook, name)? {
            return Ok(name.clone());
        }
    }
    choice.first_candidate()
}

/// Whether a sheet has a cell with a value in it; a sheet of charts has none.
fn has_value<R: Read + Seek>(workbook: &mut Xlsx<R>, name: &str) -> Result<bool, ParseStop> {
    let mut reader = match workbook.worksheet_cells_reader(name) {
        Ok(reader) => reader,
        Err(XlsxError::NotAWorksheet(_)) => return Ok(false),
        Err(error) => return Err(refusal(name, &error)),
    };
    loop {
        match reader.next_cell() {
            Ok(Some(cell)) if *cell.get_value() == DataRef::Empty => {}
            Ok(None) => return Ok(false),
            Ok(Some(_)) | Err(XlsxError::CellError(_)) => return Ok(true),
            Err(error) => return Err(refusal(name, &error)),
        }
    }
}

fn stream<R: Read + Seek, W: Write>(
    workbook: &mut Xlsx<R>,
    sheet: &str,
    out: &mut W,
) -> Result<(), ParseStop> {
    let mut reader = workbook
        .worksheet_cells_reader(sheet)
        .map_err(|error| refusal(sheet, &error))?;
    let mut writer = RowWriter::new(out);
    let mut lost: Option<LostError> = None;
    loop {
        // The variant that knows formulas costs nothing on plain cells and tells "never calculated" from "blank".
        let record = match reader.next_cell_with_formula_metadata() {
            Ok(Some(record)) => record,
            Ok(None) => break,
            Err(XlsxError::CellError(text)) => {
                lost.get_or_insert_with(|| LostError {
                    after_row: writer.current_row(),
                    text,
                });
                continue;
            }
            // Any other error repeats for ever.
            Err(error) => return Err(refusal(sheet, &error)),
        };
        let (row, column) = record.pos;
        if let Some(lost) = lost.take() {
            lost.write_before(&mut writer, row, column)?;
        }
        let going = match &record.value {
            DataRef::Empty if record.formula.is_some() => writer.cell(row, column, &Value::Uncalculated)?,
            DataRef::Empty => true,
            DataRef::SharedString(text) => {
                text.is_empty() || writer.cell(row, column, &Value::Shared(text))?
            }
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
                text.is_empty() || writer.cell(row, column, &Value::Text(text))?
            }
            DataRef::Float(number) => writer.cell(row, column, &Value::Number(*number))?,
            DataRef::Int(number) => writer.integer(row, column, *number)?,
            DataRef::Bool(truth) => writer.cell(row, column, &Value::Truth(*truth))?,
            DataRef::DateTime(date) if date.is_duration() => {
                writer.cell(row, column, &Value::Span(date.as_f64()))?
            }
            DataRef::DateTime(date) => writer.cell(row, column, &Value::Date(date.as_f64()))?,
            DataRef::Error(error) => writer.cell(row, column, &Value::Error(&error.to_string()))?,
        };
        if !going {
            break;
        }
    }
    if let Some(lost) = lost.take() {
        lost.write_at_end(&mut writer)?;
    }
    writer.finish()
}

/// An error value the workbook reader does not know (`#SPILL!`, `#CALC!`): it tells the text but not the cell.
struct LostError {
    after_row: u32,
    text: String,
}

impl LostError {
    /// Puts the error where it can be, before the cell at (`row`, `column`), both counted from 0: in the row that
    /// was being read, and in the next one too where its first columns are missing. A row too many refused is
    /// seen and corrected; a row too few would be wrong data.
    fn write_before<W: Write>(
        &self,
        writer: &mut RowWriter<W>,
        row: u32,
        column: u32,
    ) -> Result<(), ParseStop> {
        let in_this_row = self.after_row == row + 1;
        if !in_this_row && (self.after_row > 0 || column == 0) {
            self.write_at_end(writer)?;
        }
        if let Some(before) = column.checked_sub(1) {
            writer.cell(row, before, &Value::Error(&self.text))?;
        }
        Ok(())
    }

    fn write_at_end<W: Write>(&self, writer: &mut RowWriter<W>) -> Result<(), ParseStop> {
        let row = writer.current_row().max(1) - 1;
        let column = writer.free_column();
        writer.cell(row, column, &Value::Error(&self.text))?;
        Ok(())
    }
}

/// The refusal for an error of the workbook reader.
pub(super) fn refusal(part: &str, error: &XlsxError) -> ParseStop {
    if matches!(error, XlsxError::Password) {
        return FileRefusal::Encrypted.into();
    }
    FileRefusal::Corrupt {
        part: part.to_owned(),
        detail: error.to_string(),
    }
    .into()
}
