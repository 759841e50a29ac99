//! Sheets in which several rules meet: totals, states, numbers that begin again, formats and merged cells.

use jiff::civil::date;
use posars_xls_importer::{SalesReading, StockReading};

use crate::cell_evidence::Made::{self, Day, Nothing, Number, Text};
use crate::cell_evidence::made;
use crate::fixture::{header, options, read, refused, sales, workbook};
use crate::{Case, Skipped};

pub(crate) const CASES: &[Case] = &[
    (
        "meeting::a_total_in_a_cancelled_receipt",
        total_in_a_cancelled_receipt,
    ),
    ("meeting::totals_take_returns_off", totals_take_returns_off),
    (
        "meeting::a_row_below_a_cancelled_receipt",
        row_below_a_cancelled_receipt,
    ),
    ("meeting::a_cancelled_number_is_given", cancelled_number),
    ("meeting::numbers_begin_again_in_utc", numbers_begin_again_in_utc),
    ("meeting::discounts_beside_a_net", discounts_beside_a_net),
    ("meeting::a_count_with_a_total", count_with_a_total),
    ("meeting::foreign_money_in_a_total", foreign_money_in_a_total),
    ("meeting::swapped_dates_and_totals", swapped_dates_and_totals),
    ("meeting::merged_cells_and_states", merged_cells_and_states),
    ("meeting::a_return_without_a_number", return_without_a_number),
];

const STATES: &[&str] = &["Cupom", "Data", "Produto", "Qtd", "Total", "Situação"];

/// Sales, minor units, sums in the sheet, and how many of these differ.
fn told(reading: &SalesReading) -> (u32, i64, u32, usize) {
    let totals = reading.totals();
    let differing = reading.footer_checks().iter().filter(|check| !check.agrees);
    (
        totals.sales,
        totals.total.minor(),
        reading.tally().footers,
        differing.count(),
    )
}

fn total_in_a_cancelled_receipt() -> Result<(), Skipped> {
    let with_total = |quantity: &'static str, total: &'static str| {
        sales(&workbook(&[
            STATES,
            &["1", "05/11/2025", "Café", "#1", "#10", "Concluída"],
            &["", "", "Total cupom", "#1", "#10", "Concluída"],
            &["2", "05/11/2025", "Pão", "#1", "#5", "Cancelada"],
            &["2", "05/11/2025", "Chá", "#2", "#4", "Cancelada"],
            &["", "", "Total cupom", "#3", "#9", "Cancelada"],
            &["3", "06/11/2025", "Café", "#1", "#10", "Concluída"],
            &["", "", "Total geral", quantity, total, ""],
        ]))
    };
    for (quantity, total, differing) in [("#2", "#20", 0), ("#5", "#29", 0), ("#2", "#29", 1)] {
        let reading = with_total(quantity, total);
        assert_eq!(refused(&reading), []);
        assert_eq!(told(&reading), (2, 2_000, 3, differing), "{total}");
        assert_eq!((reading.tally().cancelled, reading.tally().records), (2, 2));
    }
    // The first receipt of the sheet was called off.
    let first = sales(&workbook(&[
        STATES,
        &["1", "05/11/2025", "Pão", "#1", "#5", "Cancelada"],
        &["", "", "Total cupom", "#1", "#5", "Cancelada"],
        &["2", "05/11/2025", "Café", "#1", "#10", "Concluída"],
    ]));
    assert_eq!(told(&first), (1, 1_000, 1, 0));
    Ok(())
}

fn totals_take_returns_off() -> Result<(), Skipped> {
    for (quantity, total, differing) in [
        ("#4", "#40", 0),
        ("#3", "#30", 0),
        ("#2", "#20", 0),
        ("#1", "#10", 2),
    ] {
        let reading = sales(&workbook(&[
            &["Cupom", "Data", "Produto", "Qtd", "Total", "Tipo"],
            &["1", "05/11/2025", "Café", "#2", "#20", "Venda"],
            &["2", "05/11/2025", "Chá", "#1", "#10", "Venda"],
            &["3", "06/11/2025", "Café", "#1", "#10", "Devolução"],
            &["", "", "Total geral", quantity, total, ""],
        ]));
        assert_eq!(refused(&reading), [(4, "returned_goods")]);
        assert_eq!(told(&reading), (2, 3_000, 1, differing), "{total}");
    }
    Ok(())
}

