//! `posars doctor --production` and `posars migrate --plan`: what an operator asks before a company relies on it.

use posars_testkit::TestDatabase;
use serde_json::Value;

use crate::support::{Folder, posars, run_on};

/// The checks of a run, by name.
fn states(diagnosis: &Value) -> impl Fn(&str) -> String {
    let checks = diagnosis["checks"].as_array().unwrap().clone();
    move |name| {
        let found = checks.iter().find(|check| check["name"] == name);
        found.map_or_else(
            || "absent".to_owned(),
            |check| check["state"].as_str().unwrap().to_owned(),
        )
    }
}

#[tokio::test]
async fn the_doctor_judges_a_deployment_only_when_asked_to() {
    let database = TestDatabase::create().await.unwrap();
    let folder = Folder::new();
    let doctor = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = posars(&[&["doctor", "--listen", "127.0.0.1:0"], arguments].concat());
        command
            .env("POSARS_DATABASE_URL", database.url())
            .env("POSARS_IDENTITY", folder.file("identity"))
            .envs(variables.iter().copied());
        crate::support::Ran::from(command.output().unwrap())
    };
    let usual = doctor(&[], &[]).json();
    assert_eq!(states(&usual)("tokens"), "absent", "{usual}");

    let tried = doctor(&["--production"], &[]).ended(1).json();
    let state = states(&tried);
    for (check, wanted) in [
        ("tokens", "fault"),
        ("transport", "ok"),
        ("drain_wait", "warning"),
        ("traces", "warning"),
        ("database_tls", "ok"),
        ("database_role", "ok"),
        ("backups", "warning"),
        ("autovacuum", "ok"),
        ("idle_in_transaction", "warning"),
    ] {
        assert_eq!(state(check), wanted, "{check}: {tried}");
    }
    let checks = tried["checks"].as_array().unwrap();
    for check in checks
        .iter()
        .filter(|check| check["state"] != "ok" && check["state"] != "skipped")
    {
        assert!(check["fix"].is_string(), "{check}");
    }

    let keys = folder.file("no-keys.json").display().to_string();
    let variables = [
        ("POSARS_AUTH_ISSUER", "https://pool.example"),
        ("POSARS_AUTH_CLIENT_IDS", "till"),
        ("POSARS_AUTH_JWKS", keys.as_str()),
        ("POSARS_DRAIN_WAIT", "10s"),
    ];
    let deployed = doctor(&["--production"], &variables).json();
    let state = states(&deployed);
    assert_eq!(
        (state("tokens"), state("drain_wait"), state("issuer_keys")),
        ("ok".into(), "ok".into(), "fault".into()),
        "{deployed}"
    );
}

#[tokio::test]
async fn a_plan_is_told_and_nothing_is_done() {
    let database = TestDatabase::create().await.unwrap();
    let url = database.url();
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(async move { drop(connection.await) });
    let current = run_on(url, &["migrate", "--plan"]).ended(0).json();
    assert_eq!(current["steps"], serde_json::json!([]), "{current}");
    client
        .execute("delete from refinery_schema_history where version > 4", &[])
        .await
        .unwrap();
    let plan = run_on(url, &["migrate", "--plan"]).ended(0).json();
    assert_eq!(
        (&plan["from"], &plan["earlier_builds_may_run"]),
        (&4.into(), &false.into()),
        "{plan}"
    );
    let first = &plan["steps"][0];
    assert_eq!(
        (&first["migration"], &first["phase"]),
        (&"V5__lean_appends".into(), &"contract".into())
    );
    let effects = first["effects"].as_array().unwrap();
    let events = effects
        .iter()
        .find(|effect| effect["table"] == "events" && effect["effect"] == "rewrite");
    assert!(events.unwrap()["size_bytes"].is_u64(), "{first}");
    let text = run_on(url, &["migrate", "--plan", "--text"]).ended(0).out;
    assert!(
        text.contains("V5__lean_appends") && text.contains("end them all first"),
        "{text}"
    );
    let unchanged = run_on(url, &["migrate", "--plan"]).ended(0).json();
    assert_eq!(unchanged, plan);
}
