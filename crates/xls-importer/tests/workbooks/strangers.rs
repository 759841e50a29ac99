//! Sheets as people sent them to other systems and reported wrong figures, with those people's figures.

use jiff::civil::{date, time};
use posars_domain::{Amount, Quantity};
use posars_xls_importer::{
    Finding, ImportSettings, ImportState, MappingChoice, SalesReading, StockReading, find_header,
};

use crate::biff::{Old, xls};
use crate::cell_evidence::{Day, Number, Shown, Text, made};
use crate::fixture::{header, options, read, refused, sales, workbook};
use crate::into_log::{World, codes, run, settings};
use crate::{Case, Skipped};

pub(crate) const CASES: &[Case] = &[
    (
        "strangers::items_beside_every_payment",
        items_beside_every_payment,
    ),
    (
        "strangers::amounts_of_the_receipt_in_each_row",
        amounts_of_the_receipt,
    ),
    ("strangers::a_code_that_became_a_date", a_code_that_became_a_date),
    ("strangers::times_of_day_as_people_type_them", times_of_day),
    ("strangers::the_last_moment_of_a_day", the_last_moment_of_a_day),
    ("strangers::a_second_table_below", a_second_table),
    ("strangers::groups_of_digits", groups_of_digits),
    ("strangers::one_item_in_two_rows", one_item_in_two_rows),
    ("strangers::what_an_old_workbook_does_not_show", || {
        run(what_an_old_workbook_does_not_show)
    }),
    ("strangers::boxes_are_not_pieces", || run(boxes_are_not_pieces)),
    ("strangers::a_receipt_that_lost_its_zeros_is_the_same", || {
        run(a_receipt_that_lost_its_zeros)
    }),
    ("strangers::an_unreadable_row_defines_nothing", || {
        run(an_unreadable_row_defines_nothing)
    }),
];

/// Net of every sale in centavos.
fn nets(reading: &SalesReading) -> Vec<i64> {
    reading.sales().map(|sale| sale.total.minor()).collect()
}

/// Odoo 60568, 180369: an order of two payments is exported with its lines once for each.
fn items_beside_every_payment() -> Result<(), Skipped> {
    let titles: &[&str] = &["Data", "Venda", "Produto", "Qtd", "Total", "Forma de pagamento"];
    let twice = "items_repeated";
    let reading = sales(&workbook(&[
        titles,
        &["05/11/2025", "#10", "Mesa", "#1", "#10", "Dinheiro"],
        &["05/11/2025", "#10", "Mesa", "#1", "#10", "Pix"],
        &["05/11/2025", "#10", "Luminária", "#2", "#5", "Dinheiro"],
        &["05/11/2025", "#10", "Luminária", "#2", "#5", "Pix"],
        // Each item paid in its own way, and one scanned twice, are as they should be.
        &["05/11/2025", "#11", "Mesa", "#1", "#10", "Dinheiro"],
        &["05/11/2025", "#11", "Luminária", "#2", "#5", "Pix"],
        &["05/11/2025", "#12", "Mesa", "#1", "#10", "Pix"],
        &["05/11/2025", "#12", "Mesa", "#1", "#10", "Pix"],
        &["05/11/2025", "#13", "Mesa", "#1", "#10", "Pix"],
        &["05/11/2025", "#13", "Mesa", "#1", "#10", "Pix"],
        &["05/11/2025", "#13", "Mesa", "#1", "#10", "Dinheiro"],
    ]));
    assert_eq!(
        refused(&reading),
        [(2, twice), (3, twice), (4, twice), (5, twice)]
    );
    assert_eq!(nets(&reading), [1_500, 2_000, 3_000]);
    // Beside every instalment of one payment only the number of the item tells.
    let reading = sales(&workbook(&[
        &["Data", "Venda", "Item", "Descrição", "Qtd", "Preço", "Parcela"],
        &["05/11/2025", "#1", "#1", "Mesa", "#1", "#10", "1/2"],
        &["05/11/2025", "#1", "#1", "Mesa", "#1", "#10", "2/2"],
        &["05/11/2025", "#2", "#1", "Mesa", "#1", "#10", "1/1"],
        &["05/11/2025", "#2", "#2", "Mesa", "#1", "#10", "1/1"],
    ]));
    assert_eq!(refused(&reading), [(2, twice), (3, twice)]);
    assert_eq!(nets(&reading), [2_000]);
    Ok(())
}

