//! The services of the books. What changes them stands in a file of its own beside what reads them.

mod chart;
mod chart_commands;
mod item_commands;
mod items;
mod journal;
mod journal_commands;
mod payable;
mod payable_commands;
mod period;
mod period_commands;
mod posting_rule;
mod posting_rule_commands;
mod receivable;
mod receivable_commands;
mod report;
mod settlement;
mod settlement_commands;
mod terms;
mod terms_commands;
mod whole_list;

use posars_domain::books::BooksCircumstance;
use posars_domain::{AccountCode, Currency};
use tonic::{Response, Status};

use crate::call::Call;
use crate::status;

pub(crate) use chart::ChartApi;
pub(crate) use journal::JournalApi;
pub(crate) use payable::PayableApi;
pub(crate) use period::PeriodApi;
pub(crate) use posting_rule::PostingRuleApi;
pub(crate) use receivable::ReceivableApi;
pub(crate) use report::FinanceReportApi;
pub(crate) use settlement::SettlementApi;
pub(crate) use terms::TermsApi;

/// The fields of a span of days.
const SPAN: [&str; 2] = ["start_date", "end_date"];

/// What a call comes to.
type Answered<T> = Result<Response<T>, Status>;

/// The currency of the books; `None` before they begin.
async fn books_currency(call: &Call) -> Result<Option<Currency>, Status> {
    let currency = call.tenant().commands().books_currency().await;
    currency.map_err(status::from_command)
}

/// What is asked of an account that is not in the chart.
fn unknown_account(field: &'static str, code: &AccountCode) -> Status {
    status::from_rejection(&BooksCircumstance::AccountUnknown {
        path: field.into(),
        code: code.clone(),
    })
}
