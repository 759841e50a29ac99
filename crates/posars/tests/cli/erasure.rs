//! A person is erased: nothing of them is found any more, in the database, in its files, in what was said, nor in a copy from
//! before; and every figure and every proof is as it was.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use posars_commands::{Actor, Commands, Envelope, Source};
use posars_event_store::{EventStore, LogName, StoreConfig};
use posars_keyring::{KeyFile, Keyring, MasterKey};
use posars_privacy::Privacy;
use posars_projections::Projections;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::support::{Folder, MASTER_KEY, Ran, Up, posars};

/// Somebody who buys here and works here.
const NAME: &str = "Quitéria Ximenes Albuquerque";
const CPF: [&str; 2] = ["39053344705", "390.533.447-05"];
const ADDRESS: &str = "Travessa do Sabiá 4711";
const PIX_KEY: &str = "quiteria.ximenes@loja.example";
/// Somebody else, of whom nothing is erased.
const OTHER_NAME: &str = "Bartolomeu Figueiredo";
const OTHER_CPF: &str = "52998224725";
const SALE: &str = "0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f60";
/// The name of the store: it is no person's, so it must be found where the others are looked for.
const STORE: &str = "Loja do Controle";

/// A text in every form in which it could lie in a file.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![text.as_bytes().to_vec()];
    let mut hex = String::new();
    for byte in text.bytes() {
        write!(hex, "{byte:02x}").unwrap();
    }
    forms.push(hex.to_uppercase().into_bytes());
    forms.push(hex.into_bytes());
    // What is in front of it moves it: each of the three places in a group of three bytes looks otherwise.
    for shift in 0..3 {
        let moved = [&vec![0; shift], text.as_bytes()].concat();
        for base64 in [
            BASE64_STANDARD_NO_PAD.encode(&moved),
            BASE64_URL_SAFE_NO_PAD.encode(&moved),
        ] {
            // Characters that are made of the neighbours, too, are left out.
            let from = [0, 2, 3][shift];
            let to = base64.len() - usize::from(moved.len() % 3 != 0);
            forms.push(base64.as_bytes()[from..to].to_vec());
        }
    }
    forms
}

fn holds(bytes: &[u8], form: &[u8]) -> bool {
    let Some(first) = form.first() else { return false };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        rest = &rest[at..];
        if rest.starts_with(form) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

/// Which of these texts are in the bytes, in any form.
fn found<'a>(bytes: &[u8], texts: &[&'a str]) -> Vec<&'a str> {
    let is_in = |text: &&&str| forms(text).iter().any(|form| holds(bytes, form));
    texts.iter().filter(is_in).copied().collect()
}

/// All that would say who it was.
fn traces() -> Vec<&'static str> {
    vec![NAME, "Quitéria", "Albuquerque", CPF[0], CPF[1], ADDRESS, PIX_KEY]
}

struct Caller {
    address: String,
    token: String,
}

impl Caller {
    fn of(up: &Up, data: &str) -> Self {
        let token = done(&["token", "--role", "owner", "--data", data]);
        Self {
            address: up.address().to_owned(),
            token: token.out.trim().to_owned(),
        }
    }

    fn call(&self, line: &str, body: &Value) -> Value {
        let body = body.to_string();
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(90))).unwrap();
        write!(
            stream,
            "{line} HTTP/1.1\r\nhost: posars\r\nconnection: close\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{line}: {answer}");
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{line}: {error}: {answer}"))
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        self.call(&format!("POST /v1/companies/main{path}"), body)
    }
}

/// Runs a command that must succeed, and says all that it can.
fn done(arguments: &[&str]) -> Ran {
    let mut command = posars(arguments);
    command.env("POSARS_LOG", "trace");
    let ran: Ran = command.output().unwrap().into();
    ran.ended(0)
}

/// As [`done`], told to read a text.
fn done_with(arguments: &[&str], typed: &str) -> Ran {
    let mut command = posars(arguments);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    let ran: Ran = child.wait_with_output().unwrap().into();
    ran.ended(0)
}

