//! Text in CSV files: for programs, and for spreadsheets that take the wrong cell for a formula.

use std::io::Write;

use crate::DecimalMark;

/// A writer of RFC 4180, lines ended by CR LF, fields separated as the decimal mark wants it.
pub(crate) fn writer<W: Write>(mark: DecimalMark, out: W) -> csv::Writer<W> {
    let delimiter = match mark {
        DecimalMark::Point => b',',
        DecimalMark::Comma => b';',
    };
    csv::WriterBuilder::new()
        .delimiter(delimiter)
        .terminator(csv::Terminator::CRLF)
        .from_writer(out)
}

/// A number with the decimal mark of the file.
pub(crate) fn marked(mark: DecimalMark, text: String) -> String {
    match mark {
        DecimalMark::Point => text,
        DecimalMark::Comma => text.replace('.', ","),
    }
}

/// Characters with which a spreadsheet takes a cell for a formula; the wide ones are taken so by some.
const FORMULA_STARTS: [char; 11] = [
    '=', '+', '-', '@', '\t', '\r', '\0', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}',
];
/// Characters at which a program may begin a cell, whatever separates the fields of this file: which one it splits at
/// is a setting of the reader's machine, and a quote in the middle of its cell means nothing to it.
const CELL_BEGINNINGS: [char; 6] = [',', ';', '\t', '|', '\n', '\r'];

/// Text with a `'` wherever a cell could begin with a formula, which shows the cell as text.
pub(crate) fn harmless(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 1);
    let mut begins = true;
    for character in text.chars() {
        if begins && FORMULA_STARTS.contains(&character) {
            safe.push('\'');
        }
        // Quotes and blanks before a formula are left out by some programs.
        let is_left_out = character == '"' || character.is_whitespace();
        begins = CELL_BEGINNINGS.contains(&character) || (begins && is_left_out);
        safe.push(character);
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::{FORMULA_STARTS, harmless};

    /// The cells that a program makes of a line, whichever character it splits at, with and without minding quotes.
    fn cells(line: &str, separator: u8) -> Vec<String> {
        let read = |quoting| {
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .delimiter(separator)
                .quoting(quoting)
                .from_reader(line.as_bytes());
            let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
            let cells = records.iter().flat_map(|record| record.iter().map(str::to_owned));
            cells.collect::<Vec<_>>()
        };
        [read(true), read(false)].concat()
    }

    #[test]
    fn no_reader_finds_a_formula() {
        let names = [
            "=1+1",
            ";=1+1;",
            "Loja;=1+1",
            "Loja, @SUM(A1)",
            "Loja\t+1",
            "Loja\n=1",
            "Loja\r\n-1",
            "Loja;\"=1\"",
            "Loja; \u{a0}=1",
            ";\t=1",
            "a|=1",
            "\u{FF1D}1",
            ";;==1",
        ];
        for name in names {
            for written in [b',', b';'] {
                let mut writer = csv::WriterBuilder::new()
                    .delimiter(written)
                    .from_writer(Vec::new());
                writer
                    .write_record(["sul", &harmless(name), "2026-01-31"])
                    .unwrap();
                let line = String::from_utf8(writer.into_inner().unwrap()).unwrap();
                for read in [b',', b';', b'\t', b'|'] {
                    for cell in cells(&line, read) {
                        let shown = cell.trim_matches(|c: char| c == '"' || c == ' ' || c == '\u{a0}');
                        assert!(
                            !shown.starts_with(FORMULA_STARTS),
                            "{name:?}: {cell:?} of {line:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn harmless_names_stay() {
        for name in ["Loja \"Centro\", SP", "A-1; B=2", "'=já é texto", "Pão & Cia"] {
            assert_eq!(harmless(name), name);
        }
    }
}
