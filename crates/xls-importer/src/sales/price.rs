//! The price of one from the sums of a row, where the sheet has no price.

use posars_domain::{Amount, Currency, Quantity, UnitPrice};
use rust_decimal::Decimal;

use crate::columns::{Columns, unit_price_of};
use crate::field::Field;
use crate::row_fault::RowFault;
use crate::sheet::Row;

/// The total of a row, for which its net stands in where there is no price to check that against.
pub(super) fn stated_total(
    columns: &Columns<'_>,
    row: &Row<'_>,
    has_price: bool,
    currency: Currency,
) -> Result<Option<Amount>, RowFault> {
    match columns.amount(row, Field::Total, currency)? {
        None if !has_price => columns.amount(row, Field::Net, currency),
        total => Ok(total),
    }
}

/// The price that the sum before the discount tells of, where the sheet has none of its own.
pub(super) fn price_of_gross(
    columns: &Columns<'_>,
    row: &Row<'_>,
    quantity: Option<Quantity>,
    currency: Currency,
) -> Result<Option<UnitPrice>, RowFault> {
    let gross = columns.amount(row, Field::Gross, currency)?;
    let (Some(gross), Some(quantity)) = (gross, quantity) else {
        return Ok(None);
    };
    Ok(price_from_total(gross, Amount::ZERO, quantity, currency))
}

/// The price that, times the quantity, gives total plus discount back to the minor unit.
pub(super) fn price_from_total(
    total: Amount,
    discount: Amount,
    quantity: Quantity,
    currency: Currency,
) -> Option<UnitPrice> {
    let gross = total.checked_add(discount)?;
    let major = Decimal::try_new(gross.minor(), currency.minor_digits()).ok()?;
    unit_price_of(major.checked_div(quantity.to_decimal())?).ok()
}
