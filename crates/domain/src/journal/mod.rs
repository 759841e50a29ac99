//! An entry of the journal; stream `entry-{entry_id}`.

mod dates;
mod event;
mod lines;
mod post_journal_entry;
mod rejection;
mod reverse_journal_entry;
mod state;

pub use event::{EntryEvent, EntryKind, EntryLine, EntrySource, JournalEntryPosted, JournalEntryReversed};
pub use lines::{ENTRY_LINES_MAX, ENTRY_LINES_MIN, check_balance, mirrored};
pub use post_journal_entry::{PostJournalEntry, PostLine};
pub use rejection::EntryRejection;
pub use reverse_journal_entry::ReverseJournalEntry;
pub use state::{Entry, EntryState, entry_id_of, reversal_id_of};
