//! One port for every protocol: tells by the content type how a request wants to be answered.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use tower::ServiceExt as _;

const GRPC: &[u8] = b"application/grpc";
const GRPC_WEB: &[u8] = b"application/grpc-web";
const GRPC_WEB_TEXT: &[u8] = b"application/grpc-web-text";

/// One router for each protocol; all of them end in the same calls.
#[derive(Clone)]
pub(crate) struct Protocols {
    pub(crate) grpc: Router,
    pub(crate) grpc_web: Router,
    pub(crate) rest: Router,
}

impl Protocols {
    /// The router in front of them.
    pub(crate) fn into_router(self) -> Router {
        Router::new().fallback(async move |request: Request| {
            let router = match Protocol::of(request.headers()) {
                Protocol::Grpc => self.grpc,
                Protocol::GrpcWeb => self.grpc_web,
                Protocol::Rest => self.rest,
            };
            router.oneshot(request).await
        })
    }
}

/// How a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    Grpc,
    GrpcWeb,
    /// JSON over HTTP, and whatever else there is.
    Rest,
}

impl Protocol {
    fn of(headers: &HeaderMap) -> Self {
        let content_type = headers.get(header::CONTENT_TYPE);
        let content_type = content_type.map_or(&b""[..], |value| value.as_bytes());
        if is_kind_of(GRPC, content_type) {
            Self::Grpc
        } else if is_kind_of(GRPC_WEB, content_type) || is_kind_of(GRPC_WEB_TEXT, content_type) {
            Self::GrpcWeb
        } else {
            Self::Rest
        }
    }
}

/// Whether the content type is `kind`, alone or with a codec (`+proto`) or parameters (`; charset=…`) behind it.
fn is_kind_of(kind: &[u8], content_type: &[u8]) -> bool {
    let Some((own, rest)) = content_type.split_at_checked(kind.len()) else {
        return false;
    };
    own.eq_ignore_ascii_case(kind) && matches!(rest.first(), None | Some(b'+' | b';' | b' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_protocols_apart() {
        let protocol = |content_type: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, content_type.parse().unwrap());
            Protocol::of(&headers)
        };
        for (content_type, expected) in [
            ("application/grpc", Protocol::Grpc),
            ("application/grpc+proto", Protocol::Grpc),
            ("Application/GRPC; x=y", Protocol::Grpc),
            ("application/grpc-web", Protocol::GrpcWeb),
            ("application/grpc-web+proto", Protocol::GrpcWeb),
            ("application/grpc-web-text", Protocol::GrpcWeb),
            ("application/grpc-web-text+proto", Protocol::GrpcWeb),
            ("application/json", Protocol::Rest),
            ("application/grpc-websocket", Protocol::Rest),
            ("application/grpcs", Protocol::Rest),
            ("", Protocol::Rest),
        ] {
            assert_eq!(protocol(content_type), expected, "{content_type}");
        }
        assert_eq!(Protocol::of(&HeaderMap::new()), Protocol::Rest);
    }
}
