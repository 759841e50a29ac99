//! REST over any gRPC service, made from its descriptors by the rules of `google.api.http`.
//!
//! Knows no service and no message: everything comes from a descriptor pool. [`Bindings`] reads and checks every
//! binding of the pool, [`openapi`] describes them.

mod binding;
mod escape;
mod http_rule;
pub mod openapi;
mod template;

pub use binding::{Binding, BindingError, BindingProblem, Bindings, Body};
pub use template::{PathTemplate, Segment, TemplateError, Variable};