fn up(data: &str) -> Up {
    let mut command = posars(&["up", "--listen", "127.0.0.1:0", "--data", data]);
    command.env("POSARS_LOG", "debug");
    Up::spawn(command)
}

/// What a shop does with people: two sales to one who had worked there, and one to somebody else.
fn trade(caller: &Caller) {
    let store = json!({"storeId": "sp01", "displayName": STORE, "timeZone": "America/Sao_Paulo", "dayCutover": "04:00",
                       "currencyCode": "BRL"});
    caller.post("/stores", &store);
    let product = json!({"sku": "cafe", "displayName": "Café", "unit": "UN"});
    caller.post("/products", &product);
    let sales = [
        (SALE, CPF[1], NAME),
        ("0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f61", CPF[0], NAME),
        ("0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f62", OTHER_CPF, OTHER_NAME),
    ];
    for (sale_id, cpf, name) in sales {
        let sale = json!({
            "saleId": sale_id,
            "storeId": "sp01",
            "occurTime": "2026-01-05T15:00:00Z",
            "lines": [{"sku": "cafe", "description": "Café", "quantity": {"value": "1"}, "unitPrice": {"value": "19.90"}}],
            "payments": [{"method": "pix", "amount": {"currencyCode": "BRL", "amountMinor": "1990"}}],
            "total": {"currencyCode": "BRL", "amountMinor": "1990"},
            "customer": {"taxId": cpf, "name": name},
        });
        caller.post("/sales", &sale);
    }
    let hire = json!({
        "employeeId": "17",
        "admissionDate": {"year": 2024, "month": 3, "day": 1},
        "terms": {"jobTitle": "Balconista", "storeId": "sp01", "contract": "permanent"},
        "salary": {"amount": {"currencyCode": "BRL", "amountMinor": "212345"}},
        "personalData": {"fullName": NAME, "cpf": CPF[1], "address": ADDRESS, "bankAccount": {"pixKey": PIX_KEY}},
    });
    caller.post("/employees", &hire);
    let end =
        json!({"terminationDate": {"year": 2025, "month": 3, "day": 31}, "reason": "pedido de demissão"});
    caller.post("/employees/17:terminate", &end);
}

/// Every file that people make of the figures, and what the books say, without where in the log it was read.
fn figures(data: &str, folder: &Folder, when: &str) -> BTreeMap<String, Vec<u8>> {
    let mut figures = BTreeMap::new();
    let csv = folder.file(&format!("{when}.csv"));
    let out = csv.display().to_string();
    let days = ["--from", "2026-01-01", "--to", "2026-12-31"];
    let at = ["--data", data];
    done(&[&["report", "daily-sales", "--out", &out], &days[..], &at].concat());
    figures.insert("daily sales".to_owned(), std::fs::read(csv).unwrap());
    let commands: [&[&str]; 4] = [
        &["finance", "trial-balance", "--month", "2026-01"],
        &["finance", "income-statement"],
        &["finance", "periods"],
        &["reactors", "waiting"],
    ];
    for command in commands {
        let days = if command[1] == "income-statement" {
            &days[..]
        } else {
            &[]
        };
        let ran = done(&[command, days, &at, &["--json"]].concat());
        let mut value = ran.json();
        forget_positions(&mut value);
        figures.insert(command.join(" "), value.to_string().into_bytes());
    }
    figures
}

fn forget_positions(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !name.contains("position"));
            fields.values_mut().for_each(forget_positions);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_positions),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Where the private server of a data folder listens.
fn url_of(data: &str) -> String {
    let is_socket = |file: &PathBuf| {
        let name = file.file_name().unwrap().to_string_lossy();
        name.starts_with(".s.PGSQL.") && !name.ends_with(".lock")
    };
    let socket = files(Path::new(data)).into_iter().find(is_socket).unwrap();
    let port = socket.extension().unwrap().to_string_lossy().into_owned();
    let folder = socket.parent().unwrap().display();
    format!("host='{folder}' port={port} user=posars dbname=posars")
}

