//! Honest workbooks with the oddities of real ones.

use jiff::civil::{date, time};
use posars_domain::{Amount, Quantity, UnitPrice};
use posars_xls_importer::{
    Cell, Field, MappingChoice, Number, ProductsReading, SalesReading, SheetKind, StockReading, find_header,
};

use crate::fixture::{
    header, options, raw_workbook, read, read_sheet, refused, sales, sales_titles, text_cell, workbook,
};
use crate::{Case, Skipped};

pub(crate) const CASES: &[Case] = &[
    ("generated::a_brazilian_sheet_of_text", a_brazilian_sheet_of_text),
    (
        "generated::rows_of_a_receipt_need_not_be_adjacent",
        rows_of_a_receipt_need_not_be_adjacent,
    ),
    (
        "generated::a_bad_row_takes_its_receipt_with_it",
        a_bad_row_takes_its_receipt_with_it,
    ),
    (
        "generated::an_unreadable_receipt_casts_doubt_on_its_neighbours",
        an_unreadable_receipt,
    ),
    (
        "generated::rows_without_receipt_count_occurrences",
        rows_without_receipt_count_occurrences,
    ),
    (
        "generated::ids_do_not_depend_on_the_file",
        ids_do_not_depend_on_the_file,
    ),
    ("generated::payments", payments),
    (
        "generated::totals_before_or_after_discount",
        totals_before_or_after_discount,
    ),
    ("generated::price_from_total", price_from_total),
    (
        "generated::separators_are_a_matter_of_the_column",
        separators_are_a_matter_of_the_column,
    ),
    (
        "generated::footers_blanks_and_repeated_titles",
        footers_blanks_and_repeated_titles,
    ),
    ("generated::hidden_and_empty_sheets", hidden_and_empty_sheets),
    ("generated::both_epochs", both_epochs),
    ("generated::errors_and_formulas", errors_and_formulas),
    (
        "generated::long_numbers_in_number_cells",
        long_numbers_in_number_cells,
    ),
    (
        "generated::titles_that_do_not_suffice",
        titles_that_do_not_suffice,
    ),
    ("generated::deliveries_by_document", deliveries_by_document),
    ("generated::documents_in_doubt", documents_in_doubt),
    (
        "generated::a_receipt_beyond_all_amounts",
        a_receipt_beyond_all_amounts,
    ),
    (
        "generated::a_catalogue_with_bar_codes",
        a_catalogue_with_bar_codes,
    ),
    ("generated::english_titles", english_titles),
];

/// A report of a till, as text from end to end.
const BRAZILIAN: &[&[&str]] = &[
    &["Relatório de vendas"],
    &["Período: 01/01/2025 a 31/01/2025"],
    &[
        "Nº Venda",
        "Dt. Emissão",
        "Hora",
        "Filial",
        "Cód. Produto",
        "Produto",
        "Qtde",
        "Vlr. Unit.",
        "Vlr. Desc.",
        "Vlr. Total",
        "Forma de Pagamento",
        "CPF",
    ],
    &[
        "000123",
        "31/01/2025",
        "14:05",
        "Centro",
        "A1",
        "Café 500 g",
        "2",
        "R$ 1.234,56",
        "0,12",
        "2.469,00",
        "PIX",
        "111.444.777-35",
    ],
    &[
        "000123",
        "31/01/2025",
        "14:05",
        "Centro",
        "B 2",
        "Açúcar",
        "1,5",
        "4,00",
        "",
        "6,00",
        "Dinheiro",
        "",
    ],
];

