//! The workbook of refused rows: safe to open, and good to send back.

use std::io::Cursor;

use jiff::civil::{date, time};
use posars_xls_importer::{
    Cell, Header, ImportOutcome, Language, ReadOptions, Refusals, Row, RowFault, RowReason, SalesReading,
    Sheet, write_refused_workbook,
};

use crate::cell_evidence::{Day, Made, Number, Shown, Text, made};
use crate::fixture::{header, options, read, refused, workbook};
use crate::{Case, Skipped};

pub(crate) const CASES: &[Case] = &[
    ("refused_rows::come_back_as_they_were", come_back_as_they_were),
    ("refused_rows::keep_what_their_cells_show", keep_what_cells_show),
    (
        "refused_rows::keep_what_other_rows_say_of_them",
        keep_what_other_rows_say,
    ),
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

/// Rows and codes of faults.
type Faults = Vec<(u32, &'static str)>;

/// The faults of a sheet, and of its own workbook of refused rows.
fn sent_back(bytes: &[u8]) -> (Faults, Faults) {
    let options = ReadOptions {
        store: Some("Centro".to_owned()),
        ..options()
    };
    let first = read(bytes).unwrap();
    let titles = header(&first.sheet);
    let reading = SalesReading::read(&first.sheet, &titles, &options).unwrap();
    let second = read(&refused_workbook(&first.sheet, &titles, reading.refusals())).unwrap();
    let again = SalesReading::read(&second.sheet, &header(&second.sheet), &options).unwrap();
    (refused(&reading), refused(&again))
}

fn keep_what_cells_show() -> Result<(), Skipped> {
    let titles = ["Venda", "Data", "Código", "Qtd", "Preço", "Desconto"].map(Text);
    let row = |receipt, code, quantity, price, discount| {
        [
            Number(receipt),
            Text("05/11/2025"),
            code,
            quantity,
            price,
            discount,
        ]
    };
    let dollars = || Shown(10.0, "[$US$-409]#,##0.00");
    let rows = [
        row(1.0, Text("A"), Number(1.0), dollars(), Made::Nothing),
        row(
            2.0,
            Shown(123.0, "0000000"),
            Number(1.0),
            Number(100.0),
            Shown(0.1, "0%"),
        ),
        // What makes the whole receipt wait; corrected, the row above comes in as it was.
        row(2.0, Text("A"), Text("x"), Number(5.0), Made::Nothing),
    ];
    let bytes = made(&[&titles, &rows[0], &rows[1], &rows[2]], &[]);
    let (one, other) = sent_back(&bytes);
    assert_eq!(
        one,
        [
            (2, "foreign_money"),
            (3, "receipt_has_refused_rows"),
            (4, "number_invalid")
        ]
    );
    assert_eq!(one, other);
    let first = read(&bytes).unwrap();
    let titles = header(&first.sheet);
    let options = ReadOptions {
        store: Some("Centro".to_owned()),
        ..options()
    };
    let reading = SalesReading::read(&first.sheet, &titles, &options).unwrap();
    let mut refusals = Refusals::default();
    refusals.add(3, reading.refusals().rows()[1].faults.clone());
    let alone = read(&refused_workbook(&first.sheet, &titles, &refusals)).unwrap();
    let alone = SalesReading::read(&alone.sheet, &header(&alone.sheet), &options).unwrap();
    let sale = alone.sales().next().unwrap();
    assert_eq!(
        (sale.lines[0].sku.as_str(), sale.total.minor()),
        ("0000123", 9_000)
    );
    Ok(())
}

fn keep_what_other_rows_say() -> Result<(), Skipped> {
    let titles: &[&str] = &["Venda", "Data", "Produto", "Qtd", "Preço"];
    let (one, other) = sent_back(&workbook(&[
        titles,
        &["#1", "04/25/2025", "Café", "#1", "#5"],
        &["#2", "03/04/2025 10:30", "Café", "#1", "#5"],
        &["#2", "03/04/2025", "Café", "", "#5"],
    ]));
    assert_eq!(one, [(3, "receipt_has_refused_rows"), (4, "required_missing")]);
    assert_eq!(other, [(2, "receipt_has_refused_rows"), (3, "required_missing")]);
    let month_first = [
        ["#1", "04/25/2025", "Café", "#1", "#5"],
        ["#2", "03/04/2025 10:30", "Café", "#1", "#5"],
    ];
    let first = read(&workbook(&[titles, &month_first[0], &month_first[1]])).unwrap();
    let mut refusals = Refusals::default();
    refusals.add(3, vec![RowFault::of_row(RowReason::Rejected, "")]);
    let back = read(&refused_workbook(&first.sheet, &header(&first.sheet), &refusals)).unwrap();
    let options = ReadOptions {
        store: Some("Centro".to_owned()),
        ..options()
    };
    let back = SalesReading::read(&back.sheet, &header(&back.sheet), &options).unwrap();
    let sale = back.sales().next().unwrap();
    assert_eq!(
        (sale.date, sale.time),
        (date(2025, 3, 4), Some(time(10, 30, 0, 0)))
    );

    let (one, other) = sent_back(&workbook(&[
        titles,
        &["#1", "04/25/2025", "Café", "#1", "#5"],
        &["#2", "25/04/2025", "Café", "#1", "#5"],
        &["#3", "03/04/2025", "Café", "#1", "#5"],
    ]));
    assert_eq!(
        (one, other),
        (vec![(4, "date_ambiguous")], vec![(2, "date_invalid")])
    );
    let titles = titles.iter().copied().map(Text).collect::<Vec<_>>();
    let day = |receipt, day| [Number(receipt), day, Text("Café"), Number(1.0), Number(5.0)];
    let (one, other) = sent_back(&made(
        &[
            &titles,
            &day(1.0, Text("13/11/2025")),
            &day(2.0, Day(date(2025, 5, 11))),
        ],
        &[],
    ));
    assert_eq!(
        (one, other),
        (vec![(3, "date_swapped")], vec![(2, "date_invalid")])
    );
    let (one, other) = sent_back(&workbook(&[
        &["Venda", "Data", "Produto", "Qtd", "Preço", "Desconto"],
        &["#1", "05/11/2025", "Café", "#1", "#5", "10%"],
        &["#2", "05/11/2025", "Café", "#1", "#5", "#0.5"],
    ]));
    assert_eq!(
        (one, other),
        (vec![(3, "discount_unclear")], vec![(2, "number_invalid")])
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
