//! One definition of each reason: its words in the catalogue, and its code once where the rules and the wire give it.

use std::collections::BTreeMap;

use anyhow::Context as _;

use crate::sources::{self, SourceFile};
use crate::verdict;

/// Where each reason has its words.
const CATALOGUE: &str = "crates/words/src/catalogue/";
/// Crates that give reasons to those who command and ask.
const GIVERS: [&str; 4] = ["bookkeeping", "commands", "domain", "gateway"];
/// The wire's half of the catalogue: the gRPC codes of what no rule gives, and the statuses of REST.
const CODES: &str = "crates/gateway/src/errors/";
/// Shorter words are none.
const REASON_BYTES_MIN: usize = 4;

/// Where every word that is written like a reason stands, outside tests.
fn places(wanted: impl Fn(&SourceFile) -> bool) -> anyhow::Result<BTreeMap<String, Vec<String>>> {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let files = sources::files(".rs")?.into_iter();
    for file in files.filter(|file| !file.is_test() && wanted(file)) {
        crate::literals::visit_literals(file.tokens()?, &mut |literal| {
            let written = literal.to_string();
            let text = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            if let Some(word) = text.filter(|text| is_like_a_reason(text)) {
                let place = format!("{}:{}", file.path, literal.span().start().line);
                places.entry(word.to_owned()).or_default().push(place);
            }
        });
    }
    Ok(places)
}

fn is_like_a_reason(text: &str) -> bool {
    text.len() >= REASON_BYTES_MIN
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

#[test]
fn each_reason_is_defined_once() -> anyhow::Result<()> {
    let explained = places(|file| file.path.starts_with(CATALOGUE))?;
    let is_giver = |file: &SourceFile| {
        let is_one = file.crate_name().is_some_and(|name| GIVERS.contains(&name));
        is_one && file.path.contains("/src/") && !file.path.starts_with(CODES)
    };
    let given = places(is_giver)?;
    let mut findings = Vec::new();
    for (reason, entries) in &explained {
        if entries.len() > 1 {
            findings.push(format!("{reason} is explained at {}", entries.join(" and ")));
        }
        if let Some(places) = given.get(reason).filter(|places| places.len() > 1) {
            findings.push(format!("{reason} is written at {}", places.join(" and ")));
        }
    }
    let known = given.keys().filter(|reason| explained.contains_key(*reason));
    anyhow::ensure!(known.count() > 50, "the scan finds too little: {given:?}");
    verdict(
        "each reason is written once where it is given, and has one entry in the catalogue",
        &findings,
        "give it a constant (`posars_domain::reasons` for what several rules or readers give) and use that",
    )
}

/// Methods of a rejection that follow from what it tells.
const FOLLOWING: [&str; 4] = ["fn reason(", "fn kind(", "fn metadata(", "fn field("];

#[test]
fn a_rejection_says_everything_once() -> anyhow::Result<()> {
    let mut findings = Vec::new();
    let mut rejections = 0;
    for file in sources::files(".rs")?.into_iter().filter(|file| !file.is_test()) {
        for implementation in file.text.split("\nimpl").skip(1) {
            let body = implementation
                .split("\n}")
                .next()
                .context("a split has one part")?;
            let first = body.lines().next().unwrap_or_default();
            if !first.contains("Rejection for ") {
                continue;
            }
            rejections += 1;
            let repeated = FOLLOWING.iter().filter(|method| body.contains(*method));
            findings.extend(repeated.map(|method| format!("{}: {method}…) beside told", file.path)));
        }
    }
    anyhow::ensure!(rejections > 5, "the scan finds {rejections} rejections");
    verdict(
        "a rejection says reason, kind, field and values in one arm of `told`",
        &findings,
        "say it in `told`; the other methods follow from that",
    )
}
