//! What a sale may bring into the log for ever. A sale that is there already is held against nothing but itself.

use super::SaleRecorded;
use crate::InvalidValue;
use crate::misplaced::{Refused, not_an_id, not_in_any_words, not_in_description};

/// Refuses codes that nobody can tell apart and tax numbers outside the field for them.
pub(super) fn check(sale: &SaleRecorded) -> Result<(), InvalidValue> {
    if let Some(register_no) = &sale.register_no {
        not_an_id("register_no", register_no.as_str(), Refused::Both)?;
    }
    if let Some(receipt) = &sale.receipt {
        receipt.check_new("receipt")?;
    }
    if let Some(customer) = &sale.customer {
        customer.check_new("customer.subject_id")?;
        not_an_id("customer.subject_id", customer.as_str(), Refused::Both)?;
    }
    not_in_any_words("seller", sale.seller.as_ref(), Refused::Both)?;
    for (index, discount) in sale.order_discounts.iter().enumerate() {
        let field = format_args!("order_discounts[{index}].reason");
        not_in_any_words(field, discount.reason.as_ref(), Refused::Both)?;
    }
    for (index, line) in sale.lines.iter().enumerate() {
        line.sku.check_new(format_args!("lines[{index}].sku"))?;
        not_in_description(format_args!("lines[{index}].description"), &line.description)?;
    }
    Ok(())
}