/// Erases people when no law asks for anything of them any more, which is in some decades.
async fn erase_in_time(data: &str, people: &[String]) -> Vec<String> {
    let store = EventStore::connect(StoreConfig::new(url_of(data))).await.unwrap();
    let log = store.log(&LogName::parse("main").unwrap()).await.unwrap();
    let master: Arc<dyn MasterKey> = Arc::new(KeyFile::at(MASTER_KEY));
    let commands = Commands::new(log.clone()).with_keyring(Keyring::new(log.clone(), Some(master)));
    let projections = Projections::open(store, log).await.unwrap();
    let privacy = Privacy::new(commands, projections, Duration::from_secs(60)).trusting_the_clock();
    let actor = Actor {
        subject: "encarregada".into(),
        client: None,
    };
    let envelope = Envelope::new(actor, Source::Api, "2090-01-01T12:00:00Z".parse().unwrap());
    let mut classes = Vec::new();
    for person in people {
        let asked = Some("LGPD-7".to_owned());
        let erased = privacy.erase(&person.parse().unwrap(), asked, &envelope).await;
        classes.extend(erased.unwrap().classes().iter().map(ToString::to_string));
    }
    classes.sort_unstable();
    classes
}

async fn connect(data: &str) -> (tokio_postgres::Client, JoinHandle<()>) {
    let connected = tokio_postgres::connect(&url_of(data), tokio_postgres::NoTls).await;
    let (client, connection) = connected.unwrap();
    (client, tokio::spawn(async move { connection.await.unwrap() }))
}

