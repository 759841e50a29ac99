//! The wire: protos, gRPC services and the one map from errors to statuses.
//!
//! Nothing else in posars knows a proto message or a status. Every service does the same three steps: read the request
//! into a command or query (`wire`), hand it to the one door behind the gateway, write the answer back or map the error
//! (`status`). [`Gateway`] puts the services together, [`serve`] puts them on a socket.

mod access;
mod answer_pace;
mod api_document;
mod authenticate;
mod authorize;
mod before_body;
mod by_protocol;
mod call;
mod caller_share;
mod connection;
mod connection_seats;
mod cors;
mod deadline;
pub mod errors;
mod frame_pace;
mod gateway;
mod grpc_web;
mod held_answer;
mod in_flight;
mod limits;
mod localize;
mod observe;
mod page;
mod patient_stream;
mod peer;
mod principal;
pub mod proto;
mod rate;
mod readiness;
mod refusals;
mod request_budget;
mod request_pace;
mod request_size;
mod serve;
mod services;
mod shares;
mod status;
mod tenant;
mod tls;
mod under_way;
mod value_count;
mod wire;

pub use access::{Access, AccessRule, AccessRules, AccessRulesError};
pub use api_document::{ApiDocumentError, api_document, binding_table};
pub use authenticate::Authentication;
pub use authorize::COMPANY_HEADER;
pub use cors::{Origin, OriginError};
pub use gateway::{Gateway, GatewayError};
pub use limits::{Limits, Rate};
pub use peer::{FromThisMachine, Network, NetworkError};
pub use principal::Principal;
pub use readiness::Readiness;
pub use serve::{Server, serve};
pub use status::ERROR_DOMAIN;
pub use tenant::{Tenant, Tenants};
pub use tls::{Tls, TlsError, TlsFiles};
