//! The lines of a CSV file, whatever stands between its cells and whichever of two encodings it has.

use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::StatementFileError;
use super::cells::DecimalMark;
use super::field::Field;
use super::line::Cells;

/// How many lines may stand before the titles: the name of the bank, the account, the period.
const LINES_BEFORE_TITLES_MAX: usize = 30;
/// What may stand between cells; where the decimals have a comma it is not that.
const DELIMITERS: [(u8, DecimalMark); 4] = [
    (b';', DecimalMark::Comma),
    (b'\t', DecimalMark::Comma),
    (b'|', DecimalMark::Comma),
    (b',', DecimalMark::Point),
];
/// How much of a file is looked at to find its titles.
const LOOKED_AT_BYTES: u64 = 64 * 1_024;

/// The lines of a CSV file.
#[derive(Debug)]
pub(super) struct CsvLines {
    reader: Reader<BufReader<File>>,
    titles: Vec<(Option<Field>, String)>,
    mark: DecimalMark,
}

/// Where the titles are, and what stands between them.
struct Header {
    delimiter: u8,
    mark: DecimalMark,
    record: usize,
    titles: Vec<(Option<Field>, String)>,
}

impl CsvLines {
    pub(super) fn open(path: &Path) -> Result<Self, StatementFileError> {
        let mut beginning = Vec::new();
        File::open(path)?
            .take(LOOKED_AT_BYTES)
            .read_to_end(&mut beginning)?;
        let headers = DELIMITERS
            .iter()
            .filter_map(|(delimiter, mark)| find(&beginning, *delimiter, *mark));
        // A delimiter that is none gives fewer titles, or none.
        let header =
            headers.max_by_key(|header| header.titles.iter().filter(|(field, _)| field.is_some()).count());
        let header = header.ok_or(StatementFileError::NoHeader {
            looked_at: LINES_BEFORE_TITLES_MAX,
        })?;
        let mut reader = settings(header.delimiter).from_reader(BufReader::new(File::open(path)?));
        let mut record = ByteRecord::new();
        for _ in 0..=header.record {
            reader.read_byte_record(&mut record).map_err(not_csv)?;
        }
        Ok(Self {
            reader,
            titles: header.titles,
            mark: header.mark,
        })
    }

    /// What its columns hold, and the titles of those that nothing is read from.
    pub(super) fn fields(&self) -> (Vec<Field>, Vec<String>) {
        let ignored = self
            .titles
            .iter()
            .filter(|(field, title)| field.is_none() && !title.is_empty());
        let fields = self.titles.iter().filter_map(|(field, _)| *field);
        (
            fields.collect(),
            ignored.map(|(_, title)| title.clone()).collect(),
        )
    }

    /// The next line that is not empty.
    pub(super) fn next(&mut self) -> Result<Option<Cells>, StatementFileError> {
        let mut record = ByteRecord::new();
        loop {
            if !self.reader.read_byte_record(&mut record).map_err(not_csv)? {
                return Ok(None);
            }
            let number = record.position().map_or(0, csv::Position::line);
            let mut cells = Cells {
                number,
                mark: Some(self.mark),
                ..Cells::default()
            };
            let mut is_empty = true;
            for (index, cell) in record.iter().enumerate() {
                let text = decoded(cell);
                if text.is_empty() {
                    continue;
                }
                is_empty = false;
                match self.titles.get(index) {
                    Some((Some(field), _)) => cells.texts.push((*field, text)),
                    Some((None, _)) => {}
                    None => cells.surplus = Some(text),
                }
            }
            if !is_empty {
                return Ok(Some(cells));
            }
        }
    }
}

fn settings(delimiter: u8) -> ReaderBuilder {
    let mut settings = ReaderBuilder::new();
    settings.delimiter(delimiter).has_headers(false).flexible(true);
    settings
}

/// The first line that has the titles of a day and of an amount; of two columns of the same title the first counts.
fn find(beginning: &[u8], delimiter: u8, mark: DecimalMark) -> Option<Header> {
    let mut reader = settings(delimiter).from_reader(beginning);
    let mut record = ByteRecord::new();
    for number in 0..LINES_BEFORE_TITLES_MAX {
        if !reader.read_byte_record(&mut record).ok()? {
            return None;
        }
        let mut titles: Vec<(Option<Field>, String)> = Vec::with_capacity(record.len());
        for cell in &record {
            let title = decoded(cell);
            let field = Field::of_title(&title);
            let is_first = !titles.iter().any(|(own, _)| own.is_some() && *own == field);
            titles.push((field.filter(|_| is_first), title));
        }
        let has = |field: Field| titles.iter().any(|(own, _)| *own == Some(field));
        if has(Field::Date) && (has(Field::Gross) || has(Field::Net)) {
            return Some(Header {
                delimiter,
                mark,
                record: number,
                titles,
            });
        }
    }
    None
}

/// Text of UTF-8, or else of Windows-1252, in which older programs of banks write; trimmed, without the mark of UTF-8.
fn decoded(cell: &[u8]) -> String {
    let text = match str::from_utf8(cell) {
        Ok(text) => text.to_owned(),
        // Of the letters of Portuguese all have the same place in Latin 1.
        Err(_) => cell.iter().copied().map(char::from).collect(),
    };
    text.trim_start_matches('\u{feff}').trim().to_owned()
}

fn not_csv(error: csv::Error) -> StatementFileError {
    let line = error.position().map_or(0, csv::Position::line);
    let problem = error.to_string();
    if let csv::ErrorKind::Io(error) = error.into_kind() {
        return StatementFileError::Io(error);
    }
    StatementFileError::NotCsv { line, problem }
}