/// Every row of every table, as text: what a dump holds.
async fn dump(data: &str) -> String {
    let (client, connection) = connect(data).await;
    let tables = "select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace \
                  where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema')";
    let mut dump = String::new();
    for row in client.query(tables, &[]).await.unwrap() {
        let table: String = row.get(0);
        let statement = format!("select t::text from {table} t");
        for row in client.query(&statement, &[]).await.unwrap() {
            dump.push_str(row.get::<_, &str>(0));
            dump.push('\n');
        }
    }
    drop(client);
    connection.await.unwrap();
    dump
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

/// What of these texts the files below a folder hold, in any form, with the file.
fn in_files(folder: &str, texts: &[&str]) -> Vec<String> {
    let patterns: Vec<u8> = texts
        .iter()
        .flat_map(|text| forms(text))
        .flat_map(|form| [form, b"\n".to_vec()].concat())
        .collect();
    let list = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(list.path(), patterns).unwrap();
    let grep = Command::new("grep")
        .env("LC_ALL", "C")
        .args(["-r", "-a", "-F", "-o", "-f"])
        .arg(list.path())
        .arg(folder)
        .output()
        .unwrap();
    assert!(matches!(grep.status.code(), Some(0 | 1)), "{grep:?}");
    let lines = String::from_utf8_lossy(&grep.stdout).into_owned();
    lines.lines().map(str::to_owned).collect()
}

fn copy(from: &str, to: &str) {
    let copied = Command::new("cp").args(["-a", from, to]).status().unwrap();
    assert!(copied.success());
}

fn person_of(data: &str, cpf: &str) -> Vec<Value> {
    let ran = done_with(&["people", "find", "-", "--data", data, "--json"], cpf);
    ran.json()["people"].as_array().unwrap().clone()
}

/// What is handed out of people.
fn exports(data: &str, folder: &Folder, people: &[String], when: &str) -> String {
    let mut all = String::new();
    for (number, person) in people.iter().enumerate() {
        let file = folder.file(&format!("{when}{number}.json"));
        let out = file.display().to_string();
        done(&["people", "export", person, "--out", &out, "--data", data]);
        all.push_str(&std::fs::read_to_string(file).unwrap());
    }
    all
}

#[test]
fn every_form_of_a_text_is_found() {
    for text in ["Quitéria Ximenes", CPF[0]] {
        for front in ["", "x", "xy", "xyz"] {
            let bytes = format!("{front}{text}, e mais").into_bytes();
            let mut hex = String::new();
            bytes.iter().for_each(|byte| write!(hex, "{byte:02x}").unwrap());
            for written in [
                bytes.clone(),
                hex.to_uppercase().into_bytes(),
                hex.into_bytes(),
                BASE64_STANDARD_NO_PAD.encode(&bytes).into_bytes(),
                BASE64_URL_SAFE_NO_PAD.encode(&bytes).into_bytes(),
            ] {
                assert_eq!(found(&written, &[text, OTHER_CPF]), [text], "{front}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_erased_is_nowhere_and_every_figure_stays() {
    let folder = Folder::new();
    let (data, copied) = (folder.data(), folder.file("copy").display().to_string());
    let first = up(&data);
    trade(&Caller::of(&first, &data));
    // A copy of the keys says nothing of those that are made while it is.
    let (client, connection) = connect(&data).await;
    let an_hour_ago = "update subject_keys set created_at = created_at - interval '1 hour'";
    client.execute(an_hour_ago, &[]).await.unwrap();
    drop(client);
    connection.await.unwrap();
    let (code, mut said) = first.terminate();
    assert_eq!(code, 0);

    // A copy of all that there is, from before.
    let before = figures(&data, &folder, "before");
    copy(&data, &copied);
    // As an employee and as a buyer.
    let people = person_of(&data, CPF[1]);
    let subject = |person: &Value| person["subject_id"].as_str().unwrap().to_owned();
    let subjects: Vec<String> = people.iter().map(subject).collect();
    let handed_out = exports(&data, &folder, &subjects, "before");
    assert_eq!(found(handed_out.as_bytes(), &[NAME, ADDRESS, PIX_KEY]).len(), 3);

    let second = up(&data);
    assert_eq!(
        erase_in_time(&data, &subjects).await,
        ["contact", "fiscal", "labour"]
    );
    let (code, more) = second.terminate();
    assert_eq!(code, 0);
    said.push_str(&more);
    assert!(person_of(&data, CPF[0]).is_empty());
    assert_eq!(person_of(&data, OTHER_CPF).len(), 1);

    assert_eq!(figures(&data, &folder, "after"), before);
    let verified = done(&["audit", "verify", "--data", &data]);
    assert!(!verified.out.is_empty());
    done(&["doctor", "--data", &data]);
    let after = exports(&data, &folder, &subjects, "after");
    assert_eq!(found(after.as_bytes(), &traces()), Vec::<&str>::new());
    assert!(after.contains("SaleRecorded") && after.contains("EmployeeHired"));
    let keys = folder.file("later.keys").display().to_string();
    done(&["keys", "export", "--out", &keys, "--data", &data]);

    let third = up(&data);
    let dump = dump(&data).await;
    assert_eq!(found(dump.as_bytes(), &[STORE, "SaleRecorded"]).len(), 2);
    assert_eq!(found(dump.as_bytes(), &traces()), Vec::<&str>::new());
    let caller = Caller::of(&third, &data);
    let sale = caller.call(&format!("GET /v1/companies/main/sales/{SALE}"), &json!({}));
    assert_eq!(found(sale.to_string().as_bytes(), &traces()), Vec::<&str>::new());
    let (code, more) = third.terminate();
    assert_eq!(code, 0);
    said.push_str(&more);
    assert_eq!(found(said.as_bytes(), &traces()), Vec::<&str>::new());
    // PostgreSQL's own files, with what it has not swept and what it would write again after a crash.
    assert!(!in_files(&data, &[STORE]).is_empty());
    assert_eq!(in_files(&data, &traces()), Vec::<String>::new());

    // The copy from before has the keys. With the table of keys of after, it opens no more than the original.
    assert_eq!(person_of(&copied, CPF[0]).len(), subjects.len());
    done(&["keys", "import", &keys, "--destroy", "--data", &copied]);
    assert!(person_of(&copied, CPF[0]).is_empty());
    assert_eq!(person_of(&copied, OTHER_CPF).len(), 1);
    let restored = exports(&copied, &folder, &subjects, "restored");
    assert!(restored.contains("SaleRecorded"));
    assert_eq!(found(restored.as_bytes(), &traces()), Vec::<&str>::new());
    assert_eq!(in_files(&copied, &traces()), Vec::<String>::new());
}
