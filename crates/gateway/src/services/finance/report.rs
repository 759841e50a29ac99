use posars_domain::StoreId;
use posars_projections::{
    AgeingQuery, BookSpan, CASH_FLOW_DAYS_MAX, FinanceExceptionFilter, Freshness, IncomeQuery, OwedBy,
};
use tonic::{Request, Response, Status};

use super::{Answered, SPAN, books_currency};
use crate::call::Call;
use crate::page::{PageAsked, page_asked};
use crate::proto::finance::v1 as pb;
use crate::proto::finance::v1::finance_report_service_server::FinanceReportService;
use crate::status;
use crate::wire::finance::{
    read_exception_kind, read_income_columns, read_kind_of, read_optional_span, read_scope, read_span,
    write_ageing_figures, write_ageing_row, write_cash_flow, write_finance_exception, write_income_column,
    write_income_line, write_of_books, write_trial_balance_line,
};
use crate::wire::{CompanyName, DATE_RANGE_INVALID, Reader, read_date};

/// Reads what an ageing is asked of, which is the same on both sides.
macro_rules! ageing_query {
    ($reader:expr, $side:expr, $request:expr) => {{
        let (reader, side): (&mut Reader, _) = ($reader, $side);
        let date = read_date(reader, "date", $request.date);
        let store_id = reader.optional("store_id", &$request.store_id);
        let party = reader.optional("party_id", &$request.party_id);
        let kind = read_kind_of(reader, side, "kind", $request.kind);
        let of = store_id.zip(party).zip(kind).zip(date);
        of.map(|(((store_id, party), kind), date)| AgeingQuery {
            side,
            date,
            store_id,
            party,
            kind,
        })
    }};
}

/// The statements of the books.
pub(crate) struct FinanceReportApi;

/// The fields of the span that another is compared with.
const COMPARED: [&str; 2] = ["compare_start_date", "compare_end_date"];

