//! `.xls`: the reader has no streaming, the whole workbook is in memory; the process limits bound it.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};

use calamine::{Data, Range, Reader, Xls, XlsError, Xlsx, XlsxError};

use super::ParseStop;
use super::merged;
use super::row_writer::{RowWriter, Value, write_json};
use super::sheet_choice::{SheetChoice, choose};
use super::xls_evidence::{self, XlsEvidence};
use super::xls_records::is_protected;
use crate::foreign_format::COMPOUND_WITHOUT_WORKBOOK;
use crate::protocol::{Hello, PROTOCOL_VERSION, frame};
use crate::refusal::FileRefusal;

/// Reads the chosen sheet of an `.xls` into `out`.
pub(super) fn parse<W: Write>(mut file: File, wanted: Option<&str>, out: &mut W) -> Result<(), ParseStop> {
    let copy = file.try_clone().map_err(|error| corrupt("file", &error))?;
    let size_bytes = file.metadata().map_err(|error| corrupt("file", &error))?.len();
    let mut workbook = match Xls::new(BufReader::new(copy)) {
        Ok(workbook) => workbook,
        Err(error) => return Err(refusal(&mut file, &error)),
    };
    let choice = choose(workbook.sheets_metadata(), wanted)?;
    let mut chosen = choice.first_candidate()?;
    for name in &choice.candidates {
        let range = workbook
            .worksheet_range(name)
            .map_err(|error| corrupt(name, &error))?;
        if range.used_cells().next().is_some() {
            chosen.clone_from(name);
            break;
        }
    }
    let index = workbook
        .sheets_metadata()
        .iter()
        .position(|sheet| sheet.name == chosen);
    let mut evidence = xls_evidence::read(&file, index.unwrap_or_default())?;
    let hello = Hello {
        protocol_version: PROTOCOL_VERSION,
        epoch_1904: workbook.has_1904_epoch(),
        unread_sheets: unread_sheets(&mut workbook, &choice, &chosen, size_bytes),
        other_sheets: choice.others(&chosen),
        hidden_sheets: choice.hidden_others(&chosen),
        hidden_rows: evidence.hidden_rows(),
        shown: evidence.table.formats().to_vec(),
        sheet: chosen,
    };
    write_json(out, frame::HELLO, &hello)?;
    let range = workbook
        .worksheet_range(&hello.sheet)
        .map_err(|error| corrupt(&hello.sheet, &error))?;
    let mut writer = RowWriter::new(out);
    write_range(&range, &mut evidence, &mut writer)?;
    let merged = if writer.has_gaps()? {
        let ranges = workbook.merge_cells_by_sheet_name(&hello.sheet);
        merged::over_rows(&ranges.map_err(|error| corrupt(&hello.sheet, &error))?)?
    } else {
        Vec::new()
    };
    writer.finish(merged)
}

/// Other visible sheets with a value in them. To look into one doubles the memory it takes, so in a big workbook all
/// of them are taken to have some.
fn unread_sheets<R: Read + Seek>(
    workbook: &mut Xls<R>,
    choice: &SheetChoice,
    chosen: &str,
    size_bytes: u64,
) -> Vec<String> {
    let mut has_value = |name: &String| {
        size_bytes > LOOKED_INTO_BYTES_MAX
            || workbook
                .worksheet_range(name)
                .is_ok_and(|range| range.used_cells().next().is_some())
    };
    choice.others(chosen).into_iter().filter(&mut has_value).collect()
}

/// Biggest workbook whose other sheets are looked into, in bytes.
const LOOKED_INTO_BYTES_MAX: u64 = 8 * 1024 * 1024;

fn write_range<W: Write>(
    range: &Range<Data>,
    evidence: &mut XlsEvidence,
    writer: &mut RowWriter<W>,
) -> Result<(), ParseStop> {
    let (first_row, first_column) = range.start().unwrap_or((0, 0));
    'rows: for (row, cells) in (first_row..).zip(range.rows()) {
        for (column, value) in (first_column..).zip(cells) {
            let going = match value {
                _ if evidence.is_uncalculated(row, column) => {
                    writer.cell(row, column, &Value::Uncalculated)?
                }
                Data::Empty => true,
                Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
                    text.is_empty() || writer.cell(row, column, &Value::Text(text))?
                }
                Data::Float(number) => {
                    let shown = evidence.shown.place(row, column);
                    writer.shown_cell(row, column, shown, &Value::Number(*number))?
                }
                Data::Int(number) => {
                    writer.integer(row, column, evidence.shown.place(row, column), *number)?
                }
                Data::Bool(truth) => writer.cell(row, column, &Value::Truth(*truth))?,
                Data::DateTime(date) if date.is_duration() => {
                    writer.cell(row, column, &Value::Span(date.as_f64()))?
                }
                Data::DateTime(date) => writer.cell(row, column, &Value::Date(date.as_f64()))?,
                Data::Error(error) => writer.cell(row, column, &Value::Error(&error.to_string()))?,
            };
            if !going {
                break 'rows;
            }
        }
    }
    Ok(())
}

/// The refusal for a compound file that is no readable `.xls`.
fn refusal(file: &mut File, error: &XlsError) -> ParseStop {
    let words = error.to_string();
    // A workbook protected with XOR is not known as such by its reader, which takes the scrambled record of the code
    // page for an honest one (measured).
    let code_page = code_page_not_known(&words);
    let is_protected = matches!(error, XlsError::Password)
        || (code_page.is_some() && is_protected(file))
        || holds_encrypted_package(file);
    if is_protected {
        return FileRefusal::Encrypted.into();
    }
    if let Some(code_page) = code_page {
        return FileRefusal::UnknownCodePage { code_page }.into();
    }
    if words.contains("Invalid OLE") {
        let found = COMPOUND_WITHOUT_WORKBOOK.to_owned();
        return FileRefusal::UnsupportedFormat { found }.into();
    }
    corrupt("workbook", error)
}

/// The number in `Codepage 272D not found`.
fn code_page_not_known(words: &str) -> Option<u32> {
    let (_, rest) = words.split_once("Codepage ")?;
    let (number, _) = rest.split_once(" not found")?;
    u32::from_str_radix(number, 16).ok()
}

/// An encrypted `.xlsx` is a compound file around the encrypted archive; its reader knows the mark.
fn holds_encrypted_package(file: &mut File) -> bool {
    let Ok(copy) = file.try_clone() else { return false };
    if file.seek(SeekFrom::Start(0)).is_err() {
        return false;
    }
    matches!(Xlsx::new(BufReader::new(copy)), Err(XlsxError::Password))
}

fn corrupt(part: &str, error: &dyn std::error::Error) -> ParseStop {
    FileRefusal::Corrupt {
        part: part.to_owned(),
        detail: error.to_string(),
    }
    .into()
}
