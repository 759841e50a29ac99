//! Amounts and days of instalments.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::{INSTALLMENTS_MAX, Installment};
use crate::apportion::in_proportion;
use crate::{Amount, LAST_DAY};

/// Parts of a million in a whole.
const WHOLE_PPM: i64 = 1_000_000;

/// How an amount is paid in instalments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Schedule<'a> {
    /// How much in all, above zero.
    pub(super) amount: Amount,
    /// The day of each instalment.
    pub(super) due_dates: &'a [Date],
    /// What is kept, in millionths.
    pub(super) fee_ppm: u32,
}

impl Schedule<'_> {
    /// The instalments, which sum to the amount. An instalment is never nothing: of few minor units there are fewer.
    pub(super) fn installments(&self) -> Vec<Installment> {
        let amounts = equal_parts(self.amount, self.due_dates.len());
        let mut installments = Vec::with_capacity(amounts.len());
        let (mut so_far, mut kept) = (Amount::ZERO, Amount::ZERO);
        for ((number, due_date), amount) in (1..).zip(self.due_dates).zip(amounts) {
            so_far = so_far.checked_add(amount).unwrap_or(so_far);
            // Cumulative: rounding each fee on its own would make the sum of them another than that of the sale.
            let kept_now = so_far
                .share(i64::from(self.fee_ppm), WHOLE_PPM)
                .unwrap_or_default();
            installments.push(Installment {
                number,
                due_date: *due_date,
                amount,
                expected_fee: kept_now.checked_sub(kept).unwrap_or_default(),
            });
            kept = kept_now;
        }
        installments
    }
}

/// An amount in so many parts as equal as can be, the first ones larger; as many as can be above zero.
pub(super) fn equal_parts(amount: Amount, parts: usize) -> Vec<Amount> {
    let units = usize::try_from(amount.minor()).unwrap_or(0);
    let parts = parts.min(units).min(INSTALLMENTS_MAX);
    in_proportion(amount, &vec![1; parts]).unwrap_or_default()
}

/// The days of so many instalments, at most as many as an item may have.
pub(super) fn days_from(first: Date, every_days: u16, count: usize) -> Vec<Date> {
    let after = |number: i32| after_days(first, i32::from(every_days).saturating_mul(number));
    (0..).map(after).take(count.clamp(1, INSTALLMENTS_MAX)).collect()
}

/// So many days later, no later than the last day on which something may fall due.
pub(super) fn after_days(day: Date, days: i32) -> Date {
    let later = day.checked_add(days.days());
    later.map_or(LAST_DAY, |later| later.min(LAST_DAY.max(day)))
}
