//! What accounts came to: sums over account days, and the chart that they are shown with.

use std::collections::BTreeMap;

use jiff::civil::Date;
use posars_domain::{AccountCode, Amount, CostCenterId, StoreId};
use posars_event_store::Position;

use crate::read::{Columns, ReadRow};
use crate::read_models::{AccountDaysFold, AccountsFold, ChartAccount};
use crate::{Freshness, Projection as _, Projections, QueryError};

/// Of which store and cost centre figures are; all that is not given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BookScope {
    /// Only of this store.
    pub store_id: Option<StoreId>,
    /// Only of this cost centre.
    pub cost_center: Option<CostCenterId>,
}

/// The first and the last accounting date of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookSpan {
    /// The first.
    pub from: Date,
    /// The last, included.
    pub to: Date,
}

/// What an account came to in a span, in one store and cost centre.
#[derive(Clone, Debug)]
pub(super) struct AccountSum {
    pub(super) account: AccountCode,
    pub(super) store_id: Option<StoreId>,
    pub(super) cost_center: Option<CostCenterId>,
    /// The balance before the span: debit above zero.
    pub(super) opening: Amount,
    pub(super) debit: Amount,
    pub(super) credit: Amount,
}

impl AccountSum {
    /// The balance after the span.
    pub(super) fn closing(&self) -> Result<Amount, QueryError> {
        minus(plus(self.opening, self.debit)?, self.credit)
    }
}

impl ReadRow for AccountSum {
    type Of = AccountDaysFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        Ok(Self {
            account: columns.parse("account")?,
            store_id: columns.parse_unless_empty("store_id")?,
            cost_center: columns.parse_unless_empty("cost_center")?,
            opening: columns.amount("opening_minor")?,
            debit: columns.amount("debit_minor")?,
            credit: columns.amount("credit_minor")?,
        })
    }
}

/// The chart by code.
pub(super) type Chart = BTreeMap<AccountCode, ChartAccount>;

impl Projections {
    /// What every account came to in a span, by account, store and cost centre.
    pub(super) async fn account_sums(
        &self,
        span: BookSpan,
        scope: &BookScope,
        freshness: Freshness,
    ) -> Result<(Vec<AccountSum>, Position), QueryError> {
        let before = self.wait_for(AccountDaysFold::NAME, freshness).await?;
        let store = scope.store_id.as_ref().map(StoreId::as_str);
        let center = scope.cost_center.as_ref().map(CostCenterId::as_str);
        let sql = include_str!("../sql/sum_account_days.sql");
        self.rows(sql, &[&span.from, &span.to, &store, &center], before)
            .await
    }

    /// The chart that sums are shown with, and the position that both include. It has all of their accounts: an account is
    /// defined before anything is posted to it, so one that is missing is waited for.
    pub(super) async fn chart_of<'a>(
        &self,
        mut accounts: impl Iterator<Item = &'a AccountCode> + Send,
        position: Position,
        freshness: Freshness,
    ) -> Result<(Chart, Position), QueryError> {
        let (chart, at) = self.chart(freshness).await?;
        if accounts.all(|account| chart.contains_key(account)) {
            return Ok((chart, position.min(at)));
        }
        self.follow(AccountsFold::NAME, position).await?;
        Ok((self.chart(freshness).await?.0, position))
    }

    /// The chart with the position that it includes: a few hundred accounts.
    pub(super) async fn chart(&self, freshness: Freshness) -> Result<(Chart, Position), QueryError> {
        let before = self.wait_for(AccountsFold::NAME, freshness).await?;
        let sql = include_str!("../sql/all_accounts.sql");
        let (accounts, position) = self.rows::<ChartAccount>(sql, &[], before).await?;
        let by_code = accounts
            .into_iter()
            .map(|account| (account.code.clone(), account));
        Ok((by_code.collect(), position))
    }
}

/// The account of a chart that has everything that was posted.
pub(super) fn account_in<'a>(chart: &'a Chart, code: &AccountCode) -> Result<&'a ChartAccount, QueryError> {
    chart.get(code).ok_or_else(|| QueryError::Unreadable {
        table: AccountsFold::NAME,
        problem: format!(
            "account {code} has entries and is missing; run `posars projections rebuild accounts`"
        ),
    })
}

/// The sum of two amounts of the books.
pub(super) fn plus(one: Amount, other: Amount) -> Result<Amount, QueryError> {
    one.checked_add(other).ok_or_else(beyond)
}

/// The difference of two amounts of the books.
pub(super) fn minus(one: Amount, other: Amount) -> Result<Amount, QueryError> {
    one.checked_sub(other).ok_or_else(beyond)
}

fn beyond() -> QueryError {
    QueryError::Unreadable {
        table: AccountDaysFold::NAME,
        problem: "a sum is beyond the range of amounts; ask for a shorter span or one store".to_owned(),
    }
}
