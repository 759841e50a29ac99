//! What the commands to something owed have in common.

use jiff::civil::Date;

use super::{ItemRejection, ItemSide, ItemState, Registered};
use crate::dates::business_day;
use crate::misplaced::{Refused, not_in_words};
use crate::payment::not_negative;
use crate::text::{self, NOTE_CHARS_MAX};
use crate::{Amount, InvalidValue, Needs, OpenItemId, Path, reasons};

/// Most payments, and most credits and write-offs, of one item: a reader folds them all.
const MOVES_MAX: usize = 1_000;

/// A fee that is more than what it is kept of.
pub(super) const FEE_EXCEEDS_AMOUNT: &str = "FEE_EXCEEDS_AMOUNT";

/// What is owed belongs to the company as a whole; its entry is posted to the books.
pub(super) const fn item_needs<'a>() -> Needs<'a> {
    Needs::COMPANY.and_books()
}

/// Something of an item that is not registered is refused before anything else is said.
pub(super) const fn moved_needs<'a, S>(state: &ItemState<S>) -> Needs<'a> {
    if state.registered.is_none() {
        return Needs::NOTHING;
    }
    item_needs()
}

/// Refuses an amount that is not above zero, or out of range.
pub(crate) fn above_zero(field: impl Into<Path>, amount: Amount) -> Result<Amount, InvalidValue> {
    let field = field.into();
    if amount.is_zero() {
        let rule = "the amount must be above zero";
        return Err(InvalidValue::new("AMOUNT_ZERO", amount, rule).at(field));
    }
    not_negative(field, amount)
}

/// Refuses a fee that is below zero or more than what it is kept of.
pub(crate) fn fee_of(field: impl Into<Path>, fee: Amount, of: Amount) -> Result<Amount, InvalidValue> {
    let field = field.into();
    let fee = not_negative(field, fee)?;
    if fee > of {
        let rule = format!("what is kept is at most the {of} minor units that it is kept of");
        return Err(InvalidValue::new(FEE_EXCEEDS_AMOUNT, fee, rule).at(field));
    }
    Ok(fee)
}

/// The sum of amounts, which must be in range.
pub(super) fn sum(amounts: impl IntoIterator<Item = Amount>) -> Result<Amount, InvalidValue> {
    Amount::checked_sum(amounts).ok_or_else(|| {
        InvalidValue::new(reasons::AMOUNT_OUT_OF_RANGE, "the sum", Amount::RANGE_RULE).at("amount")
    })
}

/// A code that is new to the log; `None` when there is none.
pub(crate) fn new_code(
    field: impl Into<Path>,
    code: Option<&String>,
) -> Result<Option<String>, InvalidValue> {
    let field = field.into();
    let code = text::maybe_code(field, code)?;
    if let Some(code) = &code {
        text::check_new_code(field, code)?;
    }
    Ok(code)
}

/// Why something was done, which somebody has to say.
pub(crate) fn reason(reason: &str) -> Result<String, InvalidValue> {
    let reason = text::required("reason", reason, NOTE_CHARS_MAX)?;
    not_in_words("reason", &reason, Refused::Both)?;
    Ok(reason)
}

/// Refuses a day that the books cannot hold, and one before the earliest that makes sense.
pub(super) fn day_from(date: Date, earliest: Date) -> Result<(), ItemRejection> {
    business_day("business_date", date)?;
    if date < earliest {
        return Err(ItemRejection::DateTooEarly { date, earliest });
    }
    Ok(())
}

/// Refuses one more of what an item has the most of already.
pub(super) fn not_full(item_id: OpenItemId, what: &'static str, count: usize) -> Result<(), ItemRejection> {
    if count >= MOVES_MAX {
        return Err(ItemRejection::ItemFull { item_id, what, count });
    }
    Ok(())
}

/// An item of which something is open.
pub(super) fn open_item<S: ItemSide>(
    state: &ItemState<S>,
    item_id: OpenItemId,
) -> Result<&Registered<S>, ItemRejection> {
    let registered = state.item(item_id)?;
    if state.open().is_zero() {
        return Err(ItemRejection::NothingOpen { item_id });
    }
    Ok(registered)
}