#[tonic::async_trait]
impl FinanceReportService for FinanceReportApi {
    async fn get_trial_balance(
        &self,
        request: Request<pb::GetTrialBalanceRequest>,
    ) -> Answered<pb::GetTrialBalanceResponse> {
        let (call, request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let freshness = call.freshness(request.min_position);
        let mut reader = Reader::new();
        let span = read_span(&mut reader, SPAN, [request.start_date, request.end_date]);
        let scope = read_scope(&mut reader, &request.store_id, &request.cost_center_id);
        let (span, scope) = reader.finish(span.zip(scope))?;
        let projections = call.tenant().projections();
        let answer = projections.trial_balance(span, &scope, freshness).await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        let currency = books_currency(&call).await?;
        let lines = answer.lines.iter();
        Ok(Response::new(pb::GetTrialBalanceResponse {
            rows: lines
                .map(|line| write_trial_balance_line(line, currency))
                .collect(),
            debit_total: write_of_books(answer.debit, currency),
            credit_total: write_of_books(answer.credit, currency),
            position: answer.position.get(),
        }))
    }

    async fn get_income_statement(
        &self,
        request: Request<pb::GetIncomeStatementRequest>,
    ) -> Answered<pb::GetIncomeStatementResponse> {
        let (call, request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let freshness = call.freshness(request.min_position);
        let query = read_income_query(&request)?;
        let projections = call.tenant().projections();
        let answer = projections.income_statement(&query, freshness).await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        let currency = books_currency(&call).await?;
        let lines = answer.lines.iter();
        Ok(Response::new(pb::GetIncomeStatementResponse {
            columns: answer.columns.iter().map(write_income_column).collect(),
            lines: lines.map(|line| write_income_line(line, currency)).collect(),
            position: answer.position.get(),
        }))
    }

    async fn get_cash_flow(
        &self,
        request: Request<pb::GetCashFlowRequest>,
    ) -> Answered<pb::GetCashFlowResponse> {
        let (call, request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let freshness = call.freshness(request.min_position);
        let mut reader = Reader::new();
        let span = read_span(&mut reader, SPAN, [request.start_date, request.end_date]);
        let span = span.and_then(|span| of_a_year(&mut reader, span));
        let store_id = reader.optional::<StoreId>("store_id", &request.store_id);
        let (span, store_id) = reader.finish(span.zip(store_id))?;
        let projections = call.tenant().projections();
        let answer = projections.cash_flow(span, store_id.as_ref(), freshness).await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        let currency = books_currency(&call).await?;
        Ok(Response::new(write_cash_flow(&answer, currency)))
    }

    async fn get_receivables_ageing(
        &self,
        request: Request<pb::GetReceivablesAgeingRequest>,
    ) -> Answered<pb::GetReceivablesAgeingResponse> {
        let (call, mut request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let freshness = call.freshness(request.min_position);
        let mut reader = Reader::new();
        let page = page_asked!(&mut reader, request);
        let query = ageing_query!(&mut reader, OwedBy::Others, request);
        let (query, page) = reader.finish(query.zip(page))?;
        let (rows, total, next_page_token, position) = ageing(&call, &query, &page, freshness).await?;
        Ok(Response::new(pb::GetReceivablesAgeingResponse {
            rows,
            total,
            next_page_token,
            position,
        }))
    }

    async fn get_payables_ageing(
        &self,
        request: Request<pb::GetPayablesAgeingRequest>,
    ) -> Answered<pb::GetPayablesAgeingResponse> {
        let (call, mut request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let freshness = call.freshness(request.min_position);
        let mut reader = Reader::new();
        let page = page_asked!(&mut reader, request);
        let query = ageing_query!(&mut reader, OwedBy::Company, request);
        let (query, page) = reader.finish(query.zip(page))?;
        let (rows, total, next_page_token, position) = ageing(&call, &query, &page, freshness).await?;
        Ok(Response::new(pb::GetPayablesAgeingResponse {
            rows,
            total,
            next_page_token,
            position,
        }))
    }

    async fn list_finance_exceptions(
        &self,
        request: Request<pb::ListFinanceExceptionsRequest>,
    ) -> Answered<pb::ListFinanceExceptionsResponse> {
        let (call, mut request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let freshness = call.freshness(request.min_position);
        let mut reader = Reader::new();
        let page = page_asked!(&mut reader, request);
        let kind = read_exception_kind(&mut reader, request.kind);
        let month = reader.optional("month", &request.month);
        let filter = kind.zip(month);
        let filter = filter.map(|(kind, month)| FinanceExceptionFilter { kind, month });
        let (filter, page) = reader.finish(filter.zip(page))?;
        let projections = call.tenant().projections();
        let answer = projections
            .list_finance_exceptions(&filter, &page.request(), freshness)
            .await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        let exceptions = answer.rows.iter();
        Ok(Response::new(pb::ListFinanceExceptionsResponse {
            finance_exceptions: exceptions
                .map(|exception| write_finance_exception(call.company(), exception))
                .collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }
}

/// What an ageing answers: a page of parties, all of them, the token of the next page, and the position.
type AgeingAnswer = (Vec<pb::AgeingRow>, Option<pb::AgeingFigures>, String, u64);

async fn ageing(
    call: &Call,
    query: &AgeingQuery,
    page: &PageAsked,
    freshness: Freshness,
) -> Result<AgeingAnswer, Status> {
    let answer = call
        .tenant()
        .projections()
        .ageing(query, &page.request(), freshness)
        .await;
    let answer = answer.map_err(|error| status::from_query(&error))?;
    let currency = books_currency(call).await?;
    let rows = answer.rows.rows.iter();
    Ok((
        rows.map(|row| write_ageing_row(row, currency)).collect(),
        Some(write_ageing_figures(&answer.total, currency)),
        page.next_token(answer.rows.position, answer.rows.next),
        answer.rows.position.get(),
    ))
}

/// Refuses a span that would answer with more days than anybody looks at.
fn of_a_year(reader: &mut Reader, span: BookSpan) -> Option<BookSpan> {
    let days = span.from.until(span.to).map_or(i32::MAX, |days| days.get_days());
    if usize::try_from(days).is_ok_and(|days| days < CASH_FLOW_DAYS_MAX) {
        return Some(span);
    }
    let problem = format!("the span has more than {CASH_FLOW_DAYS_MAX} days; ask for a year at a time");
    reader.refuse("end_date", DATE_RANGE_INVALID, problem);
    None
}

fn read_income_query(request: &pb::GetIncomeStatementRequest) -> Result<IncomeQuery, Status> {
    let mut reader = Reader::new();
    let span = read_span(&mut reader, SPAN, [request.start_date, request.end_date]);
    let compared = [request.compare_start_date, request.compare_end_date];
    let compared = read_optional_span(&mut reader, COMPARED, compared);
    let columns = read_income_columns(&mut reader, request.columns);
    let scope = read_scope(&mut reader, &request.store_id, &request.cost_center_id);
    let query = (|| {
        Some(IncomeQuery {
            span: span?,
            compared: compared?,
            columns: columns?,
            scope: scope?,
        })
    })();
    reader.finish(query)
}
