//! A spreadsheet's way into the log and out again as a report.

use std::collections::HashMap;
use std::io::Write as _;

use posars_testkit::TestServer;
use serde_json::Value;

use crate::sheets::{Line, good_lines, line, total_centavos, write};
use crate::support::{Folder, Ran, posars, run, run_on, signal, wait_until_nobody_is_below};

fn import(url: &str, file: &std::path::Path, more: &[&str]) -> Ran {
    let file = file.display().to_string();
    let mut arguments = vec!["import", &file];
    arguments.extend(more);
    run_on(url, &arguments)
}

/// The report's rows as titles to values, and the sum of its net in centavos.
fn daily_sales(csv: &str) -> (Vec<HashMap<&str, &str>>, i64) {
    let mut lines = csv.lines();
    let titles: Vec<&str> = lines.next().unwrap().split(',').collect();
    let rows = lines.map(|line| titles.iter().copied().zip(line.split(',')).collect());
    let rows: Vec<HashMap<&str, &str>> = rows.collect();
    let total = rows
        .iter()
        .map(|row| row["Net"].replace('.', "").parse::<i64>().unwrap())
        .sum();
    (rows, total)
}

fn report(url: &str, file: &std::path::Path) -> String {
    let out = file.display().to_string();
    let period = [
        "report",
        "daily-sales",
        "--from",
        "2026-01-01",
        "--to",
        "2026-01-31",
    ];
    let mut arguments = period.to_vec();
    arguments.extend(["--format", "csv", "--language", "en", "--out", &out]);
    run_on(url, &arguments).ended(0);
    std::fs::read_to_string(file).unwrap()
}

fn events(url: &str) -> u64 {
    run_on(url, &["audit", "verify"]).ended(0).json()["events"]
        .as_u64()
        .unwrap()
}

#[tokio::test]
async fn a_sheet_becomes_sales_once_and_the_report_adds_up() {
    let server = TestServer::private().await.unwrap();
    let url = server.create_database().await.unwrap();
    let folder = Folder::new();
    let (sheet, csv) = (folder.file("vendas.xlsx"), folder.file("vendas.csv"));
    write(&sheet, &good_lines());

    // A dry run says what would be and writes nothing.
    let dry = import(&url, &sheet, &["--define-missing", "--dry-run"])
        .ended(0)
        .json();
    assert_eq!(dry["state"], "dry_run");
    assert_eq!(events(&url), 0, "a dry run wrote");

    // Without --define-missing unknown stores are refused, each row with its reason.
    let refused = import(&url, &sheet, &[]).ended(1).json();
    assert_eq!(refused["rows"]["refused"], 6, "{refused}");

    let first = import(&url, &sheet, &["--define-missing"]).ended(0).json();
    assert_eq!(first["state"], "completed");
    assert_eq!(
        (&first["records"]["accepted"], &first["rows"]["refused"]),
        (&4.into(), &0.into()),
        "{first}"
    );
    assert_eq!(
        (
            &first["records"]["stores_defined"],
            &first["records"]["products_defined"]
        ),
        (&2.into(), &3.into())
    );
    let after_first = events(&url);

    let text = report(&url, &csv);
    let (rows, total) = daily_sales(&text);
    assert_eq!(total, i64::from(total_centavos(&good_lines())), "{text}");
    assert_eq!(rows.len(), 3, "one row for each day and store: {text}");

    // The same file again changes nothing.
    let again = import(&url, &sheet, &["--define-missing"]).ended(0).json();
    assert_eq!(
        (&again["records"]["accepted"], &again["records"]["duplicate"]),
        (&0.into(), &4.into()),
        "{again}"
    );
    assert_eq!(events(&url), after_first, "the second import wrote");
    assert_eq!(report(&url, &csv), text);

    // Stock followed: every unit sold went out, so the stock stands below zero.
    let moved = run_on(&url, &["audit", "replay", "--category", "stock"])
        .ended(0)
        .out;
    assert_eq!(
        moved
            .lines()
            .filter(|line| line.contains("\"StockIssued\""))
            .count(),
        6,
        "{moved}"
    );
}

