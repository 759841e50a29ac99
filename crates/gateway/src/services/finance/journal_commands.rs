//! The commands of the journal.

use posars_domain::journal::{JournalEntryPosted, JournalEntryReversed};
use tonic::{Request, Response};

use super::Answered;
use crate::call::Call;
use crate::proto::finance::v1 as pb;
use crate::wire::CompanyName;
use crate::wire::finance::journal_command::{
    read_post_journal_entry, read_reverse_journal_entry, write_placed,
};
use crate::wire::finance::{JournalEntryName, write_mirror, write_posted};

pub(super) async fn post_journal_entry(
    request: Request<pb::PostJournalEntryRequest>,
) -> Answered<pb::PostJournalEntryResponse> {
    let (call, request) = Call::of(request)?;
    let CompanyName = call.name("parent", &request.parent)?;
    call.whole_company()?;
    let ask = call.ask(&request.request_id, request.validate_only)?;
    let command = read_post_journal_entry(request)?;
    let done = ask.carry_out(&command).await?;
    let entry = done.answer::<JournalEntryPosted>();
    let entry = entry.map(|entry| write_posted(call.company(), entry));
    Ok(Response::new(pb::PostJournalEntryResponse {
        journal_entry: entry.map(|entry| write_placed(entry, &done.completed)),
        recorded: done.recorded(),
    }))
}

pub(super) async fn reverse_journal_entry(
    request: Request<pb::ReverseJournalEntryRequest>,
) -> Answered<pb::ReverseJournalEntryResponse> {
    let (call, request) = Call::of(request)?;
    let name: JournalEntryName = call.name("name", &request.name)?;
    call.whole_company()?;
    let ask = call.ask(&request.request_id, request.validate_only)?;
    let command = read_reverse_journal_entry(request, &name)?;
    let done = ask.carry_out(&command).await?;
    let mirror = done.answer::<JournalEntryReversed>();
    let mirror = mirror.map(|mirror| write_mirror(call.company(), mirror));
    Ok(Response::new(pb::ReverseJournalEntryResponse {
        journal_entry: mirror.map(|mirror| write_placed(mirror, &done.completed)),
        recorded: done.recorded(),
    }))
}
