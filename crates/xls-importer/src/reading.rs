//! What every kind of sheet counts and checks while it is read.

use jiff::civil::Date;
use posars_domain::{Currency, StoreId};
use rust_decimal::Decimal;
use serde::Serialize;

use crate::columns::Columns;
use crate::field::Field;
use crate::header::Header;
use crate::limits::REFUSALS_KEPT_MAX;
use crate::row_fault::{RowFault, RowReason};
use crate::row_kind::{RowKind, row_kind};
use crate::sheet::{Row, Sheet};

/// What the caller knows and the sheet does not say.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// The caller's day; dates after the next one are refused.
    pub today: Date,
    /// Currency of all amounts.
    pub currency: Currency,
    /// Store of every row, where the sheet has no column for it: an id or a name.
    pub store: Option<String>,
}

/// A store as the sheet writes it, and the id made of that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreName {
    /// The id.
    pub store_id: StoreId,
    /// The name.
    pub name: String,
}

impl StoreName {
    /// Takes a text that is an id, or makes an id of it.
    pub(crate) fn of(text: &str) -> Result<Self, RowFault> {
        let store_id = text.parse().or_else(|_| StoreId::from_name(text));
        let store_id = store_id.map_err(|_| RowFault::of(RowReason::TextInvalid, Field::Store, text))?;
        Ok(Self {
            store_id,
            name: text.to_owned(),
        })
    }
}

/// Counts of rows; together they make up the rows of the sheet below the titles.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RowTally {
    /// Rows that are records.
    pub records: u32,
    /// Blank rows between the titles and the last row.
    pub blank: u32,
    /// Sums and subtotals.
    pub footers: u32,
    /// Titles repeated further down.
    pub repeated_headers: u32,
    /// Rows of what was called off, as a column of the sheet says: they are no records.
    pub cancelled: u32,
}

/// A refused row with all that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRow {
    /// Number of the row in the sheet, from 1.
    pub row: u32,
    /// What is wrong; at least one.
    pub faults: Vec<RowFault>,
}

/// Refused rows, kept in full up to a bound and counted beyond it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusals {
    rows: Vec<RefusedRow>,
    count: u32,
}

impl Refusals {
    /// Adds a row.
    pub fn add(&mut self, row: u32, faults: Vec<RowFault>) {
        self.count += 1;
        if self.rows.len() < REFUSALS_KEPT_MAX {
            self.rows.push(RefusedRow { row, faults });
        }
    }

    /// How many rows are refused.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The rows kept, in the order of the sheet.
    #[must_use]
    pub fn rows(&self) -> &[RefusedRow] {
        &self.rows
    }

    pub(crate) fn sort(&mut self) {
        self.rows.sort_by_key(|refused| refused.row);
    }
}

/// A sum at the foot of the sheet beside our own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FooterCheck {
    /// Number of the row.
    pub row: u32,
    /// The field summed.
    pub field: Field,
    /// The sheet's sum.
    pub theirs: Decimal,
    /// Ours, over all records whose cell can be read, refused ones included.
    pub ours: Decimal,
    /// Whether they agree.
    pub agrees: bool,
}

/// Walks the rows below the titles: records go to the callback, the rest is counted.
pub(crate) struct Walk {
    pub(crate) tally: RowTally,
    pub(crate) footer_checks: Vec<FooterCheck>,
    /// Sums of the fields that have a column; none where no cell could be read.
    sums: Vec<(Field, Option<Decimal>)>,
}

impl Walk {
    /// Fields whose sums a sheet shows at its foot.
    const SUMMED: [Field; 7] = [
        Field::Quantity,
        Field::OnHand,
        Field::Counted,
        Field::Discount,
        Field::Total,
        Field::Net,
        Field::Gross,
    ];

    /// Calls `record` for every record, in order, with what speaks against it as a whole.
    pub(crate) fn over<'s>(
        sheet: &'s Sheet,
        header: &Header,
        columns: &Columns<'_>,
        mut record: impl FnMut(&Row<'s>, Option<RowFault>),
    ) -> Self {
        let mut walk = Self {
            tally: RowTally::default(),
            footer_checks: Vec::new(),
            sums: Self::SUMMED
                .into_iter()
                .filter(|field| columns.has(*field))
                .map(|field| (field, None))
                .collect(),
        };
        let mut previous = header.row_number;
        let mut row = Row::default();
        let rows = sheet.rows_len();
        for index in header.row_index + 1..rows {
            sheet.read_row(index, &mut row);
            walk.tally.blank += row.number.saturating_sub(previous + 1);
            previous = row.number;
            match row_kind(&row, header, index + 1 == rows) {
                RowKind::Blank => walk.tally.blank += 1,
                RowKind::RepeatedHeader => walk.tally.repeated_headers += 1,
                RowKind::Footer { is_grand } => {
                    walk.tally.footers += 1;
                    if is_grand {
                        walk.check_footer(&row, columns);
                    }
                }
                RowKind::Record if header.signs.is_cancelled(&row) => walk.tally.cancelled += 1,
                RowKind::Record => {
                    walk.tally.records += 1;
                    walk.add_sums(&row, columns);
                    record(&row, header.signs.fault(&row));
                }
            }
        }
        walk
    }

    fn add_sums(&mut self, row: &Row<'_>, columns: &Columns<'_>) {
        for (field, sum) in &mut self.sums {
            if let Ok(Some(value)) = columns.decimal(row, *field) {
                let before = sum.unwrap_or_default();
                *sum = Some(before.checked_add(value).unwrap_or(before));
            }
        }
    }

    fn check_footer(&mut self, row: &Row<'_>, columns: &Columns<'_>) {
        for (field, ours) in &self.sums {
            let Some(ours) = *ours else { continue };
            if let Ok(Some(theirs)) = columns.decimal(row, *field) {
                let check = FooterCheck {
                    row: row.number,
                    field: *field,
                    theirs,
                    ours,
                    agrees: theirs == ours,
                };
                self.footer_checks.push(check);
            }
        }
    }

    /// Our own sum of a field.
    pub(crate) fn sum(&self, field: Field) -> Decimal {
        let sum = self.sums.iter().find(|(summed, _)| *summed == field);
        sum.and_then(|(_, sum)| *sum).unwrap_or_default()
    }
}
