//! Where files are kept and workbooks are dropped: a bucket or a folder.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use aws_sdk_s3::Client as S3;
use posars_aws::AwsClients;
use posars_testkit::AwsEmulator;
use posars_xls_importer::{Cell, PARSE_CHILD_WORD, ParserCommand, Row, Sheet, Workbook};
use serde_json::Value;

use super::{PATIENCE, POLL};
use crate::queues::Installation;
use crate::support::{Folder, posars};

/// The files of a closed month.
const MONTH_FILES: usize = 6;
/// Where the workbook is dropped, below the place for drops: a name that is written otherwise in a notification.
const DROPPED_AS: &str = "loja centro/vendas+11.xlsx";
const RESULT: &str = "/result.json";
const REFUSED: &str = "/refused.xlsx";

/// What came of a dropped workbook.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Imported {
    pub(super) sales: usize,
    pub(super) refused_rows: usize,
    /// What the result says, less what depends on the place, on the clock and on how often it was begun.
    said: Vec<Value>,
    /// The cells of the refused rows.
    refused: Vec<String>,
}

/// Where workbooks are dropped and their results stand.
pub(super) enum Drops {
    Bucket(S3, String),
    Folder(PathBuf),
}

impl Drops {
    pub(super) async fn drop(&self, workbook: Vec<u8>) {
        match self {
            Self::Bucket(s3, bucket) => {
                let put = s3.put_object().bucket(bucket).key(format!("intake/{DROPPED_AS}"));
                put.body(workbook.into()).send().await.unwrap();
            }
            Self::Folder(folder) => {
                let path = folder.join(DROPPED_AS);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                // Complete when it gets its name.
                let unfinished = path.with_extension("part");
                std::fs::write(&unfinished, workbook).unwrap();
                std::fs::rename(&unfinished, &path).unwrap();
            }
        }
    }

    /// Waits for the only result.
    pub(super) async fn until_imported(&self) -> Imported {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let results = self.results().await;
            let find = |ends: &str| results.iter().find(|(name, _)| name.ends_with(ends));
            if let Some((_, result)) = find(RESULT) {
                let written = results.keys().filter(|name| name.ends_with(RESULT)).count();
                assert_eq!(written, 1, "{:?}", results.keys());
                let refused = find(REFUSED).map(|(_, workbook)| cells(workbook));
                return Imported::read(result, refused.unwrap_or_default());
            }
            assert!(Instant::now() < deadline, "the workbook is not imported");
            tokio::time::sleep(POLL).await;
        }
    }

    /// All that stands in the folder of results.
    async fn results(&self) -> BTreeMap<String, Vec<u8>> {
        let mut results = BTreeMap::new();
        match self {
            Self::Bucket(s3, bucket) => {
                let listed = s3.list_objects_v2().bucket(bucket).prefix("results/");
                for object in listed.send().await.unwrap().contents() {
                    let key = object.key().unwrap();
                    let got = s3.get_object().bucket(bucket).key(key).send().await;
                    // One that tells how far it is may be gone by now.
                    let Ok(got) = got else { continue };
                    let bytes = got.body.collect().await.unwrap().into_bytes();
                    results.insert(key.to_owned(), bytes.to_vec());
                }
            }
            Self::Folder(folder) => add_files(&folder.join("results"), &mut results),
        }
        results
    }
}

fn add_files(folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            add_files(&entry.path(), files);
        } else if let Ok(bytes) = std::fs::read(entry.path()) {
            files.insert(entry.path().display().to_string(), bytes);
        }
    }
}

impl Imported {
    fn read(result: &[u8], refused: Vec<String>) -> Self {
        let result: Value = serde_json::from_slice(result).unwrap();
        let records = &result["records"];
        let count = |name: &str| usize::try_from(records[name].as_u64().unwrap()).unwrap();
        // What a process had recorded that was killed, the next one finds there.
        let sales = count("accepted") + count("duplicate");
        let refused_rows = result["refused_rows"].as_array().unwrap().len();
        let said = [
            "state",
            "exit",
            "company",
            "kind",
            "sheet",
            "totals",
            "refused_rows",
        ];
        Self {
            sales,
            refused_rows,
            said: said.map(|name| result[name].clone()).into(),
            refused,
        }
    }
}

