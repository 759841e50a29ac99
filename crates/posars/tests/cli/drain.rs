//! Ending while a balancer still sends, and serving while the disk is full.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use posars_event_store::{EventStore, LogName, StoreConfig};
use posars_testkit::TestDatabase;
use serde_json::{Value, json};

use crate::support::{Folder, Up, posars, run_on, signal};
use crate::up::health_of;

const SOON: Duration = Duration::from_secs(60);

/// A server on a database of its own, with a token for it.
struct House {
    database: TestDatabase,
    _folder: Folder,
    up: Up,
    token: String,
}

impl House {
    async fn open(arguments: &[&str]) -> Self {
        let database = TestDatabase::create().await.unwrap();
        let folder = Folder::new();
        let keys = folder.file("keys").display().to_string();
        let all = [&["up", "--listen", "127.0.0.1:0", "--identity", &keys], arguments].concat();
        let mut command = posars(&all);
        command.env("POSARS_DATABASE_URL", database.url());
        let up = Up::spawn(command);
        let token = run_on(database.url(), &["token", "--role", "owner", "--identity", &keys]);
        Self {
            token: token.ended(0).out.trim().to_owned(),
            database,
            _folder: folder,
            up,
        }
    }

    fn call(&self, line: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.up.address()).unwrap();
        write!(
            stream,
            "{line} HTTP/1.1\r\nHost: posars\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\
             Accept-Language: pt-BR\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split_whitespace().nth(1).unwrap().parse().unwrap();
        (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }

    fn define_store(&self, store: &str) -> (u16, String) {
        let body = json!({"storeId": store, "displayName": "Loja", "timeZone": "America/Sao_Paulo",
                          "dayCutover": "04:00", "currencyCode": "BRL"});
        self.call("POST /v1/companies/main/stores", &body.to_string())
    }

    fn list_sales(&self) -> u16 {
        self.call("GET /v1/companies/main/sales?pageSize=1", "").0
    }

    async fn sql(&self, text: &str) {
        let (client, connection) = tokio_postgres::connect(self.database.url(), tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(async move { drop(connection.await) });
        client.batch_execute(text).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_ends_serves_on_until_balancers_have_looked_elsewhere() {
    // Long: whoever does not want to wait asks again.
    let house = House::open(&["--drain-wait", "10m"]).await;
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
    let house = House::open(&[]).await;
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
