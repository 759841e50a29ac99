//! The refused rows as a workbook: the sender's own cells, what is wrong and how to correct it.
//!
//! Corrected and sent back as it is, it imports just these rows. The three columns added say that it is one: a row
//! without a receipt, which is known by its content and its place among equal rows, is then refused, for here its place
//! is another. It must be corrected in the original.

use std::borrow::Cow;
use std::io::{Seek, Write};

use jiff::civil::date;
use posars_words::Language;
use rust_xlsxwriter::{ColNum, Format, FormatAlign, RowNum, Workbook, Worksheet, XlsxError};

use crate::date_text::{DateEvidence, year_first};
use crate::field::{Field, SheetKind};
use crate::header::Header;
use crate::reading::{Refusals, RefusedRow};
use crate::refused_titles::added_titles;
use crate::row_fault::RowFault;
use crate::row_reason::RowReason;
use crate::serial_date::from_serial;
use crate::sheet::{Cell, Number, Row, Sheet};

/// Why the workbook of refused rows could not be written.
#[derive(Debug, thiserror::Error)]
#[error(
    "the workbook of refused rows could not be written: {0}; check the space and permissions of its folder"
)]
pub struct RefusedWorkbookError(#[from] XlsxError);

/// Writes the refused rows of a sheet; takes a few MiB of memory for any number of rows.
///
/// # Errors
/// When the writer or the temporary folder cannot take it.
pub fn write_refused_workbook(
    out: impl Write + Seek + Send,
    sheet: &Sheet,
    header: &Header,
    refusals: &Refusals,
    language: Language,
) -> Result<(), RefusedWorkbookError> {
    let mut workbook = Workbook::new();
    let formats = Formats::new();
    let page = workbook.add_worksheet_with_constant_memory()?;
    page.set_name(language.pick("Recusadas", "Refused"))?;
    page.set_freeze_panes(1, 0)?;
    let width = width_of(sheet, header, refusals);
    let dates = dates_of(sheet, header);
    for candidate in &header.columns {
        let at = ColNum::try_from(candidate.index).unwrap_or(ColNum::MAX);
        page.write_string_with_format(0, at, &candidate.title, &formats.title)?;
        page.set_column_width(at, COLUMN_WIDTH)?;
    }
    let added = added_titles(language).into_iter().zip([8.0, 60.0, 60.0]);
    for (at, (title, characters)) in (width..).zip(added) {
        page.write_string_with_format(0, at, title, &formats.added_title)?;
        page.set_column_width(at, characters)?;
    }
    let mut row = Row::default();
    let mut index = header.row_index + 1;
    for (at, refused) in (1..).zip(refusals.rows()) {
        while index < sheet.rows_len() && (!sheet.read_row(index, &mut row) || row.number < refused.row) {
            index += 1;
        }
        let is_found = row.number == refused.row;
        if is_found {
            let writer = RowCells {
                page: &mut *page,
                at,
                epoch_1904: sheet.epoch_1904(),
                formats: &formats,
            };
            writer.write(&row, header, &dates, &refused.faults)?;
        }
        let mut fixes = fixes(refused, language);
        let lacks_receipt = |fault: &RowFault| fault.field == Some(Field::Receipt);
        if is_found && needs_original(&row, header) && !refused.faults.iter().any(lacks_receipt) {
            fixes.push(RowReason::NeedsOriginal.how_to_fix(language).into());
        }
        let messages = messages(refused, header, language).join("\n");
        page.write_number(at, width, refused.row)?;
        page.write_string_with_format(at, width + 1, messages, &formats.fault)?;
        page.write_string_with_format(at, width + 2, fixes.join("\n"), &formats.fault)?;
    }
    workbook.save_to_writer(out)?;
    Ok(())
}

/// Whether the row is known by its content and its place among equal rows, so that it cannot be sent back alone.
fn needs_original(row: &Row<'_>, header: &Header) -> bool {
    let is_known_by_receipt = match header.mapping.kind {
        SheetKind::Sales | SheetKind::Stock => {
            let column = header.mapping.column(Field::Receipt);
            row.cells()
                .any(|(index, cell)| Some(index) == column && cell != Cell::Empty)
        }
        SheetKind::Products => true,
    };
    !is_known_by_receipt
}

/// Wide enough for a product's name; the sender's own widths are not known.
const COLUMN_WIDTH: f64 = 18.0;

struct Formats {
    title: Format,
    added_title: Format,
    /// For texts a spreadsheet could take for a formula when the cell is edited.
    quoted: Format,
    plain: Format,
    date: Format,
    moment: Format,
    span: Format,
    fault: Format,
}

impl Formats {
    fn new() -> Self {
        let title = Format::new().set_bold().set_quote_prefix();
        Self {
            added_title: title.clone().set_background_color(0x00FF_E699),
            title,
            quoted: Format::new().set_quote_prefix().set_num_format("@"),
            plain: Format::new(),
            date: Format::new().set_num_format("dd/mm/yyyy"),
            moment: Format::new().set_num_format("dd/mm/yyyy hh:mm:ss"),
            span: Format::new().set_num_format("[hh]:mm:ss"),
            fault: Format::new().set_text_wrap().set_align(FormatAlign::Top),
        }
    }
}

/// First column right of everything the titles and the refused rows hold.
fn width_of(sheet: &Sheet, header: &Header, refusals: &Refusals) -> ColNum {
    let titles = header
        .columns
        .iter()
        .map(|column| column.index + 1)
        .max()
        .unwrap_or(0);
    let mut row = Row::default();
    let mut widest = titles;
    let mut wanted = refusals.rows().iter().map(|refused| refused.row).peekable();
    for index in header.row_index + 1..sheet.rows_len() {
        sheet.read_row(index, &mut row);
        while wanted.next_if(|wanted| *wanted < row.number).is_some() {}
        if wanted.peek() == Some(&row.number) {
            widest = widest.max(row.cells().map(|(column, _)| column + 1).max().unwrap_or(0));
        }
    }
    ColNum::try_from(widest).unwrap_or(ColNum::MAX)
}

/// What the texts of the column of dates say together, which one row alone does not.
fn dates_of(sheet: &Sheet, header: &Header) -> DateEvidence {
    let mut evidence = DateEvidence::default();
    let column = header.mapping.column(Field::Date);
    let Some(column) = column.filter(|column| sheet.last_text_row(*column) > header.row_number) else {
        return evidence;
    };
    let mut row = Row::default();
    for index in header.row_index + 1..sheet.rows_len() {
        sheet.read_row(index, &mut row);
        if let Cell::Text(text) = row.cell(column) {
            evidence.add(text);
        }
    }
    evidence
}

/// Reasons that only the other rows of the sheet are evidence for.
const SHOWN_BY_OTHERS: [RowReason; 3] = [
    RowReason::DateAmbiguous,
    RowReason::DateSwapped,
    RowReason::DiscountUnclear,
];

/// Where the cells of a row go.
struct RowCells<'p> {
    page: &'p mut Worksheet,
    at: RowNum,
    epoch_1904: bool,
    formats: &'p Formats,
}

