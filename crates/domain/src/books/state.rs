//! What the events of the books add up to.

use jiff::civil::Date;

use super::BooksBegun;
use crate::Month;

/// The books as they stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BooksState {
    /// How they began; `None` before.
    pub begun: Option<BooksBegun>,
    /// The month of the close that closed all before it too; `None` while nothing is closed.
    pub first_closed: Option<Month>,
    /// The last month that is closed; all before it are too.
    pub closed_through: Option<Month>,
    /// The month whose close has begun: nothing more is posted to it, or to one before it.
    pub closing: Option<Month>,
    /// The last month that is closed for good; all before it are too.
    pub locked_through: Option<Month>,
    /// The version of the stream.
    pub version: u64,
}

/// The day that something counts for in the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountingDay {
    /// The day.
    pub date: Date,
    /// The month that it was for, when that was closed already or is from before the books.
    pub late_for: Option<Month>,
}

impl BooksState {
    /// The first day of the books; `None` when all that ever happened is posted, and before they begin.
    #[must_use]
    pub fn begins_on(&self) -> Option<Date> {
        self.begun.as_ref()?.begins_on
    }

    /// The last position of which what is of a day before the first is not posted; zero when all is posted.
    #[must_use]
    pub fn up_to_position(&self) -> u64 {
        self.begun.as_ref().map_or(0, |begun| begun.up_to_position)
    }

    /// Whether the opening entry has what is at this position of the log, so that it is not posted.
    #[must_use]
    pub fn is_in_opening(&self, position: u64, business_date: Date) -> bool {
        position <= self.up_to_position()
            && self
                .begins_on()
                .is_some_and(|begins_on| business_date < begins_on)
    }

    /// The last month to which nothing more is posted: it is closed, or its close has begun.
    #[must_use]
    pub fn shut_through(&self) -> Option<Month> {
        self.closed_through.max(self.closing)
    }

    /// The first day to which something is posted; `None` when no month is open, and before the books begin.
    #[must_use]
    pub fn first_open_day(&self) -> Option<Date> {
        let begun = self.begun.as_ref()?;
        let after_shut = match self.shut_through() {
            Some(shut) => Some(shut.next()?.first_day()),
            None => None,
        };
        let first = begun.begins_on.max(after_shut);
        Some(first.unwrap_or(crate::FIRST_DAY))
    }

    /// Whether something is posted to this month.
    #[must_use]
    pub fn is_open(&self, month: Month) -> bool {
        self.first_open_day()
            .is_some_and(|first| month.last_day() >= first)
    }

