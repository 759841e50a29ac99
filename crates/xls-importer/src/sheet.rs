//! One sheet in compact form: the bytes the parsing process sent, checked once, decoded row by row on demand.
//!
//! 100,999 rows of 7 columns take 4 MB here. Evidence about a column needs all of it before the first row can be
//! read, so the sheet is kept rather than parsed twice.

use rust_decimal::Decimal;

use crate::limits::{COLUMNS_MAX, ROWS_MAX, SHEET_BYTES_MAX};
use crate::protocol::{Cursor, Hello, HiddenRows, cell};

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
    cells: Vec<Cell<'a>>,
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

    /// All cells up to the last one that is there, with their columns.
    pub fn cells(&self) -> impl Iterator<Item = (u32, Cell<'a>)> {
        (0..).zip(self.cells.iter().copied())
    }

    /// Whether nothing is in the row.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| *cell == Cell::Empty)
    }
}

#[derive(Debug, Clone, Copy)]
struct Place {
    chunk: u32,
    start: u32,
}

/// A sheet read to its end.
#[derive(Debug)]
pub struct Sheet {
    hello: Hello,
    stopped_before_row: Option<u32>,
    chunks: Vec<Box<[u8]>>,
    rows: Vec<Place>,
    texts: Vec<Place>,
    size_bytes: usize,
    last_row: u32,
    /// By column, the last row with a text in it; 0 where there is none.
    last_text_rows: Vec<u32>,
}

/// What is wrong with a payload.
type Malformed = &'static str;

impl Sheet {
    pub(crate) fn new(hello: Hello) -> Self {
        Self {
            hello,
            stopped_before_row: None,
            chunks: Vec::new(),
            rows: Vec::new(),
            texts: Vec::new(),
            size_bytes: 0,
            last_row: 0,
            last_text_rows: Vec::new(),
        }
    }

    /// Takes a payload of rows after checking every byte of it.
    pub(crate) fn append(&mut self, payload: Box<[u8]>) -> Result<(), Malformed> {
        self.size_bytes += payload.len();
        if self.size_bytes > SHEET_BYTES_MAX {
            return Err("more bytes than allowed");
        }
        let chunk = u32::try_from(self.chunks.len()).map_err(|_| "too many frames")?;
        let mut cursor = Cursor::new(&payload);
        while !cursor.is_empty() {
            self.rows.push(Place {
                chunk,
                start: position(&payload, &cursor)?,
            });
            let number = cursor.unsigned_u32().ok_or("row number")?;
            if number <= self.last_row || number > ROWS_MAX {
                return Err("rows out of order");
            }
            self.last_row = number;
            let cells = cursor.unsigned_u32().ok_or("count of cells")?;
            let mut next_column = 0;
            for _ in 0..cells {
                let column = cursor.unsigned_u32().ok_or("column")?;
                if column < next_column || column >= COLUMNS_MAX {
                    return Err("columns out of order");
                }
                next_column = column + 1;
                let tag = check_cell(&mut cursor, &payload, chunk, &mut self.texts)?;
                if matches!(tag, cell::TEXT | cell::TEXT_NEW | cell::TEXT_REF) {
                    note_text(&mut self.last_text_rows, column, number);
                }
            }
        }
        self.chunks.push(payload);
        Ok(())
    }

    pub(crate) fn finish(&mut self, stopped_before_row: Option<u32>) {
        self.stopped_before_row = stopped_before_row;
    }

