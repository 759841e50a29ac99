//! The income statement (DRE): from revenue to the result, by month, store or cost centre, beside another span.

use std::collections::{BTreeMap, BTreeSet};

use posars_domain::{AccountCode, AccountRole, AccountType, Amount, CostCenterId, Month, StoreId};
use posars_event_store::Position;

use super::chart_tree::Tree;
use super::sums::{BookScope, BookSpan, account_in, minus, plus};
use crate::read::{Columns, FIRST_DAY, LAST_DAY, ReadRow};
use crate::read_models::{AccountDaysFold, ChartAccount};
use crate::{Freshness, Projection as _, Projections, QueryError};

/// What each column of an income statement is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IncomeColumns {
    /// One column for all.
    #[default]
    One,
    /// A column for each month.
    Month,
    /// A column for each store, and one for what is of none.
    Store,
    /// A column for each cost centre, and one for what is of none.
    CostCenter,
}

impl IncomeColumns {
    const fn as_str(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Month => "month",
            Self::Store => "store",
            Self::CostCenter => "cost_center",
        }
    }
}

/// What an income statement is asked of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomeQuery {
    /// The accounting dates.
    pub span: BookSpan,
    /// A span to compare with.
    pub compared: Option<BookSpan>,
    /// What each column is of.
    pub columns: IncomeColumns,
    /// Of which store and cost centre.
    pub scope: BookScope,
}

/// A column of an income statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomeColumn {
    /// What it is of.
    pub of: IncomeColumnOf,
    /// Its accounting dates.
    pub span: BookSpan,
    /// Whether it is of the span that the first one is compared with.
    pub is_compared: bool,
}

/// What a column is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IncomeColumnOf {
    /// Everything.
    All,
    /// A month, or the part of it that is in the span.
    Month(Month),
    /// A store; `None` for what is of none.
    Store(Option<StoreId>),
    /// A cost centre; `None` for what is of none.
    CostCenter(Option<CostCenterId>),
}

/// What a line of an income statement is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IncomeLineKind {
    /// An account, or a heading with what stands under it, and how many headings that stands under.
    Account(ChartAccount, u32),
    /// All revenue of sales.
    GrossRevenue,
    /// All deductions.
    Deductions,
    /// Revenue less deductions.
    NetRevenue,
    /// What the goods had cost.
    Cost,
    /// Net revenue less cost.
    GrossProfit,
    /// All other revenue, such as interest and discounts obtained.
    OtherIncome,
    /// All expenses.
    Expenses,
    /// What is left.
    Result,
}

/// A line of an income statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomeLine {
    /// What it is.
    pub kind: IncomeLineKind,
    /// The amounts, one for each column: above zero as the kind of line usually is, so that costs are above zero too.
    pub amounts: Vec<Amount>,
}

/// An income statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomeStatement {
    /// The columns, those of the compared span last.
    pub columns: Vec<IncomeColumn>,
    /// The lines from revenue to the result, each sum after its accounts.
    pub lines: Vec<IncomeLine>,
    /// The answer includes every event up to here.
    pub position: Position,
}

/// What an account came to in a column.
struct ColumnSum {
    account: AccountCode,
    is_compared: bool,
    /// The month, store or cost centre; empty for one of none.
    column: String,
    /// Debits less credits.
    balance: Amount,
}

impl ReadRow for ColumnSum {
    type Of = AccountDaysFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        Ok(Self {
            account: columns.parse("account")?,
            is_compared: columns.get("is_compared")?,
            column: columns.get("column_of")?,
            balance: columns.amount("balance_minor")?,
        })
    }
}

