//! Workbooks that are dropped: in a bucket that a queue tells of, in a folder that is watched, or named by a job.

use std::path::Path;
use std::time::{Duration, Instant};

use aws_sdk_s3::Client as S3;
use aws_sdk_sqs::Client as Sqs;
use aws_sdk_sqs::types::QueueAttributeName;
use posars_testkit::{AwsEmulator, TestServer};
use serde_json::{Value, json};

use crate::queues::tell_of;
use crate::sheets::{Line, good_lines, line, write};
use crate::support::{Folder, Ran, Up, posars, run_on};

const PATIENCE: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(50);
/// The key of the named case, as it is and as S3 writes it in a notification.
const KEY: &str = "intake/loja centro/vendas+11.xlsx";
const ENCODED: &str = "intake/loja+centro/vendas%2B11.xlsx";

/// A bucket that keeps versions, and a queue with its dead-letter queue, of one test.
struct Cloud {
    aws: &'static AwsEmulator,
    s3: S3,
    sqs: Sqs,
    bucket: String,
    /// Beginning of the queues' URLs.
    queues: String,
}

impl Cloud {
    async fn new(aws: &'static AwsEmulator) -> Self {
        let id = uuid::Uuid::new_v4();
        let clients = posars_aws::AwsClients::at(aws.endpoint(), "us-east-1", "test", "test").await;
        let clients = clients.unwrap();
        let (s3, sqs) = (clients.s3(), clients.sqs(Duration::from_secs(30)));
        let bucket = format!("drops-{id}");
        s3.create_bucket().bucket(&bucket).send().await.unwrap();
        let versions = aws_sdk_s3::types::VersioningConfiguration::builder()
            .status(aws_sdk_s3::types::BucketVersioningStatus::Enabled)
            .build();
        let versioned = s3.put_bucket_versioning().bucket(&bucket);
        versioned.versioning_configuration(versions).send().await.unwrap();
        let mut urls = Vec::new();
        for name in ["imports-dlq", "imports"] {
            let made = sqs.create_queue().queue_name(format!("shop-{id}-{name}"));
            urls.push(made.send().await.unwrap().queue_url.unwrap());
        }
        let queues = urls[1].strip_suffix("imports").unwrap().to_owned();
        Self {
            aws,
            s3,
            sqs,
            bucket,
            queues,
        }
    }

    /// Puts a workbook; its version and what changes with its content.
    async fn put(&self, key: &str, file: &Path) -> (String, String) {
        self.put_bytes(key, std::fs::read(file).unwrap()).await
    }

    async fn put_bytes(&self, key: &str, body: Vec<u8>) -> (String, String) {
        let put = self
            .s3
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .body(body.into());
        let put = put.send().await.unwrap();
        let etag = put.e_tag().unwrap().trim_matches('"').to_owned();
        (put.version_id().unwrap().to_owned(), etag)
    }

    async fn tell(&self, body: String) {
        let url = format!("{}imports", self.queues);
        let sent = self.sqs.send_message().queue_url(url).message_body(body);
        sent.send().await.unwrap();
    }

    /// A notification of S3, with the key as it writes it.
    fn notification(&self, encoded: &str, (version, etag): &(String, String)) -> String {
        json!({"Records": [{
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put",
            "s3": {
                "bucket": {"name": self.bucket},
                "object": {"key": encoded, "eTag": etag, "versionId": version},
            },
        }]})
        .to_string()
    }

    /// Makes the bucket tell of drops by itself.
    async fn tells_by_itself(&self) {
        let url = format!("{}imports", self.queues);
        tell_of(&self.s3, (&self.bucket, "intake/"), &self.sqs, &url).await;
    }

