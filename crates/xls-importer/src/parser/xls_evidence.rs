//! What the records of an `.xls` say of its cells besides their values, which the workbook reader keeps to itself: number
//! formats, formulas that were never calculated, rows that are not shown.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use cfb::CompoundFile;

use super::ParseStop;
use super::number_format::{FormatTable, shown_as};
use super::shown_cells::ShownCells;
use crate::protocol::HiddenRows;
use crate::shown_as::ShownAs;

/// Kinds of records, by the names of the format's norm (MS-XLS 2.3).
mod record {
    pub(super) const FORMULA: u16 = 0x0006;
    pub(super) const END_OF_STREAM: u16 = 0x000A;
    pub(super) const RICH_TEXT: u16 = 0x00D6;
    pub(super) const SHARED_TEXT: u16 = 0x00FD;
    pub(super) const TEXT: u16 = 0x0204;
    pub(super) const ROW: u16 = 0x0208;
    pub(super) const BOUND_SHEET: u16 = 0x0085;
    pub(super) const MULTIPLE_RK: u16 = 0x00BD;
    pub(super) const EXTENDED_FORMAT: u16 = 0x00E0;
    pub(super) const NUMBER: u16 = 0x0203;
    pub(super) const RK: u16 = 0x027E;
    pub(super) const FORMAT: u16 = 0x041E;
    pub(super) const BEGIN_OF_STREAM: u16 = 0x0809;
}

/// Built-in formats that no record need write out: `0%` and `0.00%`.
const BUILT_IN_PERCENT: [u16; 2] = [9, 10];
/// Most styles of a workbook: the format's own limit is 4,050.
const STYLES_MAX: usize = 65_536;

/// What the records say.
#[derive(Default)]
pub(super) struct XlsEvidence {
    /// The styles of the workbook that say something of a number.
    pub(super) table: FormatTable,
    /// The cells of the sheet that have one of them.
    pub(super) shown: ShownCells,
    /// Row and column of its formulas without a result, in their order.
    uncalculated: Vec<(u32, u32)>,
    hidden_rows: u32,
}

impl XlsEvidence {
    /// Whether a cell is a formula that was never calculated.
    pub(super) fn is_uncalculated(&self, row: u32, column: u32) -> bool {
        self.uncalculated.binary_search(&(row, column)).is_ok()
    }

    /// Rows with values that the sheet does not show.
    pub(super) fn hidden_rows(&self) -> HiddenRows {
        match self.hidden_rows {
            0 => HiddenRows::None,
            rows => HiddenRows::Counted(rows),
        }
    }
}

/// What the records say of the sheet at `index`.
///
/// A container that the workbook reader forgives and this one does not gives no evidence: its cells are read as before.
pub(super) fn read(file: &File, index: usize) -> Result<XlsEvidence, ParseStop> {
    let Some(mut compound) = file
        .try_clone()
        .ok()
        .and_then(|file| CompoundFile::open(file).ok())
    else {
        return Ok(XlsEvidence::default());
    };
    let stream = compound
        .open_stream("/Workbook")
        .or_else(|_| compound.open_stream("/Book"));
    let Ok(stream) = stream else {
        return Ok(XlsEvidence::default());
    };
    let mut stream = BufReader::with_capacity(BUFFER_BYTES, stream);
    let Some(Globals { table, sheets }) = globals(&mut stream) else {
        return Ok(XlsEvidence::default());
    };
    let start = sheets.get(index).map(|start| SeekFrom::Start(u64::from(*start)));
    let is_there = start.is_some_and(|start| stream.seek(start).is_ok());
    if !is_there {
        return Ok(XlsEvidence {
            table,
            ..XlsEvidence::default()
        });
    }
    cells(&mut stream, table)
}

/// Bytes read at once: records have ten to twenty.
const BUFFER_BYTES: usize = 64 * 1024;

/// What stands before the first sheet.
struct Globals {
    table: FormatTable,
    /// Where the sheets begin.
    sheets: Vec<u32>,
}

fn globals(stream: &mut impl Read) -> Option<Globals> {
    let mut data = Vec::new();
    let mut formats: HashMap<u16, Option<ShownAs>> = HashMap::new();
    let (mut styles, mut sheets) = (Vec::new(), Vec::new());
    let mut is_old = false;
    while let Some(kind) = next_record(stream, &mut data) {
        match kind {
            record::BEGIN_OF_STREAM => is_old = u16_at(&data, 0)? < VERSION_8,
            record::FORMAT => {
                let text = if is_old { old_text(&data) } else { text(&data) };
                formats.insert(u16_at(&data, 0)?, text.and_then(|code| shown_as(&code)));
            }
            record::EXTENDED_FORMAT if styles.len() < STYLES_MAX => styles.push(u16_at(&data, 2)?),
            record::BOUND_SHEET => sheets.push(u32::from_le_bytes(data.get(..4)?.try_into().ok()?)),
            record::END_OF_STREAM => break,
            _ => {}
        }
    }
    let shown = |format: u16| match formats.get(&format) {
        Some(shown) => shown.clone(),
        None => BUILT_IN_PERCENT.contains(&format).then_some(ShownAs::Percent),
    };
    let table = FormatTable::of(styles.into_iter().map(shown));
    Some(Globals { table, sheets })
}

/// Version in the first record of a stream from Excel 97 on; texts were bytes before.
const VERSION_8: u16 = 0x0600;

