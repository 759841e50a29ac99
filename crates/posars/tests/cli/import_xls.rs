//! The shipped binary as reader of `.xls`: its allocator and the limit on its addresses have to get along.

use std::fs::File;
use std::path::Path;

use posars_testkit::TestServer;

use crate::support::{Folder, posars, run, run_on};

/// A file of 22 MB, all of it numbers, the densest cells: two thirds of the biggest that is taken.
const ROWS: u16 = 14_000;
const COLUMNS: u16 = 250;
/// Enough for a stream of its own: the format keeps those below 4,096 bytes elsewhere.
const FEW_ROWS: u16 = 10;
/// Rows of one receipt.
const RECEIPT_ROWS: u16 = 400;

#[tokio::test]
async fn a_large_honest_workbook_is_read() {
    let server = TestServer::private().await.unwrap();
    let url = server.create_database().await.unwrap();
    let folder = Folder::new();
    let file = folder.file("vendas.xls");
    std::fs::write(&file, compound_file(&sales(ROWS, COLUMNS), END)).unwrap();
    assert!(std::fs::metadata(&file).unwrap().len() > 20_000_000);
    let file = file.display().to_string();
    let arguments = [
        "import",
        &file,
        "--define-missing",
        "--store",
        "Centro",
        "--dry-run",
    ];
    let read = run_on(&url, &arguments).ended(0).json();
    assert_eq!(
        (&read["rows"]["records"], &read["rows"]["refused"]),
        (&ROWS.into(), &0.into()),
        "{read}"
    );
    assert_eq!(read["records"]["accepted"], ROWS / RECEIPT_ROWS, "{read}");
}

#[test]
fn a_cyclic_workbook_ends_at_the_memory_limit() {
    let folder = Folder::new();
    let file = folder.file("vendas.xls");
    // The directory stands behind the one allocation table, and comes after itself.
    std::fs::write(&file, compound_file(&sales(FEW_ROWS, COLUMNS), 1)).unwrap();
    // Read before any database is looked for, so none is needed.
    let ran = run(&["import", &file.display().to_string(), "--data", &folder.data()]).ended(1);
    let error = ran.error();
    assert_eq!(error["code"], "parser_died", "{ran}");
    assert!(
        error["message"].as_str().unwrap().contains("limite de memória"),
        "{ran}"
    );
}

#[test]
fn a_parser_whose_allocator_has_reserved_addresses_refuses_to_start() {
    let folder = Folder::new();
    let file = folder.file("vendas.xls");
    std::fs::write(&file, compound_file(&sales(FEW_ROWS, COLUMNS), END)).unwrap();
    let with_arenas = parse(&file, &[]);
    assert!(with_arenas.contains("parser_unavailable"), "{with_arenas:?}");
    let without = parse(&file, &[("MIMALLOC_ARENA_RESERVE", "0")]);
    assert!(
        without.contains("Camisa") && !without.contains("parser_unavailable"),
        "{without:?}"
    );
}

/// What the import of a workbook of this stream ends with; no database is needed to refuse it.
fn refusal(stream: &[u8]) -> (String, String) {
    let folder = Folder::new();
    let file = folder.file("vendas.xls");
    // A stream of its own, not one among the small ones.
    let stream = [stream, &[0; SECTOR_BYTES]].concat();
    std::fs::write(&file, compound_file(&stream, END)).unwrap();
    let ran = run(&[
        "import",
        &file.display().to_string(),
        "--data",
        &folder.data(),
        "--language",
        "en",
    ])
    .ended(1);
    let error = ran.error();
    let text = |field: &str| error[field].as_str().unwrap_or_default().to_owned();
    (text("code"), format!("{}; {}", text("message"), text("next")))
}

fn begin(kind: u16) -> Vec<u8> {
    record(0x0809, &words(&[0x0600, kind, 0x0DBB, 0x07CC, 0, 0, 6, 0]))
}

#[test]
fn an_unknown_code_page_is_no_password() {
    let macintosh = [begin(5), record(0x0042, &words(&[10_029])), record(0x000A, &[])].concat();
    let (code, message) = refusal(&macintosh);
    assert_eq!(code, "unknown_code_page", "{message}");
    assert!(
        message.contains("10029") && message.contains("Apple"),
        "{message}"
    );
    // Protected with XOR: the record that says so, and a code page as scrambled as all that follows.
    let protected = [
        begin(5),
        record(0x002F, &words(&[0, 0x1234, 0x5678])),
        record(0x0042, &words(&[0xD7D4])),
        record(0x000A, &[]),
    ];
    assert_eq!(refusal(&protected.concat()).0, "encrypted");
}

#[test]
fn cells_far_apart_are_told_as_that() {
    let mut stream = globals();
    stream.extend(begin(0x10));
    // Rows 0 to 65,535 and columns 0 to 255, by the numbers behind the last.
    stream.extend(record(0x0200, &words(&[0, 0, 0, 1, 0, 256, 0])));
    for (row, column) in [(0, 0), (0, 255), (65_535, 0), (65_535, 255)] {
        stream.extend(text(row, column, "x"));
    }
    stream.extend(record(0x000A, &[]));
    let (code, message) = refusal(&stream);
    assert_eq!(code, "xls_too_wide", "{message}");
    assert!(
        message.contains("save it as .xlsx") && !message.contains("report it"),
        "{message}"
    );
}

