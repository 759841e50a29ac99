//! The read models of the books: the chart, the journal, what is owed, statements and periods.

pub(crate) mod account_days;
pub(crate) mod accounts;
pub(crate) mod book_settings;
pub(crate) mod book_ties;
mod entry_payload;
pub(crate) mod installments;
pub(crate) mod item_lookups;
pub(crate) mod item_moves;
mod item_payload;
pub(crate) mod journal_entries;
pub(crate) mod ledger_lines;
pub(crate) mod open_items;
pub(crate) mod periods;
pub(crate) mod statement_lines;
pub(crate) mod unposted;

pub use account_days::AccountDaysFold;
pub use accounts::{AccountsFold, ChartAccount};
pub use book_settings::{BookSetting, BookSettingsFold};
pub use book_ties::{BookTie, BookTiesFold, TieKind};
pub use installments::InstallmentsFold;
pub use item_lookups::{ITEMS_OF_A_LOOKUP_MAX, ItemLookup, ItemLookupsFold};
pub use item_moves::ItemMovesFold;
pub use item_payload::{ItemMoveKind, OwedBy};
pub use journal_entries::{Entries, JournalEntriesFold};
pub use ledger_lines::LedgerLinesFold;
pub use open_items::OpenItemsFold;
pub use periods::{PeriodState, PeriodsFold};
pub use statement_lines::{StatementLineState, StatementLinesFold};
pub use unposted::{Unposted, UnpostedFold};
