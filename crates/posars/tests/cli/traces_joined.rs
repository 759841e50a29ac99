//! One trace from the call through the commit to the read models, as a collector gets it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value as Attribute;
use opentelemetry_proto::tonic::trace::v1::Span;
use posars_testkit::{AwsEmulator, TestDatabase};
use serde_json::{Value, json};
use tonic::service::Routes;
use tonic::{Request, Response, Status};

use crate::queues::Installation;
use crate::served::{Served, Till, position_of};
use crate::support::{Folder, Up, run_on};

/// The trace of a caller, and the caller's own span in it.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";
/// A sale, and what the reactors make of it.
const FOLLOWS: [&str; 3] = ["SaleRecorded", "StockIssued", "JournalEntryPosted"];
const PATIENCE: Duration = Duration::from_secs(90);

/// A collector that keeps every span it is sent.
#[derive(Clone, Default)]
pub(crate) struct Collector(Arc<Mutex<Vec<Span>>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let resources = request.into_inner().resource_spans.into_iter();
        let spans = resources
            .flat_map(|resource| resource.scope_spans)
            .flat_map(|scope| scope.spans);
        self.0.lock().unwrap().extend(spans);
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

impl Collector {
    /// Starts it; with the address for `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub(crate) async fn start() -> (Self, String) {
        let collector = Self::default();
        let router = Routes::new(TraceServiceServer::new(collector.clone())).into_axum_router();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let limits = posars_edge::Limits::default();
            posars_edge::serve(listener, router, &limits, std::future::pending()).await
        });
        (collector, address)
    }

    pub(crate) fn spans(&self) -> Spans {
        Spans(self.0.lock().unwrap().clone())
    }
}

/// Every span that a collector has.
pub(crate) struct Spans(Vec<Span>);

impl Spans {
    /// Those with this name that are part of a trace, or are linked with it.
    pub(crate) fn of(&self, trace: &str, name: &str) -> Vec<&Span> {
        let spans = self.0.iter().filter(|span| {
            let is_part = hexadecimal(&span.trace_id) == trace;
            let is_linked = span.links.iter().any(|link| hexadecimal(&link.trace_id) == trace);
            span.name.ends_with(name) && (is_part || is_linked)
        });
        spans.collect()
    }

    /// The name of the span that another is a child of.
    fn parent_of(&self, span: &Span) -> String {
        let parent = self.0.iter().find(|other| other.span_id == span.parent_span_id);
        parent.map_or_else(|| hexadecimal(&span.parent_span_id), |parent| parent.name.clone())
    }
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn attribute(span: &Span, key: &str) -> String {
    let found = span.attributes.iter().find(|one| one.key == key);
    match found.and_then(|one| one.value.as_ref()?.value.as_ref()) {
        Some(Attribute::StringValue(text)) => text.clone(),
        Some(Attribute::IntValue(number)) => number.to_string(),
        other => panic!("{key} of {}: {other:?}", span.name),
    }
}

/// The trace contexts of the events of a log, by type.
fn traces_of_events(url: &str) -> HashMap<String, String> {
    let replayed = run_on(url, &["audit", "replay"]).ended(0).out;
    let events = replayed
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    events
        .filter_map(|event| {
            let trace = event["metadata"]["traceparent"].as_str()?.to_owned();
            Some((event["type"].as_str().unwrap().to_owned(), trace))
        })
        .collect()
}

/// Waits until what follows from a sale is recorded and in every read model; the trace contexts of the events.
fn wait_for_what_follows(url: &str) -> HashMap<String, String> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let traced = traces_of_events(url);
        let status = run_on(url, &["projections", "status"]).ended(0).json();
        let projections = status["projections"].as_array().unwrap();
        let is_behind = projections.iter().any(|one| one["lag_events"] != 0);
        if FOLLOWS.iter().all(|event| traced.contains_key(*event)) && !is_behind {
            return traced;
        }
        assert!(Instant::now() < deadline, "{traced:?}, {status}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sale_is_one_trace_from_the_call_to_the_read_models() {
    let (collector, endpoint) = Collector::start().await;
    let served = Served::open(&[], &[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)]).await;
    assert_eq!(served.define_store("centro").0, 200);
    assert_eq!(served.define_product("CAFE-500").0, 200);
    let traceparent = format!("00-{TRACE}-{CALLER}-01");
    let headers = [("traceparent", traceparent.as_str())];
    let sale_id = "0193a5f0-0000-7000-8000-000000000301";
    let (status, answer) = served.till.sell(sale_id, "centro", "CAFE-500", &headers).unwrap();
    assert_eq!(status, 200, "{answer}");
    let position = position_of(&answer);
    let traced = wait_for_what_follows(served.database.url());
    for event in FOLLOWS {
        assert!(traced[event].contains(TRACE), "{event}: {}", traced[event]);
    }
    let (code, talk) = tokio::task::spawn_blocking(|| served.up.terminate())
        .await
        .unwrap();
    assert_eq!(code, 0, "{talk}");

