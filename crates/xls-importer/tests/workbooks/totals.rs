//! Rows that sum up others, and products whose names only sound so.

use posars_domain::Amount;
use posars_xls_importer::{Field, ProductsReading, SalesReading, SheetKind, StockReading};

use crate::fixture::{header, options, read, refused, sales, workbook};
use crate::{Case, Skipped};

pub(crate) const CASES: &[Case] = &[
    ("totals::of_days_between_sales", of_days_between_sales),
    ("totals::with_date_and_store", with_date_and_store),
    ("totals::in_the_first_column", in_the_first_column),
    ("totals::above_the_rows", above_the_rows),
    ("totals::nested_and_without_words", nested_and_without_words),
    ("totals::of_receipts", of_receipts),
    ("totals::products_of_such_names_are_sold", products_of_such_names),
    ("totals::a_doubtful_row_is_refused", a_doubtful_row),
    ("totals::of_goods_and_catalogues", of_goods_and_catalogues),
];

const DAYS: &[&str] = &["Data", "Produto", "Qtd", "Valor Total"];

/// Row, field, the sheet's sum, ours.
fn differing(reading: &SalesReading) -> Vec<(u32, Field, String, String)> {
    let checks = reading.footer_checks().iter().filter(|check| !check.agrees);
    checks
        .map(|check| {
            (
                check.row,
                check.field,
                check.theirs.to_string(),
                check.ours.to_string(),
            )
        })
        .collect()
}

/// Sales, minor units, sums, and how many of these differ.
fn told(reading: &SalesReading) -> (u32, i64, u32, usize) {
    assert_eq!(refused(reading), []);
    let totals = reading.totals();
    let footers = reading.tally().footers;
    (
        totals.sales,
        totals.total.minor(),
        footers,
        differing(reading).len(),
    )
}

fn of_days_between_sales() -> Result<(), Skipped> {
    let days = |day: &'static str, total: &'static str| {
        sales(&workbook(&[
            DAYS,
            &["05/11/2025", "Café", "#2", "#10"],
            &["05/11/2025", "Pão", "#1", "#5"],
            &[day, total, "#3", "#15"],
            &["06/11/2025", "Café", "#1", "#10"],
            &["06/11/2025", "TOTAL", "#1", "#10"],
            &["", "Total geral", "#4", "#25"],
        ]))
    };
    for (day, total) in [
        ("05/11/2025", "Total do dia"),
        ("05/11/2025", "TOTAL DIA 05/11"),
        ("", "Subtotal"),
        ("05/11/2025", "Soma"),
        ("Total 05/11", ""),
        ("Total", ""),
    ] {
        let reading = days(day, total);
        assert_eq!(told(&reading), (3, 2_500, 3, 0), "{day} {total}");
        assert_eq!(reading.products().len(), 2);
    }
    Ok(())
}

fn with_date_and_store() -> Result<(), Skipped> {
    let titles: &[&str] = &["Venda", "Data", "Loja", "Produto", "Qtd", "Preço", "Total"];
    let sale = |number, total| [number, "05/11/2025", "Centro", "Café", "#1", total, total];
    for word in [
        "TOTAL",
        "Subtotal",
        "Total geral",
        "T O T A L",
        "Total Loja Centro",
    ] {
        for price in ["", "#38", "#19"] {
            let reading = sales(&workbook(&[
                titles,
                &sale("#1", "#18"),
                &sale("#2", "#20"),
                &["", "05/11/2025", "Centro", word, "#2", price, "#38"],
            ]));
            assert_eq!(told(&reading), (2, 3_800, 1, 0), "{word} {price}");
        }
    }
    let wrong = sales(&workbook(&[
        titles,
        &sale("#1", "#18"),
        &sale("#2", "#20"),
        &["", "05/11/2025", "Centro", "Total geral", "#2", "", "#40"],
    ]));
    assert_eq!(
        differing(&wrong),
        [(4, Field::Total, "40".to_owned(), "38".to_owned())],
        "a difference is told"
    );
    assert_eq!(wrong.totals().total, Amount::from_minor(3_800));
    Ok(())
}

fn in_the_first_column() -> Result<(), Skipped> {
    for word in ["Total", "Totais:", "Soma", "Total (R$)", "Total de vendas"] {
        let reading = sales(&workbook(&[
            DAYS,
            &["05/11/2025", "Café", "#2", "#10"],
            &["06/11/2025", "Pão", "#1", "#5"],
            &[word, "", "#3", "#16"],
        ]));
        assert_eq!(told(&reading), (2, 1_500, 1, 1), "{word}");
        assert_eq!(
            differing(&reading),
            [(4, Field::Total, "16".to_owned(), "15".to_owned())]
        );
    }
    Ok(())
}

fn above_the_rows() -> Result<(), Skipped> {
    for (total, differing) in [("#15", 0), ("#16", 1)] {
        let reading = sales(&workbook(&[
            DAYS,
            &["Total geral", "", "#3", total],
            &["05/11/2025", "Café", "#2", "#10"],
            &["06/11/2025", "Pão", "#1", "#5"],
        ]));
        assert_eq!(told(&reading), (2, 1_500, 1, differing));
        assert_eq!(reading.footer_checks().len(), 2);
    }
    Ok(())
}

