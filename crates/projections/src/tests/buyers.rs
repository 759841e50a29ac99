//! Who bought, beside the sales: as sealed as in the log.

use posars_domain::SaleId;
use uuid::Uuid;

use super::world::World;
use crate::{Freshness, PageRequest, SaleFilter};

const WITH_BUYER: &str = include_str!("../../../domain/tests/golden/SaleRecorded.buyer.v1.json");
const WITHOUT: &str = include_str!("../../../domain/tests/golden/SaleRecorded.v1.json");
/// The sale of both files.
const SALE: &str = "0193a5f0-0000-7000-8000-000000000001";
const OTHER_SALE: &str = "0193a5f0-0000-7000-8000-000000000002";
const VOID: &str = include_str!("../../../domain/tests/golden/SaleVoided.v1.json");

#[tokio::test]
async fn a_sale_has_its_buyer_as_the_log_has_it() -> anyhow::Result<()> {
    let world = World::open().await?;
    let without = WITHOUT.trim_end().replace(SALE, OTHER_SALE);
    world
        .say_as(1, &format!("sale-{SALE}"), "SaleRecorded", WITH_BUYER.trim_end())
        .await?;
    world
        .say_as(1, &format!("sale-{OTHER_SALE}"), "SaleRecorded", &without)
        .await?;
    // What happens to a sale later leaves its buyer alone.
    world
        .say_as(1, &format!("sale-{SALE}"), "SaleVoided", VOID.trim_end())
        .await?;
    world.catch_up().await?;
    let page = world
        .projections
        .list_sales(&SaleFilter::default(), &PageRequest::first(10), Freshness::ANY)
        .await?;
    let [sale, other] = page.rows.as_slice() else {
        anyhow::bail!("{page:?}")
    };
    assert!(sale.voided_at.is_some());
    assert_eq!(other.buyer, None);
    let client = world.sql().await?;
    let sql = "select event_id from events where position = 1";
    let event_id: Uuid = client.query_one(sql, &[]).await?.get(0);
    let buyer = sale.buyer.as_ref().unwrap();
    assert_eq!(buyer.event_id, event_id);
    let json: serde_json::Value = serde_json::from_str(WITH_BUYER)?;
    assert_eq!(serde_json::to_value(&buyer.data)?, json["buyer"]);
    assert_eq!(sale.customer.as_ref().unwrap().as_str(), json["customer"]);

    let (one, _) = world
        .projections
        .sale(SALE.parse::<SaleId>().unwrap(), Freshness::ANY)
        .await?;
    assert_eq!(one.as_ref(), Some(sale));

    let live = world.rows().await?;
    let report = world
        .projections
        .rebuild("sales", &Default::default(), &crate::rebuild::ignore_progress)
        .await?;
    assert!(report.comparison.is_some_and(|both| both.equal), "{report:?}");
    assert_eq!(world.rows().await?, live);
    Ok(())
}

#[tokio::test]
async fn a_table_that_was_put_aside_before_buyers_were_kept_can_come_back() -> anyhow::Result<()> {
    let world = World::open().await?;
    world
        .say_as(1, &format!("sale-{SALE}"), "SaleRecorded", WITH_BUYER.trim_end())
        .await?;
    world.catch_up().await?;
    let rebuild = async || {
        let progress = crate::rebuild::ignore_progress;
        world
            .projections
            .rebuild("sales", &Default::default(), &progress)
            .await
    };
    rebuild().await?;
    // As it was put aside by an earlier build, and then migrated.
    let client = world.sql().await?;
    let columns = ["buyer_event_id", "buyer_tax_id", "buyer_name"];
    let undo = columns.map(|column| format!("drop column {column}")).join(", ");
    let sql =
        "select format('%I.%I', nspname, relname) from pg_class c join pg_namespace n on n.oid = relnamespace
                where relname = 'sales' and nspname ~ '_previous$'";
    let aside: String = client.query_one(sql, &[]).await?.get(0);
    client
        .batch_execute(&format!("alter table {aside} {undo}"))
        .await?;
    let migration = include_str!("../../../../migrations/V13__buyers.sql");
    let of_tables_aside = migration
        .split_once("\ndo ")
        .map(|(_, rest)| format!("do {rest}"));
    client.batch_execute(&of_tables_aside.unwrap()).await?;
    world.projections.roll_back("sales").await?;
    world.catch_up().await?;
    rebuild().await?;
    let (sale, _) = world
        .projections
        .sale(SALE.parse::<SaleId>().unwrap(), Freshness::ANY)
        .await?;
    assert!(sale.unwrap().buyer.is_some());
    Ok(())
}
