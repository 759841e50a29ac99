//! The commands of the chart.

use posars_domain::chart::{ChartEvent, RetireAccount, RetireCostCenter};
use posars_domain::{AccountCode, CostCenterId};
use tonic::{Request, Response, Status};

use super::Answered;
use crate::call::{Call, Done};
use crate::proto::finance::v1 as pb;
use crate::status;
use crate::wire::CompanyName;
use crate::wire::finance::chart_command::{
    read_assign_account_role, read_change_account, read_change_cost_center, read_define_account,
    read_define_cost_center,
};
use crate::wire::finance::{
    AccountName, CostCenterName, write_account, write_account_role, write_cost_center,
};

pub(super) async fn define_account(
    request: Request<pb::DefineAccountRequest>,
) -> Answered<pb::DefineAccountResponse> {
    let (call, request) = Call::of(request)?;
    let CompanyName = call.name("parent", &request.parent)?;
    call.whole_company()?;
    let ask = call.ask(&request.request_id, request.validate_only)?;
    let command = read_define_account(&request)?;
    let done = ask.carry_out(&command).await?;
    let account = account_after(&call, &command.code, &done).await?;
    let recorded = done.recorded();
    Ok(Response::new(pb::DefineAccountResponse { account, recorded }))
}

pub(super) async fn change_account(
    request: Request<pb::ChangeAccountRequest>,
) -> Answered<pb::ChangeAccountResponse> {
    let (call, request) = Call::of(request)?;
    let account = request.account.unwrap_or_default();
    let AccountName { code } = call.name("account.name", &account.name)?;
    call.whole_company()?;
    let ask = call.ask(&request.request_id, request.validate_only)?;
    let command = read_change_account(code, &account, request.update_mask)?;
    let done = ask.carry_out(&command).await?;
    let account = account_after(&call, &command.code, &done).await?;
    let recorded = done.recorded();
    Ok(Response::new(pb::ChangeAccountResponse { account, recorded }))
}

pub(super) async fn retire_account(
    request: Request<pb::RetireAccountRequest>,
) -> Answered<pb::RetireAccountResponse> {
    let (call, request) = Call::of(request)?;
    let AccountName { code } = call.name("name", &request.name)?;
    call.whole_company()?;
    let ask = call.ask(&request.request_id, request.validate_only)?;
    let command = RetireAccount { code };
    let done = ask.carry_out(&command).await?;
    let account = account_after(&call, &command.code, &done).await?;
    let recorded = done.recorded();
    Ok(Response::new(pb::RetireAccountResponse { account, recorded }))
}

pub(super) async fn assign_account_role(
    request: Request<pb::AssignAccountRoleRequest>,
) -> Answered<pb::AssignAccountRoleResponse> {
    let (call, request) = Call::of(request)?;
    let AccountName { code } = call.name("name", &request.name)?;
    call.whole_company()?;
    let ask = call.ask(&request.request_id, request.validate_only)?;
    let command = read_assign_account_role(code, &request)?;
    let done = ask.carry_out(&command).await?;
    Ok(Response::new(pb::AssignAccountRoleResponse {
        // Also of a role that had this account from the beginning, about which there is no event of its own.
        assigned: Some(write_account_role(&command.assigned())),
        account_code: command.code.to_string(),
        recorded: done.recorded(),
    }))
}

pub(super) async fn define_cost_center(
    request: Request<pb::DefineCostCenterRequest>,
) -> Answered<pb::DefineCostCenterResponse> {
    let (call, request) = Call::of(request)?;
    let CompanyName = call.name("parent", &request.parent)?;
    call.whole_company()?;
    let ask = call.ask(&request.request_id, request.validate_only)?;
    let command = read_define_cost_center(&request)?;
    let done = ask.carry_out(&command).await?;
    let cost_center = cost_center_after(&call, &command.cost_center_id, &done).await?;
    let recorded = done.recorded();
    Ok(Response::new(pb::DefineCostCenterResponse {
        cost_center,
        recorded,
    }))
}

pub(super) async fn change_cost_center(
    request: Request<pb::ChangeCostCenterRequest>,
) -> Answered<pb::ChangeCostCenterResponse> {
    let (call, request) = Call::of(request)?;
    let cost_center = request.cost_center.unwrap_or_default();
    let CostCenterName { cost_center_id } = call.name("cost_center.name", &cost_center.name)?;
    call.whole_company()?;
    let ask = call.ask(&request.request_id, request.validate_only)?;
    let command = read_change_cost_center(cost_center_id, &cost_center, request.update_mask)?;
    let done = ask.carry_out(&command).await?;
    let cost_center = cost_center_after(&call, &command.cost_center_id, &done).await?;
    let recorded = done.recorded();
    Ok(Response::new(pb::ChangeCostCenterResponse {
        cost_center,
        recorded,
    }))
}

pub(super) async fn retire_cost_center(
    request: Request<pb::RetireCostCenterRequest>,
) -> Answered<pb::RetireCostCenterResponse> {
    let (call, request) = Call::of(request)?;
    let CostCenterName { cost_center_id } = call.name("name", &request.name)?;
    call.whole_company()?;
    let ask = call.ask(&request.request_id, request.validate_only)?;
    let command = RetireCostCenter { cost_center_id };
    let done = ask.carry_out(&command).await?;
    let cost_center = cost_center_after(&call, &command.cost_center_id, &done).await?;
    let recorded = done.recorded();
    Ok(Response::new(pb::RetireCostCenterResponse {
        cost_center,
        recorded,
    }))
}

/// The account as the command left it, or would leave it.
async fn account_after(
    call: &Call,
    code: &AccountCode,
    done: &Done<ChartEvent>,
) -> Result<Option<pb::Account>, Status> {
    let answer: Option<&ChartEvent> = done.answer();
    if let Some(account) = answer.and_then(|answer| answer.account(code)) {
        return Ok(Some(write_account(call.company(), account, false)));
    }
    // A retirement does not say what the account is.
    let chart = call.tenant().commands().chart().await;
    let chart = chart.map_err(status::from_command)?;
    let account = chart.account(code);
    Ok(account.map(|account| write_account(call.company(), account, true)))
}

/// The cost centre as the command left it, or would leave it.
async fn cost_center_after(
    call: &Call,
    id: &CostCenterId,
    done: &Done<ChartEvent>,
) -> Result<Option<pb::CostCenter>, Status> {
    let answer: Option<&ChartEvent> = done.answer();
    if let Some(cost_center) = answer.and_then(|answer| answer.cost_center(id)) {
        return Ok(Some(write_cost_center(call.company(), cost_center, false)));
    }
    let chart = call.tenant().commands().chart().await;
    let chart = chart.map_err(status::from_command)?;
    let known = chart.cost_center(id);
    Ok(known.map(|known| write_cost_center(call.company(), &known.cost_center, true)))
}
