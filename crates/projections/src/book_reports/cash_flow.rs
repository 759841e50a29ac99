//! Cash flow: money that came and went by day, as the accounts of money have it, and what is to come and go by the open
//! instalments, less the fees expected.

use std::collections::BTreeMap;

use jiff::civil::Date;
use posars_domain::{AccountCode, Amount, StoreId};
use posars_event_store::Position;

use super::sums::{BookSpan, minus, plus};
use crate::read::{Columns, ReadRow};
use crate::read_models::{AccountDaysFold, InstallmentsFold, LedgerLinesFold, OwedBy};
use crate::{Freshness, Projection as _, Projections, QueryError};

/// Most days of one answer.
pub const CASH_FLOW_DAYS_MAX: usize = 367;

/// Money by day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CashFlow {
    /// Money at hand before the first day.
    pub opening: Amount,
    /// Open instalments of receivables that fell due before the first day, less the fees expected. No day has them.
    pub overdue_in: Amount,
    /// Open instalments of payables that fell due before the first day. No day has them.
    pub overdue_out: Amount,
    /// The days, at most [`CASH_FLOW_DAYS_MAX`].
    pub days: Vec<CashDay>,
    /// The answer includes every event up to here.
    pub position: Position,
}

/// Money of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CashDay {
    /// The day.
    pub date: Date,
    /// Money that came in; what went from one account of money to another in one entry neither comes nor goes.
    pub came: Amount,
    /// Money that went out.
    pub went: Amount,
    /// Money to come, less the fees expected.
    pub to_come: Amount,
    /// Money to go.
    pub to_go: Amount,
    /// Money at hand at the end of the day, with what is expected up to then.
    pub balance: Amount,
}

/// What the accounts of money held before the first day.
struct Opening(Amount);

impl ReadRow for Opening {
    type Of = AccountDaysFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        Ok(Self(columns.amount("balance_minor")?))
    }
}

/// What came to the accounts of money on a day and went from them, without what went from one of them to another.
struct Realised {
    date: Date,
    came: Amount,
    went: Amount,
}

impl ReadRow for Realised {
    type Of = LedgerLinesFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        Ok(Self {
            date: columns.get("day")?,
            came: columns.amount("came_minor")?,
            went: columns.amount("went_minor")?,
        })
    }
}

/// What falls due on a day; before the first one together.
struct Expected {
    date: Option<Date>,
    side: OwedBy,
    net: Amount,
}

impl ReadRow for Expected {
    type Of = InstallmentsFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        Ok(Self {
            date: columns.get("day")?,
            side: columns.parse("side")?,
            net: columns.amount("net_minor")?,
        })
    }
}

impl Projections {
    /// Money by day.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn cash_flow(
        &self,
        span: BookSpan,
        store_id: Option<&StoreId>,
        freshness: Freshness,
    ) -> Result<CashFlow, QueryError> {
        let (chart, at) = self.chart(freshness).await?;
        let liquid: Vec<&str> = chart
            .values()
            .filter(|account| account.liquid)
            .map(|account| AccountCode::as_str(&account.code))
            .collect();
        let store = store_id.map(StoreId::as_str);
        let before = self.wait_for(AccountDaysFold::NAME, freshness).await?;
        let sql = include_str!("../sql/sum_cash_before.sql");
        let (opening, opening_at) = self
            .row::<Opening>(sql, &[&liquid, &span.from, &store], before)
            .await?;
        let opening = opening.map(|Opening(balance)| balance).unwrap_or_default();
        let before = self.wait_for(LedgerLinesFold::NAME, freshness).await?;
        let sql = include_str!("../sql/sum_cash_days.sql");
        let (realised, realised_at) = self
            .rows::<Realised>(sql, &[&liquid, &span.from, &span.to, &store], before)
            .await?;
        let before = self.wait_for(InstallmentsFold::NAME, freshness).await?;
        let sql = include_str!("../sql/sum_due_days.sql");
        let (expected, expected_at) = self
            .rows::<Expected>(sql, &[&span.from, &span.to, &store], before)
            .await?;
        let flow = CashFlow {
            opening,
            overdue_in: Amount::default(),
            overdue_out: Amount::default(),
            days: Vec::new(),
            position: at.min(opening_at).min(realised_at).min(expected_at),
        };
        laid_out(flow, span, &realised, &expected)
    }
}

/// Adds the days to what was before them.
fn laid_out(
    mut flow: CashFlow,
    span: BookSpan,
    realised: &[Realised],
    expected: &[Expected],
) -> Result<CashFlow, QueryError> {
    let days = span.from.series(jiff::Span::new().days(1));
    let days = days.take_while(|day| *day <= span.to).take(CASH_FLOW_DAYS_MAX);
    let mut by_day: BTreeMap<Date, CashDay> = days.map(|date| (date, empty(date))).collect();
    for row in realised {
        if let Some(day) = by_day.get_mut(&row.date) {
            day.came = plus(day.came, row.came)?;
            day.went = plus(day.went, row.went)?;
        }
    }
    for row in expected {
        let day = row.date.map(|date| by_day.get_mut(&date));
        let sum = match (day, row.side) {
            (Some(Some(day)), OwedBy::Others) => &mut day.to_come,
            (Some(Some(day)), OwedBy::Company) => &mut day.to_go,
            (Some(None), OwedBy::Others | OwedBy::Company) => continue,
            (None, OwedBy::Others) => &mut flow.overdue_in,
            (None, OwedBy::Company) => &mut flow.overdue_out,
        };
        *sum = plus(*sum, row.net)?;
    }
    let mut balance = flow.opening;
    for (_, mut day) in by_day {
        balance = minus(
            plus(balance, plus(day.came, day.to_come)?)?,
            plus(day.went, day.to_go)?,
        )?;
        day.balance = balance;
        flow.days.push(day);
    }
    Ok(flow)
}

fn empty(date: Date) -> CashDay {
    CashDay {
        date,
        came: Amount::default(),
        went: Amount::default(),
        to_come: Amount::default(),
        to_go: Amount::default(),
        balance: Amount::default(),
    }
}
