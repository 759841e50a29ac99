//! Keys of people on a real database: each test on one of its own.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod company;
mod file;
mod keys;
mod sealing;
mod world;
