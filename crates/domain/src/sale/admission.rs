//! What a sale may bring into the log for ever. A sale that is there already is held against nothing but itself.

use super::SaleRecorded;
use crate::misplaced::{Refused, not_an_id, not_in_any_words, not_in_description};
use crate::{FiscalRef, InvalidValue, Path, SubjectId};

/// Refuses codes that nobody can tell apart and tax numbers outside the field for them.
pub(super) fn check(sale: &SaleRecorded) -> Result<(), InvalidValue> {
    if let Some(register_no) = &sale.register_no {
        not_an_id("register_no", register_no.as_str(), Refused::Both)?;
    }
    if let Some(receipt) = &sale.receipt {
        receipt.check_new("receipt")?;
    }
    not_in_any_words("seller", sale.seller.as_ref(), Refused::Both)?;
    for (index, discount) in sale.order_discounts.iter().enumerate() {
        let field = Path::entry("order_discounts", index).then("reason");
        not_in_any_words(field, discount.reason.as_ref(), Refused::Both)?;
    }
    for (index, line) in sale.lines.iter().enumerate() {
        line.sku.check_new(Path::line(index, "sku"))?;
        not_in_description(Path::line(index, "description"), &line.description)?;
    }
    for (index, payment) in sale.payments.iter().enumerate() {
        payment.check_new(Path::entry("payments", index))?;
    }
    fiscal_ref(sale.fiscal_ref.as_ref())
}

/// As [`check`], of the id that the till gave the customer. One that the door made is nobody's number.
pub(super) fn subject(subject_id: Option<&SubjectId>) -> Result<(), InvalidValue> {
    let Some(subject_id) = subject_id else {
        return Ok(());
    };
    let field = Path::field("customer").then("subject_id");
    subject_id.check_new(field)?;
    not_an_id(field, subject_id.as_str(), Refused::Both)
}

/// As [`check`], of the document of a sale, void or return.
pub(super) fn fiscal_ref(fiscal_ref: Option<&FiscalRef>) -> Result<(), InvalidValue> {
    fiscal_ref.map_or(Ok(()), |fiscal_ref| {
        fiscal_ref.check_new(Path::field("fiscal_ref"))
    })
}
