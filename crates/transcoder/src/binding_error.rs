//! What can be wrong with an HTTP binding.

use http::Method;

use crate::template::TemplateError;

/// A binding that cannot be served: which one and why.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP binding {ordinal} of {rpc} cannot be served: {problem}; change it in the proto")]
pub struct BindingError {
    /// Full name of the RPC.
    pub rpc: String,
    /// 0 for the main binding, then the additional ones from 1.
    pub ordinal: usize,
    /// What is wrong.
    pub problem: BindingProblem,
}

/// What is wrong with a binding.
#[derive(Debug, thiserror::Error)]
pub enum BindingProblem {
    /// The option names no method and path.
    #[error("it has no pattern (get, put, post, delete, patch or custom)")]
    WithoutPattern,
    /// An additional binding has additional bindings.
    #[error("an additional binding may not have additional bindings")]
    NestedAdditional,
    /// The custom kind is no HTTP method.
    #[error("{kind:?} is not an HTTP method")]
    BadMethod {
        /// The custom kind.
        kind: String,
    },
    /// The path is no template.
    #[error("its path {path:?} is not a template: {source}")]
    Template {
        /// The path.
        path: String,
        /// Why.
        source: TemplateError,
    },
    /// A variable or body names a field that the message does not have.
    #[error("{message} has no field {field:?}")]
    UnknownField {
        /// Full name of the message.
        message: String,
        /// The name that was looked for.
        field: String,
    },
    /// A variable names a field that a path cannot spell.
    #[error("the field {field:?} is a list, a map or a message without a text form, which no path can hold")]
    NotInPath {
        /// The field path.
        field: String,
    },
    /// A method without a body has one.
    #[error("{method} has no body")]
    BodyNotAllowed {
        /// The HTTP method.
        method: Method,
    },
    /// The body names a field that the path sets as a whole.
    #[error("the field {field:?} is in both the path and the body")]
    InPathAndBody {
        /// The field.
        field: String,
    },
    /// The RPC takes a stream, but the binding gives it no body to come from.
    #[error("the RPC takes a stream, which must come from the body")]
    StreamWithoutBody,
    /// Another binding takes the same requests.
    #[error("{method} {template} takes the same requests as {other}")]
    Clash {
        /// The HTTP method.
        method: Method,
        /// The path.
        template: String,
        /// Full name of the other RPC.
        other: String,
    },
}
