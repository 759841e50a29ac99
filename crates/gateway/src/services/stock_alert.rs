use posars_projections::{ShortageFilter, WaitingFilter};
use tonic::{Request, Response, Status};

use crate::call::Call;
use crate::page::page_asked;
use crate::proto::inventory::v1 as pb;
use crate::proto::inventory::v1::stock_alert_service_server::StockAlertService;
use crate::status;
use crate::wire::{Reader, write_shortage, write_waiting_line};

/// Lists what somebody has to see to before the stock is right.
pub(crate) struct StockAlertApi;

#[tonic::async_trait]
impl StockAlertService for StockAlertApi {
    async fn list_shortages(
        &self,
        request: Request<pb::ListShortagesRequest>,
    ) -> Result<Response<pb::ListShortagesResponse>, Status> {
        let (call, mut request) = Call::of(request)?;
        let filter = ShortageFilter {
            store_id: call.store_or_all("parent", &request.parent)?,
            open_only: request.open_only,
        };
        let freshness = call.freshness(request.min_position);
        let page = page_asked!(request)?;
        let projections = call.tenant().projections();
        let answer = projections
            .list_shortages(&filter, &page.request(), freshness)
            .await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        let shortages = answer.rows.iter();
        Ok(Response::new(pb::ListShortagesResponse {
            shortages: shortages
                .map(|shortage| write_shortage(call.company(), shortage))
                .collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }

    async fn list_waiting_sale_lines(
        &self,
        request: Request<pb::ListWaitingSaleLinesRequest>,
    ) -> Result<Response<pb::ListWaitingSaleLinesResponse>, Status> {
        let (call, mut request) = Call::of(request)?;
        let store_id = call.store_or_all("parent", &request.parent)?;
        let freshness = call.freshness(request.min_position);
        let mut reader = Reader::new();
        let page = page_asked!(&mut reader, request);
        let sku = reader.optional("sku", &request.sku);
        let (sku, page) = reader.finish(sku.zip(page))?;
        let filter = WaitingFilter { store_id, sku };
        let projections = call.tenant().projections();
        let answer = projections
            .list_waiting_lines(&filter, &page.request(), freshness)
            .await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        let lines = answer.rows.iter();
        Ok(Response::new(pb::ListWaitingSaleLinesResponse {
            waiting_sale_lines: lines
                .map(|line| write_waiting_line(call.company(), line))
                .collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }
}
