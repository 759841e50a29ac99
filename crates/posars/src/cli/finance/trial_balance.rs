//! `posars finance trial-balance`: what each account had before a month, its debits and credits, and what it has after.

use std::io::{self, Write};

use clap::Args;
use posars_domain::{AccountCode, AccountType, Amount, CompanyId, CostCenterId, Currency, Month, StoreId};
use posars_projections::{BookScope, BookSpan, Freshness, TrialBalanceLine};
use serde::Serialize;

use super::amounts::{balance, figures, indented, major, plain};
use super::{FRESHNESS_WAIT, books_currency};
use crate::cli::report::known_store;
use crate::companies::CompanyArgs;
use crate::database::Need;
use crate::failure::Failure;
use crate::house::House;
use crate::screen::Outcome;
use crate::session::{RunArgs, Session};

/// Options of `posars finance trial-balance`.
#[derive(Debug, Args)]
pub(crate) struct TrialBalanceArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
    /// The month, such as 2026-11
    #[arg(long, value_name = "MONTH")]
    month: Month,
    /// Only what is of this store
    #[arg(long, value_name = "STORE")]
    store: Option<StoreId>,
    /// Only what is of this cost centre
    #[arg(long, value_name = "CENTER")]
    cost_center: Option<CostCenterId>,
}

/// A trial balance. Amounts are in the smallest unit of the currency.
#[derive(Debug, Serialize)]
pub(super) struct TrialBalance {
    company: CompanyId,
    month: Month,
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<StoreId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_center: Option<CostCenterId>,
    currency: Currency,
    rows: Vec<Row>,
    debit_total: Amount,
    credit_total: Amount,
    /// It includes every event up to here.
    position: u64,
}

/// One account.
#[derive(Debug, Serialize)]
struct Row {
    account: AccountCode,
    name: String,
    #[serde(rename = "type")]
    account_type: AccountType,
    depth: u32,
    postable: bool,
    /// Debit above zero, credit below.
    opening: Amount,
    debit: Amount,
    credit: Amount,
    closing: Amount,
}

/// Reads a trial balance.
pub(super) async fn run(session: &Session, args: &TrialBalanceArgs) -> Result<TrialBalance, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database, &args.company.id).await?;
            let position = house.catch_up(session.screen).await?;
            let currency = books_currency(&house).await?;
            if let Some(store) = &args.store {
                known_store(&house, store).await?;
            }
            let span = BookSpan {
                from: args.month.first_day(),
                to: args.month.last_day(),
            };
            let scope = BookScope {
                store_id: args.store.clone(),
                cost_center: args.cost_center.clone(),
            };
            let fresh = Freshness::at_least(position, FRESHNESS_WAIT);
            let answer = house.projections.trial_balance(span, &scope, fresh).await?;
            let rows = answer.lines.into_iter().map(Row::of);
            Ok(TrialBalance {
                company: house.company_id.clone(),
                month: args.month,
                store: args.store.clone(),
                cost_center: args.cost_center.clone(),
                currency,
                rows: rows.collect(),
                debit_total: answer.debit,
                credit_total: answer.credit,
                position: answer.position.get(),
            })
        })
        .await
}

impl Row {
    fn of(line: TrialBalanceLine) -> Self {
        let (account, figures) = (line.account, line.figures);
        Self {
            // The query has summed them, so they are in range.
            closing: figures.closing().unwrap_or_default(),
            account: account.code,
            name: account.name,
            account_type: account.account_type,
            depth: line.depth,
            postable: account.postable,
            opening: figures.opening,
            debit: figures.debit,
            credit: figures.credit,
        }
    }
}

impl Outcome for TrialBalance {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let currency = self.currency;
        write!(out, "Trial balance of {}, {}", self.company, self.month)?;
        if let Some(store) = &self.store {
            write!(out, ", store {store}")?;
        }
        if let Some(center) = &self.cost_center {
            write!(out, ", cost centre {center}")?;
        }
        writeln!(out, ", in {currency}")?;
        if self.rows.is_empty() {
            return writeln!(out, "No account has a balance or moved.");
        }
        let rows = self.rows.iter().map(|row| {
            vec![
                row.account.to_string(),
                indented(&row.name, row.depth),
                balance(row.opening, currency),
                plain(row.debit, currency),
                plain(row.credit, currency),
                balance(row.closing, currency),
            ]
        });
        let total = vec![
            String::new(),
            "All accounts".to_owned(),
            String::new(),
            major(self.debit_total, currency),
            major(self.credit_total, currency),
            String::new(),
        ];
        let titles = ["account", "name", "before", "debit", "credit", "after"];
        let titles = titles.map(str::to_owned).to_vec();
        writeln!(out, "{}", figures(titles, 2, rows.chain([total])))
    }
}
