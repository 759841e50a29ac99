//! The program as people and scripts use it: every test runs the real binary.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod audit;
mod help;
mod import;
mod sheets;
mod support;
mod trouble;
mod up;
