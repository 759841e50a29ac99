//! Ends a call at its deadline with `DEADLINE_EXCEEDED`.
//!
//! tonic has a timer of its own, but it answers `CANCELLED`, which tells the client that it gave up itself.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;

use crate::access::AccessRules;
use crate::status;

const GRPC_TIMEOUT_HEADER: &str = "grpc-timeout";
/// The gRPC specification allows at most 8 digits.
const TIMEOUT_DIGITS_MAX: usize = 8;

/// When the call ends, left in the request's extensions for whoever waits inside it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(pub(crate) Instant);

/// How long calls may take.
#[derive(Clone)]
pub(crate) struct Deadlines {
    pub(crate) rules: Arc<AccessRules>,
    /// For RPCs whose rule says nothing.
    pub(crate) deadline_max: Duration,
}

impl Deadlines {
    fn longest(&self, path: &str) -> Duration {
        let rule = self.rules.rule(path);
        rule.and_then(|rule| rule.deadline_max)
            .unwrap_or(self.deadline_max)
    }
}

/// Runs the call until the client's deadline, or the longest of its RPC when that is sooner.
pub(crate) async fn keep_deadline(
    State(deadlines): State<Deadlines>,
    mut request: Request,
    next: Next,
) -> Response {
    let deadline_max = deadlines.longest(request.uri().path());
    let asked = match timeout_asked(request.headers()) {
        Ok(asked) => asked,
        Err(status) => return status.into_http::<Body>(),
    };
    let timeout = asked.unwrap_or(deadline_max).min(deadline_max);
    let deadline = Instant::now() + timeout;
    request.extensions_mut().insert(Deadline(deadline));
    match tokio::time::timeout_at(deadline, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => status::deadline_exceeded(timeout).into_http::<Body>(),
    }
}

fn timeout_asked(headers: &HeaderMap) -> Result<Option<Duration>, tonic::Status> {
    let Some(value) = headers.get(GRPC_TIMEOUT_HEADER) else {
        return Ok(None);
    };
    let parsed = value.to_str().ok().and_then(parse_timeout);
    parsed
        .map(Some)
        .ok_or_else(|| status::bad_timeout(&String::from_utf8_lossy(value.as_bytes())))
}

/// Reads a timeout such as `250m` as the gRPC specification writes it.
fn parse_timeout(text: &str) -> Option<Duration> {
    let unit_at = text.len().checked_sub(1)?;
    let (digits, unit) = text.split_at_checked(unit_at)?;
    if digits.is_empty()
        || digits.len() > TIMEOUT_DIGITS_MAX
        || !digits.bytes().all(|digit| digit.is_ascii_digit())
    {
        return None;
    }
    let amount: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(amount * 3600)),
        "M" => Some(Duration::from_secs(amount * 60)),
        "S" => Some(Duration::from_secs(amount)),
        "m" => Some(Duration::from_millis(amount)),
        "u" => Some(Duration::from_micros(amount)),
        "n" => Some(Duration::from_nanos(amount)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_unit() {
        let cases = [
            ("2H", Duration::from_secs(7200)),
            ("3M", Duration::from_secs(180)),
            ("4S", Duration::from_secs(4)),
            ("250m", Duration::from_millis(250)),
            ("99999999u", Duration::from_micros(99_999_999)),
            ("7n", Duration::from_nanos(7)),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_timeout(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn refuses_what_the_specification_does_not_allow() {
        for text in [
            "",
            "S",
            "1",
            "1s",
            "-1S",
            "+1S",
            "1.5S",
            "123456789S",
            "1 S",
            "1ß",
        ] {
            assert_eq!(parse_timeout(text), None, "{text}");
        }
    }
}
