//! What can have happened to an entry of the journal; append-only.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::event::events;
use crate::{AccountCode, AccountRole, Amount, CostCenterId, Currency, EntryId, Month, PartyId, StoreId};

events! {
    /// What can have happened to an entry of the journal.
    pub enum EntryEvent of EntryKind {
        /// It was posted.
        JournalEntryPosted(JournalEntryPosted) = 1,
        /// It was undone by its mirror.
        JournalEntryReversed(JournalEntryReversed) = 1,
    }
}

/// An entry was posted: its debits are its credits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntryPosted {
    /// The entry.
    pub entry_id: EntryId,
    /// The day it counts for in the books.
    pub accounting_date: Date,
    /// The day of what it is posted for.
    pub business_date: Date,
    /// The month of the business date, when that was closed already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_for: Option<Month>,
    /// The currency of every amount here.
    pub currency: Currency,
    /// What it is for, at most 500 characters; empty where the source tells.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub memo: String,
    /// The event that it is posted for; `None` when somebody posted it by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<EntrySource>,
    /// Its lines, at least two.
    pub lines: Vec<EntryLine>,
}

/// The event that an entry is posted for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntrySource {
    /// Its stored type.
    pub event_type: String,
    /// Its place in the log.
    pub position: u64,
    /// Its id, which the entry's is made of.
    pub event_id: Uuid,
}

/// One line of an entry: a debit or a credit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryLine {
    /// The account.
    pub account: AccountCode,
    /// The role that the account has here; `None` where somebody named the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<AccountRole>,
    /// The debit, above zero; or zero.
    #[serde(default, skip_serializing_if = "Amount::is_zero")]
    pub debit: Amount,
    /// The credit, above zero; or zero.
    #[serde(default, skip_serializing_if = "Amount::is_zero")]
    pub credit: Amount,
    /// The store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_id: Option<StoreId>,
    /// The cost centre.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_center: Option<CostCenterId>,
    /// Who owes, is owed, or was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyId>,
    /// The document, at most 80 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// When it falls due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_date: Option<Date>,
}

/// An entry was undone by its mirror, which is an entry of its own in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntryReversed {
    /// The entry that is undone.
    pub entry_id: EntryId,
    /// The mirror.
    pub reversal_id: EntryId,
    /// The day that the mirror counts for in the books.
    pub accounting_date: Date,
    /// The day on which it was undone.
    pub business_date: Date,
    /// The month of that day, when it was closed already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_for: Option<Month>,
    /// The currency of every amount here.
    pub currency: Currency,
    /// Why.
    pub reason: String,
    /// The lines of the entry with debit and credit exchanged.
    pub lines: Vec<EntryLine>,
}
