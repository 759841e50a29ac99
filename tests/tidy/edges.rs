//! Which crate may import which, and what each must never depend on: the table of ARCHITECTURE.md, as a test.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::Context as _;
use serde::Deserialize;

use crate::sources;
use crate::verdict;

/// One crate's place in the house.
struct Place {
    name: &'static str,
    /// Crates of ours that its code may use.
    may: &'static [&'static str],
    /// As those, for its tests alone.
    tests_may: &'static [&'static str],
    /// What it must not depend on, in tests neither; `aws-*` stands for all that begin so.
    never: &'static [&'static str],
}

const TESTKIT: &[&str] = &["posars-testkit"];
const WIRE: &[&str] = &["tonic", "prost", "prost-types", "axum", "hyper", "aws-*"];
const WIRE_AND_SQL: &[&str] = &[
    "tonic",
    "prost",
    "prost-types",
    "axum",
    "hyper",
    "aws-*",
    "tokio-postgres",
    "deadpool-postgres",
];

const PLACES: [Place; 21] = [
    Place {
        name: "posars-domain",
        may: &[],
        tests_may: &[],
        never: &[
            "tokio",
            "tonic",
            "prost",
            "prost-types",
            "axum",
            "hyper",
            "tokio-postgres",
            "deadpool-postgres",
            "aws-*",
            "rand",
            "getrandom",
            "chrono",
        ],
    },
    Place {
        name: "posars-database-address",
        may: &[],
        tests_may: &["posars-local-postgres"],
        never: WIRE,
    },
    Place {
        name: "posars-files",
        may: &[],
        tests_may: &[],
        never: WIRE_AND_SQL,
    },
    Place {
        name: "posars-aws",
        may: &["posars-event-store", "posars-files", "posars-keyring"],
        tests_may: TESTKIT,
        never: &[
            "tonic",
            "prost",
            "prost-types",
            "axum",
            "hyper",
            "tokio-postgres",
            "deadpool-postgres",
        ],
    },
    Place {
        name: "posars-event-store",
        may: &["posars-database-address"],
        tests_may: TESTKIT,
        never: WIRE,
    },
    Place {
        name: "posars-schema",
        may: &["posars-database-address"],
        tests_may: TESTKIT,
        never: WIRE,
    },
    Place {
        name: "posars-local-postgres",
        may: &[],
        tests_may: &[],
        never: WIRE,
    },
    Place {
        name: "posars-testkit",
        may: &["posars-local-postgres", "posars-schema"],
        tests_may: &[],
        never: WIRE,
    },
    Place {
        name: "posars-keyring",
        may: &["posars-domain", "posars-event-store"],
        tests_may: TESTKIT,
        never: WIRE,
    },
    Place {
        name: "posars-commands",
        may: &["posars-domain", "posars-event-store", "posars-keyring"],
        tests_may: TESTKIT,
        never: WIRE_AND_SQL,
    },
    Place {
        name: "posars-projections",
        may: &["posars-domain", "posars-event-store"],
        tests_may: TESTKIT,
        never: WIRE,
    },
    Place {
        name: "posars-bookkeeping",
        may: &[
            "posars-commands",
            "posars-domain",
            "posars-event-store",
            "posars-projections",
        ],
        tests_may: TESTKIT,
        never: WIRE_AND_SQL,
    },
    Place {
        name: "posars-reports",
        may: &["posars-domain", "posars-projections", "posars-words"],
        // A report is tested over a read model that was filled the way the product fills it.
        tests_may: &["posars-testkit", "posars-event-store"],
        never: WIRE_AND_SQL,
    },
    Place {
        name: "posars-privacy",
        may: &[
            "posars-commands",
            "posars-domain",
            "posars-event-store",
            "posars-keyring",
            "posars-projections",
            "posars-reports",
        ],
        tests_may: TESTKIT,
        never: WIRE_AND_SQL,
    },
    Place {
        name: "posars-xls-importer",
        may: &[
            "posars-commands",
            "posars-domain",
            "posars-event-store",
            "posars-words",
        ],
        // What a sheet says of a buyer is opened to compare it.
        tests_may: &["posars-keyring", "posars-testkit"],
        never: WIRE_AND_SQL,
    },
    Place {
        name: "posars-words",
        may: &[],
        tests_may: &[],
        never: WIRE_AND_SQL,
    },
    Place {
        name: "posars-transcoder",
        may: &[],
        tests_may: &[],
        never: &["aws-*", "tokio-postgres", "deadpool-postgres", "opentelemetry"],
    },
    Place {
        name: "posars-edge",
        may: &[],
        tests_may: &[],
        // It knows HTTP and how long messages are; how a refusal is written is the gateway's.
        never: &[
            "tonic",
            "prost",
            "prost-types",
            "aws-*",
            "tokio-postgres",
            "deadpool-postgres",
        ],
    },
    Place {
        name: "posars-identity",
        may: &["posars-database-address", "posars-domain"],
        tests_may: TESTKIT,
        // It fetches keys by hyper; what serves is the gateway's.
        never: &["tonic", "prost", "prost-types", "axum", "aws-*"],
    },
    Place {
        name: "posars-gateway",
        may: &[
            "posars-bookkeeping",
            "posars-commands",
            "posars-domain",
            "posars-edge",
            "posars-event-store",
            "posars-identity",
            "posars-keyring",
            "posars-privacy",
            "posars-projections",
            "posars-reports",
            "posars-transcoder",
            "posars-words",
            "posars-xls-importer",
        ],
        tests_may: TESTKIT,
        never: &["aws-*", "tokio-postgres", "deadpool-postgres"],
    },
    Place {
        name: "posars",
        may: &[
            "posars-aws",
            "posars-bookkeeping",
            "posars-commands",
            "posars-database-address",
            "posars-domain",
            "posars-edge",
            "posars-event-store",
            "posars-files",
            "posars-gateway",
            "posars-identity",
            "posars-keyring",
            "posars-local-postgres",
            "posars-privacy",
            "posars-projections",
            "posars-reports",
            "posars-schema",
            "posars-transcoder",
            "posars-words",
            "posars-xls-importer",
        ],
        tests_may: TESTKIT,
        never: &["refinery", "calamine"],
    },
];

