//! The report files of a closed month, and how people get at them.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use posars_testkit::{AwsEmulator, TestServer};

use crate::identity::{post, token};
use crate::sheets::{good_lines, total_centavos, write};
use crate::support::{Folder, Ran, Up, posars};

const PATIENCE: Duration = Duration::from_secs(120);

/// The program with its files at this place, and an emulator's settings where there is one.
struct Shop {
    url: String,
    files: String,
    keys: String,
    aws: Option<&'static AwsEmulator>,
}

impl Shop {
    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = posars(arguments);
        command
            .env("POSARS_DATABASE_URL", &self.url)
            .env("POSARS_FILES", &self.files)
            .env("POSARS_IDENTITY", &self.keys)
            .env("POSARS_LANGUAGE", "en");
        if let Some(aws) = self.aws {
            command.envs(aws.environment());
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.command(arguments).output().unwrap().into()
    }

    fn up(&self) -> Up {
        Up::spawn(self.command(&["up", "--listen", "127.0.0.1:0"]))
    }

    fn list(&self, under: &str) -> Vec<String> {
        let listed = self.run(&["files", "list", "--under", under]).ended(0).json();
        let files = listed["files"].as_array().unwrap();
        let names = files.iter().map(|file| file["name"].as_str().unwrap().to_owned());
        names.collect()
    }

