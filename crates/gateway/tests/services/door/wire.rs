//! The two wires, down to what a caller sees.

use std::collections::HashMap;
use std::net::SocketAddr;

use bytes::{Buf as _, BufMut as _, Bytes};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use prost_reflect::{DynamicMessage, MessageDescriptor};
use serde_json::Value;
use tokio::net::TcpStream;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::MetadataMap;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::{Caller, Rpc};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    Grpc,
    Rest,
}

/// What a caller sees of an answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// As `google.rpc.Code` writes it.
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) reason: Option<String>,
    pub(crate) metadata: HashMap<String, String>,
    /// Only over REST.
    pub(crate) http: Option<u16>,
    /// What `www-authenticate` says.
    pub(crate) challenge: Option<String>,
    bytes: Bytes,
    body: Value,
}

impl Answer {
    /// Turns the bytes of a gRPC answer into the JSON that REST has.
    pub(crate) fn read_body(mut self, output: &MessageDescriptor) -> Self {
        let message = DynamicMessage::decode(output.clone(), self.bytes.clone()).unwrap();
        self.body = serde_json::to_value(&message).unwrap();
        self
    }

    /// The body of an answer that is no refusal.
    pub(crate) fn body(&self) -> &Value {
        assert_eq!(self.code, "OK", "{self:?}");
        &self.body
    }

    /// The stores of the rows of a list, each once.
    ///
    /// An empty list is not there at all over gRPC.
    pub(crate) fn stores(&self) -> Vec<String> {
        assert_eq!(self.code, "OK", "{self:?}");
        let rows = ["sales", "dailySales", "stockItems", "stockReceipts", "stores"]
            .into_iter()
            .find_map(|list| self.body[list].as_array());
        let mut stores: Vec<_> = rows
            .into_iter()
            .flatten()
            .map(|row| row["storeId"].as_str().unwrap().to_owned())
            .collect();
        stores.sort_unstable();
        stores.dedup();
        stores
    }
}

/// `InvalidArgument` as `INVALID_ARGUMENT`.
fn word_of(code: Code) -> String {
    let mut word = String::new();
    for letter in format!("{code:?}").chars() {
        if letter.is_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.push(letter.to_ascii_uppercase());
    }
    word
}

/// Messages as they are on the wire.
#[derive(Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Vec<u8>;
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

impl Encoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}

pub(crate) async fn grpc(
    channel: &Channel,
    path: &str,
    message: Vec<u8>,
    caller: &Caller,
    company: Option<&str>,
) -> Answer {
    let mut request = tonic::Request::new(message);
    let headers = [
        ("authorization", caller.authorization.as_deref()),
        ("posars-company", company),
    ];
    for (name, value) in headers {
        if let Some(value) = value {
            request.metadata_mut().insert(name, value.parse().unwrap());
        }
    }
    let mut client = tonic::client::Grpc::new(channel.clone());
    client.ready().await.unwrap();
    let answer = client.unary(request, path.parse().unwrap(), Raw).await;
    match answer {
        Ok(answer) => Answer {
            code: word_of(Code::Ok),
            message: String::new(),
            reason: None,
            metadata: HashMap::new(),
            http: None,
            challenge: challenge_of(answer.metadata()),
            bytes: answer.into_inner(),
            body: Value::Null,
        },
        Err(status) => {
            let details = status.get_error_details();
            let told = details.error_info();
            Answer {
                code: word_of(status.code()),
                message: status.message().to_owned(),
                reason: told.map(|told| told.reason.clone()),
                metadata: told.map(|told| told.metadata.clone()).unwrap_or_default(),
                http: None,
                challenge: challenge_of(status.metadata()),
                bytes: Bytes::new(),
                body: Value::Null,
            }
        }
    }
}

fn challenge_of(metadata: &MetadataMap) -> Option<String> {
    let challenge = metadata.get("www-authenticate")?;
    Some(challenge.to_str().unwrap().to_owned())
}

/// One connection that speaks JSON.
pub(crate) struct RestClient {
    sender: SendRequest<Full<Bytes>>,
}

impl RestClient {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        let (sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Self { sender }
    }

