//! gRPC for browsers, which cannot read trailers: the translation is tonic-web's, here it is chosen by content type.
//!
//! tonic-web alone would refuse every other HTTP/1 request, REST and health included.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http_body::{Body as HttpBody, Frame};
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
    let broken = Broken::default();
    let noted = broken.clone();
    let call = service_fn(move |request: axum::http::Request<tonic::body::Body>| {
        let (next, broken) = (next.clone(), noted.clone());
        async move {
            let request = request.map(|body| {
                Body::new(Told {
                    body: Body::new(body),
                    broken,
                })
            });
            Ok::<_, Infallible>(next.run(request).await)
        }
    });
    let request = request.map(|body| Noting { body, broken });
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

/// Why a body ended too early. tonic-web tells its readers only that it did, so the reason goes around it.
#[derive(Clone, Default)]
struct Broken(Arc<Mutex<Option<axum::Error>>>);

/// The body as it came, before tonic-web reads it.
struct Noting {
    body: Body,
    broken: Broken,
}

/// The body that tonic-web makes of it.
struct Told {
    body: Body,
    broken: Broken,
}

impl HttpBody for Noting {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match ready!(Pin::new(&mut self.body).poll_frame(context)) {
            Some(Ok(frame)) => Poll::Ready(Some(Ok(frame))),
            Some(Err(error)) => {
                *self.broken.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                Poll::Ready(None)
            }
            None => Poll::Ready(None),
        }
    }
}

impl HttpBody for Told {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        let mut broken = self.broken.0.lock().unwrap_or_else(PoisonError::into_inner);
        match broken.take() {
            Some(error) => Poll::Ready(Some(Err(error))),
            None => Poll::Ready(frame),
        }
    }
}
