//! The commands of the months of the books.

use std::time::Duration;

use posars_bookkeeping::{Bookkeeping, BookkeepingError};
use posars_domain::books::{LockPeriod, ReopenPeriod};
use tonic::{Request, Response, Status};

use super::Answered;
use crate::call::Call;
use crate::proto::finance::v1 as pb;
use crate::proto::log::v1::Recorded;
use crate::status;
use crate::wire::finance::PeriodName;
use crate::wire::finance::period_command::{
    PERIOD_FIELDS, write_closed, write_locked, write_month, write_reopened,
};
use crate::wire::write_recorded;

/// How long a dry run waits for others: it tells how things are, and those that run are through in much less.
const DRY_RUN_WAIT: Duration = Duration::from_millis(500);

pub(super) async fn close_period(
    request: Request<pb::ClosePeriodRequest>,
) -> Answered<pb::ClosePeriodResponse> {
    let (call, request) = Call::of(request)?;
    let PeriodName { month } = call.name("name", &request.name)?;
    call.whole_company()?;
    let tenant = call.tenant();
    let bookkeeping = Bookkeeping::new(tenant.commands().clone(), tenant.projections().clone());
    let (envelope, wait) = (call.envelope("")?, call.patience());
    if request.validate_only {
        let wait = wait.min(DRY_RUN_WAIT);
        let checked = bookkeeping.check_close(month, &envelope, wait).await;
        checked.map_err(not_closed)?;
        return Ok(Response::new(pb::ClosePeriodResponse {
            period: Some(write_month(call.company(), month, pb::PeriodState::Open)),
            recorded: Some(Recorded::default()),
        }));
    }
    let closed = bookkeeping.close_period(month, &envelope, wait).await;
    let closed = closed.map_err(not_closed)?;
    let now = tenant.commands().books().await.map_err(status::from_command)?;
    Ok(Response::new(pb::ClosePeriodResponse {
        period: Some(write_closed(call.company(), month, &closed, &now)),
        recorded: Some(write_recorded(&closed, false)),
    }))
}

fn not_closed(error: BookkeepingError) -> Status {
    match error {
        BookkeepingError::Command(error) => status::from_command_of(PERIOD_FIELDS, error),
        BookkeepingError::Query(error) => status::from_query(&error),
    }
}

pub(super) async fn reopen_period(
    request: Request<pb::ReopenPeriodRequest>,
) -> Answered<pb::ReopenPeriodResponse> {
    let (call, request) = Call::of(request)?;
    let PeriodName { month } = call.name("name", &request.name)?;
    call.whole_company()?;
    let ask = call.ask(&request.request_id, request.validate_only)?;
    let reason = request.reason;
    let done = ask.carry_out(&ReopenPeriod { month, reason }).await?;
    Ok(Response::new(pb::ReopenPeriodResponse {
        period: Some(write_reopened(call.company(), month, &done.completed)),
        recorded: done.recorded(),
    }))
}

pub(super) async fn lock_period(request: Request<pb::LockPeriodRequest>) -> Answered<pb::LockPeriodResponse> {
    let (call, request) = Call::of(request)?;
    let PeriodName { month } = call.name("name", &request.name)?;
    call.whole_company()?;
    let ask = call.ask(&request.request_id, request.validate_only)?;
    let done = ask.carry_out(&LockPeriod { month }).await?;
    Ok(Response::new(pb::LockPeriodResponse {
        period: Some(write_locked(call.company(), month, &done.completed)),
        recorded: done.recorded(),
    }))
}
