//! Two companies in one database: each command works with the one that it was told, and with no other.

use posars_event_store::{EventStore, LogName, StoreConfig};
use posars_testkit::{TestDatabase, TestServer};
use serde_json::{Value, json};

use crate::audit::shop;
use crate::sheets::{line, write};
use crate::support::{Folder, Ran, posars, run_on};

/// Makes the log of a company, as `posars up --company` does first.
async fn open_company(url: &str, company: &str) {
    let store = EventStore::connect(StoreConfig::new(url)).await.unwrap();
    store.log(&LogName::parse(company).unwrap()).await.unwrap();
}

/// The good sheet imported into `main`, and an empty `filial` beside it.
async fn two_companies() -> (TestServer, String) {
    let (server, url) = shop().await;
    open_company(&url, "filial").await;
    (server, url)
}

/// Runs to the end with `POSARS_COMPANY` set.
fn run_as(company: &str, url: &str, arguments: &[&str]) -> Ran {
    let mut command = posars(arguments);
    command
        .env("POSARS_DATABASE_URL", url)
        .env("POSARS_COMPANY", company);
    command.output().unwrap().into()
}

/// What a company's log and reports say: the anchor and the size of its log, and the rows of January.
fn told(url: &str, company: &[&str]) -> (Value, u64, String) {
    let verified = run_on(url, &[&["audit", "verify"], company].concat())
        .ended(0)
        .json();
    let report = [
        "report",
        "daily-sales",
        "--from",
        "2026-01-01",
        "--to",
        "2026-01-31",
        "--out",
        "-",
    ];
    let report = run_on(url, &[&report, company].concat()).ended(0).out;
    let events = verified["events"].as_u64().unwrap();
    (verified["anchor"].clone(), events, report)
}

#[tokio::test]
async fn what_is_imported_into_one_company_leaves_the_other_as_it_was() {
    let (_server, url) = two_companies().await;
    let main = told(&url, &[]);
    assert_eq!(told(&url, &["--company", "main"]), main, "main is the default");
    let (_, events, empty) = told(&url, &["--company", "filial"]);
    assert_eq!((events, empty.lines().count()), (0, 1), "{empty}");

    let folder = Folder::new();
    let sheet = folder.file("vendas.xlsx");
    write(&sheet, &[line("1001", 5, "Loja Sul", "Meia", 2, 777)]);
    let sheet = sheet.display().to_string();
    let imported = run_as("filial", &url, &["import", &sheet, "--define-missing"])
        .ended(0)
        .json();
    assert_eq!(
        (&imported["company"], &imported["records"]["accepted"]),
        (&json!("filial"), &json!(1)),
        "{imported}"
    );

    assert_eq!(told(&url, &[]), main, "the import reached the other company");
    let (_, events, report) = told(&url, &["--company", "filial"]);
    assert!(events > 0);
    assert!(
        report.lines().count() == 2 && report.contains("15.54"),
        "two at 7.77: {report}"
    );
    let history = run_on(
        &url,
        &["audit", "replay", "--category", "sale", "--company", "filial"],
    )
    .ended(0);
    assert_eq!(history.out.lines().count(), 1, "{history}");
    for (company, events) in [("main", main.1), ("filial", events)] {
        let status = run_as(company, &url, &["projections", "status"]).ended(0).json();
        assert_eq!(
            (&status["company"], &status["head"]),
            (&json!(company), &json!(events)),
            "{status}"
        );
        let rebuilt = run_as(company, &url, &["projections", "rebuild", "sales"]);
        let rebuilt = rebuilt.ended(0).json();
        assert_eq!(rebuilt["projections"][0]["position"], events, "{rebuilt}");
    }
}

