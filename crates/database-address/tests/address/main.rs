//! Connections to a private server with TLS, and to what only looks like one.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod password;
mod server;
mod tls;
