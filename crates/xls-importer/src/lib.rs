//! Spreadsheets into commands: read in a limited child process, checked row by row, counted to the last one.
//!
//! [`Workbook::read`] gives a [`Sheet`], [`find_header`] its meaning, and [`SalesReading`], [`StockReading`] and
//! [`ProductsReading`] the records. [`Importer`] makes them commands; nothing else here touches the log.

mod aliases;
mod child;
mod code_text;
mod columns;
mod date_text;
mod discount;
mod field;
mod header;
mod import;
mod language;
pub mod limits;
mod mapping;
mod moment;
mod money_sign;
mod natural_key;
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
mod row_texts;
mod sales;
mod serial_date;
mod sheet;
mod shown_as;
mod sniff;
mod stock;
mod swapped_dates;
mod tax_id_text;
mod title;
mod workbook;
mod zone_text;

pub use child::{ParserCommand, read_sheet};
pub use field::{Field, SheetKind};
pub use header::{Header, MappingChoice, find_header};
pub use import::{ImportProgress, ImportSettings, Importer};
pub use language::Language;
pub use mapping::{Column, Mapping};
pub use outcome::{ImportOutcome, ImportState, ImportTotals, RecordCounts, RowRanges};
pub use parser::{PARSE_CHILD_WORD, parse_child_main};
pub use product_names::ProductName;
pub use products::{ProductDraft, ProductsReading};
pub use reading::{FooterCheck, ReadOptions, Refusals, RefusedRow, RowTally, StoreName};
pub use refusal::{FileRefusal, ParserDeath};
pub use refused_workbook::{RefusedWorkbookError, write_refused_workbook};
pub use row_fault::{RowFault, RowReason};
pub use sales::{SaleDraft, SaleLineDraft, SalesReading, SalesTotals};
pub use sheet::{Cell, Number, Row, Sheet, column_letters};
pub use sniff::{Container, sniff};
pub use stock::{StockLineDraft, StockReading, StockReceiptDraft, StockTotals};
pub use workbook::Workbook;
