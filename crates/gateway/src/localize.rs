//! Tells a refusal in the language of the person in front of the till.
//!
//! The status message of gRPC stays English: it is for developers, and programs log it (AIP-193). A call's answer gets
//! `google.rpc.LocalizedMessage` in its details instead, and so does every field that `google.rpc.BadRequest` lists. A
//! REST client shows `message`, so there that is told in the language asked for, and `Content-Language` says which it
//! is. Texts come from the catalogue of reasons; a reason that is not in it, as that of another program, stays as it is.

mod body;
mod details;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use posars_edge::Refusals;
use posars_words::Language;
use tonic::Status;
use tonic::metadata::{Binary, MetadataValue};

use crate::status;

const STATUS_HEADER: &str = "grpc-status";
const STATUS_OK: &[u8] = b"0";
const DETAILS_HEADER: &str = "grpc-status-details-bin";
const JSON: &[u8] = b"application/json";
/// An error longer than this is none of ours, and is passed on as it is.
const ERROR_BYTES_MAX: usize = 256 * 1024;

/// A layer over the calls: adds the localized texts to the details of an answer that failed.
///
/// Failures of unary calls are in the headers. A stream that breaks later says so in its trailers, which no layer here
/// holds back for a text.
pub(crate) async fn localize_call(request: Request, next: Next) -> Response {
    // Both share their bytes with the request. What they mean is only worked out for a call that failed.
    let (asked, uri) = (language_header(request.headers()), request.uri().clone());
    let mut response = next.run(request).await;
    let headers = response.headers();
    if headers
        .get(STATUS_HEADER)
        .is_none_or(|code| code.as_bytes() == STATUS_OK)
    {
        return response;
    }
    if !headers.contains_key(DETAILS_HEADER)
        && let Some(dressed) =
            Status::from_header_map(headers).and_then(|bare| status::dress(&bare, uri.path()))
    {
        response = dressed.into_http::<Body>();
    }
    let language = language_asked(asked.as_ref());
    let localized = Status::from_header_map(response.headers())
        .and_then(|status| details::localized(status.details(), language));
    if let Some(details) = localized {
        let encoded = MetadataValue::<Binary>::from_bytes(&details);
        // Base64 is always a header value.
        if let Ok(encoded) = HeaderValue::from_bytes(encoded.as_encoded_bytes()) {
            response.headers_mut().insert(DETAILS_HEADER, encoded);
        }
    }
    response
}

/// A layer over REST: tells the error in the body in the language asked for.
///
/// It is also where refusals of the transcoder are counted: no call comes of them, so nothing below sees them.
pub(crate) async fn localize_rest(
    State(refusals): State<Refusals>,
    request: Request,
    next: Next,
) -> Response {
    let asked = language_header(request.headers());
    let response = next.run(request).await;
    let is_error = response.status().is_client_error() || response.status().is_server_error();
    if !is_error || !is_plain_json(response.headers()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = match axum::body::to_bytes(body, ERROR_BYTES_MAX).await {
        Ok(bytes) => bytes,
        Err(error) => {
            tracing::warn!(%error, "an error's body could not be read and is sent empty");
            parts.headers.remove(header::CONTENT_LENGTH);
            return Response::from_parts(parts, Body::empty());
        }
    };
    parts
        .headers
        .append(header::VARY, HeaderValue::from_static("accept-language"));
    let Some(told) = body::localized(&bytes, language_asked(asked.as_ref())) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    if let Some(reason) = told.transcoder_reason {
        refusals.count(reason);
    }
    if let Some(http_status) = told
        .http_status
        .and_then(|number| StatusCode::from_u16(number).ok())
    {
        parts.status = http_status;
    }
    let headers = &mut parts.headers;
    let tag = HeaderValue::from_static(told.language.tag());
    headers.insert(header::CONTENT_LANGUAGE, tag);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(told.body.len()));
    Response::from_parts(parts, Body::from(told.body))
}

