//! Lets web pages of other origins call, those that the operator lists.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use axum::http::{HeaderValue, Method, Uri};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer, ExposeHeaders};

/// Stands for every origin.
const ANY: &str = "*";
/// How long a browser may remember the answer; the longest that any of them does.
const REMEMBER: Duration = Duration::from_secs(7200);

/// The origin of web pages that may call, such as `https://shop.example`, or `*` for every one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(HeaderValue);

/// A text that is no [`Origin`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no origin; write scheme, host and port as a browser sends them, such as https://shop.example or \
     http://localhost:3000, or * for every origin"
)]
pub struct OriginError(String);

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let wrong = || OriginError(text.to_owned());
        let value = HeaderValue::from_str(text).map_err(|_| wrong())?;
        if text == ANY {
            return Ok(Self(value));
        }
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let written = format!("{}://{authority}", uri.scheme_str().unwrap_or(""));
        // Anything more, a path or capitals, never matches what a browser sends.
        if authority.is_empty() || written != text || text != text.to_ascii_lowercase() || text.contains('@')
        {
            return Err(wrong());
        }
        Ok(Self(value))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.0.as_bytes()))
    }
}

/// Answers the questions of browsers before a call and lets pages of `origins` read the answers; none without any.
///
/// Pages never get at cookies, of which there are none: a caller says in a header who calls. So every header may be sent and read.
pub(crate) fn layer(origins: &[Origin]) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let origin = if origins.iter().any(|origin| origin.0 == ANY) {
        AllowOrigin::any()
    } else {
        AllowOrigin::list(origins.iter().map(|origin| origin.0.clone()))
    };
    let methods = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ];
    Some(
        CorsLayer::new()
            .allow_origin(origin)
            .allow_methods(methods)
            .allow_headers(AllowHeaders::mirror_request())
            .expose_headers(ExposeHeaders::any())
            .max_age(REMEMBER),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_as_browsers_send_them() {
        for text in [
            "*",
            "https://shop.example",
            "http://localhost:3000",
            "http://[::1]:8080",
        ] {
            assert_eq!(text.parse::<Origin>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "null",
            "shop.example",
            "https://shop.example/",
            "https://Shop.example",
            "https://ana@shop.example",
            "https://shop.example/till",
            "https://",
            "https://*.example x",
        ] {
            assert_eq!(
                text.parse::<Origin>(),
                Err(OriginError(text.to_owned())),
                "{text}"
            );
        }
    }
}
