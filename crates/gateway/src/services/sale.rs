use posars_domain::SaleId;
use posars_domain::sale::{SaleRejection, SaleState};
use posars_event_store::Position;
use posars_projections::SaleFilter;
use tonic::{Request, Response, Status};

use crate::call::Call;
use crate::page::{PageAsked, page_asked};
use crate::proto::sales::v1 as pb;
use crate::proto::sales::v1::sale_service_server::SaleService;
use crate::status;
use crate::wire::{
    CompanyName, Reader, SaleName, SaleReturnName, check_date_range, read_optional_date, read_record_return,
    read_record_sale, read_void_sale, write_new_sale, write_return, write_sale, write_sale_summary,
    write_void,
};

/// Records sales, voids and returns, and reads them back.
pub(crate) struct SaleApi;

#[tonic::async_trait]
impl SaleService for SaleApi {
    async fn record_sale(
        &self,
        request: Request<pb::RecordSaleRequest>,
    ) -> Result<Response<pb::RecordSaleResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        let ask = call.ask(&request.request_id, request.validate_only)?;
        let done = ask.carry_out(&read_record_sale(request)?).await?;
        let sale = done
            .answer()
            .map(|recorded| write_new_sale(call.company(), recorded));
        let recorded = done.recorded();
        Ok(Response::new(pb::RecordSaleResponse { sale, recorded }))
    }

    async fn void_sale(
        &self,
        request: Request<pb::VoidSaleRequest>,
    ) -> Result<Response<pb::VoidSaleResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let SaleName { sale_id } = call.name("name", &request.name)?;
        let ask = call.ask(&request.request_id, request.validate_only)?;
        let done = ask.carry_out(&read_void_sale(request, sale_id)?).await?;
        let sale_void = done.answer().map(|voided| write_void(call.company(), voided));
        let recorded = done.recorded();
        Ok(Response::new(pb::VoidSaleResponse { sale_void, recorded }))
    }

    async fn record_return(
        &self,
        request: Request<pb::RecordReturnRequest>,
    ) -> Result<Response<pb::RecordReturnResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let SaleName { sale_id } = call.name("name", &request.name)?;
        let ask = call.ask(&request.request_id, request.validate_only)?;
        let done = ask.carry_out(&read_record_return(request, sale_id)?).await?;
        let sale_return = done
            .answer()
            .map(|returned| write_return(call.company(), returned));
        let recorded = done.recorded();
        Ok(Response::new(pb::RecordReturnResponse {
            sale_return,
            recorded,
        }))
    }

    async fn get_sale(
        &self,
        request: Request<pb::GetSaleRequest>,
    ) -> Result<Response<pb::GetSaleResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let SaleName { sale_id } = call.name("name", &request.name)?;
        let (sale, position) = whole_sale(&call, sale_id, request.min_position).await?;
        let sale = write_sale(call.company(), &sale).ok_or_else(|| not_found(sale_id))?;
        Ok(Response::new(pb::GetSaleResponse {
            sale: Some(sale),
            position: position.get(),
        }))
    }

    async fn get_sale_return(
        &self,
        request: Request<pb::GetSaleReturnRequest>,
    ) -> Result<Response<pb::GetSaleReturnResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let SaleReturnName { sale_id, return_id } = call.name("name", &request.name)?;
        let (sale, position) = whole_sale(&call, sale_id, request.min_position).await?;
        let mut returns = sale.returns.iter();
        let returned = returns
            .find(|returned| returned.return_id == return_id)
            .ok_or_else(|| status::not_found("RETURN_NOT_FOUND", "return", &request.name))?;
        Ok(Response::new(pb::GetSaleReturnResponse {
            sale_return: Some(write_return(call.company(), returned)),
            position: position.get(),
        }))
    }

    async fn list_sale_returns(
        &self,
        request: Request<pb::ListSaleReturnsRequest>,
    ) -> Result<Response<pb::ListSaleReturnsResponse>, Status> {
        let (call, mut request) = Call::of(request)?;
        let SaleName { sale_id } = call.name("parent", &request.parent)?;
        let (sale, position) = whole_sale(&call, sale_id, request.min_position).await?;
        let (returns, next_page_token) = page_asked!(request)?.of_whole(&sale.returns, position);
        Ok(Response::new(pb::ListSaleReturnsResponse {
            sale_returns: returns
                .iter()
                .map(|each| write_return(call.company(), each))
                .collect(),
            next_page_token,
            position: position.get(),
        }))
    }

    async fn list_sale_voids(
        &self,
        request: Request<pb::ListSaleVoidsRequest>,
    ) -> Result<Response<pb::ListSaleVoidsResponse>, Status> {
        let (call, mut request) = Call::of(request)?;
        let SaleName { sale_id } = call.name("parent", &request.parent)?;
        let (sale, position) = whole_sale(&call, sale_id, request.min_position).await?;
        let (voids, next_page_token) = page_asked!(request)?.of_whole(sale.voided.as_slice(), position);
        Ok(Response::new(pb::ListSaleVoidsResponse {
            sale_voids: voids
                .iter()
                .map(|each| write_void(call.company(), each))
                .collect(),
            next_page_token,
            position: position.get(),
        }))
    }

    async fn list_sales(
        &self,
        request: Request<pb::ListSalesRequest>,
    ) -> Result<Response<pb::ListSalesResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        let freshness = call.freshness(request.min_position);
        let (mut filter, page) = read_list(request)?;
        filter.store_id = call.stores(filter.store_id)?;
        let answer = call
            .tenant()
            .projections()
            .list_sales(&filter, &page.request(), freshness)
            .await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        Ok(Response::new(pb::ListSalesResponse {
            sales: answer
                .rows
                .iter()
                .map(|row| write_sale_summary(call.company(), row))
                .collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }
}

/// A sale that the caller may read, with everything that happened to it, and the position that this includes. Read from
/// the log itself, which is never behind a position that it gave out.
async fn whole_sale(
    call: &Call,
    sale_id: SaleId,
    min_position: u64,
) -> Result<(SaleState, Position), Status> {
    let commands = call.tenant().commands();
    if min_position > 0 {
        let head = commands
            .log()
            .head()
            .await
            .map_err(|error| status::from_command(error.into()))?;
        status::within_log(min_position, head.position)?;
    }
    let sale = commands
        .sale_document(sale_id)
        .await
        .map_err(status::from_command)?;
    let sale = sale.ok_or_else(|| not_found(sale_id))?;
    let recorded = sale.state.recorded.as_ref();
    let store_id = &recorded.ok_or_else(|| not_found(sale_id))?.store_id;
    call.may_touch_sale_of(store_id, sale_id)?;
    let position = sale.position.max(Position::new(min_position));
    Ok((sale.state, position))
}

fn not_found(sale_id: SaleId) -> Status {
    status::from_rejection(&SaleRejection::SaleNotFound { sale_id })
}

fn read_list(mut request: pb::ListSalesRequest) -> Result<(SaleFilter, PageAsked), Status> {
    let mut reader = Reader::new();
    let page = page_asked!(&mut reader, request);
    let store_id = reader.optional("store_id", &request.store_id);
    let from = read_optional_date(&mut reader, "start_date", request.start_date);
    let to = read_optional_date(&mut reader, "end_date", request.end_date);
    check_date_range(&mut reader, from.flatten(), to.flatten());
    let filter = (|| {
        Some(SaleFilter {
            from: from?,
            to: to?,
            store_id: store_id?,
        })
    })();
    reader.finish(filter.zip(page))
}
