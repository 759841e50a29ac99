//! gRPC codes as REST and people see them.

use tonic::Code;

/// The HTTP status of a request that is larger than it may be.
const PAYLOAD_TOO_LARGE: u16 = 413;
const NOT_FOUND: u16 = 404;

/// The HTTP status of an answer in REST, 400 to 599: the reason's own, or else the usual one of its code.
#[must_use]
pub fn http_status(reason: &str, code: Code) -> u16 {
    let own = posars_transcoder::REASONS.iter().find(|own| own.reason == reason);
    match (reason, own) {
        ("REQUEST_TOO_LARGE" | "REQUEST_VALUES_TOO_MANY", _) => PAYLOAD_TOO_LARGE,
        // There is nothing at this path in this process, whatever another one has there.
        ("SERVICE_ELSEWHERE", _) => NOT_FOUND,
        (_, Some(own)) => own.http_status,
        (_, None) => usual_http_status(code),
    }
}

/// The usual HTTP status of a gRPC code, as `google/rpc/code.proto` gives it.
fn usual_http_status(code: Code) -> u16 {
    match code {
        Code::Ok => 200,
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => 400,
        Code::Unauthenticated => 401,
        Code::PermissionDenied => 403,
        Code::NotFound => 404,
        Code::AlreadyExists | Code::Aborted => 409,
        Code::ResourceExhausted => 429,
        Code::Cancelled => 499,
        Code::Unknown | Code::Internal | Code::DataLoss => 500,
        Code::Unimplemented => 501,
        Code::Unavailable => 503,
        Code::DeadlineExceeded => 504,
    }
}

/// The code's name on the wire, such as `INVALID_ARGUMENT`.
#[must_use]
pub fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
