//! Receipt numbers that begin again, file after file into one log.

use posars_domain::Amount;
use posars_xls_importer::{ImportOutcome, ImportSettings};

use crate::Case;
use crate::fixture::workbook_of;
use crate::into_log::{World, codes, run, settings};

pub(crate) const CASES: &[Case] = &[
    ("receipts_by_day::the_third_day_in_another_file", || {
        run(the_third_day)
    }),
    ("receipts_by_day::daily_exports", || run(daily_exports)),
    ("receipts_by_day::a_day_corrected", || run(a_day_corrected)),
    ("receipts_by_day::a_night_cut_in_two", || run(a_night_cut_in_two)),
    ("receipts_by_day::a_corrected_date_is_no_new_sale", || {
        run(a_corrected_date)
    }),
];

const TITLES: &[&str] = &["Cupom", "Data", "Produto", "Qtd", "Total"];

fn sheet(rows: &[(&str, &str, &str)]) -> Vec<u8> {
    let rows: Vec<[String; 5]> = rows
        .iter()
        .map(|(number, day, total)| {
            let total = if *total == "x" {
                "x".to_owned()
            } else {
                format!("#{total}")
            };
            [number, &*format!("{day}/12/2025"), "Café", "#1", &*total].map(str::to_owned)
        })
        .collect();
    workbook_of(TITLES, &rows)
}

/// New, there already, refused, and what they come to.
fn told(outcome: &ImportOutcome) -> (u32, u32, u32, i64) {
    let records = &outcome.records;
    let amount = outcome.totals.amount.map_or(0, Amount::minor);
    (records.accepted, records.duplicate, records.refused, amount)
}

fn says_by_day(outcome: &ImportOutcome) -> bool {
    outcome
        .findings
        .iter()
        .any(|finding| finding.code() == "receipts_by_day")
}

async fn the_third_day(world: World) -> anyhow::Result<()> {
    let two_days = sheet(&[("001", "05", "10"), ("001", "06", "40")]);
    let third = sheet(&[("001", "07", "5")]);
    let first = world.import(&two_days, &settings()).await?;
    assert_eq!(told(&first), (2, 0, 0, 5_000));
    assert!(says_by_day(&first));
    let dry = ImportSettings {
        dry_run: true,
        ..settings()
    };
    for settings in [dry, settings()] {
        let outcome = world.import(&third, &settings).await?;
        assert_eq!(told(&outcome), (1, 0, 0, 500), "{outcome:?}");
        assert!(says_by_day(&outcome));
    }
    let head = world.head().await?;
    for (file, records) in [(&two_days, 2), (&third, 1)] {
        let again = world.import(file, &settings()).await?;
        assert_eq!((again.records.accepted, again.records.duplicate), (0, records));
    }
    // A day by itself that came with others before, and with other content.
    let sixth = world.import(&sheet(&[("001", "06", "40")]), &settings()).await?;
    assert_eq!(told(&sixth), (0, 1, 0, 4_000));
    let other = world.import(&sheet(&[("001", "06", "41")]), &settings()).await?;
    assert_eq!(codes(&other), [(2, "idempotency_mismatch")]);
    assert_eq!(world.head().await?, head);
    Ok(())
}

async fn daily_exports(world: World) -> anyhow::Result<()> {
    let days = [
        sheet(&[("001", "01", "10"), ("002", "01", "20")]),
        sheet(&[("001", "02", "11"), ("002", "02", "21"), ("003", "02", "31")]),
        sheet(&[("001", "03", "12")]),
    ];
    for (day, sales) in days.iter().zip([2, 3, 1]) {
        let outcome = world.import(day, &settings()).await?;
        assert_eq!(
            (outcome.records.accepted, outcome.records.refused),
            (sales, 0),
            "{outcome:?}"
        );
    }
    let head = world.head().await?;
    for (day, sales) in days.iter().zip([2, 3, 1]) {
        let again = world.import(day, &settings()).await?;
        assert_eq!(
            (again.records.accepted, again.records.duplicate),
            (0, sales),
            "{again:?}"
        );
    }
    // The same days in one file are the same sales, whichever key they came in under.
    let week = sheet(&[
        ("001", "01", "10"),
        ("002", "01", "20"),
        ("001", "02", "11"),
        ("002", "02", "21"),
        ("003", "02", "31"),
        ("001", "03", "12"),
    ]);
    let outcome = world.import(&week, &settings()).await?;
    assert_eq!(told(&outcome), (0, 6, 0, 10_500));
    assert_eq!(world.head().await?, head);
    Ok(())
}

async fn a_day_corrected(world: World) -> anyhow::Result<()> {
    world
        .import(&sheet(&[("001", "01", "10"), ("002", "01", "x")]), &settings())
        .await?;
    world
        .import(&sheet(&[("001", "02", "11"), ("002", "02", "x")]), &settings())
        .await?;
    let first = world
        .import(&sheet(&[("001", "01", "10"), ("002", "01", "20")]), &settings())
        .await?;
    let second = world
        .import(&sheet(&[("001", "02", "11"), ("002", "02", "21")]), &settings())
        .await?;
    assert_eq!(
        (told(&first), told(&second)),
        ((1, 1, 0, 3_000), (1, 1, 0, 3_200))
    );
    Ok(())
}

/// The two halves of a receipt over midnight in two exports do not make a shop whose numbers begin again.
async fn a_night_cut_in_two(world: World) -> anyhow::Result<()> {
    world
        .import(&sheet(&[("500", "01", "9"), ("501", "01", "10")]), &settings())
        .await?;
    let next = world
        .import(&sheet(&[("501", "02", "30"), ("502", "02", "20")]), &settings())
        .await?;
    assert_eq!(codes(&next), [(2, "idempotency_mismatch")]);
    assert!(!says_by_day(&next));
    assert_eq!(next.records.accepted, 1);
    Ok(())
}

/// Where nothing but the date is another, it is the same sale: it is refused, as in every shop.
async fn a_corrected_date(world: World) -> anyhow::Result<()> {
    world
        .import(&sheet(&[("501", "01", "10"), ("502", "01", "20")]), &settings())
        .await?;
    let moved = world
        .import(&sheet(&[("501", "02", "10"), ("502", "02", "20")]), &settings())
        .await?;
    assert_eq!(
        codes(&moved),
        [(2, "idempotency_mismatch"), (3, "idempotency_mismatch")]
    );
    Ok(())
}
