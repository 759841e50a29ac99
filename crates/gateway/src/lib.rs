//! The wire: protos, gRPC services and the one map from errors to statuses.
//!
//! Nothing else in posars knows a proto message or a status. Every service does the same three steps: read the request
//! into a command or query (`wire`), hand it to the one door behind the gateway, write the answer back or map the error
//! (`status`). [`Gateway`] puts the services together; [`posars_edge::Server`] puts them on a socket.

mod access;
mod api_document;
mod areas;
mod authenticate;
mod authorize;
mod before_body;
mod by_protocol;
mod call;
mod caller_share;
mod deadline;
pub mod errors;
mod forward;
mod gateway;
mod gateway_error;
mod grpc_web;
mod in_flight;
mod localize;
mod observe;
mod page;
mod principal;
pub mod proto;
mod rate;
mod readiness;
mod services;
mod status;
mod tenant;
mod visibility;
mod weigh;
mod wire;

pub use access::{Access, AccessRule, AccessRules, AccessRulesError};
pub use api_document::{ApiDocumentError, api_document, binding_table};
pub use areas::{Area, AreaError, AreaFinder, Areas};
pub use authenticate::Authentication;
pub use authorize::COMPANY_HEADER;
pub use forward::{UpstreamMissing, Upstreams};
pub use gateway::Gateway;
pub use gateway_error::GatewayError;
pub use principal::Principal;
pub use readiness::Readiness;
pub use status::ERROR_DOMAIN;
pub use tenant::{Tenant, Tenants};
