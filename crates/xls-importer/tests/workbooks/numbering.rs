//! Receipt numbers that begin again each day, and receipts over midnight.

use posars_domain::sale::id_of_receipt;
use posars_xls_importer::SalesReading;

use crate::fixture::{refused, sales, workbook, workbook_of};
use crate::{Case, Skipped};

pub(crate) const CASES: &[Case] = &[
    ("numbering::each_day_is_another_sale", each_day_is_another_sale),
    ("numbering::a_receipt_over_midnight_stays_one", over_midnight),
    (
        "numbering::nights_where_numbers_begin_again",
        nights_where_numbers_begin_again,
    ),
    ("numbering::what_nothing_shows_is_refused", what_nothing_shows),
    ("numbering::keys_of_other_sheets_stay", keys_of_other_sheets_stay),
    (
        "numbering::a_refused_row_takes_its_day_only",
        a_refused_row_takes_its_day_only,
    ),
    ("numbering::stores_are_decided_alone", stores_are_decided_alone),
];

const TITLES: &[&str] = &["Cupom", "Data", "Hora", "Produto", "Qtd", "Total"];

fn row(number: &str, day: &str, time: &str, total: &str) -> [String; 6] {
    let total = if total == "x" {
        total.to_owned()
    } else {
        format!("#{total}")
    };
    [number, &format!("{day}/11/2025"), time, "Café", "#1", &total].map(str::to_owned)
}

fn read(rows: &[(&str, &str, &str, &str)]) -> SalesReading {
    let rows: Vec<[String; 6]> = rows
        .iter()
        .map(|(number, day, time, total)| row(number, day, time, total))
        .collect();
    sales(&workbook_of(TITLES, &rows))
}

/// Receipt, day of the month and minor units of every sale.
fn told(reading: &SalesReading) -> Vec<(String, i8, i64)> {
    assert_eq!(refused(reading), []);
    let sales = reading.sales();
    sales
        .map(|sale| {
            (
                sale.receipt.unwrap().to_string(),
                sale.date.day(),
                sale.total.minor(),
            )
        })
        .collect()
}

fn each_day_is_another_sale() -> Result<(), Skipped> {
    let reading = read(&[("001", "05", "", "10"), ("001", "06", "", "40")]);
    let dated = |day: &str| format!("2025-11-{day}:001");
    assert_eq!(told(&reading), [(dated("05"), 5, 1_000), (dated("06"), 6, 4_000)]);
    let stores: Vec<_> = reading
        .stores_by_day()
        .map(|store| (store.receipts, store.number))
        .collect();
    assert_eq!(stores, [(1, "001")]);

    // Two lines a receipt, numbers beyond one, days in any order.
    let reading = read(&[
        ("001", "06", "", "1"),
        ("002", "06", "", "2"),
        ("001", "05", "", "4"),
        ("002", "05", "", "8"),
        ("003", "05", "", "16"),
        ("002", "05", "", "32"),
    ]);
    let totals: Vec<i64> = told(&reading).into_iter().map(|(_, _, total)| total).collect();
    assert_eq!(totals, [100, 200, 400, 4_000, 1_600]);

    // Days far apart, whatever the number.
    let far = read(&[("4711", "05", "", "10"), ("4711", "25", "", "40")]);
    assert_eq!(far.totals().sales, 2);
    // Hours apart on neighbouring days.
    let hours = read(&[("4711", "05", "10:00", "10"), ("4711", "06", "09:00", "40")]);
    assert_eq!(hours.totals().sales, 2);
    Ok(())
}

fn over_midnight() -> Result<(), Skipped> {
    let by_time = read(&[
        ("77", "05", "23:58", "10"),
        ("77", "06", "00:03", "40"),
        ("78", "06", "00:10", "1"),
    ]);
    assert_eq!(
        told(&by_time),
        [("77".to_owned(), 5, 5_000), ("78".to_owned(), 6, 100)]
    );
    let by_order = read(&[
        ("76", "05", "", "1"),
        ("77", "05", "", "10"),
        ("77", "06", "", "40"),
        ("78", "06", "", "1"),
    ]);
    assert_eq!(by_order.totals().sales, 3);
    assert_eq!(by_order.stores_by_day().count(), 0);
    assert_eq!(by_order.receipts_with_several_dates(), 1);
    Ok(())
}

