//! Rows that are no records: blank ones, sums between them and at the foot, titles repeated on every page.

use rust_decimal::Decimal;

use crate::columns::Columns;
use crate::field::{Field, SheetKind};
use crate::header::Header;
use crate::sheet::{Cell, Row};
use crate::total_words::{TotalWords, total_words};

/// What a row below the titles is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RowKind {
    Record,
    Blank,
    /// A sum, by its words or by its place.
    Footer(Option<TotalWords>),
    RepeatedHeader,
    /// Titles of another table, or of this one in another order.
    OtherTitles,
    /// A sum if its figures are those of the rows above.
    Perhaps(Claim),
}

/// A row that looks like a sum and could be a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) words: Option<TotalWords>,
    /// Rows it must sum up at least: one row is equal to its sum by nature.
    pub(crate) rows_min: u32,
    /// What it is when the figures are others.
    pub(crate) otherwise: Otherwise,
}

/// What a row is whose figures are not those of the rows above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Otherwise {
    Record,
    /// Nobody can tell; it is refused.
    Doubtful,
}

/// Columns whose texts may announce a sum.
const WORD_FIELDS: [Field; 7] = [
    Field::Date,
    Field::Receipt,
    Field::Sku,
    Field::Description,
    Field::Store,
    Field::Gtin,
    Field::Category,
];
const PRODUCT_FIELDS: [Field; 3] = [Field::Sku, Field::Description, Field::Gtin];

/// Tells what a row is. `is_last` allows a sum without a word before it.
pub(crate) fn row_kind(row: &Row<'_>, header: &Header, columns: &Columns<'_>, is_last: bool) -> RowKind {
    if repeats_titles(row, header) {
        return RowKind::RepeatedHeader;
    }
    if shows_titles(row, header) {
        return RowKind::OtherTitles;
    }
    let cells = Cells { row, header, columns };
    if let Some((words, column)) = cells.words() {
        return cells.with_words(words, column);
    }
    // Nearly every row is a record and answers this one.
    if cells.any(&PRODUCT_FIELDS) {
        return RowKind::Record;
    }
    if header.mapping.fields().all(|(field, _)| cells.is_empty(field)) {
        return RowKind::Blank;
    }
    let has_figure = header
        .mapping
        .fields()
        .any(|(field, _)| field.is_numeric() && !cells.is_empty(field));
    if !has_figure {
        return RowKind::Record;
    }
    if is_last && !cells.any(&[Field::Date, Field::Receipt, Field::Store]) {
        return RowKind::Footer(None);
    }
    RowKind::Perhaps(Claim {
        words: None,
        rows_min: 2,
        otherwise: Otherwise::Record,
    })
}

struct Cells<'r, 'a, 'h> {
    row: &'r Row<'a>,
    header: &'r Header,
    columns: &'r Columns<'h>,
}