/// Exports of orders repeat what the order came to beside each of its items.
fn amounts_of_the_receipt() -> Result<(), Skipped> {
    let repeated = "receipt_amount_repeated";
    let of_receipt = |title: &'static str| {
        sales(&workbook(&[
            &["Data", "Cupom", "Código", "Qtd", title],
            &["05/11/2025", "#1", "A", "#2", "#28"],
            &["05/11/2025", "#1", "B", "#1", "#28"],
            &["05/11/2025", "#2", "B", "#1", "#8"],
        ]))
    };
    let reading = of_receipt("Total da Venda");
    assert_eq!(refused(&reading), [(2, repeated), (3, repeated)]);
    assert_eq!(nets(&reading), [800]);
    assert_eq!(nets(&of_receipt("Total")), [5_600, 800], "two of one price");

    let rows = |title: &'static str, last: &'static str| {
        workbook(&[
            &["Data", "Cupom", "Código", "Qtd", title],
            &["05/11/2025", "#1", "A", "#2", "#28"],
            &["05/11/2025", "#1", "B", "#1", "#28"],
            &["05/11/2025", "#2", "A", "#3", "#38"],
            &["05/11/2025", "#2", "B", "#1", "#38"],
            &["05/11/2025", "#3", "A", "#1", "#26"],
            &["05/11/2025", "#3", "B", "#2", last],
        ])
    };
    assert_eq!(
        refused(&sales(&rows("Total", "#26"))).len(),
        6,
        "three are no chance"
    );
    assert_eq!(refused(&sales(&rows("Total", "#16"))), []);
    let book = read(&rows("Total da Venda", "#26")).unwrap();
    let told = MappingChoice {
        columns: vec![(posars_xls_importer::Field::Total, "Total da Venda".to_owned())],
        ..MappingChoice::default()
    };
    let header = find_header(&book.sheet, &told).unwrap();
    let told = SalesReading::read(&book.sheet, &header, &of_centro()).unwrap();
    assert_eq!(refused(&told), [], "the sender says that it is each row's own");

    let reading = sales(&workbook(&[
        &["Data", "Cupom", "Código", "Qtd", "Preço", "Desconto Total"],
        &["05/11/2025", "#1", "A", "#2", "#10", "#3"],
        &["05/11/2025", "#1", "B", "#1", "#8", "#3"],
        &["05/11/2025", "#2", "B", "#1", "#8", "#1"],
    ]));
    assert_eq!(
        refused(&reading),
        [(2, repeated), (3, repeated)],
        "25.00, not 22.00"
    );
    assert_eq!(nets(&reading), [700]);
    let reading = sales(&workbook(&[
        &["Data", "Cupom", "Código", "Qtd", "Preço", "Desconto Total"],
        &["05/11/2025", "#1", "A", "#2", "#10", "#2"],
        &["05/11/2025", "#1", "B", "#1", "#8", "#1"],
        &["05/11/2025", "#2", "A", "#1", "#8", "#1"],
        &["05/11/2025", "#2", "B", "#1", "#8", "#1"],
    ]));
    assert_eq!(nets(&reading), [2_500, 1_400]);
    Ok(())
}

fn of_centro() -> posars_xls_importer::ReadOptions {
    posars_xls_importer::ReadOptions {
        store: Some("Centro".to_owned()),
        ..options()
    }
}

/// `10-5` is typed for a size and becomes the tenth of May.
fn a_code_that_became_a_date() -> Result<(), Skipped> {
    let titles = ["Data", "Código", "Produto", "Qtd", "Preço"].map(Text);
    let day = || Day(date(2025, 5, 10));
    let [one, five] = [|| Number(1.0), || Number(5.0)];
    let reading = sales(&made(
        &[
            &titles,
            &[day(), day(), Text("Parafuso"), one(), five()],
            &[day(), Text("A"), day(), one(), five()],
            &[day(), Text("A"), Shown(0.4375, "hh:mm"), one(), five()],
            &[day(), Text("10-5"), Text("Parafuso"), one(), five()],
        ],
        &[],
    ));
    let date = "code_is_date";
    assert_eq!(refused(&reading), [(2, date), (3, date), (4, date)]);
    assert_eq!(nets(&reading), [500]);
    Ok(())
}

