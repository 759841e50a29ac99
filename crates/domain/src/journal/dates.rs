//! The two dates of an entry by hand.

use jiff::civil::Date;

use crate::books::{AccountingDay, GivenBooks};
use crate::dates::business_day;
use crate::{Circumstance, InvalidValue};

/// The dates as a command has them.
#[derive(Clone, Copy)]
pub(super) struct Dates {
    pub(super) accounting_date: Date,
    pub(super) business_date: Option<Date>,
    pub(super) late_allowed: bool,
}

impl Dates {
    /// Refuses dates that the books cannot hold, and what counts before it was.
    pub(super) fn checked(self) -> Result<Self, InvalidValue> {
        business_day("accounting_date", self.accounting_date)?;
        business_day("business_date", self.business_date())?;
        if self.business_date() > self.accounting_date {
            let rule = format!(
                "it counts for {}, and cannot be of a later day",
                self.accounting_date
            );
            return Err(out_of_order("business_date", self.business_date(), rule));
        }
        Ok(self)
    }

    pub(super) fn business_date(self) -> Date {
        self.business_date.unwrap_or(self.accounting_date)
    }

    /// The day that it counts for, and the month that it came late for.
    pub(super) fn day(self, books: &GivenBooks<'_>) -> Result<AccountingDay, Circumstance> {
        let field = "accounting_date";
        let day = if self.late_allowed {
            books.nearest_open_day(field, self.accounting_date)?
        } else {
            books.open_day(field, self.accounting_date)?
        };
        let of_business = books.months.accounting_date(self.business_date());
        Ok(AccountingDay {
            late_for: of_business.and_then(|day| day.late_for),
            ..day
        })
    }
}

/// A date that lies on the wrong side of another.
pub(super) fn out_of_order(field: &'static str, date: Date, rule: String) -> InvalidValue {
    InvalidValue::new("DATE_ORDER_INVALID", date, rule).at(field)
}
