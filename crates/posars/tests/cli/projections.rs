//! `posars projections`: how they stand, a rebuild and the way back; and a report on what they know.

use posars_event_store::{
    Append, EventStore, EventType, ExpectedVersion, JsonText, LogName, NewEvent, StoreConfig, StreamName,
};
use serde_json::{Value, json};

use crate::audit::shop;
use crate::sheets::{line, write};
use crate::support::{Folder, run_on};

/// A report on everything in the sheets.
const PERIOD: [&str; 6] = [
    "report",
    "daily-sales",
    "--from",
    "2026-01-01",
    "--to",
    "2026-01-31",
];

fn status(url: &str) -> Value {
    run_on(url, &["projections", "status"]).ended(0).json()
}

fn named<'a>(status: &'a Value, part: &str, name: &str) -> &'a Value {
    let lines = status[part].as_array().unwrap();
    let found = lines.iter().find(|line| line["name"] == name);
    found.unwrap_or_else(|| panic!("no {name}: {status}"))
}

#[tokio::test]
async fn a_rebuild_is_rolled_back_and_again_to_where_one_began() {
    let (_server, url) = shop().await;
    let none = run_on(&url, &["projections", "rollback", "daily_sales"]).ended(1);
    assert_eq!(none.error()["code"], "NO_PREVIOUS_BUILD", "{none}");
    assert!(
        none.error()["next"].as_str().unwrap().contains("rebuild"),
        "{none}"
    );

    run_on(&url, &["projections", "rebuild", "daily_sales"]).ended(0);
    let built = status(&url);
    let folder = Folder::new();
    let sheet = folder.file("vendas.xlsx");
    write(&sheet, &[line("3001", 7, "Loja Centro", "Meia", 1, 890)]);
    run_on(&url, &["import", &sheet.display().to_string()]).ended(0);

    let back = run_on(&url, &["projections", "rollback", "daily_sales"])
        .ended(0)
        .json();
    assert_eq!(back["position"], built["head"], "the build before knew no more");
    let behind = back["head"].as_u64().unwrap() - back["position"].as_u64().unwrap();
    assert!(behind > 0 && back["lag_events"] == behind, "{back}");
    let rolled = status(&url);
    let rolled = named(&rolled, "projections", "daily_sales");
    assert_eq!(
        (&rolled["position"], &rolled["lag_events"]),
        (&back["position"], &back["lag_events"])
    );

    // Whoever reads next brings it up to date.
    let out = folder.file("report.csv").display().to_string();
    let written = run_on(&url, &[&PERIOD[..], &["--out", &out]].concat())
        .ended(0)
        .json();
    assert_eq!(
        (&written["rows"], &written["position"]),
        (&4.into(), &back["head"]),
        "{written}"
    );

    let undone = run_on(&url, &["projections", "rollback", "daily_sales"])
        .ended(0)
        .json();
    assert_eq!(
        (&undone["position"], &undone["lag_events"]),
        (&back["head"], &0.into()),
        "twice is where one began"
    );
    let text = run_on(&url, &["projections", "rollback", "daily_sales", "--text"]).ended(0);
    assert!(text.out.starts_with("daily_sales: "), "{text}");
}

#[tokio::test]
async fn an_unknown_projection_or_store_is_told_with_those_there_are() {
    let (_server, url) = shop().await;
    for command in ["rebuild", "rollback", "retry"] {
        let ran = run_on(&url, &["projections", command, "nope"]).ended(2);
        assert_eq!(ran.error()["code"], "PROJECTION_UNKNOWN", "{ran}");
        let next = ran.error()["next"].as_str().unwrap().to_owned();
        assert!(next.contains("names") && next.contains("daily_sales"), "{ran}");
    }

    let folder = Folder::new();
    let out = folder.file("report.csv");
    let path = out.display().to_string();
    let mut arguments = PERIOD.to_vec();
    arguments.extend(["--out", &path, "--store"]);
    let unknown = [arguments.as_slice(), &["nope"]].concat();
    let ran = run_on(&url, &unknown).ended(1);
    assert_eq!(ran.error()["code"], "STORE_UNKNOWN", "{ran}");
    assert!(!out.exists(), "nothing was written");
    let next = ran.error()["next"].as_str().unwrap().to_owned();
    let (_, known) = next.split_once(": ").unwrap();
    let stores: Vec<&str> = known.split(", ").collect();
    assert_eq!(stores.len(), 2, "{ran}");
    for store in stores {
        let asked = [arguments.as_slice(), &[store]].concat();
        let written = run_on(&url, &asked).ended(0).json();
        assert!(written["rows"].as_u64().unwrap() > 0, "{written}");
    }
}

#[tokio::test]
async fn what_the_stock_reactor_put_aside_is_counted_with_a_next_step() {
    let (_server, url) = shop().await;
    let before = status(&url);
    let reactor = named(&before, "reactors", "reactor.stock");
    assert_eq!(reactor["parked"], 0);
    assert!(
        reactor["lag_seconds"].is_u64() && reactor["next"].is_null(),
        "{reactor}"
    );

    let store = EventStore::connect(StoreConfig::new(&url)).await.unwrap();
    let log = store.log(&LogName::parse("main").unwrap()).await.unwrap();
    let parked = || NewEvent {
        event_id: uuid::Uuid::now_v7(),
        event_type: EventType::parse("SourceEventParked").unwrap(),
        schema_version: 1,
        data: JsonText::of(&json!({})).unwrap(),
        metadata: JsonText::of(&json!({})).unwrap(),
    };
    let stream = StreamName::parse("parked-reactor.stock").unwrap();
    let append = Append::to(stream, ExpectedVersion::NoStream, vec![parked(), parked()]);
    log.append(append).await.unwrap();

    let after = status(&url);
    let reactor = named(&after, "reactors", "reactor.stock");
    assert_eq!(reactor["parked"], 2);
    let replay = format!("replay --stream {}", reactor["parked_stream"].as_str().unwrap());
    assert!(reactor["next"].as_str().unwrap().contains(&replay), "{reactor}");
    let text = run_on(&url, &["projections", "status", "--text"]).ended(0).out;
    assert!(
        text.contains("put 2 events aside") && text.contains(&replay),
        "{text}"
    );
}
