//! The trial balance: of a month as it is sealed, and of any span as people read it.

use std::collections::BTreeMap;

use posars_domain::books::TrialBalanceRow;
use posars_domain::{AccountCode, Amount, Month};
use posars_event_store::Position;

use super::chart_tree::Tree;
use super::sums::{AccountSum, BookScope, BookSpan, Chart, account_in, plus};
use crate::read_models::ChartAccount;
use crate::{Freshness, Projections, QueryError};

/// What accounts came to in a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialBalance {
    /// The accounts that have a balance or moved, in the order of the chart, under their headings.
    pub lines: Vec<TrialBalanceLine>,
    /// All debits of accounts that entries are posted to.
    pub debit: Amount,
    /// All credits of them.
    pub credit: Amount,
    /// The answer includes every event up to here.
    pub position: Position,
}

/// An account of a trial balance, or a heading with what stands under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialBalanceLine {
    /// The account.
    pub account: ChartAccount,
    /// How many headings it stands under.
    pub depth: u32,
    /// The figures.
    pub figures: BalanceFigures,
}

/// What an account came to in a span.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BalanceFigures {
    /// The balance before: debit above zero, credit below.
    pub opening: Amount,
    /// The debits.
    pub debit: Amount,
    /// The credits.
    pub credit: Amount,
}

impl BalanceFigures {
    /// The balance after: opening plus debits less credits; `None` beyond the range of an amount.
    #[must_use]
    pub fn closing(&self) -> Option<Amount> {
        self.opening.checked_add(self.debit)?.checked_sub(self.credit)
    }

    fn is_nothing(&self) -> bool {
        [self.opening, self.debit, self.credit]
            .iter()
            .all(Amount::is_zero)
    }

    fn with(&self, other: &Self) -> Result<Self, QueryError> {
        Ok(Self {
            opening: plus(self.opening, other.opening)?,
            debit: plus(self.debit, other.debit)?,
            credit: plus(self.credit, other.credit)?,
        })
    }
}

/// Figures of an account, and whether it or anything under it is worth a line.
#[derive(Clone, Debug, Default)]
struct Rolled {
    figures: BalanceFigures,
    is_shown: bool,
}

impl Rolled {
    fn with(&self, other: &Self) -> Result<Self, QueryError> {
        Ok(Self {
            figures: self.figures.with(&other.figures)?,
            is_shown: self.is_shown || other.is_shown,
        })
    }
}

impl Projections {
    /// What every account came to in a span, under its headings.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn trial_balance(
        &self,
        span: BookSpan,
        scope: &BookScope,
        freshness: Freshness,
    ) -> Result<TrialBalance, QueryError> {
        let (sums, position) = self.account_sums(span, scope, freshness).await?;
        let accounts = sums.iter().map(|sum| &sum.account);
        let (chart, position) = self.chart_of(accounts, position, freshness).await?;
        let mut own: BTreeMap<AccountCode, Rolled> = BTreeMap::new();
        let mut total = BalanceFigures::default();
        for sum in sums {
            account_in(&chart, &sum.account)?;
            let figures = BalanceFigures {
                opening: sum.opening,
                debit: sum.debit,
                credit: sum.credit,
            };
            total = total.with(&figures)?;
            let is_shown = !figures.is_nothing();
            let rolled = own.entry(sum.account).or_default();
            *rolled = rolled.with(&Rolled { figures, is_shown })?;
        }
        let tree = Tree::of(&chart);
        let rolled = tree.rolled_up(&own, Rolled::with)?;
        let shown = tree
            .nodes
            .iter()
            .zip(rolled)
            .filter(|(_, rolled)| rolled.is_shown);
        let lines = shown.map(|(node, rolled)| TrialBalanceLine {
            account: node.account.clone(),
            depth: node.depth,
            figures: rolled.figures,
        });
        Ok(TrialBalance {
            lines: lines.collect(),
            debit: total.debit,
            credit: total.credit,
            position,
        })
    }

    /// The rows that the seal of a month has, by account, store and cost centre, with the position that they include. Those
    /// that have neither a balance nor moved are left out.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn seal_rows(
        &self,
        month: Month,
        freshness: Freshness,
    ) -> Result<(Vec<TrialBalanceRow>, Position), QueryError> {
        let span = BookSpan {
            from: month.first_day(),
            to: month.last_day(),
        };
        let (sums, position) = self.account_sums(span, &BookScope::default(), freshness).await?;
        let accounts = sums.iter().map(|sum| &sum.account);
        let (chart, position) = self.chart_of(accounts, position, freshness).await?;
        let counts = |sum: &AccountSum| ![sum.opening, sum.debit, sum.credit].iter().all(Amount::is_zero);
        let rows = sums.into_iter().filter(counts).map(|sum| seal_row(sum, &chart));
        Ok((rows.collect::<Result<_, _>>()?, position))
    }
}

fn seal_row(sum: AccountSum, chart: &Chart) -> Result<TrialBalanceRow, QueryError> {
    let account = account_in(chart, &sum.account)?;
    Ok(TrialBalanceRow {
        name: account.name.clone(),
        account_type: account.account_type,
        closing: sum.closing()?,
        account: sum.account,
        store_id: sum.store_id,
        cost_center: sum.cost_center,
        opening: sum.opening,
        debit: sum.debit,
        credit: sum.credit,
    })
}
