//! Ending while a balancer still sends, and serving while the disk is full.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use posars_event_store::{EventStore, LogName, StoreConfig};
use posars_testkit::TestDatabase;
use serde_json::Value;

use crate::served::{Served, Till};
use crate::support::{Folder, Up, posars, run_on, signal};
use crate::up::health_of;

const SOON: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_ends_serves_on_until_balancers_have_looked_elsewhere() {
    // Long: whoever does not want to wait asks again.
    let house = Served::open(&["--drain-wait", "10m"], &[]).await;
    house.up.wait_for_readyz(200);
    signal(house.up.pid(), "-TERM");
    let readyz = house.up.wait_for_readyz(503);
    assert_eq!(readyz["dependencies"]["posars"]["reason"], "ending", "{readyz}");
    assert_eq!(health_off_runtime(&house.up).await, 2, "NOT_SERVING");
    // On new connections, as a balancer's are.
    for store in ["sp01", "sp02"] {
        let (status, answer) = house.define_store(store);
        assert_eq!(status, 200, "{answer}");
        assert_eq!(house.list_sales(), 200);
        assert_eq!(house.up.get("/livez").0, 200);
        assert_eq!(house.up.get("/readyz").0, 503, "it does not come back");
    }
    // One that would be kept: whoever holds it when the port closes could lose a call.
    let mut kept = TcpStream::connect(house.up.address()).unwrap();
    kept.set_read_timeout(Some(SOON)).unwrap();
    write!(kept, "GET /livez HTTP/1.1\r\nHost: posars\r\n\r\n").unwrap();
    let mut answer = String::new();
    kept.read_to_string(&mut answer).unwrap();
    assert!(answer.to_lowercase().contains("connection: close"), "{answer}");
    let began = Instant::now();
    let (code, talk) = house.up.terminate();
    assert_eq!(code, 0, "{talk}");
    assert!(began.elapsed() < SOON, "the second request ends the wait");
    assert!(talk.contains("serving on for 600 s"), "{talk}");
}

#[tokio::test]
async fn the_time_to_serve_on_comes_from_the_environment_and_ends() {
    let database = TestDatabase::create().await.unwrap();
    let folder = Folder::new();
    let keys = folder.file("keys").display().to_string();
    let mut command = posars(&["up", "--listen", "127.0.0.1:0", "--identity", &keys]);
    command
        .env("POSARS_DATABASE_URL", database.url())
        .env("POSARS_DRAIN_WAIT", "2s");
    let up = Up::spawn(command);
    let began = Instant::now();
    let (code, talk) = up.terminate();
    assert_eq!(code, 0, "{talk}");
    assert!(began.elapsed() >= Duration::from_secs(2), "{:?}", began.elapsed());
}

/// The client has a runtime of its own.
async fn health_off_runtime(up: &Up) -> i32 {
    tokio::task::block_in_place(|| health_of(up))
}

/// Every append fails as on a disk without room.
const DISK_FULL: &str = "create function no_room() returns trigger language plpgsql as \
    $$ begin raise exception 'could not extend file \"base/1/2\": No space left on device' using errcode = '53100'; end $$;
    create trigger no_room before update on log_head for each row execute function no_room()";

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_passes_without_a_new_start() {
    let house = Served::open(&[], &[]).await;
    assert_eq!(house.define_store("sp01").0, 200);
    house.sql(DISK_FULL).await;
    let (status, answer) = house.define_store("sp02");
    assert_eq!(status, 503, "{answer}");
    let error = serde_json::from_str::<Value>(&answer).unwrap();
    assert_eq!(error["code"], 14, "UNAVAILABLE: {answer}");
    let detail = |kind: &str| {
        let details = error["details"].as_array().unwrap();
        let found = details
            .iter()
            .find(|detail| detail["@type"].as_str().unwrap().ends_with(kind));
        found.unwrap_or_else(|| panic!("no {kind}: {answer}")).clone()
    };
    assert_eq!(detail("ErrorInfo")["reason"], "DATABASE_DISK_FULL");
    assert!(detail("RetryInfo")["retryDelay"].is_string(), "{answer}");
    let words = detail("LocalizedMessage")["message"].as_str().unwrap().to_owned();
    assert!(words.contains("O disco do banco de dados está cheio"), "{words}");
    assert!(
        !answer.contains("base/1/2"),
        "the database's own words stay in the log: {answer}"
    );

    let readyz = house.up.wait_for_readyz(503);
    let reason = readyz["dependencies"]["postgresql"]["reason"].as_str().unwrap();
    assert!(reason.contains("the disk is full"), "{reason}");
    assert_eq!(house.list_sales(), 200, "reads go on");
    assert_eq!(house.up.get("/livez").0, 200);

    house.sql("drop trigger no_room on log_head").await;
    assert_eq!(house.define_store("sp02").0, 200);
    house.up.wait_for_readyz(200);
    // What was accepted is there, and what was refused is there once.
    let store = EventStore::connect(StoreConfig::new(house.database.url()))
        .await
        .unwrap();
    let log = store.log(&LogName::parse("main").unwrap()).await.unwrap();
    assert_eq!(log.verify(None, |_| {}).await.unwrap().fault, None);
    let replayed = run_on(house.database.url(), &["audit", "replay"]).ended(0).out;
    let defined = |id: &str| {
        replayed
            .lines()
            .filter(|line| line.contains("StoreDefined") && line.contains(id))
            .count()
    };
    assert_eq!((defined("sp01"), defined("sp02")), (1, 1), "{replayed}");
}

