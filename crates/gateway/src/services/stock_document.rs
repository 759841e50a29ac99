use tonic::{Request, Response, Status};

use crate::call::Call;
use crate::proto::inventory::v1 as pb;
use crate::proto::inventory::v1::stock_document_service_server::StockDocumentService;
use crate::status;
use crate::wire::{
    StockAdjustmentName, StockReceiptName, read_list_stock_adjustments, read_list_stock_receipts,
    write_stock_adjustment, write_stock_receipt,
};

/// Reads back what was written about stock: receipts of goods and adjustments.
pub(crate) struct StockDocumentApi;

#[tonic::async_trait]
impl StockDocumentService for StockDocumentApi {
    async fn get_stock_receipt(
        &self,
        request: Request<pb::GetStockReceiptRequest>,
    ) -> Result<Response<pb::GetStockReceiptResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let StockReceiptName { store_id, receipt_id } = call.name("name", &request.name)?;
        let freshness = call.freshness(request.min_position);
        let projections = call.tenant().projections();
        let answer = projections.stock_receipt(receipt_id, freshness).await;
        let (receipt, position) = answer.map_err(|error| status::from_query(&error))?;
        // One of another store has another name.
        let receipt = receipt
            .filter(|receipt| receipt.store_id == store_id)
            .ok_or_else(|| status::not_found("STOCK_RECEIPT_NOT_FOUND", "stock receipt", &request.name))?;
        Ok(Response::new(pb::GetStockReceiptResponse {
            stock_receipt: Some(write_stock_receipt(call.company(), &receipt)),
            position: position.get(),
        }))
    }

    async fn list_stock_receipts(
        &self,
        request: Request<pb::ListStockReceiptsRequest>,
    ) -> Result<Response<pb::ListStockReceiptsResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let store_id = call.store_or_all("parent", &request.parent)?;
        let freshness = call.freshness(request.min_position);
        let (filter, page) = read_list_stock_receipts(request, store_id)?;
        let projections = call.tenant().projections();
        let answer = projections
            .list_stock_receipts(&filter, &page.request(), freshness)
            .await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        let receipts = answer.rows.iter();
        Ok(Response::new(pb::ListStockReceiptsResponse {
            stock_receipts: receipts
                .map(|receipt| write_stock_receipt(call.company(), receipt))
                .collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }

    async fn get_stock_adjustment(
        &self,
        request: Request<pb::GetStockAdjustmentRequest>,
    ) -> Result<Response<pb::GetStockAdjustmentResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let StockAdjustmentName {
            store_id,
            adjustment_id,
        } = call.name("name", &request.name)?;
        let freshness = call.freshness(request.min_position);
        let projections = call.tenant().projections();
        let answer = projections.stock_adjustment(adjustment_id, freshness).await;
        let (adjustment, position) = answer.map_err(|error| status::from_query(&error))?;
        let adjustment = adjustment
            .filter(|adjustment| adjustment.store_id == store_id)
            .ok_or_else(|| {
                status::not_found("STOCK_ADJUSTMENT_NOT_FOUND", "stock adjustment", &request.name)
            })?;
        Ok(Response::new(pb::GetStockAdjustmentResponse {
            stock_adjustment: Some(write_stock_adjustment(call.company(), &adjustment)),
            position: position.get(),
        }))
    }

    async fn list_stock_adjustments(
        &self,
        request: Request<pb::ListStockAdjustmentsRequest>,
    ) -> Result<Response<pb::ListStockAdjustmentsResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let store_id = call.store_or_all("parent", &request.parent)?;
        let freshness = call.freshness(request.min_position);
        let (filter, page) = read_list_stock_adjustments(request, store_id)?;
        let projections = call.tenant().projections();
        let answer = projections
            .list_stock_adjustments(&filter, &page.request(), freshness)
            .await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        let adjustments = answer.rows.iter();
        Ok(Response::new(pb::ListStockAdjustmentsResponse {
            stock_adjustments: adjustments
                .map(|adjustment| write_stock_adjustment(call.company(), adjustment))
                .collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }
}
