//! One exchange: an HTTP request in, a gRPC call, an HTTP answer out.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use http::request::Parts as Head;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version, header};
use http_body::Body as _;
use prost_reflect::DescriptorPool;
use tokio::time::{Instant, timeout, timeout_at};
use tonic::Code;
use tower::{Service, ServiceExt as _};

use crate::accept;
use crate::answer;
use crate::binding::Bindings;
use crate::deadline;
use crate::escape;
use crate::failure::Failure;
use crate::frames::{self, Frames};
use crate::metadata;
use crate::options::TranscoderOptions;
use crate::printer::Printer;
use crate::reason;
use crate::request::{Framed, Parts};
use crate::route::{AnswerForm, Route};
use crate::router::{Found, Routed, Router};
use crate::stream::StreamingAnswer;

/// How long a streaming answer waits for its first message before it says 200: an error that comes at once still gets
/// the status it deserves, and a quiet stream still opens.
const FIRST_MESSAGE_WAIT: Duration = Duration::from_secs(1);

/// Marks an answer whose body goes out while it comes: compression would hold its messages back.
#[derive(Clone, Copy)]
pub(crate) struct Streamed;

/// What all requests share.
pub(crate) struct Shared {
    pub(crate) pool: DescriptorPool,
    pub(crate) bindings: Bindings,
    pub(crate) router: Router,
    pub(crate) routes: Vec<Route>,
    pub(crate) printer: Printer,
    pub(crate) options: TranscoderOptions,
    pub(crate) ignored_parameters: Arc<AtomicU64>,
}

/// A request on its way through.
struct Exchange<'s> {
    shared: &'s Arc<Shared>,
    route: &'s Route,
    index: usize,
    deadline: Instant,
    timeout: Duration,
}

impl Shared {
    /// Answers one request, whatever it is.
    pub(crate) async fn answer<S>(self: Arc<Self>, calls: S, request: Request<Body>) -> Response<Body>
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    {
        match self.exchange(calls, request).await {
            Ok(response) => response,
            Err(failure) => failure.into_response(&self.pool),
        }
    }

    async fn exchange<S>(
        self: &Arc<Self>,
        calls: S,
        request: Request<Body>,
    ) -> Result<Response<Body>, Failure>
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    {
        let (head, body) = request.into_parts();
        let uri = head.uri.clone();
        let found = self.found(uri.path(), &head.method)?;
        let Some(route) = self.routes.get(found.binding) else {
            return Err(self.refused(reason::ROUTE_NOT_FOUND, head.uri.path()));
        };
        let timeout = deadline::timeout(&head.headers, route.deadline_max)
            .map_err(|_bad| self.refused(reason::TIMEOUT_INVALID, "see the gRPC specification"))?;
        let exchange = Exchange {
            shared: self,
            route,
            index: found.binding,
            deadline: Instant::now() + timeout,
            timeout,
        };
        let called = exchange.call(calls, &found, uri.query(), head, body);
        let response = match timeout_at(exchange.deadline, called).await {
            Ok(response) => response?,
            Err(_elapsed) => return Err(self.deadline_exceeded(timeout)),
        };
        Ok(if found.without_body {
            bodiless(response)
        } else {
            response
        })
    }

    fn found<'p>(&self, path: &'p str, method: &Method) -> Result<Found<'p>, Failure> {
        escape::check(path).map_err(|_bad| self.refused(reason::PATH_MALFORMED, "behind %"))?;
        match self.router.route(path, method) {
            Routed::Found(found) => Ok(found),
            Routed::NotFound => Err(self.refused(reason::ROUTE_NOT_FOUND, format!("{method} here"))),
            Routed::NotAllowed(allowed) => {
                let names: Vec<&str> = allowed.iter().map(Method::as_str).collect();
                let names = names.join(", ");
                let mut failure = self.refused(reason::METHOD_NOT_ALLOWED, format!("it takes {names}"));
                // Methods are tokens, which every header may hold.
                if let Ok(value) = HeaderValue::from_str(&names) {
                    failure.headers.insert(header::ALLOW, value);
                }
                Err(failure)
            }
        }
    }

    pub(crate) fn refused(&self, reason: &'static reason::Reason, particular: impl Into<String>) -> Failure {
        Failure::refused(self.options.refusals_domain, reason, "", particular)
    }
}