/// Exports of tills write `2:05 PM`, and people 1430 into a cell of numbers.
fn times_of_day() -> Result<(), Skipped> {
    let reading = sales(&workbook(&[
        &["Data", "Hora", "Venda", "Produto", "Qtd", "Preço"],
        &["11/13/25 2:05 PM", "", "#1", "Café", "#1", "#5"],
        &["11/13/25 12:05 AM", "", "#2", "Café", "#1", "#5"],
        &["11/13/25", "4:30 PM", "#3", "Café", "#1", "#5"],
        &["11/13/25", "#0.9479166666666666", "#4", "Café", "#1", "#5"],
        &["11/13/25", "#1430", "#5", "Café", "#1", "#5"],
        &["11/13/25", "#22", "#6", "Café", "#1", "#5"],
        &["11/13/25", "#0", "#7", "Café", "#1", "#5"],
    ]));
    assert_eq!(refused(&reading), [(6, "date_invalid"), (7, "date_invalid")]);
    let times: Vec<_> = reading.sales().map(|sale| sale.time).collect();
    let expected = [(14, 5), (0, 5), (16, 30), (22, 45), (0, 0)];
    assert_eq!(
        times,
        expected.map(|(hour, minute)| Some(time(hour, minute, 0, 0)))
    );
    assert!(reading.sales().all(|sale| sale.date == date(2025, 11, 13)));
    Ok(())
}

/// XlsxWriter 571: the end of 26 September 2018, as databases give it, was shown as the 27th.
fn the_last_moment_of_a_day() -> Result<(), Skipped> {
    let titles = ["Data", "Venda", "Produto", "Qtd", "Preço"].map(Text);
    let row = |serial| {
        [
            Shown(serial, "dd/mm/yyyy hh:mm"),
            Number(1.0),
            Text("Café"),
            Number(1.0),
            Number(5.0),
        ]
    };
    // 23:59:59.997, and a midnight that lost its last binary digits.
    for (serial, day, clock) in [
        (43_369.999_999_965_28, 26, Some(time(23, 59, 59, 0))),
        (43_369.999_999_999_99, 27, None),
    ] {
        let reading = sales(&made(&[&titles, &row(serial)], &[]));
        let sale = reading.sales().next().unwrap();
        assert_eq!((sale.date, sale.time), (date(2018, 9, day), clock));
    }
    Ok(())
}

/// Exports pasted one below the other, the second with its columns in another order.
fn a_second_table() -> Result<(), Skipped> {
    let first: &[&str] = &["Data", "Venda", "Produto", "Qtd", "Preço", "Obs"];
    let reading = sales(&workbook(&[
        first,
        &["05/11/2025", "#1", "Café", "#2", "#5", ""],
        first,
        &["05/11/2025", "#2", "Café", "#1", "#5", ""],
        &["Data", "Venda", "Produto", "Preço", "Qtd", "Obs"],
        &["05/11/2025", "#3", "Café", "#10", "#3", ""],
        first,
        &["05/11/2025", "#4", "Café", "#3", "#5", ""],
    ]));
    assert_eq!(refused(&reading), [(6, "other_titles")]);
    assert_eq!(nets(&reading), [1_000, 500, 1_500]);
    assert_eq!(reading.tally().repeated_headers, 3);
    let goods = workbook(&[
        &["Data", "Nota", "Código", "Qtd recebida", "Custo", "Loja"],
        &["05/11/2025", "#1", "A", "#2", "#5", "Centro"],
        &["Data", "Nota", "Código", "Qtd vendida", "Preço", "Loja"],
        &["05/11/2025", "#2", "A", "#1", "#9", "Centro"],
    ]);
    let goods = read(&goods).unwrap();
    let goods = StockReading::read(&goods.sheet, &header(&goods.sheet), &options()).unwrap();
    assert_eq!(goods.totals().cost, Amount::from_minor(1_000));
    assert_eq!(goods.refusals().count(), 1);
    Ok(())
}

/// BudgetMaster 731, go-evepraisal 19, Dolibarr 31025.
fn groups_of_digits() -> Result<(), Skipped> {
    let reading = sales(&workbook(&[
        &["Data", "Venda", "Produto", "Qtd", "Preço"],
        &["05/11/2025", "#1", "Fullerite", "8\u{a0}898", "7\u{a0}394,64"],
        &["05/11/2025", "#2", "Miete", "#1", "1.355,90"],
    ]));
    assert_eq!(nets(&reading), [6_579_750_672, 135_590]);
    let goods = |costs: [&'static str; 3]| {
        let rows = costs.map(|cost| ["05/11/2025", "#7", "A", "#1000", cost]);
        let mut sheet: Vec<&[&str]> = vec![&["Data", "Nota", "Código", "Qtd recebida", "Custo"]];
        sheet.extend(rows.iter().map(<[&str; 5]>::as_slice));
        let book = read(&workbook(&sheet)).unwrap();
        StockReading::read(&book.sheet, &header(&book.sheet), &of_centro()).unwrap()
    };
    let proven = goods(["0,246", "1,507", "38,752"]);
    assert_eq!(proven.totals().cost, Amount::from_minor(4_050_500));
    let open = goods(["1,507", "1,755", "38,752"]);
    assert_eq!((open.totals().lines, open.refusals().count()), (0, 3));
    Ok(())
}