#[tokio::test]
async fn a_company_that_is_not_there_is_told_with_those_there_are_and_not_made() {
    let (_server, url) = two_companies().await;
    let folder = Folder::new();
    let sheet = folder.file("vendas.xlsx");
    write(&sheet, &[line("1001", 5, "Loja Sul", "Meia", 2, 777)]);
    let sheet = sheet.display().to_string();
    let commands: [&[&str]; 8] = [
        &["import", &sheet, "--define-missing"],
        &[
            "report",
            "daily-sales",
            "--from",
            "2026-01-01",
            "--to",
            "2026-01-31",
            "--out",
            "-",
        ],
        &["audit", "verify"],
        &["audit", "replay"],
        &["projections", "status"],
        &["projections", "rebuild"],
        &["projections", "rollback", "sales"],
        &["projections", "retry"],
    ];
    for command in commands {
        let by_flag = run_on(&url, &[command, &["--company", "acme"]].concat());
        for ran in [by_flag, run_as("acme", &url, command)] {
            let ran = ran.ended(1);
            let error = ran.error();
            assert_eq!(error["code"], "COMPANY_UNKNOWN", "{ran}");
            assert!(error["message"].as_str().unwrap().contains("acme"), "{ran}");
            let next = error["next"].as_str().unwrap();
            assert!(
                next.contains("filial, main;") && next.contains("posars up --company acme"),
                "{ran}"
            );
            assert!(ran.out.is_empty(), "{ran}");
        }
    }
    let ids = run_on(&url, &["companies", "list"]).ended(0).json();
    let ids: Vec<&Value> = ids["companies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["id"])
        .collect();
    assert_eq!(ids, ["filial", "main"], "asking made one");
    run_on(&url, &["audit", "verify", "--company", "Main!"]).ended(2);
}

#[tokio::test]
async fn the_doctor_looks_at_the_company_it_is_told() {
    let database = TestDatabase::create().await.unwrap();
    let url = database.url();
    open_company(url, "filial").await;
    let log_of = |ran: Ran| {
        let doctor = ran.json();
        let checks = doctor["checks"].as_array().unwrap();
        let log = checks
            .iter()
            .find(|check| check["name"] == "log")
            .unwrap()
            .clone();
        let settings = doctor["settings"].as_array().unwrap();
        let company = settings
            .iter()
            .find(|setting| setting["name"] == "POSARS_COMPANY");
        (log, company.unwrap().clone())
    };
    let doctor = ["doctor", "--listen", "127.0.0.1:0"];
    let (log, setting) = log_of(run_as("filial", url, &doctor));
    assert!(log["found"].as_str().unwrap().starts_with("filial "), "{log}");
    assert_eq!(
        (&setting["value"], &setting["origin"]),
        (&json!("filial"), &json!("environment"))
    );
    let (log, setting) = log_of(run_as(
        "filial",
        url,
        &[&doctor[..], &["--company", "acme"]].concat(),
    ));
    assert_eq!(
        (&log["state"], &setting["origin"]),
        (&json!("fault"), &json!("flag"))
    );
    assert!(
        log["found"].as_str().unwrap().contains("COMPANY_UNKNOWN"),
        "{log}"
    );
    assert!(log["fix"].as_str().unwrap().contains("filial"), "{log}");
}

#[tokio::test]
async fn companies_are_listed_with_their_names_and_how_far_they_are() {
    let database = TestDatabase::create().await.unwrap();
    let url = database.url();
    let nobody = run_on(url, &["companies", "list", "--text"]).ended(0).out;
    assert!(nobody.contains("posars up"), "{nobody}");
    assert_eq!(
        run_on(url, &["companies", "list"]).ended(0).json(),
        json!({ "companies": [] }),
        "looking makes none"
    );

    open_company(url, "filial").await;
    let folder = Folder::new();
    let sheet = folder.file("vendas.xlsx");
    write(&sheet, &[line("1001", 5, "Loja Sul", "Meia", 2, 777)]);
    run_on(url, &["import", &sheet.display().to_string(), "--define-missing"]).ended(0);
    let listed = run_on(url, &["companies", "list"]).ended(0).json();
    let verified = run_on(url, &["audit", "verify"]).ended(0).json();
    let [filial, main] = listed["companies"].as_array().unwrap().as_slice() else {
        panic!("not two: {listed}")
    };
    assert_eq!(
        filial,
        &json!({ "id": "filial", "name": null, "events": 0, "position": 0 })
    );
    assert_eq!(
        (&main["id"], &main["name"], &main["events"], &main["position"]),
        (
            &json!("main"),
            &json!("Minha empresa"),
            &verified["events"],
            &verified["position"]
        )
    );
    let text = run_on(url, &["companies", "list", "--text"]).ended(0).out;
    assert!(
        text.contains("Minha empresa") && text.contains("filial"),
        "{text}"
    );
}

#[tokio::test]
async fn roles_are_granted_in_companies_that_are_there() {
    let database = TestDatabase::create().await.unwrap();
    let url = database.url();
    open_company(url, "filial").await;
    // The variable alone is no narrowing: it speaks of every command alike.
    run_as("filial", url, &["users", "add", "ana"]).ended(0);
    let grant = ["users", "grant", "ana", "--role", "stock"];
    let granted = run_as("filial", url, &grant).ended(0).json();
    assert_eq!(granted["user"]["grants"], json!(["filial/stock"]), "{granted}");
    // The one that is made when it is needed may be granted before it is.
    run_on(url, &grant).ended(0);

    for arguments in [&grant[..], &["users", "add", "bia", "--role", "stock"]] {
        let unknown = run_as("acme", url, arguments).ended(1);
        assert_eq!(unknown.error()["code"], "COMPANY_UNKNOWN", "{unknown}");
        let next = unknown.error()["next"].as_str().unwrap().to_owned();
        assert!(next.contains("filial, main;"), "{unknown}");
    }
    let users = run_on(url, &["users", "list"]).ended(0).json();
    let users = users["users"].as_array().unwrap().clone();
    assert_eq!(users.len(), 1, "a refused user was added: {users:?}");
    assert_eq!(users[0]["grants"], json!(["filial/stock", "main/stock"]));
    // What was granted in a company that is gone can be taken back.
    let revoked = run_as("acme", url, &["users", "revoke", "ana", "--role", "stock"]);
    assert_eq!(revoked.ended(0).json()["changed"], false);

    let folder = Folder::new();
    let keys = folder.file("keys");
    posars_identity::LocalIssuer::open(&keys).unwrap();
    let keys = keys.display().to_string();
    let token = ["token", "--role", "owner", "--identity", &keys, "--json"];
    let token = run_as("filial", url, &token).ended(0).json();
    assert_eq!(token["grants"], json!(["filial/owner"]), "{token}");
    let of_ana = ["token", "--subject", "ana", "--identity", &keys, "--json"];
    let of_ana = run_as("filial", url, &of_ana).ended(0).json();
    assert_eq!(
        of_ana["grants"],
        json!(["filial/stock", "main/stock"]),
        "{of_ana}"
    );
}
