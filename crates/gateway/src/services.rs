//! The gRPC services, one file each.
//!
//! Each method reads the request, hands it to the one door behind the gateway and writes the answer; no rule is decided
//! here.

mod company;
mod finance;
mod people;
mod product;
mod projection;
mod reactor;
mod sale;
mod sales_report;
mod stock;
mod stock_alert;
mod stock_document;
mod user;

pub(crate) use company::CompanyApi;
pub(crate) use finance::{
    ChartApi, FinanceReportApi, JournalApi, PayableApi, PeriodApi, PostingRuleApi, ReceivableApi,
    SettlementApi, TermsApi,
};
pub(crate) use people::{EmployeeApi, HeadcountApi, PayrollApi, PersonApi};
pub(crate) use product::ProductApi;
pub(crate) use projection::ProjectionApi;
pub(crate) use reactor::ReactorApi;
pub(crate) use sale::SaleApi;
pub(crate) use sales_report::SalesReportApi;
pub(crate) use stock::StockApi;
pub(crate) use stock_alert::StockAlertApi;
pub(crate) use stock_document::StockDocumentApi;
pub(crate) use user::UserApi;