/// Notes what the records of a sheet say of its cells.
fn cells(stream: &mut impl Read, table: FormatTable) -> Result<XlsEvidence, ParseStop> {
    let mut data = Vec::new();
    let mut shown = ShownCells::default();
    let mut formulas = Formulas::default();
    let mut hidden = HiddenXlsRows::default();
    // Charts inside a sheet are streams of their own.
    let mut depth = 0_u32;
    while let Some(kind) = next_record(stream, &mut data) {
        match kind {
            record::BEGIN_OF_STREAM => depth += 1,
            record::END_OF_STREAM if depth <= 1 => break,
            record::END_OF_STREAM => depth -= 1,
            _ if depth != 1 => {}
            record::ROW => hidden.note_row(&data),
            record::NUMBER | record::RK | record::FORMULA => {
                if let (Some(row), Some(column), Some(style)) =
                    (u16_at(&data, 0), u16_at(&data, 2), u16_at(&data, 4))
                {
                    shown.note(row.into(), column.into(), table.place(style.into()))?;
                    hidden.note_value(row);
                    if kind == record::FORMULA {
                        formulas.note((row.into(), column.into()), data.get(6..14));
                    }
                }
            }
            record::MULTIPLE_RK => {
                let (Some(row), Some(first)) = (u16_at(&data, 0), u16_at(&data, 2)) else {
                    continue;
                };
                hidden.note_value(row);
                // A style and a number for each column, then the last column.
                let numbers = data.get(4..data.len().saturating_sub(2)).unwrap_or_default();
                for (number, column) in numbers.chunks_exact(6).zip(u32::from(first)..) {
                    let style = u16_at(number, 0).unwrap_or_default();
                    shown.note(row.into(), column, table.place(style.into()))?;
                }
            }
            record::TEXT | record::SHARED_TEXT | record::RICH_TEXT => {
                u16_at(&data, 0)
                    .into_iter()
                    .for_each(|row| hidden.note_value(row));
            }
            _ => {}
        }
    }
    Ok(XlsEvidence {
        table,
        shown: shown.sorted(),
        uncalculated: formulas.uncalculated(),
        hidden_rows: hidden.with_values,
    })
}

/// The formulas of a sheet.
#[derive(Default)]
struct Formulas {
    /// Those whose result is zero or an empty text: programs that calculate nothing write one of these for all.
    of_nothing: Vec<(u32, u32)>,
    any_calculated: bool,
}

impl Formulas {
    /// Notes a formula and the eight bytes of its result: a number, or what kind of other value it is.
    fn note(&mut self, place: (u32, u32), result: Option<&[u8]>) {
        match result {
            Some([0, 0, 0, 0, 0, 0, 0, 0] | [3, _, _, _, _, _, 0xFF, 0xFF]) => self.of_nothing.push(place),
            Some(_) | None => self.any_calculated = true,
        }
    }

    /// A sheet with any other result was calculated, and zero and nothing are results of it.
    fn uncalculated(mut self) -> Vec<(u32, u32)> {
        if self.any_calculated {
            return Vec::new();
        }
        self.of_nothing.sort_unstable();
        self.of_nothing
    }
}

/// Rows that the sheet hides, and how many of them have values.
#[derive(Default)]
struct HiddenXlsRows {
    empty_so_far: HashSet<u16>,
    with_values: u32,
}

/// In the flags of a row: its height is zero.
const ROW_IS_HIDDEN: u16 = 0x20;

impl HiddenXlsRows {
    /// Rows are described before their cells.
    fn note_row(&mut self, data: &[u8]) {
        let is_hidden = u16_at(data, 12).is_some_and(|flags| flags & ROW_IS_HIDDEN != 0);
        self.empty_so_far.extend(u16_at(data, 0).filter(|_| is_hidden));
    }

    fn note_value(&mut self, row: u16) {
        self.with_values += u32::from(self.empty_so_far.remove(&row));
    }
}

/// Reads the next record into `data` and says its kind; none at the end, however it comes.
fn next_record(stream: &mut impl Read, data: &mut Vec<u8>) -> Option<u16> {
    let mut head = [0_u8; 4];
    stream.read_exact(&mut head).ok()?;
    let [kind_low, kind_high, length_low, length_high] = head;
    let length = u16::from_le_bytes([length_low, length_high]);
    data.clear();
    data.resize(length.into(), 0);
    stream.read_exact(data).ok()?;
    Some(u16::from_le_bytes([kind_low, kind_high]))
}

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(data.get(at..at + 2)?.try_into().ok()?))
}

/// A format's code: count of characters, a flag for two bytes each, the characters.
fn text(data: &[u8]) -> Option<String> {
    let count = usize::from(u16_at(data, 2)?);
    let (flags, characters) = data.get(4..)?.split_first()?;
    if flags & 1 == 0 {
        // One byte each: the first 256 characters of Unicode.
        return Some(
            characters
                .iter()
                .take(count)
                .map(|&byte| char::from(byte))
                .collect(),
        );
    }
    let units = characters.chunks_exact(2).take(count);
    let units = units.filter_map(|unit| u16_at(unit, 0));
    Some(
        char::decode_utf16(units)
            .map(|unit| unit.unwrap_or('\u{FFFD}'))
            .collect(),
    )
}

/// A format's code in a code page: only ASCII matters here, and the euro of the Western one.
fn old_text(data: &[u8]) -> Option<String> {
    let (count, characters) = data.get(2..)?.split_first()?;
    let characters = characters.iter().take(usize::from(*count));
    Some(
        characters
            .map(|&byte| if byte == 0x80 { '€' } else { char::from(byte) })
            .collect(),
    )
}
