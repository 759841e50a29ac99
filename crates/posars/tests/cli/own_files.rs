//! What the commands write, and what they leave alone.

use std::os::unix::fs::MetadataExt as _;

use posars_testkit::TestServer;

use crate::sheets::{good_lines, line, write};
use crate::support::{Folder, run, run_on};

const PERIOD: [&str; 6] = [
    "report",
    "daily-sales",
    "--from",
    "2026-01-01",
    "--to",
    "2026-01-31",
];

#[test]
fn nothing_is_written_over_a_sheet_or_a_key() {
    let folder = Folder::new();
    let (sheet, key) = (folder.file("vendas.xlsx"), folder.file("key.pem"));
    write(&sheet, &good_lines());
    std::fs::write(&key, "a key").unwrap();
    let link = folder.file("link.xlsx");
    std::os::unix::fs::symlink(&key, &link).unwrap();
    let twin = folder.file("twin.xlsx");
    std::fs::hard_link(&sheet, &twin).unwrap();
    let before = std::fs::read(&sheet).unwrap();
    let (file, data) = (sheet.display().to_string(), folder.data());
    for target in [&sheet, &key, &link, &twin] {
        let target = target.display().to_string();
        for dry_run in [&["--dry-run"][..], &[]] {
            let import = [
                "import",
                &file,
                "--define-missing",
                "--data",
                &data,
                "--refused",
                &target,
            ];
            // Before any database is looked for.
            let error = run(&[&import, dry_run].concat()).ended(4).error();
            assert_eq!(error["code"], "FILE_IN_THE_WAY", "{error}");
        }
        for format in ["csv", "xlsx"] {
            let out = ["--out", &target, "--data", &data];
            let ran = run(&[&PERIOD[..], &out, &["--format", format]].concat());
            let code = ran.error()["code"].clone();
            assert!(code == "FILE_IN_THE_WAY" || code == "FORMAT_MISMATCH", "{ran}");
        }
    }
    assert_eq!(std::fs::read(&sheet).unwrap(), before);
    assert_eq!(std::fs::read(&key).unwrap(), b"a key");
}

#[tokio::test]
async fn refused_rows_are_private_and_replaced_only_as_they_were_left() {
    let server = TestServer::private().await.unwrap();
    let url = server.create_database().await.unwrap();
    let folder = Folder::new();
    let (sheet, refused) = (folder.file("vendas.xlsx"), folder.file("refused.xlsx"));
    let mut bad = line("9", 5, "Loja Centro", "Meia", 1, 890);
    bad.total_centavos = 1;
    write(&sheet, &[bad]);
    let (file, target) = (sheet.display().to_string(), refused.display().to_string());
    let import = ["import", &file, "--define-missing", "--refused", &target];
    let dry_run = [&import[..], &["--dry-run"]].concat();

    let first = run_on(&url, &dry_run).ended(1).json();
    assert_eq!(first["refused_workbook"], target.as_str(), "{first}");
    let metadata = std::fs::metadata(&refused).unwrap();
    assert_eq!(metadata.mode() & 0o777, 0o600);
    let again = run_on(&url, &dry_run).ended(4).error();
    assert_eq!(
        again["code"], "FILE_IN_THE_WAY",
        "a dry run replaces nothing: {again}"
    );
    run_on(&url, &import).ended(1);
    assert_ne!(
        std::fs::metadata(&refused).unwrap().ino(),
        metadata.ino(),
        "replaced"
    );
    // As it is sent back it is an input, and once it was worked on it is nobody's to replace.
    let sent_back = run_on(&url, &["import", &target, "--refused", &target])
        .ended(4)
        .error();
    assert_eq!(sent_back["code"], "FILE_IN_THE_WAY", "{sent_back}");
    write(&refused, &good_lines());
    run_on(&url, &import).ended(4);
    let left = std::fs::read_dir(refused.parent().unwrap()).unwrap();
    let left: Vec<String> = left
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".part"))
        .collect();
    assert_eq!(left, [""; 0]);
}

#[tokio::test]
async fn a_report_replaces_its_own_kind() {
    let server = TestServer::private().await.unwrap();
    let url = server.create_database().await.unwrap();
    let folder = Folder::new();
    let sheet = folder.file("vendas.xlsx");
    write(&sheet, &good_lines());
    run_on(
        &url,
        &["import", &sheet.display().to_string(), "--define-missing"],
    )
    .ended(0);
    for name in ["vendas.csv", "report.xlsx"] {
        let file = folder.file(name);
        let out = file.display().to_string();
        let report = [&PERIOD[..], &["--out", &out]].concat();
        run_on(&url, &report).ended(0);
        let first = std::fs::metadata(&file).unwrap().ino();
        run_on(&url, &[&report[..], &["--language", "en"]].concat()).ended(0);
        assert_ne!(std::fs::metadata(&file).unwrap().ino(), first);
        std::fs::write(&file, "somebody else's").unwrap();
        run_on(&url, &report).ended(4);
        assert_eq!(std::fs::read(&file).unwrap(), b"somebody else's");
    }
}

/// What was left out is in the exit code unless nobody minds.
#[tokio::test]
async fn what_was_not_read_is_in_the_exit_code() {
    let server = TestServer::private().await.unwrap();
    let url = server.create_database().await.unwrap();
    let folder = Folder::new();
    let file = folder.file("vendas.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    for name in ["Janeiro", "Fevereiro"] {
        let page = book.add_worksheet().set_name(name).unwrap();
        for (column, title) in (0..).zip(["Venda", "Data", "Loja", "Produto", "Qtd", "Total"]) {
            page.write(0, column, title).unwrap();
        }
        for (column, text) in (0..).zip([name, "05/01/2026", "Centro", "Meia", "1", "5"]) {
            page.write(1, column, text).unwrap();
        }
    }
    book.save(&file).unwrap();
    let file = file.display().to_string();
    let import = ["import", &file, "--define-missing"];
    let first = run_on(&url, &import).ended(1).json();
    assert_eq!(first["findings"][0]["code"], "sheets_not_read", "{first}");
    assert_eq!(first["records"]["accepted"], 1);
    run_on(&url, &[&import[..], &["--allow-unrecorded"]].concat()).ended(0);
    run_on(&url, &[&import[..], &["--sheet", "Fevereiro"]].concat()).ended(0);
    let text = run_on(&url, &[&import[..], &["--text"]].concat());
    assert!(text.out.contains("Fevereiro"), "{text}");
}
