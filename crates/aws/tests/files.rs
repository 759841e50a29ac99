//! S3, as an emulator shows it, as a store of files.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "../../files/tests/conformance/mod.rs"]
mod conformance;

use std::time::Duration;

use aws_sdk_s3::types::ServerSideEncryption;
use futures_util::TryStreamExt as _;
use posars_aws::{AwsClients, Encryption, ObjectAddress, ObjectError, ObjectFacts, Objects, S3Files};
use posars_files::{FileError, FileName, FileStore as _, LinkLifetime, Put, Source};
use posars_testkit::AwsEmulator;

/// A client, and a bucket of the test's own.
async fn bucket(aws: &AwsEmulator) -> (AwsClients, aws_sdk_s3::Client, String) {
    let clients = AwsClients::at(aws.endpoint(), "us-east-1", "test", "test").await;
    let clients = clients.unwrap();
    let client = clients.s3();
    let bucket = format!("files-{}", uuid::Uuid::new_v4());
    client.create_bucket().bucket(&bucket).send().await.unwrap();
    (clients, client, bucket)
}

fn name(text: &str) -> FileName {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_bucket_conforms() {
    let Some(aws) = AwsEmulator::shared() else { return };
    let (clients, _, bucket) = bucket(aws).await;
    let address = format!("s3://{bucket}");
    let store = S3Files::at(&clients, &address, Encryption::AsTheBucket).unwrap();
    conformance::of(&store).await;
}

#[tokio::test]
async fn a_part_of_a_bucket_conforms_and_leaves_the_rest_alone() {
    let Some(aws) = AwsEmulator::shared() else { return };
    let (clients, client, bucket) = bucket(aws).await;
    let put = |key: &'static str| {
        let put = client.put_object().bucket(&bucket).key(key);
        put.body(b"theirs".to_vec().into()).send()
    };
    put("shop/list/Theirs.csv").await.unwrap();
    put("list/a/x.csv").await.unwrap();
    let address = format!("s3://{bucket}/shop/");
    let store = S3Files::at(&clients, &address, Encryption::Kms("alias/posars".into())).unwrap();
    conformance::of(&store).await;
    let key = "shop/once/company=a.b/report.csv";
    let found = client
        .head_object()
        .bucket(&bucket)
        .key(key)
        .send()
        .await
        .unwrap();
    assert_eq!(
        found.server_side_encryption(),
        Some(&ServerSideEncryption::AwsKms)
    );
    assert_eq!(found.content_type(), Some("text/csv; charset=utf-8"));
    assert_eq!(store.address(&name("a.csv")), format!("s3://{bucket}/shop/a.csv"));
}

#[tokio::test]
async fn a_link_opens_the_file_for_who_has_no_key() {
    let Some(aws) = AwsEmulator::shared() else { return };
    let (clients, _, bucket) = bucket(aws).await;
    let store = S3Files::at(&clients, &format!("s3://{bucket}/p"), Encryption::AsTheBucket).unwrap();
    let report = name("reports/x.csv");
    store
        .put_once(&report, Source::from(b"a;b".to_vec()))
        .await
        .unwrap();
    let link = store
        .link(&report, LinkLifetime::clamped(Duration::from_secs(60)))
        .await
        .unwrap()
        .url;
    assert!(
        link.contains("X-Amz-Expires=60") && link.contains("/p/reports/x.csv?"),
        "{link}"
    );
    let (status, body) = get(aws.endpoint(), &link);
    assert_eq!((status, body.as_str()), (200, "a;b"));
    let (status, _) = get(
        aws.endpoint(),
        &link.replace("/p/reports/x.csv", "/p/reports/y.csv"),
    );
    assert_ne!(status, 200);
}

/// Status and body, as a browser gets them.
fn get(endpoint: &str, url: &str) -> (u16, String) {
    use std::io::{Read as _, Write as _};
    let path = url.strip_prefix(endpoint).unwrap();
    let address = endpoint.strip_prefix("http://").unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let status = text.split_whitespace().nth(1).unwrap().parse().unwrap();
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    (status, body.to_owned())
}

#[tokio::test]
async fn parts_of_a_put_that_never_ended_are_removed() {
    let Some(aws) = AwsEmulator::shared() else { return };
    let (clients, client, bucket) = bucket(aws).await;
    for key in ["p/reports/x.csv", "q/theirs"] {
        let begun = client.create_multipart_upload().bucket(&bucket).key(key);
        let upload = begun.send().await.unwrap().upload_id().unwrap().to_owned();
        let part = client.upload_part().bucket(&bucket).key(key).upload_id(upload);
        let part = part.part_number(1).body(b"half".to_vec().into());
        part.send().await.unwrap();
    }
    let address = format!("s3://{bucket}/p");
    let store = S3Files::at(&clients, &address, Encryption::AsTheBucket).unwrap();
    assert_eq!(store.remove_abandoned(Duration::from_secs(3600)).await, Ok(0));
    assert_eq!(store.remove_abandoned(Duration::ZERO).await, Ok(1));
    let left = client
        .list_multipart_uploads()
        .bucket(&bucket)
        .send()
        .await
        .unwrap();
    let left: Vec<_> = left.uploads().iter().filter_map(|upload| upload.key()).collect();
    assert_eq!(left, ["q/theirs"]);
}

