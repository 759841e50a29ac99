//! The workbook of refused rows: safe to open, and good to send back.

use std::io::Cursor;

use posars_xls_importer::{
    Cell, Header, ImportOutcome, Language, Refusals, Row, SalesReading, Sheet, write_refused_workbook,
};

use crate::fixture::{header, options, read, refused, workbook};
use crate::{Case, Skipped};

pub(crate) const CASES: &[Case] = &[
    ("refused_rows::come_back_as_they_were", come_back_as_they_were),
    ("refused_rows::are_safe_to_open", are_safe_to_open),
    (
        "refused_rows::report_accounts_for_every_row",
        report_accounts_for_every_row,
    ),
];

const SHEET: &[&[&str]] = &[
    &["Venda", "Data", "Loja", "Produto", "Qtd", "Preço", "Total", "Obs"],
    &["#1", "31/01/2025", "Centro", "Camisa", "#1", "#10.5", "#10.5", ""],
    &[
        "#2",
        "31/01/2025",
        "Centro",
        "=1+1",
        "#1",
        "#10.5",
        "#11.5",
        "+55 11",
    ],
    &["#2", "31/01/2025", "Centro", "Meia", "#1", "0.5", "0.5", ""],
    &["#3", "32/01/2025", "Centro", "Meia", "#1", "#5", "#5", ""],
];

fn refused_workbook(sheet: &Sheet, header: &Header, refusals: &Refusals) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    write_refused_workbook(&mut out, sheet, header, refusals, Language::PtBr).unwrap();
    out.into_inner()
}

fn come_back_as_they_were() -> Result<(), Skipped> {
    let first = read(&workbook(SHEET)).unwrap();
    let titles = header(&first.sheet);
    let reading = SalesReading::read(&first.sheet, &titles, &options()).unwrap();
    let faults = refused(&reading);
    assert_eq!(
        faults,
        [
            (3, "total_mismatch"),
            (4, "receipt_has_refused_rows"),
            (5, "date_invalid")
        ]
    );

    let second = read(&refused_workbook(&first.sheet, &titles, reading.refusals())).unwrap();
    let again = header(&second.sheet);
    assert_eq!(again.unused_columns(), ["Obs", "Linha", "Erro", "Como corrigir"]);
    let (mut one, mut other) = (Row::default(), Row::default());
    for (index, (row, _)) in (1..).zip(&faults) {
        let original = usize::try_from(*row).unwrap() - 1;
        assert!(first.sheet.read_row(original, &mut one) && second.sheet.read_row(index, &mut other));
        for column in 0..8 {
            assert_eq!(one.cell(column), other.cell(column), "row {row}, column {column}");
        }
        assert_eq!(
            other.cell(8),
            Cell::Number(posars_xls_importer::Number {
                digits: i64::from(*row),
                places: 0
            })
        );
        assert!(matches!(other.cell(9), Cell::Text(_)) && matches!(other.cell(10), Cell::Text(_)));
    }
    let reread = SalesReading::read(&second.sheet, &again, &options()).unwrap();
    let codes = |faults: &[(u32, &'static str)]| faults.iter().map(|(_, code)| *code).collect::<Vec<_>>();
    assert_eq!(
        codes(&refused(&reread)),
        codes(&faults),
        "uncorrected, it is refused for the same reasons"
    );
    Ok(())
}

fn are_safe_to_open() -> Result<(), Skipped> {
    let first = read(&workbook(SHEET)).unwrap();
    let titles = header(&first.sheet);
    let reading = SalesReading::read(&first.sheet, &titles, &options()).unwrap();
    let bytes = refused_workbook(&first.sheet, &titles, reading.refusals());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut xml = String::new();
    std::io::Read::read_to_string(
        &mut archive.by_name("xl/worksheets/sheet1.xml").unwrap(),
        &mut xml,
    )
    .unwrap();
    assert!(!xml.contains("<f>"), "no formula");
    assert!(xml.contains("=1+1"), "the text is there");
    let mut styles = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("xl/styles.xml").unwrap(), &mut styles).unwrap();
    assert!(styles.contains("quotePrefix=\"1\""));
    Ok(())
}

fn report_accounts_for_every_row() -> Result<(), Skipped> {
    let workbook = read(&workbook(SHEET)).unwrap();
    let titles = header(&workbook.sheet);
    let reading = SalesReading::read(&workbook.sheet, &titles, &options()).unwrap();
    let mut outcome = ImportOutcome::new(&workbook, &titles);
    outcome.tally = reading.tally().clone();
    outcome.refusals = reading.refusals().clone();
    reading
        .sales()
        .flat_map(|sale| sale.lines)
        .for_each(|line| outcome.accepted_rows.add(line.row));
    let report = outcome.to_json(Language::En);
    assert_eq!(report["rows"]["records"], 4);
    assert_eq!(report["rows"]["accepted_ranges"], serde_json::json!([[2, 2]]));
    assert_eq!(report["rows"]["refused"], 3);
    assert_eq!(report["file"]["sha256"].as_str().unwrap().len(), 64);
    let error = &report["refused_rows"][0]["errors"][0];
    assert_eq!(error["code"], "total_mismatch");
    assert_eq!(error["column"], "Total");
    assert_eq!(
        error["message"],
        "Total: the total is not quantity x price - discount (\"11.50\"); = 10.50"
    );
    assert_eq!(error["how_to_fix"], "check quantity, price, discount and total");
    Ok(())
}
