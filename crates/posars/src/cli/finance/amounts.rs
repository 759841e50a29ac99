//! Amounts of the books as people read them.

use comfy_table::{CellAlignment, Table};
use posars_domain::{Amount, Currency, Money};

use crate::screen::table_of;

/// A table whose columns from `first_figure` on are figures, which stand under each other.
pub(super) fn figures(
    titles: Vec<String>,
    first_figure: usize,
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Table {
    let mut table = table_of(titles, rows);
    for column in table.column_iter_mut().skip(first_figure) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// An amount in major units, without its currency; nothing for none.
pub(super) fn plain(amount: Amount, currency: Currency) -> String {
    if amount.is_zero() {
        return String::new();
    }
    major(amount, currency)
}

/// An amount in major units, without its currency.
pub(super) fn major(amount: Amount, currency: Currency) -> String {
    let written = Money { amount, currency }.to_string();
    written
        .split_once(' ')
        .map_or_else(String::new, |(_, major)| major.to_owned())
}

/// A balance as a chart of accounts shows it: how much, and on which side.
pub(super) fn balance(amount: Amount, currency: Currency) -> String {
    if amount.is_zero() {
        return major(amount, currency);
    }
    let side = if amount.is_negative() { "C" } else { "D" };
    let size = if amount.is_negative() {
        amount.checked_neg().unwrap_or(amount)
    } else {
        amount
    };
    format!("{} {side}", major(size, currency))
}

/// A name as far into the table as its account stands into the tree.
pub(super) fn indented(name: &str, depth: u32) -> String {
    (0..depth).map(|_| "  ").chain([name]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_balance_says_its_side() {
        let show = |minor| balance(Amount::from_minor(minor), Currency::BRL);
        assert_eq!(show(123_456), "1234.56 D");
        assert_eq!(show(-5), "0.05 C");
        assert_eq!(show(0), "0.00");
        assert_eq!(plain(Amount::ZERO, Currency::BRL), "");
        assert_eq!(plain(Amount::from_minor(-250), Currency::BRL), "-2.50");
        assert_eq!(indented("Caixa", 2), "    Caixa");
    }
}
