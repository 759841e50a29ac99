use posars_commands::Document;
use posars_domain::sale::{Sale, SaleRecorded, SaleRejection, SaleState};
use posars_domain::{Aggregate as _, RetentionClass, SaleId};
use posars_event_store::{Position, StreamName};
use posars_projections::{SaleFilter, SaleRow};
use tonic::{Request, Response, Status};

use crate::call::Call;
use crate::page::{PageAsked, page_asked};
use crate::proto::sales::v1 as pb;
use crate::proto::sales::v1::sale_service_server::SaleService;
use crate::status;
use crate::visibility::{Hidden, reveal};
use crate::wire::{
    CompanyName, Reader, SaleName, SaleReturnName, SealedBuyer, check_date_range, read_optional_date,
    read_record_return, read_record_sale, read_void_sale, sealed_of_buyer, write_new_sale, write_return,
    write_sale, write_sale_summary, write_void,
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
        let sale = match done.answer() {
            Some(recorded) => {
                let hidden = hidden_of_own(&call, recorded).await?;
                Some(write_new_sale(call.company(), recorded, hidden))
            }
            None => None,
        };
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
        let (mut sale, position) = sale_document(&call, sale_id, request.min_position).await?;
        let hidden = reveal_buyer(&call, &mut sale).await?;
        let sale = write_sale(call.company(), &sale.state, hidden).ok_or_else(|| not_found(sale_id))?;
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
        let mut answer = answer.map_err(|error| status::from_query(&error))?;
        let hidden = reveal_buyers(&call, &mut answer.rows).await?;
        let rows = answer.rows.iter().zip(hidden);
        Ok(Response::new(pb::ListSalesResponse {
            sales: rows
                .map(|(row, hidden)| write_sale_summary(call.company(), row, hidden))
                .collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }
}

/// What is hidden of a buyer from who told of them, now or the first time: what has been erased since, or whose key is gone.
async fn hidden_of_own(call: &Call, sale: &SaleRecorded) -> Result<Hidden, Status> {
    let sealed = sale.buyer.as_deref().map(sealed_of_buyer).unwrap_or_default();
    let (Some(subject), false) = (&sale.customer, sealed.is_empty()) else {
        return Ok(Hidden::default());
    };
    let commands = call.tenant().commands();
    let is_erased = commands.is_erased(subject, RetentionClass::Fiscal).await;
    let mut hidden = Hidden::default();
    if is_erased.map_err(status::from_command)? {
        hidden.erased = sealed;
    } else {
        hidden.locked = sealed;
    }
    Ok(hidden)
}

/// Opens what the caller sees of who bought.
async fn reveal_buyer(call: &Call, sale: &mut Document<SaleState>) -> Result<Hidden, Status> {
    let Document {
        state,
        stream,
        first_event_id,
        ..
    } = sale;
    let Some(recorded) = state.recorded.as_deref_mut() else {
        return Ok(Hidden::default());
    };
    let sees = call.sees_in(Some(&recorded.store_id));
    let subject = recorded.customer.as_ref();
    let buyer = recorded.buyer.as_deref_mut().map(|buyer| SealedBuyer {
        subject,
        buyer,
        stream,
        event_id: *first_event_id,
    });
    let fields = buyer.map(SealedBuyer::fields).unwrap_or_default();
    let hidden = reveal(call.tenant().commands(), [(sees, fields)]).await?;
    Ok(hidden.into_iter().next().unwrap_or_default())
}

/// As [`reveal_buyer`], of the sales of a list, in their order.
async fn reveal_buyers(call: &Call, sales: &mut [SaleRow]) -> Result<Vec<Hidden>, Status> {
    let streams = sales
        .iter()
        .map(|sale| StreamName::new(Sale::CATEGORY, Sale::stream_id(&sale.sale_id).to_string()));
    let streams: Vec<StreamName> = streams
        .collect::<Result<_, _>>()
        .map_err(|error| status::from_command(error.into()))?;
    let messages = sales.iter_mut().zip(&streams).map(|(sale, stream)| {
        let sees = call.sees_in(Some(&sale.store_id));
        let subject = sale.customer.as_ref();
        let buyer = sale.buyer.as_mut().map(|buyer| SealedBuyer {
            subject,
            buyer: &mut buyer.data,
            stream,
            event_id: buyer.event_id,
        });
        (sees, buyer.map(SealedBuyer::fields).unwrap_or_default())
    });
    reveal(call.tenant().commands(), messages).await
}

/// As [`sale_document`], without what only its events know.
async fn whole_sale(
    call: &Call,
    sale_id: SaleId,
    min_position: u64,
) -> Result<(SaleState, Position), Status> {
    let (sale, position) = sale_document(call, sale_id, min_position).await?;
    Ok((sale.state, position))
}

/// A sale that the caller may read, with everything that happened to it, and the position that this includes. Read from
/// the log itself, which is never behind a position that it gave out.
async fn sale_document(
    call: &Call,
    sale_id: SaleId,
    min_position: u64,
) -> Result<(Document<SaleState>, Position), Status> {
    let commands = call.tenant().commands();
    if min_position > 0 {
        let head = commands
            .log()
            .head()
            .await
            .map_err(|error| status::from_command(error.into()))?;
        if Position::new(min_position) > head.position {
            // It may be a position of the database that the company has just moved to.
            let closure = commands.log().closure().await;
            match closure.map_err(|error| status::from_command(error.into()))? {
                Some(_) => return Err(status::company_moving()),
                None => status::within_log(min_position, head.position)?,
            }
        }
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
    Ok((sale, position))
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
