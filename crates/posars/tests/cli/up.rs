//! `posars up`: started, asked, killed, started again.

use std::time::Instant;

use serde_json::Value;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::support::{
    Folder, Up, http_get, posars, processes_below, run, signal, wait_until_nobody_is_below,
};

pub(crate) fn health_of(up: &Up) -> i32 {
    let endpoint = format!("http://{}", up.address());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut client = HealthClient::new(
            tonic::transport::Endpoint::from_shared(endpoint)
                .unwrap()
                .connect()
                .await
                .unwrap(),
        );
        let service = "posars.sales.v1.SaleService".to_owned();
        client
            .check(HealthCheckRequest { service })
            .await
            .unwrap()
            .into_inner()
            .status
    })
}

#[test]
fn up_serves_survives_crashes_and_leaves_nothing_behind() {
    let folder = Folder::new();
    let data = folder.data();

    // First start: a cluster is made, migrated and served.
    let up = Up::start(&["--data", &data]);
    assert_eq!(up.get("/livez"), (200, "ok\n".to_owned()));
    let readyz = up.wait_for_readyz(200);
    assert_eq!(readyz["ready"], true);
    assert!(
        readyz["dependencies"]["postgresql"]["since"].is_string(),
        "{readyz}"
    );
    assert_eq!(health_of(&up), 1, "SERVING");
    up.wait_for_metrics(&[
        "posars_append_batch_events",
        "posars_pool_wait_seconds",
        "posars_projection_lag",
    ]);
    assert_eq!(up.get("/nowhere").0, 404);
    assert!(!processes_below(&data).is_empty());

    // A second one on the same folder is told who has it.
    let second = run(&["up", "--data", &data, "--listen", "127.0.0.1:0"]).ended(4);
    assert_eq!(second.error()["code"], "ALREADY_UP");
    assert!(
        second.error()["message"]
            .as_str()
            .unwrap()
            .contains(&up.pid().to_string()),
        "{second}"
    );

    // One-shot commands attach to its PostgreSQL and leave it running.
    let verified = run(&["audit", "verify", "--data", &data]).ended(0).json();
    assert_eq!(verified["verified"], true);
    assert_eq!(up.get("/readyz").0, 200);

    // PostgreSQL dies behind its back: told by readyz, started again.
    let postgres = up.ready["postgres_pid"].as_u64().unwrap();
    signal(u32::try_from(postgres).unwrap(), "-KILL");
    let away = up.wait_for_readyz(503);
    assert!(away["dependencies"]["postgresql"]["reason"].is_string(), "{away}");
    assert_eq!(
        up.get("/livez").0,
        200,
        "an outage of the database is no reason to restart us"
    );
    up.wait_for_readyz(200);

    // The crash of posars itself takes PostgreSQL with it.
    up.kill9();
    wait_until_nobody_is_below(&data);

    // And the next start is quick and clean.
    let began = Instant::now();
    let up = Up::start(&["--data", &data]);
    let started_in = began.elapsed();
    assert!(started_in.as_secs() < 10, "a warm start took {started_in:?}");
    let (code, talk) = up.terminate();
    assert_eq!(code, 0, "{talk}");
    wait_until_nobody_is_below(&data);
    assert!(!talk.contains("error["), "{talk}");
}

#[test]
fn the_demo_is_a_shop_that_adds_up_and_is_seeded_once() {
    let folder = Folder::new();
    let data = folder.data();
    let up = Up::start(&["--data", &data, "--demo"]);
    let demo = up.ready["demo"].clone();
    let added = demo["sales_added"].as_u64().unwrap();
    assert!((1_500..4_000).contains(&added), "{demo}");
    let (from, to) = (demo["from"].as_str().unwrap(), demo["to"].as_str().unwrap());
    let csv = folder.file("demo.csv").display().to_string();
    // The first command that it printed, with a file of ours.
    let report = run(&[
        "report",
        "daily-sales",
        "--from",
        from,
        "--to",
        to,
        "--format",
        "csv",
        "--out",
        &csv,
        "--data",
        &data,
    ])
    .ended(0)
    .json();
    assert!(report["rows"].as_u64().unwrap() > 200, "{report}");
    assert_eq!(up.terminate().0, 0);
    let up = Up::start(&["--data", &data, "--demo"]);
    assert_eq!(up.ready["demo"]["sales_added"], 0, "{}", up.ready);
    let resident_kib = resident_kib(up.pid());
    assert!(resident_kib < 150 * 1024, "{resident_kib} KiB resident");
    let verified = run(&["audit", "verify", "--data", &data]).ended(0).json();
    assert!(verified["events"].as_u64().unwrap() > added, "{verified}");
    assert_eq!(up.terminate().0, 0);
    wait_until_nobody_is_below(&data);
}

#[test]
fn a_taken_port_is_told_before_anything_is_made() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = Folder::new();
    let refused = run(&["up", "--data", &folder.data(), "--listen", &address]).ended(4);
    assert_eq!(refused.error()["code"], "ADDRESS_IN_USE");
    assert!(
        refused.error()["next"].as_str().unwrap().contains("--listen"),
        "{refused}"
    );
    assert!(!folder.file("data/pg").exists(), "PostgreSQL was begun");
}

#[tokio::test]
async fn up_on_a_database_by_url_says_when_it_is_away_and_comes_back() {
    let mut server = posars_testkit::TestServer::private().await.unwrap();
    let url = server.create_empty_database().await.unwrap();
    let mut command = posars(&["up", "--listen", "127.0.0.1:0"]);
    let folder = Folder::new();
    command
        .env("POSARS_DATABASE_URL", &url)
        .env("POSARS_IDENTITY", folder.file("identity"));
    let up = tokio::task::spawn_blocking(|| Up::spawn(command)).await.unwrap();
    let address = up.address().to_owned();
    assert_eq!(up.ready.get("postgres_pid"), None);
    assert_eq!(http_get(&address, "/readyz").0, 200);
    server.stop().await.unwrap();
    let up = tokio::task::spawn_blocking(move || {
        let away: Value = up.wait_for_readyz(503);
        assert_eq!(away["dependencies"]["postgresql"]["ready"], false);
        up
    })
    .await
    .unwrap();
    server.restart().await.unwrap();
    let (code, talk) = tokio::task::spawn_blocking(move || {
        up.wait_for_readyz(200);
        up.terminate()
    })
    .await
    .unwrap();
    assert_eq!(code, 0, "{talk}");
}

/// Memory of a process that is in RAM, in KiB.
fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}
