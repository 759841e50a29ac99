//! The keys of personal data: a master key that is lost and found, a new one, and copies that bring nothing back.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use posars_testkit::TestServer;
use rust_xlsxwriter::Workbook;
use serde_json::Value;

use crate::support::{Folder, Ran, posars};

const CPF: &str = "390.533.447-05";
const OTHER_CPF: &str = "529.982.247-25";

/// A database and a master key of one test.
struct House {
    _server: TestServer,
    url: String,
    folder: Folder,
    key: PathBuf,
}

impl House {
    async fn open() -> Self {
        let server = TestServer::private().await.unwrap();
        let folder = Folder::new();
        Self {
            url: server.create_database().await.unwrap(),
            _server: server,
            key: folder.file("keys/master.key"),
            folder,
        }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = posars(arguments);
        command.env("POSARS_DATABASE_URL", &self.url);
        command.env("POSARS_MASTER_KEY_FILE", &self.key);
        command.output().unwrap().into()
    }

    /// Imports one sale, with a buyer or without.
    fn import(&self, receipt: &str, cpf: Option<&str>) -> Ran {
        let file = self.folder.file(&format!("{receipt}.xlsx"));
        write(&file, receipt, cpf);
        let refused = self.folder.file(&format!("{receipt}-refused.xlsx"));
        self.run(&[
            "import",
            &file.display().to_string(),
            "--define-missing",
            "--refused",
            &refused.display().to_string(),
        ])
    }

    fn status(&self) -> Value {
        self.run(&["keys", "status"]).ended(0).json()
    }

    fn names(&self) -> Vec<String> {
        let text = std::fs::read_to_string(&self.key).unwrap();
        let names = text
            .lines()
            .map(|line| line.split(' ').nth(1).unwrap().to_owned());
        names.collect()
    }

    async fn sql(&self, statement: &str) {
        let (client, connection) = tokio_postgres::connect(&self.url, tokio_postgres::NoTls)
            .await
            .unwrap();
        let connection = tokio::spawn(connection);
        client.batch_execute(statement).await.unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
    }
}

fn write(path: &Path, receipt: &str, cpf: Option<&str>) {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let row = [
        ("Código Venda", receipt),
        ("Data", "05/01/2026"),
        ("ID Loja", "Centro"),
        ("Produto", "Meia"),
        ("Quantidade", "1"),
        ("Valor Unitário", "8,90"),
        ("Valor Final", "8,90"),
    ];
    let buyer = cpf.map(|cpf| [("Cliente", "Zuleica Quintanilha"), ("CPF", cpf)]);
    for (column, (title, value)) in (0..).zip(row.into_iter().chain(buyer.into_iter().flatten())) {
        sheet.write(0, column, title).unwrap();
        sheet.write(1, column, value).unwrap();
    }
    workbook.save(path).unwrap();
}

