//! The services of `shelves.proto`, by hand on tonic's own server code: no generated types, real gRPC frames.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::{Buf as _, BufMut as _, Bytes};
use futures_util::StreamExt as _;
use http::{HeaderMap, HeaderValue};
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, MapKey, ReflectMessage as _, Value};
use tokio_stream::Stream;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::Grpc;
use tonic::{Code, Request, Response, Status, Streaming};
use tonic_types::{ErrorDetails, StatusExt as _};

const OWN_PROTO: &str = "tests/proto";
const GOOGLE_PROTO: &str = "../../proto";

pub(crate) fn pool() -> DescriptorPool {
    let mut compiler = protox::Compiler::new([OWN_PROTO, GOOGLE_PROTO]).unwrap();
    compiler.include_imports(true).include_source_info(true);
    compiler.open_file("shelves/v1/shelves.proto").unwrap();
    DescriptorPool::decode(compiler.encode_file_descriptor_set().as_slice()).unwrap()
}

/// Messages as bytes: what is inside is the service's business.
#[derive(Clone, Copy, Default)]
struct BytesCodec;

impl Codec for BytesCodec {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put(item);
        Ok(())
    }
}

impl Decoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}

/// A message of the test protos, with access by name.
pub(crate) struct Message(pub(crate) DynamicMessage);

impl Message {
    fn new(pool: &DescriptorPool, name: &str) -> Self {
        Self(DynamicMessage::new(pool.get_message_by_name(name).unwrap()))
    }

    fn read(pool: &DescriptorPool, name: &str, bytes: Bytes) -> Self {
        Self(DynamicMessage::decode(pool.get_message_by_name(name).unwrap(), bytes).unwrap())
    }

    fn with(mut self, field: &str, value: Value) -> Self {
        self.0.set_field_by_name(field, value);
        self
    }

    fn number(&self, field: &str) -> i32 {
        self.0.get_field_by_name(field).unwrap().as_i32().unwrap()
    }

    fn text(&self, field: &str) -> String {
        self.0
            .get_field_by_name(field)
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn bytes(&self) -> Bytes {
        self.0.encode_to_vec().into()
    }
}

/// A router of all methods, as tonic's `Routes` would be.
pub(crate) fn router(pool: DescriptorPool) -> Router {
    Router::new().fallback_service(tower::service_fn(move |request: http::Request<Body>| {
        let pool = pool.clone();
        async move { Ok::<_, std::convert::Infallible>(serve(pool, request).await) }
    }))
}

async fn serve(pool: DescriptorPool, request: http::Request<Body>) -> http::Response<Body> {
    assert_eq!(request.headers()["content-type"], "application/grpc");
    assert_eq!(request.method(), http::Method::POST);
    let path = request.uri().path().to_owned();
    let (_, rpc) = path.rsplit_once('/').unwrap();
    if request.headers().contains_key("fail-in-front") {
        return Status::unauthenticated("no token").into_http();
    }
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.clone());
    let mut grpc = Grpc::new(BytesCodec);
    let response = match rpc {
        "Get" | "Post" => grpc.unary(tower::service_fn(echo), request).await,
        "Tell" if request.uri().query().is_none() => return tell(&pool, peer, request).await,
        "Watch" | "DownloadMany" => {
            let many = rpc == "DownloadMany";
            let handler = tower::service_fn(move |request| watch(pool.clone(), many, request));
            grpc.server_streaming(handler, request).await
        }
        "Add" | "UploadMany" => {
            let is_upload = rpc == "UploadMany";
            let handler = tower::service_fn(move |request| gather(pool.clone(), is_upload, request));
            grpc.client_streaming(handler, request).await
        }
        _ => {
            let rpc = rpc.to_owned();
            let handler = tower::service_fn(move |request| unary(pool.clone(), rpc.clone(), request));
            grpc.unary(handler, request).await
        }
    };
    response.map(Body::new)
}

/// What a layer in front of the transcoder leaves for the services.
#[derive(Clone)]
pub(crate) struct Peer(pub(crate) String);

