//! The wire: protos, gRPC services and the one map from errors to statuses.
//!
//! Nothing else in posars knows a proto message or a status. Every service does the same three steps: read the request
//! into a command or query (`wire`), hand it to the one door behind the gateway, write the answer back or map the error
//! (`status`). [`Gateway`] puts the services together, [`serve`] puts them on a socket.

mod call;
mod deadline;
mod gateway;
mod limits;
mod observe;
mod page;
mod principal;
pub mod proto;
mod readiness;
mod serve;
mod services;
mod status;
mod tenant;
mod wire;

pub use gateway::{Gateway, GatewayError};
pub use limits::Limits;
pub use principal::Principal;
pub use readiness::Readiness;
pub use serve::serve;
pub use status::ERROR_DOMAIN;
pub use tenant::Tenant;
