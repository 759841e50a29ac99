//! The report as CSV (RFC 4180): one row per store, day and payment method, no sums, for programs and pivot tables.

use std::io::Write;

use super::{DailySalesReport, Figures};
use crate::csv_text::{harmless, marked, writer};
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
        let mark = |text: String| marked(options.decimal_mark, text);
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
