//! The report as CSV (RFC 4180): one row per store, day and payment method, no sums, for programs and pivot tables.

use std::io::Write;

use super::{DailySalesReport, Figures};
use crate::{DecimalMark, ReportError, ReportOptions, number};

impl DailySalesReport {
    /// Writes the report as CSV in UTF-8, lines ended by CR LF.
    ///
    /// # Errors
    /// [`ReportError::Csv`] when the writer fails.
    pub fn write_csv(&self, options: &ReportOptions, out: impl Write) -> Result<(), ReportError> {
        let words = options.language.words();
        let delimiter = match options.decimal_mark {
            DecimalMark::Point => b',',
            DecimalMark::Comma => b';',
        };
        let mut csv = csv::WriterBuilder::new()
            .delimiter(delimiter)
            .terminator(csv::Terminator::CRLF)
            .from_writer(out);
        let mut heading = vec![
            words.store_id,
            words.store,
            words.date,
            words.method,
            words.currency,
        ];
        heading.extend(words.figures);
        csv.write_record(&heading)?;
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
                    harmless(options.language.method(&row.method)),
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

/// Text that a spreadsheet would run as a formula gets a `'` in front, which shows it as text.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}
