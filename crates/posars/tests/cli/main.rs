//! The program as people and scripts use it: every test runs the real binary.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_arithmetic,
    reason = "tests fail by panicking, and a spreadsheet holds floats"
)]

mod alive;
mod all_roles;
mod audit;
mod backup;
mod begin_books;
mod books;
mod canary;
mod canary_people;
mod cognito;
mod companies;
mod drain;
mod drops;
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
mod metrics_named;
mod month_files;
mod moving;
mod moving_restored;
mod network;
mod own_files;
mod policy;
mod previous_release;
mod production;
mod projections;
mod queues;
mod reactors;
mod readme;
mod roles;
mod served;
mod settle;
mod sharing;
mod sheets;
mod sign_in;
mod stock;
mod support;
mod traces;
mod traces_joined;
mod trouble;
mod up;
