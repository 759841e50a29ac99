//! `.xlsx` by the streaming cell reader: a million rows take 4 MiB, where the grid takes 463 MiB.

use std::io::{Read, Seek, Write};

use calamine::{DataRef, Reader, Xlsx, XlsxCellReader, XlsxError};

use super::ParseStop;
use super::hidden_rows::hidden_rows;
use super::merged;
use super::number_format::FormatTable;
use super::row_writer::{RowWriter, Value, write_json};
use super::sheet_choice::{SheetChoice, choose};
use super::shown_cells::ShownCells;
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
    let reader = workbook.worksheet_cells_reader(&sheet);
    let table = FormatTable::of_styles(reader.map_err(|error| refusal(&sheet, &error))?.styles());
    let hello = Hello {
        protocol_version: PROTOCOL_VERSION,
        epoch_1904: workbook.has_1904_epoch(),
        other_sheets,
        unread_sheets,
        hidden_sheets: choice.hidden_others(&sheet),
        hidden_rows: hidden_rows(copy, &sheet),
        shown: table.formats().to_vec(),
        sheet,
    };
    write_json(out, frame::HELLO, &hello)?;
    let mut writer = RowWriter::new(out);
    stream(&mut workbook, &hello.sheet, &table, &mut writer)?;
    let merged = if writer.has_gaps()? {
        let ranges = workbook.merge_cells_by_sheet_name(&hello.sheet);
        merged::over_rows(&ranges.map_err(|error| refusal(&hello.sheet, &error))?)?
    } else {
        Vec::new()
    };
    writer.finish(merged)
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

/// Streams the cells in one pass where that tells all. The reader gives either the style of a cell or whether it has a
/// formula, and the latter is asked only of cells without a value: from the first of them on, styles are read apart.
fn stream<R: Read + Seek, W: Write>(
    workbook: &mut Xlsx<R>,
    sheet: &str,
    table: &FormatTable,
    writer: &mut RowWriter<W>,
) -> Result<(), ParseStop> {
    let (mut shown, mut begun) = (ShownCells::default(), Begun::default());
    if !table.is_empty() {
        begun = match stream_styled(workbook, sheet, table, writer)? {
            Streamed::Whole => return Ok(()),
            Streamed::UpTo(begun) => begun,
        };
        shown = shown_cells(workbook, sheet, table)?;
    }
    stream_formulas(workbook, sheet, &mut shown, begun, writer)
}

/// How far a pass over the cells came.
enum Streamed {
    Whole,
    /// To a cell without a value.
    UpTo(Begun),
}

/// What a pass has done that another one goes on with.
#[derive(Default)]
struct Begun {
    /// Cells the reader has given, lost errors among them.
    cells: u64,
    lost: Option<LostError>,
}

/// Streams values and styles, up to the first cell that may be a formula without a value.
fn stream_styled<R: Read + Seek, W: Write>(
    workbook: &mut Xlsx<R>,
    sheet: &str,
    table: &FormatTable,
    writer: &mut RowWriter<W>,
) -> Result<Streamed, ParseStop> {
    let mut reader = open(workbook, sheet)?;
    let mut begun = Begun::default();
    loop {
        let (cell, style) = match reader.next_cell_with_style_id() {
            Ok(Some(cell)) => cell,
            Ok(None) => break,
            Err(XlsxError::CellError(text)) => {
                begun.lose(text, writer);
                continue;
            }
            Err(error) => return Err(refusal(sheet, &error)),
        };
        if *cell.get_value() == DataRef::Empty {
            return Ok(Streamed::UpTo(begun));
        }
        begun.cells += 1;
        let position = cell.get_position();
        let shown = table.place(style);
        if !write(writer, &mut begun.lost, position, shown, cell.get_value())? {
            break;
        }
    }
    begun.write_lost(writer)?;
    Ok(Streamed::Whole)
}

