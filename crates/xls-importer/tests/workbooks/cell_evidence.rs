//! What a cell shows, beside what it holds: percentages, currencies, zeros in front, merged ranges, zones.

use jiff::civil::{Date, date, time};
use posars_domain::{Amount, UnitPrice};
use posars_xls_importer::{ProductsReading, SalesReading, StockReading};
use rust_xlsxwriter::{Format, Workbook};

use crate::biff::{Old, xls, xls_of_excel_95};
use crate::fixture::{header, options, raw_workbook, read, refused, sales, text_cell, workbook};
use crate::{Case, Skipped};

pub(crate) const CASES: &[Case] = &[
    ("cell_evidence::percent_discounts", percent_discounts),
    (
        "cell_evidence::percent_discounts_of_an_old_workbook",
        percent_discounts_of_an_old_workbook,
    ),
    (
        "cell_evidence::percent_discounts_as_text_and_by_title",
        percent_by_text_and_title,
    ),
    (
        "cell_evidence::percent_discounts_beside_formulas",
        percent_beside_formulas,
    ),
    (
        "cell_evidence::percent_discounts_without_a_price",
        percent_without_a_price,
    ),
    (
        "cell_evidence::percent_where_an_amount_belongs",
        percent_where_an_amount_belongs,
    ),
    (
        "cell_evidence::bare_fractions_are_read_by_the_totals",
        bare_fractions_with_totals,
    ),
    (
        "cell_evidence::bare_fractions_without_totals_are_asked_about",
        bare_fractions_without_totals,
    ),
    ("cell_evidence::foreign_money_is_refused", foreign_money),
    (
        "cell_evidence::foreign_money_of_an_old_workbook_is_refused",
        foreign_money_of_an_old_workbook,
    ),
    (
        "cell_evidence::zeros_in_front_come_from_the_format",
        zeros_in_front,
    ),
    ("cell_evidence::codes_as_programs_mangle_them", mangled_codes),
    ("cell_evidence::merged_cells_show_in_every_row", merged_cells),
    (
        "cell_evidence::merged_cells_of_an_old_workbook",
        merged_cells_of_an_old_workbook,
    ),
    (
        "cell_evidence::a_merged_amount_is_not_the_amount_of_each_row",
        merged_amounts,
    ),
    (
        "cell_evidence::a_refused_row_without_a_receipt_holds_back_the_one_above",
        refused_continuation,
    ),
    ("cell_evidence::swapped_day_and_month", swapped_day_and_month),
    ("cell_evidence::times_with_a_zone", times_with_a_zone),
];