impl Exchange<'_> {
    async fn call<S>(
        &self,
        calls: S,
        found: &Found<'_>,
        query: Option<&str>,
        head: Head,
        body: Body,
    ) -> Result<Response<Body>, Failure>
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    {
        let options = &self.shared.options;
        let parts = Parts {
            route: self.route,
            path: found.path,
            query,
            headers: &head.headers,
            scale: head.extensions.get(),
            options,
        };
        let Framed {
            body,
            ignored_parameters,
            upload,
        } = parts.framed(body).await?;
        if ignored_parameters > 0 {
            let counter = &self.shared.ignored_parameters;
            counter.fetch_add(ignored_parameters, Ordering::Relaxed);
        }
        let is_streaming = self.route.binding.rpc.is_server_streaming();
        let form = is_streaming.then(|| accept::stream_form(&head.headers));
        let request = self.grpc_request(head, body);
        let response = match calls.oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let answered = match form {
            Some(form) => self.streaming(response, form).await,
            None => self.unary(response).await,
        };
        match upload.and_then(|fault| fault.failure(options)) {
            Some(failure) => Err(failure),
            None => answered,
        }
    }

    fn grpc_request(&self, head: Head, body: Body) -> Request<Body> {
        let mut headers = metadata::into_metadata(&head.headers, &self.shared.options);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        headers.insert(header::TE, HeaderValue::from_static("trailers"));
        if let Some(value) = deadline::header_for_service(self.timeout) {
            headers.insert(deadline::TIMEOUT_HEADER, value);
        }
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.route.uri.clone();
        *request.version_mut() = Version::HTTP_2;
        *request.headers_mut() = headers;
        *request.extensions_mut() = head.extensions;
        request
    }

    async fn unary(&self, response: Response<Body>) -> Result<Response<Body>, Failure> {
        let (head, body) = response.into_parts();
        let mut frames = Frames::of(body);
        let mut message = None;
        loop {
            match frames.next().await {
                Ok(Some(next)) => message = Some(next),
                Ok(None) => break,
                Err(broken) => return Err(self.shared.unreadable(&broken)),
            }
        }
        let trailers = frames.take_trailers();
        let status = frames::status(head.status, &head.headers, trailers.as_ref());
        if status.code() != Code::Ok {
            let headers = metadata::into_headers(head.headers, trailers);
            return Err(Failure::of_service(&status, headers));
        }
        let Some(message) = message else {
            return Err(self.shared.unreadable(&frames::FrameError::Short));
        };
        let chosen = trailers
            .as_ref()
            .and_then(metadata::chosen_status)
            .or_else(|| metadata::chosen_status(&head.headers));
        let (content_type, body) = self.written(message)?;
        let headers = metadata::into_headers(head.headers, trailers);
        Ok(assembled(chosen, headers, content_type, body))
    }

    fn written(&self, message: bytes::Bytes) -> Result<(HeaderValue, Body), Failure> {
        if let AnswerForm::Raw(field) = &self.route.answer_form {
            let (content_type, data) = answer::raw(self.route, field.as_ref(), message)
                .map_err(|unprintable| self.shared.unreadable(&unprintable))?;
            return Ok((content_type, Body::from(data)));
        }
        // JSON repeats the names of the fields, so it is some times larger than the message.
        let mut json = Vec::with_capacity(message.len().saturating_mul(3).saturating_add(128));
        answer::write_json(&self.shared.printer, self.route, message, &mut json)
            .map_err(|unprintable| self.shared.unreadable(&unprintable))?;
        Ok((accept::JSON_VALUE, Body::from(json)))
    }

    async fn streaming(
        &self,
        response: Response<Body>,
        form: accept::StreamForm,
    ) -> Result<Response<Body>, Failure> {
        let (head, body) = response.into_parts();
        let mut frames = Frames::of(body);
        let is_raw = matches!(self.route.answer_form, AnswerForm::Raw(_));
        // The first message of raw bytes says what they are, so there is nothing to send before it.
        let wait = if is_raw { self.timeout } else { FIRST_MESSAGE_WAIT };
        let first = match timeout(wait, frames.next()).await {
            Ok(Ok(Some(first))) => Some(first),
            Ok(Ok(None)) => {
                let trailers = frames.take_trailers();
                let status = frames::status(head.status, &head.headers, trailers.as_ref());
                if status.code() != Code::Ok {
                    let headers = metadata::into_headers(head.headers, trailers);
                    return Err(Failure::of_service(&status, headers));
                }
                frames = Frames::ended_well();
                None
            }
            Ok(Err(broken)) => return Err(self.shared.unreadable(&broken)),
            Err(_quiet) => None,
        };
        let content_type = match (&self.route.answer_form, &first) {
            (AnswerForm::Raw(field), Some(first)) => {
                let (content_type, _data) = answer::raw(self.route, field.as_ref(), first.clone())
                    .map_err(|unprintable| self.shared.unreadable(&unprintable))?;
                content_type
            }
            (AnswerForm::Raw(_), None) => HeaderValue::from_static("application/octet-stream"),
            _json => form.content_type(),
        };
        let chosen = metadata::chosen_status(&head.headers);
        let answer = StreamingAnswer {
            shared: Arc::clone(self.shared),
            route: self.index,
            frames,
            first,
            form,
            deadline: self.deadline,
            timeout: self.timeout,
        };
        let headers = metadata::into_headers(head.headers, None);
        let mut response = assembled(chosen, headers, content_type, answer.into_body());
        response.extensions_mut().insert(Streamed);
        let headers = response.headers_mut();
        if !headers.contains_key(header::CACHE_CONTROL) {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        }
        Ok(response)
    }
}

fn assembled(
    chosen: Option<StatusCode>,
    headers: HeaderMap,
    content_type: HeaderValue,
    body: Body,
) -> Response<Body> {
    let status = chosen.unwrap_or(StatusCode::OK);
    let has_body = ![
        StatusCode::NO_CONTENT,
        StatusCode::RESET_CONTENT,
        StatusCode::NOT_MODIFIED,
    ]
    .contains(&status);
    let mut response = Response::new(if has_body { body } else { Body::empty() });
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    if has_body {
        response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    }
    response
}

/// The answer to a HEAD: as to a GET, its length included, without the body.
fn bodiless(response: Response<Body>) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    if let Some(size_bytes) = body.size_hint().exact() {
        head.headers
            .insert(header::CONTENT_LENGTH, HeaderValue::from(size_bytes));
    }
    Response::from_parts(head, Body::empty())
}