impl Projections {
    /// What was earned, what that had cost and what is left of it.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn income_statement(
        &self,
        query: &IncomeQuery,
        freshness: Freshness,
    ) -> Result<IncomeStatement, QueryError> {
        let before = self.wait_for(AccountDaysFold::NAME, freshness).await?;
        let (store, center) = (&query.scope.store_id, &query.scope.cost_center);
        let (store, center) = (
            store.as_ref().map(StoreId::as_str),
            center.as_ref().map(CostCenterId::as_str),
        );
        // No day is in a span that ends before it begins.
        let compared = query.compared.unwrap_or(BookSpan {
            from: LAST_DAY,
            to: FIRST_DAY,
        });
        let sql = include_str!("../sql/sum_income.sql");
        let (span, columns) = (query.span, query.columns.as_str());
        let (sums, position) = self
            .rows::<ColumnSum>(
                sql,
                &[
                    &span.from,
                    &span.to,
                    &compared.from,
                    &compared.to,
                    &columns,
                    &store,
                    &center,
                ],
                before,
            )
            .await?;
        let accounts = sums.iter().map(|sum| &sum.account);
        let (chart, position) = self.chart_of(accounts, position, freshness).await?;
        let mut of_result = Vec::with_capacity(sums.len());
        for sum in sums {
            if account_in(&chart, &sum.account)?.account_type.is_of_result() {
                of_result.push(sum);
            }
        }
        let columns = query.columns_of(&of_result)?;
        let mut own: BTreeMap<AccountCode, Vec<Amount>> = BTreeMap::new();
        for sum in &of_result {
            let Some(place) = columns.iter().position(|column| column.has(sum)) else {
                continue;
            };
            let amounts = own
                .entry(sum.account.clone())
                .or_insert_with(|| vec![Amount::default(); columns.len()]);
            amounts[place] = plus(amounts[place], sum.balance)?;
        }
        let tree = Tree::of(&chart);
        let rolled = tree.rolled_up(&own, |one, other| both(one, other, plus))?;
        let roles = self.roles_by_account(freshness).await?;
        let sales = roles.into_iter().filter(|(_, roles)| {
            let mut roles = roles.iter();
            roles.any(|(role, _)| *role == AccountRole::GROSS_REVENUE)
        });
        let sales = sales.map(|(account, _)| account).collect();
        Ok(IncomeStatement {
            lines: lines(&tree, &rolled, &sales, columns.len())?,
            columns,
            position,
        })
    }
}

/// Two lines of amounts, column by column; an empty one is all zeros.
fn both(
    one: &[Amount],
    other: &[Amount],
    join: fn(Amount, Amount) -> Result<Amount, QueryError>,
) -> Result<Vec<Amount>, QueryError> {
    let at = |line: &[Amount], place: usize| line.get(place).copied().unwrap_or_default();
    let places = 0..one.len().max(other.len());
    places
        .map(|place| join(at(one, place), at(other, place)))
        .collect()
}

/// Which accounts of a chart are of one part of the statement, in the order of the tree.
type Chosen = Vec<bool>;

/// The chosen accounts that came to something, with what all of them came to.
fn section(
    tree: &Tree<'_>,
    rolled: &[Vec<Amount>],
    chosen: &Chosen,
    columns: usize,
) -> Result<(Vec<IncomeLine>, Vec<Amount>), QueryError> {
    let mut lines = Vec::new();
    let mut sum = vec![Amount::default(); columns];
    let is_chosen = |place: usize| chosen.get(place).copied().unwrap_or(false);
    for (place, (node, balances)) in tree.nodes.iter().zip(rolled).enumerate() {
        if !is_chosen(place) || balances.is_empty() {
            continue;
        }
        let amounts = if node.account.account_type == AccountType::Revenue {
            both(&vec![Amount::default(); columns], balances, minus)?
        } else {
            balances.clone()
        };
        // What stands under a heading that is chosen too is in that.
        if !node.parent.is_some_and(is_chosen) {
            sum = both(&sum, &amounts, plus)?;
        }
        lines.push(IncomeLine {
            kind: IncomeLineKind::Account(node.account.clone(), node.depth),
            amounts,
        });
    }
    Ok((lines, sum))
}

fn of_type(tree: &Tree<'_>, account_type: AccountType) -> Chosen {
    let nodes = tree.nodes.iter();
    nodes
        .map(|node| node.account.account_type == account_type)
        .collect()
}

/// The revenue of sales and all other revenue, such as interest: that of sales is what stands under the same heading as
/// the account that sales are posted to. Headings over both are in neither. Where no account is known for sales, all is
/// theirs.
fn revenue(tree: &Tree<'_>, sales: &BTreeSet<AccountCode>) -> (Chosen, Chosen) {
    let all = of_type(tree, AccountType::Revenue);
    let is_revenue = |place: usize| all.get(place).copied().unwrap_or(false);
    let posted_to = tree.nodes.iter().enumerate();
    let posted_to =
        posted_to.filter(|(place, node)| is_revenue(*place) && sales.contains(&node.account.code));
    let roots: BTreeSet<usize> = posted_to
        .map(|(place, node)| node.parent.filter(|parent| is_revenue(*parent)).unwrap_or(place))
        .collect();
    if roots.is_empty() {
        let others = vec![false; all.len()];
        return (all, others);
    }
    let mut of_sales = vec![false; all.len()];
    let mut over_both = vec![false; all.len()];
    for (place, node) in tree.nodes.iter().enumerate() {
        // A heading stands before what is under it.
        of_sales[place] = roots.contains(&place) || node.parent.is_some_and(|parent| of_sales[parent]);
    }
    for root in roots {
        let mut above = tree.nodes.get(root).and_then(|node| node.parent);
        while let Some(place) = above {
            over_both[place] = true;
            above = tree.nodes.get(place).and_then(|node| node.parent);
        }
    }
    let others = (0..all.len()).map(|place| all[place] && !of_sales[place] && !over_both[place]);
    let others = others.collect();
    (of_sales, others)
}

