//! `posars serve` and `posars work`: the same system as several processes.

use std::process::Command;
use std::time::{Duration, Instant};

use posars_testkit::TestDatabase;
use serde_json::{Value, json};

use crate::identity::{post, token};
use crate::support::{Folder, Up, posars, run, run_on};

const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);
const WORK: [&str; 6] = ["relay", "stock", "finance", "projections", "reports", "imports"];

/// A process of a role on a database.
fn role(url: &str, keys: &str, words: &[&str]) -> Command {
    let mut command = posars(&[words, &["--listen", "127.0.0.1:0"]].concat());
    command
        .env("POSARS_DATABASE_URL", url)
        .env("POSARS_IDENTITY", keys)
        // The role `imports` wants to be told from where.
        .env("POSARS_INTAKE", format!("{keys}-intake"));
    command
}

/// Waits until this is so.
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(POLL);
    }
}

/// Who runs each consumer, by its name.
fn holders(url: &str, command: &str, list: &str) -> Vec<(String, Option<String>)> {
    let status = run_on(url, &[command, "status"]).ended(0).json();
    let all = status[list].as_array().unwrap_or_else(|| panic!("{status}"));
    let name = |one: &Value| one["name"].as_str().unwrap().to_owned();
    let holder = |one: &Value| one["holder"].as_str().map(str::to_owned);
    all.iter().map(|one| (name(one), holder(one))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_runs_what_is_its_own_and_all_start_together_on_an_empty_database() {
    let database = TestDatabase::create_empty().await.unwrap();
    let url = database.url().to_owned();
    let folder = Folder::new();
    let keys = folder.file("keys").display().to_string();
    // All at once: each makes what is missing, and none is in another's way.
    let starting: Vec<_> = WORK
        .iter()
        .map(|work| vec!["work", work])
        .chain([vec!["serve", "all"]])
        .map(|words| {
            let command = role(&url, &keys, &words);
            std::thread::spawn(|| Up::spawn(command))
        })
        .collect();
    let mut processes: Vec<Up> = starting
        .into_iter()
        .map(|process| process.join().unwrap())
        .collect();
    let serving = processes.pop().unwrap();
    for (work, process) in WORK.iter().zip(&processes) {
        assert_eq!(process.ready["role"], format!("work {work}"));
        assert_eq!(process.ready.get("grpc"), None, "{}", process.ready);
        process.wait_for_readyz(200);
        assert_eq!(process.get("/livez").0, 200);
        assert_eq!(process.get("/metrics").0, 200);
        assert_eq!(process.get("/v1/companies").0, 404, "it has no services");
    }
    let pid_of = |work: &str| {
        let index = WORK.iter().position(|known| *known == work).unwrap();
        format!("posars[{}]@", processes[index].pid())
    };
    let run_by = |holder: &Option<String>, work: &str| {
        holder
            .as_deref()
            .is_some_and(|holder| holder.starts_with(&pid_of(work)))
    };
    wait_until("the reactors are not run by their roles", || {
        let all = holders(&url, "reactors", "reactors");
        all.len() == 3
            && all.iter().all(|(name, holder)| {
                let work = if name.contains("books") {
                    "finance"
                } else {
                    "stock"
                };
                run_by(holder, work)
            })
    });
    wait_until("the read models are not kept by their roles", || {
        let all = holders(&url, "projections", "projections");
        let kept = |work| all.iter().filter(|(_, holder)| run_by(holder, work)).count();
        let is_with = |name: &str, work| {
            let found = all.iter().find(|(known, _)| known == name);
            found.is_some_and(|(_, holder)| run_by(holder, work))
        };
        is_with("daily_sales", "reports")
            && is_with("periods", "reports")
            && is_with("sales", "projections")
            && kept("reports") + kept("projections") == all.len()
    });
    // What is served reaches the workers, and what they make is served.
    let owner = token(run_on(&url, &["token", "--role", "owner", "--identity", &keys]));
    let body = json!({"storeId": "sp01", "displayName": "Loja", "timeZone": "America/Sao_Paulo",
                      "dayCutover": "04:00", "currencyCode": "BRL"});
    let (status, answer) = post(&serving, "/v1/companies/main/stores", &owner, &body);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(serving.terminate().0, 0);
    for process in processes {
        let (code, talk) = process.terminate();
        assert_eq!(code, 0, "{talk}");
        assert!(!talk.contains("error["), "{talk}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_wake_nobody_begins_no_company() {
    let database = TestDatabase::create().await.unwrap();
    let url = database.url().to_owned();
    let folder = Folder::new();
    let keys = folder.file("keys").display().to_string();
    let recorded = || {
        let listed = run_on(&url, &["companies", "list"]).ended(0).json();
        listed["companies"][0]["events"].as_u64().unwrap()
    };
    for work in ["projections", "reports", "relay", "stock"] {
        let up = Up::spawn(role(&url, &keys, &["work", work]));
        up.wait_for_readyz(200);
        assert_eq!(recorded(), 0, "{work}");
        assert_eq!(up.terminate().0, 0);
    }
    let up = Up::spawn(role(&url, &keys, &["work", "finance"]));
    up.wait_for_readyz(200);
    assert!(recorded() > 0, "the company is defined, and its books are begun");
    assert_eq!(up.terminate().0, 0);
}

#[test]
fn a_role_needs_a_database_that_it_can_share() {
    let folder = Folder::new();
    for words in [["serve", "all"], ["work", "stock"]] {
        let refused = run(&[&words[..], &["--data", &folder.data()]].concat()).ended(2);
        let error = refused.error();
        assert_eq!(error["code"], "ROLE_NEEDS_DATABASE_URL", "{refused}");
        assert!(
            error["next"].as_str().unwrap().contains("--database-url"),
            "{refused}"
        );
        assert!(!folder.file("data").exists(), "nothing is made");
    }
    run(&["work", "nothing"]).ended(2);
}