impl RowCells<'_> {
    /// Writes the cells so that each alone says what it said among the others: one that is refused for what they say
    /// gets a question mark, for it must not come back as it is.
    fn write(
        self,
        row: &Row<'_>,
        header: &Header,
        dates: &DateEvidence,
        faults: &[RowFault],
    ) -> Result<(), XlsxError> {
        let Self {
            page,
            at,
            epoch_1904,
            formats,
        } = self;
        let column_of = |fault: &RowFault| header.mapping.column(fault.field?);
        for (index, cell) in row.cells() {
            let column = ColNum::try_from(index).unwrap_or(ColNum::MAX);
            let mut in_doubt = faults
                .iter()
                .filter(|fault| SHOWN_BY_OTHERS.contains(&fault.reason));
            if let Some(fault) = in_doubt.find(|fault| column_of(fault) == Some(index)) {
                let text = format!("{} ?", fault.given);
                write_text(page, at, column, &text, formats)?;
                continue;
            }
            match cell {
                Cell::Empty | Cell::Uncalculated => {}
                Cell::Text(text) if header.mapping.column(Field::Date) == Some(index) => {
                    let year_first = year_first(text, dates);
                    write_text(page, at, column, year_first.as_deref().unwrap_or(text), formats)?;
                }
                Cell::Text(text) | Cell::Inexact(text) | Cell::Error(text) => {
                    write_text(page, at, column, text, formats)?;
                }
                Cell::Number(number) => match row.shown(index) {
                    // What it says is part of the value: ten dollars must not come back as ten reais.
                    Some(shown) => {
                        let format = Format::new().set_num_format(shown.format_code());
                        page.write_number_with_format(at, column, binary(number), &format)?;
                    }
                    None => {
                        page.write_number(at, column, binary(number))?;
                    }
                },
                Cell::Span(number) => {
                    page.write_number_with_format(at, column, binary(number), &formats.span)?;
                }
                Cell::Date(number) => write_date(page, at, column, number, epoch_1904, formats)?,
                Cell::Truth(truth) => {
                    page.write_boolean(at, column, truth)?;
                }
            }
        }
        Ok(())
    }
}

