//! The bytes between the parsing process and the importing one.
//!
//! A frame is `length u32 LE, tag u8, payload`. One `HELLO` (JSON), any number of `ROWS`, then `END` or `REFUSED`
//! (JSON). A `ROWS` payload is rows one after the other: row number, count of cells, cells; a cell is its column,
//! a tag and its value. Integers are LEB128, signed ones zigzag. The receiver trusts none of it.

use serde::{Deserialize, Serialize};

use crate::shown_as::ShownAs;

/// Version of this format; both ends are the same binary, so a difference means a mixed installation.
pub(crate) const PROTOCOL_VERSION: u32 = 2;

/// Frame tags.
pub(crate) mod frame {
    pub(crate) const HELLO: u8 = 1;
    pub(crate) const ROWS: u8 = 2;
    pub(crate) const END: u8 = 3;
    pub(crate) const REFUSED: u8 = 4;
}

/// Cell tags.
pub(crate) mod cell {
    /// Text sent whole.
    pub(crate) const TEXT: u8 = 0;
    /// Text sent whole that takes the next number in the table of repeated texts.
    pub(crate) const TEXT_NEW: u8 = 1;
    /// A text of that table.
    pub(crate) const TEXT_REF: u8 = 2;
    /// Integer.
    pub(crate) const INTEGER: u8 = 3;
    /// Decimal places, then the digits as an integer.
    pub(crate) const DECIMAL: u8 = 4;
    /// A number beyond 15 digits or not finite, as text.
    pub(crate) const INEXACT: u8 = 5;
    /// A date as the workbook's serial number: decimal places, then digits.
    pub(crate) const DATE: u8 = 6;
    /// False or true.
    pub(crate) const NO: u8 = 7;
    pub(crate) const YES: u8 = 8;
    /// An error value such as `#N/A`, as text.
    pub(crate) const ERROR: u8 = 9;
    /// A formula that was never calculated.
    pub(crate) const UNCALCULATED: u8 = 10;
    /// A span of time: decimal places, then digits of days.
    pub(crate) const SPAN: u8 = 11;
    /// A byte with the place of the number's way of being shown, counted from 1; then the number's own tag and value.
    pub(crate) const SHOWN: u8 = 12;
}

/// First frame: what is being read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hello {
    pub(crate) protocol_version: u32,
    pub(crate) sheet: String,
    /// Serial numbers count from 1904, not 1900.
    pub(crate) epoch_1904: bool,
    /// Other visible sheets, not read.
    pub(crate) other_sheets: Vec<String>,
    /// Those of them that have a value in a cell.
    pub(crate) unread_sheets: Vec<String>,
    /// Hidden sheets, not read.
    pub(crate) hidden_sheets: Vec<String>,
    /// Rows with values that the sheet hides; they are read as all others.
    pub(crate) hidden_rows: HiddenRows,
    /// Ways of showing numbers that say something of them; cells name them by their place.
    pub(crate) shown: Vec<ShownAs>,
}

/// What is known of rows that a sheet hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HiddenRows {
    /// There are none, as far as is known.
    None,
    /// So many have values.
    Counted(u32),
    /// A filter hides rows of a sheet too big to count them.
    ByFilter,
}

/// Last frame of a sheet read to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct End {
    pub(crate) rows: u32,
    /// First row after a gap of blank rows too long to be inside a table, if reading stopped there.
    pub(crate) stopped_before_row: Option<u32>,
    /// Merged ranges over several rows.
    pub(crate) merged: Vec<Merged>,
}

/// The first column of a merged range over several rows: first and last row from 1, column from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Merged(pub(crate) u32, pub(crate) u32, pub(crate) u32);

/// Appends an unsigned integer.
pub(crate) fn put_unsigned(bytes: &mut Vec<u8>, mut value: u64) {
    loop {
        let low = u8::try_from(value & 0x7F).unwrap_or(0x7F);
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

/// Appends a signed integer.
pub(crate) fn put_signed(bytes: &mut Vec<u8>, value: i64) {
    put_unsigned(bytes, ((value << 1) ^ (value >> 63)).cast_unsigned());
}

/// Appends a text with its length.
pub(crate) fn put_text(bytes: &mut Vec<u8>, text: &str) {
    put_unsigned(bytes, u64::try_from(text.len()).unwrap_or(u64::MAX));
    bytes.extend_from_slice(text.as_bytes());
}

/// Reads values off the front of a slice; every read says `None` where the bytes do not hold one.
pub(crate) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn remaining(&self) -> usize {
        self.rest.len()
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    pub(crate) fn unsigned(&mut self) -> Option<u64> {
        // One byte holds nearly all of them: columns, lengths, counts of cells.
        if let [byte @ ..0x80, rest @ ..] = self.rest {
            self.rest = rest;
            return Some(u64::from(*byte));
        }
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let low = u64::from(byte & 0x7F);
            if shift == 63 && low > 1 {
                return None;
            }
            value |= low << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    pub(crate) fn unsigned_u32(&mut self) -> Option<u32> {
        u32::try_from(self.unsigned()?).ok()
    }

    pub(crate) fn signed(&mut self) -> Option<i64> {
        let value = self.unsigned()?;
        Some((value >> 1).cast_signed() ^ -((value & 1).cast_signed()))
    }

    pub(crate) fn text(&mut self) -> Option<&'a str> {
        let length = usize::try_from(self.unsigned()?).ok()?;
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        std::str::from_utf8(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{Cursor, put_signed, put_text, put_unsigned};

    proptest! {
        #[test]
        fn values_come_back(unsigned in any::<u64>(), signed in any::<i64>(), text in ".{0,40}") {
            let mut bytes = Vec::new();
            put_unsigned(&mut bytes, unsigned);
            put_signed(&mut bytes, signed);
            put_text(&mut bytes, &text);
            let mut cursor = Cursor::new(&bytes);
            assert_eq!(cursor.unsigned(), Some(unsigned));
            assert_eq!(cursor.signed(), Some(signed));
            assert_eq!(cursor.text(), Some(text.as_str()));
            assert!(cursor.is_empty());
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let mut cursor = Cursor::new(&bytes);
            while cursor.unsigned().is_some() && cursor.text().is_some() {}
            assert!(cursor.remaining() <= bytes.len());
        }
    }
}