/// A cell to be written.
pub(crate) enum Made<'a> {
    Nothing,
    Text(&'a str),
    Number(f64),
    Shown(f64, &'a str),
    Day(Date),
}

pub(crate) use Made::{Day, Nothing, Number, Shown, Text};

/// A workbook of such cells; ranges are first row, first column, last row, all from 0, one column wide.
pub(crate) fn made(rows: &[&[Made<'_>]], merged: &[(u32, u16, u32)]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let page = workbook.add_worksheet();
    for (first, column, last) in merged {
        page.merge_range(*first, *column, *last, *column, "", &Format::new())
            .unwrap();
    }
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(*cells) {
            match cell {
                Nothing => continue,
                Text(text) => page.write_string(row, column, *text),
                Number(number) => page.write_number(row, column, *number),
                Shown(number, code) => {
                    page.write_number_with_format(row, column, *number, &Format::new().set_num_format(*code))
                }
                Day(day) => {
                    let serial = f64::from((*day - date(1899, 12, 30)).get_days());
                    let format = Format::new().set_num_format("dd/mm/yyyy");
                    page.write_number_with_format(row, column, serial, &format)
                }
            }
            .unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

const DISCOUNTED: &[Made<'_>] = &[
    Text("Venda"),
    Text("Data"),
    Text("Produto"),
    Text("Qtd"),
    Text("Preço"),
    Text("Desconto"),
];

fn discounted(receipt: f64, quantity: f64, discount: Made<'_>) -> [Made<'_>; 6] {
    [
        Number(receipt),
        Text("05/11/2025"),
        Text("Camisa"),
        Number(quantity),
        Number(100.0),
        discount,
    ]
}

/// Net of every sale in centavos.
fn nets(reading: &SalesReading) -> Vec<i64> {
    reading.sales().map(|sale| sale.total.minor()).collect()
}

fn percent_discounts() -> Result<(), Skipped> {
    let reading = sales(&made(
        &[
            DISCOUNTED,
            &discounted(1.0, 1.0, Shown(0.1, "0%")),
            &discounted(2.0, 2.0, Shown(0.05, "0.00%")),
            &discounted(3.0, 1.0, Shown(7.5, "0.0\"%\"")),
            &discounted(4.0, 1.0, Number(3.0)),
        ],
        &[],
    ));
    assert_eq!(refused(&reading), []);
    assert_eq!(nets(&reading), [9_000, 19_000, 9_250, 9_700]);
    let first = reading.sales().next().unwrap();
    assert_eq!(first.lines[0].line_discount, Amount::from_minor(1_000));
    assert_eq!(
        reading.totals().total,
        Amount::from_minor(9_000 + 19_000 + 9_250 + 9_700)
    );
    let too_much = sales(&made(&[DISCOUNTED, &discounted(1.0, 1.0, Shown(1.5, "0%"))], &[]));
    assert_eq!(refused(&too_much), [(2, "number_invalid")]);
    Ok(())
}

fn percent_discounts_of_an_old_workbook() -> Result<(), Skipped> {
    let titles = ["Venda", "Data", "Produto", "Qtd", "Preço", "Desconto"];
    let titles: Vec<(u16, Old<'_>)> = (0..).zip(titles.map(Old::Text)).collect();
    let line = |receipt: f64, quantity: i16, discount: f64| {
        vec![
            (0, Old::Number(receipt)),
            (1, Old::Text("05/11/2025")),
            (2, Old::Text("Camisa")),
            (3, Old::Run(&[1, 100], "0.00")),
            (3, Old::Number(f64::from(quantity))),
            (5, Old::Shown(discount, "0%")),
        ]
    };
    let mut one = line(1.0, 1, 0.1);
    one.remove(4);
    let mut two = line(2.0, 2, 0.05);
    two.remove(3);
    two.insert(4, (4, Old::Number(100.0)));
    let rows: [&[(u16, Old<'_>)]; 3] = [&titles, &one, &two];
    for bytes in [xls(&rows, &[]), xls_of_excel_95(&rows)] {
        let reading = sales(&bytes);
        assert_eq!(refused(&reading), []);
        assert_eq!(reading.totals().total, Amount::from_minor(28_000));
    }
    let mut percent_price = line(1.0, 1, 0.0);
    percent_price.truncate(3);
    percent_price.push((3, Old::Run(&[1, 2], "0%")));
    let reading = sales(&xls(&[&titles, &percent_price], &[]));
    assert_eq!(
        refused(&reading),
        [(2, "number_is_percent"), (2, "number_is_percent")]
    );
    Ok(())
}

fn percent_by_text_and_title() -> Result<(), Skipped> {
    let texts = sales(&made(
        &[
            DISCOUNTED,
            &discounted(1.0, 1.0, Text("10%")),
            &discounted(2.0, 2.0, Text("2,5 %")),
            &discounted(3.0, 1.0, Text("R$ 0,10")),
        ],
        &[],
    ));
    assert_eq!(refused(&texts), []);
    assert_eq!(nets(&texts), [9_000, 19_500, 9_990]);
    let mut titles: Vec<Made<'_>> = DISCOUNTED[..5].iter().map(copy).collect();
    titles.push(Text("Desconto (%)"));
    let titled = sales(&made(
        &[
            &titles,
            &discounted(1.0, 1.0, Number(10.0)),
            &discounted(2.0, 2.0, Text("5")),
            &discounted(3.0, 1.0, Shown(0.1, "0%")),
            &discounted(4.0, 1.0, Number(0.0)),
            &discounted(5.0, 1.0, Number(0.1)),
            &discounted(6.0, 1.0, Text("R$ 5,00")),
        ],
        &[],
    ));
    assert_eq!(
        refused(&titled),
        [(6, "discount_unclear"), (7, "discount_unclear")]
    );
    assert_eq!(nets(&titled), [9_000, 19_000, 9_000, 10_000]);
    Ok(())
}

fn copy<'a>(cell: &Made<'a>) -> Made<'a> {
    match cell {
        Text(text) => Text(text),
        Number(number) => Number(*number),
        Shown(number, code) => Shown(*number, code),
        Day(day) => Day(*day),
        Nothing => Nothing,
    }
}

/// The reader tells either styles or formulas; a sheet with cells without a value needs both.
fn percent_beside_formulas() -> Result<(), Skipped> {
    let titles = ["Venda", "Data", "Produto", "Qtd", "Preço", "Desconto"];
    let titles: String = ('A'..)
        .zip(titles)
        .map(|(column, title)| text_cell(&format!("{column}1"), title))
        .collect();
    let row = |number: u32, price: &str, share: &str| {
        let texts =
            text_cell(&format!("B{number}"), "05/11/2025") + &text_cell(&format!("C{number}"), "Camisa");
        format!(
            r#"<row r="{number}"><c r="A{number}"><v>{number}</v></c>{texts}<c r="D{number}"><v>1</v></c><c r="E{number}">{price}</c><c r="F{number}" s="1"><v>{share}</v></c><c r="G{number}" s="1"/></row>"#
        )
    };
    let rows = [
        format!(r#"<row r="1">{titles}</row>"#),
        row(2, "<v>100</v>", "0.1"),
        row(3, "<f>50+50</f><v>100</v>", "0.05"),
        row(4, "<f>A9</f>", "0.05"),
        row(5, "<v>100</v>", "0.2"),
    ];
    let styles = br#"<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="9"/></cellXfs></styleSheet>"#;
    let reading = sales(&raw_workbook(&rows.concat(), "", &[("xl/styles.xml", styles)]));
    assert_eq!(refused(&reading), [(4, "formula_without_value")]);
    assert_eq!(nets(&reading), [9_000, 9_500, 8_000]);
    Ok(())
}

fn percent_without_a_price() -> Result<(), Skipped> {
    let titles = [
        Text("Venda"),
        Text("Data"),
        Text("Produto"),
        Text("Qtd"),
        Text("Desconto"),
        Text("Total"),
    ];
    let line = |discount, total| {
        [
            Number(1.0),
            Text("05/11/2025"),
            Text("Camisa"),
            Number(2.0),
            discount,
            Number(total),
        ]
    };
    let reading = sales(&made(&[&titles, &line(Shown(0.1, "0%"), 90.0)], &[]));
    let sale = reading.sales().next().unwrap();
    assert_eq!(sale.total, Amount::from_minor(9_000));
    assert_eq!(sale.lines[0].line_discount, Amount::from_minor(1_000));
    assert_eq!(sale.lines[0].unit_price, "50".parse::<UnitPrice>().unwrap());
    let all = sales(&made(&[&titles, &line(Shown(1.0, "0%"), 0.0)], &[]));
    assert_eq!(
        refused(&all),
        [(2, "number_precision_lost")],
        "any price less all of it is nothing"
    );
    Ok(())
}

fn percent_where_an_amount_belongs() -> Result<(), Skipped> {
    let mut line = discounted(1.0, 1.0, Nothing);
    line[4] = Shown(0.5, "0%");
    let mut quantity = discounted(2.0, 1.0, Nothing);
    quantity[3] = Text("10%");
    let reading = sales(&made(&[DISCOUNTED, &line, &quantity], &[]));
    assert_eq!(
        refused(&reading),
        [(2, "number_is_percent"), (3, "number_is_percent")]
    );
    assert_eq!(reading.refusals().rows()[0].faults[0].given, "50%");
    let titles = [Text("Código"), Text("Descrição"), Text("Qtd"), Text("Custo")];
    let goods = [Text("A"), Text("Camisa"), Number(1.0), Shown(0.5, "0%")];
    let book = read(&made(&[&titles, &goods], &[])).unwrap();
    let with_store = posars_xls_importer::ReadOptions {
        store: Some("Centro".to_owned()),
        ..options()
    };
    let stock = StockReading::read(&book.sheet, &header(&book.sheet), &with_store).unwrap();
    let codes: Vec<_> = stock.refusals().rows()[0]
        .faults
        .iter()
        .map(|fault| fault.reason.code())
        .collect();
    assert_eq!(codes, ["number_is_percent"]);
    Ok(())
}

fn with_total(receipt: f64, discount: f64, total: f64) -> [Made<'static>; 7] {
    [
        Number(receipt),
        Text("05/11/2025"),
        Text("Camisa"),
        Number(1.0),
        Number(100.0),
        Number(discount),
        Number(total),
    ]
}

fn bare_fractions_with_totals() -> Result<(), Skipped> {
    let mut titles: Vec<Made<'_>> = DISCOUNTED.iter().map(copy).collect();
    titles.push(Text("Total"));
    let shares = sales(&made(
        &[
            &titles,
            &with_total(1.0, 0.1, 90.0),
            &with_total(2.0, 0.125, 87.5),
            &with_total(3.0, 0.0, 100.0),
        ],
        &[],
    ));
    assert_eq!(refused(&shares), []);
    assert_eq!(nets(&shares), [9_000, 8_750, 10_000]);
    assert_eq!(
        shares.sales().next().unwrap().lines[0].line_discount,
        Amount::from_minor(1_000)
    );
    let cents = sales(&made(
        &[
            &titles,
            &with_total(1.0, 0.1, 99.9),
            &with_total(2.0, 0.05, 99.95),
        ],
        &[],
    ));
    assert_eq!(refused(&cents), []);
    assert_eq!(nets(&cents), [9_990, 9_995]);
    let both = sales(&made(
        &[&titles, &with_total(1.0, 0.1, 99.9), &with_total(2.0, 0.1, 90.0)],
        &[],
    ));
    assert_eq!(refused(&both), [(3, "total_mismatch")]);
    Ok(())
}

fn bare_fractions_without_totals() -> Result<(), Skipped> {
    let shares = [
        DISCOUNTED,
        &discounted(1.0, 1.0, Number(0.1)),
        &discounted(2.0, 2.0, Number(0.05)),
        &discounted(3.0, 2.0, Nothing),
    ];
    let reading = sales(&made(&shares, &[]));
    assert_eq!(
        refused(&reading),
        [(2, "discount_unclear"), (3, "discount_unclear")]
    );
    assert_eq!(nets(&reading), [20_000]);
    let beside_percent = [
        DISCOUNTED,
        &discounted(1.0, 1.0, Number(0.1)),
        &discounted(2.0, 2.0, Shown(0.05, "0%")),
    ];
    assert_eq!(
        refused(&sales(&made(&beside_percent, &[]))),
        [(2, "discount_unclear")]
    );
    // The format of money, or another discount of reais, says what it is.
    let money = [
        DISCOUNTED,
        &discounted(1.0, 1.0, Shown(0.1, "\"R$\"\\ #,##0.00")),
        &discounted(2.0, 1.0, Number(0.05)),
        &discounted(3.0, 1.0, Number(5.0)),
    ];
    assert_eq!(nets(&sales(&made(&money, &[]))), [9_990, 9_995, 9_500]);
    Ok(())
}

fn foreign_money() -> Result<(), Skipped> {
    let priced = |receipt, price| {
        let mut line = discounted(receipt, 1.0, Nothing);
        line[4] = price;
        line
    };
    let reading = sales(&made(
        &[
            DISCOUNTED,
            &priced(1.0, Shown(10.0, "[$US$-409]#,##0.00")),
            &priced(2.0, Shown(10.0, "[$$-409]#,##0.00")),
            &priced(3.0, Shown(10.0, "#,##0.00\\ [$€-407]")),
            &priced(4.0, Text("US$ 10,00")),
            &priced(5.0, Text("$ 10,00")),
            &priced(6.0, Text("10,00 EUR")),
            &priced(7.0, Shown(10.0, "\"R$\"\\ #,##0.00;[Red]\\-\"R$\"\\ #,##0.00")),
            &priced(8.0, Shown(10.0, "[$R$-416]\\ #,##0.00")),
            &priced(9.0, Text("R$ 10,00")),
            &priced(10.0, Shown(10.0, "#,##0.00")),
        ],
        &[],
    ));
    let foreign: Vec<_> = (2..=7).map(|row| (row, "foreign_money")).collect();
    assert_eq!(refused(&reading), foreign);
    assert_eq!(nets(&reading), [1_000; 4]);
    assert_eq!(reading.refusals().rows()[0].faults[0].given, "USD 10");
    let mut options = options();
    options.currency = "USD".parse().unwrap();
    options.store = Some("Centro".to_owned());
    let book = read(&made(
        &[
            DISCOUNTED,
            &priced(1.0, Shown(10.0, "[$$-409]#,##0.00")),
            &priced(2.0, Text("R$ 10,00")),
            &priced(3.0, Text("US$ 10,00")),
        ],
        &[],
    ))
    .unwrap();
    let dollars = SalesReading::read(&book.sheet, &header(&book.sheet), &options).unwrap();
    assert_eq!(refused(&dollars), [(3, "foreign_money")]);
    Ok(())
}

fn foreign_money_of_an_old_workbook() -> Result<(), Skipped> {
    let titles = ["Venda", "Data", "Produto", "Qtd", "Preço"];
    let titles: Vec<(u16, Old<'_>)> = (0..).zip(titles.map(Old::Text)).collect();
    let line = |receipt: f64, price: Old<'static>| {
        vec![
            (0, Old::Number(receipt)),
            (1, Old::Text("05/11/2025")),
            (2, Old::Text("Camisa")),
            (3, Old::Number(1.0)),
            (4, price),
        ]
    };
    let (dollars, euros) = (
        line(1.0, Old::Shown(10.0, "\"US$\"#,##0.00")),
        line(2.0, Old::Shown(10.0, "#,##0.00 \"€\"")),
    );
    let reais = line(3.0, Old::Shown(10.0, "\"R$\"#,##0.00"));
    let rows: [&[(u16, Old<'_>)]; 4] = [&titles, &dollars, &euros, &reais];
    let reading = sales(&xls(&rows, &[]));
    assert_eq!(refused(&reading), [(2, "foreign_money"), (3, "foreign_money")]);
    assert_eq!(nets(&reading), [1_000]);
    let reading = sales(&xls_of_excel_95(&rows));
    // The workbook reader takes the S of such an old format for seconds, and the number for a date.
    assert_eq!(refused(&reading), [(2, "number_invalid"), (3, "foreign_money")]);
    assert_eq!(nets(&reading), [1_000]);
    Ok(())
}

fn zeros_in_front() -> Result<(), Skipped> {
    let titles = [
        Text("Venda"),
        Text("Data"),
        Text("Código"),
        Text("Qtd"),
        Text("Preço"),
    ];
    let line = |receipt: Made<'static>, code: Made<'static>| {
        [receipt, Text("05/11/2025"), code, Number(1.0), Number(5.0)]
    };
    let reading = sales(&made(
        &[
            &titles,
            &line(Shown(7.0, "000000"), Shown(123.0, "0000000000000")),
            &line(Text("000007"), Text("0000000000123")),
            &line(Text("8"), Shown(1_310_100.0, "00000\\-000")),
            &line(Text("9"), Text("01310-100")),
        ],
        &[],
    ));
    assert_eq!(refused(&reading), []);
    let skus: Vec<_> = reading
        .sales()
        .flat_map(|sale| {
            sale.lines
                .iter()
                .map(|line| line.sku.to_string())
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(skus, ["0000000000123", "0000000000123", "01310-100", "01310-100"]);
    assert_eq!(reading.sales().count(), 3, "000007 is one receipt");
    let titles = [Text("Código"), Text("Descrição"), Text("EAN")];
    let catalogue = [
        [
            Shown(5.0, "000"),
            Text("Café"),
            Shown(7_891_000_100_103.0, "0000000000000"),
        ],
        [Text("005"), Text("Café"), Text("7891000100103")],
        [Text("006"), Text("Chá"), Shown(17.0, "00000000")],
    ];
    let book = read(&made(
        &[&titles, &catalogue[0], &catalogue[1], &catalogue[2]],
        &[],
    ))
    .unwrap();
    let reading = ProductsReading::read(&book.sheet, &header(&book.sheet), &options());
    assert_eq!(reading.refusals().count(), 0, "{:?}", reading.refusals());
    assert_eq!(reading.products()[0].repeated_in, [3]);
    assert_eq!(
        reading.products()[1].gtin.as_ref().unwrap().to_string(),
        "00000017"
    );
    Ok(())
}

fn mangled_codes() -> Result<(), Skipped> {
    let titles: &[&str] = &["Venda", "Data", "Código", "Qtd", "Preço"];
    let reading = sales(&workbook(&[
        titles,
        &["#1", "05/11/2025", "'00123", "#1", "#5"],
        &["#2", "05/11/2025", "00123", "#1", "#5"],
        &["#3", "05/11/2025", "7.89E+12", "#1", "#5"],
        &["7,89E+12", "05/11/2025", "A", "#1", "#5"],
        &["#4", "05/11/2025", "1E5", "#1", "#5"],
    ]));
    assert_eq!(
        refused(&reading),
        // The receipts above and below the one that cannot be read are not whole for certain.
        [
            (4, "number_precision_lost"),
            (5, "number_precision_lost"),
            (6, "receipt_has_refused_rows"),
        ]
    );
    let skus: Vec<_> = reading
        .sales()
        .map(|sale| sale.lines[0].sku.to_string())
        .collect();
    assert_eq!(skus, ["00123", "00123"]);
    Ok(())
}

fn merged_cells() -> Result<(), Skipped> {
    let titles = [
        Text("Data"),
        Text("Venda"),
        Text("Loja"),
        Text("Produto"),
        Text("Qtd"),
        Text("Preço"),
    ];
    let first = [
        Day(date(2025, 11, 5)),
        Number(1.0),
        Text("Centro"),
        Text("Camisa"),
        Number(2.0),
        Number(10.0),
    ];
    let second = [Nothing, Nothing, Nothing, Text("Meia"), Number(1.0), Number(8.0)];
    let third = [
        Day(date(2025, 11, 6)),
        Number(2.0),
        Text("Centro"),
        Text("Meia"),
        Number(1.0),
        Number(8.0),
    ];
    let over = |column| (1, column, 2);
    let reading = sales(&made(
        &[&titles, &first, &second, &third],
        &[over(0), over(1), over(2)],
    ));
    assert_eq!(refused(&reading), []);
    assert_eq!(nets(&reading), [2_800, 800]);
    let sale = reading.sales().next().unwrap();
    assert_eq!(
        (sale.date, sale.store.name.as_str()),
        (date(2025, 11, 5), "Centro")
    );
    // One price for several rows is the price of each.
    let same = [
        Day(date(2025, 11, 5)),
        Number(1.0),
        Text("Centro"),
        Text("Meia"),
        Number(1.0),
        Nothing,
    ];
    let reading = sales(&made(&[&titles, &first, &same], &[over(5)]));
    assert_eq!((refused(&reading), nets(&reading)), (vec![], vec![3_000]));
    Ok(())
}

fn merged_cells_of_an_old_workbook() -> Result<(), Skipped> {
    let titles = ["Data", "Venda", "Loja", "Produto", "Qtd", "Preço"];
    let titles: Vec<(u16, Old<'_>)> = (0..).zip(titles.map(Old::Text)).collect();
    let first = [
        (0, Old::Shown(45_966.0, "dd/mm/yyyy")),
        (1, Old::Shown(1.0, "000")),
        (2, Old::Text("Centro")),
        (3, Old::Text("Camisa")),
        (4, Old::Number(2.0)),
        (5, Old::Number(10.0)),
    ];
    let second = [
        (3, Old::Text("Meia")),
        (4, Old::Number(1.0)),
        (5, Old::Number(8.0)),
    ];
    let ranges = [[1, 2, 0, 0], [1, 2, 1, 1], [1, 2, 2, 2], [0, 0, 0, 5]];
    let reading = sales(&xls(&[&titles, &first, &second], &ranges));
    assert_eq!(refused(&reading), []);
    assert_eq!(nets(&reading), [2_800]);
    let sale = reading.sales().next().unwrap();
    assert_eq!(sale.date, date(2025, 11, 5));
    assert_eq!(
        sale.receipt.unwrap().number(),
        "001",
        "the format counts in every row of the range"
    );
    Ok(())
}

fn merged_amounts() -> Result<(), Skipped> {
    let titles = [
        Text("Venda"),
        Text("Data"),
        Text("Produto"),
        Text("Qtd"),
        Text("Total"),
    ];
    let line = |total| {
        [
            Number(1.0),
            Text("05/11/2025"),
            Text("Camisa"),
            Number(2.0),
            total,
        ]
    };
    let reading = sales(&made(
        &[&titles, &line(Number(28.0)), &line(Nothing)],
        &[(1, 4, 2)],
    ));
    assert_eq!(refused(&reading), [(2, "merged_amount"), (3, "merged_amount")]);
    Ok(())
}

fn refused_continuation() -> Result<(), Skipped> {
    let titles: &[&str] = &["Data", "Venda", "Produto", "Qtd", "Preço"];
    let reading = sales(&workbook(&[
        titles,
        &["05/11/2025", "#1", "Camisa", "#2", "#10"],
        &["", "", "Meia", "#1", "#8"],
        &["06/11/2025", "#2", "Meia", "#1", "#8"],
    ]));
    assert_eq!(
        refused(&reading),
        [
            (2, "receipt_has_refused_rows"),
            (3, "required_missing"),
            (3, "required_missing")
        ],
        "date and number"
    );
    assert_eq!(nets(&reading), [800]);
    let with_stores = sales(&workbook(&[
        &["Data", "Venda", "Loja", "Produto", "Qtd", "Preço"],
        &["05/11/2025", "#1", "Centro", "Camisa", "#2", "#10"],
        &["05/11/2025", "", "!", "Meia", "#1", "#8"],
    ]));
    assert_eq!(
        refused(&with_stores),
        [(2, "receipt_has_refused_rows"), (3, "error_cell")]
    );
    let without_receipts = sales(&workbook(&[
        &["Data", "Produto", "Qtd", "Preço"],
        &["05/11/2025", "Camisa", "#2", "#10"],
        &["05/11/2025", "Meia", "x", "#8"],
    ]));
    assert_eq!(refused(&without_receipts), [(3, "number_invalid")]);
    let goods: &[&[&str]] = &[
        &["Data", "Nota fiscal", "Código", "Qtd", "Custo", "Loja"],
        &["05/11/2025", "#17", "A", "#2", "#10", "Centro"],
        &["", "", "B", "x", "#8", "Centro"],
    ];
    let book = read(&workbook(goods)).unwrap();
    let stock = StockReading::read(&book.sheet, &header(&book.sheet), &options()).unwrap();
    let rows: Vec<_> = stock
        .refusals()
        .rows()
        .iter()
        .map(|refused| refused.row)
        .collect();
    assert_eq!((rows, stock.receipts().len()), (vec![2, 3], 0));
    Ok(())
}

fn swapped_day_and_month() -> Result<(), Skipped> {
    let titles = [
        Text("Venda"),
        Text("Data"),
        Text("Produto"),
        Text("Qtd"),
        Text("Preço"),
    ];
    let line = |receipt, when| [Number(receipt), when, Text("Camisa"), Number(1.0), Number(5.0)];
    let day = |month| Day(date(2025, month, 11));
    let swapped = [
        line(1.0, day(5)),
        line(2.0, day(6)),
        line(3.0, day(11)),
        line(4.0, Text("13/11/2025")),
        line(5.0, Text("14/11/2025 10:30")),
    ];
    let rows = |lines: &[[Made<'static>; 5]]| {
        let mut rows: Vec<&[Made<'_>]> = vec![&titles];
        rows.extend(lines.iter().map(<[Made<'_>; 5]>::as_slice));
        sales(&made(&rows, &[]))
    };
    let reading = rows(&swapped);
    assert_eq!(refused(&reading), [(2, "date_swapped"), (3, "date_swapped")]);
    assert_eq!(reading.totals().sales, 3);
    let later = [
        line(1.0, day(5)),
        line(2.0, Text("13/11/2025")),
        line(3.0, Day(date(2025, 11, 28))),
    ];
    assert_eq!(
        refused(&rows(&later)),
        [(2, "date_swapped")],
        "a right date typed in later"
    );
    let honest = [
        line(1.0, day(5)),
        line(2.0, Text("05/11/2025")),
        line(3.0, Text("13/05/2025")),
    ];
    assert_eq!(refused(&rows(&honest)), []);
    Ok(())
}

fn times_with_a_zone() -> Result<(), Skipped> {
    let titles: &[&str] = &["Venda", "Data", "Hora", "Produto", "Qtd", "Preço"];
    let reading = sales(&workbook(&[
        titles,
        &["#1", "2025-11-06T01:00:00Z", "", "Camisa", "#1", "#5"],
        &["#2", "2025-11-05T22:00:00-03:00", "", "Camisa", "#1", "#5"],
        &["#3", "06/11/2025", "01:00Z", "Camisa", "#1", "#5"],
        &["#4", "06/11/2025", "01:00", "Camisa", "#1", "#5"],
    ]));
    assert_eq!(refused(&reading), []);
    let one = date(2025, 11, 6).at(1, 0, 0, 0);
    let moments: Vec<_> = reading
        .sales()
        .map(|sale| (sale.date, sale.time, sale.utc))
        .collect();
    let utc = (date(2025, 11, 5), Some(time(22, 0, 0, 0)), Some(one));
    assert_eq!(moments, [utc, utc, utc, (one.date(), Some(one.time()), None)]);
    let days = sales(&workbook(&[
        titles,
        &["#1", "2025-11-06T00:00:00Z", "", "Camisa", "#1", "#5"],
        &["#2", "2025-11-07T00:00:00.000Z", "", "Camisa", "#1", "#5"],
        &["#3", "2025-11-07T00:00:00.000Z", "22:15", "Camisa", "#1", "#5"],
    ]));
    assert_eq!(
        refused(&days),
        [(2, "date_zone_unclear"), (3, "date_zone_unclear")]
    );
    assert_eq!(days.sales().next().unwrap().time, Some(time(22, 15, 0, 0)));
    Ok(())
}
