//! What one unit of goods costs, by its cost or by the total of its row.

use posars_domain::{Currency, Quantity, UnitPrice};
use rust_decimal::Decimal;

use crate::columns::{Columns, unit_price_of};
use crate::field::Field;
use crate::row_fault::RowFault;
use crate::row_reason::RowReason;
use crate::sheet::Row;

/// The cost of one; a total beside it must be that of the quantity.
///
/// # Errors
/// Neither can be read, or they differ.
pub(crate) fn unit_cost(
    columns: &Columns<'_>,
    row: &Row<'_>,
    quantity: Quantity,
    currency: Currency,
) -> Result<UnitPrice, RowFault> {
    let total = columns.amount(row, Field::Total, currency);
    let Some(cost) = columns.unit_price(row, Field::UnitCost)? else {
        let missing = || RowFault::of(RowReason::RequiredMissing, Field::UnitCost, "");
        let major = Decimal::try_new(total?.ok_or_else(missing)?.minor(), currency.minor_digits()).ok();
        let each = major.and_then(|major| major.checked_div(quantity.to_decimal()));
        return each.and_then(|each| unit_price_of(each).ok()).ok_or_else(missing);
    };
    let (Some(total), Some(expected)) = (total?, quantity.times(cost, currency)) else {
        return Ok(cost);
    };
    // What rounding the shown cost of each unit can make.
    let slack = (quantity.to_decimal() / Decimal::TWO).ceil() + Decimal::ONE;
    let difference = total.checked_sub(expected);
    let difference = difference.map(|difference| Decimal::from(difference.minor().unsigned_abs()));
    if difference.is_some_and(|difference| difference <= slack) {
        return Ok(cost);
    }
    let major = |minor| Decimal::try_new(minor, currency.minor_digits()).unwrap_or_default();
    let fault = RowFault::of(RowReason::TotalMismatch, Field::Total, major(total.minor()));
    Err(fault.with_detail(format!("= {}", major(expected.minor()))))
}
