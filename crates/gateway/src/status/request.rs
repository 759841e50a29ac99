//! Requests that cannot be read.

use std::collections::HashMap;

use axum::http::{HeaderMap, HeaderValue};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

use super::{ERROR_DOMAIN, explained, short, status};

/// The fields of a request that cannot be read.
pub(crate) fn invalid_request(violations: Vec<FieldViolation>) -> Status {
    let reason = shared_reason(&violations);
    explained(Code::InvalidArgument, &reason);
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
    details.set_bad_request(short::few(violations));
    let message = short::shortened(message, short::MESSAGE_CHARS_MAX);
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
pub(crate) fn bad_timeout(headers: &HeaderMap) -> Status {
    let header = headers
        .get("grpc-timeout")
        .map_or(&b""[..], HeaderValue::as_bytes);
    let header = String::from_utf8_lossy(header);
    let message = format!(
        "grpc-timeout \"{header}\" cannot be read; write up to 8 digits and one of the units H, M, S, m, u, n"
    );
    status(
        Code::InvalidArgument,
        "TIMEOUT_INVALID",
        message,
        [("timeout".to_owned(), header.into_owned())],
    )
}
