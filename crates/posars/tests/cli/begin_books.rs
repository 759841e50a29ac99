//! The books of a company that an earlier build defined: by themselves with its whole history, or on a day with one
//! opening entry.

use posars_event_store::{Direction, EventStore, LogName, StoreConfig, StreamName, Version};
use serde_json::{Value, json};

use crate::earlier_build::earlier_database;
use crate::support::run_on;

/// The accounts of a month's trial balance that are posted to and are not zero, as `code debit credit after`.
fn accounts(url: &str, month: &str) -> Vec<String> {
    let ran = run_on(url, &["finance", "trial-balance", "--month", month, "--json"]).ended(0);
    let balance = ran.json();
    assert_eq!(balance["debit_total"], balance["credit_total"], "{balance}");
    let rows = balance["rows"].as_array().unwrap().iter();
    let rows = rows.filter(|row| row["postable"] == true);
    rows.map(|row| {
        let [account, debit, credit, closing] =
            ["account", "debit", "credit", "closing"].map(|key| &row[key]);
        format!("{} {debit} {credit} {closing}", account.as_str().unwrap())
    })
    .collect()
}

async fn events(url: &str, stream: &str) -> Vec<(String, Value)> {
    let store = EventStore::connect(StoreConfig::new(url)).await.unwrap();
    let log = store.log(&LogName::parse("main").unwrap()).await.unwrap();
    let stream = StreamName::parse(stream).unwrap();
    let events = log
        .read_stream(&stream, Version::new(1), Direction::Forwards, 10)
        .await
        .unwrap();
    let read = |event: &posars_event_store::RecordedEvent| {
        let data = serde_json::from_str(&event.data).unwrap();
        (event.event_type.to_string(), data)
    };
    events.iter().map(read).collect()
}

#[tokio::test]
async fn an_older_company_gets_its_books_and_its_whole_history_in_them() {
    let database = earlier_database().await;
    let url = database.url();
    run_on(url, &["migrate"]).ended(0);
    assert!(events(url, "books-main").await.is_empty());
    // Whatever catches up begins them, once.
    let once = accounts(url, "2026-11");
    assert_eq!(accounts(url, "2026-11"), once);
    // Worked out from what that build's report and stocks say: four sales of 137.70 and 10.00 and one of 18.90 that was
    // voided, one of 18.90 that came back; 285.00 received, of which goods for 119.55 went out, for 30.00 came back and
    // for 3.45 got lost.
    let expected = [
        "1.1.01.001 6670 3780 2890",
        "1.1.02.001 5670 0 5670",
        "1.1.02.002 4320 0 4320",
        "1.1.03.001 31500 12300 19200",
        "2.1.01 0 28500 -28500",
        "4.1.01 0 16660 -16660",
        "5.01 1890 0 1890",
        "5.02 1890 0 1890",
        "6.01 11955 3000 8955",
        "6.02 345 0 345",
    ];
    assert_eq!(once, expected);
    assert_eq!(
        events(url, "books-main").await,
        [("BooksBegun".to_owned(), json!({"currency": "BRL"}))]
    );
    assert_eq!(events(url, "chart-main").await.len(), 1);
    let late = run_on(url, &["finance", "begin", "--date", "2026-11-03", "--json"]).ended(4);
    assert_eq!(late.error()["code"], "BOOKS_EXIST");
}

#[tokio::test]
async fn books_begin_on_a_day_with_what_was_in_stock() {
    let database = earlier_database().await;
    let url = database.url();
    run_on(url, &["migrate"]).ended(0);
    let begin = |date: &str, more: &[&str]| {
        let command = [&["finance", "begin", "--json", "--date", date][..], more].concat();
        run_on(url, &command)
    };
    for (date, code) in [
        ("0001-01-01", "DATE_OUT_OF_RANGE"),
        ("9999-12-31", "DATE_OUT_OF_RANGE"),
        ("2099-12-31", "BOOKS_BEGIN_IN_FUTURE"),
    ] {
        assert_eq!(begin(date, &[]).ended(1).error()["code"], code, "{date}");
    }
    begin("2026-02-30", &[]).ended(2);
    let dry = begin("2026-11-03", &["--dry-run"]).ended(0).json();
    assert!(events(url, "books-main").await.is_empty());
    let begun = begin("2026-11-03", &[]).ended(0).json();
    assert_eq!(begun["opening"], dry["opening"]);
    // Received for 285.00, less goods for 104.55 of the sales of the day before.
    assert_eq!(begun["opening"], json!([{"store_id": "centro", "value": 18_045}]));
    assert_eq!(begin("2026-11-03", &[]).ended(4).error()["code"], "BOOKS_EXIST");
    // Two sales of 18.90 and 10.00 of the day itself, a void and a return of 18.90 each; goods for 15.00 went out, for
    // 30.00 came back, and for 3.45 got lost.
    let expected = [
        "1.1.01.001 2890 3780 -890",
        "1.1.03.001 21045 1845 19200",
        "3.03 0 18045 -18045",
        "4.1.01 0 2890 -2890",
        "5.01 1890 0 1890",
        "5.02 1890 0 1890",
        "6.01 1500 3000 -1500",
        "6.02 345 0 345",
    ];
    assert_eq!(accounts(url, "2026-11"), expected);
}

#[tokio::test]
async fn a_company_that_is_not_defined_has_no_books_to_begin() {
    let database = posars_testkit::TestDatabase::create().await.unwrap();
    let ran = run_on(
        database.url(),
        &["finance", "begin", "--date", "2026-11-03", "--json"],
    )
    .ended(1);
    assert_eq!(ran.error()["code"], "COMPANY_NOT_DEFINED");
    assert!(
        ran.error()["next"].as_str().unwrap().contains("posars up"),
        "{}",
        ran.talk
    );
}