/// The id of the nth sale.
fn sale_id(number: u32) -> String {
    format!("0193a5f0-0000-7000-8000-{number:012x}")
}

/// Sells without a pause until told to stop, each sale at the first server that answers; those acknowledged by each.
fn sell_until(stop: &AtomicBool, numbers: &AtomicU32, tills: &[Till]) -> Vec<(usize, u32)> {
    let mut acknowledged = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let number = numbers.fetch_add(1, Ordering::Relaxed);
        // As a till does it: the same sale again, elsewhere, when no answer came.
        let answered = tills.iter().enumerate().find_map(|(index, till)| {
            let (status, answer) = till.sell(&sale_id(number), "centro", "CAFE-500", &[]).ok()?;
            assert_eq!(status, 200, "{answer}");
            Some(index)
        });
        acknowledged.push((answered.unwrap(), number));
    }
    acknowledged
}

/// How often each sale stands in the log, by its id.
fn recorded(url: &str) -> HashMap<String, usize> {
    let replayed = run_on(url, &["audit", "replay", "--category", "sale"])
        .ended(0)
        .out;
    let mut counts = HashMap::new();
    for line in replayed.lines() {
        let event = serde_json::from_str::<Value>(line).unwrap();
        if event["type"] == "SaleRecorded" {
            let stream = event["stream"].as_str().unwrap();
            *counts
                .entry(stream.trim_start_matches("sale-").to_owned())
                .or_default() += 1;
        }
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_replaced_under_load_loses_nothing_and_fails_nobody() {
    const TILLS: usize = 6;
    let served = Served::open(&["--drain-wait", "2s"], &[]).await;
    assert_eq!(served.define_store("centro").0, 200);
    assert_eq!(served.define_product("CAFE-500").0, 200);
    let (next, next_till) = served.beside(&[]).await;
    let tills = Arc::new([served.till.clone(), next_till]);
    let (stop, numbers) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(1)));
    let selling: Vec<_> = (0..TILLS)
        .map(|_| {
            let (stop, numbers, tills) = (Arc::clone(&stop), Arc::clone(&numbers), Arc::clone(&tills));
            std::thread::spawn(move || sell_until(&stop, &numbers, tills.as_slice()))
        })
        .collect();
    let wait_for = |sales: u32| {
        let target = numbers.load(Ordering::Relaxed) + sales;
        let deadline = Instant::now() + SOON;
        while numbers.load(Ordering::Relaxed) < target {
            assert!(Instant::now() < deadline, "the tills stand still");
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    wait_for(60);
    let began = Instant::now();
    signal(served.up.pid(), "-TERM");
    // Health says so first: the port still takes calls.
    let readyz = served.up.wait_for_readyz(503);
    assert_eq!(readyz["dependencies"]["posars"]["reason"], "ending", "{readyz}");
    assert_eq!(served.list_sales(), 200);
    let (code, talk) = tokio::task::block_in_place(|| served.up.wait());
    let took = began.elapsed();
    assert_eq!(code, 0, "{talk}");
    assert!(took < Duration::from_secs(25), "{took:?}: {talk}");
    wait_for(30);
    stop.store(true, Ordering::Relaxed);
    let mut acknowledged = Vec::new();
    for till in selling {
        acknowledged.extend(till.join().unwrap());
    }
    let by = |server: usize| acknowledged.iter().filter(|(by, _)| *by == server).count();
    assert!(by(0) >= 60 && by(1) >= 30, "both served: {} and {}", by(0), by(1));
    let counts = recorded(served.database.url());
    for (_, number) in &acknowledged {
        assert_eq!(counts.get(&sale_id(*number)), Some(&1), "sale {number}");
    }
    assert_eq!(
        counts.len(),
        acknowledged.len(),
        "nothing but what was acknowledged"
    );
    run_on(served.database.url(), &["audit", "verify"]).ended(0);
    assert_eq!(tokio::task::block_in_place(|| next.terminate()).0, 0);
}
