use posars_domain::payroll::{PayrollRecorded, PayrollRejection, PayrollVoided};
use posars_projections::{PayrollCostFilter, PayrollFilter};
use tonic::{Request, Response, Status};

use super::Answered;
use crate::call::Call;
use crate::page::{PageAsked, page_asked};
use crate::proto::hr::v1 as pb;
use crate::proto::hr::v1::payroll_service_server::PayrollService;
use crate::status;
use crate::visibility::reveal;
use crate::wire::people::payroll_command::{read_record_payroll, read_void_payroll};
use crate::wire::people::{
    PayrollName, read_months, read_optional_months, sealed_of_payroll, write_payroll_cost_row,
    write_payroll_row, write_recorded_payroll, write_stored_payroll, write_voided_payroll,
};
use crate::wire::{CompanyName, Reader, given};

/// What the wages of each month came to.
pub(crate) struct PayrollApi;

#[tonic::async_trait]
impl PayrollService for PayrollApi {
    async fn record_payroll(
        &self,
        request: Request<pb::RecordPayrollRequest>,
    ) -> Answered<pb::RecordPayrollResponse> {
        let (call, request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let ask = call.ask(&request.request_id, request.validate_only)?;
        let command = read_record_payroll(request)?;
        let done = ask.carry_out(&command).await?;
        let payroll = done.answer::<PayrollRecorded>();
        let payroll = payroll.map(|payroll| write_recorded_payroll(call.company(), payroll, &done.completed));
        Ok(Response::new(pb::RecordPayrollResponse {
            payroll,
            recorded: done.recorded(),
        }))
    }

    async fn void_payroll(
        &self,
        request: Request<pb::VoidPayrollRequest>,
    ) -> Answered<pb::VoidPayrollResponse> {
        let (call, request) = Call::of(request)?;
        let name: PayrollName = call.name("name", &request.name)?;
        call.whole_company()?;
        let ask = call.ask(&request.request_id, request.validate_only)?;
        let command = read_void_payroll(request, &name);
        let done = ask.carry_out(&command).await?;
        let payroll = done.answer::<PayrollVoided>();
        let payroll = payroll.map(|payroll| write_voided_payroll(call.company(), payroll, &done.completed));
        Ok(Response::new(pb::VoidPayrollResponse {
            payroll,
            recorded: done.recorded(),
        }))
    }

    async fn get_payroll(&self, request: Request<pb::GetPayrollRequest>) -> Answered<pb::GetPayrollResponse> {
        let (call, request) = Call::of(request)?;
        let PayrollName { payroll_id } = call.name("name", &request.name)?;
        call.whole_company()?;
        let commands = call.tenant().commands();
        let stored = commands.payroll(payroll_id).await;
        let stored = stored.map_err(status::from_command)?;
        let unknown = || status::from_rejection(&PayrollRejection::PayrollUnknown { payroll_id });
        let mut stored = stored.ok_or_else(unknown)?;
        let sealed = sealed_of_payroll(&mut stored, |store| call.sees_in(Some(store)));
        let hidden = reveal(commands, sealed).await?;
        Ok(Response::new(pb::GetPayrollResponse {
            payroll: Some(write_stored_payroll(call.company(), &stored, hidden)),
        }))
    }

    async fn list_payrolls(
        &self,
        request: Request<pb::ListPayrollsRequest>,
    ) -> Answered<pb::ListPayrollsResponse> {
        let (call, request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let freshness = call.freshness(request.min_position);
        let (filter, page) = read_list_payrolls(request)?;
        let projections = call.tenant().projections();
        let answer = projections
            .list_payrolls(&filter, &page.request(), freshness)
            .await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        let payrolls = answer.rows.iter();
        Ok(Response::new(pb::ListPayrollsResponse {
            payrolls: payrolls
                .map(|payroll| write_payroll_row(call.company(), payroll))
                .collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }

    async fn list_payroll_costs(
        &self,
        request: Request<pb::ListPayrollCostsRequest>,
    ) -> Answered<pb::ListPayrollCostsResponse> {
        let (call, request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        let freshness = call.freshness(request.min_position);
        let (mut filter, page) = read_list_payroll_costs(request)?;
        filter.store_id = call.stores(filter.store_id)?;
        let projections = call.tenant().projections();
        let answer = projections
            .list_payroll_costs(&filter, &page.request(), freshness)
            .await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        Ok(Response::new(pb::ListPayrollCostsResponse {
            costs: answer.rows.iter().map(write_payroll_cost_row).collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }
}

fn read_list_payrolls(mut request: pb::ListPayrollsRequest) -> Result<(PayrollFilter, PageAsked), Status> {
    let mut reader = Reader::new();
    let page = page_asked!(&mut reader, request);
    let months = read_optional_months(&mut reader, &request.start_month, &request.end_month);
    let filter = months.map(|(from, to)| PayrollFilter { from, to });
    reader.finish(filter.zip(page))
}

fn read_list_payroll_costs(
    mut request: pb::ListPayrollCostsRequest,
) -> Result<(PayrollCostFilter, PageAsked), Status> {
    let mut reader = Reader::new();
    let page = page_asked!(&mut reader, request);
    let months = read_months(&mut reader, &request.start_month, &request.end_month);
    let store_id = reader.optional("store_id", &request.store_id);
    let cost_center = reader.optional("cost_center_id", &request.cost_center_id);
    let filter = (|| {
        let (from, to) = months?;
        Some(PayrollCostFilter {
            from: Some(from),
            to: Some(to),
            store_id: store_id?,
            cost_center: cost_center?,
            job: given(request.job_title),
        })
    })();
    reader.finish(filter.zip(page))
}
