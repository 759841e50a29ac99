//! The catalogue of reasons against the sources that make reasons, and `docs/errors.md` against the catalogue.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "errors/document.rs"]
mod document;
#[path = "../../../tests/tidy/literals.rs"]
mod literals;
#[path = "errors/rules.rs"]
mod rules;
#[path = "errors/sources.rs"]
mod sources;

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use posars_gateway::errors::{code_of, http_status};
use posars_words::{catalogue, entry};

/// Crates whose sources can make a reason that leaves the server.
const MAKERS: [&str; 9] = [
    "bookkeeping",
    "commands",
    "domain",
    "edge",
    "gateway",
    "identity",
    "privacy",
    "projections",
    "transcoder",
];
/// Where the catalogue itself stands, which must not be taken for a maker.
const CATALOGUE: &str = "crates/words/src/catalogue";
/// Where each gets its code.
const CODES: &str = "crates/gateway/src/errors/";
/// Words in the makers' sources that are written like reasons and are none.
const NO_REASONS: &[&str] = &[
    // Counted by the server, told to nobody: the connection is gone.
    "ADDRESS_CONNECTIONS",
    "ANSWER_STALLED",
    "FRAME_FLOOD",
    "NEWCOMER_DISMISSED",
    "TLS_HANDSHAKE",
    "TLS_HANDSHAKE_SLOW",
    "TLS_MISSING",
    // What stands before a number.
    "CNPJ",
    // Of the protos and of OpenAPI.
    "IMMUTABLE",
    "INPUT_ONLY",
    "OUTPUT_ONLY",
    "REQUIRED",
    // Methods of HTTP and what is said of protocols.
    "DELETE",
    "HEAD",
    "OPTIONS",
    "PATCH",
    "POST",
    "PURGE",
    "REST",
    "RS256",
    // Set by cargo.
    "CARGO_MANIFEST_DIR",
    "CARGO_PKG_LICENSE",
    "CARGO_MANIFEST_DIR",
    "CARGO_PKG_VERSION",
    "OUT_DIR",
];
/// Shorter words, such as BRL and GET, are no reasons; the shortest reason has four letters.
const WORD_BYTES_MIN: usize = 4;
/// Where the document lies, from the project's root.
const DOCUMENT: &str = "docs/errors.md";

/// Every word that could be a reason, with the files that write it.
fn words() -> BTreeMap<String, Vec<String>> {
    let mut words: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for maker in MAKERS {
        for file in sources::rust_files(&format!("crates/{maker}/src")) {
            if file.path.starts_with(CODES) {
                continue;
            }
            for literal in sources::string_literals(&file.text, &file.path) {
                if literal.len() >= WORD_BYTES_MIN && sources::is_written_like_a_reason(&literal) {
                    words.entry(literal).or_default().push(file.path.clone());
                }
            }
        }
    }
    assert!(words.len() > 100, "the scan finds too little: {words:?}");
    words
}

#[test]
fn every_reason_in_the_sources_is_explained() {
    let findings: Vec<String> = words()
        .into_iter()
        .filter(|(word, _)| entry(word).is_none() && !NO_REASONS.contains(&word.as_str()))
        .map(|(word, paths)| format!("{word}: {}", paths.join(", ")))
        .collect();
    assert!(
        findings.is_empty(),
        "reasons without an entry in the catalogue:\n  {}\nNext: explain each in {CATALOGUE}, in English and \
         Portuguese; a word that is no reason goes to NO_REASONS here",
        findings.join("\n  ")
    );
}

#[test]
fn every_explained_reason_is_in_the_sources() {
    let words = words();
    let listed = posars_transcoder::REASONS.iter().map(|refusal| refusal.reason);
    let listed: HashSet<&str> = listed.collect();
    let gone: Vec<&str> = catalogue()
        .map(|reason| reason.reason)
        .filter(|reason| !words.contains_key(*reason) && !listed.contains(reason))
        .collect();
    assert!(
        gone.is_empty(),
        "no source makes {gone:?}; take the entry out of {CATALOGUE}, or scan the crate that makes it"
    );
}

#[test]
fn every_reason_of_a_list_is_explained() {
    for reason in posars_identity::REASONS {
        assert!(
            entry(reason).is_some(),
            "{reason} of posars-identity has no entry"
        );
    }
    for refusal in posars_transcoder::REASONS {
        let Some(code) = entry(refusal.reason).and_then(|entry| code_of(entry.reason)) else {
            panic!("{} of posars-transcoder has no entry or no code", refusal.reason);
        };
        assert_eq!(
            (i32::from(code), http_status(refusal.reason, code)),
            (refusal.code, refusal.http_status),
            "{}",
            refusal.reason
        );
    }
}

#[test]
fn every_explained_reason_has_a_status() {
    let codes = rules::Codes::read();
    for reason in catalogue() {
        let name = reason.reason;
        assert!((400..600).contains(&http_status(name, codes.of(name))), "{name}");
    }
}

#[test]
fn the_document_is_the_catalogue() {
    let path = sources::root().join(DOCUMENT);
    let expected = document::write();
    if std::env::var("POSARS_BLESS").is_ok_and(|wish| wish == "1") {
        std::fs::write(&path, &expected).unwrap();
        return;
    }
    let written = std::fs::read_to_string(Path::new(&path)).unwrap_or_default();
    assert!(
        written == expected,
        "{DOCUMENT} is not what the catalogue says; run POSARS_BLESS=1 cargo test -p posars-gateway --test errors"
    );
}
