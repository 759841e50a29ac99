//! Calls that a limit of the server turned away.

use std::time::Duration;

use tonic::{Code, Status};

use super::{retriable, status};
use crate::Rate;

/// Reason of [`caller_overloaded`].
pub(crate) const CALLER_OVERLOADED: &str = "CALLER_OVERLOADED";
/// Reason of [`rate_limited`].
pub(crate) const RATE_LIMITED: &str = "RATE_LIMITED";
/// Reason of [`overloaded`].
pub(crate) const OVERLOADED: &str = "OVERLOADED";
/// Reason of [`request_too_large`].
pub(crate) const REQUEST_TOO_LARGE: &str = "REQUEST_TOO_LARGE";
/// Reason of [`request_values_too_many`].
pub(crate) const REQUEST_VALUES_TOO_MANY: &str = "REQUEST_VALUES_TOO_MANY";
/// Reason of [`requests_overloaded`].
pub(crate) const REQUESTS_OVERLOADED: &str = "REQUESTS_OVERLOADED";
/// Reason of [`request_stalled`].
pub(crate) const REQUEST_STALLED: &str = "REQUEST_STALLED";

/// Wait before a call that found the server full is sent again. Most calls end within some milliseconds.
const OVERLOADED_RETRY: Duration = Duration::from_secs(1);
/// A shorter wait than this is not worth telling.
const WAIT_MIN: Duration = Duration::from_millis(1);

/// The caller, or whoever calls from its address without a token that holds, calls more often than it may.
pub(crate) fn rate_limited(rate: Rate, wait: Duration) -> Status {
    let wait = wait.max(WAIT_MIN);
    let message = format!(
        "more than {} calls per second from this caller, nothing was done; send the call again after {} ms",
        rate.calls_per_s,
        wait.as_millis()
    );
    let metadata = [
        ("calls_per_s".to_owned(), rate.calls_per_s.to_string()),
        ("burst_calls_max".to_owned(), rate.burst_calls_max.to_string()),
    ];
    retriable(Code::ResourceExhausted, RATE_LIMITED, message, metadata, wait)
}

/// The caller has as many calls under way as one caller may.
pub(crate) fn caller_overloaded(caller_calls_max: usize) -> Status {
    let message = format!(
        "this caller has {caller_calls_max} calls under way, as many as one may, nothing was done; send the call again \
         when one of them has ended"
    );
    let metadata = [("caller_calls_max".to_owned(), caller_calls_max.to_string())];
    retriable(
        Code::ResourceExhausted,
        CALLER_OVERLOADED,
        message,
        metadata,
        OVERLOADED_RETRY,
    )
}

/// The process works on as many calls as it may.
pub(crate) fn overloaded(in_flight_calls_max: usize) -> Status {
    let message =
        "the server works on as many calls as it can, nothing was done; send the call again after a pause";
    let metadata = [("in_flight_calls_max".to_owned(), in_flight_calls_max.to_string())];
    retriable(Code::Unavailable, OVERLOADED, message, metadata, OVERLOADED_RETRY)
}

/// The body of the request is larger than any may be.
pub(crate) fn request_too_large(request_bytes_max: usize) -> Status {
    let message = format!(
        "the request is larger than {request_bytes_max} bytes, nothing was done; split it into smaller ones"
    );
    let metadata = [("request_bytes_max".to_owned(), request_bytes_max.to_string())];
    status(Code::ResourceExhausted, REQUEST_TOO_LARGE, message, metadata)
}

/// The request has more fields and list entries than any may have.
pub(crate) fn request_values_too_many(request_values_max: usize) -> Status {
    let message = format!(
        "the request has more than {request_values_max} fields and list entries, nothing was done; split it into \
         smaller ones"
    );
    let metadata = [("request_values_max".to_owned(), request_values_max.to_string())];
    status(
        Code::ResourceExhausted,
        REQUEST_VALUES_TOO_MANY,
        message,
        metadata,
    )
}

/// The large requests under way take as much memory as they may.
pub(crate) fn requests_overloaded(caller_bytes_max: usize) -> Status {
    let message = "the large requests under way take as much memory as they may, nothing was done; send the call \
                   again after a pause, or in smaller parts";
    let metadata = [("caller_bytes_max".to_owned(), caller_bytes_max.to_string())];
    retriable(
        Code::Unavailable,
        REQUESTS_OVERLOADED,
        message,
        metadata,
        OVERLOADED_RETRY,
    )
}

/// The body of the request stopped coming.
pub(crate) fn request_stalled(timeout: Duration) -> Status {
    let timeout_ms = timeout.as_millis().to_string();
    let message = format!(
        "the rest of the request did not come within {timeout_ms} ms, nothing was done; send it again on a better \
         connection"
    );
    let metadata = [("timeout_ms".to_owned(), timeout_ms)];
    status(Code::DeadlineExceeded, REQUEST_STALLED, message, metadata)
}
