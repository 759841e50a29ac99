//! The wire: protos, gRPC services and the one map from errors to statuses.
#![allow(dead_code, reason = "temporary: the services follow")]

mod deadline;
mod limits;
mod observe;
pub mod proto;
mod readiness;
mod serve;
mod status;
mod wire;
mod page;
mod principal;

pub use limits::Limits;
pub use principal::Principal;
pub use readiness::Readiness;
pub use serve::serve;
pub use status::ERROR_DOMAIN;
