use posars_domain::stock::StockEvent;
use posars_domain::{Circumstance, CompanyId, Currency, StoreId};
use posars_projections::{MovementFilter, StockFilter, StockPolicyFilter};
use tonic::{Request, Response, Status};

use crate::call::{Call, Done};
use crate::page::{PageAsked, page_asked};
use crate::proto::inventory::v1 as pb;
use crate::proto::inventory::v1::stock_service_server::StockService;
use crate::status;
use crate::wire::{
    Reader, StockItemName, StoreName, check_date_range, read_adjust_stock, read_define_stock_policy,
    read_optional_date, read_receive_stock, write_stock_item_after, write_stock_item_row,
    write_stock_movement, write_stock_policy, write_stock_policy_row,
};

/// Keeps quantity and value of the stock of each product in each store.
pub(crate) struct StockApi;

#[tonic::async_trait]
impl StockService for StockApi {
    async fn receive_stock(
        &self,
        request: Request<pb::ReceiveStockRequest>,
    ) -> Result<Response<pb::ReceiveStockResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let StoreName { store_id } = call.name("parent", &request.parent)?;
        let ask = call.ask(&request.request_id, request.validate_only)?;
        let currency = store_currency(&call, &store_id).await?;
        let done = ask
            .carry_out_compound(&read_receive_stock(request, store_id, currency)?)
            .await?;
        Ok(Response::new(pb::ReceiveStockResponse {
            stock_items: items_after(call.company(), &done, currency),
            recorded: done.recorded(),
        }))
    }

    async fn adjust_stock(
        &self,
        request: Request<pb::AdjustStockRequest>,
    ) -> Result<Response<pb::AdjustStockResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let StockItemName { store_id, sku } = call.name("name", &request.name)?;
        let ask = call.ask(&request.request_id, request.validate_only)?;
        let currency = store_currency(&call, &store_id).await?;
        let done = ask
            .carry_out(&read_adjust_stock(request, store_id, sku, currency)?)
            .await?;
        Ok(Response::new(pb::AdjustStockResponse {
            stock_item: items_after(call.company(), &done, currency).pop(),
            recorded: done.recorded(),
        }))
    }

    async fn define_stock_policy(
        &self,
        request: Request<pb::DefineStockPolicyRequest>,
    ) -> Result<Response<pb::DefineStockPolicyResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let item = call.name("name", &request.name)?;
        let ask = call.ask(&request.request_id, request.validate_only)?;
        let command = read_define_stock_policy(request, item)?;
        let done = ask.carry_out(&command).await?;
        Ok(Response::new(pb::DefineStockPolicyResponse {
            stock_policy: Some(write_stock_policy(call.company(), command)),
            recorded: done.recorded(),
        }))
    }

    async fn get_stock_item(
        &self,
        request: Request<pb::GetStockItemRequest>,
    ) -> Result<Response<pb::GetStockItemResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let StockItemName { store_id, sku } = call.name("name", &request.name)?;
        let freshness = call.freshness(request.min_position);
        let answer = call
            .tenant()
            .projections()
            .stock_item(&store_id, &sku, freshness)
            .await;
        let (item, position) = answer.map_err(|error| status::from_query(&error))?;
        let item =
            item.ok_or_else(|| status::not_found("STOCK_ITEM_NOT_FOUND", "stock item", &request.name))?;
        Ok(Response::new(pb::GetStockItemResponse {
            stock_item: Some(write_stock_item_row(call.company(), &item)),
            position: position.get(),
        }))
    }

    async fn list_stock_items(
        &self,
        request: Request<pb::ListStockItemsRequest>,
    ) -> Result<Response<pb::ListStockItemsResponse>, Status> {
        let (call, mut request) = Call::of(request)?;
        let store_id = call.store_or_all("parent", &request.parent)?;
        let freshness = call.freshness(request.min_position);
        let filter = StockFilter {
            store_id,
            sku: None,
            short_only: request.short_only,
        };
        let page = page_asked!(request)?;
        let answer = call
            .tenant()
            .projections()
            .list_stock(&filter, &page.request(), freshness)
            .await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        Ok(Response::new(pb::ListStockItemsResponse {
            stock_items: answer
                .rows
                .iter()
                .map(|item| write_stock_item_row(call.company(), item))
                .collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }

    async fn list_stock_policies(
        &self,
        request: Request<pb::ListStockPoliciesRequest>,
    ) -> Result<Response<pb::ListStockPoliciesResponse>, Status> {
        let (call, mut request) = Call::of(request)?;
        let store_id = call.store_or_all("parent", &request.parent)?;
        let freshness = call.freshness(request.min_position);
        let mut reader = Reader::new();
        let page = page_asked!(&mut reader, request);
        let sku = reader.optional("sku", &request.sku);
        let (sku, page) = reader.finish(sku.zip(page))?;
        let filter = StockPolicyFilter {
            store_id,
            sku,
            low_only: request.low_only,
        };
        let projections = call.tenant().projections();
        let answer = projections
            .list_stock_policies(&filter, &page.request(), freshness)
            .await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        let policies = answer.rows.iter();
        Ok(Response::new(pb::ListStockPoliciesResponse {
            stock_policies: policies
                .map(|policy| write_stock_policy_row(call.company(), policy))
                .collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }

    async fn list_stock_movements(
        &self,
        request: Request<pb::ListStockMovementsRequest>,
    ) -> Result<Response<pb::ListStockMovementsResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let freshness = call.freshness(request.min_position);
        let (filter, page) = read_movements(&call, request)?;
        let answer = call
            .tenant()
            .projections()
            .list_movements(&filter, &page.request(), freshness)
            .await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        Ok(Response::new(pb::ListStockMovementsResponse {
            stock_movements: answer.rows.iter().map(write_stock_movement).collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }
}

/// The currency that every amount of a movement in this store is in.
async fn store_currency(call: &Call, store_id: &StoreId) -> Result<Currency, Status> {
    let commands = call.tenant().commands();
    let settings = commands
        .store_settings(store_id)
        .await
        .map_err(status::from_command)?;
    settings.map(|settings| settings.currency).ok_or_else(|| {
        status::from_rejection(&Circumstance::UnknownStore {
            store_id: store_id.clone(),
        })
    })
}

/// Each item that the command moved, as its last event left it, in the order of the events.
fn items_after(company: &CompanyId, done: &Done<StockEvent>, currency: Currency) -> Vec<pb::StockItem> {
    let is_last = |(index, event): &(usize, &StockEvent)| {
        let mut later = done.completed.events.iter().skip(index + 1);
        !later.any(|later| later.key() == event.key())
    };
    let last = done.completed.events.iter().enumerate().filter(is_last);
    last.map(|(_, event)| write_stock_item_after(company, event, currency))
        .collect()
}

fn read_movements(
    call: &Call,
    mut request: pb::ListStockMovementsRequest,
) -> Result<(MovementFilter, PageAsked), Status> {
    let StockItemName { store_id, sku } = call.name("parent", &request.parent)?;
    let mut reader = Reader::new();
    let page = page_asked!(&mut reader, request);
    let from = read_optional_date(&mut reader, "start_date", request.start_date);
    let to = read_optional_date(&mut reader, "end_date", request.end_date);
    check_date_range(&mut reader, from.flatten(), to.flatten());
    let filter = (|| {
        Some(MovementFilter {
            store_id,
            sku,
            from: from?,
            to: to?,
        })
    })();
    reader.finish(filter.zip(page))
}
