//! Dashboards and alerts name metrics: each of them, with each of its labels, is told by a running server.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use posars_testkit::TestDatabase;
use serde_json::Value;

use crate::served::Served;
use crate::support::Folder;

const PATIENCE: Duration = Duration::from_secs(60);
/// What Prometheus adds to everything that it scrapes, and says of the scrape itself.
const OF_PROMETHEUS: [&str; 3] = ["up", "job", "instance"];
/// Labels that a bucket of a histogram has.
const OF_BUCKETS: &str = "le";
/// Words of the language of Prometheus.
const WORDS: [&str; 12] = [
    "by",
    "sum",
    "min",
    "max",
    "rate",
    "increase",
    "histogram_quantile",
    "count",
    "and",
    "or",
    "without",
    "on",
];

fn file(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).unwrap()
}

/// The expressions of the alerts, those over several lines put together.
fn of_alerts() -> Vec<String> {
    let text = file("deploy/prometheus/alerts.yaml");
    let mut expressions = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(expression) = line.trim().strip_prefix("expr:") else {
            continue;
        };
        let mut expression = expression.trim().to_owned();
        if expression == ">-" {
            expression.clear();
            let is_deeper = |next: &&str| next.starts_with("          ");
            while let Some(more) = lines.next_if(is_deeper) {
                expression.push_str(more.trim());
                expression.push(' ');
            }
        }
        expressions.push(expression);
    }
    expressions
}

/// The expressions of the dashboard, also those that fill its lists of choices.
fn of_dashboard() -> Vec<String> {
    let dashboard: Value = serde_json::from_str(&file("deploy/grafana/posars.json")).unwrap();
    let mut expressions = Vec::new();
    collect(&dashboard, &mut expressions);
    expressions
}

fn collect(value: &Value, expressions: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str() {
                    Some(text) if name == "expr" => expressions.push(text.to_owned()),
                    // label_values(metric, label)
                    Some(text) if name == "query" && text.starts_with("label_values(") => {
                        let inner = text.trim_start_matches("label_values(").trim_end_matches(')');
                        let (metric, label) = inner.split_once(", ").unwrap();
                        expressions.push(format!("{metric}{{{label}=\"x\"}}"));
                    }
                    Some(_) | None => collect(value, expressions),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, expressions)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What an expression asks for: its metrics, and the labels that it selects and groups by.
fn names_in(expression: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut metrics, mut labels) = (BTreeSet::new(), BTreeSet::new());
    let mut rest = expression.to_owned();
    // Texts and durations in brackets hold no names.
    for (open, close) in [('"', '"'), ('[', ']')] {
        while let Some(from) = rest.find(open) {
            let to = rest[from + 1..].find(close).unwrap() + from + 1;
            rest.replace_range(from..=to, " ");
        }
    }
    while let Some(from) = rest.find('{') {
        let to = rest[from..].find('}').unwrap() + from;
        labels.extend(words(&rest[from..to]));
        rest.replace_range(from..=to, " ");
    }
    while let Some(from) = rest.find("by (") {
        let to = rest[from..].find(')').unwrap() + from;
        labels.extend(words(&rest[from + 4..to]));
        rest.replace_range(from..=to, " ");
    }
    metrics.extend(words(&rest).filter(|word| !WORDS.contains(&word.as_str())));
    (metrics, labels)
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let is_of_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let words = text.split(move |letter| !is_of_word(letter));
    words
        .filter(|word| word.starts_with(|letter: char| letter.is_ascii_alphabetic()))
        .map(str::to_owned)
}

/// The metrics of a page, each with its labels.
fn told(page: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let name = line.split(['{', ' ']).next().unwrap();
        let labels = line.split_once('{').and_then(|(_, rest)| rest.rsplit_once('}'));
        let labels = labels.map(|(labels, _)| labels).unwrap_or_default();
        let names = labels.split("\",").filter_map(|pair| pair.split_once("=\""));
        told.entry(name.to_owned())
            .or_default()
            .extend(names.map(|(name, _)| name.to_owned()));
    }
    told
}

/// What of the expressions nothing on the page answers.
fn unanswered(expressions: &[String], page: &str) -> Vec<String> {
    let told = told(page);
    let mut missing = Vec::new();
    for expression in expressions {
        let (metrics, labels) = names_in(expression);
        assert!(!metrics.is_empty(), "no metric in {expression}");
        let known: BTreeSet<_> = metrics
            .iter()
            .filter_map(|name| told.get(name))
            .flatten()
            .collect();
        for metric in &metrics {
            if !told.contains_key(metric) && !OF_PROMETHEUS.contains(&metric.as_str()) {
                missing.push(format!("{metric} in {expression}"));
            }
        }
        for label in labels {
            let is_other = OF_PROMETHEUS.contains(&label.as_str()) || label == OF_BUCKETS;
            if !known.contains(&label) && !is_other {
                missing.push(format!("label {label} in {expression}"));
            }
        }
    }
    missing
}

#[test]
fn names_are_found_in_an_expression() {
    let set = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<BTreeSet<_>>()
    };
    let (metrics, labels) = names_in(
        "sum by (le, rpc_method) (rate(rpc_a_bucket{job=~\"$job\",code!=\"0\"}[5m])) / sum(rpc_b) > 0.01",
    );
    assert_eq!(metrics, set(&["rpc_a_bucket", "rpc_b"]));
    assert_eq!(labels, set(&["le", "rpc_method", "job", "code"]));
    let page = "# TYPE rpc_b gauge\nrpc_b{x=\"a,b\",y=\"}\"} 1\n";
    assert_eq!(told(page)["rpc_b"], set(&["x", "y"]));
    let wrong = unanswered(&["max by (z) (rpc_b) + rpc_c".to_owned()], page);
    assert_eq!(wrong.len(), 2, "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_server_tells_every_metric_that_alerts_and_dashboard_name() {
    let expressions = [of_alerts(), of_dashboard()].concat();
    assert!(expressions.len() > 30, "{expressions:?}");
    // With everything that a server may have beside it: its own database stands in for a replica.
    let database = TestDatabase::create().await.unwrap();
    let url = database.url().to_owned();
    let folder = Folder::new();
    let intake = folder.file("intake").display().to_string();
    let settings = [
        ("POSARS_READ_DATABASE_URL", url.as_str()),
        ("POSARS_INTAKE", &intake),
    ];
    let build = Path::new(env!("CARGO_BIN_EXE_posars"));
    let served = Served::open_on(database, build, &[], &settings).await;
    // What is measured comes with the first work of its kind.
    assert_eq!(served.define_store("centro").0, 200);
    assert_eq!(served.define_product("CAFE-500").0, 200);
    let sold = served
        .till
        .sell("0193a5f0-0000-7000-8000-000000000302", "centro", "CAFE-500", &[]);
    assert_eq!(sold.unwrap().0, 200);
    assert_eq!(served.list_sales(), 200);
    let deadline = Instant::now() + PATIENCE;
    loop {
        let (status, page) = served.up.get("/metrics");
        assert_eq!(status, 200, "{page}");
        let missing = unanswered(&expressions, &page);
        if missing.is_empty() {
            break;
        }
        assert!(Instant::now() < deadline, "{missing:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
