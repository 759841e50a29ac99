//! Rows that are no records: blank ones, sums at the foot, titles repeated on every page.

use crate::field::{Field, SheetKind};
use crate::header::Header;
use crate::sheet::{Cell, Row};
use crate::title::normalise_title;

/// What a row below the titles is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowKind {
    Record,
    Blank,
    /// A sum at the foot; `is_grand` unless it is a subtotal.
    Footer {
        is_grand: bool,
    },
    RepeatedHeader,
}

/// Tells what a row is. `is_last` allows a sum without a word before it.
pub(crate) fn row_kind(row: &Row<'_>, header: &Header, is_last: bool) -> RowKind {
    let mapping = &header.mapping;
    let is_empty = |field: Field| {
        mapping
            .column(field)
            .is_none_or(|column| row.cell(column) == Cell::Empty)
    };
    let keys: &[Field] = match mapping.kind {
        SheetKind::Sales => &[Field::Date, Field::Sku],
        SheetKind::Stock => &[Field::Sku, Field::UnitCost],
        SheetKind::Products => &[Field::Sku, Field::Gtin],
    };
    // Cheapest question first: nearly every row is a record and answers it.
    if keys.iter().any(|field| !is_empty(*field)) {
        return if repeats_titles(row, header) {
            RowKind::RepeatedHeader
        } else {
            RowKind::Record
        };
    }
    if let Some(is_grand) = footer_word(row) {
        return RowKind::Footer { is_grand };
    }
    if mapping.fields().all(|(field, _)| is_empty(field)) {
        return RowKind::Blank;
    }
    if repeats_titles(row, header) {
        return RowKind::RepeatedHeader;
    }
    let names = [
        Field::Date,
        Field::Receipt,
        Field::Sku,
        Field::Description,
        Field::Store,
        Field::Gtin,
    ];
    let has_sum = mapping
        .fields()
        .any(|(field, _)| field.is_numeric() && !is_empty(field));
    if is_last && has_sum && names.iter().all(|field| is_empty(*field)) {
        return RowKind::Footer { is_grand: true };
    }
    RowKind::Record
}

/// Whether the first text of the row announces a sum: `Some(false)` for a subtotal.
fn footer_word(row: &Row<'_>) -> Option<bool> {
    let text = row.cells().find_map(|(_, cell)| {
        if let Cell::Text(text) = cell {
            Some(text)
        } else {
            None
        }
    })?;
    let title = normalise_title(text);
    match title.split(' ').next()? {
        "total" | "totais" | "soma" | "totals" | "sum" => Some(true),
        "grand" if title == "grand total" => Some(true),
        "subtotal" | "subtotais" => Some(false),
        "sub" if title.starts_with("sub total") => Some(false),
        _ => None,
    }
}

fn repeats_titles(row: &Row<'_>, header: &Header) -> bool {
    header.mapping.fields().all(|(_, column)| {
        let title = header.columns.iter().find(|candidate| candidate.index == column);
        matches!((row.cell(column), title), (Cell::Text(text), Some(title)) if title.title == text)
    })
}
