//! Spreadsheets into commands: read in a limited child process, checked row by row, counted to the last one.
//!
//! [`Workbook::read`] gives a [`Sheet`], [`find_header`] its meaning, and [`SalesReading`], [`StockReading`] and
//! [`ProductsReading`] the records. [`Importer`] makes them commands; nothing else here touches the log.

mod aliases;
mod cfop;
mod child;
mod column;
mod column_content;
mod column_texts;
mod columns;
mod date_text;
mod field;
mod finding;
mod header;
mod import;
mod kind_choice;
mod language;
pub mod limits;
mod mapping;
mod money_titles;
mod natural_key;
mod not_recorded;
mod note;
mod number_text;
mod outcome;
mod parser;
mod payment_words;
mod product_names;
mod products;
mod protocol;
mod reading;
mod refusal;
mod refused_workbook;
mod row_fault;
mod row_kind;
mod row_signs;
mod row_texts;
mod row_words;
mod running_sums;
mod sales;
mod serial_date;
mod sheet;
mod sheet_marks;
mod sign_titles;
mod sniff;
mod stock;
mod tax_id_text;
mod title;
#[cfg(test)]
mod title_table;
mod total_words;
mod workbook;

pub use child::{ParserCommand, read_sheet};
pub use column::Column;
pub use field::{Field, SheetKind};
pub use finding::Finding;
pub use header::{Header, MappingChoice, find_header};
pub use import::{ImportProgress, ImportSettings, Importer};
pub use language::Language;
pub use mapping::Mapping;
pub use not_recorded::NotRecorded;
pub use note::Note;
pub use outcome::{ImportOutcome, ImportState, ImportTotals, RecordCounts, RowRanges};
pub use parser::{PARSE_CHILD_WORD, parse_child_main};
pub use product_names::ProductName;
pub use products::{ProductDraft, ProductsReading};
pub use reading::{FooterCheck, ReadOptions, Refusals, RefusedRow, RowTally, StoreName};
pub use refusal::{ColumnDoubt, FileRefusal, ParserDeath, UnclearColumn};
pub use refused_workbook::{RefusedWorkbookError, write_refused_workbook};
pub use row_fault::{RowFault, RowReason};
pub use sales::{ReceiptsByDay, SaleDraft, SaleLineDraft, SalesReading, SalesTotals};
pub use sheet::{Cell, Number, Row, Sheet, column_letters};
pub use sniff::{Container, sniff};
pub use stock::{StockLineDraft, StockReading, StockReceiptDraft, StockTotals};
pub use workbook::Workbook;
