//! Reports of the books: the sealed trial balance of a month, and its income statement.

mod income_statement;
mod trial_balance;

pub use income_statement::IncomeStatementReport;
pub use trial_balance::TrialBalanceReport;
