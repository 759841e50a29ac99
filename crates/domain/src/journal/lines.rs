//! The lines of an entry.

use super::{EntryLine, EntryRejection};
use crate::books::GivenBooks;
use crate::dates::due_day;
use crate::{Amount, InvalidValue, Path, Side, reasons};

/// The fewest lines of an entry.
pub const ENTRY_LINES_MIN: usize = 2;
/// The most lines of an entry: a payroll of a large store fits, and a reader sees it whole.
pub const ENTRY_LINES_MAX: usize = 500;

const LINES_INVALID: &str = "ENTRY_LINES_INVALID";

impl EntryLine {
    /// The same line on the other side.
    #[must_use]
    pub fn mirrored(&self) -> Self {
        Self {
            debit: self.credit,
            credit: self.debit,
            ..self.clone()
        }
    }

    /// The side it is on and how much it is; `None` of a line that is on both sides or on none.
    #[must_use]
    pub fn side(&self) -> Option<(Side, Amount)> {
        let is_above_zero = |amount: Amount| amount > Amount::ZERO;
        match (is_above_zero(self.debit), is_above_zero(self.credit)) {
            (true, false) if self.credit.is_zero() => Some((Side::Debit, self.debit)),
            (false, true) if self.debit.is_zero() => Some((Side::Credit, self.credit)),
            _ => None,
        }
    }
}

/// The lines of an entry's mirror: each on the other side.
#[must_use]
pub fn mirrored(lines: &[EntryLine]) -> Vec<EntryLine> {
    lines.iter().map(EntryLine::mirrored).collect()
}

/// Refuses lines that make no entry, whoever posts them.
///
/// # Errors
/// [`EntryRejection::Invalid`] for fewer than two or more than 500 lines, a line that is on both sides or on none, and sums
/// out of range; [`EntryRejection::EntryUnbalanced`] when the debits are not the credits.
pub fn check_balance(lines: &[EntryLine]) -> Result<(), EntryRejection> {
    if !(ENTRY_LINES_MIN..=ENTRY_LINES_MAX).contains(&lines.len()) {
        let rule = "an entry has 2 to 500 lines; split a longer one";
        let given = format!("{} lines", lines.len());
        return Err(InvalidValue::new(LINES_INVALID, given, rule).at("lines").into());
    }
    let (mut debits, mut credits) = (Amount::ZERO, Amount::ZERO);
    for (index, line) in lines.iter().enumerate() {
        let Some((side, amount)) = line.side() else {
            let rule = "a line has a debit above zero or a credit above zero, not both";
            let given = format!("debit {}, credit {}", line.debit, line.credit);
            let invalid = InvalidValue::new(LINES_INVALID, given, rule);
            return Err(invalid.at(Path::entry("lines", index)).into());
        };
        let sum = match side {
            Side::Debit => &mut debits,
            Side::Credit => &mut credits,
        };
        *sum = sum.checked_add(amount).ok_or_else(|| {
            InvalidValue::new(reasons::AMOUNT_OUT_OF_RANGE, amount, Amount::RANGE_RULE)
                .at(Path::entry("lines", index))
        })?;
    }
    if debits != credits {
        return Err(EntryRejection::EntryUnbalanced { debits, credits });
    }
    Ok(())
}

/// Refuses lines that name what nothing may be posted to by hand.
pub(super) fn check_by_hand(lines: &[EntryLine], books: &GivenBooks<'_>) -> Result<(), EntryRejection> {
    for (index, line) in lines.iter().enumerate() {
        books.postable_by_hand(Path::line(index, "account_code"), &line.account)?;
        if let Some(cost_center) = &line.cost_center {
            books.open_cost_center(Path::line(index, "cost_center_id"), cost_center)?;
        }
        due_day(Path::line(index, "due_date"), line.due_date)?;
    }
    Ok(())
}