    let spans = collector.spans();
    let calls = spans.of(TRACE, "posars.sales.v1.SaleService/RecordSale");
    let [call] = calls.as_slice() else {
        panic!("{} calls", calls.len())
    };
    assert_eq!(hexadecimal(&call.parent_span_id), CALLER);
    assert_eq!(attribute(call, "rpc.grpc.status_code"), "0");
    assert!(
        traced["SaleRecorded"].contains(&hexadecimal(&call.span_id)),
        "the event names the call: {}",
        traced["SaleRecorded"]
    );

    let within_call = |name: &str, parent: &str| {
        let found = spans.of(TRACE, name);
        let child = found.iter().find(|span| spans.parent_of(span) == parent);
        let parents: Vec<_> = found.iter().map(|span| spans.parent_of(span)).collect();
        (*child.unwrap_or_else(|| panic!("no {name} below {parent}, only below {parents:?}"))).clone()
    };
    within_call("command", &call.name);
    let append = within_call("append", "command");
    assert_eq!(attribute(&append, "last_position"), position.to_string());
    within_call("commit", "append");

    for reactor in ["reactor.stock", "reactor.books"] {
        let reacted = spans.of(TRACE, "react");
        assert!(
            reacted.iter().any(|span| attribute(span, "reactor") == reactor),
            "{reactor} is not in the trace"
        );
    }
    within_call("append", "react");
    for projection in ["sales", "daily_sales", "stock_position", "journal_entries"] {
        let applied = spans.of(TRACE, "apply");
        assert!(
            applied
                .iter()
                .any(|span| attribute(span, "projection") == projection),
            "{projection} is not in the trace"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_trace_goes_on_over_the_queue_in_another_process() {
    let Some(aws) = AwsEmulator::shared() else { return };
    let installation = Installation::on(aws).await;
    let (collector, endpoint) = Collector::start().await;
    let database = TestDatabase::create().await.unwrap();
    let url = database.url().to_owned();
    let folder = Folder::new();
    let keys = folder.file("keys").display().to_string();
    let start = |words: &[&str]| {
        let mut command = installation.process(aws, &url, &keys, words);
        command.env("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint);
        tokio::task::block_in_place(|| Up::spawn(command))
    };
    let serving = start(&["serve", "all"]);
    let working = start(&["work", "stock"]);
    let till = Till {
        address: serving.address().to_owned(),
        token: run_on(&url, &["token", "--role", "owner", "--identity", &keys])
            .ended(0)
            .out
            .trim()
            .to_owned(),
    };
    let store = json!({"storeId": "centro", "displayName": "Loja", "timeZone": "America/Sao_Paulo",
                       "dayCutover": "04:00", "currencyCode": "BRL"});
    let product = json!({"sku": "CAFE-500", "displayName": "Café", "unit": "UN", "tracked": true});
    for (path, body) in [("stores", store), ("products", product)] {
        let line = format!("POST /v1/companies/main/{path}");
        assert_eq!(till.call(&line, &body.to_string(), &[]).unwrap().0, 200);
    }
    let traceparent = format!("00-{TRACE}-{CALLER}-01");
    let headers = [("traceparent", traceparent.as_str())];
    let sale_id = "0193a5f0-0000-7000-8000-000000000303";
    let (status, answer) = till.sell(sale_id, "centro", "CAFE-500", &headers).unwrap();
    assert_eq!(status, 200, "{answer}");
    let deadline = Instant::now() + PATIENCE;
    while !traces_of_events(&url).contains_key("StockIssued") {
        assert!(Instant::now() < deadline, "stock does not follow");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for process in [serving, working] {
        let (code, talk) = tokio::task::block_in_place(|| process.terminate());
        assert_eq!(code, 0, "{talk}");
    }
    let spans = collector.spans();
    // Of several calls at once the sending is a trace of its own, linked with each; who receives joins that.
    let sent = spans.of(TRACE, "send");
    let sent = sent
        .iter()
        .find(|span| attribute(span, "queue") == "sales-inventory")
        .unwrap_or_else(|| panic!("no send in the trace"));
    let received = spans.of(&hexadecimal(&sent.trace_id), "receive");
    assert!(
        received.iter().any(|span| {
            span.parent_span_id == sent.span_id || span.links.iter().any(|link| link.span_id == sent.span_id)
        }),
        "who receives joins who sent: {received:?}"
    );
    assert!(
        spans
            .of(TRACE, "react")
            .iter()
            .any(|span| attribute(span, "reactor") == "reactor.stock"),
        "what follows is in the trace of the call"
    );
}
