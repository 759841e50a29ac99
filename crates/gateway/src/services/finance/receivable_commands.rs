//! The commands of what is owed to the company.

use posars_domain::open_item::Receivable;
use tonic::{Request, Response};

use super::Answered;
use super::item_commands::{Asked, change, register, reschedule, reverse};
use crate::call::Call;
use crate::proto::finance::v1 as pb;
use crate::wire::CompanyName;
use crate::wire::finance::ReceivableName;
use crate::wire::finance::item_command::{
    read_cancel, read_credit, read_register, read_reschedule, read_reverse, read_settle, read_write_off,
};

pub(super) async fn register_receivable(
    request: Request<pb::RegisterReceivableRequest>,
) -> Answered<pb::RegisterReceivableResponse> {
    let (call, request) = Call::of(request)?;
    let CompanyName = call.name("parent", &request.parent)?;
    let read = || read_register::<Receivable>("receivable_id", &request.receivable_id, request.item);
    let (receivable, recorded) = register(
        &call,
        &Asked::new(request.request_id, request.validate_only),
        read,
    )
    .await?;
    Ok(Response::new(pb::RegisterReceivableResponse {
        receivable,
        recorded,
    }))
}

pub(super) async fn settle_receivable(
    request: Request<pb::SettleReceivableRequest>,
) -> Answered<pb::SettleReceivableResponse> {
    let (call, request) = Call::of(request)?;
    let ReceivableName { item_id } = call.name("name", &request.name)?;
    let read = || read_settle::<Receivable>(item_id, request.settlement);
    let (settlement, recorded) = change(
        &call,
        &Asked::new(request.request_id, request.validate_only),
        read,
    )
    .await?;
    Ok(Response::new(pb::SettleReceivableResponse {
        settlement,
        recorded,
    }))
}

pub(super) async fn reverse_receivable_settlement(
    request: Request<pb::ReverseReceivableSettlementRequest>,
) -> Answered<pb::ReverseReceivableSettlementResponse> {
    let (call, request) = Call::of(request)?;
    let ReceivableName { item_id } = call.name("name", &request.name)?;
    let read = || {
        let (settlement_id, date) = (&request.settlement_id, request.business_date);
        read_reverse(item_id, settlement_id, date, request.reason)
    };
    let (reversal, recorded) = reverse(
        &call,
        &Asked::new(request.request_id, request.validate_only),
        read,
    )
    .await?;
    Ok(Response::new(pb::ReverseReceivableSettlementResponse {
        reversal,
        recorded,
    }))
}

pub(super) async fn credit_receivable(
    request: Request<pb::CreditReceivableRequest>,
) -> Answered<pb::CreditReceivableResponse> {
    let (call, request) = Call::of(request)?;
    let ReceivableName { item_id } = call.name("name", &request.name)?;
    let read = || read_credit::<Receivable>(item_id, request.credit);
    let (credit, recorded) = change(
        &call,
        &Asked::new(request.request_id, request.validate_only),
        read,
    )
    .await?;
    Ok(Response::new(pb::CreditReceivableResponse { credit, recorded }))
}

pub(super) async fn cancel_receivable(
    request: Request<pb::CancelReceivableRequest>,
) -> Answered<pb::CancelReceivableResponse> {
    let (call, request) = Call::of(request)?;
    let ReceivableName { item_id } = call.name("name", &request.name)?;
    let read = || read_cancel::<Receivable>(item_id, request.business_date, request.reason);
    let (cancellation, recorded) = change(
        &call,
        &Asked::new(request.request_id, request.validate_only),
        read,
    )
    .await?;
    Ok(Response::new(pb::CancelReceivableResponse {
        cancellation,
        recorded,
    }))
}

pub(super) async fn write_off_receivable(
    request: Request<pb::WriteOffReceivableRequest>,
) -> Answered<pb::WriteOffReceivableResponse> {
    let (call, request) = Call::of(request)?;
    let ReceivableName { item_id } = call.name("name", &request.name)?;
    let read = || read_write_off::<Receivable>(item_id, request.write_off);
    let (write_off, recorded) = change(
        &call,
        &Asked::new(request.request_id, request.validate_only),
        read,
    )
    .await?;
    Ok(Response::new(pb::WriteOffReceivableResponse {
        write_off,
        recorded,
    }))
}

pub(super) async fn reschedule_receivable(
    request: Request<pb::RescheduleReceivableRequest>,
) -> Answered<pb::RescheduleReceivableResponse> {
    let (call, request) = Call::of(request)?;
    let ReceivableName { item_id } = call.name("name", &request.name)?;
    let read = || read_reschedule::<Receivable>(item_id, request.schedule);
    let (rescheduling, installments, recorded) = reschedule(
        &call,
        &Asked::new(request.request_id, request.validate_only),
        read,
    )
    .await?;
    Ok(Response::new(pb::RescheduleReceivableResponse {
        rescheduling,
        installments,
        recorded,
    }))
}
