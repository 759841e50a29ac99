//! The report files read back: every figure is where it belongs and the sums are right.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::io::Cursor;

use calamine::{Data, DataType, Reader, Xlsx};
use jiff::tz::TimeZone;
use posars_domain::{Amount, Currency, Quantity};
use posars_projections::{DailySales, DailySalesFilter, Page, Position, SalesFigures};
use posars_reports::{DailySalesReport, DecimalMark, Format, Language, ReportOptions};

fn row(store: (&str, &str), day: &str, method: &str, n: i64) -> DailySales {
    let count = u64::try_from(n).unwrap();
    DailySales {
        business_date: day.parse().unwrap(),
        store_id: store.0.parse().unwrap(),
        store_name: store.1.to_owned(),
        method: method.parse().unwrap(),
        currency: Currency::BRL,
        figures: SalesFigures {
            sales: count,
            payments: count + 1,
            quantity: Quantity::from_ten_thousandths(n * 15_000),
            gross: Amount::from_minor(n * 1_000 + 7),
            discount: Amount::from_minor(7),
            total: Amount::from_minor(n * 1_000),
            returns: 1,
            refunds: Amount::from_minor(30),
            voids: 1,
            voided: Amount::from_minor(4),
        },
    }
}

fn report() -> DailySalesReport {
    let (norte, centro) = (("norte", "=Norte & Cia"), ("centro", "Loja \"Centro\", SP"));
    let rows = vec![
        row(norte, "2026-01-31", "pix", 3),
        row(centro, "2026-01-31", "pix", 2),
        row(centro, "2026-01-30", "vale_x", 10),
        row(centro, "2026-01-30", "cash", 1),
    ];
    let page = Page {
        rows,
        next: None,
        position: Position::new(4711),
    };
    let filter = DailySalesFilter {
        from: "2026-01-01".parse().unwrap(),
        to: "2026-01-31".parse().unwrap(),
        store_id: None,
    };
    DailySalesReport::new(
        "Mercado & Filhos",
        &filter,
        page,
        "2026-02-01T03:04:05Z".parse().unwrap(),
    )
    .unwrap()
}

fn options(language: Language, decimal_mark: DecimalMark) -> ReportOptions {
    ReportOptions {
        language,
        decimal_mark,
        time_zone: TimeZone::get("America/Sao_Paulo").unwrap(),
    }
}

