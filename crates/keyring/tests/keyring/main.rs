//! Keys of people on a real database: each test on one of its own.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "../conformance/mod.rs"]
mod conformance;

mod company;
mod file;
mod keys;
mod master_keys;
mod sealing;
mod world;