fn a_brazilian_sheet_of_text() -> Result<(), Skipped> {
    let reading = sales(&workbook(BRAZILIAN));
    assert_eq!(refused(&reading), []);
    let sales: Vec<_> = reading.sales().collect();
    let [sale] = sales.as_slice() else {
        unreachable!("one receipt")
    };
    assert_eq!(sale.receipt.as_ref().unwrap().number(), "000123");
    assert_eq!(
        (sale.date, sale.time),
        (date(2025, 1, 31), Some(time(14, 5, 0, 0)))
    );
    assert_eq!(sale.store.store_id.as_str(), "centro");
    assert_eq!(sale.total, Amount::from_minor(247_500));
    assert_eq!(sale.lines[0].sku.as_str(), "A1");
    assert_eq!(sale.lines[0].line_discount, Amount::from_minor(12));
    assert_eq!(
        sale.lines[1].sku.as_str(),
        "b_2",
        "a SKU with a space is made into one without"
    );
    assert_eq!(sale.lines[1].quantity, Quantity::from_ten_thousandths(15_000));
    let methods: Vec<_> = sale
        .payments
        .iter()
        .map(|paid| (paid.method.as_str(), paid.amount.minor()))
        .collect();
    assert_eq!(methods, [("pix", 246_900), ("cash", 600)]);
    Ok(())
}

const TITLES: &[&str] = &["Venda", "Data", "Produto", "Qtd", "Preço", "Total"];

fn rows_of_a_receipt_need_not_be_adjacent() -> Result<(), Skipped> {
    let reading = sales(&workbook(&[
        TITLES,
        &["#41", "02/01/2025", "Camisa", "#1", "#10", "#10"],
        &["#42", "02/01/2025", "Camisa", "#1", "#10", "#10"],
        &["#41", "01/01/2025", "Meia", "#2", "#5.5", "#11"],
    ]));
    let sales: Vec<_> = reading.sales().collect();
    assert_eq!(sales.len(), 2);
    let rows: Vec<_> = sales[0]
        .lines
        .iter()
        .map(|line| (line.row, line.line_id.0))
        .collect();
    assert_eq!(rows, [(2, 1), (4, 2)]);
    assert_eq!(sales[0].date, date(2025, 1, 1), "the earliest");
    assert_eq!(reading.receipts_with_several_dates(), 1);
    assert_eq!(sales[0].total, Amount::from_minor(2_100));
    assert_eq!(sales[0].payments[0].method.as_str(), "not_informed");
    Ok(())
}

fn a_bad_row_takes_its_receipt_with_it() -> Result<(), Skipped> {
    let reading = sales(&workbook(&[
        TITLES,
        &["#1", "01/01/2025", "Camisa", "#1", "#10", "#10"],
        &["#1", "01/01/2025", "Meia", "#2", "#5", "#11"],
        &["#2", "01/01/2025", "Meia", "#0", "#5", "#0"],
        &["#3", "01/01/1999", "", "x", "#5", "#5"],
        &["#4", "01/01/2025", "Meia", "#1", "#5", "#5"],
    ]));
    assert_eq!(
        refused(&reading),
        [
            (2, "receipt_has_refused_rows"),
            (3, "total_mismatch"),
            (4, "quantity_not_positive"),
            (5, "date_invalid"),
            (5, "required_missing"),
            (5, "number_invalid"),
        ]
    );
    assert_eq!(reading.totals().sales, 1);
    Ok(())
}

