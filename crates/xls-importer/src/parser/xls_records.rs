//! What the first records of an `.xls` say, for files that its reader cannot open: whether it is protected, and whether
//! its cells lie far apart. Records are looked for in the bytes as they are, so nothing here follows a chain.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use crate::limits::XLS_BYTES_MAX;

/// Streams begin at multiples of this many bytes: the smallest sector there is.
const SECTOR_BYTES: usize = 64;
/// The record of a protected workbook.
const FILE_PASS: u16 = 0x002F;
/// Records looked at behind the first: only the one that recommends to open read-only may stand before that one.
const RECORDS_SEARCHED: usize = 3;

/// The record that tells the first and the last cell of a sheet.
const DIMENSIONS: u16 = 0x0200;
/// Records before that one: settings of the sheet and its columns.
const SHEET_RECORDS_SEARCHED: usize = 300;
/// Cells between the first and the last, from which on they and the copy the reader makes fill half of its memory.
const CELLS_BETWEEN_MANY: u64 = 6_000_000;

/// Whether the workbook in a compound file is protected. A file that cannot be read is not.
pub(super) fn is_protected(file: &mut File) -> bool {
    says_protected(&all_bytes(file))
}

/// Whether a sheet of the workbook has its cells so far apart that its reader runs out of memory or time.
pub(crate) fn has_cells_far_apart(file: &mut File) -> bool {
    spread_of(&all_bytes(file)) >= CELLS_BETWEEN_MANY
}

/// The whole file, whose size is bounded; nothing where it cannot be read.
fn all_bytes(file: &mut File) -> Vec<u8> {
    let mut bytes = Vec::new();
    let read = file
        .seek(SeekFrom::Start(0))
        .and_then(|_| file.take(XLS_BYTES_MAX).read_to_end(&mut bytes));
    read.map(|_| bytes).unwrap_or_default()
}

/// The most cells between the first and the last one of a sheet.
fn spread_of(bytes: &[u8]) -> u64 {
    let starts = (0..bytes.len()).filter_map(|start| bytes.get(start..));
    let sheets = starts.filter(|stream| matches!(stream, [0x09, 0x08, 8 | 16, 0, 0, 5 | 6, 0x10, 0, ..]));
    let spreads = sheets.filter_map(|stream| {
        let records = std::iter::successors(record(stream), |(_, _, rest)| record(rest));
        let mut records = records.take(SHEET_RECORDS_SEARCHED);
        let (_, content, _) = records.find(|(record_type, ..)| *record_type == DIMENSIONS)?;
        let low = |at: usize| {
            Some(u64::from(u16::from_le_bytes(
                content.get(at..at + 2)?.try_into().ok()?,
            )))
        };
        let wide = |at: usize| {
            Some(u64::from(u32::from_le_bytes(
                content.get(at..at + 4)?.try_into().ok()?,
            )))
        };
        let (rows, columns) = if content.len() >= 14 {
            (wide(4)?.checked_sub(wide(0)?)?, low(10)?.checked_sub(low(8)?)?)
        } else {
            (low(2)?.checked_sub(low(0)?)?, low(6)?.checked_sub(low(4)?)?)
        };
        rows.checked_mul(columns)
    });
    spreads.max().unwrap_or(0)
}

fn says_protected(bytes: &[u8]) -> bool {
    let starts = (0..bytes.len()).step_by(SECTOR_BYTES);
    starts
        .filter_map(|start| bytes.get(start..))
        .filter(|stream| begins_workbook(stream))
        .any(|stream| {
            let records = std::iter::successors(record(stream), |(_, _, rest)| record(rest));
            let mut records = records.skip(1).take(RECORDS_SEARCHED);
            records.any(|(record_type, ..)| record_type == FILE_PASS)
        })
}

/// Whether a stream begins as the globals of a workbook of Excel 5 or later.
fn begins_workbook(stream: &[u8]) -> bool {
    matches!(stream, [0x09, 0x08, 8 | 16, 0, 0, 5 | 6, 5, 0, ..])
}

/// The type of the first record, its content and what follows it.
fn record(stream: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let [type_low, type_high, length_low, length_high, rest @ ..] = stream else {
        return None;
    };
    let length = usize::from(u16::from_le_bytes([*length_low, *length_high]));
    let (content, rest) = rest.split_at_checked(length)?;
    Some((u16::from_le_bytes([*type_low, *type_high]), content, rest))
}

#[cfg(test)]
mod tests {
    use super::{says_protected, spread_of};

    #[test]
    fn the_record_behind_the_first_decides() {
        let first = [9, 8, 8, 0, 0, 6, 5, 0, 0, 0, 0, 0];
        let pass = [0x2F, 0, 2, 0, 0, 0];
        let read_only = [0x86, 0, 0, 0];
        let code_page = [0x42, 0, 2, 0, 0x2D, 0x27];
        let at_a_sector = |records: &[&[u8]]| [&[0; 128][..], &first, &records.concat()].concat();
        assert!(says_protected(&at_a_sector(&[&pass, &code_page])));
        assert!(says_protected(&at_a_sector(&[&read_only, &pass])));
        assert!(!says_protected(&at_a_sector(&[&code_page, &read_only])));
        assert!(!says_protected(&pass), "no workbook");
        assert!(!says_protected(&[]));
    }

    #[test]
    fn the_spread_is_what_the_sheet_says() {
        let new = [
            &[0; 7][..],
            &[9, 8, 16, 0, 0, 6, 0x10, 0],
            &[0; 12],
            &[0x0B, 2, 2, 0, 7, 7],
            &[0, 2, 14, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0],
        ];
        assert_eq!(spread_of(&new.concat()), 65_536 * 256);
        let old = [
            &[9, 8, 8, 0, 0, 5, 0x10, 0, 0, 0, 0, 0][..],
            &[0, 2, 10, 0, 1, 0, 11, 0, 2, 0, 5, 0, 0, 0],
        ];
        assert_eq!(spread_of(&old.concat()), 30);
        assert_eq!(spread_of(b"anything else"), 0);
    }
}