fn nested_and_without_words() -> Result<(), Skipped> {
    let reading = sales(&workbook(&[
        DAYS,
        &["05/11/2025", "Café", "#2", "#10"],
        &["05/11/2025", "Pão", "#1", "#5"],
        &["", "", "#3", "#15"],
        &["06/11/2025", "Café", "#1", "#10"],
        &["Total do dia", "", "#1", "#10"],
        &["Total da semana", "", "#4", "#25"],
        &["12/11/2025", "Café", "#1", "#1"],
        &["13/11/2025", "Pão", "#2", "#2"],
        &["13/11/2025", "", "#3", "#3"],
        &["Total da semana", "", "#3", "#3"],
        &["Total geral", "", "#7", "#28"],
    ]));
    assert_eq!(told(&reading), (5, 2_800, 6, 0));
    // What is no sum of the rows above is not passed over.
    let open = sales(&workbook(&[
        DAYS,
        &["05/11/2025", "Café", "#2", "#10"],
        &["05/11/2025", "Pão", "#1", "#5"],
        &["05/11/2025", "", "#3", "#14"],
        &["06/11/2025", "Pão", "#1", "#5"],
    ]));
    assert_eq!(refused(&open), [(4, "required_missing")]);
    Ok(())
}

fn of_receipts() -> Result<(), Skipped> {
    let titles: &[&str] = &["Venda", "Data", "Produto", "Qtd", "Total"];
    let reading = sales(&workbook(&[
        titles,
        &["#11", "05/11/2025", "Café", "#1", "#10"],
        &["#11", "05/11/2025", "Pão", "#2", "#5"],
        &["#11", "05/11/2025", "Total da venda", "#3", "#15"],
        &["#12", "05/11/2025", "Café", "#1", "#10"],
        &["#12", "05/11/2025", "TOTAL", "#1", "#10"],
    ]));
    assert_eq!(told(&reading), (2, 2_500, 2, 0));
    Ok(())
}

fn products_of_such_names() -> Result<(), Skipped> {
    let flex = [
        "Total Flex",
        "Sabonete Total 12",
        "Total 12",
        "Óleo Total 5W30",
        "Creme dental Total",
    ];
    for name in flex {
        // Even where its figures are those of the one row above.
        let reading = sales(&workbook(&[
            DAYS,
            &["05/11/2025", "Café", "#1", "#10"],
            &["05/11/2025", name, "#1", "#10"],
            &["06/11/2025", "Pão", "#1", "#7"],
        ]));
        assert_eq!(told(&reading), (3, 2_700, 0, 0), "{name}");
    }
    let coded = sales(&workbook(&[
        &["Data", "Código", "Produto", "Qtd", "Preço", "Total"],
        &["05/11/2025", "A1", "Café", "#1", "#10", "#10"],
        &["05/11/2025", "A2", "Total", "#1", "#10", "#10"],
        &["05/11/2025", "A3", "Total Geral", "#2", "#10", "#20"],
    ]));
    assert_eq!(told(&coded), (3, 4_000, 0, 0), "a product of its own code");
    let store = sales(&workbook(&[
        &["Data", "Loja", "Produto", "Qtd", "Total"],
        &["05/11/2025", "Total Mix", "Café", "#1", "#10"],
        &["05/11/2025", "Total Mix", "Pão", "#1", "#10"],
        &["05/11/2025", "Total Mix", "Leite", "#2", "#20"],
    ]));
    assert_eq!(told(&store), (3, 4_000, 0, 0), "a store may have any name");
    Ok(())
}

fn a_doubtful_row() -> Result<(), Skipped> {
    let reading = sales(&workbook(&[
        &["Venda", "Data", "Produto", "Qtd", "Preço", "Total"],
        &["#11", "05/11/2025", "Café", "#1", "#10", "#10"],
        &["#12", "05/11/2025", "Total", "#2", "#4", "#8"],
        &["#12", "05/11/2025", "Pão", "#2", "#4", "#8"],
    ]));
    assert_eq!(
        refused(&reading),
        [(3, "total_or_record"), (4, "receipt_has_refused_rows")],
        "and its receipt with it"
    );
    assert_eq!(reading.totals().total, Amount::from_minor(1_000));
    Ok(())
}

fn of_goods_and_catalogues() -> Result<(), Skipped> {
    let goods = read(&workbook(&[
        &["Código", "Descrição", "Qtd Recebida", "Custo Unitário"],
        &["A1", "Meia", "#10", "#2.5"],
        &["A2", "Bolsa", "#1", "#30"],
        &["", "TOTAL", "#11", "#32.5"],
        &["Total", "", "#11", ""],
    ]))
    .unwrap();
    let options = posars_xls_importer::ReadOptions {
        store: Some("Centro".to_owned()),
        ..options()
    };
    let titles = header(&goods.sheet);
    assert_eq!(titles.mapping.kind, SheetKind::Stock);
    let reading = StockReading::read(&goods.sheet, &titles, &options).unwrap();
    assert_eq!((reading.receipts().len(), reading.tally().footers), (2, 2));
    assert_eq!(reading.refusals().count(), 0);
    assert_eq!(reading.totals().cost, Amount::from_minor(5_500));

    let catalogue = read(&workbook(&[
        &["Nome", "Unidade", "Estoque"],
        &["Café", "UN", "#3"],
        &["Total Flex", "UN", "#4"],
        &["TOTAL", "", "#7"],
    ]))
    .unwrap();
    let titles = header(&catalogue.sheet);
    assert_eq!(titles.mapping.kind, SheetKind::Products);
    let reading = ProductsReading::read(&catalogue.sheet, &titles, &options);
    let names: Vec<&str> = reading
        .products()
        .iter()
        .map(|product| product.name.as_str())
        .collect();
    assert_eq!(names, ["Café", "Total Flex"]);
    assert!(reading.footer_checks().iter().all(|check| check.agrees));
    assert_eq!(reading.tally().footers, 1);
    Ok(())
}