/// A date in the 1900 epoch of the new workbook, whatever the sender's was.
fn write_date(
    page: &mut Worksheet,
    at: RowNum,
    column: ColNum,
    number: Number,
    epoch_1904: bool,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let format = if number.places == 0 {
        &formats.date
    } else {
        &formats.moment
    };
    let serial = if epoch_1904 {
        in_1900(number).unwrap_or(number)
    } else {
        number
    };
    page.write_number_with_format(at, column, binary(serial), format)?;
    Ok(())
}

fn in_1900(number: Number) -> Option<Number> {
    let (day, _) = from_serial(number, true)?;
    let scale = 10_i64.checked_pow(u32::from(number.places))?;
    let days = i64::from(day.since(date(1899, 12, 30)).ok()?.get_days());
    let fraction = number.digits.rem_euclid(scale);
    Some(Number {
        digits: days.checked_mul(scale)?.checked_add(fraction)?,
        places: number.places,
    })
}

/// Through text: the nearest binary number, and no arithmetic on the way.
fn binary(number: Number) -> f64 {
    number.to_decimal().to_string().parse().unwrap_or(0.0)
}

/// Always as a string, never as a formula; one that looks like a formula keeps its quote when edited too.
fn write_text(
    page: &mut Worksheet,
    at: RowNum,
    column: ColNum,
    text: &str,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let format = if could_begin_formula(text) {
        &formats.quoted
    } else {
        &formats.plain
    };
    page.write_string_with_format(at, column, text, format)?;
    Ok(())
}

/// Whether a spreadsheet could find a formula in the text, at its start or, once it is saved as CSV, behind a separator.
fn could_begin_formula(text: &str) -> bool {
    let cells = text.split([',', ';', '\t', '|', '\n', '\r']);
    text.starts_with(['\t', '\r', '\0'])
        || cells
            .map(|cell| cell.trim_start_matches(|left_out: char| left_out == '"' || left_out.is_whitespace()))
            .any(|cell| {
                cell.starts_with(['=', '+', '-', '@', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}'])
            })
}

fn messages(refused: &RefusedRow, header: &Header, language: Language) -> Vec<String> {
    let title = |field| header.title(field);
    let faults = refused.faults.iter();
    faults
        .map(|fault| fault.message(language, fault.field.map_or("", title)))
        .collect()
}

fn fixes(refused: &RefusedRow, language: Language) -> Vec<Cow<'static, str>> {
    let faults = refused.faults.iter();
    let mut fixes: Vec<_> = faults.map(|fault| fault.how_to_fix(language)).collect();
    fixes.dedup();
    fixes
}
