//! For how long personal data is kept.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::RetentionClass;

/// For how many months after its last use each class of personal data is kept.
///
/// # Source
/// Ajuste SINIEF 2/2025: documents of sales, 132 months. Lei 8.036/1990, art. 23, and Lei 8.213/1991: what proves times of
/// work is asked for as long as somebody may claim a pension; 30 years is the longest time in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionPolicy {
    /// Of what reaches a person.
    pub contact_months: u32,
    /// Of who bought.
    pub fiscal_months: u32,
    /// Of what an employer has to keep.
    pub labour_months: u32,
}

impl Default for RetentionPolicy {
    fn default() -> Self {
        Self {
            contact_months: 24,
            fiscal_months: 132,
            labour_months: 360,
        }
    }
}

impl RetentionPolicy {
    /// The most months that a class may be kept: a hundred years.
    pub const MONTHS_MAX: u32 = 1_200;

    /// For how many months a class is kept, at most [`Self::MONTHS_MAX`].
    #[must_use]
    pub fn months_of(&self, class: RetentionClass) -> u32 {
        let months = match class {
            RetentionClass::Contact => self.contact_months,
            RetentionClass::Fiscal => self.fiscal_months,
            RetentionClass::Labour => self.labour_months,
        };
        months.min(Self::MONTHS_MAX)
    }

    /// The first day on which data last used on that day is no longer to be kept. A month ends on its last day, where the
    /// day itself is not in it.
    #[must_use]
    pub fn due_on(&self, class: RetentionClass, last_used_on: Date) -> Date {
        let kept_through = last_used_on.saturating_add(i64::from(self.months_of(class)).months());
        kept_through.saturating_add(1.day())
    }

    /// The last day of use from which data of a class is no longer to be kept on a day, at the latest. Nothing that was
    /// used later is due on that day.
    #[must_use]
    pub fn last_use_due_on(&self, class: RetentionClass, day: Date) -> Date {
        // Months are of different lengths, so that several days of use fall due on one day. The latest of them is at the
        // end of its month.
        let back = day
            .saturating_sub(1.day())
            .saturating_sub(i64::from(self.months_of(class)).months());
        if self.due_on(class, back.last_of_month()) <= day {
            back.last_of_month()
        } else {
            back
        }
    }
}
