//! Merged ranges of a sheet: those over several rows, by their first column.

use calamine::Dimensions;

use super::ParseStop;
use crate::limits::{COLUMNS_MAX, MERGED_RANGES_MAX, ROWS_MAX};
use crate::protocol::Merged;
use crate::refusal::FileRefusal;

/// The ranges that say something of rows below their first one. Only the first column is taken: a title over two
/// columns is the title of one.
pub(super) fn over_rows(ranges: &[Dimensions]) -> Result<Vec<Merged>, ParseStop> {
    let over_rows = ranges.iter().filter_map(|range| {
        let (first, column) = range.start;
        let last = range.end.0.min(ROWS_MAX - 1);
        (last > first && column < COLUMNS_MAX).then(|| Merged(first + 1, last + 1, column))
    });
    let merged: Vec<Merged> = over_rows.take(MERGED_RANGES_MAX + 1).collect();
    if merged.len() > MERGED_RANGES_MAX {
        let number = |value: usize| u64::try_from(value).unwrap_or(u64::MAX);
        return Err(FileRefusal::TooLarge {
            what: "merged ranges of the sheet".to_owned(),
            actual: number(merged.len()),
            limit: number(MERGED_RANGES_MAX),
        }
        .into());
    }
    Ok(merged)
}
