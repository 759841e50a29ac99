//! What is read out of the books: balances, statements, what is owed and what is pending. Each answer that takes several
//! read models, whose figures must fit, has them at one position: the first is read as it is, the others are waited for.

mod ageing;
mod cash_flow;
mod chart_tree;
mod exceptions;
mod income_statement;
mod items;
mod journal;
mod ledger;
mod pending;
mod periods;
mod sums;
mod trial_balance;

pub use ageing::{Ageing, AgeingFigures, AgeingQuery, AgeingRow};
pub use cash_flow::{CASH_FLOW_DAYS_MAX, CashDay, CashFlow};
pub use chart_tree::{AccountNode, ChartFilter};
pub use exceptions::{
    FinanceException, FinanceExceptionFilter, FinanceExceptionKind, StatementLineFilter, StatementLineRow,
    UnpostedRow,
};
pub use income_statement::{
    IncomeColumn, IncomeColumnOf, IncomeColumns, IncomeLine, IncomeLineKind, IncomeQuery, IncomeStatement,
};
pub use items::{InstallmentRow, ItemFigures, ItemFilter, ItemMove, OpenItemRow};
pub use journal::{JournalEntry, JournalFilter};
pub use ledger::{LedgerFilter, LedgerLine, LedgerPage};
pub use pending::{Pending, PendingWork};
pub use periods::{BooksBeginning, Period, PeriodSeal};
pub use sums::{BookScope, BookSpan};
pub use trial_balance::{BalanceFigures, TrialBalance, TrialBalanceLine};
