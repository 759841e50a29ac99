//! Price, discount and total of one row.

use posars_domain::{Amount, Currency, Quantity, UnitPrice};

use super::price::{price_from_total, price_of_gross, stated_total};
use crate::columns::Columns;
use crate::discount::Discount;
use crate::field::Field;
use crate::row_fault::RowFault;
use crate::row_reason::RowReason;
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
    let unit_price = match columns.unit_price(row, Field::UnitPrice)? {
        None => price_of_gross(columns, row, quantity, currency)?,
        known => known,
    };
    let given = Discount::read(columns, row, currency)?;
    let stated_total = stated_total(columns, row, unit_price.is_some(), currency)?;
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
            let fields = [Field::UnitPrice, Field::Total, Field::Net, Field::Gross];
            let field = fields.into_iter().find(|field| columns.has(*field));
            let field = field.unwrap_or(Field::Total);
            Err(RowFault::of(RowReason::RequiredMissing, field, ""))
        }
    }
}

fn lost(field: Field, given: impl std::fmt::Display) -> RowFault {
    RowFault::of(RowReason::NumberPrecisionLost, field, given)
}
