//! This release beside the one before it, on one database: as while servers are replaced one by one, and when one goes back.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use posars_testkit::TestDatabase;
use serde_json::Value;

use crate::served::{Served, Till, position_of};
use crate::support::run_on;

/// The commit of the release before this one; written anew with each release.
const PREVIOUS: &str = include_str!("../data/previous_release");

/// The project's root.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// Runs a program to its end and gives what it printed; its last words where it fails.
fn output_of(command: &mut Command) -> Result<Vec<u8>, String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(words.lines().rev().take(5).collect::<Vec<_>>().join(" | "))
}

/// Whether the history here reaches back to the release before: not in a copy without git, nor in a shallow one.
fn has_history(commit: &str) -> Result<(), String> {
    let git = |words: &[&str]| output_of(Command::new("git").current_dir(root()).args(words));
    git(&["cat-file", "-e", &format!("{commit}^{{commit}}")])
        .map_err(|why| format!("git has no commit {commit}: {why}"))?;
    // From here on nothing is a reason to skip.
    git(&["merge-base", "--is-ancestor", commit, "HEAD"]).unwrap();
    let newest_first = [
        "tag",
        "--merged",
        "HEAD",
        "--sort=-creatordate",
        "--list",
        "v[0-9]*",
    ];
    let tags = String::from_utf8(git(&newest_first).unwrap()).unwrap();
    let current = concat!("v", env!("CARGO_PKG_VERSION"));
    if let Some(tag) = tags.lines().find(|tag| *tag != current) {
        let tagged = String::from_utf8(git(&["rev-list", "-n", "1", tag]).unwrap()).unwrap();
        let file = "tests/data/previous_release";
        assert_eq!(tagged.trim(), commit, "{file} is not {tag}, the newest release");
    }
    Ok(())
}

/// The program of the release before, built once and kept beside what cargo builds.
fn previous_program(commit: &str) -> Result<PathBuf, String> {
    // `target/tmp` of the build that runs.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let kept = target.join("previous-release").join(commit);
    let program = kept.join("posars");
    if program.exists() {
        return Ok(program);
    }
    let source = kept.join("source");
    std::fs::create_dir_all(&source).map_err(|error| error.to_string())?;
    let archive = kept.join("source.tar");
    let at_root = |name: &str| {
        let mut command = Command::new(name);
        command.current_dir(root());
        command
    };
    output_of(
        at_root("git")
            .args(["archive", "--output"])
            .arg(&archive)
            .arg(commit),
    )
    .map_err(|why| format!("its files cannot be had: {why}"))?;
    output_of(at_root("tar").arg("-xf").arg(&archive).arg("-C").arg(&source))?;
    // What both releases need of others is built once: only the crates of the project differ, by where they lie.
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_")
            || text.starts_with("CARGO_MANIFEST_")
            || text.starts_with("CARGO_BIN_")
        {
            cargo.env_remove(&name);
        }
    }
    cargo
        .current_dir(&source)
        .args(["build", "--locked", "--package", "posars", "--bin", "posars"])
        .env("CARGO_BUILD_BUILD_DIR", target)
        .env("CARGO_TARGET_DIR", kept.join("target"));
    output_of(&mut cargo).map_err(|why| format!("it does not build here: {why}"))?;
    // In place at once: a build that is killed leaves nothing that looks whole.
    std::fs::rename(kept.join("target/debug/posars"), &program).map_err(|error| error.to_string())?;
    for leftover in [kept.join("target"), source] {
        let _ = std::fs::remove_dir_all(leftover);
    }
    let _ = std::fs::remove_file(archive);
    Ok(program)
}

/// Records the nth sale and waits until another server's list has it.
fn sell_and_see(number: u32, seller: &Till, reader: &Till) {
    let id = format!("0193a5f0-0000-7000-8000-{number:012x}");
    let (status, answer) = seller.sell(&id, "centro", "CAFE-500", &[]).unwrap();
    assert_eq!(status, 200, "{answer}");
    let position = position_of(&answer);
    let line = format!("GET /v1/companies/main/sales/{id}?minPosition={position}");
    let (status, answer) = reader.call(&line, "", &[]).unwrap();
    assert_eq!(status, 200, "{answer}");
    assert_eq!(
        serde_json::from_str::<Value>(&answer).unwrap()["sale"]["saleId"],
        id,
        "{answer}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn this_release_and_the_one_before_serve_one_database_together() {
    let commit = PREVIOUS.trim();
    if let Err(why) = has_history(commit) {
        eprintln!("skipped: the release before cannot be built here ({why})");
        return;
    }
    let before = tokio::task::block_in_place(|| previous_program(commit)).unwrap();
    let database = TestDatabase::create_empty().await.unwrap();
    let old = Served::open_on(database, &before, &[], &[]).await;
    let url = old.database.url().to_owned();
    assert_eq!(old.define_store("centro").0, 200);
    assert_eq!(old.define_product("CAFE-500").0, 200);
    sell_and_see(1, &old.till, &old.till);

    // Before: what is to come leaves the old server alone.
    let plan = run_on(&url, &["migrate", "--plan"]).ended(0).json();
    assert_eq!(plan["earlier_builds_may_run"], true, "{plan}");
    run_on(&url, &["migrate"]).ended(0);
    sell_and_see(2, &old.till, &old.till);

    // Together: each sells, and the other sees it.
    let (new, new_till) = old.beside(&[]).await;
    for number in (3..13).step_by(2) {
        sell_and_see(number, &old.till, &new_till);
        sell_and_see(number + 1, &new_till, &old.till);
    }

    // Back: the old one goes on alone, with all the work of reactors and read models.
    let (code, talk) = tokio::task::block_in_place(|| new.terminate());
    assert_eq!(code, 0, "{talk}");
    sell_and_see(13, &old.till, &old.till);

    // And forth: the new one takes over from one that is killed.
    let (new, new_till) = old.beside(&[]).await;
    old.up.kill9();
    sell_and_see(14, &new_till, &new_till);
    let (code, talk) = tokio::task::block_in_place(|| new.terminate());
    assert_eq!(code, 0, "{talk}");

    // Nothing was lost, nothing came twice, and what either wrote is what the log says.
    let replayed = run_on(&url, &["audit", "replay", "--category", "sale"])
        .ended(0)
        .out;
    assert_eq!(
        replayed
            .lines()
            .filter(|line| line.contains("SaleRecorded"))
            .count(),
        14
    );
    run_on(
        &url,
        &[
            "report",
            "daily-sales",
            "--from",
            "2026-01-01",
            "--to",
            "2027-01-01",
            "--out",
            "-",
        ],
    )
    .ended(0);
    let found = run_on(&url, &["backup", "verify"]).ended(0).json();
    let models = found["companies"][0]["read_models"].as_array().unwrap();
    let is_same = |model: &&Value| model["state"] == "equal";
    assert!(models.iter().filter(is_same).count() > 20, "{found}");
}
