//! Pages of many rows, which go in by COPY: the same rows as by INSERT.

use super::world::{Balance, Said, World, id, issued, sale};
use crate::RebuildOptions;

/// Enough rows of each kind that they are copied, in more than one message.
const ROWS: u32 = 400;

fn page(first: u32, day: &str) -> Vec<Said> {
    let after = Balance {
        quantity: -3,
        value: -17,
    };
    (first..first + ROWS)
        .flat_map(|number| {
            let sku = format!("sku_{}", number % 7);
            [
                sale(number, "centro", day, "pix", 100 + i64::from(number)),
                issued("centro", &sku, day, number, after),
            ]
        })
        .collect()
}

#[tokio::test]
async fn copied_pages_go_on_from_what_the_table_has_and_equal_a_rebuild() -> anyhow::Result<()> {
    let world = World::open().await?;
    for (first, day) in [(1, "2026-02-02"), (1 + ROWS, "2026-02-01")] {
        world.say(&page(first, day)).await?;
        world.catch_up().await?;
    }
    let counted = world
        .sql()
        .await?
        .query_one(
            "select (select count(*) from sales) as sales, count(*) as movements,
                    count(*) filter (where business_date < latest_date) as late
               from stock_movements",
            &[],
        )
        .await?;
    let [sales, movements, late] = ["sales", "movements", "late"].map(|name| counted.get::<_, i64>(name));
    let rows = i64::from(ROWS);
    assert_eq!((sales, movements, late), (2 * rows, 2 * rows, rows));
    let live = world.rows().await?;
    for name in world.projections.names() {
        let options = RebuildOptions { workers: 2 };
        world
            .projections
            .rebuild(name, &options, &crate::rebuild::ignore_progress)
            .await?;
    }
    assert_eq!(world.rows().await?, live);
    Ok(())
}

#[tokio::test]
async fn a_sale_that_is_there_already_does_not_stop_a_copied_page() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.say(&[sale(1, "centro", "2026-02-01", "pix", 100)]).await?;
    world.catch_up().await?;
    let mut said = page(2, "2026-02-02");
    // Another stream that names the same sale: no command writes it, but an append of somebody's own may.
    let (_, event_type, data) = sale(1, "norte", "2026-02-03", "cash", 999);
    said.push((format!("sale-{}", id(999_999)), event_type, data));
    world.say(&said).await?;
    world.catch_up().await?;
    let sql = world.sql().await?;
    let sales = sql.query_one("select count(*) as rows from sales", &[]).await?;
    assert_eq!(sales.get::<_, i64>("rows"), i64::from(ROWS) + 1);
    let first = sql
        .query_one("select store_id from sales where sale_id = $1", &[&id(1)])
        .await?;
    assert_eq!(first.get::<_, &str>("store_id"), "centro");
    Ok(())
}
