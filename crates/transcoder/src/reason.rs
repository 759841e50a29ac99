//! The reasons why the transcoder itself refuses a request.

/// One reason of `google.rpc.ErrorInfo` that the transcoder gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The text in `ErrorInfo.reason`, in UPPER_SNAKE.
    pub reason: &'static str,
    /// Number of the gRPC code.
    pub code: i32,
    /// The HTTP status, which is finer than the code's own.
    pub http_status: u16,
    /// What happened, for a person.
    pub meaning: &'static str,
    /// What the caller does about it.
    pub next_step: &'static str,
}

macro_rules! reasons {
    ($($name:ident = $code:literal, $http_status:literal, $meaning:literal, $next_step:literal;)+) => {
        $(
            pub(crate) const $name: &Reason = &Reason {
                reason: stringify!($name),
                code: $code,
                http_status: $http_status,
                meaning: $meaning,
                next_step: $next_step,
            };
        )+

        /// Every reason that the transcoder gives, for a catalogue of errors.
        pub const REASONS: &[Reason] = &[$(*$name),+];
    };
}

reasons! {
    ROUTE_NOT_FOUND = 5, 404,
        "nothing is served at this path", "see the paths of the API";
    METHOD_NOT_ALLOWED = 12, 405,
        "this path does not take this method", "use a method that the Allow header names";
    PATH_MALFORMED = 3, 400,
        "the path has an escape that is not UTF-8 in hexadecimal", "escape the path again as UTF-8";
    PATH_VALUE_INVALID = 3, 400,
        "a part of the path does not fit its field", "write the value as the field's type asks";
    QUERY_MALFORMED = 3, 400,
        "the query has an escape that is not UTF-8 in hexadecimal", "escape the query again as UTF-8";
    QUERY_TOO_LONG = 3, 414,
        "the query is longer than the limit", "send fewer or shorter parameters";
    QUERY_PARAMETERS_TOO_MANY = 3, 400,
        "the query has more parameters than the limit", "send fewer parameters";
    QUERY_PARAMETER_UNKNOWN = 3, 400,
        "the request has no field of a query parameter's name", "correct the name or leave it out";
    QUERY_PARAMETER_MISPLACED = 3, 400,
        "a query parameter names a field that the path or the body gives", "leave it out, or send it there";
    QUERY_PARAMETER_REPEATED = 3, 400,
        "a query parameter of a single value is given twice", "give it once";
    QUERY_PARAMETER_UNFIT = 3, 400,
        "a query parameter names a field that no query can spell", "name a field inside it, or send it in a body";
    QUERY_VALUE_INVALID = 3, 400,
        "a query parameter does not fit its field", "write the value as the field's type asks";
    ONEOF_CONFLICT = 3, 400,
        "two fields are given of which only one may be set", "leave one of them out";
    REQUEST_TOO_LARGE = 8, 413,
        "the request is larger than the limit", "split it into smaller ones";
    REQUEST_VALUES_TOO_MANY = 8, 413,
        "the request has more fields and list entries than the limit", "split it into smaller ones";
    BODY_UNREADABLE = 3, 400,
        "the body ended too early or cannot be decompressed", "send the whole body again";
    BODY_NOT_JSON = 3, 400,
        "the body is not JSON", "correct the JSON at the place named";
    BODY_TOO_DEEP = 3, 400,
        "the JSON of the body is nested more deeply than the limit", "send a flatter structure";
    BODY_KEY_DUPLICATE = 3, 400,
        "a JSON object of the body has a key twice", "leave one of them out";
    BODY_FIELD_UNKNOWN = 3, 400,
        "the body has a field that the request does not have", "correct the name or leave it out";
    BODY_VALUE_INVALID = 3, 400,
        "a value of the body does not fit its field", "write the value as the field's type asks";
    MEDIA_TYPE_UNSUPPORTED = 3, 415,
        "the body is of a media type that this method does not take", "send application/json";
    ENCODING_UNSUPPORTED = 3, 415,
        "the body is compressed in a way that is not known here", "send gzip or no Content-Encoding";
    TIMEOUT_INVALID = 3, 400,
        "the grpc-timeout header is not a timeout", "write up to 8 digits and one of H M S m u n, such as 5S";
    DEADLINE_EXCEEDED = 4, 504,
        "the call was not done by its deadline", "ask for less, or for more time with grpc-timeout";
    ANSWER_UNREADABLE = 13, 500,
        "the answer of the service could not be written as JSON", "report it with the time of the call";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_stands_alone() {
        for (index, reason) in REASONS.iter().enumerate() {
            let again = REASONS.iter().skip(index + 1);
            assert!(
                again.clone().all(|other| other.reason != reason.reason),
                "{reason:?}"
            );
            assert!(
                http::StatusCode::from_u16(reason.http_status).is_ok(),
                "{reason:?}"
            );
            assert_ne!(
                tonic::Code::from_i32(reason.code),
                tonic::Code::Unknown,
                "{reason:?}"
            );
        }
    }
}