fn language_header(headers: &HeaderMap) -> Option<HeaderValue> {
    headers.get(header::ACCEPT_LANGUAGE).cloned()
}

fn language_asked(header: Option<&HeaderValue>) -> Language {
    header
        .and_then(|value| value.to_str().ok())
        .map_or(Language::En, Language::preferred)
}

/// Whether the body is JSON that nobody has compressed yet.
fn is_plain_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE);
    content_type.is_some_and(|value| value.as_bytes().starts_with(JSON))
        && !headers.contains_key(header::CONTENT_ENCODING)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::middleware::{from_fn, from_fn_with_state};
    use tonic::Code;
    use tonic_types::{ErrorDetails, StatusExt as _};
    use tower::ServiceExt as _;

    use super::*;

    fn asking(path: &str, accept_language: &str) -> Request {
        Request::builder()
            .uri(path)
            .header(header::ACCEPT_LANGUAGE, accept_language)
            .body(Body::empty())
            .unwrap()
    }

    async fn called(status: Status, accept_language: &str) -> (Status, HeaderMap) {
        let answer = move || {
            let mut response = status.clone().into_http::<Body>();
            response
                .headers_mut()
                .insert("www-authenticate", HeaderValue::from_static("Bearer"));
            std::future::ready(response)
        };
        let router = Router::new().fallback(answer).layer(from_fn(localize_call));
        let request = asking("/posars.sales.v1.SaleService/VoidSale", accept_language);
        let headers = router.oneshot(request).await.unwrap().headers().clone();
        (Status::from_header_map(&headers).unwrap(), headers)
    }

    #[tokio::test]
    async fn a_call_keeps_its_message_and_gets_a_text() {
        let (status, headers) = called(status::unknown_company("umbrella"), "pt-BR").await;
        assert!(status.message().starts_with("there is no company \"umbrella\""));
        let details = status.get_error_details();
        let localized = details.localized_message().unwrap();
        assert_eq!(localized.locale, "pt-BR");
        assert_eq!(
            localized.message,
            "Não há aqui a empresa \"umbrella\" para quem chama. Confira o nome no caminho e quem está conectado."
        );
        assert_eq!(details.error_info().unwrap().reason, "UNKNOWN_COMPANY");
        assert_eq!(headers["www-authenticate"], "Bearer", "other headers stay");

        let (status, _) = called(status::unknown_company("umbrella"), "fr").await;
        let details = status.get_error_details();
        assert_eq!(details.localized_message().unwrap().locale, "en");
    }

    #[tokio::test]
    async fn each_field_is_told_too() {
        let mut violations = Vec::new();
        for (field, reason) in [
            ("lines[0].sku", "SKU_INVALID"),
            ("total", "FIELD_REQUIRED"),
            ("x", "THEIRS"),
        ] {
            let mut violation = tonic_types::FieldViolation::new(field, "bad");
            violation.reason = reason.to_owned();
            violations.push(violation);
        }
        let (status, _) = called(status::invalid_request(violations), "pt").await;
        let details = status.get_error_details();
        let bad = &details.bad_request().unwrap().field_violations;
        assert_eq!(
            bad[0].localized_message.as_ref().unwrap().message,
            "lines[0].sku: O SKU não tem de 1 a 60 caracteres sem espaços. Retire os espaços ou encurte-o."
        );
        assert_eq!(bad[1].localized_message.as_ref().unwrap().locale, "pt-BR");
        assert!(bad[2].localized_message.is_none());
        assert_eq!((bad[2].field.as_str(), bad[2].description.as_str()), ("x", "bad"));
    }

    #[tokio::test]
    async fn what_tonic_refuses_gets_a_reason() {
        for (code, expected_code, reason) in [
            (Code::Unimplemented, Code::Unimplemented, "UNKNOWN_METHOD"),
            (Code::Internal, Code::InvalidArgument, "REQUEST_UNREADABLE"),
            (Code::OutOfRange, Code::ResourceExhausted, "REQUEST_TOO_LARGE"),
        ] {
            let (status, _) = called(Status::new(code, "from tonic"), "en").await;
            let details = status.get_error_details();
            assert_eq!(status.code(), expected_code);
            assert_eq!(details.error_info().unwrap().reason, reason);
            assert!(details.localized_message().is_some());
        }
        let (status, _) = called(Status::new(Code::Cancelled, "gone"), "en").await;
        assert!(status.details().is_empty(), "nothing to say about it");
    }

    #[tokio::test]
    async fn reasons_of_others_stay_as_they_are() {
        let details = ErrorDetails::with_error_info("UNKNOWN_STORE", "example.com", []);
        let theirs = Status::with_error_details(Code::NotFound, "no store", details);
        let (status, _) = called(theirs.clone(), "pt").await;
        assert_eq!(status.details(), theirs.details());
    }

    async fn rest(status: StatusCode, json: &'static str, accept_language: &str) -> (HeaderMap, String) {
        let answer = async move || {
            let mut response = Response::new(Body::from(json));
            *response.status_mut() = status;
            let json = HeaderValue::from_static("application/json; charset=utf-8");
            response.headers_mut().insert(header::CONTENT_TYPE, json);
            response
        };
        let router = Router::new()
            .fallback(answer)
            .layer(from_fn_with_state(Refusals::new(), localize_rest));
        let response = router
            .oneshot(asking("/v1/sales", accept_language))
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, ERROR_BYTES_MAX).await.unwrap();
        (parts.headers, String::from_utf8(bytes.to_vec()).unwrap())
    }

    const SKU_EXISTS: &str = r#"{"code":6,"message":"SKU cafe exists","details":[
        {"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"SKU_EXISTS","domain":"posars","metadata":{"sku":"cafe"}},
        {"@type":"type.googleapis.com/google.rpc.LocalizedMessage","locale":"en","message":"old"}]}"#;

    #[tokio::test]
    async fn rest_tells_the_message_in_the_language_asked_for() {
        let (headers, body) = rest(StatusCode::CONFLICT, SKU_EXISTS, "pt-BR,pt;q=0.9,en;q=0.8").await;
        assert_eq!(headers[header::CONTENT_LANGUAGE], "pt-BR");
        assert_eq!(headers[header::VARY], "accept-language");
        assert_eq!(headers[header::CONTENT_LENGTH], body.len().to_string());
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        let expected = "O SKU cafe já existe com outro conteúdo. Altere aquele produto ou escolha outro SKU.";
        assert_eq!(body["message"], expected);
        assert_eq!(body["code"], 6);
        let details = body["details"].as_array().unwrap();
        assert_eq!(details.len(), 2, "the English text was replaced");
        assert_eq!(details[1]["locale"], "pt-BR");
        assert_eq!(details[1]["message"], expected);
    }

    #[tokio::test]
    async fn rest_keeps_the_exact_english_message() {
        let (headers, body) = rest(StatusCode::CONFLICT, SKU_EXISTS, "").await;
        assert_eq!(headers[header::CONTENT_LANGUAGE], "en");
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["message"], "SKU cafe exists");
        assert_eq!(body["details"][1]["locale"], "en");
    }

    #[tokio::test]
    async fn rest_leaves_alone_what_is_no_error_of_ours() {
        let (headers, body) = rest(StatusCode::OK, SKU_EXISTS, "pt").await;
        assert_eq!(
            (headers.get(header::CONTENT_LANGUAGE), body.as_str()),
            (None, SKU_EXISTS)
        );
        for other in ["{\"message\":\"no details\"}", "[1]", "not JSON"] {
            let (headers, body) = rest(StatusCode::BAD_REQUEST, other, "pt").await;
            assert_eq!(
                (headers.get(header::CONTENT_LANGUAGE), body.as_str()),
                (None, other)
            );
        }
    }
}