/// OpenBoxes 67: 100 and 300 of one item in one packing list came out as 300 and 300.
fn one_item_in_two_rows() -> Result<(), Skipped> {
    let book = read(&workbook(&[
        &["Data", "Nota", "Código", "Qtd recebida", "Custo"],
        &["05/11/2025", "#77", "VP71", "#100", "#2"],
        &["05/11/2025", "#77", "VP71", "#300", "#2"],
    ]))
    .unwrap();
    let reading = StockReading::read(&book.sheet, &header(&book.sheet), &of_centro()).unwrap();
    let totals = reading.totals();
    assert_eq!(
        (totals.quantity, totals.cost),
        (Quantity::from_units(400), Amount::from_minor(80_000))
    );
    Ok(())
}

/// Programs that write `.xls` and calculate nothing store an empty text or a zero for every formula: a discount by
/// formula was no discount. And rows that a filter hides were read without a word.
async fn what_an_old_workbook_does_not_show(world: World) -> anyhow::Result<()> {
    const EMPTY: [u8; 8] = [3, 0, 0, 0, 0, 0, 0xFF, 0xFF];
    const ZERO: [u8; 8] = [0; 8];
    let book = |[first, second]: [f64; 2], discount: [u8; 8], other: [u8; 8]| {
        let titles = ["Data", "Venda", "Produto", "Qtd", "Preço", "Desconto", "Margem"];
        let titles: Vec<(u16, Old<'_>)> = (0..).zip(titles.map(Old::Text)).collect();
        let row = |receipt: f64, hidden: Option<Old<'static>>| {
            let cells = [
                Old::Text("05/11/2025"),
                Old::Number(receipt),
                Old::Text("Café"),
                Old::Number(2.0),
                Old::Number(10.0),
                Old::Formula(discount),
                Old::Formula(other),
            ];
            let hidden = hidden.map(|hidden| (0, hidden));
            hidden.into_iter().chain((0..).zip(cells)).collect::<Vec<_>>()
        };
        xls(
            &[&titles, &row(first, None), &row(second, Some(Old::Hidden))],
            &[],
        )
    };
    for (receipts, nothing) in [([1.0, 2.0], EMPTY), ([3.0, 4.0], ZERO)] {
        let outcome = world
            .import(&book(receipts, nothing, nothing), &settings())
            .await?;
        let reason = "formula_without_value";
        assert_eq!(codes(&outcome), [(2, reason), (3, reason)]);
        assert!(outcome.findings.contains(&Finding::HiddenRows { rows: Some(1) }));
        // Another formula has a result: this one was calculated, and comes to nothing.
        let outcome = world
            .import(&book(receipts, nothing, 0.25_f64.to_le_bytes()), &settings())
            .await?;
        assert_eq!(codes(&outcome), []);
        assert_eq!(outcome.totals.amount, Some(Amount::from_minor(4_000)));
    }
    Ok(())
}

