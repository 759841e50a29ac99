//! Whether two databases hold the same, but for what the program chose at random and when it wrote it.

use std::time::Instant;

use serde_json::{Map, Value};

use super::day::OWN_IDS;
use super::{PATIENCE, POLL};
use crate::support::run_on;

/// With hyphens and without.
const UUID_CHARS: [usize; 2] = [36, 32];
/// Differences that are told.
const SHOWN: usize = 5;

/// Waits until every reactor and read model has followed the log to its end.
pub(super) fn settle(url: &str) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let status = run_on(url, &["projections", "status"]).ended(0).json();
        let all = ["projections", "reactors"]
            .into_iter()
            .flat_map(|list| status[list].as_array().unwrap());
        let behind: Vec<&Value> = all.filter(|one| one["lag_events"] != 0).collect();
        if behind.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "still behind: {behind:?}");
        std::thread::sleep(POLL);
    }
}

/// Both logs have the same events in the same streams, each stream in the same order.
pub(super) fn assert_same_log(left: &str, right: &str) {
    assert_same("the log", &log(left), &log(right));
}

/// Tells the first lines that one has and the other has not.
fn assert_same(what: &str, left: &[String], right: &[String]) {
    let only = |own: &[String], other: &[String]| -> Vec<String> {
        let own = own.iter().filter(|line| !other.contains(line));
        own.take(SHOWN).cloned().collect()
    };
    let (in_left, in_right) = (only(left, right), only(right, left));
    assert!(
        in_left.is_empty() && in_right.is_empty() && left.len() == right.len(),
        "{what}: {} and {}, of which alone\n{}\nand\n{}",
        left.len(),
        right.len(),
        in_left.join("\n"),
        in_right.join("\n")
    );
}

/// Every event without its place in the log; sorted, because companies of several processes write side by side.
fn log(url: &str) -> Vec<String> {
    let replayed = run_on(url, &["audit", "replay"]).ended(0).out;
    let mut events: Vec<String> = replayed
        .lines()
        .map(|line| plain(&serde_json::from_str(line).unwrap()).to_string())
        .collect();
    events.sort();
    events
}

/// Every read model has the same rows.
pub(super) async fn assert_same_read_models(left: &str, right: &str) {
    for name in posars_projections::projection_names() {
        let (left, right) = (rows(left, name).await, rows(right, name).await);
        assert_same(name, &left, &right);
    }
}

async fn rows(url: &str, table: &str) -> Vec<String> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(async move { drop(connection.await) });
    let rows = client
        .query(&format!("select to_jsonb(t)::text from {table} t"), &[])
        .await
        .unwrap_or_else(|error| panic!("{table}: {error:?}"));
    let mut rows: Vec<String> = rows
        .iter()
        .map(|row| plain(&serde_json::from_str(row.get(0)).unwrap()).to_string())
        .collect();
    rows.sort();
    rows
}

/// A value without what two runs do not share: places in the log, the program's own ids, times of writing, sealed texts.
pub(super) fn plain(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(name, _)| !is_of_one_run(name));
            Value::Object(
                kept.map(|(name, value)| (name.clone(), plain(value)))
                    .collect::<Map<_, _>>(),
            )
        }
        Value::Array(values) => Value::Array(values.iter().map(plain).collect()),
        // A column of a read model may hold JSON as text.
        Value::String(text) if text.starts_with(['{', '[']) => match serde_json::from_str::<Value>(text) {
            Ok(inside) => plain(&inside),
            Err(_) => Value::String(plain_text(text)),
        },
        Value::String(text) => Value::String(plain_text(text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn is_of_one_run(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_place = name.contains("position") || name.ends_with("_through");
    // Sealed with keys that are random; `set_on` is the day of writing, which may end between the two; an entry of the
    // books has the next number when it is written, which a sale and its stock race for.
    is_place
        || name.starts_with("recorded")
        || ["etag", "sealed", "set_on", "number"].contains(&name.as_str())
}

fn plain_text(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let id = UUID_CHARS
            .into_iter()
            .filter_map(|chars| rest.get(..chars))
            .find(|start| uuid::Uuid::try_parse(start).is_ok());
        let own = id.is_none_or(|id| id.starts_with(OWN_IDS));
        let taken = id.map_or(first.len_utf8(), str::len);
        plain.push_str(if own { &rest[..taken] } else { "<id>" });
        rest = &rest[taken..];
    }
    // What the test says has no fraction of a second.
    if plain.contains('.') && plain.parse::<jiff::Timestamp>().is_ok() {
        return "<time>".to_owned();
    }
    plain
}
