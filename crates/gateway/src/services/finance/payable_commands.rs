//! The commands of what is owed by the company.

use posars_domain::open_item::Payable;
use tonic::{Request, Response};

use super::Answered;
use super::item_commands::{Asked, change, register, reschedule};
use crate::call::Call;
use crate::proto::finance::v1 as pb;
use crate::wire::CompanyName;
use crate::wire::finance::PayableName;
use crate::wire::finance::item_command::{
    read_cancel, read_credit, read_register, read_reschedule, read_reverse, read_settle, read_write_off,
};

pub(super) async fn register_payable(
    request: Request<pb::RegisterPayableRequest>,
) -> Answered<pb::RegisterPayableResponse> {
    let (call, request) = Call::of(request)?;
    let CompanyName = call.name("parent", &request.parent)?;
    let read = || read_register::<Payable>("payable_id", &request.payable_id, request.item);
    let (payable, recorded) = register(
        &call,
        &Asked::new(request.request_id, request.validate_only),
        read,
    )
    .await?;
    Ok(Response::new(pb::RegisterPayableResponse { payable, recorded }))
}

pub(super) async fn settle_payable(
    request: Request<pb::SettlePayableRequest>,
) -> Answered<pb::SettlePayableResponse> {
    let (call, request) = Call::of(request)?;
    let PayableName { item_id } = call.name("name", &request.name)?;
    let read = || read_settle::<Payable>(item_id, request.settlement);
    let (settlement, recorded) = change(
        &call,
        &Asked::new(request.request_id, request.validate_only),
        read,
    )
    .await?;
    Ok(Response::new(pb::SettlePayableResponse { settlement, recorded }))
}

pub(super) async fn reverse_payable_settlement(
    request: Request<pb::ReversePayableSettlementRequest>,
) -> Answered<pb::ReversePayableSettlementResponse> {
    let (call, request) = Call::of(request)?;
    let PayableName { item_id } = call.name("name", &request.name)?;
    let read = || {
        let (settlement_id, date) = (&request.settlement_id, request.business_date);
        read_reverse::<Payable>(item_id, settlement_id, date, request.reason)
    };
    let (reversal, recorded) = change(
        &call,
        &Asked::new(request.request_id, request.validate_only),
        read,
    )
    .await?;
    Ok(Response::new(pb::ReversePayableSettlementResponse {
        reversal,
        recorded,
    }))
}

pub(super) async fn credit_payable(
    request: Request<pb::CreditPayableRequest>,
) -> Answered<pb::CreditPayableResponse> {
    let (call, request) = Call::of(request)?;
    let PayableName { item_id } = call.name("name", &request.name)?;
    let read = || read_credit::<Payable>(item_id, request.credit);
    let (credit, recorded) = change(
        &call,
        &Asked::new(request.request_id, request.validate_only),
        read,
    )
    .await?;
    Ok(Response::new(pb::CreditPayableResponse { credit, recorded }))
}

pub(super) async fn cancel_payable(
    request: Request<pb::CancelPayableRequest>,
) -> Answered<pb::CancelPayableResponse> {
    let (call, request) = Call::of(request)?;
    let PayableName { item_id } = call.name("name", &request.name)?;
    let read = || read_cancel::<Payable>(item_id, request.business_date, request.reason);
    let (cancellation, recorded) = change(
        &call,
        &Asked::new(request.request_id, request.validate_only),
        read,
    )
    .await?;
    Ok(Response::new(pb::CancelPayableResponse {
        cancellation,
        recorded,
    }))
}

pub(super) async fn write_off_payable(
    request: Request<pb::WriteOffPayableRequest>,
) -> Answered<pb::WriteOffPayableResponse> {
    let (call, request) = Call::of(request)?;
    let PayableName { item_id } = call.name("name", &request.name)?;
    let read = || read_write_off::<Payable>(item_id, request.write_off);
    let (write_off, recorded) = change(
        &call,
        &Asked::new(request.request_id, request.validate_only),
        read,
    )
    .await?;
    Ok(Response::new(pb::WriteOffPayableResponse { write_off, recorded }))
}

pub(super) async fn reschedule_payable(
    request: Request<pb::ReschedulePayableRequest>,
) -> Answered<pb::ReschedulePayableResponse> {
    let (call, request) = Call::of(request)?;
    let PayableName { item_id } = call.name("name", &request.name)?;
    let read = || read_reschedule::<Payable>(item_id, request.schedule);
    let (rescheduling, installments, recorded) = reschedule(
        &call,
        &Asked::new(request.request_id, request.validate_only),
        read,
    )
    .await?;
    Ok(Response::new(pb::ReschedulePayableResponse {
        rescheduling,
        installments,
        recorded,
    }))
}
