//! Every service on a real socket over a real database. One program: each would link all of the product again.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod admission;
mod authorization;
mod books;
mod buyer;
mod chart;
mod closed_month;
mod company;
mod door;
mod employee;
mod journal;
mod localize;
mod owed;
mod payroll;
mod people;
mod person;
mod product;
mod projection;
mod reactor;
mod sale;
mod sales_report;
mod server;
mod shop;
mod stock;
mod stock_lists;
mod user;