fn nights_where_numbers_begin_again() -> Result<(), Skipped> {
    let times = read(&[
        ("1", "05", "10:00", "1"),
        ("2", "05", "23:59", "2"),
        ("2", "06", "00:01", "4"),
        ("1", "06", "10:00", "8"),
        ("2", "06", "22:00", "16"),
    ]);
    // The number stands on both days of the night and once more: only the night is one.
    let totals: Vec<i64> = told(&times).into_iter().map(|(_, _, total)| total).collect();
    assert_eq!(totals.iter().sum::<i64>(), 3_100);
    assert_eq!(times.totals().sales, 4, "{totals:?}");
    let by_order = read(&[
        ("1", "05", "", "1"),
        ("2", "05", "", "1"),
        ("3", "05", "", "2"),
        ("3", "06", "", "4"),
        ("1", "06", "", "8"),
    ]);
    let told = told(&by_order);
    assert!(told.contains(&("2025-11-05:3".to_owned(), 5, 600)), "{told:?}");
    assert_eq!(told.len(), 4);
    Ok(())
}

fn what_nothing_shows() -> Result<(), Skipped> {
    let reading = read(&[
        ("4711", "05", "", "10"),
        ("4711", "06", "", "40"),
        ("", "06", "", "1"),
    ]);
    assert_eq!(
        refused(&reading),
        [(2, "receipt_on_several_days"), (3, "receipt_on_several_days")]
    );
    assert_eq!((reading.totals().sales, reading.refused_sales()), (1, 1));
    Ok(())
}

fn keys_of_other_sheets_stay() -> Result<(), Skipped> {
    let reading = read(&[
        ("001", "05", "", "10"),
        ("002", "06", "", "40"),
        ("001", "05", "", "1"),
    ]);
    let sales: Vec<_> = reading.sales().collect();
    assert_eq!(sales.len(), 2);
    for sale in &sales {
        let receipt = sale.receipt.unwrap();
        assert_eq!(receipt.series(), None);
        assert_eq!(sale.sale_id, id_of_receipt("centro", None, receipt));
    }
    Ok(())
}

fn a_refused_row_takes_its_day_only() -> Result<(), Skipped> {
    let reading = read(&[
        ("001", "05", "", "10"),
        ("001", "05", "", "x"),
        ("001", "06", "", "40"),
        ("001", "07", "", "2"),
    ]);
    assert_eq!(
        refused(&reading),
        [(2, "receipt_has_refused_rows"), (3, "number_invalid")]
    );
    assert_eq!(reading.totals().sales, 2);
    let undated = read(&[
        ("001", "05", "", "10"),
        ("001", "99", "", "3"),
        ("001", "06", "", "40"),
    ]);
    let rows: Vec<u32> = refused(&undated).iter().map(|(row, _)| *row).collect();
    assert_eq!(rows, [2, 3, 4], "the row could be of either day");
    Ok(())
}

fn stores_are_decided_alone() -> Result<(), Skipped> {
    let titles: &[&str] = &["Cupom", "Data", "Loja", "Produto", "Qtd", "Total"];
    let reading = sales(&workbook(&[
        titles,
        &["1", "05/11/2025", "Norte", "Café", "#1", "#1"],
        &["1", "05/11/2025", "Sul", "Café", "#1", "#1"],
        &["1", "06/11/2025", "Sul", "Café", "#1", "#1"],
        &["x", "05/11/2025", "Leste", "Café", "#1", "#1"],
        &["x", "09/11/2025", "Leste", "Café", "#1", "!"],
        &["x", "08/11/2025", "Leste", "Café", "#1", "#1"],
    ]));
    let receipts: Vec<(String, &str)> = reading
        .sales()
        .map(|sale| (sale.receipt.unwrap().to_string(), sale.store.name.as_str()))
        .collect();
    let expected = [
        ("1", "Norte"),
        ("2025-11-05:1", "Sul"),
        ("2025-11-06:1", "Sul"),
        ("2025-11-05:x", "Leste"),
        ("2025-11-08:x", "Leste"),
    ];
    let expected: Vec<(String, &str)> = expected
        .map(|(receipt, store)| (receipt.to_owned(), store))
        .to_vec();
    assert_eq!(receipts, expected);
    assert_eq!(refused(&reading), [(6, "error_cell")]);
    Ok(())
}
