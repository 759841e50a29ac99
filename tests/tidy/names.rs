//! Names: words that say nothing, and words that already mean something else.

use crate::sources;
use crate::verdict;

/// Words that are no part of any name: they would fit every file of every project, or the house has another word.
const BANNED: [&str; 14] = [
    "manager",
    "managers",
    "helper",
    "helpers",
    "util",
    "utils",
    "common",
    "misc",
    "types",
    "models",
    "processor",
    "processors",
    // A place in a stream is its version, a place in the log its position.
    "offset",
    "sequence",
];
/// Words that add nothing at the end of a name.
const BANNED_ENDINGS: [&str; 2] = ["data", "info"];
/// Where "service" stands for a service of gRPC.
const GRPC_PLACES: [&str; 5] = [
    "crates/gateway/",
    "crates/posars/bench-proto/",
    "crates/posars/src/bench/http/",
    "crates/transcoder/",
    "proto/",
];

#[test]
fn names_say_something() -> anyhow::Result<()> {
    let mut findings = Vec::new();
    for ending in [".rs", ".sql", ".proto", ".toml"] {
        for file in sources::files(ending)? {
            for part in file
                .path
                .split('/')
                .filter(|_| !file.path.starts_with("proto/google/"))
            {
                let stem = part.split('.').next().unwrap_or(part);
                findings.extend(fault(stem, &file.path).map(|why| format!("{}: {why}", file.path)));
            }
        }
    }
    for file in sources::files(".rs")? {
        for declared in sources::declarations(file.tokens()?) {
            // A test is called by a sentence, and a trait's method by the trait.
            if declared.is_prescribed || (declared.keyword == "fn" && file.is_test()) {
                continue;
            }
            if let Some(why) = fault(&declared.name, &file.path) {
                let (path, line, keyword, name) =
                    (&file.path, declared.line, declared.keyword, &declared.name);
                findings.push(format!("{path}:{line}: {keyword} {name}: {why}"));
            }
        }
    }
    verdict(
        "names of files, modules, types and functions say what a thing is",
        &findings,
        "name it by its one job; the words of the house are in ARCHITECTURE.md",
    )
}

fn fault(name: &str, path: &str) -> Option<String> {
    let words = words(name);
    for (at, word) in words.iter().enumerate() {
        // A read model is what the house calls the table of a projection.
        let is_read_models =
            word == "models" && at > 0 && words.get(at - 1).is_some_and(|word| word == "read");
        if BANNED.contains(&word.as_str()) && !is_read_models {
            return Some(format!("\"{word}\" is not used"));
        }
    }
    // Personal data is what the law calls what is known of a person.
    let is_personal_data = words.ends_with(&["personal".to_owned(), "data".to_owned()]);
    if let Some(word) = words
        .last()
        .filter(|word| words.len() > 1 && BANNED_ENDINGS.contains(&word.as_str()) && !is_personal_data)
    {
        return Some(format!("\"{word}\" is not used as an ending"));
    }
    let says_service = words.iter().any(|word| word == "service" || word == "services");
    (says_service && !GRPC_PLACES.iter().any(|place| path.starts_with(place)))
        .then(|| "\"service\" is a service of gRPC and nothing else".to_owned())
}

/// `SaleRecorded`, `sale_recorded`, `sale-recorded` -> sale, recorded.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        was_lower = letter.is_lowercase();
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase().filter(|letter| letter.is_alphanumeric()));
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn banned_words_are_found_in_every_spelling() {
    for name in [
        "SaleManager",
        "string_utils",
        "date-helper",
        "sale_data",
        "SaleInfo",
        "PaymentService",
    ] {
        assert!(fault(name, "crates/domain/src/x.rs").is_some(), "{name}");
    }
    for name in [
        "metadata",
        "data",
        "SaleService",
        "manage",
        "model",
        "information",
        "erase_personal_data",
    ] {
        assert!(fault(name, "crates/gateway/src/x.rs").is_none(), "{name}");
    }
}