fn row_below_a_cancelled_receipt() -> Result<(), Skipped> {
    let reading = sales(&workbook(&[
        STATES,
        &["1", "05/11/2025", "Café", "#1", "#10", "Concluída"],
        &["2", "05/11/2025", "Pão", "#1", "#5", "Cancelada"],
        &["", "", "Chá", "#1", "#4", ""],
        &["3", "05/11/2025", "Café", "#2", "#20", "Concluída"],
    ]));
    assert_eq!(refused(&reading), [(4, "required_missing")], "not of receipt 1");
    assert_eq!(told(&reading), (2, 3_000, 0, 0));
    Ok(())
}

fn cancelled_number() -> Result<(), Skipped> {
    let reading = sales(&workbook(&[
        STATES,
        &["001", "05/11/2025", "Café", "#1", "#10", "Concluída"],
        &["002", "05/11/2025", "Café", "#2", "#20", "Concluída"],
        &["001", "06/11/2025", "Pão", "#1", "#5", "Cancelada"],
        &["002", "06/11/2025", "Café", "#1", "#10", "Concluída"],
    ]));
    assert_eq!(refused(&reading), []);
    assert_eq!(told(&reading), (3, 4_000, 0, 0), "no receipt over midnight");
    assert_eq!(reading.stores_by_day().count(), 1);
    Ok(())
}

fn numbers_begin_again_in_utc() -> Result<(), Skipped> {
    let reading = sales(&workbook(&[
        &["Venda", "Data", "Produto", "Qtd", "Total"],
        &["001", "2025-11-05T12:00:00Z", "Café", "#1", "#10"],
        &["030", "2025-11-06T01:00:00Z", "Café", "#2", "#20"],
        &["001", "2025-11-06T12:00:00Z", "Café", "#4", "#40"],
        &["030", "2025-11-06T23:30:00Z", "Café", "#1", "#5"],
    ]));
    assert_eq!(refused(&reading), []);
    let days: Vec<(i8, i64)> = reading
        .sales()
        .map(|sale| (sale.date.day(), sale.total.minor()))
        .collect();
    assert_eq!(
        days,
        [(5, 1_000), (5, 2_000), (6, 4_000), (6, 500)],
        "the day is the store's"
    );
    Ok(())
}

fn discounts_beside_a_net() -> Result<(), Skipped> {
    let titles: &[&str] = &[
        "Venda",
        "Data",
        "Produto",
        "Qtd",
        "Preço Unit",
        "Desconto",
        "Valor Líquido",
    ];
    let line = |discount: &'static str, net: &'static str| {
        sales(&workbook(&[
            titles,
            &["1", "05/11/2025", "Camisa", "#1", "#100", discount, net],
        ]))
    };
    for (discount, net, minor) in [
        ("10%", "#90", 9_000),
        ("#0.1", "#90", 9_000),
        ("#0.1", "#99.9", 9_990),
        ("#10", "#90", 9_000),
    ] {
        let reading = line(discount, net);
        assert_eq!(refused(&reading), [], "{discount} {net}");
        assert_eq!(reading.totals().total.minor(), minor, "{discount} {net}");
    }
    for (discount, net) in [("10%", "#80"), ("#0.1", "#95"), ("#10", "#99.9")] {
        assert_eq!(
            refused(&line(discount, net)),
            [(2, "total_mismatch")],
            "{discount} {net}"
        );
    }
    Ok(())
}

fn count_with_a_total() -> Result<(), Skipped> {
    let book = read(&workbook(&[
        &["Código", "Produto", "Qtd Contada", "Custo", "Data"],
        &["A1", "Café", "#75", "#2", "02/11/2025"],
        &["A2", "Chá", "#5", "#3", "02/11/2025"],
        &["", "TOTAL", "#80", "", ""],
    ]))
    .unwrap();
    let header = header(&book.sheet);
    let options = posars_xls_importer::ReadOptions {
        store: Some("Centro".to_owned()),
        ..options()
    };
    let reading = StockReading::read(&book.sheet, &header, &options).unwrap();
    assert!(reading.is_count());
    assert_eq!(reading.refusals().count(), 0);
    assert_eq!((reading.receipts().len(), reading.tally().footers), (2, 1));
    let agree: Vec<bool> = reading.footer_checks().iter().map(|check| check.agrees).collect();
    assert_eq!(agree, [true]);
    Ok(())
}

