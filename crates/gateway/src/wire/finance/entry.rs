//! Entries of the journal, to the wire.

use posars_domain::chart::ChartState;
use posars_domain::journal::{EntryLine, EntrySource, JournalEntryPosted, JournalEntryReversed};
use posars_domain::{Amount, CompanyId, Currency, EntryId};
use posars_projections::{JournalEntry, LedgerLine};

use super::names::JournalEntryName;
use super::query::write_of_books;
use crate::proto::finance::v1 as pb;
use crate::proto::money::v1::Money;
use crate::wire::names::ResourceName as _;
use crate::wire::value::{write_date, write_money, write_time};

/// Writes the name of an entry.
fn write_entry_name(company: &CompanyId, entry_id: EntryId) -> String {
    JournalEntryName { entry_id }.of(company)
}

/// Writes a debit or a credit: absent on the other side.
fn write_side_amount(amount: Amount, currency: Currency) -> Option<Money> {
    if amount.is_zero() {
        return None;
    }
    write_money(amount, currency)
}

/// Writes a line of an entry; the name of its account where that is known.
fn write_entry_line(line: &EntryLine, currency: Currency, account_name: &str) -> pb::EntryLine {
    pb::EntryLine {
        account_code: line.account.to_string(),
        account_name: account_name.to_owned(),
        role: line.role.as_ref().map(ToString::to_string).unwrap_or_default(),
        debit: write_side_amount(line.debit, currency),
        credit: write_side_amount(line.credit, currency),
        store_id: line
            .store_id
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        cost_center_id: line
            .cost_center
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        party_id: line.party.as_ref().map(ToString::to_string).unwrap_or_default(),
        document: line.document.clone().unwrap_or_default(),
        due_date: line.due_date.map(write_date),
    }
}

/// Writes the event that an entry was posted for.
fn write_entry_source(source: &EntrySource) -> pb::EntrySource {
    pb::EntrySource {
        event_type: source.event_type.clone(),
        position: source.position,
        event_id: source.event_id.to_string(),
    }
}

/// Writes an entry as it was posted. Its position and time are those of the answer.
pub(crate) fn write_posted(company: &CompanyId, entry: &JournalEntryPosted) -> pb::JournalEntry {
    pb::JournalEntry {
        name: write_entry_name(company, entry.entry_id),
        entry_id: entry.entry_id.to_string(),
        accounting_date: Some(write_date(entry.accounting_date)),
        business_date: Some(write_date(entry.business_date)),
        late_for: entry
            .late_for
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        memo: entry.memo.clone(),
        source: entry.source.as_ref().map(write_entry_source),
        ..written_lines(&entry.lines, entry.currency)
    }
}

/// Writes the mirror that undoes an entry: an entry of its own. Its position and time are those of the answer.
pub(crate) fn write_mirror(company: &CompanyId, reversed: &JournalEntryReversed) -> pb::JournalEntry {
    pb::JournalEntry {
        name: write_entry_name(company, reversed.reversal_id),
        entry_id: reversed.reversal_id.to_string(),
        accounting_date: Some(write_date(reversed.accounting_date)),
        business_date: Some(write_date(reversed.business_date)),
        late_for: reversed
            .late_for
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        memo: reversed.reason.clone(),
        reversal_of: write_entry_name(company, reversed.entry_id),
        ..written_lines(&reversed.lines, reversed.currency)
    }
}

/// Writes an entry as the journal has it; `chart` knows what people call its accounts.
pub(crate) fn write_journal_entry(
    company: &CompanyId,
    entry: &JournalEntry,
    chart: &ChartState,
) -> pb::JournalEntry {
    let name = |id: Option<EntryId>| id.map(|id| write_entry_name(company, id)).unwrap_or_default();
    let account_name = |line: &EntryLine| {
        let account = chart.account(&line.account);
        account.map_or("", |account| account.name.as_str()).to_owned()
    };
    let lines = entry.lines.iter();
    pb::JournalEntry {
        name: write_entry_name(company, entry.entry_id),
        entry_id: entry.entry_id.to_string(),
        number: entry.number,
        accounting_date: Some(write_date(entry.accounting_date)),
        business_date: Some(write_date(entry.business_date)),
        late_for: entry
            .late_for
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        memo: entry.memo.clone(),
        source: entry.source.as_ref().map(write_entry_source),
        lines: lines
            .map(|line| write_entry_line(line, entry.currency, &account_name(line)))
            .collect(),
        total: write_money(entry.total, entry.currency),
        reversal_of: name(entry.reverses),
        reversed_by: name(entry.reversed_by),
        position: entry.position.get(),
        record_time: Some(write_time(entry.recorded_at)),
    }
}

/// Writes a line of an account's ledger.
pub(crate) fn write_ledger_line(
    company: &CompanyId,
    line: &LedgerLine,
    currency: Option<Currency>,
) -> pb::LedgerLine {
    let posted = &line.posted;
    let side = |amount: Amount| currency.and_then(|currency| write_side_amount(amount, currency));
    pb::LedgerLine {
        journal_entry: write_entry_name(company, line.entry_id),
        entry_number: line.number,
        line: line.line,
        accounting_date: Some(write_date(line.accounting_date)),
        business_date: Some(write_date(line.business_date)),
        late_for: line
            .late_for
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        memo: line.memo.clone(),
        source: line.source.as_ref().map(write_entry_source),
        debit: side(posted.debit),
        credit: side(posted.credit),
        balance: write_of_books(line.balance, currency),
        store_id: posted
            .store_id
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        cost_center_id: posted
            .cost_center
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        party_id: posted.party.as_ref().map(ToString::to_string).unwrap_or_default(),
        document: posted.document.clone().unwrap_or_default(),
        due_date: posted.due_date.map(write_date),
        position: line.position.get(),
    }
}

/// The lines of an entry, with their total.
fn written_lines(lines: &[EntryLine], currency: Currency) -> pb::JournalEntry {
    // What was posted is in range: its debits were summed when it was.
    let total = Amount::checked_sum(lines.iter().map(|line| line.debit));
    pb::JournalEntry {
        lines: lines
            .iter()
            .map(|line| write_entry_line(line, currency, ""))
            .collect(),
        total: total.and_then(|total| write_money(total, currency)),
        ..pb::JournalEntry::default()
    }
}
