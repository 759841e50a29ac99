//! The echo service, and the server that carries it: what a call costs when nothing is behind the wire.

use std::io::{Read as _, Write as _};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use posars_edge::{Limits, serve};
use posars_transcoder::{Transcoder, TranscoderOptions};
use prost_reflect::DescriptorPool;
use tokio::net::TcpListener;
use tonic::service::Routes;
use tonic::{Request as Call, Response, Status};
use tower::ServiceExt as _;

use self::proto::echo_service_server::{EchoService, EchoServiceServer};
use self::proto::{GetEchoRequest, GetEchoResponse, PostEchoRequest, PostEchoResponse};

/// The echo service's messages, client and server.
#[allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    clippy::allow_attributes_without_reason,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    clippy::match_same_arms,
    clippy::semicolon_if_nothing_returned,
    clippy::uninlined_format_args,
    clippy::too_many_lines,
    reason = "written by prost and tonic from the proto"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/echo.rs"));
}

pub(super) use generated::posars::bench::v1 as proto;

const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/echo_descriptors.bin"));

struct Echo;

#[tonic::async_trait]
impl EchoService for Echo {
    async fn get_echo(&self, call: Call<GetEchoRequest>) -> Result<Response<GetEchoResponse>, Status> {
        let GetEchoRequest { name, page_size } = call.into_inner();
        let name_bytes = i64::try_from(name.len()).unwrap_or(i64::MAX);
        Ok(Response::new(GetEchoResponse {
            name,
            page_size,
            name_bytes,
        }))
    }

    async fn post_echo(&self, call: Call<PostEchoRequest>) -> Result<Response<PostEchoResponse>, Status> {
        let receipt = call.into_inner().receipt;
        Ok(Response::new(PostEchoResponse { receipt }))
    }
}

/// Serves the echo service until standard input ends; the first line of standard output is the address.
pub(super) async fn run() -> anyhow::Result<()> {
    let calls = Routes::new(EchoServiceServer::new(Echo))
        .prepare()
        .into_axum_router();
    let pool = DescriptorPool::decode(DESCRIPTORS)?;
    let rest = Transcoder::new(pool, calls.clone(), TranscoderOptions::default())?;
    let router = Router::new().fallback(async move |request: Request<Body>| {
        let is_grpc = request
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"));
        if is_grpc {
            calls.oneshot(request).await
        } else {
            rest.oneshot(request).await
        }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let mut out = std::io::stdout();
    writeln!(out, "{address}")?;
    out.flush()?;
    let parent_is_gone = async {
        // Whatever ends the read, nobody is there any more.
        let _ = tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0])).await;
    };
    serve(listener, router, &Limits::default(), parent_is_gone).await?;
    Ok(())
}
