//! What the gateway makes of bytes, on a real socket without a database.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

#[path = "../front/mod.rs"]
mod front;
mod grpc_web;
mod large_requests;
mod queries;
