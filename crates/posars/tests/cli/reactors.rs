//! `posars reactors`: how they stand, what waits, what was set aside, tried again.

use posars_event_store::{
    Append, EventStore, EventType, ExpectedVersion, JsonText, Log, LogName, NewEvent, StoreConfig, StreamName,
};
use serde_json::Value;

use crate::audit::shop;
use crate::support::run_on;

const WAITING: &str = include_str!("../../../domain/tests/golden/SaleLinesParked.v1.json");
const PARKED: &str = include_str!("../../../domain/tests/golden/SourceEventParked.v1.json");

async fn log(url: &str) -> Log {
    let store = EventStore::connect(StoreConfig::new(url)).await.unwrap();
    store.log(&LogName::parse("main").unwrap()).await.unwrap()
}

async fn append(log: &Log, stream: &str, event_type: &str, payloads: &[String]) {
    let events = payloads.iter().map(|data| NewEvent {
        event_id: uuid::Uuid::now_v7(),
        event_type: EventType::parse(event_type).unwrap(),
        schema_version: 1,
        data: JsonText::parse(data.trim()).unwrap(),
        metadata: JsonText::parse("{}").unwrap(),
    });
    let stream = StreamName::parse(stream).unwrap();
    log.append(Append::to(stream, ExpectedVersion::NoStream, events.collect()))
        .await
        .unwrap();
}

fn asked(url: &str, arguments: &[&str]) -> Value {
    run_on(url, &[&["reactors"], arguments].concat()).ended(0).json()
}

#[tokio::test]
async fn what_waits_is_listed_by_product_and_by_sale_a_page_at_a_time() {
    let (_server, url) = shop().await;
    let none = asked(&url, &["waiting"]);
    assert!(
        none["products"].as_array().unwrap().is_empty() && none["next"].is_null(),
        "{none}"
    );
    assert_eq!(asked(&url, &["status"])["awaited_products"], 0);

    let log = log(&url).await;
    let original: Value = serde_json::from_str(WAITING).unwrap();
    for (sku, count) in [("aaa", 3), ("bbb", 1)] {
        let mut payload = original.clone();
        payload["sku"] = sku.into();
        let payloads = vec![payload.to_string(); count];
        append(&log, &format!("waiting-{sku}"), "SaleLinesParked", &payloads).await;
    }
    assert_eq!(asked(&url, &["status"])["awaited_products"], 2);
    let first = asked(&url, &["waiting", "--limit", "1"]);
    assert_eq!(first["products"][0]["sku"], "aaa");
    assert_eq!(first["products"][0]["movements"], 3);
    let next = first["next"].as_str().unwrap();
    let second = asked(&url, &["waiting", "--limit", "1", "--after", next]);
    assert_eq!(second["products"][0]["sku"], "bbb");
    assert!(second["next"].is_null(), "{second}");

    let sales = asked(&url, &["waiting", "--sku", "aaa", "--limit", "2"]);
    assert_eq!(sales["movements"].as_array().unwrap().len(), 2);
    assert_eq!(sales["movements"][0]["sale_id"], original["sale_id"]);
    let next = sales["next"].as_str().unwrap();
    let rest = asked(&url, &["waiting", "--sku", "aaa", "--after", next]);
    assert_eq!(
        (&rest["movements"][0]["version"], &rest["next"]),
        (&3.into(), &Value::Null)
    );

    let wrong = run_on(&url, &["reactors", "waiting", "--sku", "aaa", "--after", "x"]).ended(2);
    assert_eq!(wrong.error()["code"], "PAGE_INVALID", "{wrong}");
    let text = run_on(&url, &["reactors", "waiting", "--limit", "1", "--text"])
        .ended(0)
        .out;
    assert!(
        text.contains("aaa") && text.contains("--after waiting-aaa"),
        "{text}"
    );
}

#[tokio::test]
async fn what_was_set_aside_is_listed_and_stays_when_a_retry_fails() {
    let (_server, url) = shop().await;
    assert!(asked(&url, &["parked"])["events"].as_array().unwrap().is_empty());
    assert_eq!(asked(&url, &["retry"])["done"], 0);

    let log = log(&url).await;
    let mut second: Value = serde_json::from_str(PARKED).unwrap();
    second["source_position"] = 43.into();
    let payloads = [PARKED.to_owned(), second.to_string()];
    append(&log, "parked-reactor.stock", "SourceEventParked", &payloads).await;
    let listed = asked(&url, &["parked", "--limit", "1"]);
    assert_eq!(
        (&listed["events"][0]["position"], &listed["next"]),
        (&42.into(), &1.into())
    );
    assert_eq!(listed["events"][0]["reason"], "STOCK_OUT_OF_RANGE");
    let rest = asked(&url, &["parked", "--after", "1"]);
    assert_eq!(
        (&rest["events"][0]["position"], &rest["next"]),
        (&43.into(), &Value::Null)
    );
    let other = asked(&url, &["parked", "--stream", "stock-centro-outro"]);
    assert!(other["events"].as_array().unwrap().is_empty(), "{other}");

    // The log does not hold the event that is named.
    let tried = run_on(&url, &["reactors", "retry"]).ended(1).json();
    let outcomes: Vec<&str> = tried["left"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes, ["failed", "behind"], "{tried}");
    assert_eq!(tried["done"], 0);
    assert_eq!(asked(&url, &["status"])["reactors"][0]["parked"], 2);
}

#[tokio::test]
async fn an_unknown_reactor_is_told_with_those_there_are() {
    let (_server, url) = shop().await;
    for command in ["parked", "retry"] {
        let ran = run_on(&url, &["reactors", command, "nope"]).ended(2);
        assert_eq!(ran.error()["code"], "REACTOR_UNKNOWN", "{ran}");
        assert!(
            ran.error()["next"].as_str().unwrap().contains("reactor.stock"),
            "{ran}"
        );
    }
}

#[tokio::test]
async fn what_another_reactor_set_aside_is_its_own() {
    let (_server, url) = shop().await;
    let log = log(&url).await;
    let mut parked: Value = serde_json::from_str(PARKED).unwrap();
    parked["reactor"] = "reactor.low_stock".into();
    let stream = "parked-reactor.low_stock";
    append(&log, stream, "SourceEventParked", &[parked.to_string()]).await;
    assert!(asked(&url, &["parked"])["events"].as_array().unwrap().is_empty());
    let listed = asked(&url, &["parked", "reactor.low_stock"]);
    assert_eq!(listed["events"][0]["position"], 42);
    assert_eq!(asked(&url, &["retry"])["left"], Value::Array(Vec::new()));
    let tried = run_on(&url, &["reactors", "retry", "reactor.low_stock"])
        .ended(1)
        .json();
    assert_eq!(tried["reactor"], "reactor.low_stock");
    assert_eq!(tried["left"][0]["outcome"], "failed", "{tried}");

    let status = asked(&url, &["status"]);
    let names: Vec<&str> = status["reactors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reactor| reactor["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["reactor.stock", "reactor.low_stock", "reactor.books"],
        "{status}"
    );
    let next = status["reactors"][1]["next"].as_str().unwrap();
    assert!(
        next.contains("posars reactors retry reactor.low_stock"),
        "{status}"
    );
}