    /// An empty message as a browser sends it; the status comes in the headers or in the last frame of the body.
    pub(crate) async fn grpc_web_status(&mut self, path: &str, caller: &Caller) -> String {
        let mut request = hyper::Request::post(path)
            .header("host", "shop")
            .header("content-type", "application/grpc-web+proto");
        if let Some(authorization) = &caller.authorization {
            request = request.header("authorization", authorization);
        }
        self.sender.ready().await.unwrap();
        let body = Full::new(Bytes::from_static(&[0; 5]));
        let answer = self.sender.send_request(request.body(body).unwrap());
        let (head, body) = answer.await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let told = format!("{:?} {}", head.headers, String::from_utf8_lossy(&bytes)).replace('"', "");
        let (_, status) = told.split_once("grpc-status").unwrap();
        status
            .trim_start_matches([':', ' '])
            .chars()
            .take_while(char::is_ascii_digit)
            .collect()
    }

    pub(crate) async fn call(&mut self, rpc: &Rpc, caller: &Caller, company: Option<&str>) -> Answer {
        let mut message = serde_json::to_value(rpc.request()).unwrap();
        let mut path = rpc.template.clone();
        for (variable, value) in rpc.variables() {
            let begin = path.find('{').unwrap();
            let end = path.find('}').unwrap();
            path.replace_range(begin..=end, &value);
            let pointer = format!("/{}", in_json(&variable).replace('.', "/"));
            let (parent, field) = pointer.rsplit_once('/').unwrap();
            let parent = message.pointer_mut(parent).unwrap();
            parent.as_object_mut().unwrap().remove(field);
        }
        let body = match rpc.body.as_str() {
            "" => {
                path.push('?');
                path.push_str(&query(&message));
                Bytes::new()
            }
            "*" => message.to_string().into(),
            field => {
                path.push_str("?validateOnly=true");
                message[in_json(field)].to_string().into()
            }
        };
        let mut request = hyper::Request::builder()
            .method(rpc.verb.as_str())
            .uri(&path)
            .header("host", "shop")
            .header("content-type", "application/json");
        if let Some(authorization) = &caller.authorization {
            request = request.header("authorization", authorization);
        }
        if let Some(company) = company {
            request = request.header("posars-company", company);
        }
        self.sender.ready().await.unwrap();
        let answer = self.sender.send_request(request.body(Full::new(body)).unwrap());
        let (head, body) = answer.await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body: Value = serde_json::from_slice(&bytes)
            .unwrap_or_else(|error| panic!("{error}: {} {path}: {head:?} {bytes:?}", rpc.verb));
        Answer::of_json(head.status.as_u16(), &head.headers, body)
    }
}

/// The name of a field in JSON.
fn in_json(field: &str) -> String {
    let mut parts = field.split('_');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |name, part| {
        let (head, tail) = part.split_at(1);
        name + &head.to_uppercase() + tail
    })
}

impl Answer {
    fn of_json(http: u16, headers: &hyper::HeaderMap, body: Value) -> Self {
        let challenge = headers.get("www-authenticate");
        let challenge = challenge.map(|value| value.to_str().unwrap().to_owned());
        let is_error = http >= 400;
        let told = body["details"].as_array().and_then(|details| {
            details
                .iter()
                .find(|detail| detail["@type"] == "type.googleapis.com/google.rpc.ErrorInfo")
        });
        let metadata = told.and_then(|told| serde_json::from_value(told["metadata"].clone()).ok());
        let code = body["code"].as_i64().filter(|_| is_error).unwrap_or(0);
        Self {
            code: word_of(Code::from_i32(code.try_into().unwrap())),
            message: body["message"].as_str().unwrap_or_default().to_owned(),
            reason: told.map(|told| told["reason"].as_str().unwrap().to_owned()),
            metadata: metadata.unwrap_or_default(),
            http: is_error.then_some(http),
            challenge,
            bytes: Bytes::new(),
            body,
        }
    }
}

/// A message as a query string: `startDate.year=2026&…`.
fn query(message: &Value) -> String {
    let mut pairs = Vec::new();
    flatten("", message, &mut pairs);
    pairs.join("&")
}

fn flatten(prefix: &str, value: &Value, pairs: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if prefix.is_empty() {
                    name.clone()
                } else {
                    format!("{prefix}.{name}")
                };
                flatten(&path, value, pairs);
            }
        }
        Value::String(text) => pairs.push(format!("{prefix}={text}")),
        Value::Null | Value::Bool(_) | Value::Number(_) => pairs.push(format!("{prefix}={value}")),
        Value::Array(_) => panic!("{prefix}: no list in these queries"),
    }
}
