//! The commands and reactors on a real log: each test on a database of its own.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod books;
mod buyers;
mod catalogue;
mod costs;
mod earlier_versions;
mod employees;
mod founding;
mod goods;
mod low_stock;
mod owed;
mod payroll;
mod persons;
mod pins;
mod pins_books;
mod pins_chart;
mod policy;
mod races;
mod reactor;
mod reactor_parked;
mod reactor_waiting;
mod sale_batch;
mod sales;
mod scope;
mod set_up_batch;
mod shop;
mod statement_lines;
mod volume;
