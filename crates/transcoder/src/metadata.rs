//! Which headers cross between HTTP and gRPC, in both directions: lists of what may, never of what may not alone.

use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue};

use crate::options::TranscoderOptions;

/// A header with this prefix becomes metadata without it.
const PREFIX: &str = "grpc-metadata-";
/// A service that sets this metadata chooses the HTTP status of its success.
const HTTP_CODE: &str = "x-http-code";

/// Headers that are metadata under their own name.
const TAKEN: [HeaderName; 9] = [
    header::AUTHORIZATION,
    header::USER_AGENT,
    header::ACCEPT_LANGUAGE,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("tracestate"),
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("x-request-id"),
];

/// Headers of one connection or of the framing; they mean nothing, or something else, on the other side.
const RESERVED: [HeaderName; 16] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::HOST,
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_ENCODING,
    header::ACCEPT_ENCODING,
    HeaderName::from_static("http2-settings"),
    HeaderName::from_static(HTTP_CODE),
];

/// The metadata of a call from the headers of its request, without those of the framing.
pub(crate) fn into_metadata(headers: &HeaderMap, options: &TranscoderOptions) -> HeaderMap {
    let mut metadata = HeaderMap::with_capacity(headers.len().saturating_add(3));
    for (name, value) in headers {
        if TAKEN.contains(name) || options.headers_in.contains(name) {
            metadata.append(name.clone(), value.clone());
        }
    }
    for (name, value) in headers {
        let Some(bare) = name.as_str().strip_prefix(PREFIX) else {
            continue;
        };
        let Ok(bare) = HeaderName::try_from(bare) else {
            continue;
        };
        // A header under its own name is not amended by a prefixed one: proxies in front check only the former.
        let stands_for_itself = TAKEN.contains(&bare) || options.headers_in.contains(&bare);
        let is_kept = options.headers_withheld.contains(&bare) || is_reserved(&bare);
        let is_there = stands_for_itself && headers.contains_key(&bare);
        if !is_kept && !is_there {
            metadata.append(bare, value.clone());
        }
    }
    metadata
}

/// The headers of an answer from the metadata of a call: everything that is text and not reserved.
pub(crate) fn into_headers(mut metadata: HeaderMap, trailers: Option<HeaderMap>) -> HeaderMap {
    metadata.extend(trailers.unwrap_or_default());
    let all_pass = metadata.keys().all(|name| !is_withheld(name));
    if all_pass {
        return metadata;
    }
    let mut headers = HeaderMap::with_capacity(metadata.len());
    for (name, value) in &metadata {
        if !is_withheld(name) {
            headers.append(name.clone(), value.clone());
        }
    }
    headers
}

/// The status that the service chose for its success, if it is one.
pub(crate) fn chosen_status(metadata: &HeaderMap) -> Option<http::StatusCode> {
    let value: &HeaderValue = metadata.get(HTTP_CODE)?;
    let status = http::StatusCode::from_bytes(value.as_bytes()).ok()?;
    (status.is_success() || status.is_redirection()).then_some(status)
}

fn is_withheld(name: &HeaderName) -> bool {
    is_reserved(name) || name.as_str().ends_with("-bin")
}

fn is_reserved(name: &HeaderName) -> bool {
    name.as_str().starts_with("grpc-") || RESERVED.contains(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn takes_what_is_listed_and_what_is_prefixed() {
        let options = TranscoderOptions {
            headers_in: vec![HeaderName::from_static("x-shop")],
            headers_withheld: vec![HeaderName::from_static("x-identity")],
            ..TranscoderOptions::default()
        };
        let metadata = into_metadata(
            &map(&[
                ("authorization", "Bearer a"),
                ("grpc-metadata-authorization", "Bearer b"),
                ("traceparent", "00-1"),
                ("x-shop", "7"),
                ("grpc-metadata-colour", "red"),
                ("grpc-metadata-key-bin", "AAE="),
                ("grpc-metadata-grpc-timeout", "1S"),
                ("grpc-metadata-x-identity", "forged"),
                ("grpc-metadata-te", "x"),
                ("grpc-metadata-", "x"),
                ("x-identity", "forged"),
                ("cookie", "a=b"),
                ("connection", "close"),
                ("content-length", "3"),
                ("grpc-timeout", "1S"),
            ]),
            &options,
        );
        let expected = map(&[
            ("authorization", "Bearer a"),
            ("traceparent", "00-1"),
            ("x-shop", "7"),
            ("colour", "red"),
            ("key-bin", "AAE="),
        ]);
        assert_eq!(metadata, expected);
    }

    #[test]
    fn gives_all_text_but_the_reserved() {
        let metadata = map(&[
            ("content-type", "application/grpc"),
            ("grpc-status", "0"),
            ("etag", "\"1\""),
            ("key-bin", "AAE="),
            ("x-http-code", "201"),
        ]);
        assert_eq!(chosen_status(&metadata), Some(http::StatusCode::CREATED));
        let headers = into_headers(metadata, Some(map(&[("cost", "3"), ("grpc-message", "x")])));
        assert_eq!(headers, map(&[("etag", "\"1\""), ("cost", "3")]));
    }

    #[test]
    fn a_service_cannot_turn_its_success_into_an_error() {
        for code in ["500", "404", "99", "abc", "1000", ""] {
            assert_eq!(chosen_status(&map(&[(HTTP_CODE, code)])), None, "{code}");
        }
    }
}
