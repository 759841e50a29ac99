//! Shortages and lines that wait for their product: every column, every filter, every page.

use posars_domain::waiting::ParkedMovement;

use super::rows::twice;
use super::world::{Balance, Said, World, id, product, short};
use crate::{Freshness, PageRequest, Shortage, ShortageFilter, WaitingFilter, WaitingLine};

const FIRST: PageRequest = PageRequest::first(100);

fn short_by(store: &str, sku: &str, day: &str, missing: i64) -> Said {
    let after = Balance {
        quantity: -missing,
        value: -1,
    };
    let (stream, event_type, data) = short(store, sku, day, after);
    let data = data.replace(
        r#""missing":"3""#,
        &format!(r#""missing":"{missing}","sale_id":"{}""#, id(7)),
    );
    (stream, event_type, data)
}

fn resolved(store: &str, sku: &str, day: &str) -> Said {
    let data = format!(
        r#"{{"store_id":"{store}","sku":"{sku}","occurred_at":"{day}T18:00:00Z","business_date":"{day}","balance":{{"version":4,"quantity":"1","value":5}}}}"#
    );
    (format!("stock-{store}-{sku}"), "ShortageResolved", data)
}

/// Two lines of a sale, or of what happened to it, that wait.
fn waits(store: &str, sku: &str, sale: u32, movement: &str) -> Said {
    let return_id = if movement == "return" {
        format!(r#","return_id":"{}""#, id(sale + 100))
    } else {
        String::new()
    };
    let data = format!(
        r#"{{"sku":"{sku}","store_id":"{store}","sale_id":"{}","movement":"{movement}"{return_id},"source_position":5,"source_event_id":"{}","occurred_at":"2026-01-30T15:00:00Z","business_date":"2026-01-30","currency":"BRL","lines":[{{"line_id":2,"quantity":"1.5"}},{{"line_id":10,"quantity":"{sale}","returned_before":"0.5"}}]}}"#,
        id(sale),
        id(sale + 200),
    );
    (format!("waiting-{sku}"), "SaleLinesParked", data)
}

fn released(sku: &str) -> Said {
    let data = format!(r#"{{"sku":"{sku}","source_position":57}}"#);
    (format!("waiting-{sku}"), "SaleLinesReleased", data)
}

async fn shortages(world: &World, filter: &ShortageFilter) -> anyhow::Result<Vec<Shortage>> {
    let page = world
        .projections
        .list_shortages(filter, &FIRST, Freshness::ANY)
        .await?;
    Ok(page.rows)
}

async fn waiting(world: &World, filter: &WaitingFilter) -> anyhow::Result<Vec<WaitingLine>> {
    let page = world
        .projections
        .list_waiting_lines(filter, &FIRST, Freshness::ANY)
        .await?;
    Ok(page.rows)
}

#[tokio::test]
async fn a_shortage_shows_how_the_last_time_went() -> anyhow::Result<()> {
    let world = World::open().await?;
    world
        .say(&[
            product("cafe", "Café"),
            short_by("centro", "cafe", "2026-01-28", 4),
        ])
        .await?;
    world.catch_up().await?;
    world.say(&[resolved("centro", "cafe", "2026-01-29")]).await?;
    world.catch_up().await?;
    let ended = &shortages(&world, &ShortageFilter::default()).await?[0];
    assert_eq!(
        (ended.is_open, ended.missing.to_string().as_str(), ended.times),
        (false, "4", 1)
    );
    assert_eq!(
        (
            ended.began_on.to_string().as_str(),
            ended.ended_on.map(|day| day.to_string()).as_deref()
        ),
        ("2026-01-28", Some("2026-01-29"))
    );
    assert_eq!(ended.began_at.to_string(), "2026-01-28T11:00:00Z");
    assert_eq!(
        ended.ended_at.map(|at| at.to_string()).as_deref(),
        Some("2026-01-29T18:00:00Z")
    );
    assert_eq!(ended.sale_id.map(|sale| sale.uuid()), Some(id(7)));
    assert_eq!((ended.position.get(), ended.last_position.get()), (2, 3));
    Ok(())
}

#[tokio::test]
async fn a_shortage_that_comes_again_forgets_its_end() -> anyhow::Result<()> {
    let world = World::open().await?;
    world
        .say(&[
            product("cafe", "Café"),
            short_by("centro", "cafe", "2026-01-28", 4),
            resolved("centro", "cafe", "2026-01-29"),
        ])
        .await?;
    world.catch_up().await?;
    // With its end in the same page; then once more, by an adjustment.
    world
        .say(&[
            short(
                "norte",
                "pao",
                "2026-01-29",
                Balance {
                    quantity: -3,
                    value: -1,
                },
            ),
            short_by("centro", "cafe", "2026-01-30", 5),
            resolved("centro", "cafe", "2026-01-30"),
            short(
                "centro",
                "cafe",
                "2026-01-31",
                Balance {
                    quantity: -3,
                    value: -1,
                },
            ),
            // Never began.
            resolved("sul", "cha", "2026-01-31"),
        ])
        .await?;
    twice(&world).await?;
    let all = shortages(&world, &ShortageFilter::default()).await?;
    assert_eq!(all.len(), 2);
    let cafe = &all[0];
    assert_eq!(
        (
            cafe.store_id.as_str(),
            cafe.sku.as_str(),
            cafe.product_name.as_str()
        ),
        ("centro", "cafe", "Café")
    );
    assert_eq!(
        (
            cafe.is_open,
            cafe.times,
            cafe.missing.to_string().as_str(),
            cafe.sale_id
        ),
        (true, 3, "3", None)
    );
    assert_eq!((cafe.ended_at, cafe.ended_on), (None, None));
    assert_eq!((cafe.position.get(), cafe.last_position.get()), (7, 7));
    assert_eq!(
        (all[1].store_id.as_str(), all[1].product_name.as_str()),
        ("norte", "pao")
    );
    Ok(())
}

#[tokio::test]
async fn shortages_are_found_by_store_and_whether_they_are_open() -> anyhow::Result<()> {
    let world = World::open().await?;
    for store in ["centro", "norte"] {
        for sku in ["a", "b", "c"] {
            world.say(&[short_by(store, sku, "2026-01-30", 2)]).await?;
        }
        world.say(&[resolved(store, "b", "2026-01-31")]).await?;
    }
    world.catch_up().await?;
    let keys = |rows: &[Shortage]| -> Vec<String> {
        rows.iter()
            .map(|row| format!("{}/{}", row.store_id, row.sku))
            .collect()
    };
    let norte = Some("norte".parse()?);
    for (store_id, open_only, expected) in [
        (None, true, &["centro/a", "centro/c", "norte/a", "norte/c"][..]),
        (norte.clone(), false, &["norte/a", "norte/b", "norte/c"]),
        (norte, true, &["norte/a", "norte/c"]),
    ] {
        let filter = ShortageFilter { store_id, open_only };
        assert_eq!(keys(&shortages(&world, &filter).await?), expected);
        let (mut paged, mut next) = (Vec::new(), Some(PageRequest::first(1)));
        while let Some(request) = next {
            let page = world
                .projections
                .list_shortages(&filter, &request, Freshness::ANY)
                .await?;
            paged.extend(keys(&page.rows));
            next = request.following(&page);
        }
        assert_eq!(paged, expected);
    }
    Ok(())
}

#[tokio::test]
async fn lines_wait_until_their_product_is_defined() -> anyhow::Result<()> {
    let world = World::open().await?;
    world
        .say(&[
            waits("centro", "cha", 1, "sale"),
            waits("norte", "mate", 2, "void"),
            waits("centro", "mate", 3, "return"),
        ])
        .await?;
    world.catch_up().await?;
    let all = waiting(&world, &WaitingFilter::default()).await?;
    let shown: Vec<_> = all
        .iter()
        .map(|line| {
            (
                format!("{}/{}", line.store_id, line.sku),
                (line.line_id.0, line.quantity.to_string()),
                (line.movement, line.position.get()),
                (line.sale_id.uuid(), line.return_id.map(|id| id.uuid())),
            )
        })
        .collect();
    let of = |key: &str, line: u32, quantity: &str, movement, number: u32, back: Option<u32>| {
        let (sale, position) = (id(number), u64::from(number));
        (
            key.to_owned(),
            (line, quantity.to_owned()),
            (movement, position),
            (sale, back.map(id)),
        )
    };
    use ParkedMovement::{Return, Sale, Void};
    assert_eq!(
        shown,
        [
            of("centro/cha", 2, "1.5", Sale, 1, None),
            of("centro/cha", 10, "1", Sale, 1, None),
            of("centro/mate", 2, "1.5", Return, 3, Some(103)),
            of("centro/mate", 10, "3", Return, 3, Some(103)),
            of("norte/mate", 2, "1.5", Void, 2, None),
            of("norte/mate", 10, "2", Void, 2, None),
        ]
    );
    assert_eq!(all[0].occurred_at.to_string(), "2026-01-30T15:00:00Z");
    assert_eq!(all[0].business_date.to_string(), "2026-01-30");
    // One that came and went within a page, too.
    world
        .say(&[
            released("mate"),
            waits("sul", "erva", 4, "sale"),
            released("erva"),
        ])
        .await?;
    twice(&world).await?;
    let left = waiting(&world, &WaitingFilter::default()).await?;
    assert_eq!(left, all[..2]);
    Ok(())
}

#[tokio::test]
async fn waiting_lines_are_found_by_store_and_product_in_pages() -> anyhow::Result<()> {
    let world = World::open().await?;
    for (number, store, sku) in [
        (1, "centro", "cha"),
        (2, "norte", "cha"),
        (3, "centro", "mate"),
        (4, "centro", "cha"),
    ] {
        world.say(&[waits(store, sku, number, "sale")]).await?;
    }
    world.catch_up().await?;
    let (centro, cha) = (Some("centro".parse()?), Some("cha".parse()?));
    for (store_id, sku, expected) in [
        (None, None, &[1, 1, 4, 4, 3, 3, 2, 2][..]),
        (centro.clone(), None, &[1, 1, 4, 4, 3, 3]),
        (None, cha.clone(), &[1, 1, 4, 4, 2, 2]),
        (centro, cha, &[1, 1, 4, 4]),
    ] {
        let filter = WaitingFilter { store_id, sku };
        for rows_max in [1, 3, 100] {
            let (mut positions, mut next) = (Vec::new(), Some(PageRequest::first(rows_max)));
            while let Some(request) = next {
                let page = world
                    .projections
                    .list_waiting_lines(&filter, &request, Freshness::ANY)
                    .await?;
                positions.extend(page.rows.iter().map(|line| line.position.get()));
                next = request.following(&page);
            }
            assert_eq!(positions, expected, "{filter:?} by {rows_max}");
        }
    }
    Ok(())
}
