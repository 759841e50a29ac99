//! A statement's way from a file into the books.

use std::path::Path;

use posars_testkit::TestServer;

use crate::sheets::{good_lines, write};
use crate::support::{Folder, Ran, run_on};

fn settle(url: &str, file: &Path, more: &[&str]) -> Ran {
    let file = file.display().to_string();
    let mut arguments = vec!["finance", "settle", &file];
    arguments.extend(more);
    run_on(url, &arguments)
}

fn events(url: &str) -> u64 {
    run_on(url, &["audit", "verify"]).ended(0).json()["events"]
        .as_u64()
        .unwrap()
}

/// A company with books, from a sheet of sales.
async fn with_books(server: &TestServer, folder: &Folder) -> String {
    let url = server.create_database().await.unwrap();
    let sheet = folder.file("vendas.xlsx");
    write(&sheet, &good_lines());
    let file = sheet.display().to_string();
    run_on(&url, &["import", &file, "--define-missing"]).ended(0);
    url
}

#[tokio::test]
async fn a_statement_is_recorded_once_and_what_pays_nothing_is_told() {
    let server = TestServer::private().await.unwrap();
    let folder = Folder::new();
    let url = with_books(&server, &folder).await;
    let file = folder.file("cielo.csv");
    let csv = "Data do pagamento;NSU;Parcela;Valor bruto;Taxa;Valor líquido;Bandeira\n\
               19/09/2026;000123;1/3;33,34;1,00;32,34;Visa\n19/10/2026;000124;1;1.033,33;0,99;1.032,34;Visa\n";
    std::fs::write(&file, csv).unwrap();
    let before = events(&url);
    let dry = settle(&url, &file, &["--dry-run"]).ended(0).json();
    assert_eq!(
        (&dry["recorded"], &dry["unmatched_count"]),
        (&2.into(), &2.into()),
        "{dry}"
    );
    assert_eq!(events(&url), before, "a dry run wrote");

    let told = settle(&url, &file, &["--source", "cielo"]).ended(0).json();
    assert_eq!(
        (&told["kind"], &told["source"]),
        (&"acquirer".into(), &"cielo".into()),
        "{told}"
    );
    assert_eq!(
        (&told["recorded"], &told["known"], &told["matched"]),
        (&2.into(), &0.into(), &0.into())
    );
    assert_eq!(told["unmatched"][1]["reason"], "nothing_found");
    assert_eq!(
        (&told["unmatched"][1]["line"], &told["unmatched"][1]["gross"]),
        (&3.into(), &103_333.into())
    );
    assert_eq!(told["columns_not_used"][0], "Bandeira");
    let after = events(&url);
    let again = settle(&url, &file, &["--source", "cielo"]).ended(0).json();
    assert_eq!(
        (&again["recorded"], &again["known"]),
        (&0.into(), &2.into()),
        "{again}"
    );
    assert_eq!(events(&url), after, "the same statement again wrote");
    let text = settle(&url, &file, &["--source", "cielo", "--text"]).ended(0);
    assert!(
        text.out.contains("line 2: 33.34 of 2026-09-19 pays nothing"),
        "{text}"
    );
}

#[tokio::test]
async fn lines_that_are_refused_are_told_and_the_others_are_in() {
    let server = TestServer::private().await.unwrap();
    let folder = Folder::new();
    let url = with_books(&server, &folder).await;
    let file = folder.file("banco.csv");
    let csv = "data;valor bruto;taxa;valor liquido;referencia\n05/09/2026;10,00;0;10,00;A\n31/02/2026;10,00;0;10,00;B\n\
               05/09/2026;10,00;1,00;10,00;C\n05/09/9999;10,00;0;10,00;D\n";
    std::fs::write(&file, csv).unwrap();
    let told = settle(&url, &file, &[]).ended(1).json();
    assert_eq!(
        (&told["recorded"], &told["refused_count"], &told["kind"]),
        (&1.into(), &3.into(), &"bank".into())
    );
    let refused: Vec<_> = told["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["line"].as_u64(), one["code"].as_str()))
        .collect();
    assert!(refused.contains(&(Some(3), Some("FIELD_INVALID"))), "{refused:?}");
    assert!(refused.contains(&(Some(4), Some("NET_MISMATCH"))), "{refused:?}");
    assert!(
        refused.contains(&(Some(5), Some("DATE_OUT_OF_RANGE"))),
        "{refused:?}"
    );
    settle(&url, &file, &["--allow-unrecorded"]).ended(0);
}

#[tokio::test]
async fn a_file_that_is_no_statement_is_refused_before_anything_is_done() {
    let server = TestServer::private().await.unwrap();
    let folder = Folder::new();
    let url = server.create_database().await.unwrap();
    for (name, content, code) in [
        ("x.csv", "foo;bar\n1;2\n", "STATEMENT_WITHOUT_TITLES"),
        ("x.json", "[{\"date\": }]", "STATEMENT_NOT_JSON"),
    ] {
        let file = folder.file(name);
        std::fs::write(&file, content).unwrap();
        let ran = settle(&url, &file, &[]).ended(1);
        assert_eq!(ran.error()["code"], code, "{ran}");
        assert!(
            ran.error()["next"].as_str().is_some_and(|next| !next.is_empty()),
            "{ran}"
        );
    }
    let gone = settle(&url, &folder.file("gone.csv"), &[]).ended(1);
    assert_eq!(gone.error()["code"], "FILE_UNUSABLE");
    let wrong = settle(&url, &folder.file("x.csv"), &["--kind", "loan"]).ended(2);
    assert!(wrong.talk.contains("acquirer"), "{wrong}");
}
