//! What cells show, into a real log: instants in the store's day, codes that lost zeros, receipts held back whole.

use posars_xls_importer::{ImportSettings, ImportState};

use crate::Case;
use crate::fixture::workbook;
use crate::into_log::{World, codes, run, settings};

pub(crate) const CASES: &[Case] = &[
    ("into_log_evidence::an_instant_is_of_the_day_of_the_store", || {
        run(instants)
    }),
    (
        "into_log_evidence::goods_at_an_instant_are_of_the_day_of_the_store",
        || run(goods_at_an_instant),
    ),
    (
        "into_log_evidence::a_number_is_the_product_with_zeros_in_front",
        || run(lost_zeros),
    ),
    (
        "into_log_evidence::a_number_of_goods_and_of_a_catalogue_too",
        || run(lost_zeros_of_goods),
    ),
    ("into_log_evidence::a_corrected_original_comes_in_whole", || {
        run(corrected_original)
    }),
];

const TIMED: &[&str] = &["Venda", "Data", "Hora", "Código", "Produto", "Qtd", "Preço"];

async fn instants(world: World) -> anyhow::Result<()> {
    let bytes = workbook(&[
        TIMED,
        &["#1", "2025-11-06T01:00:00Z", "", "A", "Camisa", "#1", "#5"],
        &["#2", "06/11/2025", "01:00:00+00:00", "A", "Camisa", "#1", "#5"],
        &["#3", "2025-11-05 20:00-05:00", "", "A", "Camisa", "#1", "#5"],
        &["#4", "05/11/2025", "22:00", "A", "Camisa", "#1", "#5"],
        &["", "2025-11-06T01:00:00Z", "", "A", "Camisa", "#1", "#5"],
    ]);
    let outcome = world.import(&bytes, &settings()).await?;
    assert_eq!(outcome.state, ImportState::Completed, "{outcome:?}");
    let sales = world.data_of("SaleRecorded").await?;
    assert_eq!(sales.len(), 5);
    for sale in sales {
        assert_eq!(sale["occurred_at"], "2025-11-06T01:00:00Z");
        assert_eq!(
            (&sale["business_date"], &sale["local_hour"]),
            (&"2025-11-05".into(), &22.into())
        );
    }
    let again = world.import(&bytes, &settings()).await?;
    assert_eq!((again.records.accepted, again.records.duplicate), (0, 5));
    Ok(())
}

async fn goods_at_an_instant(world: World) -> anyhow::Result<()> {
    let bytes = workbook(&[
        &["Data", "Nota fiscal", "Código", "Descrição", "Qtd", "Custo"],
        &["2025-11-06T01:00:00Z", "#17", "A", "Camisa", "#2", "#7.5"],
    ]);
    let outcome = world.import(&bytes, &settings()).await?;
    assert_eq!(outcome.state, ImportState::Completed, "{outcome:?}");
    let received = world.data_of("StockReceived").await?;
    assert_eq!(received.len(), 1);
    assert_eq!(received[0]["business_date"], "2025-11-05");
    Ok(())
}

fn catalogue(skus: &[&'static str]) -> Vec<u8> {
    let rows: Vec<[&str; 2]> = skus.iter().map(|sku| [*sku, "Café"]).collect();
    let mut sheet: Vec<&[&str]> = vec![&["Código", "Descrição"]];
    sheet.extend(rows.iter().map(<[&str; 2]>::as_slice));
    workbook(&sheet)
}

fn known_only() -> ImportSettings {
    ImportSettings {
        define_missing: false,
        ..settings()
    }
}

async fn lost_zeros(world: World) -> anyhow::Result<()> {
    world
        .import(&catalogue(&["00123", "007", "0007", "05", "5"]), &settings())
        .await?;
    let bytes = workbook(&[
        TIMED,
        &["#1", "05/11/2025", "", "#123", "Café", "#1", "#5"],
        &["#2", "05/11/2025", "", "#7", "Café", "#1", "#5"],
        &["#3", "05/11/2025", "", "#5", "Café", "#1", "#5"],
        &["#4", "05/11/2025", "", "'00123", "Café", "#1", "#5"],
        &["#5", "05/11/2025", "", "#88", "Chá", "#1", "#5"],
        &["#6", "05/11/2025", "", "0088", "Chá", "#1", "#5"],
    ]);
    let dry = ImportSettings {
        dry_run: true,
        ..settings()
    };
    for settings in [dry, settings()] {
        let outcome = world.import(&bytes, &settings).await?;
        assert_eq!(codes(&outcome), [(3, "code_unclear")], "{outcome:?}");
        assert_eq!(outcome.refusals.rows()[0].faults[0].detail, "7: 007, 0007");
    }
    let outcome = world.data_of("SaleRecorded").await?;
    let skus: Vec<_> = outcome
        .iter()
        .map(|sale| sale["lines"][0]["sku"].clone())
        .collect();
    assert_eq!(skus, ["00123", "5", "00123", "0088", "0088"]);
    Ok(())
}

async fn lost_zeros_of_goods(world: World) -> anyhow::Result<()> {
    world
        .import(&catalogue(&["00123", "007", "0007"]), &settings())
        .await?;
    let goods = workbook(&[
        &["Data", "Código", "Descrição", "Qtd", "Custo"],
        &["05/11/2025", "#123", "Café", "#2", "#7.5"],
        &["05/11/2025", "#7", "Café", "#2", "#7.5"],
    ]);
    let outcome = world.import(&goods, &settings()).await?;
    assert_eq!(codes(&outcome), [(3, "code_unclear")]);
    let received = world.data_of("StockReceived").await?;
    let skus: Vec<_> = received.iter().map(|goods| goods["sku"].clone()).collect();
    assert_eq!(skus, ["00123"]);
    let head = world.recorded().await?.len();
    let again = world.import(&catalogue(&["#123", "#7"]), &known_only()).await?;
    assert_eq!(codes(&again), [(3, "code_unclear")]);
    assert_eq!(
        (again.records.duplicate, again.records.accepted),
        (1, 0),
        "{again:?}"
    );
    assert_eq!(world.recorded().await?.len(), head);
    Ok(())
}

async fn corrected_original(world: World) -> anyhow::Result<()> {
    let titles: &[&str] = &["Data", "Venda", "Produto", "Qtd", "Preço"];
    let first: &[&str] = &["05/11/2025", "#1", "Camisa", "#2", "#10"];
    let wrong = world
        .import(
            &workbook(&[titles, first, &["", "", "Meia", "#1", "#8"]]),
            &settings(),
        )
        .await?;
    assert_eq!(
        codes(&wrong),
        [
            (2, "receipt_has_refused_rows"),
            (3, "required_missing"),
            (3, "required_missing")
        ],
        "date and number"
    );
    let second: &[&str] = &["05/11/2025", "#1", "Meia", "#1", "#8"];
    let right = world
        .import(&workbook(&[titles, first, second]), &settings())
        .await?;
    assert_eq!(codes(&right), []);
    let sales = world.data_of("SaleRecorded").await?;
    assert_eq!(sales.len(), 1);
    assert_eq!(sales[0]["total"], 2_800);
    Ok(())
}
