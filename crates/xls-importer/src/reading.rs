//! What every kind of sheet counts and checks while it is read.

use posars_domain::StoreId;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::columns::Columns;
use crate::field::Field;
use crate::footer_check::FooterCheck;
use crate::header::Header;
use crate::limits::REFUSALS_KEPT_MAX;
use crate::row_fault::RowFault;
use crate::row_kind::{Claim, Otherwise, RowKind, row_kind};
use crate::row_reason::RowReason;
use crate::row_signs::{RowSign, SignReader};
use crate::running_sums::{Part, RunningSums};
use crate::sheet::{Row, Sheet};
use crate::total_words::TotalWords;

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

/// Sums above the first record that are held against the sum of all; a sheet has one, if any.
const EARLY_FOOTERS_MAX: usize = 4;

/// What a walk over the rows below the titles counts and sums.
pub(crate) struct Walk {
    pub(crate) tally: RowTally,
    pub(crate) footer_checks: Vec<FooterCheck>,
    sums: RunningSums,
}

impl Walk {
    /// Calls `seen` for every record and every row of what was called off, in order.
    pub(crate) fn over<'s>(
        sheet: &'s Sheet,
        header: &Header,
        columns: &Columns<'_>,
        seen: impl FnMut(&Row<'s>, Seen),
    ) -> Self {
        let mut signs = SignReader::new(&header.signs);
        let mut pass = Pass {
            walk: Self {
                tally: RowTally::default(),
                footer_checks: Vec::new(),
                sums: RunningSums::of(columns),
            },
            columns,
            seen,
        };
        let mut previous = header.row_number;
        let mut row = Row::default();
        let rows = sheet.rows_len();
        let mut early = Vec::new();
        let mut other_titles = None;
        for index in header.row_index + 1..rows {
            sheet.read_row(index, &mut row);
            let tally = &mut pass.walk.tally;
            tally.blank += row.number.saturating_sub(previous + 1);
            previous = row.number;
            // A sum first: what stands in the columns of its row says nothing of a sale.
            match row_kind(&row, header, columns, index + 1 == rows) {
                RowKind::Blank => tally.blank += 1,
                RowKind::RepeatedHeader => {
                    tally.repeated_headers += 1;
                    other_titles = None;
                }
                RowKind::OtherTitles => {
                    tally.repeated_headers += 1;
                    other_titles = Some(row.number);
                }
                RowKind::Footer(_)
                    if tally.records + tally.cancelled == 0 && early.len() < EARLY_FOOTERS_MAX =>
                {
                    tally.footers += 1;
                    early.push(index);
                }
                RowKind::Footer(words) => pass.footer(&row, words.as_ref()),
                RowKind::Record | RowKind::Perhaps(_) if other_titles.is_some() => {
                    let titles = other_titles.map_or_else(String::new, |row| format!("-> {row}"));
                    let fault = RowFault::of_row(RowReason::OtherTitles, titles);
                    pass.record(&row, None, RowSign::Opposes(fault));
                }
                RowKind::Record => pass.record(&row, None, signs.meaning(&row)),
                RowKind::Perhaps(claim) => pass.decide(&row, &claim, &mut signs),
            }
        }
        let mut walk = pass.walk;
        for index in early {
            sheet.read_row(index, &mut row);
            walk.footer_checks.extend(walk.sums.check_all(&row, columns));
        }
        walk
    }

    /// Our own sum of a field.
    pub(crate) fn sum(&self, field: Field) -> Decimal {
        self.sums.total(field)
    }
}

/// A row that is no sum, as the reader of its kind of sheet sees it.
pub(crate) enum Seen {
    /// A record, with what speaks against it as a whole.
    Record(Option<RowFault>),
    /// Of what was called off: no record.
    Cancelled,
}

/// A walk under way.
struct Pass<'w, 'h, F> {
    walk: Walk,
    columns: &'w Columns<'h>,
    seen: F,
}

impl<F> Pass<'_, '_, F> {
    fn decide<'s>(&mut self, row: &Row<'s>, claim: &Claim, signs: &mut SignReader<'_, 's>)
    where
        F: FnMut(&Row<'s>, Seen),
    {
        if self.walk.sums.are_summed_up_in(row, self.columns, claim) {
            return self.footer(row, claim.words.as_ref());
        }
        let doubt = match claim.otherwise {
            Otherwise::Record => None,
            Otherwise::Doubtful => Some(RowFault::of_row(RowReason::TotalOrRecord, "")),
        };
        self.record(row, doubt, signs.meaning(row));
    }

    fn record<'s>(&mut self, row: &Row<'s>, doubt: Option<RowFault>, sign: RowSign)
    where
        F: FnMut(&Row<'s>, Seen),
    {
        let (part, seen) = match sign {
            RowSign::Usual => (Part::Records, Seen::Record(doubt)),
            RowSign::Cancelled => (Part::Cancelled, Seen::Cancelled),
            RowSign::Opposes(fault) => (Part::Opposing, Seen::Record(doubt.or(Some(fault)))),
        };
        if part == Part::Cancelled {
            self.walk.tally.cancelled += 1;
        } else {
            self.walk.tally.records += 1;
        }
        self.walk.sums.add(row, self.columns, part);
        (self.seen)(row, seen);
    }

    fn footer(&mut self, row: &Row<'_>, words: Option<&TotalWords>) {
        let walk = &mut self.walk;
        walk.tally.footers += 1;
        walk.footer_checks
            .extend(walk.sums.check(row, self.columns, words));
        walk.sums.mark(words);
    }
}
