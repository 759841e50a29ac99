use posars_projections::DailySalesFilter;
use tonic::{Request, Response, Status};

use crate::call::Call;
use crate::page::{PageAsked, page_asked};
use crate::proto::reporting::v1 as pb;
use crate::proto::reporting::v1::sales_report_service_server::SalesReportService;
use crate::status;
use crate::wire::{CompanyName, Reader, check_date_range, read_date, write_daily_sales};

/// Figures of sales.
pub(crate) struct SalesReportApi;

#[tonic::async_trait]
impl SalesReportService for SalesReportApi {
    async fn list_daily_sales(
        &self,
        request: Request<pb::ListDailySalesRequest>,
    ) -> Result<Response<pb::ListDailySalesResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        let freshness = call.freshness(request.min_position);
        let (mut filter, page) = read_list(request)?;
        filter.store_id = call.stores(filter.store_id)?;
        let projections = call.tenant().projections();
        let answer = projections
            .list_daily_sales(&filter, &page.request(), freshness)
            .await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        Ok(Response::new(pb::ListDailySalesResponse {
            daily_sales: write_daily_sales(&answer.rows)?,
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }
}

fn read_list(mut request: pb::ListDailySalesRequest) -> Result<(DailySalesFilter, PageAsked), Status> {
    let mut reader = Reader::new();
    let page = page_asked!(&mut reader, request);
    let store_id = reader.optional("store_id", &request.store_id);
    let from = read_date(&mut reader, "start_date", request.start_date);
    let to = read_date(&mut reader, "end_date", request.end_date);
    check_date_range(&mut reader, from, to);
    let filter = (|| {
        Some(DailySalesFilter {
            from: from?,
            to: to?,
            store_id: store_id?,
        })
    })();
    reader.finish(filter.zip(page))
}
