//! What became of every row, as a report for programs.

use posars_domain::{Amount, Quantity};
use posars_words::Language;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::field::{Field, SheetKind};
use crate::finding::Finding;
use crate::footer_check::FooterCheck;
use crate::header::Header;
use crate::not_recorded::NotRecorded;
use crate::note::Note;
use crate::protocol::HiddenRows;
use crate::reading::{Refusals, RowTally};
use crate::workbook::Workbook;

/// How an import ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// Every record is in the log.
    Completed,
    /// Some rows were refused; the others are in the log.
    CompletedWithRefusals,
    /// Nothing was written, by request; the counts say what would be.
    DryRun,
    /// The log could not take it; what was accepted stays, and the same file goes on from there.
    Interrupted,
}

/// Row numbers in ascending ranges, both ends included: short even for a million rows.
#[derive(Debug, Clone, Default)]
pub struct RowRanges {
    /// In the order added; a row next to the one before it lengthens that one's range.
    added: Vec<(u32, u32)>,
    len: usize,
}

impl RowRanges {
    /// Adds a row, in any order.
    pub fn add(&mut self, row: u32) {
        self.len += 1;
        match self.added.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(row) => *last = row,
            _ => self.added.push((row, row)),
        }
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The ranges.
    #[must_use]
    pub fn ranges(&self) -> Vec<(u32, u32)> {
        let mut added = self.added.clone();
        added.sort_unstable();
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for (from, to) in added {
            match ranges.last_mut() {
                Some((_, last)) if from <= last.saturating_add(1) => *last = to.max(*last),
                _ => ranges.push((from, to)),
            }
        }
        ranges
    }
}

/// Records of the kind that is imported.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RecordCounts {
    /// New in the log.
    pub accepted: u32,
    /// There already, with the same content.
    pub duplicate: u32,
    /// Counts of nothing: there is nothing to book for them.
    pub without_effect: u32,
    /// Refused.
    pub refused: u32,
    /// Stores defined on the way.
    pub stores_defined: u32,
    /// Products defined on the way.
    pub products_defined: u32,
}

/// Sums over the records that were accepted or there already.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ImportTotals {
    /// Units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// Money in minor units: net of the sales, or cost of the goods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
}

/// Outcome of one import, down to the row.
#[derive(Debug, Clone)]
pub struct ImportOutcome {
    /// How it ended.
    pub state: ImportState,
    /// The kind of sheet.
    pub kind: SheetKind,
    /// SHA-256 of the file, in hexadecimal.
    pub file_sha256: String,
    /// Size of the file, in bytes.
    pub file_size_bytes: u64,
    /// The sheet read.
    pub sheet: String,
    /// Row of the titles.
    pub header_row: u32,
    /// Fields and the titles of their columns.
    pub columns: Vec<(Field, String)>,
    /// Columns that are understood and recorded nowhere.
    pub not_recorded: Vec<NotRecorded>,
    /// Columns that were looked at only for what they say of their rows: cancelled, returned, going out.
    pub sign_columns: Vec<String>,
    /// Columns that mean nothing to the importer.
    pub unused_columns: Vec<String>,
    /// Sheets not read.
    pub other_sheets: Vec<String>,
    /// Hidden sheets, not read.
    pub hidden_sheets: Vec<String>,
    /// The row reading stopped before, if a long gap ended the table.
    pub stopped_before_row: Option<u32>,
    /// Counts of the rows.
    pub tally: RowTally,
    /// Counts of the records.
    pub records: RecordCounts,
    /// Sums.
    pub totals: ImportTotals,
    /// Sums at the foot of the sheet beside ours.
    pub footer_checks: Vec<FooterCheck>,
    /// Things worth a look that refuse nothing.
    pub notes: Vec<Note>,
    /// How receipts were told apart, and what of the file is not in the log.
    pub findings: Vec<Finding>,
    /// Rows whose records are new in the log.
    pub accepted_rows: RowRanges,
    /// Rows whose records were there already.
    pub duplicate_rows: RowRanges,
    /// Rows there is nothing to book for.
    pub rows_without_effect: RowRanges,
    /// Refused rows.
    pub refusals: Refusals,
}