#[tokio::test]
async fn an_object_that_is_replaced_while_it_is_read_is_refused() {
    let Some(aws) = AwsEmulator::shared() else { return };
    let (_, client, bucket) = bucket(aws).await;
    let key = "intake/loja centro/vendas+11%.xlsx";
    let put = async |byte: u8| {
        let put = client.put_object().bucket(&bucket).key(key);
        put.body(vec![byte; 9 * 1024 * 1024].into()).send().await.unwrap();
    };
    put(1).await;
    let objects = Objects::new(client.clone());
    let object = ObjectAddress::new(&bucket, key, None).unwrap();
    let facts = objects.facts(&object).await.unwrap();
    let mut copied = Vec::new();
    objects.copy(&object, &facts, &mut copied).await.unwrap();
    assert!(copied == vec![1; 9 * 1024 * 1024]);
    put(2).await;
    let changed = objects.copy(&object, &facts, &mut Vec::new()).await;
    assert!(matches!(changed, Err(ObjectError::Changed { .. })), "{changed:?}");
    let other = ObjectAddress::new(&bucket, "intake/none.xlsx", None).unwrap();
    let missing = objects.facts(&other).await;
    assert!(matches!(missing, Err(ObjectError::Missing { .. })), "{missing:?}");
    let nowhere = ObjectAddress::new("nowhere-at-all", "a.xlsx", None).unwrap();
    let nowhere = objects.facts(&nowhere).await;
    assert!(nowhere.is_err(), "{nowhere:?}");
}

#[tokio::test]
async fn content_that_is_not_what_was_put_is_told() {
    let Some(aws) = AwsEmulator::shared() else { return };
    let (clients, client, bucket) = bucket(aws).await;
    let store = S3Files::at(&clients, &format!("s3://{bucket}"), Encryption::AsTheBucket).unwrap();
    let report = name("reports/x.csv");
    let put = client.put_object().bucket(&bucket).key(report.as_str());
    let put = put
        .metadata("posars-sha256", "00".repeat(32))
        .body(b"changed".to_vec().into());
    put.send().await.unwrap();
    let damaged = FileError::Damaged {
        name: report.to_string(),
    };
    let whole = store.read(&report, None).await.unwrap();
    let whole = whole.try_collect::<Vec<_>>().await;
    assert_eq!(whole, Err(damaged));
    // A range has no checksum of its own.
    let part = store.read(&report, Some(0..3)).await.unwrap();
    assert_eq!(part.try_collect::<Vec<_>>().await.unwrap().concat(), b"cha");
    let put = store.put_once(&report, Source::from(b"mine".to_vec())).await;
    assert!(matches!(put, Err(FileError::Taken { .. })), "{put:?}");
}

/// A store that answers each call with the next of these, and the last for ever; counts the calls.
fn scripted(answers: &'static [&'static str]) -> (String, std::sync::Arc<std::sync::atomic::AtomicUsize>) {
    use std::io::{BufRead as _, Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let calls = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = std::sync::Arc::clone(&calls);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = std::io::BufReader::new(stream.unwrap());
            let mut length = 0;
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).unwrap() == 0 || line == "\r\n" {
                    break;
                }
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            let call = counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let answer = answers[call.min(answers.len() - 1)];
            // One that went away meanwhile is not our business.
            let _ = stream.get_mut().write_all(answer.as_bytes());
        }
    });
    (endpoint, calls)
}

const BUSY: &str = "HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const PUT: &str = "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const CUT: &str = "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 100\r\nConnection: close\r\n\r\nhalf";

async fn store_at(endpoint: &str) -> S3Files {
    let clients = AwsClients::at(endpoint, "us-east-1", "test", "test")
        .await
        .unwrap();
    S3Files::at(&clients, "s3://bucket", Encryption::AsTheBucket).unwrap()
}

