//! What goes wrong and how it is told: a code, an exit code, a next step, and nothing lost.

use posars_testkit::TestServer;
use serde_json::Value;

use crate::support::{Folder, Ran, posars, run, run_on};

/// Nobody listens there.
const NOBODY: &str = "host=127.0.0.1 port=1 user=posars dbname=posars connect_timeout=2";

/// A report on standard output.
const REPORT: [&str; 8] = [
    "report",
    "daily-sales",
    "--from",
    "2026-01-01",
    "--to",
    "2026-01-31",
    "--out",
    "-",
];

#[test]
fn a_database_that_is_away_ends_with_3_and_a_next_step() {
    let commands: [&[&str]; 6] = [
        &["migrate"],
        &["up", "--listen", "127.0.0.1:0"],
        &["audit", "verify"],
        &["audit", "replay"],
        &["projections", "status"],
        &REPORT,
    ];
    for command in commands {
        let ran = run_on(NOBODY, command).ended(3);
        assert_eq!(ran.error()["code"], "DATABASE_UNAVAILABLE", "{ran}");
        assert!(!ran.error()["next"].as_str().unwrap().is_empty(), "{ran}");
        assert_eq!(ran.out, "", "data goes to stdout, talk does not");
    }
}

#[test]
fn an_import_without_its_database_records_nothing_and_says_so() {
    let folder = Folder::new();
    let sheet = folder.file("vendas.xlsx");
    crate::sheets::write(&sheet, &crate::sheets::good_lines());
    let ran = run_on(NOBODY, &["import", &sheet.display().to_string()]).ended(3);
    assert_eq!(ran.error()["code"], "DATABASE_UNAVAILABLE", "{ran}");
    assert_eq!(ran.out, "");
}

#[test]
fn a_database_url_that_cannot_be_read_is_wrong_usage() {
    let ran = run_on("postgres://:::/", &["migrate"]).ended(2);
    assert_eq!(ran.error()["code"], "DATABASE_URL_INVALID");
}

#[test]
fn text_errors_have_their_code_and_next_step_too() {
    let ran = run_on(NOBODY, &["migrate", "--text"]).ended(3);
    assert!(ran.talk.contains("error[DATABASE_UNAVAILABLE]: "), "{ran}");
    assert!(ran.talk.contains("\nnext: "), "{ran}");
}

#[test]
fn a_folder_that_cannot_be_written_is_told_by_path() {
    let folder = Folder::new();
    let file = folder.file("a-file");
    std::fs::write(&file, "").unwrap();
    let below = file.join("data").display().to_string();
    let ran = run(&["up", "--data", &below, "--listen", "127.0.0.1:0"]).ended(1);
    assert_eq!(ran.error()["code"], "FILE_UNUSABLE");
    assert!(ran.error()["message"].as_str().unwrap().contains(&below), "{ran}");
    let doctor = run(&["doctor", "--data", &below, "--listen", "127.0.0.1:0"])
        .ended(1)
        .json();
    assert_eq!(doctor["healthy"], false);
    let faulty = doctor["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|check| check["name"] == "data_folder")
        .unwrap();
    assert_eq!(faulty["state"], "fault");
    assert!(faulty["fix"].as_str().unwrap().contains("--data"), "{faulty}");
}

#[test]
fn a_mistyped_folder_is_not_made() {
    let folder = Folder::new();
    let commands: [&[&str]; 3] = [&["audit", "verify"], &["projections", "status"], &REPORT];
    for command in commands {
        let mut arguments = command.to_vec();
        let data = folder.data();
        arguments.extend(["--data", &data]);
        let ran = run(&arguments).ended(1);
        assert_eq!(ran.error()["code"], "NO_DATA", "{ran}");
        assert!(!folder.file("data").exists());
    }
}

#[tokio::test]
async fn migrate_applies_once_and_reads_refuse_what_is_not_migrated() {
    let server = TestServer::private().await.unwrap();
    let url = server.create_empty_database().await.unwrap();
    let refused = run_on(&url, &["audit", "verify"]).ended(4);
    assert_eq!(refused.error()["code"], "SCHEMA_BEHIND");
    let first = run_on(&url, &["migrate"]).ended(0).json();
    assert!(!first["applied"].as_array().unwrap().is_empty(), "{first}");
    let second = run_on(&url, &["migrate"]).ended(0).json();
    assert_eq!(second["applied"].as_array().unwrap().len(), 0);
    assert_eq!(second["version"], first["version"]);
    let verified = run_on(&url, &["audit", "verify"]).ended(0).json();
    assert_eq!(
        (&verified["verified"], &verified["events"]),
        (&true.into(), &0.into())
    );
}

#[tokio::test]
async fn the_doctor_finds_a_server_that_loses_data() {
    // Servers of tests run without fsync.
    let server = TestServer::private().await.unwrap();
    let url = server.create_database().await.unwrap();
    let ran = run_on(&url, &["doctor", "--listen", "127.0.0.1:0"]).ended(1);
    let doctor = ran.json();
    let state = |name: &str| {
        let checks = doctor["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["name"] == name);
        check.unwrap_or_else(|| panic!("no check {name}: {doctor}"))["state"].clone()
    };
    assert_eq!(state("fsync"), "fault");
    for fine in [
        "postgresql",
        "synchronous_commit",
        "schema",
        "log",
        "leases",
        "clock",
        "clock_skew",
        "listen_address",
    ] {
        assert_eq!(state(fine), "ok", "{fine}");
    }
    assert_eq!(setting(&doctor, "POSARS_DATABASE_URL")["origin"], "environment");
    assert_eq!(setting(&doctor, "POSARS_LISTEN")["origin"], "flag");
    let language = setting(&doctor, "POSARS_LANGUAGE");
    assert_eq!(
        (&language["value"], &language["origin"]),
        (&"pt".into(), &"default".into())
    );
    let log = setting(&doctor, "POSARS_LOG");
    assert_eq!(log["origin"], "default");
    assert!(log["value"].as_str().unwrap().contains("posars=info"), "{log}");
}

fn setting<'a>(doctor: &'a Value, name: &str) -> &'a Value {
    let settings = doctor["settings"].as_array().unwrap();
    settings.iter().find(|setting| setting["name"] == name).unwrap()
}

#[test]
fn the_doctor_shows_what_the_environment_says_and_finds_a_wrong_language() {
    let folder = Folder::new();
    let arguments = ["doctor", "--data", &folder.data(), "--listen", "127.0.0.1:0"];
    let mut command = posars(&arguments);
    command.env("POSARS_LANGUAGE", "de").env("RUST_LOG", "warn");
    let doctor = Ran::from(command.output().unwrap()).ended(1).json();
    assert_eq!(setting(&doctor, "POSARS_LANGUAGE")["value"], "de");
    let log = setting(&doctor, "POSARS_LOG");
    assert_eq!(
        (&log["value"], &log["origin"], &log["variable"]),
        (&"warn".into(), &"environment".into(), &"RUST_LOG".into())
    );
    let checks = doctor["checks"].as_array().unwrap();
    let language = checks.iter().find(|check| check["name"] == "language").unwrap();
    assert_eq!(language["state"], "fault");
}

#[test]
fn a_log_filter_that_cannot_be_read_is_wrong_usage() {
    let output = posars(&["migrate"]).env("POSARS_LOG", "==").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("LOG_FILTER_INVALID"));
}
