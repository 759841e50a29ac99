//! `posars token` and `posars users`: who may call, on this machine's own word.

use std::fs::Permissions;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use posars_event_store::{EventStore, LogName, StoreConfig};
use posars_testkit::TestDatabase;
use serde_json::{Value, json};

use crate::support::{Folder, Ran, Up, posars, run, run_on};

/// The signing key below a data folder.
fn key_of(data: &str) -> std::path::PathBuf {
    Path::new(data).join("identity/signing-key.pem")
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// The claims of a token, unverified: the server verifies.
fn claims(token: &str) -> Value {
    use std::process::{Command, Stdio};
    let body = token.split('.').nth(1).unwrap();
    let mut text = body.replace('-', "+").replace('_', "/");
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    let mut decoding = Command::new("base64")
        .arg("-d")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    decoding.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = decoding.wait_with_output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The one line of a token.
pub(crate) fn token(ran: Ran) -> String {
    let out = ran.ended(0).out;
    let token = out.strip_suffix('\n').unwrap();
    assert_eq!(token.split('.').count(), 3, "{out}");
    assert!(
        !token.contains(char::is_whitespace),
        "there is nothing but the token: {out}"
    );
    token.to_owned()
}

/// The status that a call with this token gets.
fn status_with(up: &Up, token: &str) -> u16 {
    status_at(up, "/v1/companies/main/sales?pageSize=1", token)
}

fn status_at(up: &Up, path: &str, token: &str) -> u16 {
    let mut stream = TcpStream::connect(up.address()).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: posars\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_token_of_this_machine_opens_the_running_server() {
    let folder = Folder::new();
    let data = folder.data();
    let early = run(&["token", "--role", "owner", "--data", &data]).ended(1);
    assert_eq!(early.error()["code"], "NO_SIGNING_KEY", "{early}");
    assert!(
        early.error()["next"].as_str().unwrap().contains("posars up"),
        "{early}"
    );
    assert!(!Path::new(&data).exists(), "asking for a token makes nothing");

    let up = Up::start(&["--data", &data]);
    let key = key_of(&data);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&key), mode(key.parent().unwrap())), (0o600, 0o700));
    let owner = token(run(&["token", "--role", "owner", "--data", &data]));
    assert_eq!(status_with(&up, &owner), 200);
    let misspelt = "/v1/companies/main/sales?pagesize=1&page_size=2";
    assert_eq!(status_at(&up, misspelt, &owner), 400);
    let (_, page) = up.get("/metrics");
    let mut lines = page.lines();
    let refused = lines.find(|line| line.contains("reason=\"QUERY_PARAMETER_UNKNOWN\""));
    assert!(refused.is_some_and(|line| line.ends_with(" 1")), "{page}");
    let mut forged = owner.clone();
    forged.replace_range(owner.len() - 20..owner.len() - 10, "AAAAAAAAAA");
    assert_eq!(status_with(&up, &forged), 401);
    let said = claims(&owner);
    assert_eq!(said["cognito:groups"], json!(["main/owner"]));
    assert_eq!(said["sub"], "operator");
    assert_eq!(
        said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(),
        3_600
    );

    // A user's token carries what was granted, while the server runs.
    let at_data = |arguments: &[&str]| run(&[arguments, &["--data", &data]].concat());
    at_data(&["users", "add", "ana", "--name", "Ana Souza"]).ended(0);
    let nothing = at_data(&["token", "--subject", "ana"]).ended(1);
    assert_eq!(nothing.error()["code"], "USER_WITHOUT_GRANTS", "{nothing}");
    at_data(&["users", "grant", "ana", "--role", "auditor"]).ended(0);
    let of_ana = at_data(&["token", "--subject", "ana", "--lifetime", "30m", "--json"])
        .ended(0)
        .json();
    assert_eq!(of_ana["grants"], json!(["main/auditor"]));
    let ana = of_ana["token"].as_str().unwrap();
    assert_eq!(claims(ana)["sub"], "ana");
    assert_eq!(status_with(&up, ana), 200);
    let nobody = at_data(&["token", "--subject", "bia"]).ended(1);
    assert_eq!(nobody.error()["code"], "USER_UNKNOWN", "{nobody}");

    // A key that others may read is not used.
    set_mode(&key, 0o644);
    let exposed = at_data(&["token", "--role", "owner"]).ended(1);
    assert_eq!(exposed.error()["code"], "SIGNING_KEY_EXPOSED", "{exposed}");
    assert!(
        exposed.error()["next"].as_str().unwrap().contains("chmod 600"),
        "{exposed}"
    );
    set_mode(&key, 0o600);
    let (code, talk) = up.terminate();
    assert_eq!(code, 0, "{talk}");
    for secret in [&owner, ana] {
        assert!(!talk.contains(secret), "a token is in the log");
    }

    // The key outlives the server, and so do its tokens.
    let up = Up::start(&["--data", &data]);
    assert_eq!(status_with(&up, &owner), 200);
    assert_eq!(up.terminate().0, 0);
}

