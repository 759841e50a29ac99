use posars_projections::OwedBy;
use tonic::{Request, Response};

use super::items::item_with_moves;
use super::{Answered, payable_commands};
use crate::call::Call;
use crate::page::page_asked;
use crate::proto::finance::v1 as pb;
use crate::proto::finance::v1::payable_service_server::PayableService;
use crate::status;
use crate::wire::finance::{PayableName, item_filter, write_open_item};
use crate::wire::{CompanyName, Reader};

/// Who owes.
const SIDE: OwedBy = OwedBy::Company;

/// Keeps what is owed by the company.
pub(crate) struct PayableApi;

#[tonic::async_trait]
impl PayableService for PayableApi {
    async fn register_payable(
        &self,
        request: Request<pb::RegisterPayableRequest>,
    ) -> Answered<pb::RegisterPayableResponse> {
        payable_commands::register_payable(request).await
    }

    async fn settle_payable(
        &self,
        request: Request<pb::SettlePayableRequest>,
    ) -> Answered<pb::SettlePayableResponse> {
        payable_commands::settle_payable(request).await
    }

    async fn reverse_payable_settlement(
        &self,
        request: Request<pb::ReversePayableSettlementRequest>,
    ) -> Answered<pb::ReversePayableSettlementResponse> {
        payable_commands::reverse_payable_settlement(request).await
    }

    async fn credit_payable(
        &self,
        request: Request<pb::CreditPayableRequest>,
    ) -> Answered<pb::CreditPayableResponse> {
        payable_commands::credit_payable(request).await
    }

    async fn cancel_payable(
        &self,
        request: Request<pb::CancelPayableRequest>,
    ) -> Answered<pb::CancelPayableResponse> {
        payable_commands::cancel_payable(request).await
    }

    async fn write_off_payable(
        &self,
        request: Request<pb::WriteOffPayableRequest>,
    ) -> Answered<pb::WriteOffPayableResponse> {
        payable_commands::write_off_payable(request).await
    }

    async fn reschedule_payable(
        &self,
        request: Request<pb::ReschedulePayableRequest>,
    ) -> Answered<pb::ReschedulePayableResponse> {
        payable_commands::reschedule_payable(request).await
    }

    async fn get_payable(&self, request: Request<pb::GetPayableRequest>) -> Answered<pb::GetPayableResponse> {
        let (call, request) = Call::of(request)?;
        let PayableName { item_id } = call.name("name", &request.name)?;
        call.whole_company()?;
        let (item, moves, position) = item_with_moves(&call, SIDE, item_id, request.min_position).await?;
        Ok(Response::new(pb::GetPayableResponse {
            payable: Some(item),
            moves,
            position,
        }))
    }

    async fn list_payables(
        &self,
        request: Request<pb::ListPayablesRequest>,
    ) -> Answered<pb::ListPayablesResponse> {
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
        Ok(Response::new(pb::ListPayablesResponse {
            payables: items.map(|item| write_open_item(call.company(), item)).collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }
}
