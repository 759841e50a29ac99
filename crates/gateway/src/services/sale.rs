use posars_commands::Commands;
use posars_domain::sale::{SaleEvent, SaleRecorded, SaleRejection};
use posars_domain::{CompanyId, SaleId};
use posars_projections::SaleFilter;
use tonic::{Request, Response, Status};

use crate::call::Call;
use crate::page::PageAsked;
use crate::proto::sales::v1 as pb;
use crate::proto::sales::v1::sale_service_server::SaleService;
use crate::status;
use crate::wire::{
    Reader, check_date_range, read_optional_date, read_record_return, read_record_sale, read_void_sale,
    write_new_sale, write_recorded, write_return, write_sale, write_sale_summary, write_void,
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
        let company = call.company_of("parent", &request.parent)?;
        let (envelope, validate_only) = (call.envelope(&request.request_id)?, request.validate_only);
        let command = read_record_sale(request)?;
        call.may_touch(&command.store_id)?;
        let commands = call.tenant().commands(validate_only);
        let receipt = commands
            .record_sale(command, &envelope)
            .await
            .map_err(status::from_command)?;
        Ok(Response::new(pb::RecordSaleResponse {
            sale: receipt
                .events
                .iter()
                .find_map(|event| recorded_sale(company, event)),
            recorded: Some(write_recorded(&receipt, validate_only)),
        }))
    }

    async fn void_sale(
        &self,
        request: Request<pb::VoidSaleRequest>,
    ) -> Result<Response<pb::VoidSaleResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let (company, sale_id) = call.sale_of("name", &request.name)?;
        let (envelope, validate_only) = (call.envelope(&request.request_id)?, request.validate_only);
        let command = read_void_sale(request, sale_id)?;
        let commands = call.tenant().commands(validate_only);
        // A sale never changes its store, so there is no race with the command.
        if call.is_limited_to_stores() {
            let recorded = recorded_of(&commands, sale_id).await?;
            call.may_touch_sale_of(&recorded.store_id, sale_id)?;
        }
        let receipt = commands
            .void_sale(command, &envelope)
            .await
            .map_err(status::from_command)?;
        Ok(Response::new(pb::VoidSaleResponse {
            sale_void: receipt.events.iter().find_map(|event| sale_void(company, event)),
            recorded: Some(write_recorded(&receipt, validate_only)),
        }))
    }

    async fn record_return(
        &self,
        request: Request<pb::RecordReturnRequest>,
    ) -> Result<Response<pb::RecordReturnResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let (company, sale_id) = call.sale_of("name", &request.name)?;
        let (envelope, validate_only) = (call.envelope(&request.request_id)?, request.validate_only);
        let commands = call.tenant().commands(validate_only);
        // A refund's currency is checked against the sale's, which only the sale knows.
        let recorded = recorded_of(&commands, sale_id).await?;
        call.may_touch_sale_of(&recorded.store_id, sale_id)?;
        let command = read_record_return(request, sale_id, recorded.currency)?;
        let receipt = commands
            .record_return(command, &envelope)
            .await
            .map_err(status::from_command)?;
        Ok(Response::new(pb::RecordReturnResponse {
            sale_return: receipt
                .events
                .iter()
                .find_map(|event| sale_return(company, event)),
            recorded: Some(write_recorded(&receipt, validate_only)),
        }))
    }

    async fn get_sale(
        &self,
        request: Request<pb::GetSaleRequest>,
    ) -> Result<Response<pb::GetSaleResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let (company, sale_id) = call.sale_of("name", &request.name)?;
        // Read from the log itself, which is never behind a position that it gave out.
        let commands = call.tenant().commands(true);
        if request.min_position > 0 {
            let head = commands
                .log()
                .head()
                .await
                .map_err(|error| status::from_command(error.into()))?;
            status::within_log(request.min_position, head.position)?;
        }
        let sale = commands
            .sale_document(sale_id)
            .await
            .map_err(status::from_command)?;
        let not_found = || status::from_rejection("", &SaleRejection::SaleNotFound { sale_id });
        let sale = sale.ok_or_else(not_found)?;
        let recorded = sale.state.recorded.as_ref().ok_or_else(not_found)?;
        call.may_touch_sale_of(&recorded.store_id, sale_id)?;
        let position = sale.position.get().max(request.min_position);
        let sale = write_sale(company, &sale.state).ok_or_else(not_found)?;
        Ok(Response::new(pb::GetSaleResponse {
            sale: Some(sale),
            position,
        }))
    }

    async fn list_sales(
        &self,
        request: Request<pb::ListSalesRequest>,
    ) -> Result<Response<pb::ListSalesResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let company = call.company_of("parent", &request.parent)?;
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
                .map(|row| write_sale_summary(company, row))
                .collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }
}

/// The sale as it was recorded.
async fn recorded_of(commands: &Commands, sale_id: SaleId) -> Result<Box<SaleRecorded>, Status> {
    let sale = commands
        .sale_document(sale_id)
        .await
        .map_err(status::from_command)?;
    sale.and_then(|sale| sale.state.recorded)
        .ok_or_else(|| status::from_rejection("", &SaleRejection::SaleNotFound { sale_id }))
}

fn recorded_sale(company: &CompanyId, event: &SaleEvent) -> Option<pb::Sale> {
    match event {
        SaleEvent::SaleRecorded(recorded) => Some(write_new_sale(company, recorded)),
        SaleEvent::SaleVoided(_) | SaleEvent::SaleReturned(_) => None,
    }
}

fn sale_void(company: &CompanyId, event: &SaleEvent) -> Option<pb::SaleVoid> {
    match event {
        SaleEvent::SaleVoided(voided) => Some(write_void(company, voided)),
        SaleEvent::SaleRecorded(_) | SaleEvent::SaleReturned(_) => None,
    }
}

fn sale_return(company: &CompanyId, event: &SaleEvent) -> Option<pb::SaleReturn> {
    match event {
        SaleEvent::SaleReturned(returned) => Some(write_return(company, returned)),
        SaleEvent::SaleRecorded(_) | SaleEvent::SaleVoided(_) => None,
    }
}

fn read_list(mut request: pb::ListSalesRequest) -> Result<(SaleFilter, PageAsked), Status> {
    let mut reader = Reader::new();
    let page_token = std::mem::take(&mut request.page_token);
    let page_size = std::mem::take(&mut request.page_size);
    request.min_position = 0;
    let page = PageAsked::read(&mut reader, page_size, &page_token, &request);
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