impl ImportOutcome {
    /// An outcome of nothing so far.
    #[must_use]
    pub fn new(workbook: &Workbook, header: &Header) -> Self {
        let sheet = &workbook.sheet;
        Self {
            state: ImportState::DryRun,
            kind: header.mapping.kind,
            file_sha256: hexadecimal(&workbook.file_sha256),
            file_size_bytes: workbook.size_bytes,
            sheet: sheet.name().to_owned(),
            header_row: header.row_number,
            columns: header
                .mapping
                .fields()
                .map(|(field, _)| (field, header.title(field).to_owned()))
                .collect(),
            not_recorded: NotRecorded::of(header),
            sign_columns: header.sign_columns(),
            unused_columns: header.unused_columns(),
            other_sheets: sheet.other_sheets().to_vec(),
            hidden_sheets: sheet.hidden_sheets().to_vec(),
            stopped_before_row: sheet.stopped_before_row(),
            tally: RowTally::default(),
            records: RecordCounts::default(),
            totals: ImportTotals::default(),
            footer_checks: Vec::new(),
            notes: Vec::new(),
            findings: Vec::new(),
            accepted_rows: RowRanges::default(),
            duplicate_rows: RowRanges::default(),
            rows_without_effect: RowRanges::default(),
            refusals: Refusals::default(),
        }
    }

    /// Of a file with nothing in it.
    #[cfg(test)]
    pub(crate) fn of_nothing() -> Self {
        Self {
            state: ImportState::DryRun,
            kind: SheetKind::Sales,
            file_sha256: String::new(),
            file_size_bytes: 0,
            sheet: String::new(),
            header_row: 1,
            columns: Vec::new(),
            not_recorded: Vec::new(),
            sign_columns: Vec::new(),
            unused_columns: Vec::new(),
            other_sheets: Vec::new(),
            hidden_sheets: Vec::new(),
            stopped_before_row: None,
            tally: RowTally::default(),
            records: RecordCounts::default(),
            totals: ImportTotals::default(),
            footer_checks: Vec::new(),
            notes: Vec::new(),
            findings: Vec::new(),
            accepted_rows: RowRanges::default(),
            duplicate_rows: RowRanges::default(),
            rows_without_effect: RowRanges::default(),
            refusals: Refusals::default(),
        }
    }

    /// Finds what of the file was not read.
    pub(crate) fn find_left_out(&mut self, workbook: &Workbook) {
        let sheet = &workbook.sheet;
        if let Some(row) = self.stopped_before_row {
            self.findings.push(Finding::RowsAfterGap { row });
        }
        match sheet.hidden_rows() {
            HiddenRows::None => {}
            HiddenRows::Counted(rows) => self.findings.push(Finding::HiddenRows { rows: Some(rows) }),
            HiddenRows::ByFilter => self.findings.push(Finding::HiddenRows { rows: None }),
        }
        if !sheet.unread_sheets().is_empty() {
            self.findings.push(Finding::SheetsNotRead {
                sheets: sheet.unread_sheets().to_vec(),
                was_chosen: workbook.sheet_is_named,
            });
        }
    }