/// ERPNext 49776: two boxes of an item that is counted by the piece were received as two pieces.
async fn boxes_are_not_pieces(world: World) -> anyhow::Result<()> {
    for factor in ["Fator de conversão", "Qtd por caixa", "Embalagem"] {
        let book = read(&workbook(&[
            &["Data", "Nota", "Código", "Qtd recebida", factor, "Custo"],
            &["05/11/2025", "#1", "A", "#2", "#12", "#24"],
        ]))?;
        let asked = find_header(&book.sheet, &MappingChoice::default());
        assert_eq!(asked.unwrap_err().code(), "unclear_columns", "{factor}");
    }
    let titles: &[&str] = &["Data", "Nota", "Código", "UN", "Qtd recebida", "Custo"];
    let dry = ImportSettings {
        dry_run: true,
        ..settings()
    };
    let first = workbook(&[
        titles,
        &["05/11/2025", "#1", "A", "CX", "#2", "#24"],
        &["05/11/2025", "#2", "A", "UN", "#5", "#2"],
        &["05/11/2025", "#3", "B", "CX", "#1", "#30"],
    ]);
    let second = workbook(&[
        titles,
        &["06/11/2025", "#4", "A", "Fardo", "#1", "#24"],
        &["06/11/2025", "#5", "A", "Pç", "#1", "#2"],
        &["06/11/2025", "#6", "B", "cx.", "#1", "#30"],
        &["06/11/2025", "#7", "B", "", "#1", "#30"],
    ]);
    let sold = workbook(&[
        &["Data", "Venda", "Código", "UN", "Qtd", "Preço"],
        &["07/11/2025", "#1", "A", "CX", "#1", "#30"],
        &["07/11/2025", "#2", "A", "UN", "#1", "#3"],
    ]);
    for (book, refused) in [(&first, 2), (&second, 2), (&sold, 2)] {
        for settings in [&dry, &settings()] {
            let outcome = world.import(book, settings).await?;
            assert_eq!(codes(&outcome), [(refused, "unit_differs")], "{outcome:?}");
        }
    }
    let received = world.data_of("StockReceived").await?;
    let mut quantities: Vec<&str> = received
        .iter()
        .filter_map(|stock| stock["quantity"].as_str())
        .collect();
    quantities.sort_unstable();
    assert_eq!(quantities, ["1", "1", "1", "1", "5"]);
    Ok(())
}

async fn an_unreadable_row_defines_nothing(world: World) -> anyhow::Result<()> {
    let bytes = workbook(&[
        &["Data", "Venda", "Loja", "Produto", "Qtd", "Preço"],
        &["05/11/2025", "#1", "Centro", "Café", "#1", "#5"],
        &["conferido", "#2", "por Ana", "no balanço", "#1", "#5"],
        &["05/11/2025", "#3", "Norte", "Chá", "!", "#5"],
    ]);
    let outcome = world.import(&bytes, &settings()).await?;
    assert_eq!(outcome.state, ImportState::CompletedWithRefusals);
    assert_eq!(codes(&outcome), [(3, "date_invalid"), (4, "error_cell")]);
    let records = outcome.records;
    assert_eq!((records.stores_defined, records.products_defined), (1, 1));
    Ok(())
}

/// The export says 0001; opened as CSV and saved again, the same file says 1.
async fn a_receipt_that_lost_its_zeros(world: World) -> anyhow::Result<()> {
    let sheet = |receipts: [&'static str; 3]| {
        let [one, two, three] = receipts;
        workbook(&[
            &["Data", "Venda", "Produto", "Qtd", "Preço"],
            &["05/11/2025", one, "Café", "#1", "#5"],
            &["05/11/2025", two, "Pão", "#2", "#3"],
            &["06/11/2025", three, "Café", "#1", "#5"],
        ])
    };
    let told = |outcome: &posars_xls_importer::ImportOutcome| {
        let notes = outcome.notes.iter();
        let notes = notes.filter(|note| matches!(note, posars_xls_importer::Note::ReceiptsWithOtherZeros(_)));
        (outcome.records.accepted, outcome.records.duplicate, notes.count())
    };
    let first = world
        .import(&sheet(["0001", "0002", "0010"]), &settings())
        .await?;
    assert_eq!(told(&first), (3, 0, 0));
    let without = world.import(&sheet(["#1", "#2", "#10"]), &settings()).await?;
    assert_eq!(told(&without), (0, 3, 1), "{without:?}");
    let longer = world.import(&sheet(["#2", "000011", "#10"]), &settings()).await?;
    assert_eq!(
        codes(&longer),
        [(2, "idempotency_mismatch")],
        "another sale of that number"
    );
    assert_eq!(told(&longer), (1, 1, 1), "{longer:?}");
    // Other goods, or another day: nothing shows that it is the same sale.
    let other = workbook(&[
        &["Data", "Venda", "Loja", "Produto", "Qtd", "Preço"],
        &["05/11/2025", "0001", "Sul", "Café", "#1", "#5"],
        &["05/11/2025", "#1", "Sul", "Pão", "#1", "#3"],
        &["05/11/2025", "0002", "Sul", "Pão", "#1", "#3"],
        &["05/11/2025", "#2", "Sul", "Pão", "#1", "#3"],
    ]);
    for expected in [(4, 0, 0), (0, 4, 0)] {
        let outcome = world.import(&other, &settings()).await?;
        assert_eq!(told(&outcome), expected, "{outcome:?}");
    }
    Ok(())
}
