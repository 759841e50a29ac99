//! The one map from what went wrong to a gRPC status.
//!
//! Every status carries `google.rpc.ErrorInfo` with a reason of the published catalogue, the domain `posars` and the
//! values that a program may want; bad fields come as `google.rpc.BadRequest`; what may be tried again says when, as
//! `google.rpc.RetryInfo`. Causes inside the server go to the log, not to the client.

mod call;
mod command;
mod field_names;
mod foreign;
mod limit;
mod query;
mod reactor;
mod request;
mod short;
mod user;

use std::collections::HashMap;
use std::time::Duration;

pub(crate) use call::{
    deadline_exceeded, limited_to_store, served_elsewhere, store_not_chosen, unauthenticated,
    unknown_company, unknown_method, upstream_unavailable,
};
pub(crate) use command::{company_away, company_moving, from_command, from_command_of, from_rejection};
pub(crate) use field_names::FieldNames;
pub(crate) use foreign::dress;
pub(crate) use limit::{counted_refusal, from_refusal, of_broken_body};
pub(crate) use query::{from_query, not_found, out_of_range, within_log};
pub(crate) use reactor::{from_reactor, unknown_projection, unknown_reactor};
pub(crate) use request::{bad_timeout, invalid_request};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};
pub(crate) use user::{from_users, unknown_user, users_elsewhere};

use crate::errors;

/// Domain of every `google.rpc.ErrorInfo` that posars sends.
pub const ERROR_DOMAIN: &str = "posars";

/// Notices, wherever tests or a developer meet it, a reason without words or with another code than its own. A rule's
/// reason has the code of its rejection's kind.
fn explained(code: Code, reason: &str) {
    debug_assert!(
        posars_words::entry(reason).is_some(),
        "{reason} is not in the catalogue of reasons"
    );
    debug_assert!(
        errors::code_of(reason).is_none_or(|own| own == code),
        "{reason} comes with another code than {code:?}"
    );
}

/// A status with its reason and values.
pub(crate) fn status(
    code: Code,
    reason: &str,
    message: impl Into<String>,
    metadata: impl IntoIterator<Item = (String, String)>,
) -> Status {
    explained(code, reason);
    let details = ErrorDetails::with_error_info(reason, ERROR_DOMAIN, values(metadata));
    Status::with_error_details(
        code,
        short::shortened(message.into(), short::MESSAGE_CHARS_MAX),
        details,
    )
}

/// A status that says when to try again.
pub(crate) fn retriable(
    code: Code,
    reason: &str,
    message: impl Into<String>,
    metadata: impl IntoIterator<Item = (String, String)>,
    retry_after: Duration,
) -> Status {
    explained(code, reason);
    let mut details = ErrorDetails::with_error_info(reason, ERROR_DOMAIN, values(metadata));
    details.set_retry_info(Some(retry_after));
    Status::with_error_details(
        code,
        short::shortened(message.into(), short::MESSAGE_CHARS_MAX),
        details,
    )
}

fn values(metadata: impl IntoIterator<Item = (String, String)>) -> HashMap<String, String> {
    let metadata = metadata.into_iter();
    metadata
        .map(|(key, value)| (key, short::shortened(value, short::VALUE_CHARS_MAX)))
        .collect()
}

fn owned(metadata: Vec<(&'static str, String)>) -> Vec<(String, String)> {
    metadata
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}
