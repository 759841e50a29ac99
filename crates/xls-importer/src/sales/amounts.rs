//! Price, discount and total of one row.

use posars_domain::{Amount, Currency, Quantity, UnitPrice};
use rust_decimal::Decimal;

use crate::columns::{Columns, unit_price_of};
use crate::discount::Discount;
use crate::field::Field;
use crate::row_fault::{RowFault, RowReason};
use crate::sheet::Row;

/// What a row says about money.
pub(super) struct Amounts {
    pub(super) unit_price: UnitPrice,
    /// Quantity times price, where the sheet has a price.
    pub(super) gross: Option<Amount>,
    pub(super) discount: Amount,
    /// The discount as the cell gives it.
    pub(super) given_discount: Discount,
    pub(super) stated_total: Option<Amount>,
}

/// Reads the amounts of a row; a row without a quantity is at fault anyway, so its price need not be made.
pub(super) fn read_amounts(
    columns: &Columns<'_>,
    row: &Row<'_>,
    quantity: Option<Quantity>,
    currency: Currency,
) -> Result<Amounts, RowFault> {
    let unit_price = columns.unit_price(row, Field::UnitPrice)?;
    let given = Discount::read(columns, row, currency)?;
    let stated_total = columns.amount(row, Field::Total, currency)?;
    match (unit_price, stated_total, quantity) {
        (Some(unit_price), _, None) => Ok(Amounts {
            unit_price,
            gross: None,
            discount: Amount::ZERO,
            given_discount: given,
            stated_total,
        }),
        (Some(unit_price), _, Some(quantity)) => {
            let gross = quantity.times(unit_price, currency);
            let gross = gross.ok_or_else(|| lost(Field::UnitPrice, unit_price))?;
            let discount = given.of(gross, currency);
            Ok(Amounts {
                unit_price,
                gross: Some(gross),
                discount: discount.ok_or_else(|| lost(Field::Discount, gross.minor()))?,
                given_discount: given,
                stated_total,
            })
        }
        (None, Some(total), Some(quantity)) => {
            let lost = || lost(Field::Total, total.minor());
            let discount = given.before(total, currency).ok_or_else(lost)?;
            let unit_price = price_from_total(total, discount, quantity, currency).ok_or_else(lost)?;
            Ok(Amounts {
                unit_price,
                gross: None,
                discount,
                given_discount: given,
                stated_total,
            })
        }
        (None, Some(_), None) => Ok(Amounts {
            unit_price: UnitPrice::default(),
            gross: None,
            discount: Amount::ZERO,
            given_discount: given,
            stated_total,
        }),
        (None, None, _) => {
            let field = if columns.has(Field::UnitPrice) {
                Field::UnitPrice
            } else {
                Field::Total
            };
            Err(RowFault::of(RowReason::RequiredMissing, field, ""))
        }
    }
}

fn lost(field: Field, given: impl std::fmt::Display) -> RowFault {
    RowFault::of(RowReason::NumberPrecisionLost, field, given)
}

/// The price that, times the quantity, gives total plus discount back to the minor unit.
fn price_from_total(
    total: Amount,
    discount: Amount,
    quantity: Quantity,
    currency: Currency,
) -> Option<UnitPrice> {
    let gross = total.checked_add(discount)?;
    let major = Decimal::try_new(gross.minor(), currency.minor_digits()).ok()?;
    unit_price_of(major.checked_div(quantity.to_decimal())?).ok()
}