#[tokio::test]
async fn a_busy_store_is_tried_again_a_bounded_number_of_times() {
    let (endpoint, calls) = scripted(&[BUSY, BUSY, PUT]);
    let store = store_at(&endpoint).await;
    let put = store.put_once(&name("a.csv"), Source::from(b"1".to_vec())).await;
    assert_eq!(put, Ok(Put::Now));
    assert_eq!(calls.load(std::sync::atomic::Ordering::SeqCst), 3);
    let (endpoint, calls) = scripted(&[BUSY]);
    let store = store_at(&endpoint).await;
    let put = store.put_once(&name("a.csv"), Source::from(b"1".to_vec())).await;
    let error = put.unwrap_err();
    assert!(
        error.is_passing() && error.to_string().contains("s3://bucket/a.csv"),
        "{error}"
    );
    assert_eq!(calls.load(std::sync::atomic::Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_content() {
    let (endpoint, _) = scripted(&[CUT]);
    let store = store_at(&endpoint).await;
    let content = store.read(&name("a.csv"), None).await.unwrap();
    let content = content.try_collect::<Vec<_>>().await;
    assert!(
        matches!(content, Err(FileError::Unavailable { .. })),
        "{content:?}"
    );
}

/// A store that loses its answer to the call which makes a file whole of its parts; asked again, it knows no parts any more.
fn losing_an_answer() -> String {
    use std::io::{BufRead as _, Read as _, Write as _};
    const NO_PARTS: &str = "<Error><Code>NoSuchUpload</Code><Message>gone</Message></Error>";
    const BEGUN: &str =
        "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>";
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut sha256, mut is_whole) = (String::new(), false);
        for stream in listener.incoming() {
            let mut stream = std::io::BufReader::new(stream.unwrap());
            let (mut asked, mut length) = (String::new(), 0);
            stream.read_line(&mut asked).unwrap();
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).unwrap() == 0 || line == "\r\n" {
                    break;
                }
                let line = line.to_lowercase();
                if let Some(value) = line.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if let Some(value) = line.strip_prefix("x-amz-meta-posars-sha256:") {
                    value.trim().clone_into(&mut sha256);
                }
            }
            stream.read_exact(&mut vec![0; length]).unwrap();
            let method = asked.split(' ').next().unwrap();
            let (status, header, body) = match method {
                "HEAD" if is_whole => ("200 OK", format!("x-amz-meta-posars-sha256: {sha256}\r\n"), ""),
                "PUT" => ("200 OK", "ETag: \"part\"\r\n".to_owned(), ""),
                "POST" if asked.contains("?uploads") => ("200 OK", String::new(), BEGUN),
                "POST" if !std::mem::replace(&mut is_whole, true) => continue,
                "POST" | "DELETE" => ("404 Not Found", String::new(), NO_PARTS),
                _ => ("404 Not Found", String::new(), ""),
            };
            let answer = format!(
                "HTTP/1.1 {status}\r\n{header}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.get_mut().write_all(answer.as_bytes());
        }
    });
    endpoint
}

#[tokio::test]
async fn a_put_in_parts_whose_last_answer_was_lost_is_found_done() {
    let store = store_at(&losing_an_answer()).await;
    let content = Source::from(vec![7; 9 * 1024 * 1024]);
    let put = store.put_once(&name("a.csv"), content).await;
    assert_eq!(put, Ok(Put::Before));
}

/// A store whose answers all break off after so many bytes of the range that was asked for; none, from some call on.
fn breaking_off(bytes_max: usize) -> String {
    use std::io::{BufRead as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = std::io::BufReader::new(stream.unwrap());
            let mut range = (0, 0);
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).unwrap() == 0 || line == "\r\n" {
                    break;
                }
                if let Some(value) = line.to_lowercase().strip_prefix("range: bytes=") {
                    let (from, to) = value.trim().split_once('-').unwrap();
                    range = (from.parse().unwrap(), to.parse().unwrap());
                }
            }
            let length: usize = range.1 - range.0 + 1;
            let head = format!(
                "HTTP/1.1 206 Partial Content\r\nETag: \"e\"\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
            );
            let body: Vec<u8> = (range.0..range.0 + length.min(bytes_max))
                .map(|at| u8::try_from(at % 251).unwrap())
                .collect();
            let _ = stream.get_mut().write_all(&[head.as_bytes(), &body].concat());
        }
    });
    endpoint
}

#[tokio::test]
async fn an_object_whose_answers_break_off_is_copied_piece_by_piece() {
    let facts = ObjectFacts {
        size_bytes: 1_000_000,
        etag: "e".to_owned(),
        version: None,
    };
    let object = ObjectAddress::new("drops", "a.xlsx", None).unwrap();
    let copied = async |bytes_max: usize| {
        let clients = AwsClients::at(&breaking_off(bytes_max), "us-east-1", "test", "test").await;
        let mut out = Vec::new();
        let objects = Objects::new(clients.unwrap().s3());
        objects.copy(&object, &facts, &mut out).await.map(|()| out)
    };
    let whole = copied(100_000).await.unwrap();
    let expected: Vec<u8> = (0..1_000_000_usize)
        .map(|at| u8::try_from(at % 251).unwrap())
        .collect();
    assert!(whole == expected);
    let nothing = copied(0).await;
    assert!(
        matches!(nothing, Err(ObjectError::Unavailable { .. })),
        "{nothing:?}"
    );
}
