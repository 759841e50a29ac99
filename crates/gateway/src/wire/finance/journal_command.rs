//! The commands of the journal, from the wire, and what they answer.

use posars_commands::Completed;
use posars_domain::journal::{PostJournalEntry, PostLine, ReverseJournalEntry};
use posars_domain::{Currency, reasons};
use tonic::Status;

use super::JournalEntryName;
use crate::proto::finance::v1 as pb;
use crate::status::FieldNames;
use crate::wire::value::{given, read_date, read_optional_amount, read_optional_date, write_time};
use crate::wire::{FromRequest, Reader};

impl FromRequest for PostJournalEntry {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[("currency", "lines")]);
}

impl FromRequest for ReverseJournalEntry {
    const FIELD_NAMES: FieldNames = FieldNames::SAME;
}

/// Reads the command of a `PostJournalEntryRequest`; the company is in its parent.
pub(crate) fn read_post_journal_entry(
    request: pb::PostJournalEntryRequest,
) -> Result<PostJournalEntry, Status> {
    let mut reader = Reader::new();
    let entry_id = reader.text("entry_id", &request.entry_id);
    let accounting_date = read_date(&mut reader, "accounting_date", request.accounting_date);
    let business_date = read_optional_date(&mut reader, "business_date", request.business_date);
    let currency = read_currency(&mut reader, &request.lines);
    let lines = currency.and_then(|currency| {
        reader.each("lines", request.lines, |reader, line| {
            read_line(reader, line, currency)
        })
    });
    let command = (|| {
        Some(PostJournalEntry {
            entry_id: entry_id?,
            accounting_date: accounting_date?,
            business_date: business_date?,
            currency: currency?,
            memo: request.memo,
            lines: lines?,
            late_allowed: request.late_allowed,
        })
    })();
    reader.finish(command)
}

/// The currency of an entry is that of its first amount.
fn read_currency(reader: &mut Reader, lines: &[pb::EntryLineInput]) -> Option<Currency> {
    let amounts = lines.iter().enumerate().flat_map(|(index, line)| {
        let sides = [("debit", &line.debit), ("credit", &line.credit)];
        let given = sides.map(|(side, money)| money.as_ref().map(|money| (index, side, money)));
        given.into_iter().flatten()
    });
    let Some((index, side, money)) = amounts.into_iter().next() else {
        let problem = "required, but no line has a debit or a credit; an entry has at least two lines";
        reader.refuse("lines", reasons::FIELD_REQUIRED, problem);
        return None;
    };
    let path = format!("lines[{index}].{side}.currency_code");
    reader.text(&path, &money.currency_code)
}

fn read_line(reader: &mut Reader, line: pb::EntryLineInput, currency: Currency) -> Option<PostLine> {
    let account_code = reader.text("account_code", &line.account_code);
    let debit = read_optional_amount(reader, "debit", line.debit, currency);
    let credit = read_optional_amount(reader, "credit", line.credit, currency);
    let store_id = reader.optional("store_id", &line.store_id);
    let cost_center_id = reader.optional("cost_center_id", &line.cost_center_id);
    let party_id = reader.optional("party_id", &line.party_id);
    let due_date = read_optional_date(reader, "due_date", line.due_date);
    Some(PostLine {
        account_code: account_code?,
        debit: debit?.unwrap_or_default(),
        credit: credit?.unwrap_or_default(),
        store_id: store_id?,
        cost_center_id: cost_center_id?,
        party_id: party_id?,
        document: given(line.document),
        due_date: due_date?,
    })
}

/// Reads the command of a `ReverseJournalEntryRequest`; the entry is in its name.
pub(crate) fn read_reverse_journal_entry(
    request: pb::ReverseJournalEntryRequest,
    name: &JournalEntryName,
) -> Result<ReverseJournalEntry, Status> {
    let mut reader = Reader::new();
    let accounting_date = read_date(&mut reader, "accounting_date", request.accounting_date);
    let business_date = read_optional_date(&mut reader, "business_date", request.business_date);
    let command = (|| {
        Some(ReverseJournalEntry {
            entry_id: name.entry_id,
            accounting_date: accounting_date?,
            business_date: business_date?,
            reason: request.reason,
            late_allowed: request.late_allowed,
        })
    })();
    reader.finish(command)
}

/// An entry with where and when the answer of its command has it in the log.
pub(crate) fn write_placed<E>(entry: pb::JournalEntry, completed: &Completed<E>) -> pb::JournalEntry {
    pb::JournalEntry {
        position: completed.position.get(),
        record_time: completed.recorded_at.map(write_time),
        ..entry
    }
}