fn foreign_money_in_a_total() -> Result<(), Skipped> {
    let reading = sales(&workbook(&[
        &["Data", "Produto", "Qtd", "Total"],
        &["05/11/2025", "Café", "#1", "#10"],
        &["05/11/2025", "Pão", "#1", "#5"],
        &["", "Total em dólar", "#2", "US$ 3,00"],
        &["Total", "", "#2", "#15"],
    ]));
    assert_eq!(refused(&reading), []);
    assert_eq!(told(&reading), (2, 1_500, 2, 0), "it is no sale");
    Ok(())
}

fn swapped_dates_and_totals() -> Result<(), Skipped> {
    let line = |day: Made<'static>| [day, Text("Café"), Number(1.0), Number(10.0)];
    let rows = [
        [Text("Data"), Text("Produto"), Text("Qtd"), Text("Total")],
        line(Day(date(2025, 5, 11))),
        [Text("Total 05/11/2025"), Nothing, Number(1.0), Number(10.0)],
        line(Text("13/11/2025")),
        line(Text("14/11/2025")),
        [
            Day(date(2025, 11, 30)),
            Text("Total do mês"),
            Number(3.0),
            Number(30.0),
        ],
    ];
    let rows: Vec<&[Made<'_>]> = rows.iter().map(<[Made<'_>; 4]>::as_slice).collect();
    let reading = sales(&made(&rows, &[]));
    assert_eq!(refused(&reading), [(2, "date_swapped")]);
    assert_eq!(
        told(&reading),
        (2, 2_000, 2, 0),
        "what the sheet sums up is there"
    );
    Ok(())
}

fn merged_cells_and_states() -> Result<(), Skipped> {
    let merged = [(1, 0, 2), (1, 1, 2), (1, 2, 2)];
    for (state, expected, cancelled) in [
        ("Concluída", (2, 3_800, 1, 0), 0),
        ("Cancelada", (1, 1_000, 1, 0), 2),
    ] {
        let titles = ["Venda", "Data", "Situação", "Produto", "Qtd", "Total"].map(Text);
        let rows = [
            titles,
            [
                Number(1.0),
                Text("05/11/2025"),
                Text(state),
                Text("Camisa"),
                Number(2.0),
                Number(20.0),
            ],
            [Nothing, Nothing, Nothing, Text("Meia"), Number(1.0), Number(8.0)],
            [
                Number(2.0),
                Text("06/11/2025"),
                Text("Concluída"),
                Text("Camisa"),
                Number(1.0),
                Number(10.0),
            ],
            [
                Text("Total"),
                Nothing,
                Nothing,
                Nothing,
                Number(4.0),
                Number(38.0),
            ],
        ];
        let rows: Vec<&[Made<'_>]> = rows.iter().map(<[Made<'_>; 6]>::as_slice).collect();
        let reading = sales(&made(&rows, &merged));
        assert_eq!(refused(&reading), [], "{state}");
        assert_eq!(told(&reading), expected, "{state}");
        assert_eq!(reading.tally().cancelled, cancelled);
    }
    Ok(())
}

fn return_without_a_number() -> Result<(), Skipped> {
    let with_date = |day: &'static str| {
        sales(&workbook(&[
            &["Cupom", "Data", "Produto", "Qtd", "Total", "Tipo"],
            &["1", "05/11/2025", "Café", "#2", "#20", "Venda"],
            &["", day, "Café", "#1", "#10", "Devolução"],
        ]))
    };
    let own = with_date("06/11/2025");
    assert_eq!(refused(&own), [(3, "returned_goods")], "the sale above is whole");
    let going_on = with_date("");
    assert_eq!(
        refused(&going_on),
        [
            (2, "receipt_has_refused_rows"),
            (3, "returned_goods"),
            (3, "required_missing")
        ]
    );
    Ok(())
}
