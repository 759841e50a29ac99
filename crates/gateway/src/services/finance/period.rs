use tonic::{Request, Response};

use super::{Answered, period_commands};
use crate::call::Call;
use crate::page::page_asked;
use crate::proto::finance::v1 as pb;
use crate::proto::finance::v1::period_service_server::PeriodService;
use crate::status;
use crate::wire::CompanyName;
use crate::wire::finance::{PeriodName, write_period, write_sealed_row};

/// Closes the months of the books.
pub(crate) struct PeriodApi;

#[tonic::async_trait]
impl PeriodService for PeriodApi {
    async fn close_period(
        &self,
        request: Request<pb::ClosePeriodRequest>,
    ) -> Answered<pb::ClosePeriodResponse> {
        period_commands::close_period(request).await
    }

    async fn reopen_period(
        &self,
        request: Request<pb::ReopenPeriodRequest>,
    ) -> Answered<pb::ReopenPeriodResponse> {
        period_commands::reopen_period(request).await
    }

    async fn lock_period(&self, request: Request<pb::LockPeriodRequest>) -> Answered<pb::LockPeriodResponse> {
        period_commands::lock_period(request).await
    }

    async fn get_period(&self, request: Request<pb::GetPeriodRequest>) -> Answered<pb::GetPeriodResponse> {
        let (call, request) = Call::of(request)?;
        let PeriodName { month } = call.name("name", &request.name)?;
        call.whole_company()?;
        let freshness = call.freshness(request.min_position);
        let answer = call.tenant().projections().period(month, freshness).await;
        let (period, position) = answer.map_err(|error| status::from_query(&error))?;
        let mut trial_balance = Vec::new();
        if let Some(seal) = &period.seal {
            let rows = seal.rows().map_err(|error| status::from_query(&error))?;
            let rows = rows.iter();
            trial_balance.extend(rows.map(|row| write_sealed_row(row, seal.currency)));
        }
        Ok(Response::new(pb::GetPeriodResponse {
            period: Some(write_period(call.company(), &period)),
            trial_balance,
            position: position.get(),
        }))
    }

    async fn list_periods(
        &self,
        request: Request<pb::ListPeriodsRequest>,
    ) -> Answered<pb::ListPeriodsResponse> {
        let (call, mut request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let freshness = call.freshness(request.min_position);
        let page = page_asked!(request)?;
        let projections = call.tenant().projections();
        let answer = projections.list_periods(&page.request(), freshness).await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        let periods = answer.rows.iter();
        Ok(Response::new(pb::ListPeriodsResponse {
            periods: periods
                .map(|period| write_period(call.company(), period))
                .collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }
}