impl Cells<'_, '_, '_> {
    fn is_empty(&self, field: Field) -> bool {
        self.columns.cell(self.row, field) == Cell::Empty
    }

    fn any(&self, fields: &[Field]) -> bool {
        fields.iter().any(|field| !self.is_empty(*field))
    }

    /// As [`Cells::any`], but for one column.
    fn any_beside(&self, fields: &[Field], column: u32) -> bool {
        let besides = |field: &&Field| self.header.mapping.column(**field) != Some(column);
        fields.iter().filter(besides).any(|field| !self.is_empty(*field))
    }

    /// The words of a sum and their column, from the first text of the row or from one that names something; those
    /// that say nothing else come first.
    fn words(&self) -> Option<(TotalWords, u32)> {
        let text = |(column, cell)| {
            if let Cell::Text(text) = cell {
                Some((column, text))
            } else {
                None
            }
        };
        let first = self.row.cells().find_map(text);
        let named = WORD_FIELDS.iter().filter_map(|field| {
            let column = self.header.mapping.column(*field)?;
            text((column, self.row.cell(column)))
        });
        let mut found: Option<(TotalWords, u32)> = None;
        for (column, text) in first.into_iter().chain(named) {
            let Some(words) = total_words(text) else { continue };
            if words.is_plain {
                return Some((words, column));
            }
            found.get_or_insert((words, column));
        }
        found
    }

    fn with_words(&self, words: TotalWords, column: u32) -> RowKind {
        let field = WORD_FIELDS
            .into_iter()
            .find(|field| self.header.mapping.column(*field) == Some(column));
        let names_product = field.is_some_and(|field| PRODUCT_FIELDS.contains(&field));
        let has_code = self.any_beside(&[Field::Sku, Field::Gtin], column);
        let has_product = has_code || self.any_beside(&PRODUCT_FIELDS, column);
        let has_receipt = self.any_beside(&[Field::Receipt], column);
        let perhaps = |words: TotalWords, rows_min, otherwise| {
            RowKind::Perhaps(Claim {
                words: Some(words),
                rows_min,
                otherwise,
            })
        };
        // A product of its own code may have any name, and a store too.
        if has_code && names_product {
            return RowKind::Record;
        }
        if has_product && !names_product {
            let is_in_a_key = matches!(field, Some(Field::Date | Field::Receipt));
            return if words.is_plain && is_in_a_key {
                perhaps(words, 2, Otherwise::Doubtful)
            } else {
                RowKind::Record
            };
        }
        let is_own = has_receipt || self.price_explains();
        match (words.is_plain, names_product) {
            (true, _) if is_own => perhaps(words, 1, Otherwise::Doubtful),
            (false, true) if is_own => RowKind::Record,
            (false, true) => perhaps(words, 2, Otherwise::Record),
            (false, false) if field == Some(Field::Store) => perhaps(words, 1, Otherwise::Record),
            (true, _) | (false, false) => RowKind::Footer(Some(words)),
        }
    }

    /// Whether the price of the row is its own: quantity times it is the total. In a catalogue any price is.
    fn price_explains(&self) -> bool {
        let decimal = |field| self.columns.decimal(self.row, field).ok().flatten();
        let price = match self.header.mapping.kind {
            SheetKind::Sales | SheetKind::Products => decimal(Field::UnitPrice),
            SheetKind::Stock => decimal(Field::UnitCost),
        };
        let Some(price) = price else { return false };
        if self.header.mapping.kind == SheetKind::Products {
            return true;
        }
        let quantities = [Field::Quantity, Field::Counted, Field::OnHand];
        let quantity = quantities.into_iter().find_map(decimal);
        let product = quantity.and_then(|quantity| quantity.checked_mul(price));
        let Some(product) = product else { return false };
        let net = decimal(Field::Discount).and_then(|discount| product.checked_sub(discount));
        let stated = [Field::Total, Field::Gross, Field::Net]
            .into_iter()
            .find_map(decimal);
        stated.is_none_or(|stated| near(product, stated) || net.is_some_and(|net| near(net, stated)))
    }
}

/// To the cent: programs round lines in more than one way.
fn near(one: Decimal, other: Decimal) -> bool {
    one.checked_sub(other)
        .is_some_and(|difference| difference.abs() <= Decimal::new(1, 2))
}

fn repeats_titles(row: &Row<'_>, header: &Header) -> bool {
    header.mapping.fields().all(|(_, column)| {
        let title = header.columns.iter().find(|candidate| candidate.index == column);
        matches!((row.cell(column), title), (Cell::Text(text), Some(title)) if title.title == text)
    })
}

/// Titles of the sheet in one row, from which on they are no coincidence.
const TITLES_MIN: usize = 3;

/// Whether at least half of the columns that are read hold titles of the sheet.
fn shows_titles(row: &Row<'_>, header: &Header) -> bool {
    let read = || header.mapping.fields();
    // Nearly every row has a number where one belongs, and is no more looked at.
    let mut numeric = read().filter(|(field, _)| field.is_numeric());
    let is_title = |column: u32| matches!(row.cell(column), Cell::Text(text) if header.columns.iter().any(|column| column.title == text));
    if numeric
        .next()
        .is_none_or(|(_, column)| !matches!(row.cell(column), Cell::Text(_)))
    {
        return false;
    }
    let titles = read().filter(|(_, column)| is_title(*column)).count();
    titles >= TITLES_MIN && titles * 2 >= read().count()
}
