//! `posars backup verify`: a base backup of a running shop, restored aside, proven and folded anew.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use posars_testkit::TestServer;
use serde_json::Value;

use crate::sheets::{good_lines, write};
use crate::support::{Folder, Ran, Up, posars, run, run_on};

const PATIENCE: Duration = Duration::from_secs(90);

/// The folder of PostgreSQL's programs that a server runs from.
fn programs(postgres: &Value) -> PathBuf {
    let program = std::fs::read_link(format!("/proc/{postgres}/exe")).unwrap();
    program.parent().unwrap().to_owned()
}

/// A base backup of the private server below a data folder, as an administrator makes it.
fn back_up(up: &Up, data: &str, to: &Path) {
    let program = programs(&up.ready["postgres_pid"]).join("pg_basebackup");
    let output = Command::new(program)
        .args([
            "--host",
            &format!("{data}/pg/run"),
            "--username",
            "posars",
            "--checkpoint",
            "fast",
        ])
        .arg("--pgdata")
        .arg(to)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn verify(arguments: &[&str]) -> Ran {
    run(&[&["backup", "verify"], arguments].concat())
}

/// The state of each read model of the first company, by name.
fn state_of(found: &Value, name: &str) -> String {
    let models = found["companies"][0]["read_models"].as_array().unwrap();
    let model = models.iter().find(|model| model["name"] == name).unwrap();
    model["state"].as_str().unwrap().to_owned()
}

fn import(data: &str, folder: &Folder) {
    let sheet = folder.file("vendas.xlsx");
    write(&sheet, &good_lines());
    run(&[
        "import",
        &sheet.display().to_string(),
        "--define-missing",
        "--data",
        data,
    ])
    .ended(0);
}

/// Waits until everything that follows from what was imported is recorded and applied.
fn wait_until_quiet(data: &str) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let status = run(&["projections", "status", "--data", data]).ended(0).json();
        let all = ["projections", "reactors"].map(|kind| status[kind].as_array().unwrap().clone());
        if all.iter().flatten().all(|one| one["lag_events"] == 0) {
            return;
        }
        assert!(Instant::now() < deadline, "{status}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_backup_of_a_running_shop_brings_everything_back_and_a_damaged_one_does_not() {
    let folder = Folder::new();
    let data = folder.data();
    let up = Up::start(&["--data", &data]);
    import(&data, &folder);
    wait_until_quiet(&data);
    let backup = folder.file("backup");
    back_up(&up, &data, &backup);
    let at_backup = run(&["audit", "verify", "--data", &data]).ended(0).json();
    // The shop goes on.
    run(&["companies", "list", "--data", &data]).ended(0);

    let shown = backup.display().to_string();
    let work = folder.file("work");
    std::fs::create_dir(&work).unwrap();
    let work = work.display().to_string();
    let from = ["--from", shown.as_str(), "--work", &work];
    let found = verify(&from).ended(0).json();
    assert_eq!(
        (&found["verified"], &found["files_verified"]),
        (&true.into(), &true.into()),
        "{found}"
    );
    let company = &found["companies"][0];
    assert_eq!(company["company"], "main");
    assert_eq!(company["anchor"], at_backup["anchor"], "the log as it was");
    for model in ["sales", "daily_sales", "stock_position", "journal_entries"] {
        assert_eq!(state_of(&found, model), "equal", "{model}: {found}");
    }
    assert_eq!(
        std::fs::read_dir(&work).unwrap().count(),
        0,
        "the copy is removed"
    );

    // A head that was noted is asked for, and so is a company.
    let anchor = format!("main={}", company["anchor"].as_str().unwrap());
    verify(&[&from[..], &["--anchor", &anchor]].concat()).ended(0);
    let (before, last) = anchor.split_at(anchor.len() - 1);
    let wrong = format!("{before}{}", if last == "0" { "1" } else { "0" });
    let refuted = verify(&[&from[..], &["--anchor", &wrong]].concat())
        .ended(5)
        .json();
    assert_eq!(refuted["verified"], false);
    let absent = verify(&[&from[..], &["--company", "filial"]].concat()).ended(5);
    assert_eq!(absent.error()["code"], "COMPANY_NOT_IN_BACKUP", "{absent}");

    // One byte of the disk turned over: the list of checksums knows.
    let file = backup.join("global/pg_control");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let damaged = verify(&from).ended(5);
    assert_eq!(damaged.error()["code"], "BACKUP_DAMAGED", "{damaged}");
    let nothing = verify(&["--from", &work]).ended(1);
    assert_eq!(nothing.error()["code"], "NOT_A_BACKUP", "{nothing}");
    assert_eq!(up.terminate().0, 0);
}

/// Runs one statement on the database of a URL.
async fn sql(url: &str, text: &str) {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(async move { drop(connection.await) });
    client.batch_execute(text).await.unwrap();
}

/// A further database with the same in it.
async fn copy_of(server: &TestServer, url: &str) -> String {
    let name = url.split("dbname='").nth(1).unwrap().trim_end_matches('\'');
    sql(
        &server.url("postgres"),
        &format!("create database restored template {name}"),
    )
    .await;
    server.url("restored")
}

#[tokio::test]
async fn a_restored_server_is_compared_with_a_fold_of_its_log_and_with_the_live_one() {
    let (server, live) = crate::audit::shop().await;
    let month = ["--from", "2026-01-01", "--to", "2026-01-31", "--out", "-"];
    // Brings the read models up to date.
    run_on(&live, &[&["report", "daily-sales"], &month[..]].concat()).ended(0);
    let restored = copy_of(&server, &live).await;
    let verify = |against: &[&str]| {
        let mut command = posars(&[&["backup", "verify"], against].concat());
        command.env("POSARS_DATABASE_URL", &restored);
        Ran::from(command.output().unwrap())
    };
    let found = verify(&["--against", &live]).ended(0).json();
    assert_eq!(state_of(&found, "sales"), "equal", "{found}");
    assert_eq!(found["companies"][0]["live"]["events_since"], 0, "{found}");
    let text = verify(&["--text"]).ended(0).out;
    assert!(text.contains("brings everything back"), "{text}");

    // It needs no key of people, and says that it has opened nothing of them.
    let locked = ["--master-key-file", "/nowhere/master.key"];
    let found = verify(&[&locked[..], &["--against", &live]].concat())
        .ended(0)
        .json();
    assert_eq!(
        (&found["verified"], &found["personal_data"]),
        (&true.into(), &"sealed".into()),
        "{found}"
    );
    assert!(text.contains("posars keys status"), "{text}");

    // The live read model is as it was: nothing was swapped in.
    let before = run_on(&restored, &["projections", "status"]).ended(0).json();
    verify(&[]).ended(0);
    let after = run_on(&restored, &["projections", "status"]).ended(0).json();
    assert_eq!(
        before["projections"][0]["built_at"],
        after["projections"][0]["built_at"]
    );

    // A figure that the log does not say.
    sql(&restored, "update daily_sales set gross_minor = gross_minor + 1").await;
    let found = verify(&[]).ended(5).json();
    assert_eq!(state_of(&found, "daily_sales"), "different", "{found}");
    assert_eq!(state_of(&found, "sales"), "equal", "{found}");
    let text = verify(&["--text"]).ended(5).out;
    assert!(text.contains("daily_sales IS DIFFERENT"), "{text}");

    // A backup whose log is whole, and is not what the live one says happened.
    sql(
        &live,
        "update events set data = data::jsonb || '{\"forged\": true}' where position = 3",
    )
    .await;
    let found = verify(&["--against", &live]).ended(5).json();
    assert!(found["companies"][0]["live"]["problem"].is_string(), "{found}");
    sql(&restored, "delete from events where position = 4").await;
    let found = verify(&[]).ended(5).json();
    assert!(
        found["companies"][0]["fault"]
            .as_str()
            .unwrap()
            .contains("position 4"),
        "{found}"
    );
}

#[tokio::test]
async fn what_lives_in_another_database_is_neither_touched_nor_said_to_be_in_the_backup() {
    let (server, restored) = crate::audit::shop().await;
    let other = server.create_empty_database().await.unwrap();
    // As a backup of the first database has it: the company was moved, and lives at an address that is live.
    let moved = format!(
        "insert into placements (log, address, attempt, is_settled) values ('filial', '{}', gen_random_uuid(), true)",
        other.replace('\'', "''")
    );
    sql(&restored, &moved).await;
    let verify = |arguments: &[&str]| run_on(&restored, &[&["backup", "verify"], arguments].concat());
    let found = verify(&[]).ended(5).json();
    assert_eq!(found["verified"], false);
    assert_eq!(found["elsewhere"][0]["company"], "filial", "{found}");
    assert_eq!(found["companies"][0]["company"], "main", "{found}");
    let text = verify(&["--text"]).ended(5).out;
    assert!(text.contains("--except filial"), "{text}");
    let found = verify(&["--except", "filial"]).ended(0).json();
    assert_eq!(found["elsewhere"], serde_json::json!([]), "{found}");
    // Nobody was there: the database is as empty as before.
    let untouched = run_on(&other, &["migrate", "--plan"]).ended(0).json();
    assert_eq!(untouched["from"], Value::Null, "{untouched}");

    // But a migration reaches it.
    let plan = run_on(&restored, &["migrate", "--plan"]).ended(0).json();
    assert_eq!(plan["others"][0]["from"], Value::Null, "{plan}");
    let migrated = run_on(&restored, &["migrate"]).ended(0).json();
    assert_eq!(migrated["applied"], serde_json::json!([]), "{migrated}");
    let there = &migrated["others"][0];
    assert_eq!(
        there["applied"].as_array().unwrap().len(),
        plan["others"][0]["steps"].as_array().unwrap().len()
    );
    assert_eq!(there["version"], migrated["version"], "{migrated}");
    let migrated = run_on(&restored, &["migrate"]).ended(0).json();
    assert_eq!(
        migrated["others"][0]["applied"],
        serde_json::json!([]),
        "{migrated}"
    );
}
