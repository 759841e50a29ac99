//! The report as CSV (RFC 4180): one row per store, day and payment method, no sums, for programs and pivot tables.

use std::io::Write;

use super::{DailySalesReport, Figures};
use crate::words::{Words, method_name};
use crate::{DecimalMark, Language, ReportError, ReportOptions, number};

impl DailySalesReport {
    /// Writes the report as CSV in UTF-8, lines ended by CR LF.
    ///
    /// # Errors
    /// [`ReportError::Csv`] when the writer fails.
    pub fn write_csv(&self, options: &ReportOptions, out: impl Write) -> Result<(), ReportError> {
        let mut csv = writer(options.decimal_mark, out);
        csv.write_record(heading(options.language))?;
        let mark = |text: String| match options.decimal_mark {
            DecimalMark::Point => text,
            DecimalMark::Comma => text.replace('.', ","),
        };
        for group in &self.groups {
            let money = |amount| mark(number::amount(amount, group.currency));
            for row in &group.rows {
                let Figures { sums, net } = Figures::of(row.figures)?;
                csv.write_record([
                    harmless(group.store_id.as_str()),
                    harmless(&group.store_name),
                    row.business_date.to_string(),
                    harmless(method_name(options.language, &row.method)),
                    group.currency.to_string(),
                    sums.sales.to_string(),
                    mark(number::quantity(sums.quantity)),
                    money(sums.gross),
                    money(sums.discount),
                    money(sums.refunds),
                    money(sums.voided),
                    money(net),
                ])?;
            }
        }
        csv.flush()?;
        Ok(())
    }
}

/// Whether a file that begins so is this report as CSV, in any language and with any separator.
#[must_use]
pub fn is_daily_sales_csv(beginning: &[u8]) -> bool {
    [Language::PtBr, Language::En].into_iter().any(|language| {
        [DecimalMark::Point, DecimalMark::Comma].into_iter().any(|mark| {
            let mut csv = writer(mark, Vec::new());
            let written = csv.write_record(heading(language)).is_ok();
            let line = csv.into_inner().unwrap_or_default();
            written && beginning.starts_with(&line)
        })
    })
}

fn writer<W: Write>(mark: DecimalMark, out: W) -> csv::Writer<W> {
    let delimiter = match mark {
        DecimalMark::Point => b',',
        DecimalMark::Comma => b';',
    };
    csv::WriterBuilder::new()
        .delimiter(delimiter)
        .terminator(csv::Terminator::CRLF)
        .from_writer(out)
}

fn heading(language: Language) -> Vec<&'static str> {
    let words = Words::of(language);
    let mut heading = vec![
        words.store_id,
        words.store,
        words.date,
        words.method,
        words.currency,
    ];
    heading.extend(words.figures);
    heading
}

/// Characters with which a spreadsheet takes a cell for a formula; the wide ones are taken so by some.
const FORMULA_STARTS: [char; 11] = [
    '=', '+', '-', '@', '\t', '\r', '\0', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}',
];
/// Characters at which a program may begin a cell, whatever separates the fields of this file: which one it splits at
/// is a setting of the reader's machine, and a quote in the middle of its cell means nothing to it.
const CELL_BEGINNINGS: [char; 6] = [',', ';', '\t', '|', '\n', '\r'];

/// Text with a `'` wherever a cell could begin with a formula, which shows the cell as text.
fn harmless(text: &str) -> String {
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