    /// The day that something of this business day counts for: the day itself, or the first open one when that is past.
    /// `None` when no month is open, before the books begin, and for a day outside 2000 to 2099.
    #[must_use]
    pub fn accounting_date(&self, business_date: Date) -> Option<AccountingDay> {
        let month = Month::of(business_date)?;
        let first = self.first_open_day()?;
        let is_late = business_date < first;
        Some(AccountingDay {
            date: business_date.max(first),
            late_for: is_late.then_some(month),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Aggregate as _;
    use crate::Currency;
    use crate::books::{Books, BooksEvent, PeriodCloseBegun, PeriodClosed, PeriodLocked, PeriodReopened};

    fn v<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
        text.parse().unwrap()
    }

    fn begun(begins_on: Option<&str>) -> BooksEvent {
        BooksEvent::BooksBegun(BooksBegun {
            currency: Currency::BRL,
            begins_on: begins_on.map(v),
            up_to_position: begins_on.map_or(0, |_| 40),
            opening: Vec::new(),
        })
    }

    fn day(date: &str, late_for: Option<&str>) -> Option<AccountingDay> {
        Some(AccountingDay {
            date: v(date),
            late_for: late_for.map(v),
        })
    }

    #[test]
    fn before_the_books_begin_no_month_is_open() {
        let state = BooksState::default();
        assert_eq!(state.accounting_date(v("2026-11-20")), None);
        assert!(!state.is_open(v("2026-11")));
    }

    #[test]
    fn books_of_all_that_ever_happened_take_every_day() {
        let state = Books::fold(&[begun(None)]);
        assert_eq!(state.accounting_date(v("2000-01-01")), day("2000-01-01", None));
        assert_eq!(state.accounting_date(v("2099-12-31")), day("2099-12-31", None));
        assert_eq!(state.accounting_date(v("0001-01-01")), None);
        assert_eq!(state.accounting_date(v("9999-12-31")), None);
        assert!(!state.is_in_opening(1, v("2000-01-01")));
    }

    #[test]
    fn what_is_late_counts_for_the_first_open_day() {
        let close = BooksEvent::PeriodCloseBegun(PeriodCloseBegun { month: v("2026-11") });
        let state = Books::fold(&[begun(None), close]);
        assert!(!state.is_open(v("2026-11")) && state.is_open(v("2026-12")));
        assert_eq!(
            state.accounting_date(v("2026-11-30")),
            day("2026-12-01", Some("2026-11"))
        );
        assert_eq!(
            state.accounting_date(v("2025-01-15")),
            day("2026-12-01", Some("2025-01"))
        );
        assert_eq!(state.accounting_date(v("2026-12-02")), day("2026-12-02", None));
    }

    #[test]
    fn what_is_from_before_the_books_counts_for_their_first_day_unless_the_opening_has_it() {
        let state = Books::fold(&[begun(Some("2026-11-16"))]);
        assert!(state.is_open(v("2026-11")) && !state.is_open(v("2026-10")));
        assert_eq!(
            state.accounting_date(v("2026-11-15")),
            day("2026-11-16", Some("2026-11"))
        );
        assert_eq!(state.accounting_date(v("2026-11-16")), day("2026-11-16", None));
        assert!(state.is_in_opening(40, v("2026-11-15")));
        assert!(!state.is_in_opening(41, v("2026-11-15")));
        assert!(!state.is_in_opening(40, v("2026-11-16")));
    }

    #[test]
    fn a_close_that_is_given_up_leaves_the_months_before_as_they_were() {
        let begin = |month: &str| BooksEvent::PeriodCloseBegun(PeriodCloseBegun { month: v(month) });
        let reopen = |month: &str| {
            BooksEvent::PeriodReopened(PeriodReopened {
                month: v(month),
                reason: "nota em falta".to_owned(),
            })
        };
        let state = Books::fold(&[begun(None), begin("2026-11"), reopen("2026-11")]);
        assert_eq!((state.closed_through, state.closing), (None, None));
        assert!(state.is_open(v("2026-10")));
    }

    #[test]
    fn the_first_close_opened_again_leaves_nothing_closed_but_what_is_locked() {
        let closed = |month: &str| {
            BooksEvent::PeriodClosed(PeriodClosed {
                month: v(month),
                currency: Currency::BRL,
                up_to_position: 7,
                trial_balance: Vec::new(),
                sha256: String::new(),
            })
        };
        let reopened = |month: &str| {
            BooksEvent::PeriodReopened(PeriodReopened {
                month: v(month),
                reason: "nota em falta".to_owned(),
            })
        };
        // Closed ten years too early by a slip of the pen: the next close may be any month again.
        let slip = [begun(None), closed("2016-11"), reopened("2016-11")];
        let state = Books::fold(&slip);
        assert_eq!(state.closed_through, None);
        assert_eq!(state.accounting_date(v("2016-10-15")), day("2016-10-15", None));
        // A later close was of its own month alone.
        let both = [
            begun(None),
            closed("2026-09"),
            closed("2026-10"),
            reopened("2026-10"),
        ];
        assert_eq!(Books::fold(&both).closed_through, Some(v("2026-09")));
        let lock = BooksEvent::PeriodLocked(PeriodLocked { month: v("2026-08") });
        let locked = [begun(None), closed("2026-09"), lock, reopened("2026-09")];
        let state = Books::fold(&locked);
        assert!(state.is_open(v("2026-09")) && !state.is_open(v("2026-08")));
    }

    #[test]
    fn after_the_last_month_of_all_nothing_is_open() {
        let close = BooksEvent::PeriodCloseBegun(PeriodCloseBegun { month: v("2099-12") });
        let state = Books::fold(&[begun(None), close]);
        assert_eq!(state.first_open_day(), None);
        assert_eq!(state.accounting_date(v("2099-12-31")), None);
    }
}