/// Folders that may hold statements. `bench` measures the raw limit of PostgreSQL beside the log.
const SQL_PLACES: [&str; 6] = [
    "crates/event-store/src/sql/",
    "crates/identity/src/sql/",
    "crates/keyring/src/sql/",
    "crates/projections/src/sql/",
    "crates/schema/src/sql/",
    "crates/posars/src/bench/sql/",
];

/// Traits whose implementations are rules or mappings, and the crates they live in.
const TRAIT_HOMES: [(&str, &str); 5] = [
    ("Aggregate", "domain"),
    ("Command", "domain"),
    ("CompoundCommand", "domain"),
    ("DomainEvent", "domain"),
    ("Projection", "projections"),
];

#[derive(Deserialize)]
struct Workspace {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

fn workspace() -> anyhow::Result<Workspace> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--no-deps", "--format-version", "1"])
        .current_dir(sources::root()?)
        .output()
        .context("running cargo metadata")?;
    anyhow::ensure!(
        output.status.success(),
        "cargo metadata failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(serde_json::from_slice(&output.stdout)?)
}

#[test]
fn crates_point_one_way() -> anyhow::Result<()> {
    let workspace = workspace()?;
    let mut findings = Vec::new();
    let mut edges = 0;
    for package in &workspace.packages {
        let Some(place) = PLACES.iter().find(|place| place.name == package.name) else {
            findings.push(format!(
                "{} has no row in PLACES of tests/tidy/edges.rs",
                package.name
            ));
            continue;
        };
        for dependency in &package.dependencies {
            let is_ours = workspace
                .packages
                .iter()
                .any(|other| other.name == dependency.name);
            let name = dependency.name.as_str();
            edges += usize::from(is_ours);
            let for_tests = dependency.kind.as_deref() == Some("dev");
            if is_ours && !place.may.contains(&name) && !(for_tests && place.tests_may.contains(&name)) {
                findings.push(format!("{} imports {name}", place.name));
            }
            if place.never.iter().any(|pattern| matches(pattern, name)) {
                findings.push(format!("{} depends on {name}, which it never may", place.name));
            }
        }
    }
    anyhow::ensure!(
        edges > 0,
        "cargo metadata shows no edge between our crates: this check checks nothing"
    );
    for place in &PLACES {
        if !workspace
            .packages
            .iter()
            .any(|package| package.name == place.name)
        {
            findings.push(format!(
                "{} has a row in PLACES but is not in the workspace",
                place.name
            ));
        }
    }
    verdict(
        "crates import only what their place allows",
        &findings,
        "move the code to where it may use that; a new edge is a decision for ARCHITECTURE.md, then for PLACES",
    )
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == pattern,
    }
}

