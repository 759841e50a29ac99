//! Tokens, keys, issuer and users, as the callers of this crate see them.
//!
//! Every RSA key here is a test key, made when the tests run; none is ever written down.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod accepted;
mod forged;
mod issuer;
mod jwks_server;
mod properties;
mod refresh;
mod support;
mod users;