fn lines(
    tree: &Tree<'_>,
    rolled: &[Vec<Amount>],
    sales: &BTreeSet<AccountCode>,
    columns: usize,
) -> Result<Vec<IncomeLine>, QueryError> {
    let section = |chosen: &Chosen| section(tree, rolled, chosen, columns);
    let line = |kind, amounts: &Vec<Amount>| IncomeLine {
        kind,
        amounts: amounts.clone(),
    };
    let (of_sales, others) = revenue(tree, sales);
    let (mut all, revenue) = section(&of_sales)?;
    all.push(line(IncomeLineKind::GrossRevenue, &revenue));
    let (mut accounts, deductions) = section(&of_type(tree, AccountType::Deduction))?;
    all.append(&mut accounts);
    all.push(line(IncomeLineKind::Deductions, &deductions));
    let net = both(&revenue, &deductions, minus)?;
    all.push(line(IncomeLineKind::NetRevenue, &net));
    let (mut accounts, cost) = section(&of_type(tree, AccountType::Cost))?;
    all.append(&mut accounts);
    all.push(line(IncomeLineKind::Cost, &cost));
    let gross = both(&net, &cost, minus)?;
    all.push(line(IncomeLineKind::GrossProfit, &gross));
    let (mut accounts, other_income) = section(&others)?;
    all.append(&mut accounts);
    all.push(line(IncomeLineKind::OtherIncome, &other_income));
    let (mut accounts, expenses) = section(&of_type(tree, AccountType::Expense))?;
    all.append(&mut accounts);
    all.push(line(IncomeLineKind::Expenses, &expenses));
    let result = both(&both(&gross, &other_income, plus)?, &expenses, minus)?;
    all.push(line(IncomeLineKind::Result, &result));
    Ok(all)
}

impl IncomeColumn {
    fn has(&self, sum: &ColumnSum) -> bool {
        let of_column = match &self.of {
            IncomeColumnOf::All => String::new(),
            IncomeColumnOf::Month(month) => month.to_string(),
            IncomeColumnOf::Store(store) => store.as_ref().map(ToString::to_string).unwrap_or_default(),
            IncomeColumnOf::CostCenter(center) => {
                center.as_ref().map(ToString::to_string).unwrap_or_default()
            }
        };
        self.is_compared == sum.is_compared && of_column == sum.column
    }
}

impl IncomeQuery {
    /// The columns: every month of the spans; the stores or cost centres that came to something in either of them.
    fn columns_of(&self, sums: &[ColumnSum]) -> Result<Vec<IncomeColumn>, QueryError> {
        let mut names: Vec<&str> = sums.iter().map(|sum| sum.column.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let mut all = Vec::new();
        let spans = [(Some(self.span), false), (self.compared, true)];
        for (span, is_compared) in spans {
            let Some(span) = span else { continue };
            let column = |of, span| IncomeColumn {
                of,
                span,
                is_compared,
            };
            match self.columns {
                IncomeColumns::One => all.push(column(IncomeColumnOf::All, span)),
                IncomeColumns::Month => {
                    all.extend(months(span).map(|(month, part)| column(IncomeColumnOf::Month(month), part)));
                }
                IncomeColumns::Store => {
                    for name in &names {
                        all.push(column(IncomeColumnOf::Store(named(name)?), span));
                    }
                }
                IncomeColumns::CostCenter => {
                    for name in &names {
                        all.push(column(IncomeColumnOf::CostCenter(named(name)?), span));
                    }
                }
            }
        }
        Ok(all)
    }
}

/// The months of a span, each with its part of it.
fn months(span: BookSpan) -> impl Iterator<Item = (Month, BookSpan)> {
    let first = Month::of(span.from.max(posars_domain::FIRST_DAY));
    let months = std::iter::successors(first, |month| month.next());
    months
        .take_while(move |month| month.first_day() <= span.to)
        .map(move |month| {
            let part = BookSpan {
                from: span.from.max(month.first_day()),
                to: span.to.min(month.last_day()),
            };
            (month, part)
        })
}

fn named<T>(name: &str) -> Result<Option<T>, QueryError>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    if name.is_empty() {
        return Ok(None);
    }
    let unreadable = |problem: T::Err| QueryError::Unreadable {
        table: AccountDaysFold::NAME,
        problem: problem.to_string(),
    };
    name.parse().map(Some).map_err(unreadable)
}
