use posars_projections::StatementLineFilter;
use tonic::{Request, Response};

use super::{Answered, SPAN, settlement_commands};
use crate::call::Call;
use crate::page::page_asked;
use crate::proto::finance::v1 as pb;
use crate::proto::finance::v1::settlement_service_server::SettlementService;
use crate::status;
use crate::wire::finance::{read_days, read_line_state, read_statement_kind, write_statement_line};
use crate::wire::{CompanyName, Reader};

/// Takes statements in, and finds what their lines pay.
pub(crate) struct SettlementApi;

#[tonic::async_trait]
impl SettlementService for SettlementApi {
    async fn record_settlements(
        &self,
        request: Request<pb::RecordSettlementsRequest>,
    ) -> Answered<pb::RecordSettlementsResponse> {
        settlement_commands::record_settlements(request).await
    }

    async fn match_statement_line(
        &self,
        request: Request<pb::MatchStatementLineRequest>,
    ) -> Answered<pb::MatchStatementLineResponse> {
        settlement_commands::match_statement_line(request).await
    }

    async fn write_off_statement_line(
        &self,
        request: Request<pb::WriteOffStatementLineRequest>,
    ) -> Answered<pb::WriteOffStatementLineResponse> {
        settlement_commands::write_off_statement_line(request).await
    }

    async fn list_statement_lines(
        &self,
        request: Request<pb::ListStatementLinesRequest>,
    ) -> Answered<pb::ListStatementLinesResponse> {
        let (call, mut request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let freshness = call.freshness(request.min_position);
        let mut reader = Reader::new();
        let page = page_asked!(&mut reader, request);
        let state = read_line_state(&mut reader, request.state);
        let kind = read_statement_kind(&mut reader, "kind", request.kind);
        let days = read_days(&mut reader, SPAN, [request.start_date, request.end_date]);
        let filter = state.zip(kind).zip(days);
        let filter = filter.map(|((state, kind), [from, to])| StatementLineFilter {
            state,
            kind,
            source: Some(request.source).filter(|source| !source.is_empty()),
            from,
            to,
            fee_differs: false,
        });
        let (filter, page) = reader.finish(filter.zip(page))?;
        let projections = call.tenant().projections();
        let answer = projections
            .list_statement_lines(&filter, &page.request(), freshness)
            .await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        let lines = answer.rows.iter();
        Ok(Response::new(pb::ListStatementLinesResponse {
            statement_lines: lines
                .map(|line| write_statement_line(call.company(), line))
                .collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }
}