    /// Name of the sheet.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.hello.sheet
    }

    /// Whether the sheet is hidden; only one asked for by name can be.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.hello.sheet_is_hidden
    }

    /// Whether serial dates count from 1904.
    #[must_use]
    pub fn epoch_1904(&self) -> bool {
        self.hello.epoch_1904
    }

    /// Visible sheets that were not read.
    #[must_use]
    pub fn other_sheets(&self) -> &[String] {
        &self.hello.other_sheets
    }

    /// Those of the other visible sheets that have values.
    #[must_use]
    pub fn unread_sheets(&self) -> &[String] {
        &self.hello.unread_sheets
    }

    /// Hidden sheets that were not read.
    #[must_use]
    pub fn hidden_sheets(&self) -> &[String] {
        &self.hello.hidden_sheets
    }

    /// Rows with values that the sheet hides; they are read as all others.
    pub(crate) fn hidden_rows(&self) -> HiddenRows {
        self.hello.hidden_rows
    }

    /// The row reading stopped before, if a gap of more than 200 blank rows ended the table.
    #[must_use]
    pub fn stopped_before_row(&self) -> Option<u32> {
        self.stopped_before_row
    }

    /// How many rows have cells.
    #[must_use]
    pub fn rows_len(&self) -> usize {
        self.rows.len()
    }

    /// The last row with a text in a column, 0 if there is none: columns of numbers need no evidence from texts.
    pub(crate) fn last_text_row(&self, column: u32) -> u32 {
        let row = usize::try_from(column)
            .ok()
            .and_then(|column| self.last_text_rows.get(column));
        row.copied().unwrap_or(0)
    }

    /// Bytes the sheet takes in memory.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.size_bytes + (self.rows.len() + self.texts.len()) * size_of::<Place>()
    }

    /// Decodes a row into `row`, reusing its memory. Says false when there is no row of this index.
    pub fn read_row<'a>(&'a self, index: usize, row: &mut Row<'a>) -> bool {
        row.cells.clear();
        let decoded = self.rows.get(index).and_then(|place| self.decode(*place, row));
        decoded.is_some()
    }

    fn bytes_from(&self, place: Place) -> Option<&[u8]> {
        self.chunks
            .get(usize::try_from(place.chunk).ok()?)?
            .get(usize::try_from(place.start).ok()?..)
    }

    fn decode<'a>(&'a self, place: Place, row: &mut Row<'a>) -> Option<()> {
        let mut cursor = Cursor::new(self.bytes_from(place)?);
        row.number = cursor.unsigned_u32()?;
        let cells = cursor.unsigned_u32()?;
        for _ in 0..cells {
            let column = usize::try_from(cursor.unsigned_u32()?).ok()?;
            let value = self.decode_cell(&mut cursor)?;
            // Columns left out are empty; they come in order, so this never cuts.
            if row.cells.len() < column {
                row.cells.resize(column, Cell::Empty);
            }
            row.cells.push(value);
        }
        Some(())
    }

    fn decode_cell<'a>(&'a self, cursor: &mut Cursor<'a>) -> Option<Cell<'a>> {
        Some(match cursor.byte()? {
            cell::TEXT | cell::TEXT_NEW => text_cell(cursor.text()?),
            cell::TEXT_REF => {
                let place = self.texts.get(usize::try_from(cursor.unsigned()?).ok()?)?;
                text_cell(Cursor::new(self.bytes_from(*place)?).text()?)
            }
            cell::INTEGER => Cell::Number(Number {
                digits: cursor.signed()?,
                places: 0,
            }),
            cell::DECIMAL => Cell::Number(number(cursor)?),
            cell::DATE => Cell::Date(number(cursor)?),
            cell::SPAN => Cell::Span(number(cursor)?),
            cell::INEXACT => Cell::Inexact(cursor.text()?),
            cell::NO => Cell::Truth(false),
            cell::YES => Cell::Truth(true),
            cell::ERROR => Cell::Error(cursor.text()?),
            cell::UNCALCULATED => Cell::Uncalculated,
            _ => return None,
        })
    }
}

fn note_text(last_text_rows: &mut Vec<u32>, column: u32, row: u32) {
    let Ok(column) = usize::try_from(column) else {
        return;
    };
    if last_text_rows.len() <= column {
        last_text_rows.resize(column + 1, 0);
    }
    if let Some(last) = last_text_rows.get_mut(column) {
        *last = row;
    }
}

fn text_cell(text: &str) -> Cell<'_> {
    // Visible ASCII at both ends is the usual case and leaves nothing to cut.
    let is_visible = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    if is_visible(text.as_bytes().first()) && is_visible(text.as_bytes().last()) {
        return Cell::Text(text);
    }
    // White space in Unicode's sense, so the no-break spaces of web exports go too.
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}' || c == '\u{200B}');
    if text.is_empty() {
        Cell::Empty
    } else {
        Cell::Text(text)
    }
}

/// Most decimal places the parser sends; the receiving decimal holds 28.
const PLACES_MAX: u8 = 20;

fn number(cursor: &mut Cursor<'_>) -> Option<Number> {
    let places = cursor.byte().filter(|places| *places <= PLACES_MAX)?;
    Some(Number {
        digits: cursor.signed()?,
        places,
    })
}

