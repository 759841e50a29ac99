//! Compression and permission for web pages, by tower-http.

use std::convert::Infallible;

use axum::body::Body;
use http::header::{self, HeaderName};
use http::{Extensions, HeaderMap, Request, Response, StatusCode, Version};
use tower::util::{BoxCloneSyncService, option_layer};
use tower::{Service, ServiceBuilder, ServiceExt as _};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _, SizeAbove};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer, ExposeHeaders};
use tower_http::decompression::{DecompressionBody, RequestDecompressionLayer};

use crate::exchange::Streamed;
use crate::options::{CorsOptions, CorsOrigins};

/// A transcoder with its layers.
pub(crate) type Layered = BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>;

/// What a web page may read beside the headers that every page may.
const EXPOSED: [HeaderName; 5] = [
    header::ETAG,
    header::LOCATION,
    header::RETRY_AFTER,
    header::WWW_AUTHENTICATE,
    HeaderName::from_static("x-request-id"),
];

/// A shorter answer fits into one packet as it is; compressed, some of them are longer than before.
const COMPRESSED_BYTES_MIN: u64 = 1024;

pub(crate) fn layered<C>(core: C, cors: Option<&CorsOptions>) -> Layered
where
    C: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + Sync + 'static,
    C::Future: Send + 'static,
{
    let compressed_when = DefaultPredicate::new()
        .and(SizeAbove::new(COMPRESSED_BYTES_MIN))
        .and(is_not_streamed)
        .and(is_no_error);
    let decompressed = ServiceBuilder::new()
        .layer(RequestDecompressionLayer::new())
        .map_request(|request: Request<DecompressionBody<Body>>| request.map(Body::new))
        .service(core)
        .map_response(|response| response.map(Body::new));
    let compressed = ServiceBuilder::new()
        .layer(CompressionLayer::new().compress_when(compressed_when))
        .service(decompressed)
        .map_response(|response| response.map(Body::new));
    let service = ServiceBuilder::new()
        .layer(option_layer(cors.map(cors_layer)))
        .service(compressed);
    BoxCloneSyncService::new(service)
}

/// An error is short, and a layer outside may want to read it.
fn is_no_error(status: StatusCode, _: Version, _: &HeaderMap, _: &Extensions) -> bool {
    !status.is_client_error() && !status.is_server_error()
}

fn is_not_streamed(_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions) -> bool {
    extensions.get::<Streamed>().is_none()
}

fn cors_layer(options: &CorsOptions) -> CorsLayer {
    let origins = match &options.origins {
        CorsOrigins::Any => AllowOrigin::any(),
        CorsOrigins::These(origins) => AllowOrigin::list(origins.clone()),
    };
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(ExposeHeaders::list(EXPOSED))
        .max_age(options.max_age)
}