#[test]
fn the_domain_reaches_no_runtime_through_others() -> anyhow::Result<()> {
    let lock: toml::Table = toml::from_str(&sources::file("Cargo.lock")?.text)?;
    let packages = lock
        .get("package")
        .and_then(toml::Value::as_array)
        .context("Cargo.lock lists no packages")?;
    let mut reached = vec!["posars-domain".to_owned()];
    let mut at = 0;
    while let Some(name) = reached.get(at).cloned() {
        at += 1;
        let found = packages
            .iter()
            .find(|package| package.get("name").and_then(toml::Value::as_str) == Some(&name));
        let dependencies = found
            .and_then(|package| package.get("dependencies"))
            .and_then(toml::Value::as_array);
        for dependency in dependencies.into_iter().flatten().filter_map(toml::Value::as_str) {
            // "name", or "name version" where there are several.
            let dependency = dependency.split(' ').next().unwrap_or(dependency);
            if !reached.iter().any(|known| known == dependency) {
                reached.push(dependency.to_owned());
            }
        }
    }
    anyhow::ensure!(
        reached.iter().any(|name| name == "jiff"),
        "jiff is not reached: this check checks nothing"
    );
    let findings: Vec<String> = ["tokio", "tonic", "tokio-postgres", "mio", "hyper", "prost"]
        .into_iter()
        .filter(|never| reached.iter().any(|name| name == never))
        .map(|never| format!("posars-domain reaches {never}; see `cargo tree -p posars-domain -i {never}`"))
        .collect();
    verdict(
        "the rules are pure, so nothing they rest on does I/O",
        &findings,
        "turn off the feature that brings it in, or do that work outside the domain",
    )
}

#[test]
fn statements_live_where_tables_are_known() -> anyhow::Result<()> {
    let findings: Vec<String> = sources::files(".sql")?
        .into_iter()
        .filter(|file| file.path.starts_with("crates/") && !file.is_test())
        .filter(|file| !SQL_PLACES.iter().any(|place| file.path.starts_with(place)))
        .map(|file| file.path)
        .collect();
    verdict(
        "only event-store, identity, keyring, projections, schema and the benchmarks speak SQL",
        &findings,
        "ask the crate that owns the table, through a function with typed arguments",
    )
}

#[test]
fn rules_and_read_models_live_in_their_crates() -> anyhow::Result<()> {
    let mut findings = Vec::new();
    // A name that nothing implements any more would be looked for in vain.
    let mut unseen: BTreeSet<&str> = TRAIT_HOMES.map(|(name, _)| name).into();
    for file in sources::files(".rs")?.into_iter().filter(|file| !file.is_test()) {
        let Some(home) = file.crate_name() else { continue };
        for (number, line) in file.text.lines().enumerate() {
            let line = line.trim_start();
            let is_before = |name: &str| {
                line.contains(&format!(" {name} for ")) || line.contains(&format!("::{name} for "))
            };
            let implements = |name: &str| line.starts_with("impl") && is_before(name);
            for (name, expected) in TRAIT_HOMES {
                if !implements(name) {
                    continue;
                }
                unseen.remove(name);
                if home != expected {
                    findings.push(format!(
                        "{}:{}: {name} is implemented in {home}",
                        file.path,
                        number + 1
                    ));
                }
            }
        }
    }
    findings.extend(
        unseen
            .into_iter()
            .map(|name| format!("nothing implements {name}: no such trait?")),
    );
    verdict(
        "rules live in domain and read models in projections",
        &findings,
        "move the implementation to its crate and call it from here",
    )
}