async fn echo(request: Request<Bytes>) -> Result<Response<Bytes>, Status> {
    Ok(Response::new(request.into_inner()))
}

async fn unary(
    pool: DescriptorPool,
    rpc: String,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, Status> {
    let bytes = request.into_inner();
    match rpc.as_str() {
        "Fail" => Err(failure(&Message::read(&pool, "shelves.v1.FailRequest", bytes))),
        "Wait" => {
            let asked = Message::read(&pool, "shelves.v1.WaitRequest", bytes).number("wait_ms");
            tokio::time::sleep(Duration::from_millis(asked.try_into().unwrap_or(0))).await;
            Ok(Response::new(told(&pool, "waited").bytes()))
        }
        "Download" => Ok(Response::new(http_body(&pool, "text/csv", "a,b\n1,2\n"))),
        "Upload" => {
            let body = Message::read(&pool, "google.api.HttpBody", bytes);
            Ok(Response::new(uploaded(&pool, "", &[body]).bytes()))
        }
        "UploadFile" => {
            let request = Message::read(&pool, "shelves.v1.UploadRequest", bytes);
            let file = request.0.get_field_by_name("file").unwrap();
            let file = Message(file.as_message().unwrap().clone());
            Ok(Response::new(
                uploaded(&pool, &request.text("name"), &[file]).bytes(),
            ))
        }
        _ => Err(Status::unimplemented("no such method")),
    }
}

fn failure(request: &Message) -> Status {
    let code = Code::from_i32(request.number("code"));
    let wanted = request.0.get_field_by_name("details").unwrap();
    let mut details = ErrorDetails::new();
    let mut foreign = Vec::new();
    for name in wanted.as_list().unwrap().iter().filter_map(Value::as_str) {
        match name {
            "info" => {
                details.set_error_info(
                    "OUT_OF_PAPER",
                    "shelves.test",
                    [("shelf".to_owned(), "7".to_owned())],
                );
            }
            "retry" => {
                details.set_retry_info(Some(Duration::from_millis(2500)));
            }
            "debug" => {
                details.set_debug_info(["secret stack".to_owned()], "secret detail");
            }
            "foreign" => foreign.push(prost_types::Any {
                type_url: "type.example.com/other.v1.Thing".to_owned(),
                value: vec![8, 1],
            }),
            other => panic!("{other} is no detail that this service knows"),
        }
    }
    let status = Status::with_error_details(code, request.text("message"), details);
    if foreign.is_empty() {
        return status;
    }
    let mut rich = tonic_types::pb::Status::decode(status.details()).unwrap();
    rich.details.extend(foreign);
    Status::with_details(code, request.text("message"), rich.encode_to_vec().into())
}

fn told(pool: &DescriptorPool, text: &str) -> Message {
    Message::new(pool, "shelves.v1.Told").with("text", Value::String(text.to_owned()))
}

/// Written without tonic, which cannot send trailers of a service's own.
async fn tell(
    pool: &DescriptorPool,
    peer: Option<String>,
    request: http::Request<Body>,
) -> http::Response<Body> {
    let (head, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap().slice(5..);
    let asked = Message::read(pool, "shelves.v1.TellRequest", bytes);
    let metadata = head.headers.iter().map(|(name, value)| {
        let text = value.to_str().unwrap_or("?").to_owned();
        (MapKey::String(name.as_str().to_owned()), Value::String(text))
    });
    let message = told(pool, &peer.unwrap_or_default()).with("metadata", Value::Map(metadata.collect()));
    let encoded = message.bytes();
    let mut frame = vec![0];
    frame.extend(u32::try_from(encoded.len()).unwrap().to_be_bytes());
    frame.extend(encoded);
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    if asked.0.get_field_by_name("trailers").unwrap().as_bool().unwrap() {
        trailers.insert("cost", HeaderValue::from_static("3"));
    }
    let frames = [
        Ok::<_, std::convert::Infallible>(http_body::Frame::data(Bytes::from(frame))),
        Ok(http_body::Frame::trailers(trailers)),
    ];
    let body = http_body_util::StreamBody::new(futures_util::stream::iter(frames));
    let mut response = http::Response::new(Body::new(body));
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static("application/grpc"));
    headers.insert("etag", HeaderValue::from_static("\"7\""));
    headers.insert("secret-bin", HeaderValue::from_static("AAE="));
    headers.insert("grpc-internal", HeaderValue::from_static("x"));
    let http_code = asked.text("http_code");
    if !http_code.is_empty() {
        headers.insert("x-http-code", HeaderValue::from_str(&http_code).unwrap());
    }
    response
}

fn http_body(pool: &DescriptorPool, content_type: &str, data: &str) -> Bytes {
    Message::new(pool, "google.api.HttpBody")
        .with("content_type", Value::String(content_type.to_owned()))
        .with("data", Value::Bytes(data.to_owned().into()))
        .bytes()
}

fn uploaded(pool: &DescriptorPool, name: &str, files: &[Message]) -> Message {
    let size = |file: &Message| {
        file.0
            .get_field_by_name("data")
            .unwrap()
            .as_bytes()
            .unwrap()
            .len()
    };
    let size_bytes: usize = files.iter().map(size).sum();
    let content_type: String = files.iter().map(|file| file.text("content_type")).collect();
    Message::new(pool, "shelves.v1.Uploaded")
        .with("name", Value::String(name.to_owned()))
        .with("content_type", Value::String(content_type))
        .with("size_bytes", Value::I64(size_bytes.try_into().unwrap()))
        .with("message_count", Value::I32(files.len().try_into().unwrap()))
}

async fn watch(
    pool: DescriptorPool,
    is_raw: bool,
    request: Request<Bytes>,
) -> Result<Response<impl Stream<Item = Result<Bytes, Status>>>, Status> {
    let asked = Message::read(&pool, "shelves.v1.WatchRequest", request.into_inner());
    let (count, fail_code) = (asked.number("count"), asked.number("fail_code"));
    if count < 0 {
        return Err(Status::new(Code::from_i32(fail_code), "at once"));
    }
    let pause = Duration::from_millis(asked.number("pause_ms").try_into().unwrap_or(0));
    let last = (fail_code != 0).then(|| Err(Status::new(Code::from_i32(fail_code), "in the middle")));
    let messages = futures_util::stream::iter(0..count).then(move |number| {
        let pool = pool.clone();
        async move {
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            if is_raw {
                return Ok(http_body(&pool, "text/plain", &format!("line {number}\n")));
            }
            let message = told(&pool, &format!("n{number}")).with("number", Value::I32(number));
            Ok(message.bytes())
        }
    });
    Ok(Response::new(messages.chain(futures_util::stream::iter(last))))
}

async fn gather(
    pool: DescriptorPool,
    is_upload: bool,
    request: Request<Streaming<Bytes>>,
) -> Result<Response<Bytes>, Status> {
    let mut stream = request.into_inner();
    let mut total = 0;
    let mut files = Vec::new();
    let mut names = String::new();
    while let Some(bytes) = stream.next().await {
        let bytes = bytes?;
        if is_upload {
            let request = Message::read(&pool, "shelves.v1.UploadRequest", bytes);
            names.push_str(&request.text("name"));
            let file = request.0.get_field_by_name("file").unwrap();
            files.push(Message(file.as_message().unwrap().clone()));
        } else {
            let number = Message::read(&pool, "shelves.v1.Number", bytes);
            total += number.0.get_field_by_name("value").unwrap().as_i64().unwrap();
        }
    }
    if is_upload {
        return Ok(Response::new(uploaded(&pool, &names, &files).bytes()));
    }
    let sum = Message::new(&pool, "shelves.v1.Number").with("value", Value::I64(total));
    assert_eq!(sum.0.descriptor().full_name(), "shelves.v1.Number");
    Ok(Response::new(sum.bytes()))
}