#[tokio::test]
async fn the_log_shows_that_a_role_was_given_by_hand() {
    let database = TestDatabase::create().await.unwrap();
    let folder = Folder::new();
    let keys = folder.file("keys").display().to_string();
    let on = |arguments: &[&str]| run_on(database.url(), arguments);
    on(&["migrate"]).ended(0);
    let mut command = posars(&["up", "--listen", "127.0.0.1:0", "--identity", &keys]);
    command.env("POSARS_DATABASE_URL", database.url());
    let up = Up::spawn(command);
    on(&["users", "add", "bia", "--role", "owner"]).ended(0);
    let by_hand = [
        "token",
        "--subject",
        "ana",
        "--role",
        "owner",
        "--identity",
        &keys,
    ];
    let granted = ["token", "--subject", "bia", "--identity", &keys];
    for (store, line) in [("sp01", &by_hand[..]), ("sp02", &granted)] {
        let body = json!({"storeId": store, "displayName": "Loja", "timeZone": "America/Sao_Paulo",
                          "dayCutover": "04:00", "currencyCode": "BRL"});
        let (status, answer) = post(&up, "/v1/companies/main/stores", &token(on(line)), &body);
        assert_eq!(status, 200, "{answer}");
    }
    assert_eq!(up.terminate().0, 0);
    let replayed = on(&["audit", "replay"]).ended(0).out;
    let said: Vec<Value> = replayed
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|event| event["type"] == "StoreDefined")
        .map(|event| json!([event["metadata"]["actor"], event["metadata"]["role_by_hand"]]))
        .collect();
    assert_eq!(
        said,
        [json!(["ana", "owner"]), json!(["bia", null])],
        "{replayed}"
    );
}

/// Status and answer of a REST call.
pub(crate) fn post(up: &Up, path: &str, token: &str, body: &Value) -> (u16, String) {
    let mut stream = TcpStream::connect(up.address()).unwrap();
    let body = body.to_string();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: posars\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    (answer.split_whitespace().nth(1).unwrap().parse().unwrap(), answer)
}

#[test]
fn a_token_is_for_a_role_or_a_user_and_for_a_time() {
    let folder = Folder::new();
    let data = folder.data();
    for wrong in [
        &["token"][..],
        &["token", "--role", "root"],
        &["token", "--role", "Owner"],
        &["token", "--role", "owner", "--company", "Main!"],
        &["token", "--role", "owner", "--lifetime", "0s"],
        &["token", "--role", "owner", "--lifetime", "31d"],
        &["token", "--role", "owner", "--lifetime", "soon"],
    ] {
        let ran = run(&[wrong, &["--data", &data]].concat()).ended(2);
        assert!(ran.out.is_empty(), "{ran}");
    }
}

#[tokio::test]
async fn users_are_looked_after_on_a_database_of_ones_own() {
    let database = TestDatabase::create().await.unwrap();
    let on = |arguments: &[&str]| run_on(database.url(), arguments);
    assert_eq!(
        on(&["users", "list"]).ended(0).json(),
        json!({"users": [], "more": false})
    );
    let added = on(&[
        "users",
        "add",
        "ana",
        "--name",
        "Ana Souza",
        "--role",
        "cashier",
        "--store",
        "centro",
    ]);
    let added = added.ended(0).json();
    assert_eq!(added["user"]["grants"], json!(["main/cashier/centro"]), "{added}");
    let twice = on(&["users", "add", "ana"]).ended(4);
    assert_eq!(twice.error()["code"], "USER_EXISTS", "{twice}");
    // A second company, as `posars up --company acme` would make it.
    let store = EventStore::connect(StoreConfig::new(database.url()))
        .await
        .unwrap();
    store.log(&LogName::parse("acme").unwrap()).await.unwrap();
    let granted = on(&["users", "grant", "ana", "--role", "owner", "--company", "acme"])
        .ended(0)
        .json();
    assert_eq!(granted["changed"], true);
    assert_eq!(
        granted["user"]["grants"],
        json!(["acme/owner", "main/cashier/centro"])
    );
    let again = on(&["users", "grant", "ana", "--role", "owner", "--company", "acme"])
        .ended(0)
        .json();
    assert_eq!(again["changed"], false, "{again}");
    let text = on(&["users", "list", "--text"]).ended(0).out;
    assert!(
        text.contains("Ana Souza") && text.contains("main/cashier/centro"),
        "{text}"
    );
    let revoked = on(&["users", "revoke", "ana", "--role", "cashier", "--store", "centro"])
        .ended(0)
        .json();
    assert_eq!(revoked["user"]["grants"], json!(["acme/owner"]));
    assert!(
        revoked["next"].as_str().unwrap().contains("until they end"),
        "{revoked}"
    );
}

#[tokio::test]
async fn changes_that_cannot_be_say_why_and_what_to_do() {
    let database = TestDatabase::create().await.unwrap();
    let on = |arguments: &[&str]| run_on(database.url(), arguments);
    on(&["users", "add", "ana", "--role", "stock"]).ended(0);
    let nobody = on(&["users", "grant", "bia", "--role", "stock"]).ended(1);
    assert_eq!(nobody.error()["code"], "USER_UNKNOWN", "{nobody}");
    assert!(
        nobody.error()["next"]
            .as_str()
            .unwrap()
            .contains("posars users add bia"),
        "{nobody}"
    );
    let blank = on(&["users", "add", "a b"]).ended(2);
    assert_eq!(blank.error()["code"], "SUBJECT_INVALID", "{blank}");
    let loose = on(&["users", "add", "bia", "--store", "centro"]).ended(2);
    assert_eq!(loose.error()["code"], "USAGE", "{loose}");

    // Beside a database given by URL the key is wherever one says.
    let folder = Folder::new();
    let keys = folder.file("keys").display().to_string();
    let key_less = on(&["token", "--subject", "ana", "--identity", &keys]).ended(1);
    assert_eq!(key_less.error()["code"], "NO_SIGNING_KEY", "{key_less}");
    on(&["users", "remove", "ana"]).ended(0);
    let gone = on(&["users", "remove", "ana"]).ended(1);
    assert_eq!(gone.error()["code"], "USER_UNKNOWN", "{gone}");
    let away = posars(&[
        "users",
        "list",
        "--database-url",
        "host=127.0.0.1 port=1 user=x dbname=x",
    ]);
    let away: Ran = { away }.output().unwrap().into();
    assert_eq!(away.code, 3, "{away}");
}