fn an_unreadable_receipt() -> Result<(), Skipped> {
    let cells = |row: u32, receipt: &str| {
        format!(
            r#"<row r="{row}">{receipt}{}{}<c r="D{row}"><v>1</v></c><c r="E{row}"><v>5</v></c></row>"#,
            text_cell(&format!("B{row}"), "01/01/2025"),
            text_cell(&format!("C{row}"), "Meia")
        )
    };
    let rows = [
        sales_titles(),
        cells(2, r#"<c r="A2"><v>1</v></c>"#),
        cells(3, r##"<c r="A3" t="e"><v>#N/A</v></c>"##),
        cells(4, r#"<c r="A4"><v>2</v></c>"#),
        cells(5, r#"<c r="A5"><v>3</v></c>"#),
    ];
    let reading = sales(&raw_workbook(&rows.concat(), "", &[]));
    assert_eq!(
        refused(&reading),
        [
            (2, "receipt_has_refused_rows"),
            (3, "error_cell"),
            (4, "receipt_has_refused_rows")
        ]
    );
    assert_eq!(reading.totals().sales, 1);
    Ok(())
}

fn rows_without_receipt_count_occurrences() -> Result<(), Skipped> {
    let row: &[&str] = &["01/01/2025", "Camisa", "#1", "#10"];
    let other: &[&str] = &["01/01/2025", "Meia", "#1", "#10"];
    let titles: &[&str] = &["Data", "Produto", "Qtd", "Total"];
    let ids = |bytes: &[u8]| sales(bytes).sales().map(|sale| sale.sale_id).collect::<Vec<_>>();
    let both = ids(&workbook(&[titles, row, row, other]));
    assert_eq!(both.len(), 3);
    assert_ne!(both[0], both[1], "the second of two equal rows is another sale");
    let moved = ids(&workbook(&[titles, other, row, row]));
    assert_eq!(moved, [both[2], both[0], both[1]], "moving rows changes nothing");

    // All that the sale will say is part of what it is known by.
    let titles: &[&str] = &["Data", "Código", "Produto", "Unidade", "Qtd", "Total", "Vendedor"];
    let plain: &[&str] = &["01/01/2025", "C1", "Camisa", "UN", "#1", "#10", "Ana"];
    let changed = [(2, "Camiseta"), (3, "CX"), (6, "Bia")];
    for (at, text) in changed {
        let mut other = plain.to_vec();
        other[at] = text;
        let both = ids(&workbook(&[titles, plain, &other]));
        let moved = ids(&workbook(&[titles, &other, plain]));
        assert_eq!(moved, [both[1], both[0]], "{text}");
    }
    Ok(())
}

fn a_receipt_beyond_all_amounts() -> Result<(), Skipped> {
    let half = "50000000000000,00";
    let reading = sales(&workbook(&[
        TITLES,
        &["#7", "01/01/2025", "Camisa", "#1", half, half],
        &["#7", "01/01/2025", "Meia", "#1", half, half],
        &["#8", "01/01/2025", "Meia", "#1", half, half],
    ]));
    assert_eq!(
        refused(&reading),
        [(2, "receipt_has_refused_rows"), (3, "number_precision_lost")]
    );
    assert_eq!((reading.sales().count(), reading.refused_sales()), (1, 1));
    Ok(())
}

fn ids_do_not_depend_on_the_file() -> Result<(), Skipped> {
    let one = sales(&workbook(&[
        TITLES,
        &["#7", "01/01/2025", "Camisa", "#1", "#10", "#10"],
    ]));
    let other = sales(&workbook(&[
        &[
            "Produto",
            "Nota Fiscal",
            "Data Venda",
            "Quantidade",
            "Valor Total",
        ],
        &["Meia", "#6", "02/01/2025", "#1", "#3"],
        &["Bolsa", "#7", "03/01/2025", "#1", "#30"],
    ]));
    let id = |reading: &SalesReading, at: usize| reading.sales().nth(at).unwrap().sale_id;
    assert_eq!(id(&one, 0), id(&other, 1), "the same receipt of the same store");
    assert_ne!(id(&one, 0), id(&other, 0));
    Ok(())
}

fn payments() -> Result<(), Skipped> {
    let reading = sales(&workbook(&[
        &["Venda", "Data", "Produto", "Qtd", "Total", "Forma de Pgto"],
        &["#1", "01/01/2025", "Meia", "#1", "#5", "Cartão de Débito"],
        &["#2", "01/01/2025", "Meia", "#1", "#5", "Cartão"],
        &["#3", "01/01/2025", "Meia", "#1", "#5", ""],
        &["#4", "01/01/2025", "Meia", "#1", "#5", "Convênio"],
    ]));
    assert_eq!(refused(&reading), [(3, "unknown_code")]);
    let methods: Vec<String> = reading
        .sales()
        .map(|sale| sale.payments[0].method.to_string())
        .collect();
    assert_eq!(methods, ["debit_card", "not_informed", "on_account"]);
    Ok(())
}

fn totals_before_or_after_discount() -> Result<(), Skipped> {
    let titles: &[&str] = &["Venda", "Data", "Produto", "Qtd", "Preço", "Desconto", "Total"];
    let after = sales(&workbook(&[
        titles,
        &["#1", "01/01/2025", "Meia", "#2", "#5", "#1", "#9"],
    ]));
    assert_eq!(after.sales().next().unwrap().total, Amount::from_minor(900));
    let before = sales(&workbook(&[
        titles,
        &["#1", "01/01/2025", "Meia", "#2", "#5", "#1", "#10"],
    ]));
    assert_eq!(before.sales().next().unwrap().total, Amount::from_minor(900));
    let both = sales(&workbook(&[
        titles,
        &["#1", "01/01/2025", "Meia", "#2", "#5", "#1", "#9"],
        &["#2", "01/01/2025", "Meia", "#2", "#5", "#1", "#10"],
    ]));
    assert_eq!(
        refused(&both),
        [(3, "total_mismatch")],
        "one meaning for the whole column"
    );
    let rounded = sales(&workbook(&[
        titles,
        &["#1", "01/01/2025", "Meia", "#0.333", "#9.99", "", "#3.32"],
    ]));
    assert_eq!(refused(&rounded), [], "a minor unit of rounding is no mistake");
    assert_eq!(
        rounded.totals().total,
        Amount::from_minor(332),
        "and the sheet's total stands"
    );
    Ok(())
}

fn price_from_total() -> Result<(), Skipped> {
    let reading = sales(&workbook(&[
        &["Venda", "Data", "Produto", "Qtd", "Total"],
        &["#1", "01/01/2025", "Meia", "#3", "#10"],
    ]));
    let sale = reading.sales().next().unwrap();
    assert_eq!(
        sale.lines[0].unit_price,
        "3.3333333333".parse::<UnitPrice>().unwrap()
    );
    assert_eq!(sale.total, Amount::from_minor(1_000));
    Ok(())
}

fn separators_are_a_matter_of_the_column() -> Result<(), Skipped> {
    let open = sales(&workbook(&[
        &["Venda", "Data", "Produto", "Qtd", "Total"],
        &["#1", "01/01/2025", "Meia", "#1", "1.234"],
        &["#2", "03/04/2025", "Meia", "#1", "5"],
    ]));
    assert_eq!(refused(&open), [(2, "number_ambiguous")]);
    let proven = sales(&workbook(&[
        &["Venda", "Data", "Produto", "Qtd", "Total"],
        &["#1", "01/31/2025", "Meia", "#1", "1.234"],
        &["#2", "03/04/2025", "Meia", "#1", "5,00"],
    ]));
    assert_eq!(refused(&proven), []);
    let sales: Vec<_> = proven.sales().collect();
    assert_eq!(sales[0].total, Amount::from_minor(123_400));
    assert_eq!(sales[1].date, date(2025, 3, 4), "month first, by the other row");
    Ok(())
}

fn footers_blanks_and_repeated_titles() -> Result<(), Skipped> {
    let reading = sales(&workbook(&[
        TITLES,
        &["#1", "01/01/2025", "Camisa", "#1", "#10", "#10"],
        &["Subtotal", "", "", "#1", "", "#10"],
        &[""],
        TITLES,
        &["#2", "01/01/2025", "Camisa", "#2", "#10", "#20"],
        &["Total geral", "", "", "#3", "", "#31"],
    ]));
    assert_eq!(refused(&reading), []);
    let tally = reading.tally();
    assert_eq!(
        (tally.records, tally.footers, tally.repeated_headers, tally.blank),
        (2, 2, 1, 1)
    );
    let checks: Vec<_> = reading
        .footer_checks()
        .iter()
        .map(|check| (check.field, check.theirs.to_string(), check.agrees))
        .collect();
    assert_eq!(
        checks,
        [
            (Field::Quantity, "3".to_owned(), true),
            (Field::Total, "31".to_owned(), false)
        ]
    );
    Ok(())
}

fn hidden_and_empty_sheets() -> Result<(), Skipped> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let hidden = book.add_worksheet().set_name("Secreta").unwrap();
    hidden.write_string(0, 0, "não").unwrap();
    hidden.set_hidden(true);
    book.add_worksheet().set_name("Vazia").unwrap();
    let sales = book.add_worksheet().set_name("Vendas").unwrap();
    sales.write_string(0, 0, "sim").unwrap();
    sales.set_active(true);
    let bytes = book.save_to_buffer().unwrap();
    let workbook = read(&bytes).unwrap();
    assert_eq!(workbook.sheet.name(), "Vendas");
    assert_eq!(workbook.sheet.hidden_sheets(), ["Secreta"]);
    assert_eq!(workbook.sheet.other_sheets(), ["Vazia"]);
    let named = read_sheet(&bytes, Some("Secreta")).unwrap();
    assert_eq!(named.sheet.name(), "Secreta", "one asked for by name is read");
    let none: [&str; 0] = [];
    assert_eq!(
        named.sheet.hidden_sheets(),
        none,
        "and is no sheet that was left out"
    );
    Ok(())
}

fn both_epochs() -> Result<(), Skipped> {
    for (properties, serial) in [("", "45688"), (r#"date1904="1""#, "44226")] {
        let row = format!(
            r#"<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>{serial}</v></c>{}<c r="D2"><v>1</v></c><c r="E2"><v>5</v></c></row>"#,
            text_cell("C2", "Meia")
        );
        let bytes = raw_workbook(&format!("{}{row}", sales_titles()), properties, &[]);
        assert_eq!(
            sales(&bytes).sales().next().unwrap().date,
            date(2025, 1, 31),
            "{properties}"
        );
    }
    Ok(())
}

fn errors_and_formulas() -> Result<(), Skipped> {
    let row = |row: u32, total: &str| {
        format!(
            r#"<row r="{row}"><c r="A{row}"><v>{row}</v></c>{}{}<c r="D{row}"><v>1</v></c>{total}</row>"#,
            text_cell(&format!("B{row}"), "01/01/2025"),
            text_cell(&format!("C{row}"), "Meia")
        )
    };
    let rows = [
        sales_titles(),
        row(2, r#"<c r="E2"><f>D2*5</f><v>5</v></c>"#),
        row(3, r#"<c r="E3"><f>D3*5</f></c>"#),
        row(4, r##"<c r="E4" t="e"><v>#DIV/0!</v></c>"##),
        row(5, r##"<c r="E5" t="e"><v>#SPILL!</v></c>"##),
        row(6, r#"<c r="E6"><v>5</v></c>"#),
    ];
    let reading = sales(&raw_workbook(&rows.concat(), "", &[]));
    assert_eq!(
        refused(&reading),
        [(3, "formula_without_value"), (4, "error_cell"), (5, "error_cell")]
    );
    assert_eq!(reading.totals().sales, 2);
    Ok(())
}

fn long_numbers_in_number_cells() -> Result<(), Skipped> {
    let reading = sales(&workbook(&[
        &["NFCe", "Data", "Produto", "Qtd", "Total"],
        &[
            "#35250112345678000195650010000001231000001234",
            "01/01/2025",
            "Meia",
            "#1",
            "#5",
        ],
        &[
            "35250112345678000195650010000001231000",
            "01/01/2025",
            "Meia",
            "#1",
            "#5",
        ],
    ]));
    assert_eq!(
        refused(&reading),
        [(2, "number_precision_lost"), (3, "receipt_has_refused_rows")]
    );
    let noisy = read(&workbook(&[&["#0.30000000000000004", "#1e300"]])).unwrap();
    let mut row = posars_xls_importer::Row::default();
    noisy.sheet.read_row(0, &mut row);
    assert_eq!(row.cell(0), Cell::Number(Number { digits: 3, places: 1 }));
    assert!(matches!(row.cell(1), Cell::Inexact(_)));
    Ok(())
}

fn titles_that_do_not_suffice() -> Result<(), Skipped> {
    let bytes = workbook(&[
        &["Data", "Produto", "Quantos", "Líquido"],
        &["01/01/2025", "Meia", "#1", "#5"],
    ]);
    let workbook = read(&bytes).unwrap();
    let refusal = find_header(&workbook.sheet, &MappingChoice::default()).unwrap_err();
    assert_eq!(refusal.code(), "needs_mapping");
    let text = refusal.to_string();
    assert!(
        text.contains("quantity") && text.contains("--map") && text.contains("Líquido"),
        "{text}"
    );
    let choice = MappingChoice {
        kind: Some(SheetKind::Sales),
        columns: vec![
            (Field::Quantity, "Quantos".to_owned()),
            (Field::Total, "liquido".to_owned()),
        ],
    };
    assert_eq!(find_header(&workbook.sheet, &choice).unwrap().mapping.len(), 4);
    Ok(())
}

fn deliveries_by_document() -> Result<(), Skipped> {
    let workbook = read(&workbook(&[
        &[
            "Nota Fiscal",
            "Data Entrada",
            "Fornecedor",
            "Depósito",
            "Código",
            "Descrição",
            "Qtd Recebida",
            "Custo Unitário",
        ],
        &["#55", "01/02/2025", "ACME", "Centro", "A1", "Meia", "#10", "#2.5"],
        &["#55", "01/02/2025", "ACME", "Centro", "A2", "Bolsa", "#1", "#30"],
        &["#56", "01/02/2025", "ACME", "Centro", "A1", "Meia", "#-1", "#2.5"],
        &["#56", "01/02/2025", "ACME", "Centro", "A2", "Bolsa", "#1", "#30"],
        &["", "01/02/2025", "", "Centro", "A2", "Bolsa", "#1", "#30"],
    ]))
    .unwrap();
    let header = header(&workbook.sheet);
    assert_eq!(header.mapping.kind, SheetKind::Stock);
    let reading = StockReading::read(&workbook.sheet, &header, &options()).unwrap();
    assert!(!reading.is_count());
    let lines: Vec<_> = reading
        .receipts()
        .iter()
        .map(|receipt| receipt.lines.len())
        .collect();
    assert_eq!(lines, [2, 1]);
    assert_eq!(reading.totals().cost, Amount::from_minor(8_500));
    let codes: Vec<_> = reading
        .refusals()
        .rows()
        .iter()
        .map(|row| (row.row, row.faults[0].reason.code()))
        .collect();
    assert_eq!(
        codes,
        [(4, "quantity_not_positive"), (5, "receipt_has_refused_rows")]
    );
    Ok(())
}

fn a_catalogue_with_bar_codes() -> Result<(), Skipped> {
    let workbook = read(&workbook(&[
        &["Código", "Nome", "EAN", "NCM", "Unidade", "Preço Venda"],
        &["A1", "Café", "#7891000315507", "#9012100", "UN", "#10"],
        &["A2", "Chá", "7891000315508", "09023000", "UN", "#5"],
        &["A3", "Mate", "SEM GTIN", "", "KG", "#5"],
        &["A1", "Café", "#7891000315507", "#9012100", "UN", "#11"],
        &["A1", "Café forte", "", "", "UN", "#11"],
        &["A4", "Leite", "#12345670", "", "UN", "#11"],
    ]))
    .unwrap();
    let header = header(&workbook.sheet);
    assert_eq!(header.mapping.kind, SheetKind::Products);
    let reading = ProductsReading::read(&workbook.sheet, &header, &options());
    let codes: Vec<_> = reading
        .refusals()
        .rows()
        .iter()
        .map(|row| (row.row, row.faults[0].reason.code()))
        .collect();
    assert_eq!(codes, [(3, "gtin_check_digit"), (6, "duplicate_key")]);
    let repeated: Vec<_> = reading
        .products()
        .iter()
        .map(|product| product.repeated_in.as_slice())
        .collect();
    assert_eq!(repeated, [&[5][..], &[], &[]], "the same product again");
    let skus: Vec<_> = reading
        .products()
        .iter()
        .map(|product| product.sku.as_str())
        .collect();
    assert_eq!(skus, ["A1", "A3", "A4"]);
    assert_eq!(
        reading.products()[0].ncm.as_ref().unwrap().as_str(),
        "09012100",
        "the zero is back"
    );
    assert_eq!(reading.products()[1].gtin, None);
    Ok(())
}

/// A document one of whose rows may be missing is not booked at all: it could never take the row in later.
fn documents_in_doubt() -> Result<(), Skipped> {
    const TITLES: &[&str] = &[
        "Nota Fiscal",
        "Data Entrada",
        "Fornecedor",
        "Depósito",
        "Código",
        "Qtd Recebida",
        "Custo Unitário",
    ];
    let row = |document, date, supplier, store| [document, date, supplier, store, "A1", "#1", "#2.5"];
    let good = |document| row(document, "01/02/2025", "ACME", "Centro");
    let bad = [
        (row("#55", "", "ACME", "Centro"), "required_missing"),
        (row("#55", "abc", "ACME", "Centro"), "date_invalid"),
        (row("#55", "01/02/2025", "!#N/A", "Centro"), "error_cell"),
        (row("#55", "01/02/2025", "ACME", ""), "required_missing"),
    ];
    for (bad, code) in &bad {
        // Wherever its rows stand.
        let sheet = read(&workbook(&[
            TITLES,
            &good("#55"),
            &good("#56"),
            bad,
            &good("#57"),
            &row("", "01/02/2025", "", "Centro"),
        ]))
        .unwrap();
        let reading = StockReading::read(&sheet.sheet, &header(&sheet.sheet), &options()).unwrap();
        let rows = reading.refusals().rows().iter();
        let codes: Vec<_> = rows.map(|row| (row.row, row.faults[0].reason.code())).collect();
        assert_eq!(codes, [(2, "receipt_has_refused_rows"), (4, *code)]);
        assert_eq!(reading.receipts().len(), 3);
    }
    let unreadable = row("!#N/A", "01/02/2025", "ACME", "Centro");
    let sheet = read(&workbook(&[
        TITLES,
        &good("#54"),
        &good("#55"),
        &unreadable,
        &good("#56"),
        &good("#57"),
        &good("#55"),
    ]))
    .unwrap();
    let reading = StockReading::read(&sheet.sheet, &header(&sheet.sheet), &options()).unwrap();
    let rows: Vec<_> = reading.refusals().rows().iter().map(|row| row.row).collect();
    assert_eq!(rows, [3, 4, 5, 7], "the one above and the one below, whole");
    // A row that leaves out document and date goes on with the document above.
    let going_on = row("", "", "", "Centro");
    let sheet = read(&workbook(&[
        TITLES,
        &good("#54"),
        &good("#55"),
        &going_on,
        &going_on,
        &good("#56"),
    ]))
    .unwrap();
    let reading = StockReading::read(&sheet.sheet, &header(&sheet.sheet), &options()).unwrap();
    let rows: Vec<_> = reading.refusals().rows().iter().map(|row| row.row).collect();
    assert_eq!((rows.as_slice(), reading.receipts().len()), (&[3, 4, 5][..], 2));
    Ok(())
}

fn english_titles() -> Result<(), Skipped> {
    let reading = sales(&workbook(&[
        &[
            "Order ID",
            "Order Date",
            "Store",
            "Product Name",
            "Quantity",
            "Unit Price",
            "Payment Method",
        ],
        &[
            "A-17",
            "2025-01-31",
            "Main Street",
            "Socks",
            "2",
            "1,234.50",
            "Credit Card",
        ],
    ]));
    let sale = reading.sales().next().unwrap();
    assert_eq!(sale.store.store_id.as_str(), "main_street");
    assert_eq!(sale.total, Amount::from_minor(246_900));
    assert_eq!(sale.payments[0].method.as_str(), "credit_card");
    Ok(())
}