    /// Whether everything of the file is read and recorded, as far as it is not refused, and its own sums agree.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.findings.iter().any(Finding::needs_a_look)
            && !self.not_recorded.iter().any(|column| column.needs_a_look)
            && self.footer_checks.iter().all(|check| check.agrees)
    }

    /// Says what the cells of a column that is not recorded come to.
    pub(crate) fn sum_not_recorded(&mut self, field: Field, sum: Decimal) {
        let column = self.not_recorded.iter_mut().find(|column| column.field == field);
        if let Some(column) = column {
            column.sum = Some(sum);
        }
    }

    /// The report as JSON, messages in one language. Every row of the sheet is accounted for.
    #[must_use]
    pub fn to_json(&self, language: Language) -> serde_json::Value {
        let columns: serde_json::Map<String, serde_json::Value> = self
            .columns
            .iter()
            .map(|(field, title)| (field.word().to_owned(), title.clone().into()))
            .collect();
        serde_json::json!({
            "state": self.state,
            "kind": self.kind,
            "file": { "sha256": self.file_sha256, "size_bytes": self.file_size_bytes },
            "sheet": {
                "name": self.sheet,
                "header_row": self.header_row,
                "columns": columns,
                "unused_columns": self.unused_columns,
                "sign_columns": self.sign_columns,
                "stopped_before_row": self.stopped_before_row,
                "other_sheets": self.other_sheets,
                "hidden_sheets": self.hidden_sheets,
            },
            "rows": {
                "records": self.tally.records,
                "blank": self.tally.blank,
                "footers": self.tally.footers,
                "repeated_headers": self.tally.repeated_headers,
                "cancelled": self.tally.cancelled,
                "accepted": self.accepted_rows.len(),
                "duplicate": self.duplicate_rows.len(),
                "refused": self.refusals.count(),
                "accepted_ranges": self.accepted_rows.ranges(),
                "duplicate_ranges": self.duplicate_rows.ranges(),
                "without_effect": self.rows_without_effect.len(),
                "without_effect_ranges": self.rows_without_effect.ranges(),
            },
            "records": self.records,
            "totals": self.totals,
            "not_recorded": self.not_recorded,
            "footer_checks": self.footer_checks,
            "notes": self.notes.iter().map(|note| note.message(language)).collect::<Vec<_>>(),
            "findings": self.findings_json(language),
            "refused_rows": self.refused_json(language),
        })
    }

    fn refused_json(&self, language: Language) -> Vec<serde_json::Value> {
        let title = |field: Option<Field>| {
            let found = self
                .columns
                .iter()
                .find(|(candidate, _)| Some(*candidate) == field);
            found.map_or_else(|| field.map_or("", Field::word), |(_, title)| title.as_str())
        };
        self.refusals
            .rows()
            .iter()
            .map(|refused| {
                let errors: Vec<serde_json::Value> = refused
                    .faults
                    .iter()
                    .map(|fault| {
                        serde_json::json!({
                            "code": fault.reason.code(),
                            "field": fault.field.map(Field::word),
                            "column": fault.field.map(|field| title(Some(field))),
                            "given": fault.given,
                            "detail": fault.detail,
                            "message": fault.message(language, title(fault.field)),
                            "how_to_fix": fault.how_to_fix(language),
                        })
                    })
                    .collect();
                serde_json::json!({ "row": refused.row, "errors": errors })
            })
            .collect()
    }

    fn findings_json(&self, language: Language) -> Vec<serde_json::Value> {
        let findings = self.findings.iter().map(|finding| {
            serde_json::json!({
                "code": finding.code(),
                "message": finding.message(language),
                "next": finding.next_step(language),
                "needs_a_look": finding.needs_a_look(),
            })
        });
        findings.collect()
    }
}

/// The hash of a file as it is written down.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::RowRanges;

    #[test]
    fn rows_in_any_order_make_ranges() {
        let mut rows = RowRanges::default();
        [5, 2, 3, 9, 4, 10].into_iter().for_each(|row| rows.add(row));
        assert_eq!(rows.ranges(), vec![(2, 5), (9, 10)]);
        assert_eq!(rows.len(), 6);
    }

    #[test]
    fn a_row_within_a_range_leaves_it_as_it_is() {
        let mut rows = RowRanges::default();
        [2, 3, 4, 5, 3, 6].into_iter().for_each(|row| rows.add(row));
        assert_eq!(rows.ranges(), vec![(2, 6)]);
        rows.add(4);
        assert_eq!(rows.ranges(), vec![(2, 6)]);
    }
}
