//! What the books refuse to whoever posts: the helpers that every such rule uses.

use jiff::civil::Date;

use super::{AccountingDay, BooksBegun, BooksCircumstance, BooksState, GivenBooks};
use crate::circumstance::in_currency;
use crate::{AccountCode, Circumstance, CostCenterId, Currency, Given, Month, Path};

impl<'a> Given<'a> {
    /// The books, which must have begun; the command must have asked for them.
    pub(crate) fn books(&self) -> Result<GivenBooks<'a>, Circumstance> {
        let books = self.books.filter(|books| books.months.begun.is_some());
        books.ok_or_else(|| BooksCircumstance::BooksNotBegun.into())
    }
}

impl<'a> GivenBooks<'a> {
    fn begun(&self) -> Result<&'a BooksBegun, Circumstance> {
        let begun = self.months.begun.as_ref();
        begun.ok_or_else(|| BooksCircumstance::BooksNotBegun.into())
    }

    /// Refuses amounts in another currency than that of the books.
    pub(crate) fn in_currency(&self, given: Currency) -> Result<(), Circumstance> {
        in_currency(given, self.begun()?.currency)
    }

    /// The day that something of this business day counts for, which must be that day itself.
    pub(crate) fn open_day(&self, field: &'static str, date: Date) -> Result<AccountingDay, Circumstance> {
        let day = self.nearest_open_day(field, date)?;
        match day.late_for {
            None => Ok(day),
            Some(month) => Err(self.months.why_late(field, date, month).into()),
        }
    }

    /// The day that something of this business day counts for: the first open one when that day is past.
    pub(crate) fn nearest_open_day(
        &self,
        field: &'static str,
        date: Date,
    ) -> Result<AccountingDay, Circumstance> {
        self.begun()?;
        // A day out of range is refused by its field's own rule; what is left is that no month is open.
        self.months.accounting_date(date).ok_or_else(|| {
            let month = Month::of(date).or(self.months.shut_through());
            match month {
                Some(month) => self.months.why_shut(field, month).into(),
                None => BooksCircumstance::BooksNotBegun.into(),
            }
        })
    }

    /// Refuses an account to which nothing is posted.
    pub(crate) fn postable(&self, path: impl Into<Path>, code: &AccountCode) -> Result<(), Circumstance> {
        let (path, code) = (path.into(), code.clone());
        if self.chart.account(&code).is_none() {
            return Err(BooksCircumstance::AccountUnknown { path, code }.into());
        }
        if !self.chart.is_postable(&code) {
            return Err(BooksCircumstance::AccountNotPostable { path, code }.into());
        }
        Ok(())
    }

    /// As [`Self::postable`], by hand: an account that has a ledger of its own is posted by what happens.
    pub(crate) fn postable_by_hand(
        &self,
        path: impl Into<Path>,
        code: &AccountCode,
    ) -> Result<(), Circumstance> {
        let path = path.into();
        self.postable(path, code)?;
        match self.chart.controlled_role(code) {
            None => Ok(()),
            Some(role) => Err(BooksCircumstance::AccountIsControlled {
                path,
                code: code.clone(),
                role: role.clone(),
            }
            .into()),
        }
    }

    /// Refuses a cost centre that nothing is posted to.
    pub(crate) fn open_cost_center(
        &self,
        path: impl Into<Path>,
        cost_center: &CostCenterId,
    ) -> Result<(), Circumstance> {
        if self.chart.is_open_cost_center(cost_center) {
            return Ok(());
        }
        Err(BooksCircumstance::CostCenterUnknown {
            path: path.into(),
            cost_center: cost_center.clone(),
        }
        .into())
    }
}

impl BooksState {
    /// Whether a month is closed for good.
    #[must_use]
    pub fn is_locked(&self, month: Month) -> bool {
        self.locked_through >= Some(month)
    }

    /// The refusal of a month that is closed, or about to be.
    pub(super) fn why_shut(&self, field: &'static str, month: Month) -> BooksCircumstance {
        let first_open = self.first_open_day();
        if self.is_locked(month) {
            BooksCircumstance::PeriodLocked {
                field,
                month,
                first_open,
            }
        } else {
            BooksCircumstance::PeriodClosed {
                field,
                month,
                first_open,
            }
        }
    }

    fn why_late(&self, field: &'static str, date: Date, month: Month) -> BooksCircumstance {
        match self.begins_on().filter(|begins_on| date < *begins_on) {
            Some(begins_on) => BooksCircumstance::DateBeforeBooks {
                field,
                date,
                begins_on,
            },
            None => self.why_shut(field, month),
        }
    }
}