/// The settings of processes that keep files in a bucket of their own, whose drops a queue tells of. It keeps no versions.
pub(super) async fn in_a_bucket(
    aws: &AwsEmulator,
    installation: &Installation,
) -> (Vec<(&'static str, String)>, Drops) {
    let clients = AwsClients::at(aws.endpoint(), "us-east-1", "test", "test").await;
    let s3 = clients.unwrap().s3();
    let bucket = format!("shop-{}", uuid::Uuid::new_v4());
    s3.create_bucket().bucket(&bucket).send().await.unwrap();
    installation.is_told_of(&s3, &bucket, "intake/").await;
    let settings = vec![
        ("POSARS_FILES", format!("s3://{bucket}/files")),
        ("POSARS_INTAKE", format!("s3://{bucket}/intake")),
        ("POSARS_IMPORT_DEFINE_MISSING", "true".to_owned()),
        // What a killed process held is with the next one soon.
        ("POSARS_IMPORT_HOLD_S", "3".to_owned()),
    ];
    (settings, Drops::Bucket(s3, bucket))
}

/// The settings of a process that keeps files in a folder and takes workbooks from one.
pub(super) fn in_folders(folder: &Folder) -> (Vec<(&'static str, String)>, Drops) {
    let intake = folder.file("intake");
    let settings = vec![
        ("POSARS_FILES", folder.file("files").display().to_string()),
        ("POSARS_INTAKE", intake.display().to_string()),
        ("POSARS_IMPORT_DEFINE_MISSING", "true".to_owned()),
    ];
    (settings, Drops::Folder(intake))
}

/// The report files of the closed month by name: of a CSV its lines, of a workbook its cells but for those that say when it
/// was made and up to where in the log.
pub(super) fn month_files(settings: &[(&str, String)], month: &str) -> BTreeMap<String, Vec<String>> {
    let run = |words: &[&str]| {
        let mut command = posars(words);
        command.envs(settings.iter().map(|(name, value)| (name, value)));
        let output = command.output().unwrap();
        let talk = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{talk}");
        output.stdout
    };
    let under = format!("reports/company=main/month={month}");
    let deadline = Instant::now() + PATIENCE;
    let names = loop {
        let listed: Value = serde_json::from_slice(&run(&["files", "list", "--under", &under])).unwrap();
        let files = listed["files"].as_array().unwrap();
        let names: Vec<String> = files
            .iter()
            .map(|file| file["name"].as_str().unwrap().to_owned())
            .collect();
        if names.len() >= MONTH_FILES {
            break names;
        }
        assert!(
            Instant::now() < deadline,
            "the files of the month are not there: {names:?}"
        );
        std::thread::sleep(POLL);
    };
    let content = |name: &String| {
        let bytes = run(&["files", "get", name, "--out", "-"]);
        if name.ends_with(".csv") {
            let text = String::from_utf8(bytes).unwrap();
            return text.lines().map(str::to_owned).collect();
        }
        let of_one_run = ["Posição do registro", "Log position"];
        let mut cells = cells(&bytes);
        cells.retain(|cell| !of_one_run.iter().any(|words| cell.contains(words)));
        cells
    };
    let last = |name: &String| name.rsplit('/').next().unwrap().to_owned();
    names.iter().map(|name| (last(name), content(name))).collect()
}

/// The cells of a workbook, each with its sheet and place, as the program itself reads strangers' workbooks.
fn cells(workbook: &[u8]) -> Vec<String> {
    let parser = ParserCommand::new(env!("CARGO_BIN_EXE_posars"), [PARSE_CHILD_WORD], PATIENCE)
        .with_variable("MIMALLOC_ARENA_RESERVE", "0");
    let read = |sheet: Option<&str>| {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(workbook).unwrap();
        Workbook::read_open(file, sheet, &parser).unwrap().sheet
    };
    let first = read(None);
    let others = first.unread_sheets().iter().map(|name| read(Some(name)));
    let sheets: Vec<Sheet> = others.chain([read(None)]).collect();
    let mut cells = Vec::new();
    for sheet in &sheets {
        let mut row = Row::default();
        for index in 0..sheet.rows_len() {
            assert!(sheet.read_row(index, &mut row));
            let said = row.cells().filter(|(_, cell)| *cell != Cell::Empty);
            cells.extend(
                said.map(|(column, cell)| format!("{} {}:{column} {cell:?}", sheet.name(), row.number)),
            );
        }
    }
    assert!(!cells.is_empty());
    cells
}