fn csv(options: &ReportOptions) -> String {
    let mut out = Vec::new();
    report().write(Format::Csv, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn csv_has_every_row_and_quotes_what_needs_it() {
    let text = csv(&options(Language::En, DecimalMark::Point));
    assert!(
        text.starts_with("Store id,Store,Date,Payment method,Currency,Sales,Units,Gross,"),
        "{text}"
    );
    assert_eq!(text.matches("\r\n").count(), 5);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    let first: Vec<&str> = records[1].iter().collect();
    assert_eq!(
        first,
        [
            "centro",
            "Loja \"Centro\", SP",
            "2026-01-30",
            "Cash",
            "BRL",
            "1",
            "1.5",
            "10.07",
            "0.07",
            "0.30",
            "0.04",
            "9.66"
        ]
    );
    // A formula comes out as text, a method of one's own as it is.
    assert_eq!(&records[0][1], "'=Norte & Cia");
    assert_eq!(&records[2][3], "vale_x");
    let net: i64 = records
        .iter()
        .map(|record| record[11].replace('.', "").parse::<i64>().unwrap())
        .sum();
    assert_eq!(net, 16_000 - 4 * 34);
}

#[test]
fn csv_with_commas_is_separated_by_semicolons() {
    let text = csv(&options(Language::PtBr, DecimalMark::Comma));
    assert!(
        text.starts_with("Código da loja;Loja;Data;Forma de pagamento;Moeda;Vendas;Unidades;Bruto;"),
        "{text}"
    );
    assert!(
        text.contains("2026-01-30;Dinheiro;BRL;1;1,5;10,07;0,07;0,30;0,04;9,66\r\n"),
        "{text}"
    );
}

fn workbook(language: Language) -> Vec<u8> {
    let mut out = Vec::new();
    report()
        .write(Format::Xlsx, &options(language, DecimalMark::Point), &mut out)
        .unwrap();
    out
}

/// Numbers of a row, in the order of the columns.
fn numbers(row: &[Data]) -> Vec<f64> {
    row.iter()
        .filter(|cell| cell.is_float() || cell.is_int())
        .filter_map(DataType::as_f64)
        .collect()
}

#[test]
fn the_workbook_shows_rows_subtotals_and_total() {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(workbook(Language::PtBr))).unwrap();
    assert_eq!(book.sheet_names(), ["Vendas diárias", "Resumo", "Gráficos"]);
    let sheet = book.worksheet_range("Vendas diárias").unwrap();
    let rows: Vec<&[Data]> = sheet.rows().collect();
    assert_eq!(
        rows[0][0],
        Data::String("Mercado & Filhos  ·  Vendas diárias".into())
    );
    assert_eq!(
        rows[1][0],
        Data::String("Período: 01/01/2026 a 31/01/2026  ·  Todas as lojas".into())
    );
    assert_eq!(
        rows[2][0],
        Data::String("Posição do registro 4711  ·  Gerado em 01/02/2026 00:04".into())
    );
    assert_eq!(rows[4][3], Data::String("Vendas".into()));
    // By name of the store, each with its sum below.
    assert_eq!(rows[5][0], Data::String("=Norte & Cia".into()));
    assert!(matches!(rows[5][1], Data::DateTime(_)), "{:?}", rows[5][1]);
    assert_eq!(numbers(&rows[5][3..]), [3.0, 4.5, 30.07, 0.07, 0.3, 0.04, 29.66]);
    assert_eq!(rows[7][2], Data::String("Dinheiro".into()));
    assert_eq!(rows[10][0], Data::String("Subtotal Loja \"Centro\", SP".into()));
    assert_eq!(
        numbers(&rows[10][3..]),
        [13.0, 19.5, 130.21, 0.21, 0.9, 0.12, 128.98]
    );
    assert_eq!(rows[11][0], Data::String("Total BRL".into()));
    assert_eq!(
        numbers(&rows[11][3..]),
        [16.0, 24.0, 160.28, 0.28, 1.2, 0.16, 158.64]
    );
    let formulas = book.worksheet_formula("Vendas diárias").unwrap();
    let found: Vec<String> = formulas
        .used_cells()
        .map(|(_, _, formula)| formula.clone())
        .collect();
    assert_eq!((found.len(), found[7].as_str()), (14, "SUBTOTAL(9,D8:D10)"));
}

#[test]
fn the_summary_adds_up_by_method_store_and_day() {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(workbook(Language::En))).unwrap();
    let sheet = book.worksheet_range("Summary").unwrap();
    let named = |name: &str| {
        let found: Vec<Vec<f64>> = sheet
            .rows()
            .filter(|row| row[0] == Data::String(name.into()))
            .map(|row| numbers(&row[1..]))
            .collect();
        found
    };
    assert_eq!(named("PIX"), [vec![5.0, 7.5, 50.14, 0.14, 0.6, 0.08, 49.32]]);
    assert_eq!(
        named("Loja \"Centro\", SP"),
        [vec![13.0, 19.5, 130.21, 0.21, 0.9, 0.12, 128.98]]
    );
    // Three tables, three totals, all the same.
    let totals: Vec<_> = named("Total").into_iter().filter(|row| !row.is_empty()).collect();
    assert_eq!(totals, vec![vec![16.0, 24.0, 160.28, 0.28, 1.2, 0.16, 158.64]; 3]);
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    assert_eq!(workbook(Language::PtBr), workbook(Language::PtBr));
    assert_eq!(
        report().file_name(Format::Xlsx, Language::PtBr),
        "vendas-diarias_2026-01-01_2026-01-31.xlsx"
    );
    assert_eq!(
        report().file_name(Format::Csv, Language::En),
        "daily-sales_2026-01-01_2026-01-31.csv"
    );
}

#[test]
fn a_period_without_sales_says_so() {
    let filter = DailySalesFilter {
        from: "2026-01-01".parse().unwrap(),
        to: "2026-01-02".parse().unwrap(),
        store_id: Some("centro".parse().unwrap()),
    };
    let page = Page {
        rows: Vec::new(),
        next: None,
        position: Position::START,
    };
    let empty =
        DailySalesReport::new("Mercado", &filter, page, "2026-02-01T03:04:05Z".parse().unwrap()).unwrap();
    let mut out = Vec::new();
    empty
        .write(Format::Xlsx, &ReportOptions::default(), &mut out)
        .unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(out)).unwrap();
    assert_eq!(book.sheet_names(), ["Vendas diárias", "Resumo"]);
    let sheet = book.worksheet_range("Vendas diárias").unwrap();
    assert_eq!(
        sheet.get_value((5, 0)),
        Some(&Data::String("Nenhuma venda no período".into()))
    );
}

#[test]
fn sums_beyond_an_amount_are_refused() {
    let mut rows = vec![
        row(("a", "A"), "2026-01-01", "pix", 1),
        row(("a", "A"), "2026-01-02", "pix", 1),
    ];
    for row in &mut rows {
        row.figures.total = Amount::MAX;
        row.figures.refunds = Amount::ZERO;
    }
    let page = Page {
        rows,
        next: None,
        position: Position::new(2),
    };
    let filter = DailySalesFilter {
        from: "2026-01-01".parse().unwrap(),
        to: "2026-01-02".parse().unwrap(),
        store_id: None,
    };
    let refused = DailySalesReport::new("M", &filter, page, "2026-02-01T03:04:05Z".parse().unwrap());
    assert!(refused.unwrap_err().to_string().contains("shorter period"));
}
