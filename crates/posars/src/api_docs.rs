//! The description of the REST paths: the document at `/openapi.json` and a page to read and try it at `/docs`.
//!
//! The page is part of this program, and so is everything it loads: it works on a machine without a network, and tells
//! nobody that it was opened.

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderName, header};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::get;
use posars_gateway::{ApiDocumentError, api_document};
use utoipa_swagger_ui::{Config, SwaggerUi};

const DOCUMENT_PATH: &str = "/openapi.json";
const PAGE_PATH: &str = "/docs";

/// Forbids the page what it does not need, above all any other host. Styles stand in the elements of Swagger UI itself,
/// and its icons are images written into its stylesheet.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE_HEADERS: [(HeaderName, &str); 3] = [
    (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// The routes, which anybody may read without a token: they tell what can be asked, and nothing of the business.
///
/// # Errors
/// When the descriptors built into the program cannot be used; a mistake of the build.
pub(crate) fn router() -> Result<Router, ApiDocumentError> {
    // Printing a value of JSON cannot fail.
    let document = Bytes::from(api_document()?.to_string());
    let document = get(async move || ([(header::CONTENT_TYPE, "application/json")], document));
    Ok(Router::new().route(DOCUMENT_PATH, document).merge(page()))
}

fn page() -> Router {
    let config = Config::new([DOCUMENT_PATH])
        // Without this, the page sends the document's address to a validator on the web.
        .validator_url("none")
        // The bar on top is for loading the documents of others.
        .use_base_layout()
        .deep_linking(true)
        .display_request_duration(true)
        .doc_expansion("list")
        .default_models_expand_depth(0)
        .try_it_out_enabled(true);
    Router::from(SwaggerUi::new(PAGE_PATH).config(config)).layer(map_response(with_page_headers))
}

async fn with_page_headers(mut response: Response) -> Response {
    for (name, value) in PAGE_HEADERS {
        response
            .headers_mut()
            .insert(name, header::HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode};
    use tower::ServiceExt as _;

    use super::*;

    /// More than the largest file of the page.
    const BYTES_MAX: usize = 8 << 20;

    async fn fetch(path: &str) -> (StatusCode, Response, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router().unwrap().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, BYTES_MAX).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        (parts.status, Response::from_parts(parts, Body::empty()), text)
    }

    #[tokio::test]
    async fn the_document_is_served_as_it_is_checked_in() {
        let (status, response, text) = fetch("/openapi.json").await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
        let served: serde_json::Value = serde_json::from_str(&text).unwrap();
        let checked_in = include_str!("../../../docs/openapi.json");
        let checked_in: serde_json::Value = serde_json::from_str(checked_in).unwrap();
        assert_eq!(served, checked_in);
    }

    #[tokio::test]
    async fn the_page_loads_nothing_from_elsewhere() {
        let (status, response, _text) = fetch("/docs").await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_eq!(response.headers()[header::LOCATION], "/docs/");
        for path in ["/docs/", "/docs/swagger-initializer.js"] {
            let (status, response, text) = fetch(path).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            assert_eq!(response.headers()[header::CONTENT_SECURITY_POLICY], PAGE_POLICY);
            assert!(!text.contains("://"), "{path} names another host:\n{text}");
        }
        let (_status, _response, config) = fetch("/docs/swagger-initializer.js").await;
        assert!(config.contains("\"url\": \"/openapi.json\""), "{config}");
        assert!(config.contains("\"validatorUrl\": \"none\""), "{config}");
    }

    #[tokio::test]
    async fn every_file_that_the_page_names_is_there() {
        let (_status, _response, page) = fetch("/docs/").await;
        let named: Vec<&str> = page
            .split(['"', '\''])
            .filter(|part| part.starts_with("./") || part.ends_with(".js") || part.ends_with(".css"))
            .collect();
        assert!(named.len() >= 4, "{named:?} of {page}");
        for name in named {
            let path = format!("/docs/{}", name.trim_start_matches("./"));
            let request = Request::get(&path).body(Body::empty()).unwrap();
            let response = router().unwrap().oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::OK, "{path}");
        }
        let (status, _response, _text) = fetch("/docs/nothing-here").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
}
