//! How long a call may take: what the client asks for, within what the RPC may have.
//!
//! tonic keeps `grpc-timeout` too, but answers `CANCELLED`, which would tell the client that it gave up itself. So the
//! timer that counts is ours, and the service hears of a deadline a little later than it.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};

pub(crate) const TIMEOUT_HEADER: &str = "grpc-timeout";
/// The gRPC specification allows at most 8 digits.
const DIGITS_MAX: usize = 8;
/// Long enough that our timer goes off first, short enough that a service stops work soon after.
const SERVICE_MARGIN: Duration = Duration::from_millis(20);

/// The `grpc-timeout` header is there and is no timeout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("grpc-timeout is not up to 8 digits and one of the units H, M, S, m, u, n")]
pub struct TimeoutError;

/// The time for one call.
pub(crate) fn timeout(headers: &HeaderMap, deadline_max: Duration) -> Result<Duration, TimeoutError> {
    Ok(timeout_asked(headers)?.map_or(deadline_max, |asked| asked.min(deadline_max)))
}

/// The time that a caller gives its call, such as 250 ms for `grpc-timeout: 250m`; none without the header.
///
/// # Errors
/// [`TimeoutError`] when the gRPC specification does not allow what the header says.
pub fn timeout_asked(headers: &HeaderMap) -> Result<Option<Duration>, TimeoutError> {
    let Some(value) = headers.get(TIMEOUT_HEADER) else {
        return Ok(None);
    };
    let asked = value.to_str().ok().and_then(parse).ok_or(TimeoutError)?;
    Ok(Some(asked))
}

/// The header that tells the service.
pub(crate) fn header_for_service(timeout: Duration) -> Option<HeaderValue> {
    let timeout_ms = timeout.saturating_add(SERVICE_MARGIN).as_millis();
    // 8 digits of milliseconds are more than a day; whoever has longer needs no timer in the service.
    (timeout_ms < 100_000_000)
        .then(|| HeaderValue::from_str(&format!("{timeout_ms}m")).ok())
        .flatten()
}

fn parse(text: &str) -> Option<Duration> {
    let unit_at = text.len().checked_sub(1)?;
    let (digits, unit) = text.split_at_checked(unit_at)?;
    let all_digits = digits.bytes().all(|digit| digit.is_ascii_digit());
    if digits.is_empty() || digits.len() > DIGITS_MAX || !all_digits {
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

    fn asked(value: &str) -> Result<Duration, TimeoutError> {
        let mut headers = HeaderMap::new();
        headers.insert(TIMEOUT_HEADER, value.parse().unwrap());
        timeout(&headers, Duration::from_secs(30))
    }

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
            let headers = HeaderMap::from_iter([(TIMEOUT_HEADER.parse().unwrap(), text.parse().unwrap())]);
            assert_eq!(timeout_asked(&headers), Ok(Some(expected)), "{text}");
        }
        assert_eq!(timeout_asked(&HeaderMap::new()), Ok(None));
    }

    #[test]
    fn the_client_may_ask_for_less_but_not_for_more() {
        assert_eq!(asked("250m"), Ok(Duration::from_millis(250)));
        assert_eq!(asked("99999999H"), Ok(Duration::from_secs(30)));
        let none = timeout(&HeaderMap::new(), Duration::from_secs(30));
        assert_eq!(none, Ok(Duration::from_secs(30)));
        for bad in [
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
            assert_eq!(asked(bad), Err(TimeoutError), "{bad:?}");
        }
    }

    #[test]
    fn the_service_hears_of_it_a_little_later() {
        let header = header_for_service(Duration::from_secs(1));
        assert_eq!(header, Some(HeaderValue::from_static("1020m")));
        assert_eq!(header_for_service(Duration::from_secs(1_000_000)), None);
    }
}