/// Streams values, and formulas without one, from where another pass stopped.
fn stream_formulas<R: Read + Seek, W: Write>(
    workbook: &mut Xlsx<R>,
    sheet: &str,
    shown: &mut ShownCells,
    mut begun: Begun,
    writer: &mut RowWriter<W>,
) -> Result<(), ParseStop> {
    let mut reader = open(workbook, sheet)?;
    let mut to_skip = begun.cells;
    loop {
        // The variant that knows formulas costs nothing on plain cells and tells "never calculated" from "blank".
        let record = match reader.next_cell_with_formula_metadata() {
            Ok(None) => break,
            Ok(Some(_)) | Err(XlsxError::CellError(_)) if to_skip > 0 => {
                to_skip -= 1;
                continue;
            }
            Ok(Some(record)) => record,
            Err(XlsxError::CellError(text)) => {
                begun.lose(text, writer);
                continue;
            }
            // Any other error repeats for ever.
            Err(error) => return Err(refusal(sheet, &error)),
        };
        let (row, column) = record.pos;
        let going = if record.value == DataRef::Empty && record.formula.is_some() {
            begun.write_lost_before(writer, record.pos)?;
            writer.cell(row, column, &Value::Uncalculated)?
        } else {
            let shown = shown.place(row, column);
            write(writer, &mut begun.lost, record.pos, shown, &record.value)?
        };
        if !going {
            break;
        }
    }
    begun.write_lost(writer)
}

/// The cells whose style says something of their number.
fn shown_cells<R: Read + Seek>(
    workbook: &mut Xlsx<R>,
    sheet: &str,
    table: &FormatTable,
) -> Result<ShownCells, ParseStop> {
    let mut reader = open(workbook, sheet)?;
    let mut shown = ShownCells::default();
    while let Some((row, column, style)) = reader.next_style_id().map_err(|error| refusal(sheet, &error))? {
        shown.note(row, column, table.place(style))?;
    }
    Ok(shown)
}

fn open<'a, R: Read + Seek>(
    workbook: &'a mut Xlsx<R>,
    sheet: &str,
) -> Result<XlsxCellReader<'a, R>, ParseStop> {
    workbook
        .worksheet_cells_reader(sheet)
        .map_err(|error| refusal(sheet, &error))
}

/// Writes one cell, and before it an error whose cell is not known. Says false when the sheet has ended.
fn write<W: Write>(
    writer: &mut RowWriter<W>,
    lost: &mut Option<LostError>,
    (row, column): (u32, u32),
    shown: u8,
    value: &DataRef<'_>,
) -> Result<bool, ParseStop> {
    if let Some(lost) = lost.take() {
        lost.write_before(writer, row, column)?;
    }
    match value {
        DataRef::Empty => Ok(true),
        DataRef::SharedString(text) => {
            if text.is_empty() {
                return Ok(true);
            }
            writer.cell(row, column, &Value::Shared(text))
        }
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            if text.is_empty() {
                return Ok(true);
            }
            writer.cell(row, column, &Value::Text(text))
        }
        DataRef::Float(number) => writer.shown_cell(row, column, shown, &Value::Number(*number)),
        DataRef::Int(number) => writer.integer(row, column, shown, *number),
        DataRef::Bool(truth) => writer.cell(row, column, &Value::Truth(*truth)),
        DataRef::DateTime(date) if date.is_duration() => {
            writer.cell(row, column, &Value::Span(date.as_f64()))
        }
        DataRef::DateTime(date) => writer.cell(row, column, &Value::Date(date.as_f64())),
        DataRef::Error(error) => writer.cell(row, column, &Value::Error(&error.to_string())),
    }
}

impl Begun {
    /// Keeps the first error whose cell is not known until the next cell is.
    fn lose<W: Write>(&mut self, text: String, writer: &RowWriter<W>) {
        self.cells += 1;
        let after_row = writer.current_row();
        self.lost.get_or_insert(LostError { after_row, text });
    }

    fn write_lost_before<W: Write>(
        &mut self,
        writer: &mut RowWriter<W>,
        (row, column): (u32, u32),
    ) -> Result<(), ParseStop> {
        match self.lost.take() {
            Some(lost) => lost.write_before(writer, row, column),
            None => Ok(()),
        }
    }

    fn write_lost<W: Write>(&mut self, writer: &mut RowWriter<W>) -> Result<(), ParseStop> {
        match self.lost.take() {
            Some(lost) => lost.write_at_end(writer),
            None => Ok(()),
        }
    }
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
