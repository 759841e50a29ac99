//! What every log keeps to, whatever happens around it.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "../fixture/mod.rs"]
mod fixture;

mod smoke;
