//! The transcoder as a service: what is plain goes straight through, what is compressed or from a web page through
//! the layers for that.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::task::{Context, Poll};

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Request, Response, header};
use prost::Message as _;
use prost_reflect::DescriptorPool;
use prost_types::FileDescriptorSet;
use tower::Service;
use tower::ServiceExt as _;

use crate::binding::{BindingError, Bindings};
use crate::exchange::Shared;
use crate::layers::{Layered, layered};
use crate::options::TranscoderOptions;
use crate::printer::Printer;
use crate::reason;
use crate::route::Route;
use crate::router::Router;

/// The one compression of bodies that is read.
const GZIP: &str = "gzip";

/// The answer that is to come.
pub type TranscoderFuture = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

/// Answers REST requests by calling gRPC services in the same process.
///
/// `S` takes gRPC requests, framed as on the wire: tonic's `Routes::into_axum_router()`, with any layers around it.
/// The extensions of a REST request, such as the peer's address, are those of its gRPC request.
///
/// Every answer that is not a success is a `google.rpc.Status` as JSON: exactly `code`, `message` and `details`.
pub struct Transcoder<S> {
    core: Core<S>,
    layered: Layered,
}

/// The transcoder without compression and CORS.
pub(crate) struct Core<S> {
    shared: Arc<Shared>,
    calls: S,
}

impl<S> Transcoder<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
{
    /// Makes a transcoder for every binding of the pool, in front of the services that it calls.
    ///
    /// The types of error details in `google.rpc` are added to the pool where it lacks them.
    ///
    /// # Errors
    /// The first binding that is not valid or takes the same requests as another.
    pub fn new(mut pool: DescriptorPool, calls: S, options: TranscoderOptions) -> Result<Self, BindingError> {
        describe_details(&mut pool);
        let bindings = Bindings::of(&pool)?;
        let mut printer = Printer::default();
        let routes = bindings
            .iter()
            .map(|binding| Route::of(binding.clone(), &options, &mut printer))
            .collect();
        let shared = Arc::new(Shared {
            router: Router::of(&bindings),
            pool,
            bindings,
            routes,
            printer,
            options,
            ignored_parameters: Arc::default(),
        });
        let core = Core { shared, calls };
        let layered = layered(core.clone(), core.shared.options.cors.as_ref());
        Ok(Self { core, layered })
    }
}

impl<S> Transcoder<S> {
    /// Every binding that is served.
    pub fn bindings(&self) -> &Bindings {
        &self.core.shared.bindings
    }

    /// Counts the query parameters that name no field and were ignored, for a metric. It outlives the transcoder, and
    /// keeps nothing of it.
    pub fn ignored_query_parameters(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.core.shared.ignored_parameters)
    }

    /// Whether the request can skip the layers: nothing is compressed, and no web page needs permission.
    fn is_plain(&self, headers: &HeaderMap) -> bool {
        self.core.shared.options.cors.is_none()
            && !headers.contains_key(header::ACCEPT_ENCODING)
            && !headers.contains_key(header::CONTENT_ENCODING)
    }

    /// A body that nobody here can decompress.
    fn refused_encoding(&self, headers: &HeaderMap) -> Option<Response<Body>> {
        let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
        let encoding = encodings.next()?;
        if encoding == GZIP && encodings.next().is_none() {
            return None;
        }
        let shared = &self.core.shared;
        let mut failure = shared.refused(reason::ENCODING_UNSUPPORTED, "gzip is taken");
        let gzip = HeaderValue::from_static(GZIP);
        failure.headers.insert(header::ACCEPT_ENCODING, gzip);
        Some(failure.into_response(&shared.pool))
    }
}

impl<S: Clone> Clone for Transcoder<S> {
    fn clone(&self) -> Self {
        Self {
            core: self.core.clone(),
            layered: self.layered.clone(),
        }
    }
}

impl<S: Clone> Clone for Core<S> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            calls: self.calls.clone(),
        }
    }
}

impl<S> Service<Request<Body>> for Transcoder<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = TranscoderFuture;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // Each call waits for its own clone of the services.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        spell_encoding(request.headers_mut());
        if self.is_plain(request.headers()) {
            return self.core.call(request);
        }
        if let Some(refused) = self.refused_encoding(request.headers()) {
            return Box::pin(std::future::ready(Ok(refused)));
        }
        Box::pin(self.layered.clone().oneshot(request))
    }
}

impl<S> Service<Request<Body>> for Core<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = TranscoderFuture;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let shared = Arc::clone(&self.shared);
        let calls = self.calls.clone();
        Box::pin(async move { Ok(shared.answer(calls, request).await) })
    }
}

/// Writes the compression of a body as the layer for it knows it: in small letters, and none when there is none.
fn spell_encoding(headers: &mut HeaderMap) {
    let Some(encoding) = headers.get(header::CONTENT_ENCODING) else {
        return;
    };
    let is = |name: &str| {
        encoding
            .as_bytes()
            .trim_ascii()
            .eq_ignore_ascii_case(name.as_bytes())
    };
    let is_alone = headers.get_all(header::CONTENT_ENCODING).iter().nth(1).is_none();
    if is_alone && (is("identity") || is("")) {
        headers.remove(header::CONTENT_ENCODING);
    } else if is_alone && (is(GZIP) || is("x-gzip")) {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(GZIP));
    }
}

/// Without the types of `google.rpc` a detail can only be shown as bytes.
fn describe_details(pool: &mut DescriptorPool) {
    let names = ["google.rpc.Status", "google.rpc.ErrorInfo"];
    if names.iter().all(|name| pool.get_message_by_name(name).is_some()) {
        return;
    }
    let Ok(set) = FileDescriptorSet::decode(tonic_types::pb::FILE_DESCRIPTOR_SET) else {
        return;
    };
    let missing = set
        .file
        .into_iter()
        .filter(|file| pool.get_file_by_name(file.name()).is_none())
        .collect::<Vec<_>>();
    if let Err(problem) = pool.add_file_descriptor_protos(missing) {
        tracing::warn!(%problem, "the types of error details do not fit into the descriptors; details of errors will be bytes");
    }
}