    fn until_files(&self, under: &str, count: usize) -> Vec<String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let files = self.list(under);
            if files.len() >= count {
                return files;
            }
            assert!(Instant::now() < deadline, "{files:?}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Sales of January, in the log and in the books.
    fn with_sales(&self, folder: &Folder) {
        let sheet = folder.file("vendas.xlsx");
        write(&sheet, &good_lines());
        let sheet = sheet.display().to_string();
        self.run(&["import", &sheet, "--define-missing"]).ended(0);
    }
}

const MONTH: &str = "reports/company=main/month=2026-01";
const NAMES: [&str; 6] = [
    "daily-sales.csv",
    "daily-sales.xlsx",
    "income-statement.csv",
    "income-statement.xlsx",
    "trial-balance.csv",
    "trial-balance.xlsx",
];

fn last_parts(files: &[String]) -> BTreeSet<&str> {
    files.iter().filter_map(|name| name.rsplit('/').next()).collect()
}

/// Rows of a CSV, less its titles.
fn rows(csv: &str) -> Vec<Vec<String>> {
    let mut lines = csv.lines().skip(1).peekable();
    assert!(lines.peek().is_some(), "{csv}");
    lines
        .map(|line| line.split(',').map(str::to_owned).collect())
        .collect()
}

fn centavos(text: &str) -> i64 {
    text.replace('.', "").parse().unwrap()
}

fn check_reports(shop: &Shop, files: &[String]) {
    let file = |ends: &str| files.iter().find(|name| name.ends_with(ends)).unwrap();
    let csv = |ends: &str| shop.run(&["files", "get", file(ends), "--out", "-"]).ended(0).out;
    let net = i64::from(total_centavos(&good_lines()));
    let sales = csv("daily-sales.csv");
    let sum: i64 = rows(&sales).iter().map(|row| centavos(row.last().unwrap())).sum();
    assert_eq!(sum, net, "{sales}");
    let statement = csv("income-statement.csv");
    let line = rows(&statement).into_iter().find(|row| row[1] == "Net revenue");
    assert_eq!(centavos(&line.unwrap()[2]), net, "{statement}");
    let balance = csv("trial-balance.csv");
    let total = rows(&balance).pop().unwrap();
    assert_eq!(total[1], "All accounts", "{balance}");
    assert_eq!((&total[5], &total[8]), (&"0.00".to_owned(), &"0.00".to_owned()));
    assert_eq!(total[6], total[7], "debits and credits: {balance}");
    assert!(centavos(&total[6]) >= net);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_month_has_its_files_once_and_links_open_them() {
    let server = TestServer::private().await.unwrap();
    let folder = Folder::new();
    let shop = Shop {
        url: server.create_database().await.unwrap(),
        files: folder.file("files").display().to_string(),
        keys: folder.file("keys").display().to_string(),
        aws: None,
    };
    shop.with_sales(&folder);
    assert!(shop.list("").is_empty());
    let up = shop.up();
    let closed = shop.run(&["finance", "close", "--month", "2026-01"]).ended(0);
    let files = shop.until_files(MONTH, 6);
    assert_eq!(last_parts(&files), BTreeSet::from(NAMES), "{closed}");
    check_reports(&shop, &files);
    links_open(
        &shop,
        &up,
        files
            .iter()
            .find(|name| name.ends_with("daily-sales.csv"))
            .unwrap(),
    );
    // What is there stays as it is: another process begins where this one ended.
    let before = std::fs::metadata(folder.file("files").join(&files[0])).unwrap();
    assert_eq!(up.terminate().0, 0);
    let up = shop.up();
    up.wait_for_readyz(200);
    assert_eq!(shop.list(""), files);
    let after = std::fs::metadata(folder.file("files").join(&files[0])).unwrap();
    assert_eq!(before.modified().unwrap(), after.modified().unwrap());
    let missing = shop.run(&["files", "link", "reports/none.csv"]).ended(1);
    assert_eq!(missing.error()["code"], "FILE_MISSING");
    let wrong = shop.run(&["files", "get", "../etc/passwd"]).ended(2);
    assert_eq!(wrong.error()["code"], "FILE_NAME_INVALID");
}

fn links_open(shop: &Shop, up: &Up, name: &str) {
    let server = format!("http://{}", up.address());
    let linked = shop.run(&["files", "link", name, "--server", &server, "--lifetime", "1h"]);
    let linked = linked.ended(0).json();
    assert_eq!(linked["expires_in_s"], 3_600);
    let link = linked["url"]
        .as_str()
        .unwrap()
        .strip_prefix(&server)
        .unwrap()
        .to_owned();
    let csv = shop.run(&["files", "get", name, "--out", "-"]).ended(0).out;
    let (status, headers, body) = get(up.address(), &link, "");
    assert_eq!((status, body.as_str()), (200, csv.as_str()));
    for header in [
        "content-type: text/csv; charset=utf-8",
        "content-disposition: attachment; filename=\"daily-sales.csv\"",
        "cache-control: private, no-store",
        "x-content-type-options: nosniff",
    ] {
        assert!(headers.to_lowercase().contains(header), "{header}: {headers}");
    }
    let (status, headers, body) = get(up.address(), &link, "Range: bytes=2-5\r\n");
    assert_eq!((status, body.as_str()), (206, &csv[2..6]), "{headers}");
    let (status, ..) = get(up.address(), &link, "Range: bytes=999999-\r\n");
    assert_eq!(status, 416);
    // Another file, another time, another signature: nobody here made those.
    let other = link.replace("daily-sales.csv", "trial-balance.csv");
    let later = link.replacen("expires=", "expires=9", 1);
    let cut = &link[..link.len() - 2];
    for forged in [other.as_str(), &later, cut, link.split('?').next().unwrap()] {
        let (status, _, body) = get(up.address(), forged, "");
        assert_eq!(status, 403, "{forged}");
        assert!(
            body.contains("LINK_INVALID") && body.contains("posars files link"),
            "{body}"
        );
    }
}

/// Status, headers and body.
fn get(address: &str, path: &str, headers: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n"
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let status = text.split_whitespace().nth(1).unwrap().parse().unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (status, head.to_owned(), body.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_that_was_opened_again_has_no_statement_beside_an_older_seal() {
    let server = TestServer::private().await.unwrap();
    let folder = Folder::new();
    let shop = Shop {
        url: server.create_database().await.unwrap(),
        files: folder.file("files").display().to_string(),
        keys: folder.file("keys").display().to_string(),
        aws: None,
    };
    shop.with_sales(&folder);
    // Nobody makes files meanwhile.
    let serving = Up::spawn(shop.command(&["serve", "all", "--listen", "127.0.0.1:0"]));
    let owner = token(shop.run(&["token", "--role", "owner"]));
    let close = || shop.run(&["finance", "close", "--month", "2026-01"]).ended(0);
    close();
    let reopen = "/v1/companies/main/periods/2026-01:reopen";
    let body = serde_json::json!({"reason": "Uma nota foi esquecida"});
    let (status, answer) = post(&serving, reopen, &owner, &body);
    assert_eq!(status, 200, "{answer}");
    close();
    assert_eq!(serving.terminate().0, 0);
    let up = shop.up();
    let files = shop.until_files(MONTH, 10);
    let folder_of = |name: &String| name.rsplit_once('/').unwrap().0.to_owned();
    let closes: BTreeSet<String> = files.iter().map(folder_of).collect();
    let counts = closes
        .iter()
        .map(|close| files.iter().filter(|name| folder_of(name) == *close).count());
    assert_eq!(BTreeSet::from_iter(counts), BTreeSet::from([4, 6]), "{files:?}");
    let statements = files.iter().filter(|name| name.contains("income-statement"));
    assert_eq!(statements.count(), 2, "{files:?}");
    assert_eq!(up.terminate().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_holds_the_files_as_a_folder_does() {
    let Some(aws) = AwsEmulator::shared() else { return };
    let server = TestServer::private().await.unwrap();
    let folder = Folder::new();
    let clients = posars_aws::AwsClients::at(aws.endpoint(), "us-east-1", "test", "test").await;
    let bucket = format!("files-{}", uuid::Uuid::new_v4());
    let client = clients.unwrap().s3();
    client.create_bucket().bucket(&bucket).send().await.unwrap();
    let shop = Shop {
        url: server.create_database().await.unwrap(),
        files: format!("s3://{bucket}/shop"),
        keys: folder.file("keys").display().to_string(),
        aws: Some(aws),
    };
    shop.with_sales(&folder);
    // Two processes of the role at once: each file is put once. Reports show names, which another role keeps.
    let roles = ["reports", "reports", "projections"]
        .map(|role| Up::spawn(shop.command(&["work", role, "--listen", "127.0.0.1:0"])));
    shop.run(&["finance", "close", "--month", "2026-01"]).ended(0);
    let files = shop.until_files(MONTH, 6);
    assert_eq!(last_parts(&files), BTreeSet::from(NAMES));
    check_reports(&shop, &files);
    let linked = shop.run(&["files", "link", &files[0]]).ended(0).json();
    let link = linked["url"].as_str().unwrap();
    assert!(
        link.starts_with(aws.endpoint()) && link.contains("X-Amz-Signature="),
        "{link}"
    );
    for role in roles {
        assert_eq!(role.terminate().0, 0);
    }
}
