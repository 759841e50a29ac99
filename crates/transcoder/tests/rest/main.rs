//! Every rule of the transcoder, on an API that has an example of each and services that speak real gRPC.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod answers;
mod api;
mod bindings;
mod bodies;
mod envoy;
mod errors;
mod headers;
mod limits;
mod paths;
mod queries;
mod random;
mod service;
mod sockets;
mod streams;
