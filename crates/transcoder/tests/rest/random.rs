//! Random requests, made from the bindings: whatever they say, nothing panics and nothing is the server's fault.

use axum::body::Body;
use http::{HeaderName, HeaderValue, Request};
use posars_transcoder::{Binding, Bindings, Segment};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::api::Api;
use crate::service;

/// One random request, as indexes and texts that are made into one which nearly fits a binding.
#[derive(Clone, Debug)]
struct Draft {
    binding: usize,
    method: Option<String>,
    segments: Vec<String>,
    query: Vec<(String, String)>,
    body: String,
    headers: Vec<(String, String)>,
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9._~-]{0,8}",
        "(%[0-9a-fA-F]{2}|%|[a-z/:+&=\\[\\]]){0,8}",
        Just("1".to_owned()),
        Just("-9223372036854775808".to_owned()),
        Just("9999-12-31T23:59:59.999999999Z".to_owned()),
        Just("0000-00-00T00:00:00Z".to_owned()),
        Just("315576000001s".to_owned()),
        Just("-315576000000.999999999s".to_owned()),
        Just("1e400".to_owned()),
        Just("%F0%9F%93%9A".to_owned()),
        Just("RED".to_owned()),
        Just("a.b,cD_e".to_owned()),
        Just("{\"a\":[1]}".to_owned()),
    ]
}

fn key(names: Vec<String>) -> impl Strategy<Value = String> {
    let name = proptest::sample::select(names);
    prop_oneof![
        name.clone(),
        (name.clone(), name.clone()).prop_map(|(a, b)| format!("{a}.{b}")),
        (name, text()).prop_map(|(a, b)| format!("{a}[{b}]")),
        text(),
    ]
}

fn json(names: Vec<String>) -> impl Strategy<Value = String> {
    let quoted = |text: String| serde_json::Value::String(text).to_string();
    let leaf = prop_oneof![
        text().prop_map(quoted),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| format!("{number:e}")),
        Just("null".to_owned()),
        Just("true".to_owned()),
        "[\\[\\]{}\",:\\\\a0-9.eE+-]{0,12}",
    ];
    let key = proptest::sample::select(names);
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let pair = (key.clone(), inner.clone());
        let object = proptest::collection::vec(pair, 0..4).prop_map(|pairs| {
            let pairs: Vec<String> = pairs
                .into_iter()
                .map(|(key, value)| format!("\"{key}\":{value}"))
                .collect();
            format!("{{{}}}", pairs.join(","))
        });
        let list = proptest::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(",")));
        prop_oneof![3 => object, 1 => list]
    })
}

fn draft(bindings: usize, names: Vec<String>) -> impl Strategy<Value = Draft> {
    let header = (
        proptest::sample::select(vec![
            "accept",
            "content-type",
            "grpc-timeout",
            "accept-encoding",
            "content-encoding",
            "grpc-metadata-x",
            "grpc-metadata-x-bin",
            "origin",
            "te",
            "idempotency-key",
            "expect",
        ]),
        prop_oneof![
            text(),
            Just("text/event-stream".to_owned()),
            Just("application/json".to_owned()),
            Just("gzip".to_owned()),
            Just("5S".to_owned()),
        ],
    )
        .prop_map(|(name, value)| (name.to_owned(), value));
    (
        0..bindings,
        proptest::option::weighted(0.1, "[A-Z]{1,7}"),
        proptest::collection::vec(text(), 8),
        proptest::collection::vec((key(names.clone()), text()), 0..4),
        prop_oneof![4 => json(names), 1 => any::<String>(), 1 => Just(String::new())],
        proptest::collection::vec(header, 0..3),
    )
        .prop_map(|(binding, method, segments, query, body, headers)| Draft {
            binding,
            method,
            segments,
            query,
            body,
            headers,
        })
}

fn path(binding: &Binding, texts: &[String]) -> String {
    let mut texts = texts.iter();
    let mut path = String::new();
    for segment in &binding.template.segments {
        path.push('/');
        match segment {
            Segment::Literal(literal) => path.push_str(&literal.replace(' ', "%20")),
            Segment::Any | Segment::Rest => path.push_str(texts.next().map_or("x", String::as_str)),
        }
    }
    if let Some(verb) = &binding.template.verb {
        path.push(':');
        path.push_str(verb);
    }
    path
}

/// `None` where the draft is no HTTP at all, which no server would pass on.
fn request(draft: &Draft, binding: &Binding) -> Option<Request<Body>> {
    let query: Vec<String> = draft
        .query
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let uri = format!("{}?{}", path(binding, &draft.segments), query.join("&"));
    let method = draft.method.as_deref().unwrap_or(match binding.method.as_str() {
        "*" => "BREW",
        named => named,
    });
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in &draft.headers {
        let name = HeaderName::try_from(name.as_str()).ok()?;
        request = request.header(name, HeaderValue::from_str(value).ok()?);
    }
    request.body(Body::from(draft.body.clone())).ok()
}

#[test]
fn no_request_breaks_the_server() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let api = Api::new();
    let bindings = Bindings::of(&service::pool()).unwrap();
    // `Fail` and `Wait` answer with 5xx because they are asked to.
    let fit: Vec<&Binding> = bindings
        .iter()
        .filter(|binding| !["Fail", "Wait"].contains(&binding.rpc.name()))
        .collect();
    let everything = service::pool()
        .get_message_by_name("shelves.v1.Everything")
        .unwrap();
    let names: Vec<String> = everything
        .fields()
        .flat_map(|field| [field.name().to_owned(), field.json_name().to_owned()])
        .chain(["deep", "leaf", "leaves", "itemCount", "@type"].map(str::to_owned))
        .collect();
    let mut runner = TestRunner::new(Config {
        cases: 4000,
        failure_persistence: None,
        ..Config::default()
    });
    let served = std::cell::Cell::new(0);
    runner
        .run(&draft(fit.len(), names), |draft| {
            let Some(request) = request(&draft, fit[draft.binding]) else {
                return Ok(());
            };
            let shown = format!("{} {}", request.method(), request.uri());
            let answer = runtime.block_on(api.call(request));
            let asked_for = draft.query.iter().any(|(key, _)| key.contains("fail"));
            prop_assert!(
                !answer.status.is_server_error() || asked_for,
                "{shown} {}: {} {}",
                draft.body,
                answer.status,
                answer.text()
            );
            if !answer.status.is_success() {
                prop_assert!(answer.json()["code"].as_i64().is_some());
            }
            served.set(served.get() + u32::from(answer.status.is_success()));
            Ok(())
        })
        .unwrap();
    assert!(
        served.get() > 200,
        "only {served:?} of the random requests were served: they test little"
    );
}
