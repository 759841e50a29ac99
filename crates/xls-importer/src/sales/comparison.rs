//! Sums of the sheet beside our own.

use posars_domain::Amount;

use crate::field::Field;
use crate::row_fault::RowFault;
use crate::row_reason::RowReason;

/// The fault of a sum that is not what the others make.
pub(super) fn mismatch(field: Field, given: Amount, expected: Option<Amount>) -> RowFault {
    let detail = expected.map_or_else(String::new, |expected| format!("= {}", as_major(expected)));
    RowFault::of(RowReason::TotalMismatch, field, as_major(given)).with_detail(detail)
}

/// Programs round lines in more than one way: one minor unit either way is no mistake.
pub(super) fn near(one: Amount, other: Amount) -> bool {
    one.checked_sub(other)
        .is_some_and(|difference| difference.minor().abs() <= 1)
}

pub(super) fn as_major(amount: Amount) -> String {
    let minor = amount.minor();
    format!(
        "{}{}.{:02}",
        if minor < 0 { "-" } else { "" },
        minor.abs() / 100,
        minor.abs() % 100
    )
}