#[tokio::test]
async fn a_corrected_sheet_adds_only_what_was_refused() {
    let server = TestServer::private().await.unwrap();
    let url = server.create_database().await.unwrap();
    let folder = Folder::new();
    let (wrong, right, refused) = (
        folder.file("wrong.xlsx"),
        folder.file("right.xlsx"),
        folder.file("refused.xlsx"),
    );
    let mut lines: Vec<Line> = good_lines();
    // One receipt with a total that is no sum: nothing of that receipt may get in.
    lines[2].total_centavos += 1_000;
    write(&wrong, &lines);
    write(&right, &good_lines());
    let refused_out = refused.display().to_string();
    let first = import(&url, &wrong, &["--define-missing", "--refused", &refused_out])
        .ended(1)
        .json();
    assert_eq!(first["state"], "completed_with_refusals");
    assert_eq!(
        (&first["records"]["accepted"], &first["rows"]["refused"]),
        (&3.into(), &1.into()),
        "{first}"
    );
    let problem = &first["refused_rows"][0];
    assert_eq!(problem["row"], 4, "as the spreadsheet counts: {first}");
    assert!(
        problem["errors"][0]["code"].is_string() && problem["errors"][0]["how_to_fix"].is_string(),
        "{first}"
    );
    assert!(
        std::fs::metadata(&refused).unwrap().len() > 1_000,
        "the workbook of refused rows"
    );

    let second = import(&url, &right, &["--define-missing"]).ended(0).json();
    assert_eq!(
        (&second["records"]["accepted"], &second["records"]["duplicate"]),
        (&1.into(), &3.into()),
        "{second}"
    );

    // The same receipt with other content is refused on its rows and changes nothing.
    let mut other = good_lines();
    other[3] = line("2001", 5, "Loja Norte", "Meia", 2, 890);
    write(&right, &other);
    let before = events(&url);
    let third = import(&url, &right, &["--define-missing"]).ended(1).json();
    assert_eq!(
        (&third["records"]["accepted"], &third["records"]["duplicate"]),
        (&0.into(), &3.into()),
        "{third}"
    );
    assert_eq!(third["refused_rows"][0]["row"], 5, "{third}");
    assert_eq!(events(&url), before);
}

#[tokio::test]
async fn broken_and_hostile_files_are_refused_whole_with_their_code() {
    let server = TestServer::private().await.unwrap();
    let url = server.create_database().await.unwrap();
    let folder = Folder::new();
    let check = |name: &str, bytes: &[u8], code: &str| {
        let file = folder.file(name);
        std::fs::File::create(&file).unwrap().write_all(bytes).unwrap();
        let ran = import(&url, &file, &["--define-missing"]).ended(1);
        assert_eq!(ran.error()["code"], code, "{ran}");
        assert!(ran.error()["message"].as_str().unwrap().contains(name), "{ran}");
    };
    check("text.xlsx", b"just text", "unsupported_format");
    check("cut.xlsx", b"PK\x03\x04 and then nothing", "corrupt");
    let missing = import(&url, &folder.file("missing.xlsx"), &[]).ended(1);
    assert_eq!(missing.error()["code"], "unreadable");
    let strange = folder.file("strange.xlsx");
    let mut workbook = rust_xlsxwriter::Workbook::new();
    workbook.add_worksheet().write(0, 0, "Alfa").unwrap();
    workbook.save(&strange).unwrap();
    let ran = import(&url, &strange, &[]).ended(1);
    assert_eq!(ran.error()["code"], "no_header");
    assert_eq!(events(&url), 0);
}

#[test]
fn an_import_on_a_folder_brings_its_own_postgresql_and_takes_it_away() {
    let folder = Folder::new();
    let data = folder.data();
    let (sheet, xlsx) = (folder.file("vendas.xlsx"), folder.file("vendas-relatorio.xlsx"));
    write(&sheet, &good_lines());
    let sheet = sheet.display().to_string();
    let first = run(&["import", &sheet, "--define-missing", "--data", &data])
        .ended(0)
        .json();
    assert_eq!(first["records"]["accepted"], 4);
    wait_until_nobody_is_below(&data);
    let out = xlsx.display().to_string();
    let written = run(&[
        "report",
        "daily-sales",
        "--from",
        "2026-01-01",
        "--to",
        "2026-01-31",
        "--format",
        "xlsx",
        "--out",
        &out,
        "--data",
        &data,
    ])
    .ended(0)
    .json();
    assert_eq!(written["rows"], 3, "{written}");
    assert_eq!(
        &std::fs::read(&xlsx).unwrap()[..2],
        b"PK",
        "a workbook is a zip archive"
    );
    let status: Value = run(&["projections", "status", "--data", &data]).ended(0).json();
    for projection in status["projections"].as_array().unwrap() {
        assert_eq!(
            (&projection["lag_events"], &projection["parked"]),
            (&0.into(), &0.into()),
            "{status}"
        );
    }
    wait_until_nobody_is_below(&data);
}

