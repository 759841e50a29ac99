//! What became of every row, as a report for programs.

use posars_domain::{Amount, Quantity};
use rust_decimal::Decimal;
use serde::Serialize;

use crate::field::{Field, SheetKind};
use crate::header::Header;
use crate::language::Language;
use crate::note::Note;
use crate::reading::{FooterCheck, Refusals, RowTally};
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
    /// There already, with the same content; or a count of nothing, which there is nothing to book for.
    pub duplicate: u32,
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

/// A column that is understood and recorded nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotRecorded {
    /// What it holds.
    pub field: Field,
    /// Its title.
    pub column: String,
    /// The sum of its cells, where one was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sum: Option<Decimal>,
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
    /// Rows whose records are new in the log.
    pub accepted_rows: RowRanges,
    /// Rows whose records were there already.
    pub duplicate_rows: RowRanges,
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
            not_recorded: not_recorded(header),
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
            accepted_rows: RowRanges::default(),
            duplicate_rows: RowRanges::default(),
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
            accepted_rows: RowRanges::default(),
            duplicate_rows: RowRanges::default(),
            refusals: Refusals::default(),
        }
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
        let title = |field: Option<Field>| {
            let found = self
                .columns
                .iter()
                .find(|(candidate, _)| Some(*candidate) == field);
            found.map_or_else(|| field.map_or("", Field::word), |(_, title)| title.as_str())
        };
        let refused: Vec<serde_json::Value> = self
            .refusals
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
            .collect();
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
            },
            "records": self.records,
            "totals": self.totals,
            "not_recorded": self.not_recorded,
            "footer_checks": self.footer_checks,
            "notes": self.notes.iter().map(|note| note.message(language)).collect::<Vec<_>>(),
            "refused_rows": refused,
        })
    }
}

fn not_recorded(header: &Header) -> Vec<NotRecorded> {
    let kind = header.mapping.kind;
    // In a sheet of stock only one of the quantities is taken.
    let is_other_quantity = |field: Field| {
        let quantities = [Field::Quantity, Field::OnHand, Field::Counted];
        kind == SheetKind::Stock
            && quantities.contains(&field)
            && field != header.counted.unwrap_or(Field::Quantity)
    };
    let fields = header.mapping.fields().map(|(field, _)| field);
    fields
        .filter(|field| !field.is_recorded(kind) || is_other_quantity(*field))
        .map(|field| NotRecorded {
            field,
            column: header.title(field).to_owned(),
            sum: None,
        })
        .collect()
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
