//! The program as people and scripts use it: every test runs the real binary.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_arithmetic,
    reason = "tests fail by panicking, and a spreadsheet holds floats"
)]

mod audit;
mod begin_books;
mod books;
mod canary;
mod canary_people;
mod companies;
mod drain;
mod earlier_build;
mod erasure;
mod finance;
mod help;
mod identity;
mod import;
mod import_xls;
mod keys;
#[path = "../../../commands/tests/commands/books/ledgers.rs"]
mod ledgers;
mod network;
mod own_files;
mod policy;
mod projections;
mod reactors;
mod readme;
mod settle;
mod sharing;
mod sheets;
mod sign_in;
mod stock;
mod support;
mod traces;
mod trouble;
mod up;