/// Six thousand receipts of one line: long enough under way to be disturbed.
fn many_lines() -> Vec<Line> {
    (0..6_000)
        .map(|number| line(format!("R{number}"), 5, "Loja Centro", "Meia", 1, 890))
        .collect()
}

/// Waits until the import has got some way.
async fn wait_for_events(url: &str) {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    loop {
        let rows = client
            .query("select max(position) as position from log_head", &[])
            .await
            .unwrap();
        if rows[0].get::<_, Option<i64>>("position").unwrap_or(0) >= 500 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    drop(client);
    connection.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_import_outlives_a_crash_of_its_database() {
    let mut server = TestServer::private().await.unwrap();
    let url = server.create_database().await.unwrap();
    let folder = Folder::new();
    let sheet = folder.file("many.xlsx");
    write(&sheet, &many_lines());
    let file = sheet.display().to_string();
    let mut command = posars(&["import", &file, "--define-missing"]);
    let importing = command.env("POSARS_DATABASE_URL", &url).spawn().unwrap();
    wait_for_events(&url).await;
    server.kill9().await.unwrap();
    server.restart().await.unwrap();
    let ran: Ran = tokio::task::spawn_blocking(|| importing.wait_with_output())
        .await
        .unwrap()
        .unwrap()
        .into();
    let done = ran.ended(0).json();
    let count = |name: &str| done["records"][name].as_u64().unwrap();
    // An append whose answer was lost in the crash is found to be there when it is sent again.
    assert_eq!(count("accepted") + count("duplicate"), 6_000, "{done}");
    assert_eq!(
        daily_sales_total(&url, &folder.file("many.csv")),
        (1, 6_000 * 890)
    );
    run_on(&url, &["audit", "verify"]).ended(0);
}

#[tokio::test]
async fn an_import_whose_own_postgresql_dies_says_so_at_once_and_the_next_goes_on() {
    let folder = Folder::new();
    let data = folder.data();
    let sheet = folder.file("many.xlsx");
    write(&sheet, &many_lines());
    let sheet = sheet.display().to_string();
    run(&["migrate", "--data", &data]).ended(0);
    let arguments = ["import", &sheet, "--define-missing", "--data", &data];
    let importing = posars(&arguments).spawn().unwrap();
    let pid = wait_for_postmaster(&data);
    wait_for_events(&format!("host={data}/pg/run user=posars dbname=posars")).await;
    signal(pid, "-KILL");
    let ran: Ran = importing.wait_with_output().unwrap().into();
    let ran = ran.ended(3);
    assert!(ran.error()["next"].as_str().unwrap().contains("again"), "{ran}");
    wait_until_nobody_is_below(&data);
    let done = run(&arguments).ended(0).json();
    let count = |name: &str| done["records"][name].as_u64().unwrap();
    assert_eq!(count("accepted") + count("duplicate"), 6_000, "{done}");
}

/// The process id of the private server, once it takes connections.
fn wait_for_postmaster(data: &str) -> u32 {
    let file = std::path::Path::new(data).join("pg/data/postmaster.pid");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    loop {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        if lines.get(7).is_some_and(|state| state.starts_with("ready")) {
            return lines[0].parse().unwrap();
        }
        assert!(std::time::Instant::now() < deadline, "PostgreSQL did not start");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

fn daily_sales_total(url: &str, file: &std::path::Path) -> (usize, i64) {
    let text = report(url, file);
    let (rows, total) = daily_sales(&text);
    (rows.len(), total)
}
