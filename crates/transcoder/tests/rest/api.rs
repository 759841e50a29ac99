//! The API under test, called without a socket.

use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use posars_transcoder::{Transcoder, TranscoderOptions};
use serde_json::{Map, Value};
use tower::ServiceExt as _;

use crate::service;

pub(crate) struct Api {
    pub(crate) transcoder: Transcoder<Router>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Api {
    pub(crate) fn new() -> Self {
        Self::with(TranscoderOptions::default())
    }

    pub(crate) fn with(options: TranscoderOptions) -> Self {
        let options = TranscoderOptions {
            refusals_domain: "shelves.test",
            ..options
        };
        let pool = service::pool();
        let transcoder = Transcoder::new(pool.clone(), service::router(pool), options).unwrap();
        Self { transcoder }
    }

    pub(crate) async fn call(&self, request: Request<Body>) -> Answer {
        let response = self.transcoder.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        Answer {
            status: head.status,
            headers: head.headers,
            body: axum::body::to_bytes(body, 1 << 30).await.unwrap(),
        }
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        uri: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.call(request.body(body.into()).unwrap()).await
    }

    pub(crate) fn ignored_parameters(&self) -> u64 {
        self.transcoder.ignored_query_parameters().load(Ordering::Relaxed)
    }

    pub(crate) async fn get(&self, uri: &str) -> Answer {
        self.send("GET", uri, &[], Body::empty()).await
    }

    pub(crate) async fn post(&self, uri: &str, json: &str) -> Answer {
        let headers = [("content-type", "application/json")];
        self.send("POST", uri, &headers, json.to_owned()).await
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|problem| panic!("{problem}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }

    /// The JSON of a success without the fields that have their default values.
    pub(crate) fn echoed(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
        let mut json = self.json();
        prune(&mut json);
        json
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The reason and the field of a refusal, after a look at its form.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16) -> (String, String) {
        let json = self.json();
        assert_eq!(self.status.as_u16(), status, "{json}");
        assert_eq!(self.header("content-type"), Some("application/json"));
        let mut keys: Vec<&String> = json.as_object().unwrap().keys().collect();
        keys.sort();
        assert_eq!(keys, ["code", "details", "message"]);
        let info = &json["details"][0];
        assert_eq!(info["@type"], "type.googleapis.com/google.rpc.ErrorInfo");
        assert_eq!(info["domain"], "shelves.test");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let field = text(&info["metadata"]["field"]);
        if !field.is_empty() {
            let violation = &json["details"][1]["fieldViolations"][0];
            assert_eq!(text(&violation["field"]), field, "{json}");
        }
        (text(&info["reason"]), field)
    }
}

fn prune(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(prune);
            fields.retain(|name, value| {
                let is_map = ["labels", "inners", "counts"].contains(&name.as_str());
                !(is_default(value) || is_map && *value == Value::Object(Map::new()))
            });
        }
        Value::Array(elements) => elements.iter_mut().for_each(prune),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_default(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(value) => value.as_f64() == Some(0.0),
        Value::String(value) => ["", "0", "COLOUR_UNSPECIFIED"].contains(&value.as_str()),
        Value::Array(elements) => elements.is_empty(),
        Value::Object(_) => false,
    }
}