#[tokio::test]
async fn a_lost_master_key_locks_what_is_personal_and_nothing_else() {
    let house = House::open().await;
    house.import("1", None).ended(0);
    assert!(!house.key.exists(), "nothing personal needed it yet");
    house.import("2", Some(CPF)).ended(0);
    assert_eq!(std::fs::metadata(&house.key).unwrap().mode() & 0o777, 0o600);
    let status = house.status();
    assert_eq!(
        (&status["readable"], &status["companies"][0]["fiscal"]),
        (&true.into(), &1.into())
    );
    assert_eq!(status["companies"][0]["master_key"], status["master_keys"][0]);

    let elsewhere = house.folder.file("elsewhere.key");
    std::fs::rename(&house.key, &elsewhere).unwrap();
    let locked = house.status();
    assert_eq!(locked["readable"], false);
    let problem = locked["companies"][0]["problem"].as_str().unwrap();
    assert!(
        problem.contains(status["master_keys"][0].as_str().unwrap()),
        "{problem}"
    );
    assert!(problem.contains(house.key.to_str().unwrap()), "{problem}");
    house.run(&["audit", "verify"]).ended(0);
    house.import("3", None).ended(0);
    let refused = house.import("4", Some(OTHER_CPF)).ended(1);
    assert!(refused.to_string().contains("PERSONAL_DATA_LOCKED"), "{refused}");
    let doctor = house.run(&["doctor"]).json();
    let checks = doctor["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == "master_key").unwrap();
    assert_eq!(check["state"], "fault", "{check}");
    assert_eq!(
        house.run(&["keys", "rotate"]).ended(3).error()["code"],
        "PERSONAL_DATA_LOCKED"
    );
    assert!(!house.key.exists(), "a new one would hide the loss");

    std::fs::rename(&elsewhere, &house.key).unwrap();
    assert_eq!(house.status()["readable"], true);
    house.import("4", Some(OTHER_CPF)).ended(0);
    assert_eq!(house.status()["companies"][0]["fiscal"], 2);
}

#[tokio::test]
async fn a_new_master_key_wraps_what_the_old_one_did() {
    let house = House::open().await;
    house.import("1", Some(CPF)).ended(0);
    let old = house.names();
    let rotated = house.run(&["keys", "rotate"]).ended(0).json();
    assert_eq!(rotated["companies"], serde_json::json!(["main"]));
    assert_eq!(house.names(), [rotated["master_key"].as_str().unwrap(), &old[0]]);
    let status = house.status();
    assert_eq!(
        (&status["readable"], &status["companies"][0]["master_key"]),
        (&true.into(), &rotated["master_key"])
    );
    let dropped = house.run(&["keys", "rotate", "--drop-old"]).ended(0).json();
    assert_eq!(
        dropped["dropped"],
        serde_json::json!([rotated["master_key"], old[0]])
    );
    assert_eq!(house.names().len(), 1);
    assert_eq!(std::fs::metadata(&house.key).unwrap().mode() & 0o777, 0o600);
    // Whoever dropped too much has it still.
    let put_aside = std::fs::read_to_string(dropped["dropped_file"].as_str().unwrap()).unwrap();
    assert!(put_aside.contains(&old[0]), "{put_aside}");
    // The same buyer is the same person: what finds and what seals is as it was.
    house.import("2", Some(CPF)).ended(0);
    assert_eq!(house.status()["companies"][0]["fiscal"], 1);
}

#[tokio::test]
async fn a_later_copy_of_the_keys_makes_an_older_database_forget() {
    let house = House::open().await;
    house.import("1", Some(CPF)).ended(0);
    house.import("2", Some(OTHER_CPF)).ended(0);
    house
        .sql("update subject_keys set created_at = created_at - interval '1 day'")
        .await;
    let (both, one) = (house.folder.file("both.jsonl"), house.folder.file("one.jsonl"));
    let copy = |file: &Path| house.run(&["keys", "export", "--out", &file.display().to_string()]);
    let restore = |file: &Path| house.run(&["keys", "import", &file.display().to_string()]);
    assert_eq!(copy(&both).ended(0).json()["keys"], 2);
    assert_eq!(std::fs::metadata(&both).unwrap().mode() & 0o777, 0o600);
    copy(&both).ended(1);
    house
        .sql("delete from subject_keys where key_id = (select min(key_id::text) from subject_keys)::uuid")
        .await;
    assert_eq!(copy(&one).ended(0).json()["keys"], 1);

    // As if a backup from before had been put back: both are there until the later copy is imported.
    let restored = restore(&both).ended(0).json();
    assert_eq!((&restored["added"], &restored["known"]), (&1.into(), &1.into()));
    assert_eq!(house.status()["companies"][0]["fiscal"], 2);
    assert_eq!(restore(&one).ended(4).error()["code"], "KEYS_WOULD_BE_DESTROYED");
    assert_eq!(house.status()["companies"][0]["fiscal"], 2);
    let one = one.display().to_string();
    let forgotten = house.run(&["keys", "import", &one, "--destroy"]).ended(0).json();
    assert_eq!(
        (&forgotten["destroyed"], &forgotten["known"]),
        (&1.into(), &1.into())
    );
    assert_eq!(house.status()["companies"][0]["fiscal"], 1);

    // A copy of a database that never kept anything personal is not this one's.
    let empty = house.folder.file("empty.jsonl");
    let begin = std::fs::read_to_string(&one)
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .to_owned();
    let lines = [
        &begin,
        r#"{"company":{"company":"main","key":null}}"#,
        r#"{"end":{"keys":0}}"#,
    ];
    std::fs::write(&empty, lines.join("\n")).unwrap();
    let empty = empty.display().to_string();
    house.run(&["keys", "import", &empty, "--destroy"]).ended(5);
    assert_eq!(house.status()["companies"][0]["fiscal"], 1);

    // Half a copy would destroy the other half.
    let text = std::fs::read_to_string(&both).unwrap();
    let half = house.folder.file("half.jsonl");
    std::fs::write(&half, text.lines().take(3).collect::<Vec<_>>().join("\n")).unwrap();
    assert_eq!(restore(&half).ended(1).error()["code"], "KEYS_FILE_BROKEN");
    assert_eq!(house.status()["companies"][0]["fiscal"], 1);
}

#[tokio::test]
async fn an_old_copy_brings_nobody_back_who_was_erased() {
    let house = House::open().await;
    house.import("1", Some(CPF)).ended(0);
    let file = house.folder.file("keys.jsonl").display().to_string();
    house.run(&["keys", "export", "--out", &file]).ended(0);
    let text = std::fs::read_to_string(&file).unwrap();
    let key: Value = serde_json::from_str(text.lines().nth(2).unwrap()).unwrap();
    let subject = key["key"]["subject_id"].as_str().unwrap();
    house.sql("delete from subject_keys").await;
    house.erase(subject).await;
    let restored = house.run(&["keys", "import", &file]).ended(0).json();
    assert_eq!((&restored["erased"], &restored["added"]), (&1.into(), &0.into()));
    assert_eq!(house.status()["companies"][0]["fiscal"], 0);
}

impl House {
    /// Tells of an erasure, as its command does.
    async fn erase(&self, subject: &str) {
        use posars_event_store::{
            Append, EventStore, EventType, ExpectedVersion, JsonText, LogName, NewEvent, StoreConfig,
            StreamName,
        };
        let store = EventStore::connect(StoreConfig::new(&self.url)).await.unwrap();
        let log = store.log(&LogName::parse("main").unwrap()).await.unwrap();
        let data = format!(r#"{{"subject_id":"{subject}","classes":["fiscal"],"cause":"request"}}"#);
        let event = NewEvent {
            event_id: uuid::Uuid::new_v4(),
            event_type: EventType::parse("PersonalDataErased").unwrap(),
            schema_version: 1,
            data: JsonText::parse(&data).unwrap(),
            metadata: JsonText::parse("{}").unwrap(),
        };
        let stream = StreamName::new("person", subject).unwrap();
        log.append(Append::to(stream, ExpectedVersion::NoStream, vec![event]))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn the_master_key_moves_to_kms_and_back() {
    let Some(aws) = posars_testkit::AwsEmulator::shared() else {
        return;
    };
    let clients = posars_aws::AwsClients::at(aws.endpoint(), "us-east-1", "test", "test").await;
    let made = clients.unwrap().kms().create_key().send().await.unwrap();
    let name = format!("kms:{}", made.key_metadata.unwrap().key_id);
    let house = House::open().await;
    let run = |arguments: &[&str], settings: &[(&str, &str)]| -> Ran {
        let mut command = posars(arguments);
        command
            .env("POSARS_DATABASE_URL", &house.url)
            .env("POSARS_MASTER_KEY_FILE", &house.key)
            .envs(aws.environment())
            .envs(settings.iter().copied());
        command.output().unwrap().into()
    };
    house.import("1", Some(CPF)).ended(0);
    let by_kms = [("POSARS_MASTER_KEY", name.as_str())];

    let moved = run(&["keys", "rotate", "--to", &name], &[]).ended(0).json();
    assert_eq!(moved["companies"], serde_json::json!(["main"]));
    assert_eq!(moved["setting"], format!("POSARS_MASTER_KEY={name}"));
    // The file opens nothing any more, and says where to look.
    assert_eq!(run(&["keys", "status"], &[]).ended(0).json()["readable"], false);
    let status = run(&["keys", "status"], &by_kms).ended(0).json();
    assert_eq!(
        (&status["readable"], &status["kms_key"]),
        (&true.into(), &name.as_str().into())
    );
    let wrapped_by = status["companies"][0]["master_key"].as_str().unwrap();
    assert!(wrapped_by.starts_with("kms:arn:"), "{wrapped_by}");
    let again = run(&["keys", "rotate"], &by_kms).ended(0).json();
    assert_eq!(again["companies"], serde_json::json!([]), "KMS's key is the same");

    let back = run(&["keys", "rotate", "--to", "file"], &by_kms).ended(0).json();
    assert_eq!(back["companies"], serde_json::json!(["main"]));
    assert_eq!(back["master_key"], house.names()[0]);
    assert_eq!(house.status()["readable"], true);

    let refused = run(&["keys", "status"], &[("POSARS_MASTER_KEY", "alias/posars")]);
    assert_eq!(refused.ended(2).error()["code"], "MASTER_KEY_INVALID");
    let nowhere = [by_kms[0], ("AWS_ENDPOINT_URL", "http://127.0.0.1:1")];
    let locked = run(&["keys", "rotate", "--to", &name], &nowhere).ended(3);
    assert_eq!(locked.error()["code"], "PERSONAL_DATA_LOCKED");
}
