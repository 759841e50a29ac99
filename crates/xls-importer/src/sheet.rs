//! One sheet in compact form: the bytes the parsing process sent, checked once, decoded row by row on demand.
//!
//! 100,999 rows of 7 columns take 4 MB here. Evidence about a column needs all of it before the first row can be
//! read, so the sheet is kept rather than parsed twice.

mod merged_cells;
mod row;
mod wire;

use crate::limits::{COLUMNS_MAX, ROWS_MAX, SHEET_BYTES_MAX};
use crate::protocol::{Cursor, End, Hello, HiddenRows, cell};

use merged_cells::MergedCells;
pub use row::{Cell, Number, Row};
use wire::{check_cell, number, position, text_cell};

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
    merged: MergedCells,
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
            merged: MergedCells::default(),
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
                let tag = match tag {
                    cell::SHOWN => {
                        let place = cursor.byte().map_or(usize::MAX, usize::from);
                        if place == 0 || place > self.hello.shown.len() {
                            return Err("way of showing");
                        }
                        // Only numbers are marked, and a mark once.
                        let tag = check_cell(&mut cursor, &payload, chunk, &mut self.texts)?;
                        let is_number = matches!(tag, cell::INTEGER | cell::DECIMAL | cell::INEXACT);
                        is_number.then_some(tag).ok_or("cell shown")?
                    }
                    tag => tag,
                };
                if matches!(tag, cell::TEXT | cell::TEXT_NEW | cell::TEXT_REF) {
                    note_text(&mut self.last_text_rows, column, number);
                }
            }
        }
        self.chunks.push(payload);
        Ok(())
    }

    /// Takes what is known at the end only.
    pub(crate) fn finish(&mut self, end: &End) -> Result<(), Malformed> {
        self.stopped_before_row = end.stopped_before_row;
        self.merged = MergedCells::new(&end.merged, |row| self.index_of_row(row))?;
        for (column, first_row, last_row) in self.merged.ranges() {
            // A text that a range shows in its last row is evidence down to there.
            if let Some(last_text) = usize::try_from(column)
                .ok()
                .and_then(|column| self.last_text_rows.get_mut(column))
                && (first_row..last_row).contains(last_text)
            {
                *last_text = last_row;
            }
        }
        Ok(())
    }

    /// The index of the row of a number.
    fn index_of_row(&self, number: u32) -> Option<usize> {
        let number_at = |place: &Place| {
            self.bytes_from(*place)
                .and_then(|bytes| Cursor::new(bytes).unsigned_u32())
        };
        self.rows.binary_search_by_key(&Some(number), number_at).ok()
    }

    /// Name of the sheet.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.hello.sheet
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
        row.shown.clear();
        row.merged.clear();
        row.ways_shown = &self.hello.shown;
        let decoded = self.rows.get(index).and_then(|place| self.decode(*place, row));
        if !self.merged.is_empty() {
            self.merged
                .show_in(row, |index, column| self.decode_one(index, column));
        }
        decoded.is_some()
    }

    /// The cell of one row and column, with the place of its way of being shown.
    fn decode_one(&self, index: usize, wanted: u32) -> Option<(Cell<'_>, Option<u8>)> {
        let mut cursor = Cursor::new(self.bytes_from(*self.rows.get(index)?)?);
        cursor.unsigned_u32()?;
        let cells = cursor.unsigned_u32()?;
        for _ in 0..cells {
            let column = cursor.unsigned_u32()?;
            let cell = self.decode_cell(&mut cursor)?;
            if column == wanted {
                return Some(cell);
            }
        }
        None
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
            let number = cursor.unsigned_u32()?;
            let column = usize::try_from(number).ok()?;
            let (value, shown) = self.decode_cell(&mut cursor)?;
            if let Some(place) = shown {
                row.shown.push((number, place));
            }
            // Columns left out are empty; they come in order, so this never cuts.
            if row.cells.len() < column {
                row.cells.resize(column, Cell::Empty);
            }
            row.cells.push(value);
        }
        Some(())
    }

    fn decode_cell<'a>(&'a self, cursor: &mut Cursor<'a>) -> Option<(Cell<'a>, Option<u8>)> {
        match cursor.byte()? {
            cell::SHOWN => {
                let place = cursor.byte()?;
                let tag = cursor.byte()?;
                Some((self.decode_value(tag, cursor)?, Some(place)))
            }
            tag => Some((self.decode_value(tag, cursor)?, None)),
        }
    }

    fn decode_value<'a>(&'a self, tag: u8, cursor: &mut Cursor<'a>) -> Option<Cell<'a>> {
        Some(match tag {
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

    use super::{Cell, End, Hello, Number, Row, Sheet, cell, column_letters};
    use crate::protocol::{HiddenRows, Merged, put_signed, put_text, put_unsigned};
    use crate::shown_as::ShownAs;

    fn sheet() -> Sheet {
        Sheet::new(Hello {
            protocol_version: 2,
            sheet: "Plan1".to_owned(),
            epoch_1904: false,
            other_sheets: Vec::new(),
            unread_sheets: Vec::new(),
            hidden_rows: HiddenRows::None,
            hidden_sheets: Vec::new(),
            shown: vec![ShownAs::Percent],
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

    /// A row of one text in each column named.
    fn texts(number: u64, cells: &[(u64, &str)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_unsigned(&mut bytes, number);
        put_unsigned(&mut bytes, u64::try_from(cells.len()).unwrap());
        for (column, text) in cells {
            put_unsigned(&mut bytes, *column);
            bytes.push(cell::TEXT);
            put_text(&mut bytes, text);
        }
        bytes
    }

    fn end(merged: Vec<Merged>) -> End {
        End {
            rows: 3,
            stopped_before_row: None,
            merged,
        }
    }

    #[test]
    fn a_merged_range_shows_its_first_cell_in_every_row() {
        let mut sheet = sheet();
        let rows = [
            texts(1, &[(0, "Data"), (1, "A")]),
            texts(2, &[(1, "B")]),
            texts(4, &[(1, "C")]),
        ];
        sheet.append(rows.concat().into()).unwrap();
        sheet
            .finish(&end(vec![Merged(1, 3, 0), Merged(4, 9, 0)]))
            .unwrap();
        let mut row = Row::default();
        let mut read = |index| {
            sheet.read_row(index, &mut row);
            (row.cell(0), row.is_merged(0), row.is_merged(1))
        };
        assert_eq!(read(0), (Cell::Text("Data"), true, false));
        assert_eq!(read(1), (Cell::Text("Data"), true, false));
        assert_eq!(read(2), (Cell::Empty, true, false), "nothing is in that range");
        assert_eq!(sheet.last_text_row(0), 3);
        for wrong in [
            Merged(3, 3, 0),
            Merged(0, 2, 0),
            Merged(1, 2, 256),
            Merged(1, 2_000_000, 0),
        ] {
            assert!(sheet.finish(&end(vec![wrong])).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_number_comes_with_the_way_it_is_shown() {
        let mut sheet = sheet();
        sheet
            .append(vec![1, 2, 0, cell::SHOWN, 1, cell::DECIMAL, 1, 2, 1, cell::INTEGER, 2].into())
            .unwrap();
        let mut row = Row::default();
        sheet.read_row(0, &mut row);
        assert_eq!(row.shown(0), Some(&ShownAs::Percent));
        assert_eq!(
            (row.shown(1), row.cell(1)),
            (None, Cell::Number(Number { digits: 1, places: 0 }))
        );
        for wrong in [
            vec![2, 1, 0, cell::SHOWN, 2, cell::INTEGER, 2],
            vec![2, 1, 0, cell::SHOWN, 0, cell::INTEGER, 2],
            vec![2, 1, 0, cell::SHOWN, 1, cell::YES],
            vec![2, 1, 0, cell::SHOWN, 1, cell::SHOWN, 1, cell::INTEGER, 2],
        ] {
            assert!(sheet.append(wrong.into()).is_err());
        }
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
