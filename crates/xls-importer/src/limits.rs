//! Every bound of the reader, with its reason. A file beyond one is refused by name, never half read.

use std::time::Duration;

/// Biggest file taken, in bytes. A year of a large chain (1,000,000 rows) is a 34 MB workbook.
pub const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Biggest `.xls`, in bytes: it has no streaming reader and takes up to 14 times its size in memory (measured).
pub const XLS_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// Most parts in a workbook archive. Real ones have 10 to 200; each entry costs memory before anything is read.
pub const ARCHIVE_ENTRIES_MAX: usize = 2_000;
/// Most bytes of all parts together once inflated, by the declared sizes (an upper bound: a part that is longer
/// than declared is an error). 1,000,000 rows of 7 columns are 254 MB of XML.
pub const ARCHIVE_INFLATED_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// Most bytes of one part once inflated.
pub const PART_INFLATED_BYTES_MAX: u64 = 768 * 1024 * 1024;
/// Most bytes of the shared strings plus the styles: they are held whole in memory.
pub const SHARED_PARTS_INFLATED_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// Highest inflated-to-stored ratio of a big part. The worst honest one seen is 121, bombs start at 400.
pub const PART_RATIO_MAX: u64 = 200;
/// Parts up to this size may have any ratio: a small part of repeated blanks compresses well and harms nobody.
pub const RATIO_CHECKED_FROM_BYTES: u64 = 8 * 1024 * 1024;
/// Most bytes of the parts in UTF-16, which are written anew in memory. The usual programs write none.
pub const UTF16_PARTS_INFLATED_BYTES_MAX: u64 = 96 * 1024 * 1024;
/// The root element of a part must start within this many bytes, so that the check for a DOCTYPE is cheap.
pub const XML_PROLOG_BYTES_MAX: usize = 64 * 1024;
/// Fewest bytes one shared string takes (`<si/>` plus a separator), to bound a declared count by the part's size.
pub const SHARED_STRING_BYTES_MIN: u64 = 7;
/// Most runs of cells that are formatted alike, column by column. An honest sheet has a few a column; each takes 12
/// bytes of the parser, and a sheet that changes its format in every cell has this many in 200,000 rows.
pub const FORMAT_RUNS_MAX: usize = 2_000_000;
/// Most merged ranges over several rows: three a receipt, for 66,000 receipts. The importing process keeps them.
pub const MERGED_RANGES_MAX: usize = 200_000;
/// Longest text of a cell, in characters: the limit of the format itself.
pub const CELL_CHARS_MAX: usize = 32_767;
/// Last row of the format.
pub const ROWS_MAX: u32 = 1_048_576;
/// Most columns read. Wider sheets are cross tables, not lists.
pub const COLUMNS_MAX: u32 = 256;
/// This many blank rows in a row end a sheet: formatting often runs to the last row of the format.
pub const BLANK_ROWS_MAX: u32 = 200;
/// Most bytes of a sheet in compact form, in memory of the importing process (100,999 rows take 4 MB).
pub const SHEET_BYTES_MAX: usize = 128 * 1024 * 1024;
/// Largest frame accepted from the parser, in bytes: it writes about 64 KiB, but never splits a row, and the widest
/// row (every column full of the longest text) is 32 MiB.
pub const FRAME_BYTES_MAX: usize = 40 * 1024 * 1024;
/// Bytes of rows gathered before a frame is written: one system call for about 2,000 rows.
pub const FRAME_BYTES_TARGET: usize = 64 * 1024;
/// Address space of the parser, in bytes. The densest honest `.xls`, [`XLS_BYTES_MAX`] of nothing but numbers, needs
/// 520 MiB, and 640 MiB where it does not say how large its table is, so that lists grow by doubling (measured). It
/// touches 450 MiB of that; the rest is the program itself and reserve that stays empty. Millions of cells of one long
/// text would need more: they are refused as out of memory, with the advice to save the file as `.xlsx`.
pub const PARSER_MEMORY_BYTES: u64 = 768 * 1024 * 1024;
/// CPU seconds of the parser: 40 times what 1,000,000 rows take.
pub const PARSER_CPU_SECONDS: u64 = 120;
/// Wall-clock bound of the parser; longer than its CPU bound because the machine may be busy.
pub const PARSER_DEADLINE: Duration = Duration::from_secs(300);
/// Bytes of the parser's last words kept for the report.
pub const PARSER_STDERR_BYTES_MAX: usize = 4 * 1024;
/// Rows searched for a header. Titles, dates and filters above a table rarely take more than ten.
pub const HEADER_ROWS_SEARCHED: usize = 30;
/// Lines of one receipt of a sale: the most it may have. More in a sheet is a wrong grouping.
pub const RECEIPT_LINES_MAX: usize = 500;
/// Refusals kept in full; the rest is counted only, so that a wrong file cannot fill the memory.
pub const REFUSALS_KEPT_MAX: usize = 100_000;
