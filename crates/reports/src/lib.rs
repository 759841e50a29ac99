//! Read models as files that people open: XLSX and CSV.
//!
//! A report is a model made of a query's answer; it writes itself as one format or the other. The same model and
//! options give the same bytes.

mod books;
mod csv_text;
mod daily_sales;
mod error;
mod number;
mod options;
mod person;
mod table;
mod words;

pub use books::{IncomeStatementReport, TrialBalanceReport};
pub use daily_sales::{DailySalesReport, is_daily_sales_csv};
pub use error::ReportError;
pub use options::{DecimalMark, Format, ReportOptions};
pub use person::{PersonClassRow, PersonReport, PersonRow};
pub use posars_words::Language;
