//! gRPC for browsers, which cannot read trailers: the translation is tonic-web's, here it is chosen by content type.
//!
//! tonic-web alone would refuse every other HTTP/1 request, REST and health included.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tonic_web::GrpcWebLayer;
use tower::{Layer as _, ServiceExt as _, service_fn};

const PREFIX: &str = "application/grpc-web";
/// The types that tonic-web knows: messages in protobuf, as bytes or in base64.
const SPOKEN: [&str; 4] = [
    "application/grpc-web",
    "application/grpc-web+proto",
    "application/grpc-web-text",
    "application/grpc-web-text+proto",
];

/// Hands a gRPC-Web call on as the gRPC call that it stands for and its answer back; leaves all others alone.
pub(crate) async fn speak_grpc_web(mut request: Request, next: Next) -> Response {
    let Some(asked) = grpc_web_type(request.headers()) else {
        return next.run(request).await;
    };
    let Some(spoken) = SPOKEN.iter().find(|spoken| **spoken == asked) else {
        let message = format!("{asked} is not spoken here; send one of {}\n", SPOKEN.join(", "));
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, message).into_response();
    };
    if request.method() != Method::POST {
        let allow = [(header::ALLOW, "POST")];
        return (StatusCode::METHOD_NOT_ALLOWED, allow, "gRPC-Web calls are POST\n").into_response();
    }
    // tonic-web compares the whole value, parameters such as a charset included.
    request
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(spoken));
    let call = service_fn(move |request: axum::http::Request<tonic::body::Body>| {
        let next = next.clone();
        async move { Ok::<_, Infallible>(next.run(request.map(Body::new)).await) }
    });
    match GrpcWebLayer::new().layer(call).oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    }
}

/// The content type without parameters, if it is one of gRPC-Web.
fn grpc_web_type(headers: &HeaderMap) -> Option<String> {
    let full = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let bare = full.split(';').next()?.trim().to_ascii_lowercase();
    bare.starts_with(PREFIX).then_some(bare)
}
