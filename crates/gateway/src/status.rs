//! The one map from what went wrong to a gRPC status.
//!
//! Every status carries `google.rpc.ErrorInfo` with a reason of the published catalogue, the domain `posars` and the
//! values that a program may want; bad fields come as `google.rpc.BadRequest`; what may be tried again says when, as
//! `google.rpc.RetryInfo`. Causes inside the server go to the log, not to the client.

use std::collections::HashMap;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

/// Domain of every `google.rpc.ErrorInfo` that posars sends.
pub const ERROR_DOMAIN: &str = "posars";

/// A status with its reason and values.
pub(crate) fn status(
    code: Code,
    reason: &str,
    message: impl Into<String>,
    metadata: impl IntoIterator<Item = (String, String)>,
) -> Status {
    let details = ErrorDetails::with_error_info(reason, ERROR_DOMAIN, metadata.into_iter().collect::<HashMap<_, _>>());
    Status::with_error_details(code, message, details)
}

/// The fields of a request that cannot be read.
pub(crate) fn invalid_request(violations: Vec<FieldViolation>) -> Status {
    let reason = shared_reason(&violations);
    let message = match violations.as_slice() {
        [] => "the request cannot be read".to_owned(),
        [only] => format!("{}: {}", only.field, only.description),
        [first, ..] => format!(
            "{} fields are wrong, the first is {}: {}",
            violations.len(),
            first.field,
            first.description
        ),
    };
    let mut details = ErrorDetails::with_error_info(reason, ERROR_DOMAIN, HashMap::new());
    details.set_bad_request(violations);
    Status::with_error_details(Code::InvalidArgument, message, details)
}

/// The reason that all violations share, so that a request with one bad tax id answers `INVALID_TAX_ID` and not merely
/// that something is wrong.
fn shared_reason(violations: &[FieldViolation]) -> String {
    let mut reasons = violations.iter().map(|violation| violation.reason.as_str());
    match reasons.next() {
        Some(first) if reasons.all(|reason| reason == first) => first.to_owned(),
        Some(_) | None => "INVALID_REQUEST".to_owned(),
    }
}

/// A `grpc-timeout` header that the specification does not allow.
pub(crate) fn bad_timeout(header: &str) -> Status {
    let message = format!(
        "grpc-timeout \"{header}\" cannot be read; write up to 8 digits and one of the units H, M, S, m, u, n"
    );
    status(Code::InvalidArgument, "INVALID_TIMEOUT", message, [("timeout".to_owned(), header.to_owned())])
}

/// The call took longer than it may.
pub(crate) fn deadline_exceeded(timeout: Duration) -> Status {
    let timeout_ms = timeout.as_millis().to_string();
    let message = format!(
        "the call did not end within its deadline of {timeout_ms} ms; a command may still have taken effect: send it \
         again with the same ids and it takes effect once"
    );
    status(Code::DeadlineExceeded, "DEADLINE_EXCEEDED", message, [("timeout_ms".to_owned(), timeout_ms)])
}

/// The company in the path is not one that the caller may use. The same answer whether it exists or not.
pub(crate) fn unknown_company(company: &str) -> Status {
    let message = format!(
        "there is no company \"{company}\" here for this caller; check the name in the path and who is signed in"
    );
    status(Code::NotFound, "UNKNOWN_COMPANY", message, [("company".to_owned(), company.to_owned())])
}

/// No service has this method.
pub(crate) fn unknown_method(path: &str) -> Status {
    let message = format!("there is no method {path} here; list what there is by reflection");
    status(Code::Unimplemented, "UNKNOWN_METHOD", message, [("path".to_owned(), path.to_owned())])
}
