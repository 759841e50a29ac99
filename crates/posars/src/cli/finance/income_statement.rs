//! `posars finance income-statement`: what was earned and what it cost (DRE), also beside another span.

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use posars_domain::{AccountCode, Amount, CompanyId, CostCenterId, Currency, Month, StoreId};
use posars_projections::{
    BookScope, BookSpan, Freshness, IncomeColumn, IncomeColumnOf, IncomeColumns, IncomeLine, IncomeLineKind,
    IncomeQuery,
};
use serde::Serialize;

use super::amounts::{figures, indented, major};
use super::{FRESHNESS_WAIT, books_currency};
use crate::cli::report::{check_days, known_store};
use crate::companies::CompanyArgs;
use crate::database::Need;
use crate::failure::Failure;
use crate::house::House;
use crate::screen::Outcome;
use crate::session::{RunArgs, Session};

/// Options of `posars finance income-statement`.
#[derive(Debug, Args)]
pub(crate) struct IncomeStatementArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
    /// First day, such as 2026-01-01
    #[arg(long, value_name = "DATE")]
    from: Date,
    /// Last day, included
    #[arg(long, value_name = "DATE")]
    to: Date,
    /// First day of a span to compare with
    #[arg(long, value_name = "DATE", requires = "compare_to")]
    compare_from: Option<Date>,
    /// Last day of it, included
    #[arg(long, value_name = "DATE", requires = "compare_from")]
    compare_to: Option<Date>,
    /// A column for each of these
    #[arg(long, value_enum, value_name = "WHAT")]
    by: Option<By>,
    /// Only what is of this store
    #[arg(long, value_name = "STORE")]
    store: Option<StoreId>,
    /// Only what is of this cost centre
    #[arg(long, value_name = "CENTER")]
    cost_center: Option<CostCenterId>,
}

/// What each column is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
enum By {
    /// Months
    Month,
    /// Stores
    Store,
    /// Cost centres
    CostCenter,
}

/// An income statement. Amounts are in the smallest unit of the currency.
#[derive(Debug, Serialize)]
pub(super) struct IncomeStatement {
    company: CompanyId,
    from: Date,
    to: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<By>,
    currency: Currency,
    columns: Vec<Column>,
    lines: Vec<Line>,
    /// It includes every event up to here.
    position: u64,
}

#[derive(Debug, Serialize)]
struct Column {
    #[serde(skip_serializing_if = "Option::is_none")]
    month: Option<Month>,
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<StoreId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_center: Option<CostCenterId>,
    from: Date,
    to: Date,
    /// Whether it is of the span that the first one is compared with.
    compared: bool,
}

#[derive(Debug, Serialize)]
struct Line {
    /// `account`, or which sum.
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<AccountCode>,
    name: String,
    depth: u32,
    /// One for each column.
    amounts: Vec<Amount>,
}

/// Reads an income statement.
pub(super) async fn run(session: &Session, args: &IncomeStatementArgs) -> Result<IncomeStatement, Failure> {
    let query = args.query()?;
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database, &args.company.id).await?;
            let position = house.catch_up(session.screen).await?;
            let currency = books_currency(&house).await?;
            if let Some(store) = &args.store {
                known_store(&house, store).await?;
            }
            let fresh = Freshness::at_least(position, FRESHNESS_WAIT);
            let answer = house.projections.income_statement(&query, fresh).await?;
            Ok(IncomeStatement {
                company: house.company_id.clone(),
                from: args.from,
                to: args.to,
                by: args.by,
                currency,
                columns: answer.columns.into_iter().map(Column::of).collect(),
                lines: answer.lines.into_iter().map(Line::of).collect(),
                position: answer.position.get(),
            })
        })
        .await
}

impl IncomeStatementArgs {
    fn query(&self) -> Result<IncomeQuery, Failure> {
        check_days(["--from", "--to"], self.from, self.to)?;
        let compared = match self.compare_from.zip(self.compare_to) {
            None => None,
            Some((from, to)) => {
                check_days(["--compare-from", "--compare-to"], from, to)?;
                Some(BookSpan { from, to })
            }
        };
        Ok(IncomeQuery {
            span: BookSpan {
                from: self.from,
                to: self.to,
            },
            compared,
            columns: match self.by {
                None => IncomeColumns::One,
                Some(By::Month) => IncomeColumns::Month,
                Some(By::Store) => IncomeColumns::Store,
                Some(By::CostCenter) => IncomeColumns::CostCenter,
            },
            scope: BookScope {
                store_id: self.store.clone(),
                cost_center: self.cost_center.clone(),
            },
        })
    }
}

impl Column {
    fn of(column: IncomeColumn) -> Self {
        let mut written = Self {
            month: None,
            store: None,
            cost_center: None,
            from: column.span.from,
            to: column.span.to,
            compared: column.is_compared,
        };
        match column.of {
            IncomeColumnOf::All => {}
            IncomeColumnOf::Month(month) => written.month = Some(month),
            IncomeColumnOf::Store(store) => written.store = store,
            IncomeColumnOf::CostCenter(center) => written.cost_center = center,
        }
        written
    }

    /// What stands above it.
    fn title(&self, by: Option<By>) -> String {
        let span = format!("{} to {}", self.from, self.to);
        let of = |name: Option<String>| name.unwrap_or_else(|| "none".to_owned());
        let what = match by {
            None => return span,
            Some(By::Month) => of(self.month.map(|month| month.to_string())),
            Some(By::Store) => of(self.store.as_ref().map(StoreId::to_string)),
            Some(By::CostCenter) => of(self.cost_center.as_ref().map(CostCenterId::to_string)),
        };
        if self.compared {
            format!("{what}, {span}")
        } else {
            what
        }
    }
}

impl Line {
    fn of(line: IncomeLine) -> Self {
        let (kind, name) = match line.kind {
            IncomeLineKind::Account(account, depth) => {
                return Self {
                    kind: "account",
                    account: Some(account.code),
                    name: account.name,
                    depth,
                    amounts: line.amounts,
                };
            }
            IncomeLineKind::GrossRevenue => ("gross_revenue", "Gross revenue"),
            IncomeLineKind::Deductions => ("deductions", "Deductions"),
            IncomeLineKind::NetRevenue => ("net_revenue", "Net revenue"),
            IncomeLineKind::Cost => ("cost", "Cost of goods"),
            IncomeLineKind::GrossProfit => ("gross_profit", "Gross profit"),
            IncomeLineKind::OtherIncome => ("other_income", "Other income"),
            IncomeLineKind::Expenses => ("expenses", "Expenses"),
            IncomeLineKind::Result => ("result", "Result"),
        };
        Self {
            kind,
            account: None,
            name: name.to_owned(),
            depth: 0,
            amounts: line.amounts,
        }
    }
}

impl Outcome for IncomeStatement {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let currency = self.currency;
        writeln!(
            out,
            "Income statement of {}, {} to {}, in {currency}",
            self.company, self.from, self.to
        )?;
        let titles = ["account", "name"].map(str::to_owned).into_iter();
        let titles = titles.chain(self.columns.iter().map(|column| column.title(self.by)));
        let rows = self.lines.iter().map(|line| {
            let code = line
                .account
                .as_ref()
                .map(AccountCode::to_string)
                .unwrap_or_default();
            let name = if line.account.is_some() {
                indented(&line.name, line.depth)
            } else {
                format!("= {}", line.name)
            };
            let amounts = line.amounts.iter().map(|amount| major(*amount, currency));
            [code, name].into_iter().chain(amounts).collect()
        });
        writeln!(out, "{}", figures(titles.collect(), 2, rows))
    }
}
