//! Stocks that an earlier version left wrong: the doctor finds them, one command puts them right.

use posars_commands::{Actor, Commands, Envelope, Source};
use posars_domain::stock::{
    IssueForSale, IssueLine, ReceiveStock, ReceivedCost, RestockLine, RestockReturn, Stock, StockEvent,
    StockRejection, StockState,
};
use posars_domain::store::{DefineStore, StoreSettings};
use posars_domain::{
    Aggregate as _, Amount, Command as _, Currency, Decision, DomainEvent as _, Given, LineId, Quantity,
};
use posars_event_store::{
    Append, EventStore, EventType, ExpectedVersion, JsonText, LogName, NewEvent, StoreConfig, StreamName,
};
use posars_testkit::TestDatabase;
use serde_json::{Value, json};

use crate::support::run_on;

const NOW: &str = "2026-11-20T15:00:00Z";
const SALE: &str = "0193a5f0-0000-7000-8000-000000000001";

fn v<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn settings() -> StoreSettings {
    StoreSettings {
        store_id: v("centro"),
        name: "Centro".to_owned(),
        time_zone: v("America/Sao_Paulo"),
        day_cutover: jiff::civil::time(0, 0, 0, 0),
        currency: Currency::BRL,
    }
}

/// One sold with no stock, two received at 7.50 each, one back at the nothing that it had gone out at.
fn events_of_old(given: &Given<'_>) -> Vec<StockEvent> {
    let issue = IssueForSale {
        store_id: v("centro"),
        sku: v("cafe"),
        sale_id: v(SALE),
        source_position: 1,
        occurred_at: v(NOW),
        business_date: v("2026-11-20"),
        currency: Currency::BRL,
        lines: vec![IssueLine {
            line_id: LineId(1),
            quantity: Quantity::from_units(1),
        }],
    };
    let receive = ReceiveStock {
        store_id: v("centro"),
        sku: v("cafe"),
        receipt_id: v("0193a5f0-0000-7000-8000-000000000200"),
        line_id: LineId(1),
        occurred_at: v(NOW),
        currency: Currency::BRL,
        quantity: Quantity::from_units(2),
        cost: ReceivedCost::Total(Amount::from_minor(1_500)),
        landed: Amount::ZERO,
        supplier: None,
        access_key: None,
    };
    let restock = RestockReturn {
        store_id: v("centro"),
        sku: v("cafe"),
        sale_id: v(SALE),
        return_id: None,
        source_position: 2,
        sale_position: 1,
        occurred_at: v(NOW),
        business_date: v("2026-11-20"),
        currency: Currency::BRL,
        lines: vec![RestockLine {
            line_id: LineId(1),
            quantity: Quantity::from_units(1),
            original_cost: Some(Amount::ZERO),
            owed: Quantity::ZERO,
        }],
    };
    let mut events = Vec::new();
    let mut happen = |decision: Decision<StockEvent, StockRejection>| {
        events.extend(decision.events);
        Stock::fold(&events)
    };
    let state = happen(issue.decide(&StockState::default(), given).unwrap());
    let state = happen(receive.decide(&state, given).unwrap());
    happen(restock.decide(&state, given).unwrap());
    events
}

/// A log in which an earlier version brought goods back.
async fn log_of_old(url: &str) {
    let store = EventStore::connect(StoreConfig::new(url)).await.unwrap();
    let log = store.log(&LogName::parse("main").unwrap()).await.unwrap();
    let actor = Actor {
        subject: "ana".into(),
        client: None,
    };
    let settings = settings();
    let define = DefineStore {
        store_id: settings.store_id.clone(),
        name: settings.name.clone(),
        cnpj: None,
        time_zone: settings.time_zone.clone(),
        day_cutover: settings.day_cutover,
        currency: settings.currency,
    };
    Commands::new(log.clone())
        .carry_out(&define, &Envelope::new(actor, Source::Api, v(NOW)))
        .await
        .unwrap();
    let given = Given {
        store: Some(&settings),
        ..Given::at(v(NOW))
    };
    let as_new = |(number, event): (usize, &StockEvent)| NewEvent {
        event_id: posars_domain::natural_id(&["test", &number.to_string()]),
        event_type: EventType::parse(event.event_type()).unwrap(),
        schema_version: event.schema_version(),
        data: JsonText::parse(event.to_json().get()).unwrap(),
        metadata: JsonText::parse("{}").unwrap(),
    };
    let events = events_of_old(&given).iter().enumerate().map(as_new).collect();
    let stream = StreamName::parse("stock-centro-cafe").unwrap();
    log.append(Append::to(stream, ExpectedVersion::NoStream, events))
        .await
        .unwrap();
}

fn stock_cost(url: &str) -> Value {
    let doctor = run_on(url, &["doctor", "--listen", "127.0.0.1:0"]).json();
    let checks = doctor["checks"].as_array().unwrap();
    checks
        .iter()
        .find(|check| check["name"] == "stock_cost")
        .unwrap()
        .clone()
}

#[tokio::test]
async fn a_stock_that_came_back_at_a_provisional_cost_is_found_and_put_right_once() {
    let database = TestDatabase::create().await.unwrap();
    let url = database.url();
    log_of_old(url).await;
    let check = stock_cost(url);
    assert_eq!(check["state"], "warning", "{check}");
    let found = check["found"].as_str().unwrap();
    assert!(
        found.contains("cafe in centro shows BRL 7.50, right is BRL 15.00"),
        "{check}"
    );
    assert!(
        check["fix"].as_str().unwrap().contains("posars stock recost"),
        "{check}"
    );
    let wrong = json!([{
        "store_id": "centro", "sku": "cafe", "currency": "BRL", "quantity": "2",
        "shown_minor": 750, "right_minor": 1_500, "version": 5,
    }]);
    // Saying what would be done does nothing; neither does asking for another stock.
    let would = run_on(url, &["stock", "recost", "--dry-run"]).ended(0).json();
    assert_eq!((&would["dry_run"], &would["stocks"]), (&json!(true), &wrong));
    let other = ["stock", "recost", "--store", "centro", "--sku", "pao"];
    assert_eq!(run_on(url, &other).ended(0).json()["stocks"], json!([]));
    run_on(url, &["stock", "recost", "--store", "centro"]).ended(2);
    let done = run_on(url, &["stock", "recost", "--store", "centro", "--sku", "cafe"]).ended(0);
    assert_eq!(done.json()["stocks"], wrong);
    assert_eq!(stock_cost(url)["state"], "ok");
    let again = run_on(url, &["stock", "recost"]).ended(0).json();
    assert_eq!(again["stocks"], json!([]));
    let replay = run_on(url, &["audit", "replay", "--stream", "stock-centro-cafe"]).ended(0);
    assert!(
        replay.out.contains("StockAdjusted") && replay.out.contains("correction"),
        "{replay}"
    );
    run_on(url, &["audit", "verify"]).ended(0);
}
