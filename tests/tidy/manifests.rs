//! Manifests: what every crate repeats must stay the same.

use anyhow::Context as _;
use toml::{Table, Value};

use crate::sources::{self, SourceFile};
use crate::verdict;

/// The one crate with lints of its own, and the one word that differs: a process must be told to die with its
/// parent between fork and exec, which is `unsafe` by nature.
const OWN_LINTS: (&str, &str) = ("local-postgres", "unsafe_code");

fn manifests() -> anyhow::Result<Vec<(SourceFile, Table)>> {
    sources::files("Cargo.toml")?
        .into_iter()
        .filter(|file| file.path.starts_with("crates/"))
        .map(|file| {
            let table = toml::from_str(&file.text).with_context(|| format!("reading {}", file.path))?;
            Ok((file, table))
        })
        .collect()
}

#[test]
fn every_crate_has_the_lints_of_the_house() -> anyhow::Result<()> {
    let root: Table = toml::from_str(&sources::file("Cargo.toml")?.text)?;
    let of_house = root
        .get("workspace")
        .and_then(|workspace| workspace.get("lints"))
        .and_then(Value::as_table)
        .context("the root's Cargo.toml has no [workspace.lints]")?;
    let mut findings = Vec::new();
    for (file, manifest) in manifests()? {
        let lints = manifest.get("lints").and_then(Value::as_table);
        let inherited = lints
            .and_then(|lints| lints.get("workspace"))
            .and_then(Value::as_bool)
            == Some(true);
        if inherited {
            continue;
        }
        let (own, word) = OWN_LINTS;
        let same = |lints: &Table| without(lints, word) == without(of_house, word);
        if file.crate_name() != Some(own) || !lints.is_some_and(same) {
            findings.push(file.path);
        }
    }
    verdict(
        "every crate has the lints of the workspace",
        &findings,
        "write `[lints] workspace = true`; local-postgres repeats them and may differ in unsafe_code alone",
    )
}

fn without(lints: &Table, word: &str) -> Table {
    let mut lints = lints.clone();
    for group in lints.iter_mut().filter_map(|(_, group)| group.as_table_mut()) {
        group.remove(word);
    }
    lints
}

#[test]
fn versions_are_chosen_in_one_place() -> anyhow::Result<()> {
    let mut findings = Vec::new();
    for (file, manifest) in manifests()? {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (name, wanted) in manifest.get(kind).and_then(Value::as_table).into_iter().flatten() {
                if wanted.get("workspace").and_then(Value::as_bool) != Some(true) {
                    findings.push(format!("{}: {name} in [{kind}]", file.path));
                }
            }
        }
    }
    verdict(
        "every dependency gets its version from the workspace",
        &findings,
        "name it in [workspace.dependencies] of the root and write `name.workspace = true`",
    )
}

#[test]
fn a_crate_with_its_own_clippy_file_repeats_the_roots() -> anyhow::Result<()> {
    let root: Table = toml::from_str(&sources::file("clippy.toml")?.text)?;
    let mut findings = Vec::new();
    for file in sources::files("clippy.toml")? {
        let own: Table = toml::from_str(&file.text).with_context(|| format!("reading {}", file.path))?;
        for (key, value) in &root {
            // Lists are added to, with reasons of their own: the domain bans clocks on top of what all ban.
            let repeated = match (value, own.get(key)) {
                (Value::Array(of_root), Some(Value::Array(own))) => {
                    let known: Vec<_> = own.iter().map(|one| one.get("path")).collect();
                    of_root.iter().all(|one| known.contains(&one.get("path")))
                }
                (value, own) => own == Some(value),
            };
            if !repeated {
                findings.push(format!("{} lacks the root's {key}", file.path));
            }
        }
    }
    verdict(
        "a crate's clippy.toml replaces the root's, so it repeats it",
        &findings,
        "copy the line from the root's clippy.toml",
    )
}