    async fn until_results(&self, count: usize) -> Vec<(String, Value)> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let results = self.results().await;
            if results.len() >= count {
                return results;
            }
            assert!(Instant::now() < deadline, "{results:?}");
            tokio::time::sleep(POLL).await;
        }
    }

    /// How many messages wait in a queue or are with somebody.
    async fn depth(&self, queue: &str) -> u32 {
        let asked = self
            .sqs
            .get_queue_attributes()
            .queue_url(format!("{}{queue}", self.queues))
            .attribute_names(QueueAttributeName::ApproximateNumberOfMessages)
            .attribute_names(QueueAttributeName::ApproximateNumberOfMessagesNotVisible);
        let found = asked.send().await.unwrap();
        let attributes = found.attributes().unwrap();
        attributes
            .values()
            .map(|count| count.parse::<u32>().unwrap())
            .sum()
    }

    async fn until_empty(&self) {
        let deadline = Instant::now() + PATIENCE;
        while self.depth("imports").await > 0 {
            assert!(Instant::now() < deadline, "messages stay in the queue");
            tokio::time::sleep(POLL).await;
        }
    }

    /// Bodies and reasons of what was put aside.
    async fn dead(&self) -> Vec<(String, String)> {
        let asked = self
            .sqs
            .receive_message()
            .queue_url(format!("{}imports-dlq", self.queues))
            .max_number_of_messages(10)
            .message_attribute_names("All");
        let found = asked.send().await.unwrap();
        let mut dead: Vec<(String, String)> = found
            .messages()
            .iter()
            .map(|message| {
                let reason = &message.message_attributes().unwrap()["reason"];
                let body = message.body().unwrap().to_owned();
                (reason.string_value().unwrap().to_owned(), body)
            })
            .collect();
        dead.sort();
        dead
    }

    /// The results, by the version that they are of.
    async fn results(&self) -> Vec<(String, Value)> {
        let listed = self.s3.list_objects_v2().bucket(&self.bucket).prefix("results/");
        let listed = listed.send().await.unwrap();
        let mut results = Vec::new();
        for object in listed.contents() {
            let key = object.key().unwrap();
            if key.ends_with("/result.json") {
                let got = self.s3.get_object().bucket(&self.bucket).key(key).send().await;
                let bytes = got.unwrap().body.collect().await.unwrap().into_bytes();
                let result: Value = serde_json::from_slice(&bytes).unwrap();
                let version = result["source"]["version"].as_str().unwrap().to_owned();
                results.push((version, result));
            }
        }
        results
    }

    /// The role that imports, on a database.
    fn importing(&self, url: &str) -> Up {
        let mut command = posars(&["work", "imports", "--listen", "127.0.0.1:0"]);
        command
            .env("POSARS_DATABASE_URL", url)
            .env("POSARS_QUEUES", &self.queues)
            .env("POSARS_INTAKE", format!("s3://{}/intake/", self.bucket))
            .env("POSARS_IMPORT_DEFINE_MISSING", "yes")
            // What a killed process held is with the next one soon.
            .env("POSARS_IMPORT_HOLD_S", "3")
            .envs(self.aws.environment());
        Up::spawn(command)
    }

    /// The command of a job.
    fn job(&self, url: &str, address: &str, more: &[&str]) -> Ran {
        let mut command = posars(&[&["import", address], more].concat());
        command
            .env("POSARS_DATABASE_URL", url)
            .envs(self.aws.environment());
        command.output().unwrap().into()
    }
}

/// Sales in the log.
fn sales(url: &str) -> usize {
    let replayed = run_on(url, &["audit", "replay", "--category", "sale"])
        .ended(0)
        .out;
    replayed
        .lines()
        .filter(|line| line.contains("\"SaleRecorded\""))
        .count()
}

fn many_lines(count: u32, from: u32) -> Vec<Line> {
    (from..from + count)
        .map(|number| line(format!("R{number}"), 5, "Loja Centro", "Meia", 1, 890))
        .collect()
}