/// What the parser sends about a workbook, with nothing but these variables around it.
fn parse(workbook: &Path, variables: &[(&str, &str)]) -> String {
    let mut command = posars(&["__parse-sheet", "ole"]);
    command.env_clear().envs(variables.iter().copied());
    let output = command.stdin(File::open(workbook).unwrap()).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The beginning of a BIFF8 workbook of one sheet, which follows.
fn globals() -> Vec<u8> {
    let globals = |sheet_at: usize| {
        let sheet_at = u32::try_from(sheet_at).unwrap().to_le_bytes();
        let sheet = [sheet_at.as_slice(), &[0, 0], &[5, 0], b"Plan1"].concat();
        let code_page = record(0x0042, &words(&[1200]));
        let format = record(0x00E0, &[0; 20]);
        [
            begin(5),
            code_page,
            format,
            record(0x0085, &sheet),
            record(0x000A, &[]),
        ]
        .concat()
    };
    globals(globals(0).len())
}

/// The stream of a BIFF8 workbook of one sheet: sales in the first columns, numbers in all others.
fn sales(rows: u16, columns: u16) -> Vec<u8> {
    let mut stream = globals();
    stream.extend(begin(0x10));
    stream.extend(record(0x0200, &words(&[0, 0, rows + 1, 0, 0, columns, 0])));
    for (column, title) in (0..).zip(["Venda", "Data", "Produto", "Qtd", "Valor total"]) {
        stream.extend(text(0, column, title));
    }
    let others = vec![7; usize::from(columns - 5)];
    for row in 1..=rows {
        stream.extend(numbers(row, 0, &[(row - 1) / RECEIPT_ROWS + 1]));
        stream.extend(text(row, 1, "30/12/2025"));
        stream.extend(text(row, 2, "Camisa"));
        stream.extend(numbers(row, 3, &[&[2, 21], others.as_slice()].concat()));
    }
    stream.extend(record(0x000A, &[]));
    stream
}

fn words(words: &[u16]) -> Vec<u8> {
    words.iter().copied().flat_map(u16::to_le_bytes).collect()
}

fn record(kind: u16, body: &[u8]) -> Vec<u8> {
    let head = words(&[kind, u16::try_from(body.len()).unwrap()]);
    [head.as_slice(), body].concat()
}

fn text(row: u16, column: u16, text: &str) -> Vec<u8> {
    let head = words(&[row, column, 0, u16::try_from(text.len()).unwrap()]);
    record(0x0204, &[head.as_slice(), &[0], text.as_bytes()].concat())
}

/// Whole numbers side by side, each in six bytes.
fn numbers(row: u16, first: u16, numbers: &[u16]) -> Vec<u8> {
    let mut body = words(&[row, first]);
    for number in numbers {
        body.extend(words(&[0]));
        body.extend((u32::from(*number) << 2 | 2).to_le_bytes());
    }
    body.extend(words(&[first + u16::try_from(numbers.len()).unwrap() - 1]));
    record(0x00BD, &body)
}

const SECTOR_BYTES: usize = 4_096;
/// Behind the last sector of a chain.
const END: u32 = 0xFFFF_FFFE;

/// A compound file around the stream of a workbook: header, allocation tables, directory, a sector of small streams,
/// and the stream. `after_directory` is the sector that follows the directory's.
fn compound_file(stream: &[u8], after_directory: u32) -> Vec<u8> {
    let entries = SECTOR_BYTES / 4;
    let sectors = stream.len().div_ceil(SECTOR_BYTES);
    // Each table has an entry for itself too.
    let tables = (sectors + 2).div_ceil(entries - 1);
    let number = |count: usize| u32::try_from(count).unwrap();
    let (directory, first) = (number(tables), number(tables + 2));

    let mut table = vec![0xFFFF_FFFD; tables];
    table.extend([after_directory, END]);
    table.extend(first + 1..first + number(sectors));
    table.push(END);
    table.resize(tables * entries, 0xFFFF_FFFF);

    let mut file = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    file.resize(24, 0);
    file.extend(words(&[0x3E, 4, 0xFFFE, 12, 6, 0, 0, 0, 0, 0]));
    let head = [number(tables), directory, 0, 4_096, END, 0, END, 0];
    let header = head.into_iter().chain(0..directory).flat_map(u32::to_le_bytes);
    file.extend(header);
    file.resize(512, 0xFF);
    file.resize(SECTOR_BYTES, 0);
    file.extend(table.into_iter().flat_map(u32::to_le_bytes));
    file.extend(entry("Root Entry", 5, first - 1, SECTOR_BYTES));
    file.extend(entry("Workbook", 2, first, stream.len()));
    file.resize((tables + 3) * SECTOR_BYTES, 0);
    file.extend(stream);
    file.resize((tables + 3 + sectors) * SECTOR_BYTES, 0);
    file
}

/// An entry of the directory.
fn entry(name: &str, kind: u8, first: u32, size_bytes: usize) -> Vec<u8> {
    let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let name_bytes = u16::try_from(entry.len() + 2).unwrap();
    entry.resize(64, 0);
    entry.extend(name_bytes.to_le_bytes());
    entry.extend([kind, 1]);
    let child = if kind == 5 { 1_u32 } else { u32::MAX };
    entry.extend([u32::MAX, u32::MAX, child].into_iter().flat_map(u32::to_le_bytes));
    entry.resize(116, 0);
    entry.extend(first.to_le_bytes());
    entry.extend(u64::try_from(size_bytes).unwrap().to_le_bytes());
    entry
}
