//! The commands and reactors on a real log: each test on a database of its own.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod catalogue;
mod costs;
mod earlier_versions;
mod goods;
mod low_stock;
mod pins;
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
mod volume;
