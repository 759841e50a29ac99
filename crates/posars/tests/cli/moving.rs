//! A company moves to another database while two servers sell in it, and the mover is killed again and again: every sale
//! that was acknowledged is there once, and everything that follows from it.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use posars_testkit::TestDatabase;
use serde_json::json;
use uuid::Uuid;

use crate::support::{Folder, Ran, Up, posars, run_on};

const SOON: Duration = Duration::from_secs(90);
const STORES: &str = "POST /v1/companies/main/stores";
const SALES: &str = "POST /v1/companies/main/sales";
/// The signal of a process that ended itself at once.
const ABORTED: i32 = 6;
const CUSTOMER: &str = "Zuleica Quintanilha";

/// Servers on one database, and a second database to go to.
pub(crate) struct Shop {
    pub(crate) first: TestDatabase,
    pub(crate) second: TestDatabase,
    pub(crate) servers: Vec<Up>,
    pub(crate) token: String,
    keys: String,
    _folder: Folder,
}

/// A server on the database of this URL.
fn up(url: &str, keys: &str) -> Command {
    let mut command = posars(&["up", "--listen", "127.0.0.1:0", "--identity", keys]);
    command.env("POSARS_DATABASE_URL", url);
    command
}

impl Shop {
    async fn open(servers: usize) -> Self {
        Self::open_with(servers, &[]).await
    }

    /// The servers get these options, too.
    pub(crate) async fn open_with(servers: usize, more: &[&str]) -> Self {
        let (first, second) = (
            TestDatabase::create().await.unwrap(),
            TestDatabase::create_empty().await.unwrap(),
        );
        let folder = Folder::new();
        let keys = folder.file("keys").display().to_string();
        let server = |_| {
            let mut command = up(first.url(), &keys);
            command.args(more);
            Up::spawn(command)
        };
        let servers: Vec<Up> = (0..servers).map(server).collect();
        let token = run_on(first.url(), &["token", "--role", "owner", "--identity", &keys]);
        let token = token.ended(0).out.trim().to_owned();
        let shop = Self {
            first,
            second,
            servers,
            token,
            keys,
            _folder: folder,
        };
        let store = json!({"storeId": "sp01", "displayName": "Loja", "timeZone": "America/Sao_Paulo",
                           "dayCutover": "04:00", "currencyCode": "BRL"});
        let (status, answer) = shop.till(0).call(STORES, &store.to_string());
        assert_eq!(status, 200, "{answer}");
        shop
    }

    /// A further server, not started.
    pub(crate) fn server(&self) -> Command {
        up(self.first.url(), &self.keys)
    }

    /// A token for another company than the usual one.
    pub(crate) fn token_of(&self, company: &str) -> String {
        let arguments = [
            "token",
            "--role",
            "owner",
            "--company",
            company,
            "--identity",
            &self.keys,
        ];
        self.run(&arguments).ended(0).out.trim().to_owned()
    }

    pub(crate) fn till(&self, server: usize) -> Till {
        Till {
            address: self.servers[server].address().to_owned(),
            token: self.token.clone(),
        }
    }

