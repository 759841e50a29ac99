//! REST over any gRPC service, made from its descriptors by the rules of `google.api.http`.
//!
//! Knows no service and no message: everything comes from a descriptor pool. [`Bindings`] reads and checks every
//! binding of the pool, [`Transcoder`] serves them, [`openapi`] describes them.
//!
//! A request goes through `router` (which binding), `request` (query, then body over it, then path over both),
//! the gRPC service itself, and `answer` or `stream` (ProtoJSON, bytes, or a stream). What fails on the way, here or
//! there, is a `failure`: `google.rpc.Status` as JSON.
//!
//! What an implementation may choose, and what is chosen here: a JSON object with a key twice is refused, also in the
//! two spellings of one field; a query parameter that names no field is ignored and counted, or refused with
//! [`TranscoderOptions::strict_query`], which names the nearest; enum values are read by name and number; fields with
//! default values are written.
//!
//! Not here: web forms, `X-HTTP-Method-Override`, WebSocket. A stream of JSON messages *to* an RPC is read whole
//! before the RPC begins; `google.api.HttpBody` is passed on piece by piece.

mod accept;
mod answer;
mod binding;
mod binding_error;
mod body;
mod deadline;
mod escape;
mod exchange;
mod failure;
mod field_mask;
mod finder;
mod frames;
mod http_rule;
mod json;
mod layers;
mod message;
mod metadata;
mod nearest;
mod not_finite;
pub mod openapi;
mod options;
mod parameters;
mod query;
mod reason;
mod request;
mod route;
mod router;
mod scale;
mod served;
mod stream;
mod template;
mod text_value;
mod transcoder;
mod upload;

pub use binding::{Binding, Bindings, Body};
pub use binding_error::{BindingError, BindingProblem};
pub use deadline::{TimeoutError, timeout_asked};
pub use finder::BindingFinder;
pub use options::{CorsOptions, CorsOrigins, DeadlineOf, Mask, TranscoderOptions};
pub use reason::{REASONS, Reason};
pub use scale::BodyScale;
pub use template::{PathTemplate, Segment, TemplateError, Variable};
pub use transcoder::{Transcoder, TranscoderFuture};