fn position(payload: &[u8], cursor: &Cursor<'_>) -> Result<u32, Malformed> {
    u32::try_from(payload.len() - cursor.remaining()).map_err(|_| "frame too long")
}

/// Checks one cell and says its tag.
fn check_cell(
    cursor: &mut Cursor<'_>,
    payload: &[u8],
    chunk: u32,
    texts: &mut Vec<Place>,
) -> Result<u8, Malformed> {
    let tag = cursor.byte().ok_or("cell tag")?;
    let read = match tag {
        cell::TEXT_NEW => {
            texts.push(Place {
                chunk,
                start: position(payload, cursor)?,
            });
            cursor.text().map(|_| ())
        }
        cell::TEXT_REF => {
            let known = texts.len();
            cursor
                .unsigned()
                .filter(|at| usize::try_from(*at).is_ok_and(|at| at < known))
                .map(|_| ())
        }
        cell::TEXT | cell::INEXACT | cell::ERROR => cursor.text().map(|_| ()),
        cell::INTEGER => cursor.signed().map(|_| ()),
        cell::DECIMAL | cell::DATE | cell::SPAN => number(cursor).map(|_| ()),
        cell::NO | cell::YES | cell::UNCALCULATED => Some(()),
        _ => None,
    };
    read.map(|()| tag).ok_or("cell value")
}

/// The letters of a column counted from 0: `A`, `Z`, `AA`, `XFD`.
#[must_use]
pub fn column_letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(b'A' + u8::try_from(rest % 26).unwrap_or(0));
        rest /= 26;
    }
    letters.iter().rev().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{Cell, Hello, Number, Row, Sheet, cell, column_letters};
    use crate::protocol::{HiddenRows, put_signed, put_text, put_unsigned};

    fn sheet() -> Sheet {
        Sheet::new(Hello {
            protocol_version: 1,
            sheet: "Plan1".to_owned(),
            sheet_is_hidden: false,
            epoch_1904: false,
            other_sheets: Vec::new(),
            unread_sheets: Vec::new(),
            hidden_rows: HiddenRows::None,
            hidden_sheets: Vec::new(),
        })
    }

    #[test]
    fn letters() {
        assert_eq!(
            [0, 25, 26, 51, 52, 255, 16_383].map(column_letters),
            ["A", "Z", "AA", "AZ", "BA", "IV", "XFD"]
        );
    }

    #[test]
    fn rows_come_back_with_gaps_and_repeated_texts() {
        let mut bytes = Vec::new();
        for number in [2, 7] {
            put_unsigned(&mut bytes, number);
            put_unsigned(&mut bytes, 2);
            put_unsigned(&mut bytes, 1);
            if number == 2 {
                bytes.push(cell::TEXT_NEW);
                put_text(&mut bytes, "  Café\u{a0}");
            } else {
                bytes.push(cell::TEXT_REF);
                put_unsigned(&mut bytes, 0);
            }
            put_unsigned(&mut bytes, 3);
            bytes.push(cell::DECIMAL);
            bytes.push(2);
            put_signed(&mut bytes, -1250);
        }
        let mut sheet = sheet();
        sheet.append(bytes.into()).unwrap();
        assert_eq!(sheet.rows_len(), 2);
        let mut row = Row::default();
        assert!(sheet.read_row(1, &mut row));
        assert_eq!(row.number, 7);
        assert_eq!(row.cell(0), Cell::Empty);
        assert_eq!(row.cell(1), Cell::Text("Café"));
        assert_eq!(
            row.cell(3),
            Cell::Number(Number {
                digits: -1250,
                places: 2
            })
        );
        assert_eq!(row.cell(99), Cell::Empty);
        assert!(!sheet.read_row(2, &mut row));
        assert_eq!(
            [0, 1, 3, 99].map(|column| sheet.last_text_row(column)),
            [0, 7, 0, 0],
            "a reference to a text is one too"
        );
    }

    #[test]
    fn a_reference_to_no_text_is_refused() {
        assert!(sheet().append(vec![1, 1, 0, cell::TEXT_REF, 0].into()).is_err());
        assert!(
            sheet().append(vec![1, 0, 1, 0].into()).is_err(),
            "the same row twice"
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut sheet = sheet();
            if sheet.append(bytes.into()).is_ok() {
                let mut row = Row::default();
                for index in 0..sheet.rows_len() {
                    assert!(sheet.read_row(index, &mut row));
                }
            }
        }
    }
}