    /// Runs a command on the database that is asked first.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        run_on(self.first.url(), arguments)
    }

    fn mover(&self) -> Child {
        self.mover_to(self.second.url()).spawn().unwrap()
    }

    fn mover_to(&self, to: &str) -> Command {
        let mut command = posars(&["companies", "move", "main", "--to", to]);
        command.env("POSARS_DATABASE_URL", self.first.url());
        command
    }

    /// Moves to the end; the session of a mover that was killed may be there for a moment.
    pub(crate) fn moved_to(&self, to: &str) -> serde_json::Value {
        let deadline = Instant::now() + SOON;
        loop {
            let ran = Ran::from(self.mover_to(to).output().unwrap());
            if ran.code == 4 && ran.error()["code"] == "MOVE_UNDER_WAY" && Instant::now() < deadline {
                continue;
            }
            return ran.ended(0).json();
        }
    }

    /// Waits until everything that follows the log has dealt with all of it.
    fn wait_until_all_follow(&self) -> u64 {
        let deadline = Instant::now() + SOON;
        loop {
            let models = self.run(&["projections", "status"]).ended(0).json();
            let reactors = self.run(&["reactors", "status"]).ended(0).json();
            let head = models["head"].as_u64().unwrap();
            let all = models["projections"].as_array().unwrap().iter();
            let all = all.chain(reactors["reactors"].as_array().unwrap());
            let positions: Vec<u64> = all.map(|one| one["position"].as_u64().unwrap()).collect();
            if positions.len() > 10 && positions.iter().all(|position| *position == head) {
                return head;
            }
            assert!(Instant::now() < deadline, "{models}\n{reactors}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

async fn ask(url: &str, sql: &str) -> i64 {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(async move { drop(connection.await) });
    client.query_one(sql, &[]).await.unwrap().get(0)
}

#[derive(Clone)]
pub(crate) struct Till {
    pub(crate) address: String,
    pub(crate) token: String,
}

impl Till {
    pub(crate) fn call(&self, line: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        write!(
            stream,
            "{line} HTTP/1.1\r\nHost: posars\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split_whitespace().nth(1).unwrap().parse().unwrap();
        (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }

    /// Sells once; the longest time that the customer stood there.
    pub(crate) fn sell(&self, sale_id: Uuid) -> Duration {
        let body = json!({
            "saleId": sale_id,
            "storeId": "sp01",
            "registerNo": "1",
            "occurTime": "2026-01-05T15:00:00Z",
            "lines": [{"sku": "cafe", "description": "Café", "quantity": {"value": "1"}, "unitPrice": {"value": "19.90"}}],
            "payments": [{"method": "pix", "amount": {"currencyCode": "BRL", "amountMinor": "1990"}}],
            "total": {"currencyCode": "BRL", "amountMinor": "1990"},
            "customer": {"subjectId": subject_of(sale_id), "name": CUSTOMER},
        });
        let began = Instant::now();
        loop {
            let (status, answer) = self.call(SALES, &body.to_string());
            if status == 200 {
                return began.elapsed();
            }
            // As every client does that is told to try again.
            assert!([409, 429, 503, 504].contains(&status), "{status} {answer}");
            assert!(began.elapsed() < SOON, "{status} {answer}");
        }
    }
}

/// The customer of a sale, in letters: of many numbers drawn at will, some have a tax number within them.
fn subject_of(sale_id: Uuid) -> String {
    let letters = sale_id.simple().to_string();
    let letter = |digit: char| char::from_digit(digit.to_digit(16).unwrap() + 10, 36).unwrap();
    format!("customer-{}", letters.chars().map(letter).collect::<String>())
}

/// Two tills that sell until they are told to stop.
struct Tills {
    done: Arc<AtomicBool>,
    sold: Arc<Mutex<BTreeSet<String>>>,
    longest_ms: Arc<AtomicU64>,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl Tills {
    fn open(tills: Vec<Till>) -> Self {
        let (done, sold, longest_ms) = (Arc::default(), Arc::default(), Arc::default());
        let threads = tills.into_iter().map(|till| {
            let (done, sold, longest_ms) = (Arc::clone(&done), Arc::clone(&sold), Arc::clone(&longest_ms));
            std::thread::spawn(move || sell_on(&till, &done, &sold, &longest_ms))
        });
        Self {
            threads: threads.collect(),
            done,
            sold,
            longest_ms,
        }
    }

    fn count(&self) -> usize {
        self.sold.lock().unwrap().len()
    }

    /// Waits until so many more are sold.
    fn wait_for(&self, more: usize) {
        let (deadline, target) = (Instant::now() + SOON, self.count() + more);
        while self.count() < target {
            assert!(Instant::now() < deadline, "the tills stand still");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn close(self) -> BTreeSet<String> {
        self.done.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().unwrap();
        }
        Arc::into_inner(self.sold).unwrap().into_inner().unwrap()
    }
}

fn sell_on(till: &Till, done: &AtomicBool, sold: &Mutex<BTreeSet<String>>, longest_ms: &AtomicU64) {
    while !done.load(Ordering::Relaxed) {
        let sale_id = Uuid::now_v7();
        let took = u64::try_from(till.sell(sale_id).as_millis()).unwrap();
        longest_ms.fetch_max(took, Ordering::Relaxed);
        sold.lock().unwrap().insert(sale_id.to_string());
    }
}

/// What is wrong with the log of a database, as its owner sees it.
async fn count_in(url: &str, of: &str) -> i64 {
    ask(url, &format!("select count(*) from {of}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_moves_under_load_and_nothing_is_lost_or_there_twice() {
    let shop = Shop::open(2).await;
    let tills = Tills::open(vec![shop.till(0), shop.till(1)]);
    tills.wait_for(60);
    // Killed a little later each time, until one gets through before its time is over.
    let mut killed = 0;
    let mut patience = Duration::from_millis(150);
    let moved = loop {
        let mut mover = shop.mover();
        let deadline = Instant::now() + patience;
        while mover.try_wait().unwrap().is_none() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
        if mover.try_wait().unwrap().is_none() && killed < 8 {
            mover.kill().unwrap();
            mover.wait().unwrap();
            (killed, patience) = (killed + 1, patience + Duration::from_millis(250));
            continue;
        }
        let ran = Ran::from(mover.wait_with_output().unwrap());
        // The session of the one that was killed may be there for a moment.
        if ran.code == 4 && ran.error()["code"] == "MOVE_UNDER_WAY" {
            continue;
        }
        break ran.ended(0).json();
    };
    assert!(killed > 0, "{moved}");
    tills.wait_for(60);
    let longest_ms = tills.longest_ms.load(Ordering::Relaxed);
    let sold = tills.close();
    println!("killed {killed} times; {moved}; the longest sale took {longest_ms} ms");

    let listed = shop.run(&["companies", "list"]).ended(0).json();
    assert!(listed["companies"][0]["database"].is_string(), "{listed}");
    let head = shop.wait_until_all_follow();
    let there = shop.run(&["audit", "verify"]).ended(0).json();
    let here = shop.run(&["audit", "verify", "--here"]).ended(0).json();
    assert_eq!(there["events"], head, "{there}");
    assert!(
        here["events"].as_u64().unwrap() < head,
        "the old one is read, and closed: {here}"
    );

    let (old, new) = (shop.first.url(), shop.second.url());
    let recorded = "events where type = 'SaleRecorded'";
    let sales = i64::try_from(sold.len()).unwrap();
    assert_eq!(count_in(new, recorded).await, sales, "each sale once");
    let list: Vec<String> = sold.iter().map(|sale| format!("'sale-{sale}'")).collect();
    let of_ours = format!("streams where stream in ({})", list.join(","));
    assert_eq!(
        count_in(new, &of_ours).await,
        sales,
        "and all that were acknowledged"
    );
    // What follows from them: an entry and a movement each, keys of each customer there and none here.
    assert_eq!(count_in(new, "journal_entries").await, sales);
    assert_eq!(count_in(new, "sales").await, sales);
    assert_eq!(count_in(new, "subject_keys").await, sales);
    assert_eq!(count_in(old, "subject_keys").await, 0);
    let rebuilt = shop
        .run(&["projections", "rebuild", "daily_sales"])
        .ended(0)
        .json();
    assert_eq!(rebuilt["projections"][0]["rows"]["equal"], true, "{rebuilt}");
    let first = sold.first().unwrap();
    for server in 0..2 {
        let (status, answer) = shop
            .till(server)
            .call(&format!("GET /v1/companies/main/sales/{first}"), "");
        assert!(status == 200 && answer.contains(CUSTOMER), "{status} {answer}");
    }
    // Again it changes nothing, and what moved cannot be given up.
    let again = shop.mover().wait_with_output().unwrap();
    assert_eq!(Ran::from(again).ended(0).json()["step"], "already_there");
}

/// Between which steps the next mover dies, and whether the company has moved nevertheless.
const DEATHS: [(&str, bool); 5] = [
    ("Frozen", false),
    ("Departed", false),
    ("Placed", true),
    ("Opened", true),
    ("KeysLeft", true),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_mover_that_dies_between_any_two_steps_keeps_nobody_waiting() {
    let shop = Shop::open(2).await;
    let tills = Tills::open(vec![shop.till(0), shop.till(1)]);
    let (mut here, mut there) = (shop.first.url(), shop.second.url());
    for (step, has_moved) in DEATHS {
        tills.wait_for(10);
        let died = shop
            .mover_to(there)
            .env("TEST_MOVER_ENDS", step)
            .output()
            .unwrap();
        assert_eq!(died.status.signal(), Some(ABORTED), "{step}: {}", Ran::from(died));
        // Nobody has to come for that.
        tills.wait_for(20);
        let moved = shop.moved_to(there);
        let expected = if has_moved { "already_there" } else { "moved" };
        assert_eq!(moved["step"], expected, "{step}: {moved}");
        (here, there) = (there, here);
    }
    tills.wait_for(10);
    let sold = tills.close();
    let head = shop.wait_until_all_follow();
    let verified = shop.run(&["audit", "verify"]).ended(0).json();
    assert_eq!(verified["events"], head, "{verified}");
    let sales = i64::try_from(sold.len()).unwrap();
    assert_eq!(count_in(here, "events where type = 'SaleRecorded'").await, sales);
    let list: Vec<String> = sold.iter().map(|sale| format!("'sale-{sale}'")).collect();
    let of_ours = format!("streams where stream in ({})", list.join(","));
    assert_eq!(count_in(here, &of_ours).await, sales);
    assert_eq!(count_in(here, "sales").await, sales);
    assert_eq!(count_in(here, "subject_keys").await, sales);
    assert_eq!(count_in(there, "subject_keys").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_whose_last_round_is_slow_is_not_closed() {
    let shop = Shop::open(1).await;
    shop.till(0).sell(Uuid::now_v7());
    let ran = Ran::from(
        shop.mover_to(shop.second.url())
            .env("TEST_MOVER_ROUND_MS", "3100")
            // It would die if it closed the log.
            .env("TEST_MOVER_ENDS", "Frozen")
            .output()
            .unwrap(),
    );
    let refused = ran.ended(3);
    assert_eq!(refused.error()["code"], "MOVE_TOO_SLOW", "{refused}");
    assert_eq!(shop.moved_to(shop.second.url())["step"], "moved");
}

/// What a move says before anything moves.
fn plans_and_refusals(shop: &Shop) {
    let to = shop.second.url();
    let planned = shop
        .run(&["companies", "move", "main", "--to", to, "--dry-run"])
        .ended(0)
        .json();
    assert_eq!(planned["step"], "planned", "{planned}");
    assert!(
        planned["events"].as_u64() > Some(0) && planned["migrations"].as_u64() > Some(10),
        "{planned}"
    );
    let refused = shop
        .run(&[
            "companies",
            "move",
            "main",
            "--to",
            "postgres://ana:geheim@db2/posars",
        ])
        .ended(2);
    assert_eq!(refused.error()["code"], "ADDRESS_HOLDS_PASSWORD");
    assert!(!refused.talk.contains("geheim"), "{refused}");
    let same = shop
        .run(&["companies", "move", "main", "--to", shop.first.url()])
        .ended(0)
        .json();
    assert_eq!(same["step"], "already_there", "{same}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_is_planned_given_up_finished_after_a_kill_and_taken_back() {
    let shop = Shop::open(1).await;
    let till = shop.till(0);
    till.sell(Uuid::now_v7());
    let to = shop.second.url();
    plans_and_refusals(&shop);

    // A mover that was killed in the last moment: nobody can write until it is given up.
    shop.sql("update log_head set closed = 'leaving', closed_until = 'infinity'")
        .await;
    let busy = till.clone();
    let waiting = std::thread::spawn(move || busy.sell(Uuid::now_v7()));
    let aborted = shop
        .run(&["companies", "move", "main", "--abort"])
        .ended(0)
        .json();
    assert_eq!(aborted["step"], "aborted", "{aborted}");
    waiting.join().unwrap();

    let moved = shop
        .run(&["companies", "move", "main", "--to", to])
        .ended(0)
        .json();
    assert_eq!(moved["step"], "moved", "{moved}");
    // One that was killed behind the placement.
    shop.sql("update placements set is_settled = false").await;
    ask(
        to,
        "with closed as (update log_head set closed = 'arriving', closed_until = 'infinity' returning 1) \
             select count(*) from closed",
    )
    .await;
    let over = shop.run(&["companies", "move", "main", "--abort"]).ended(4);
    assert_eq!(over.error()["code"], "MOVE_OVER");
    let finished = shop
        .run(&["companies", "move", "main", "--to", to])
        .ended(0)
        .json();
    assert_eq!(finished["step"], "already_there", "{finished}");
    till.sell(Uuid::now_v7());

    let back = shop
        .run(&["companies", "move", "main", "--to", shop.first.url()])
        .ended(0)
        .json();
    assert_eq!(back["step"], "moved", "{back}");
    let last = Uuid::now_v7();
    till.sell(last);
    let head = shop.wait_until_all_follow();
    assert_eq!(shop.run(&["audit", "verify"]).ended(0).json()["events"], head);
    let listed = shop.run(&["companies", "list"]).ended(0).json();
    assert!(listed["companies"][0].get("database").is_none(), "{listed}");
    let (status, answer) = till.call(&format!("GET /v1/companies/main/sales/{last}"), "");
    assert!(status == 200 && answer.contains(CUSTOMER), "{status} {answer}");
    assert_eq!(count_in(to, "subject_keys").await, 0);
}

impl Shop {
    pub(crate) async fn sql(&self, text: &str) {
        let (client, connection) = tokio_postgres::connect(self.first.url(), tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(async move { drop(connection.await) });
        client.batch_execute(text).await.unwrap();
    }
}
