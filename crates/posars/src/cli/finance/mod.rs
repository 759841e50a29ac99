//! `posars finance`: the statements of the books, and their months.

mod amounts;
mod begin;
mod close;
mod income_statement;
mod periods;
mod settle;
mod trial_balance;

use std::time::Duration;

use clap::{ArgMatches, Subcommand};
use posars_domain::Currency;

use crate::companies::option_of;
use crate::failure::{Exit, Failure};
use crate::house::House;
use crate::session::Session;
use crate::telemetry::Voice;
use begin::BeginArgs;
use close::CloseArgs;
use income_statement::IncomeStatementArgs;
use periods::PeriodsArgs;
use settle::SettleArgs;
use trial_balance::TrialBalanceArgs;

/// The read models were just brought up to date; this only covers a checkpoint that is being written.
const FRESHNESS_WAIT: Duration = Duration::from_secs(10);

/// Begin the books, read them, and close their months.
#[derive(Debug, Subcommand)]
pub(crate) enum FinanceCommand {
    /// Begin the books of a company that is older than they are on a day, with one opening entry of its goods
    ///
    /// Without this they begin by themselves, at the first start of the server or the first import, and all that ever
    /// happened is posted. They begin once.
    #[command(
        after_help = "Example:\n  posars finance begin --date 2026-11-01 --dry-run\n  posars finance begin --date 2026-11-01"
    )]
    Begin(BeginArgs),
    /// What each account had before a month, its debits and credits, and what it has after
    #[command(after_help = "Example:\n  posars finance trial-balance --month 2026-11\n  \
                      posars finance trial-balance --month 2026-11 --json | jq .debit_total")]
    TrialBalance(TrialBalanceArgs),
    /// What was earned and what it cost (DRE), by month, store or cost centre, also beside another span
    #[command(
        after_help = "Example:\n  posars finance income-statement --from 2026-11-01 --to 2026-11-30\n  \
                      posars finance income-statement --from 2026-11-01 --to 2026-11-30 --compare-from 2026-10-01 \
                      --compare-to 2026-10-31\n  posars finance income-statement --from 2026-01-01 --to 2026-12-31 --by month"
    )]
    IncomeStatement(IncomeStatementArgs),
    /// The months of the books, and how each stands
    #[command(
        after_help = "Example:\n  posars finance periods\n  posars finance periods --json | jq '.periods[-1].state'"
    )]
    Periods(PeriodsArgs),
    /// Close a month, with all before it, and seal its trial balance
    ///
    /// Everything of the month must be in the books: what waits is named, and the month stays open. What comes later for a
    /// closed month is posted on the first day of the first open one.
    #[command(
        after_help = "Example:\n  posars finance close --month 2026-10 --dry-run\n  posars finance close --month 2026-10"
    )]
    Close(CloseArgs),
    /// Record a statement of an acquirer, a bank or PIX, and settle what its lines pay
    Settle(SettleArgs),
}

/// Runs a command on the books.
pub(crate) async fn run(command: FinanceCommand, matches: &ArgMatches) -> Exit {
    match command {
        FinanceCommand::Begin(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                begin::run(session, &args).await
            })
            .await
        }
        FinanceCommand::TrialBalance(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                trial_balance::run(session, &args).await
            })
            .await
        }
        FinanceCommand::IncomeStatement(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                income_statement::run(session, &args).await
            })
            .await
        }
        FinanceCommand::Periods(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                periods::run(session, &args).await
            })
            .await
        }
        FinanceCommand::Settle(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                settle::run(session, &args).await
            })
            .await
        }
        FinanceCommand::Close(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                close::run(session, &args).await
            })
            .await
        }
    }
}

/// The currency of the books.
async fn books_currency(house: &House) -> Result<Currency, Failure> {
    let currency = house.commands.books_currency().await?;
    currency.ok_or_else(|| {
        let option = option_of(house.company_id.as_str());
        Failure::new(
            Exit::Failure,
            "BOOKS_NOT_BEGUN",
            format!("the books of {} have not begun", house.company_id),
        )
        .next(format!(
            "define the company, or start the server once; `posars finance begin --date DATE{option}` begins them on a day"
        ))
    })
}
