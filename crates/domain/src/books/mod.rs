//! When the books began and which months of them are closed; stream `books-main`.
//!
//! One stream for all months: they close in their order, and an entry is guarded by one version.

mod begin_books;
mod begin_period_close;
mod checks;
mod circumstance;
mod complete_period_close;
mod event;
mod evolve;
mod founding;
mod given;
mod lock_period;
mod opening;
mod rejection;
mod reopen_period;
mod seal;
mod state;

pub use begin_books::BeginBooks;
pub use begin_period_close::BeginPeriodClose;
pub use circumstance::BooksCircumstance;
pub use complete_period_close::{CompletePeriodClose, TRIAL_BALANCE_ROWS_MAX};
pub use event::{
    BooksBegun, BooksEvent, BooksKind, OpeningStock, PeriodCloseBegun, PeriodClosed, PeriodLocked,
    PeriodReopened, TrialBalanceRow,
};
pub use evolve::Books;
pub use given::GivenBooks;
pub use lock_period::LockPeriod;
pub use opening::OpeningStocks;
pub use rejection::BooksRejection;
pub use reopen_period::ReopenPeriod;
pub use seal::seal_holds;
pub use state::{AccountingDay, BooksState};

pub(crate) use founding::all_books;

use seal::seal_of;
