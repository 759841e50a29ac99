use posars_projections::OwedBy;
use tonic::{Request, Response};

use super::items::item_with_moves;
use super::{Answered, receivable_commands};
use crate::call::Call;
use crate::page::page_asked;
use crate::proto::finance::v1 as pb;
use crate::proto::finance::v1::receivable_service_server::ReceivableService;
use crate::status;
use crate::wire::finance::{ReceivableName, item_filter, write_open_item};
use crate::wire::{CompanyName, Reader};

/// Who owes.
const SIDE: OwedBy = OwedBy::Others;

/// Keeps what is owed to the company.
pub(crate) struct ReceivableApi;

#[tonic::async_trait]
impl ReceivableService for ReceivableApi {
    async fn register_receivable(
        &self,
        request: Request<pb::RegisterReceivableRequest>,
    ) -> Answered<pb::RegisterReceivableResponse> {
        receivable_commands::register_receivable(request).await
    }

    async fn settle_receivable(
        &self,
        request: Request<pb::SettleReceivableRequest>,
    ) -> Answered<pb::SettleReceivableResponse> {
        receivable_commands::settle_receivable(request).await
    }

    async fn reverse_receivable_settlement(
        &self,
        request: Request<pb::ReverseReceivableSettlementRequest>,
    ) -> Answered<pb::ReverseReceivableSettlementResponse> {
        receivable_commands::reverse_receivable_settlement(request).await
    }

    async fn credit_receivable(
        &self,
        request: Request<pb::CreditReceivableRequest>,
    ) -> Answered<pb::CreditReceivableResponse> {
        receivable_commands::credit_receivable(request).await
    }

    async fn cancel_receivable(
        &self,
        request: Request<pb::CancelReceivableRequest>,
    ) -> Answered<pb::CancelReceivableResponse> {
        receivable_commands::cancel_receivable(request).await
    }

    async fn write_off_receivable(
        &self,
        request: Request<pb::WriteOffReceivableRequest>,
    ) -> Answered<pb::WriteOffReceivableResponse> {
        receivable_commands::write_off_receivable(request).await
    }

    async fn reschedule_receivable(
        &self,
        request: Request<pb::RescheduleReceivableRequest>,
    ) -> Answered<pb::RescheduleReceivableResponse> {
        receivable_commands::reschedule_receivable(request).await
    }

    async fn get_receivable(
        &self,
        request: Request<pb::GetReceivableRequest>,
    ) -> Answered<pb::GetReceivableResponse> {
        let (call, request) = Call::of(request)?;
        let ReceivableName { item_id } = call.name("name", &request.name)?;
        call.whole_company()?;
        let (item, moves, position) = item_with_moves(&call, SIDE, item_id, request.min_position).await?;
        Ok(Response::new(pb::GetReceivableResponse {
            receivable: Some(item),
            moves,
            position,
        }))
    }

    async fn list_receivables(
        &self,
        request: Request<pb::ListReceivablesRequest>,
    ) -> Answered<pb::ListReceivablesResponse> {
        let (call, mut request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let freshness = call.freshness(request.min_position);
        let mut reader = Reader::new();
        let page = page_asked!(&mut reader, request);
        let filter = item_filter!(&mut reader, SIDE, request);
        let (filter, page) = reader.finish(filter.zip(page))?;
        let projections = call.tenant().projections();
        let answer = projections
            .list_open_items(&filter, &page.request(), freshness)
            .await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        let items = answer.rows.iter();
        Ok(Response::new(pb::ListReceivablesResponse {
            receivables: items.map(|item| write_open_item(call.company(), item)).collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }
}
