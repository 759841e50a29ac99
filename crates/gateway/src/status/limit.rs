//! Calls that a limit of the server turned away.

use std::error::Error;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use posars_edge::{Rate, Refusal, Refusals};
use tonic::{Code, Status};

use super::{retriable, status};

/// Wait before a call that found the server full is sent again. Most calls end within some milliseconds.
const OVERLOADED_RETRY: Duration = Duration::from_secs(1);
/// A shorter wait than this is not worth telling.
const WAIT_MIN: Duration = Duration::from_millis(1);

/// A refusal as a client hears it.
pub(crate) fn from_refusal(refusal: Refusal) -> Status {
    let reason = refusal.reason();
    match refusal {
        Refusal::Overloaded { in_flight_calls_max } => overloaded(reason, in_flight_calls_max),
        Refusal::CallerOverloaded { caller_calls_max } => caller_overloaded(reason, caller_calls_max),
        Refusal::RateLimited { rate, wait } => rate_limited(reason, rate, wait),
        Refusal::RequestTooLarge { request_bytes_max } => request_too_large(reason, request_bytes_max),
        Refusal::RequestValuesTooMany { request_values_max } => {
            request_values_too_many(reason, request_values_max)
        }
        Refusal::RequestsOverloaded { caller_bytes_max } => requests_overloaded(reason, caller_bytes_max),
        Refusal::RequestStalled { timeout } => request_stalled(reason, timeout),
    }
}

/// The answer to a call that a limit refuses as a whole.
pub(crate) fn counted_refusal(refusals: &Refusals, refusal: Refusal) -> Response {
    refusals.count(refusal.reason());
    from_refusal(refusal).into_http::<Body>()
}

/// Why the body of a request ended: the status of the limit that ended it, or else the error itself. tonic and the
/// transcoder look for a status among the causes, and answer with it.
pub(crate) fn of_broken_body(error: Box<dyn Error + Send + Sync>) -> Box<dyn Error + Send + Sync> {
    let mut cause: Option<&(dyn Error + 'static)> = Some(&*error);
    while let Some(error) = cause {
        if let Some(refusal) = error.downcast_ref::<Refusal>() {
            return from_refusal(*refusal).into();
        }
        cause = error.source();
    }
    error
}

/// The caller, or whoever calls from its address without a token that holds, calls more often than it may.
fn rate_limited(reason: &str, rate: Rate, wait: Duration) -> Status {
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
    retriable(Code::ResourceExhausted, reason, message, metadata, wait)
}

/// The caller has as many calls under way as one caller may.
fn caller_overloaded(reason: &str, caller_calls_max: usize) -> Status {
    let message = format!(
        "this caller has {caller_calls_max} calls under way, as many as one may, nothing was done; send the call again \
         when one of them has ended"
    );
    let metadata = [("caller_calls_max".to_owned(), caller_calls_max.to_string())];
    retriable(
        Code::ResourceExhausted,
        reason,
        message,
        metadata,
        OVERLOADED_RETRY,
    )
}

/// The process works on as many calls as it may.
fn overloaded(reason: &str, in_flight_calls_max: usize) -> Status {
    let message =
        "the server works on as many calls as it can, nothing was done; send the call again after a pause";
    let metadata = [("in_flight_calls_max".to_owned(), in_flight_calls_max.to_string())];
    retriable(Code::Unavailable, reason, message, metadata, OVERLOADED_RETRY)
}

/// The body of the request is larger than any may be.
fn request_too_large(reason: &str, request_bytes_max: usize) -> Status {
    let message = format!(
        "the request is larger than {request_bytes_max} bytes, nothing was done; split it into smaller ones"
    );
    let metadata = [("request_bytes_max".to_owned(), request_bytes_max.to_string())];
    status(Code::ResourceExhausted, reason, message, metadata)
}

/// The request has more fields and list entries than any may have.
fn request_values_too_many(reason: &str, request_values_max: usize) -> Status {
    let message = format!(
        "the request has more than {request_values_max} fields and list entries, nothing was done; split it into \
         smaller ones"
    );
    let metadata = [("request_values_max".to_owned(), request_values_max.to_string())];
    status(Code::ResourceExhausted, reason, message, metadata)
}

/// The large requests under way take as much memory as they may.
fn requests_overloaded(reason: &str, caller_bytes_max: usize) -> Status {
    let message = "the large requests under way take as much memory as they may, nothing was done; send the call \
                   again after a pause, or in smaller parts";
    let metadata = [("caller_bytes_max".to_owned(), caller_bytes_max.to_string())];
    retriable(Code::Unavailable, reason, message, metadata, OVERLOADED_RETRY)
}

/// The body of the request stopped coming.
fn request_stalled(reason: &str, timeout: Duration) -> Status {
    let timeout_ms = timeout.as_millis().to_string();
    let message = format!(
        "the rest of the request did not come within {timeout_ms} ms, nothing was done; send it again on a better \
         connection"
    );
    let metadata = [("timeout_ms".to_owned(), timeout_ms)];
    status(Code::DeadlineExceeded, reason, message, metadata)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_found_among_the_causes_of_a_broken_body() {
        let refusal = Refusal::RequestStalled {
            timeout: Duration::from_secs(1),
        };
        let stalled = axum::Error::new(axum::Error::new(refusal));
        let told = of_broken_body(stalled.into()).downcast::<Status>().unwrap();
        assert_eq!(told.code(), Code::DeadlineExceeded);
        let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        let other = of_broken_body(reset.into());
        assert!(
            other.is::<std::io::Error>(),
            "anything else stays as it is: {other}"
        );
    }
}
