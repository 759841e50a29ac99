//! What needs both the commands and the read models of a company: closing a month, matching a statement.
//!
//! No decision rests on a read model alone. What is read here is checked by the commands that follow: a seal by the
//! version of the books, a settlement by what is open of its item.

mod bookkeeping;
mod checks;
mod close;
mod error;
mod patience;
mod pending;
mod settlements;
mod statement_file;
mod turns;

pub use bookkeeping::Bookkeeping;
pub use error::BookkeepingError;
pub use pending::{Pending, PendingKind, PeriodHasPendingWork};
pub use settlements::{Ready, STATEMENT_LINES_MAX, SettlementsRecorded};
pub use statement_file::{ReadLine, StatementFile, StatementFileError, StatementOf};
