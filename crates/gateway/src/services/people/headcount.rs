use jiff::civil::Date;
use posars_projections::{HEADCOUNT_MONTHS_MAX, HeadcountFilter};
use tonic::{Request, Response, Status};

use super::Answered;
use crate::call::Call;
use crate::page::{PageAsked, page_asked};
use crate::proto::hr::v1 as pb;
use crate::proto::hr::v1::headcount_service_server::HeadcountService;
use crate::status;
use crate::wire::people::{read_months, write_headcount};
use crate::wire::{CompanyName, DATE_RANGE_INVALID, Reader, given};

/// How many people work where.
pub(crate) struct HeadcountApi;

#[tonic::async_trait]
impl HeadcountService for HeadcountApi {
    async fn list_headcount(
        &self,
        request: Request<pb::ListHeadcountRequest>,
    ) -> Answered<pb::ListHeadcountResponse> {
        let (call, request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        let freshness = call.freshness(request.min_position);
        let (mut filter, page) = read_list_headcount(request)?;
        filter.stores = call.stores_asked(filter.stores)?;
        let projections = call.tenant().projections();
        let answer = projections.headcount(&filter, &page.request(), freshness).await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        Ok(Response::new(pb::ListHeadcountResponse {
            headcounts: answer.rows.iter().map(write_headcount).collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }
}

/// The filter names the store that was asked for, whether or not the caller may see it.
fn read_list_headcount(
    mut request: pb::ListHeadcountRequest,
) -> Result<(HeadcountFilter, PageAsked), Status> {
    let mut reader = Reader::new();
    let page = page_asked!(&mut reader, request);
    let months = read_months(&mut reader, &request.start_month, &request.end_month);
    let store_id = reader.optional("store_id", &request.store_id);
    let filter = (|| {
        let (first, last) = months?;
        let (from, to) = (first.first_day(), last.last_day());
        if months_between(from, to) >= i64::from(HEADCOUNT_MONTHS_MAX) {
            let problem = format!(
                "{first} to {last} are too many months; ask for at most {HEADCOUNT_MONTHS_MAX} at once"
            );
            reader.refuse("end_month", DATE_RANGE_INVALID, problem);
            return None;
        }
        Some(HeadcountFilter {
            from,
            to,
            stores: store_id?.map(|store_id| vec![store_id]),
            job: given(request.job_title),
        })
    })();
    reader.finish(filter.zip(page))
}

fn months_between(from: Date, to: Date) -> i64 {
    let months = |day: Date| i64::from(day.year()) * 12 + i64::from(day.month());
    months(to) - months(from)
}
