use posars_domain::books::{BooksCircumstance, BooksKind};
use posars_domain::chart::ChartState;
use posars_domain::journal::EntryRejection;
use posars_domain::posting_rules::PostedEvent;
use posars_domain::{AccountCode, Kind as _};
use posars_projections::{JournalFilter, LedgerFilter};
use tonic::{Request, Response, Status};

use super::{Answered, SPAN, books_currency, journal_commands, unknown_account};
use crate::call::Call;
use crate::page::{PageAsked, page_asked};
use crate::proto::finance::v1 as pb;
use crate::proto::finance::v1::journal_service_server::JournalService;
use crate::status;
use crate::wire::finance::{
    AccountName, JournalEntryName, read_days, read_scope, write_journal_entry, write_ledger_line,
    write_of_books,
};
use crate::wire::{CompanyName, Reader, read_optional_uuid};

/// The journal and the ledger of each account.
pub(crate) struct JournalApi;

#[tonic::async_trait]
impl JournalService for JournalApi {
    async fn post_journal_entry(
        &self,
        request: Request<pb::PostJournalEntryRequest>,
    ) -> Answered<pb::PostJournalEntryResponse> {
        journal_commands::post_journal_entry(request).await
    }

    async fn reverse_journal_entry(
        &self,
        request: Request<pb::ReverseJournalEntryRequest>,
    ) -> Answered<pb::ReverseJournalEntryResponse> {
        journal_commands::reverse_journal_entry(request).await
    }

    async fn get_journal_entry(
        &self,
        request: Request<pb::GetJournalEntryRequest>,
    ) -> Answered<pb::GetJournalEntryResponse> {
        let (call, request) = Call::of(request)?;
        let JournalEntryName { entry_id } = call.name("name", &request.name)?;
        call.whole_company()?;
        let freshness = call.freshness(request.min_position);
        let answer = call
            .tenant()
            .projections()
            .journal_entry(entry_id, freshness)
            .await;
        let (entry, position) = answer.map_err(|error| status::from_query(&error))?;
        let entry =
            entry.ok_or_else(|| status::from_rejection(&EntryRejection::EntryUnknown { entry_id }))?;
        let chart = chart(&call).await?;
        Ok(Response::new(pb::GetJournalEntryResponse {
            journal_entry: Some(write_journal_entry(call.company(), &entry, &chart)),
            position: position.get(),
        }))
    }

    async fn list_journal_entries(
        &self,
        request: Request<pb::ListJournalEntriesRequest>,
    ) -> Answered<pb::ListJournalEntriesResponse> {
        let (call, request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let freshness = call.freshness(request.min_position);
        let (filter, page) = read_list_journal_entries(request)?;
        let projections = call.tenant().projections();
        let answer = projections
            .list_journal_entries(&filter, &page.request(), freshness)
            .await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        let chart = chart(&call).await?;
        let entries = answer.rows.iter();
        Ok(Response::new(pb::ListJournalEntriesResponse {
            journal_entries: entries
                .map(|entry| write_journal_entry(call.company(), entry, &chart))
                .collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }

    async fn list_ledger_lines(
        &self,
        request: Request<pb::ListLedgerLinesRequest>,
    ) -> Answered<pb::ListLedgerLinesResponse> {
        let (call, request) = Call::of(request)?;
        let AccountName { code } = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let freshness = call.freshness(request.min_position);
        let (filter, page) = read_list_ledger_lines(request, code)?;
        has_ledger(&chart(&call).await?, &filter.account)?;
        let projections = call.tenant().projections();
        let answer = projections
            .list_ledger_lines(&filter, &page.request(), freshness)
            .await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        let currency = books_currency(&call).await?;
        let lines = answer.lines.rows.iter();
        Ok(Response::new(pb::ListLedgerLinesResponse {
            ledger_lines: lines
                .map(|line| write_ledger_line(call.company(), line, currency))
                .collect(),
            next_page_token: page.next_token(answer.lines.position, answer.lines.next),
            position: answer.lines.position.get(),
            opening_balance: write_of_books(answer.opening, currency),
        }))
    }
}

/// The chart as it is: what people call its accounts.
async fn chart(call: &Call) -> Result<ChartState, Status> {
    call.tenant()
        .commands()
        .chart()
        .await
        .map_err(status::from_command)
}

/// An empty answer would look like an account that nothing was posted to.
fn has_ledger(chart: &ChartState, code: &AccountCode) -> Result<(), Status> {
    let account = chart
        .account(code)
        .ok_or_else(|| unknown_account("parent", code))?;
    if account.postable {
        return Ok(());
    }
    Err(status::from_rejection(&BooksCircumstance::AccountNotPostable {
        path: "parent".into(),
        code: code.clone(),
    }))
}

fn read_list_journal_entries(
    mut request: pb::ListJournalEntriesRequest,
) -> Result<(JournalFilter, PageAsked), Status> {
    let mut reader = Reader::new();
    let page = page_asked!(&mut reader, request);
    let days = read_days(&mut reader, SPAN, [request.start_date, request.end_date]);
    let source_type = read_source_type(&mut reader, request.source_event_type);
    let source_event_id = read_optional_uuid(&mut reader, "source_event_id", &request.source_event_id);
    let late_for = reader.optional("late_for", &request.late_for);
    let filter = (|| {
        let [from, to] = days?;
        Some(JournalFilter {
            from,
            to,
            source_type: source_type?,
            source_event_id: source_event_id?,
            by_hand: request.by_hand,
            late_for: late_for?,
        })
    })();
    reader.finish(filter.zip(page))
}

/// An event that is posted, or the one that the opening entry is of; another one would find nothing.
fn read_source_type(reader: &mut Reader, text: String) -> Option<Option<String>> {
    if text.is_empty() || text == BooksKind::BooksBegun.as_str() {
        return Some(Some(text).filter(|text| !text.is_empty()));
    }
    let event = reader.text::<PostedEvent>("source_event_type", &text)?;
    Some(Some(event.to_string()))
}

fn read_list_ledger_lines(
    mut request: pb::ListLedgerLinesRequest,
    account: AccountCode,
) -> Result<(LedgerFilter, PageAsked), Status> {
    let mut reader = Reader::new();
    let page = page_asked!(&mut reader, request);
    let days = read_days(&mut reader, SPAN, [request.start_date, request.end_date]);
    let scope = read_scope(&mut reader, &request.store_id, &request.cost_center_id);
    let party = reader.optional("party_id", &request.party_id);
    let filter = (|| {
        let [from, to] = days?;
        Some(LedgerFilter {
            account,
            from,
            to,
            scope: scope?,
            party: party?,
        })
    })();
    reader.finish(filter.zip(page))
}
