//! What the sheet itself says a row comes to, before and after its discount.

use posars_domain::{Amount, Currency, Quantity};

use super::amounts::Amounts;
use super::comparison::{mismatch, near};
use crate::columns::Columns;
use crate::discount::{Discount, share_of};
use crate::field::Field;
use crate::row_fault::RowFault;
use crate::sheet::Row;

/// Checks the sums before and after the discount against quantity times price. In a sheet without a column of discounts
/// the net says what the discount was.
pub(super) fn with_stated_sums(
    amounts: Amounts,
    columns: &Columns<'_>,
    row: &Row<'_>,
    quantity: Option<Quantity>,
    currency: Currency,
) -> Result<Amounts, RowFault> {
    let (Some(gross), Some(quantity)) = (amounts.gross, quantity) else {
        return Ok(amounts);
    };
    let stated = columns.amount(row, Field::Gross, currency)?;
    if let Some(stated) = stated.filter(|stated| !near(*stated, gross)) {
        return Err(mismatch(Field::Gross, stated, Some(gross)));
    }
    let Some(net) = columns.amount(row, Field::Net, currency)? else {
        return Ok(amounts);
    };
    if columns.has(Field::Discount) {
        let amounts = told_by_net(amounts, gross, net, currency);
        let expected = gross.checked_sub(amounts.discount);
        return with_net(amounts, net, expected);
    }
    let discount = gross.checked_sub(net).filter(|discount| !discount.is_negative());
    let one = Quantity::from_units(1);
    // A net up to the price of one could be the net of one.
    let may_be_of_one = quantity != one
        && one
            .times(amounts.unit_price, currency)
            .is_none_or(|price| net <= price);
    match discount {
        Some(discount) if discount.is_zero() || !may_be_of_one => Ok(Amounts { discount, ..amounts }),
        None => with_net(amounts, net, Some(gross)),
        Some(_) => Err(mismatch(Field::Net, net, Some(gross))),
    }
}

/// A bare number below 1 is cents or a share of the price; the net proves which.
fn told_by_net(amounts: Amounts, gross: Amount, net: Amount, currency: Currency) -> Amounts {
    let Discount::Open { share, .. } = amounts.given_discount else {
        return amounts;
    };
    let leaves_net = |discount: Amount| gross.checked_sub(discount).is_some_and(|left| near(left, net));
    let of_share = share_of(gross, share, currency).filter(|discount| leaves_net(*discount));
    match (leaves_net(amounts.discount), of_share) {
        (false, Some(discount)) => Amounts {
            discount,
            given_discount: Discount::Share(share),
            ..amounts
        },
        (true, None) => Amounts {
            given_discount: Discount::Amount(amounts.discount),
            ..amounts
        },
        (true, Some(_)) | (false, None) => amounts,
    }
}

/// The sheet's own net stands if it is right to the minor unit.
fn with_net(amounts: Amounts, net: Amount, expected: Option<Amount>) -> Result<Amounts, RowFault> {
    match expected {
        Some(expected) if expected == net => Ok(amounts),
        Some(expected) if near(net, expected) => Ok(Amounts {
            stated_total: amounts.stated_total.or(Some(net)),
            ..amounts
        }),
        expected => Err(mismatch(Field::Net, net, expected)),
    }
}
