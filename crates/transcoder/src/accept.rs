//! What the client wants to read, from its `Accept` header.

use http::{HeaderMap, HeaderValue, header};

pub(crate) const JSON_VALUE: HeaderValue = HeaderValue::from_static("application/json");
pub(crate) const NDJSON_VALUE: HeaderValue = HeaderValue::from_static("application/x-ndjson");
pub(crate) const EVENTS_VALUE: HeaderValue = HeaderValue::from_static("text/event-stream");

/// How the messages of a stream are put into one body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StreamForm {
    /// A line per message: `{"result":…}`, and `{"error":…}` when it fails.
    Lines,
    /// Server-sent events: `data: …`, and `event: error` when it fails.
    Events,
    /// One JSON array of what would be the lines.
    Array,
}

impl StreamForm {
    pub(crate) fn content_type(self) -> HeaderValue {
        match self {
            Self::Lines => NDJSON_VALUE,
            Self::Events => EVENTS_VALUE,
            Self::Array => JSON_VALUE,
        }
    }
}

/// The form with the highest quality; lines where the client does not care.
pub(crate) fn stream_form(headers: &HeaderMap) -> StreamForm {
    let mut best = (0, StreamForm::Lines);
    let ranges = headers
        .get_all(header::ACCEPT)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    for range in ranges.flat_map(|value| value.split(',')) {
        // Media types and names of parameters mean the same in any case.
        let range = range.to_ascii_lowercase();
        let mut parts = range.split(';').map(str::trim);
        let form = match parts.next().unwrap_or_default() {
            "*/*" | "application/*" => StreamForm::Lines,
            "text/event-stream" | "text/*" => StreamForm::Events,
            "application/json" => StreamForm::Array,
            other if is_lines(other) => StreamForm::Lines,
            _other => continue,
        };
        let quality = parts
            .find_map(|parameter| parameter.strip_prefix("q="))
            .map_or(1000, quality_thousandths);
        if quality > best.0 {
            best = (quality, form);
        }
    }
    best.1
}

/// Whether a media type, in lower case, is one of JSON values line by line.
pub(crate) fn is_lines(media_type: &str) -> bool {
    ["application/x-ndjson", "application/ndjson", "application/jsonl"].contains(&media_type)
}

/// A quality such as `0.8` in thousandths; what cannot be read counts as not wanted.
fn quality_thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    match (whole, digits.parse::<u16>()) {
        ("0", Ok(thousandths)) => thousandths,
        ("1", Ok(_)) => 1000,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_quality_wins_and_the_first_of_equals() {
        let cases = [
            ("*/*", StreamForm::Lines),
            ("application/x-ndjson", StreamForm::Lines),
            ("text/event-stream", StreamForm::Events),
            ("application/json", StreamForm::Array),
            (
                "application/json;q=0.5, text/event-stream;q=0.9",
                StreamForm::Events,
            ),
            ("application/json, text/event-stream", StreamForm::Array),
            ("Application/JSON", StreamForm::Array),
            (
                "application/json;Q=0.1, TEXT/Event-Stream;q=0.2",
                StreamForm::Events,
            ),
            ("application/jsonl, application/json", StreamForm::Lines),
            ("text/html, */*;q=0.1", StreamForm::Lines),
            ("application/json;q=0, */*;q=0.1", StreamForm::Lines),
            ("application/json;q=x", StreamForm::Lines),
            ("image/png", StreamForm::Lines),
        ];
        for (accept, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            assert_eq!(stream_form(&headers), expected, "{accept}");
        }
        assert_eq!(stream_form(&HeaderMap::new()), StreamForm::Lines);
    }
}
