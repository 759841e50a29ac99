//! What of a file is not in the log, and that the import says so; receipts are in it whole or not at all.

use posars_domain::Amount;
use posars_xls_importer::{Finding, ImportSettings, ImportState, Language, Workbook};

use crate::fixture::{file, raw_workbook, read, refused, sales, sales_titles, text_cell, workbook};
use crate::into_log::{World, codes, run, settings};
use crate::{Case, Skipped};

pub(crate) const CASES: &[Case] = &[
    ("whole::a_row_that_goes_on_with_the_receipt_above", || {
        run(goes_on)
    }),
    ("whole::stock_that_waits_for_its_product", || run(stock_waits)),
    ("whole::what_was_not_read_or_recorded", || run(left_out)),
    ("whole::parts_in_utf16", parts_in_utf16),
];

const TITLES: &[&str] = &["Venda", "Data", "Produto", "Qtd", "Total"];

/// Correcting the original or the rows sent back ends in the same single sale.
async fn goes_on(world: World) -> anyhow::Result<()> {
    let first: &[&str] = &["#1", "30/12/2025", "Camisa", "#1", "#20"];
    let second: &[&str] = &["#1", "30/12/2025", "Meia", "#1", "#8"];
    let outcome = world
        .import(
            &workbook(&[
                TITLES,
                first,
                &["", "", "Meia", "#1", "#8"],
                &["#2", "30/12/2025", "Meia", "#1", "#5"],
            ]),
            &settings(),
        )
        .await?;
    assert_eq!(
        codes(&outcome),
        [
            (2, "receipt_has_refused_rows"),
            (3, "required_missing"),
            (3, "required_missing")
        ]
    );
    assert_eq!(outcome.records.accepted, 1);
    let corrected = world
        .import(&workbook(&[TITLES, first, second]), &settings())
        .await?;
    assert_eq!(
        (corrected.records.accepted, corrected.totals.amount),
        (1, Some(Amount::from_minor(2_800)))
    );
    let added = |row: &[&'static str], number| [row, &[number, "…", "…"]].concat();
    let sent_back = workbook(&[
        &[TITLES, &["Linha", "Erro", "Como corrigir"]].concat(),
        &added(first, "#2"),
        &added(second, "#3"),
    ]);
    let again = world.import(&sent_back, &settings()).await?;
    assert_eq!(
        (again.records.accepted, again.records.duplicate),
        (0, 1),
        "{again:?}"
    );
    Ok(())
}

async fn stock_waits(world: World) -> anyhow::Result<()> {
    let known: &[&str] = &["#1", "30/12/2025", "Camisa", "#1", "#20"];
    world.import(&workbook(&[TITLES, known]), &settings()).await?;
    let known_only = ImportSettings {
        define_missing: false,
        ..settings()
    };
    let bytes = workbook(&[
        TITLES,
        &["#2", "30/12/2025", "Camisa", "#1", "#20"],
        &["#3", "30/12/2025", "Meia", "#2", "#8"],
        &["#3", "30/12/2025", "Bolsa", "#1.5", "#8"],
    ]);
    for accepted in [2, 0] {
        let outcome = world.import(&bytes, &known_only).await?;
        assert_eq!(
            (outcome.state, outcome.records.accepted),
            (ImportState::Completed, accepted)
        );
        let [
            finding @ Finding::StockWaits {
                products, rows: 2, ..
            },
        ] = outcome.findings.as_slice()
        else {
            anyhow::bail!("{:?}", outcome.findings);
        };
        assert_eq!(products, &["bolsa", "meia"]);
        let told = (finding.message(Language::En), finding.next_step(Language::PtBr));
        assert!(told.0.contains("2 rows (3.5 units)"), "{told:?}");
        assert!(told.1.is_some_and(|next| next.contains("--define-missing")));
        let report = outcome.to_json(Language::En);
        assert_eq!(report["findings"][0]["code"], "stock_waits");
    }
    let released = world.import(&bytes, &settings()).await?;
    assert_eq!(
        (released.records.products_defined, released.findings.len()),
        (2, 0)
    );
    Ok(())
}

async fn left_out(world: World) -> anyhow::Result<()> {
    let mut book = rust_xlsxwriter::Workbook::new();
    for name in ["Janeiro", "Fevereiro", "Vazia"] {
        let page = book.add_worksheet().set_name(name)?;
        if name == "Vazia" {
            continue;
        }
        for (column, title) in (0..).zip(["Venda", "Data", "Produto", "Qtd", "Total", "Marca"]) {
            page.write(0, column, title)?;
        }
        for row in [1, 300] {
            for (column, text) in (0..).zip(["7", "30/12/2025", "Meia", "1", "5", "X"]) {
                page.write(row, column, text)?;
            }
            page.set_row_hidden(1)?;
        }
    }
    let bytes = book.save_to_buffer()?;
    let outcome = world.import(&bytes, &settings()).await?;
    assert_eq!(
        outcome.findings,
        [
            Finding::RowsAfterGap { row: 301 },
            Finding::HiddenRows { rows: Some(1) },
            Finding::SheetsNotRead {
                sheets: vec!["Fevereiro".to_owned()],
                was_chosen: false
            }
        ]
    );
    let look: Vec<bool> = outcome.findings.iter().map(Finding::needs_a_look).collect();
    assert_eq!(look, [true, false, true], "hidden rows are recorded");
    let not_recorded: Vec<(&str, bool)> = outcome
        .not_recorded
        .iter()
        .map(|column| (column.column.as_str(), column.needs_a_look))
        .collect();
    assert_eq!(not_recorded, [("Marca", true)]);
    assert!(!outcome.is_whole());
    let path = file(&bytes);
    let named = tokio::task::block_in_place(|| {
        Workbook::read(
            path.path(),
            Some("Fevereiro"),
            &posars_xls_importer::ParserCommand::this_binary(),
        )
    })?;
    assert!(named.sheet_is_named);
    assert_eq!(named.sheet.unread_sheets(), ["Janeiro"]);
    Ok(())
}

fn parts_in_utf16() -> Result<(), Skipped> {
    let cells = [
        ("A2", "1"),
        ("B2", "01/01/2025"),
        ("C2", "Pão de açúcar"),
        ("D2", "1"),
        ("E2", "5"),
    ];
    let cells: String = cells
        .iter()
        .map(|(reference, text)| text_cell(reference, text))
        .collect();
    let rows = format!("{}<row r=\"2\">{cells}</row>", sales_titles());
    let sheet = format!(
        r#"<?xml version="1.0" encoding="UTF-16"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    );
    let units = |text: &str| -> Vec<u16> { text.encode_utf16().collect() };
    let marked = units(&format!("\u{FEFF}{sheet}"));
    let little: Vec<u8> = marked.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = marked.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    for part in [little, big] {
        let reading = sales(&raw_workbook("", "", &[("xl/worksheets/sheet1.xml", &part)]));
        assert_eq!(refused(&reading), []);
        assert_eq!(&*reading.products()[0].name, "Pão de açúcar");
    }
    // The bounds hold in this encoding too.
    let doctype = units("\u{FEFF}<!DOCTYPE x []><worksheet/>");
    let doctype: Vec<u8> = doctype.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let refusal = read(&raw_workbook("", "", &[("xl/worksheets/sheet1.xml", &doctype)])).unwrap_err();
    assert_eq!(refusal.code(), "xml_dtd_forbidden");
    Ok(())
}
