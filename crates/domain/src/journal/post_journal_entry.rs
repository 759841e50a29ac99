//! Somebody posts an entry by hand.

use std::fmt::Display;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::dates::Dates;
use super::lines::{check_balance, check_by_hand};
use super::{Entry, EntryLine, EntryRejection, EntryState, JournalEntryPosted};
use crate::misplaced::{Refused, not_in_words};
use crate::text::{self, NOTE_CHARS_MAX, check_new_codes};
use crate::{
    AccountCode, Amount, Command, CostCenterId, Currency, Decided, Decision, EntryId, Given, Needs, OwnKey,
    PartyId, Path, StoreId,
};

/// Posts an entry by hand: its debits are its credits, and its month is open.
///
/// Once-ness is the append's: its idempotency key is the entry's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostJournalEntry {
    /// The entry, an id made by the client.
    pub entry_id: EntryId,
    /// The day that it counts for in the books, 2000 to 2099.
    pub accounting_date: Date,
    /// The day of what it is posted for, not after that; `None` is the same day.
    pub business_date: Option<Date>,
    /// The currency of every amount here; that of the books.
    pub currency: Currency,
    /// What it is for, at most 500 characters.
    pub memo: String,
    /// Its lines, 2 to 500.
    pub lines: Vec<PostLine>,
    /// Whether it counts for the first open day when its month is closed, instead of being refused: for programs that a
    /// close may overtake.
    pub late_allowed: bool,
}

/// One line of an entry to post: a debit or a credit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostLine {
    /// The account, which takes entries by hand.
    pub account_code: AccountCode,
    /// The debit, above zero; or zero.
    pub debit: Amount,
    /// The credit, above zero; or zero.
    pub credit: Amount,
    /// The store.
    pub store_id: Option<StoreId>,
    /// The cost centre.
    pub cost_center_id: Option<CostCenterId>,
    /// Who owes, is owed, or was paid; never a CPF.
    pub party_id: Option<PartyId>,
    /// The document, at most 80 characters.
    pub document: Option<String>,
    /// When it falls due.
    pub due_date: Option<Date>,
}

/// The entry's id is its idempotency key for ever.
impl Command for PostJournalEntry {
    type Of = Entry;
    type Answer = JournalEntryPosted;

    const NAME: &'static str = "PostJournalEntry";
    const BEGINS_STREAM: bool = true;

    fn stream_id(&self) -> impl Display + Send {
        self.entry_id
    }

    fn own_key(&self) -> OwnKey {
        OwnKey::Named(self.entry_id.uuid())
    }

    fn needs<'a>(&'a self, _state: &'a EntryState) -> Needs<'a> {
        Needs::COMPANY.and_books()
    }

    fn stores(&self) -> Vec<&StoreId> {
        self.lines
            .iter()
            .filter_map(|line| line.store_id.as_ref())
            .collect()
    }

    fn path_of_store(&self, index: usize) -> Path {
        let lines = self.lines.iter().enumerate();
        let mut named = lines.filter(|(_, line)| line.store_id.is_some());
        let line = named.nth(index).map_or(0, |(line, _)| line);
        Path::line(line, "store_id")
    }

    fn decide(&self, state: &EntryState, given: &Given<'_>) -> Decided<Entry> {
        let memo = text::optional("memo", &self.memo, NOTE_CHARS_MAX)?;
        let dates = self.dates().checked()?;
        let lines = self.entry_lines()?;
        check_balance(&lines)?;
        if let Some(before) = &state.posted {
            return self.same_again(before, &memo, &lines);
        }
        not_in_words("memo", &memo, Refused::Both)?;
        check_new(&lines)?;
        let books = given.books()?;
        books.in_currency(self.currency)?;
        let day = dates.day(&books)?;
        check_by_hand(&lines, &books)?;
        let posted = JournalEntryPosted {
            entry_id: self.entry_id,
            accounting_date: day.date,
            business_date: dates.business_date(),
            late_for: day.late_for,
            currency: self.currency,
            memo,
            source: None,
            lines,
        };
        Ok(Decision {
            events: vec![posted.into()],
            claims: vec![Entry::claim(self.entry_id)],
        })
    }
}

impl PostJournalEntry {
    const fn dates(&self) -> Dates {
        Dates {
            accounting_date: self.accounting_date,
            business_date: self.business_date,
            late_allowed: self.late_allowed,
        }
    }

    fn entry_lines(&self) -> Result<Vec<EntryLine>, EntryRejection> {
        let mut lines = Vec::with_capacity(self.lines.len());
        for (index, line) in self.lines.iter().enumerate() {
            let document = text::maybe_code(Path::line(index, "document"), line.document.as_ref())?;
            lines.push(EntryLine {
                account: line.account_code.clone(),
                role: None,
                debit: line.debit,
                credit: line.credit,
                store_id: line.store_id.clone(),
                cost_center: line.cost_center_id.clone(),
                party: line.party_id.clone(),
                document,
                due_date: line.due_date,
            });
        }
        Ok(lines)
    }

    /// The client's id is the idempotency key for ever: the same entry is nothing new, another is an error.
    fn same_again(&self, before: &JournalEntryPosted, memo: &str, lines: &[EntryLine]) -> Decided<Entry> {
        // The day that it counts for was stored once, and may be another when it came late.
        let is_same = before.source.is_none()
            && before.business_date == self.dates().business_date()
            && (before.accounting_date == self.accounting_date || before.late_for.is_some())
            && before.currency == self.currency
            && before.memo == memo
            && before.lines == lines;
        if is_same {
            return Ok(Decision::nothing());
        }
        Err(EntryRejection::EntryExists {
            entry_id: self.entry_id,
        })
    }
}

/// Refuses what must not be in the log for ever.
fn check_new(lines: &[EntryLine]) -> Result<(), EntryRejection> {
    for (index, line) in lines.iter().enumerate() {
        if let Some(party) = &line.party {
            party.check_new(Path::line(index, "party_id"))?;
        }
        check_new_codes(Path::entry("lines", index), [("document", &line.document)])?;
    }
    Ok(())
}
