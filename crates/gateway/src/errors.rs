//! What the wire adds to a reason of the catalogue in `posars-words`: its gRPC code and its HTTP status.
//!
//! `docs/errors.md` is written from both. A test compares the catalogue with the sources of every crate that makes
//! reasons, so that none leaves the server unexplained and none is explained that no longer exists.

mod codes;
mod http;

pub use codes::{code_of, code_of_kind};
pub use http::{code_name, http_status};

/// The code of a page token that is not from here.
pub(crate) const PAGE_TOKEN_INVALID: &str = "PAGE_TOKEN_INVALID";