/// Waits until the log has this many events.
async fn until_events(url: &str, events: i64) {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let deadline = Instant::now() + PATIENCE;
    loop {
        let asked = "select coalesce(max(position), 0) as position from log_head";
        let rows = client.query(asked, &[]).await.unwrap();
        if rows[0].get::<_, i64>("position") >= events {
            break;
        }
        assert!(Instant::now() < deadline, "the log does not grow");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(client);
    connection.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drop_is_imported_once_whatever_the_queue_does() {
    let Some(aws) = AwsEmulator::shared() else { return };
    let server = TestServer::private().await.unwrap();
    let url = server.create_database().await.unwrap();
    let (cloud, folder) = (Cloud::new(aws).await, Folder::new());
    let (first, second) = (folder.file("first.xlsx"), folder.file("second.xlsx"));
    write(&first, &many_lines(5_000, 0));
    write(&second, &many_lines(10, 5_000));
    let v1 = cloud.put(KEY, &first).await;
    cloud.tell(cloud.notification(ENCODED, &v1)).await;
    // Killed on the way, as a machine dies.
    let killed = cloud.importing(&url);
    until_events(&url, 1_500).await;
    killed.kill9();
    assert!(cloud.results().await.is_empty(), "killed before its end");
    // What nobody can import stands in nobody's way.
    cloud.tell("no json".to_owned()).await;
    let gone = ("no-version".to_owned(), "no-etag".to_owned());
    cloud.tell(cloud.notification("intake/gone.xlsx", &gone)).await;
    // Nor does a message that names what nobody dropped.
    cloud
        .tell(cloud.notification("reports/daily-sales.xlsx", &gone))
        .await;
    cloud.tell(cloud.notification(ENCODED, &v1)).await;
    let worker = cloud.importing(&url);
    cloud.until_empty().await;
    assert_eq!(sales(&url), 5_000);
    // Replaced; told of the old version once more, and of the new one.
    let v2 = cloud.put(KEY, &second).await;
    cloud.tell(cloud.notification(ENCODED, &v1)).await;
    cloud.tell(cloud.notification(ENCODED, &v2)).await;
    cloud.until_empty().await;
    assert_eq!(sales(&url), 5_010);
    let results = cloud.results().await;
    assert_eq!(results.len(), 2, "{results:?}");
    for (version, accepted) in [(&v1.0, None), (&v2.0, Some(10))] {
        let (_, result) = results.iter().find(|(of, _)| of == version).unwrap();
        assert_eq!(result["state"], "completed", "{result}");
        assert_eq!(result["source"]["file"], format!("s3://{}/{KEY}", cloud.bucket));
        let records = &result["records"];
        let count = |name: &str| records[name].as_u64().unwrap();
        match accepted {
            Some(accepted) => assert_eq!(count("accepted"), accepted),
            // What the killed one had recorded was there already.
            None => {
                assert_eq!(count("accepted") + count("duplicate"), 5_000, "{result}");
                assert!(count("duplicate") > 0 && count("accepted") > 0, "{result}");
            }
        }
    }
    let dead = cloud.dead().await;
    let reasons: Vec<&str> = dead.iter().map(|(reason, _)| reason.as_str()).collect();
    let expected = ["BUCKET_UNKNOWN", "MESSAGE_UNREADABLE", "OBJECT_MISSING"];
    assert_eq!(reasons, expected, "{dead:?}");
    let (code, talk) = worker.terminate();
    assert_eq!(code, 0, "{talk}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_of_any_name_is_imported_and_one_without_rows_stands_in_nobodys_way() {
    let Some(aws) = AwsEmulator::shared() else { return };
    let server = TestServer::private().await.unwrap();
    let url = server.create_database().await.unwrap();
    let (cloud, folder) = (Cloud::new(aws).await, Folder::new());
    // What consoles and clients of SFTP leave, before and between what is meant.
    cloud.put_bytes("intake/", Vec::new()).await;
    cloud.tells_by_itself().await;
    let worker = cloud.importing(&url);
    cloud.put_bytes("intake/loja/", Vec::new()).await;
    cloud.put_bytes("intake/loja/vazio.xlsx", Vec::new()).await;
    let names = [
        r#"intake/aspas "1" \ barra & <b>.xlsx"#,
        "intake/日本 ção 😀 100%25+.xlsx",
        "intake/company=main/it's;$(x)`.xlsx",
    ];
    let sheet = folder.file("vendas.xlsx");
    for (number, name) in (0..).zip(names) {
        write(&sheet, &many_lines(2, number * 2));
        cloud.put(name, &sheet).await;
    }
    let results = cloud.until_results(names.len() + 1).await;
    cloud.until_empty().await;
    for name in names {
        let file = format!("s3://{}/{name}", cloud.bucket);
        let of = |(_, result): &&(String, Value)| result["source"]["file"] == file;
        let (_, result) = results
            .iter()
            .find(of)
            .unwrap_or_else(|| panic!("{name}: {results:?}"));
        assert_eq!(result["records"]["accepted"], 2, "{name}: {result}");
    }
    assert_eq!(sales(&url), 6);
    let dead = cloud.dead().await;
    assert_eq!(dead.len(), 1, "{dead:?}");
    let (reason, body) = &dead[0];
    assert!(
        reason == "UNSUPPORTED_FORMAT" && body.contains("vazio.xlsx"),
        "{dead:?}"
    );
    let (code, talk) = worker.terminate();
    assert_eq!(code, 0, "{talk}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_imports_a_version_once_and_says_so_again() {
    let Some(aws) = AwsEmulator::shared() else { return };
    let server = TestServer::private().await.unwrap();
    let url = server.create_database().await.unwrap();
    let (cloud, folder) = (Cloud::new(aws).await, Folder::new());
    let sheet = folder.file("vendas.xlsx");
    let mut lines = good_lines();
    lines[2].total_centavos += 1_000;
    write(&sheet, &lines);
    let (v1, _) = cloud.put(KEY, &sheet).await;
    let address = format!("s3://{}/{KEY}", cloud.bucket);
    // One row is no sum; the others are in, and the result is beside the drop.
    let ran = cloud.job(&url, &address, &["--define-missing"]).ended(1);
    let imported = ran.json();
    assert_eq!(imported["records"]["accepted"], 3, "{imported}");
    let refused = imported["refused_workbook"].as_str().unwrap();
    let place = format!("s3://{}/", cloud.bucket);
    let refused = refused.strip_prefix(&place).unwrap();
    assert!(refused.starts_with("results/vendas-11-"), "{refused}");
    let got = cloud
        .s3
        .get_object()
        .bucket(&cloud.bucket)
        .key(refused)
        .send()
        .await;
    assert!(got.unwrap().content_length().unwrap() > 1_000);
    let after = sales(&url);
    // Again, as a job that is tried again: the same answer, and nothing done.
    let again = cloud.job(&url, &address, &["--define-missing"]).ended(1).json();
    assert_eq!(
        (&again["imported_before"], &again["exit"]),
        (&true.into(), &1.into())
    );
    assert_eq!(again["refused_rows"], imported["refused_rows"]);
    assert_eq!(sales(&url), after);
    // Replaced: an import of its own. The version before is what it was.
    write(&sheet, &good_lines());
    cloud.put(KEY, &sheet).await;
    let second = cloud.job(&url, &address, &["--define-missing"]).ended(0).json();
    assert_eq!(
        (&second["records"]["accepted"], &second["records"]["duplicate"]),
        (&1.into(), &3.into())
    );
    let old = format!("{address}?versionId={v1}");
    let old = cloud.job(&url, &old, &["--define-missing"]).ended(1).json();
    assert_eq!(old["imported_before"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_says_why_it_imports_nothing_and_other_options_are_another_import() {
    let Some(aws) = AwsEmulator::shared() else { return };
    let server = TestServer::private().await.unwrap();
    let url = server.create_database().await.unwrap();
    let (cloud, folder) = (Cloud::new(aws).await, Folder::new());
    let sheet = folder.file("vendas.xlsx");
    write(&sheet, &good_lines());
    cloud.put(KEY, &sheet).await;
    let place = format!("s3://{}/", cloud.bucket);
    let address = format!("{place}{KEY}");
    cloud.job(&url, &address, &["--define-missing"]).ended(0);
    let missing = cloud.job(&url, &format!("{place}intake/none.xlsx"), &[]).ended(1);
    assert_eq!(missing.error()["code"], "OBJECT_MISSING");
    let wrong = cloud.job(&url, "s3://UPPER/none.xlsx", &[]);
    assert_eq!(wrong.code, 2, "{wrong}");
    std::fs::write(&sheet, "no workbook").unwrap();
    cloud.put("intake/broken.xlsx", &sheet).await;
    let broken = format!("{place}intake/broken.xlsx");
    let refused = cloud.job(&url, &broken, &[]).ended(1);
    assert_eq!(refused.error()["code"], "unsupported_format");
    let before = cloud.job(&url, &broken, &[]).ended(1).json();
    assert_eq!(
        (&before["state"], &before["error"]["code"]),
        (&"refused".into(), &"unsupported_format".into())
    );
    // The folder names the company, for a job as for the role that imports.
    write(&sheet, &many_lines(3, 0));
    cloud.put("intake/company=filial/v.xlsx", &sheet).await;
    let filial = format!("{place}intake/company=filial/v.xlsx");
    let unknown = cloud.job(&url, &filial, &["--define-missing"]).ended(1);
    assert_eq!(unknown.error()["code"], "COMPANY_UNKNOWN");
    let other = cloud.job(&url, &filial, &["--company", "main"]).ended(2);
    assert_eq!(other.error()["code"], "COMPANY_CONTRADICTED");
    // Other options are another import: what was refused for want of one is not refused for ever.
    let once_more = cloud.job(&url, &address, &[]).ended(0).json();
    assert_eq!(once_more["records"]["duplicate"], 4, "{once_more}");
    let results = cloud.results().await.len();
    let dry = cloud.job(&url, &address, &["--dry-run"]).ended(0).json();
    assert_eq!(dry["state"], "dry_run");
    assert_eq!(cloud.results().await.len(), results, "a dry run put something");
}

/// Waits until a file is there; what is in it.
fn until_there(folder: &Path, ends: &str) -> Vec<u8> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(path) = files_below(folder).into_iter().find(|path| path.ends_with(ends)) {
            return std::fs::read(folder.join(path)).unwrap();
        }
        assert!(Instant::now() < deadline, "no {ends}: {:?}", files_below(folder));
        std::thread::sleep(POLL);
    }
}

fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten().flatten() {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                let path = entry.path();
                found.push(path.strip_prefix(folder).unwrap().display().to_string());
            }
        }
    }
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_folder_imports_what_lies_still_for_the_company_of_its_folder() {
    let server = TestServer::private().await.unwrap();
    let url = server.create_database().await.unwrap();
    let folder = Folder::new();
    let intake = folder.file("intake");
    let mut command = posars(&["up", "--listen", "127.0.0.1:0", "--company", "filial"]);
    command
        .env("POSARS_DATABASE_URL", &url)
        .env("POSARS_IDENTITY", folder.file("keys"))
        .env("POSARS_FILES", folder.file("files"))
        .env("POSARS_INTAKE", &intake)
        .env("POSARS_IMPORT_DEFINE_MISSING", "true");
    let up = Up::spawn(command);
    let drop = |path: &str, lines: &[Line]| {
        let path = intake.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        // As a program does that knows what it is about: complete when it gets its name.
        let unfinished = path.with_extension("part");
        write(&unfinished, lines);
        std::fs::rename(&unfinished, &path).unwrap();
    };
    drop("loja centro/vendas+11.xlsx", &good_lines());
    drop("company=filial/vendas.xlsx", &many_lines(7, 0));
    drop("company=nobody/vendas.xlsx", &many_lines(1, 0));
    std::fs::write(intake.join("broken.xlsx"), "no workbook").unwrap();
    until_there(&intake, "done/loja centro/vendas+11.xlsx");
    until_there(&intake, "done/company=filial/vendas.xlsx");
    until_there(&intake, "failed/company=nobody/vendas.xlsx");
    until_there(&intake, "failed/broken.xlsx");
    let result = |stem: &str| {
        let name = files_below(&intake)
            .into_iter()
            .find(|path| path.starts_with(&format!("results/{stem}")) && path.ends_with("/result.json"));
        let text = std::fs::read(intake.join(name.unwrap())).unwrap();
        serde_json::from_slice::<Value>(&text).unwrap()
    };
    let imported = result("vendas-11-");
    assert_eq!(
        (&imported["company"], &imported["records"]["accepted"]),
        (&"main".into(), &4.into()),
        "{imported}"
    );
    assert_eq!(result("broken-")["error"]["code"], "unsupported_format");
    assert_eq!(sales(&url), 4);
    let filial = run_on(
        &url,
        &["audit", "replay", "--category", "sale", "--company", "filial"],
    );
    assert_eq!(filial.ended(0).out.lines().count(), 7);
    // The same name again is another drop, and replaces nothing that is kept.
    drop("loja centro/vendas+11.xlsx", &many_lines(2, 100));
    let deadline = Instant::now() + PATIENCE;
    let kept = || files_below(&intake.join("done/loja centro")).len();
    while kept() < 2 {
        assert!(Instant::now() < deadline, "{:?}", files_below(&intake));
        std::thread::sleep(POLL);
    }
    assert_eq!(sales(&url), 6);
    let (code, talk) = up.terminate();
    assert_eq!(code, 0, "{talk}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_folder_takes_any_name_and_waits_for_what_is_empty() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let server = TestServer::private().await.unwrap();
    let url = server.create_database().await.unwrap();
    let folder = Folder::new();
    let intake = folder.file("intake");
    std::fs::create_dir_all(intake.join("loja")).unwrap();
    std::fs::write(intake.join("vazio.xlsx"), "").unwrap();
    let names: [&[u8]; 4] = [
        r#"aspas "1" \ barra.xlsx"#.as_bytes(),
        "日本 ção 😀\n100%25.xlsx".as_bytes(),
        // Two names that are no text, and look alike when they are shown.
        b"loja/v\xfe.xlsx",
        b"loja/v\xff.xlsx",
    ];
    for (number, name) in (0..).zip(names) {
        write(&intake.join("wait.part"), &many_lines(2, number * 2));
        std::fs::rename(intake.join("wait.part"), intake.join(OsStr::from_bytes(name))).unwrap();
    }
    let mut command = posars(&["work", "imports", "--listen", "127.0.0.1:0"]);
    command
        .env("POSARS_DATABASE_URL", &url)
        .env("POSARS_INTAKE", &intake)
        .env("POSARS_IMPORT_DEFINE_MISSING", "true");
    // What somebody put in the way is told and not followed.
    std::os::unix::fs::symlink(folder.file("elsewhere"), intake.join("done")).unwrap();
    let worker = Up::spawn(command);
    let told = worker.wait_for_readyz(503);
    let reason = told["dependencies"]["imports"]["reason"].as_str();
    assert!(reason.is_some_and(|reason| reason.contains("done")), "{told}");
    std::fs::remove_file(intake.join("done")).unwrap();
    worker.wait_for_readyz(200);
    let until_done = |count: usize| {
        let deadline = Instant::now() + PATIENCE;
        while files_below(&intake.join("done")).len() < count {
            assert!(Instant::now() < deadline, "{:?}", files_below(&intake));
            std::thread::sleep(POLL);
        }
    };
    until_done(4);
    for name in names {
        assert!(intake.join("done").join(OsStr::from_bytes(name)).exists());
    }
    assert_eq!(sales(&url), 8);
    assert!(intake.join("vazio.xlsx").exists(), "somebody is still at it");
    write(&intake.join("wait.part"), &many_lines(1, 100));
    let whole = std::fs::read(intake.join("wait.part")).unwrap();
    std::fs::write(intake.join("vazio.xlsx"), whole).unwrap();
    until_done(5);
    assert_eq!(sales(&url), 9);
    assert!(files_below(&intake.join("failed")).is_empty());
    let (code, talk) = worker.terminate();
    assert_eq!(code, 0, "{talk}");
}
