//! Each read model: events in, rows out; a second run of the same log gives the same rows.

use posars_domain::{Amount, Quantity, Sku, StoreId};

use super::world::{
    Balance, Said, World, give_back, id, issued, product, received, retired, sale, short, store, void,
};
use crate::{
    DailySales, DailySalesFilter, Freshness, MovementFilter, MovementKind, NameKind, PageRequest,
    RebuildOptions, SaleFilter, SaleStatus, StockFilter,
};

const FIRST: PageRequest = PageRequest::first(100);

/// Live twice (the second run finds nothing to do) and rebuilt: the same rows each time.
async fn twice(world: &World) -> anyhow::Result<()> {
    world.catch_up().await?;
    let once = world.rows().await?;
    world.catch_up().await?;
    assert_eq!(world.rows().await?, once);
    for name in world.projections.names() {
        let report = world
            .projections
            .rebuild(name, &RebuildOptions::default(), &crate::rebuild::ignore_progress)
            .await?;
        assert!(report.comparison.is_some_and(|both| both.equal), "{report:?}");
    }
    assert_eq!(world.rows().await?, once);
    Ok(())
}

#[tokio::test]
async fn a_sale_has_its_row_and_its_later_fate() -> anyhow::Result<()> {
    let world = World::open().await?;
    world
        .say(&[
            sale(1, "centro", "2026-01-31", "pix", 1000),
            sale(2, "centro", "2026-01-31", "cash", 2000),
            sale(3, "norte", "2026-01-31", "cash", 3000),
            void(2, "centro", "2026-02-01", "cash", 2000),
            give_back(1, "centro", "2026-02-02", "pix", 300),
            give_back(1, "centro", "2026-02-03", "pix", 40),
        ])
        .await?;
    twice(&world).await?;
    let page = world
        .projections
        .list_sales(&SaleFilter::default(), &FIRST, Freshness::ANY)
        .await?;
    assert_eq!((page.rows.len(), page.position.get()), (3, 6));
    let one = &page.rows[0];
    assert_eq!(one.sale_id.uuid(), id(1));
    assert_eq!(
        (one.gross, one.discount, one.total),
        (minor(1007), minor(7), minor(1000))
    );
    assert_eq!(
        (one.returned, one.refunded, one.change),
        (minor(342), minor(340), minor(0))
    );
    assert_eq!(
        (one.quantity, one.returned_quantity, one.items),
        (units(15_000), units(10_000), 1)
    );
    assert_eq!(
        (one.position.get(), one.last_position.get(), one.version.get()),
        (1, 6, 3)
    );
    assert_eq!(
        (one.status, one.local_hour, one.method.as_str()),
        (SaleStatus::PartlyReturned, 12, "pix")
    );
    assert_eq!(one.receipt.as_ref().map(|receipt| receipt.number()), Some("1"));
    assert_eq!(one.occurred_at.to_string(), "2026-01-31T15:00:00Z");
    let two = &page.rows[1];
    assert_eq!(
        (two.status, two.void_reason.as_deref()),
        (SaleStatus::Voided, Some("erro \"de\" caixa"))
    );
    assert_eq!(
        two.voided_on.map(|day| day.to_string()).as_deref(),
        Some("2026-02-01")
    );
    assert_eq!(page.rows[2].status, SaleStatus::Recorded);
    Ok(())
}

fn after(quantity: i64, value: i64) -> Balance {
    Balance { quantity, value }
}

fn minor(minor: i64) -> Amount {
    Amount::from_minor(minor)
}

fn units(ten_thousandths: i64) -> Quantity {
    Quantity::from_ten_thousandths(ten_thousandths)
}

async fn days_of_2026(world: &World) -> anyhow::Result<Vec<DailySales>> {
    let filter = DailySalesFilter {
        from: "2026-01-01".parse()?,
        to: "2026-12-31".parse()?,
        store_id: None,
    };
    Ok(world.projections.daily_sales(&filter, Freshness::ANY).await?.rows)
}

#[tokio::test]
async fn days_add_up_by_store_and_method() -> anyhow::Result<()> {
    let world = World::open().await?;
    // Two methods: 300 less 100 change in cash, 700 by PIX, so PIX is the main one; 99 off 999.
    let (stream, kind, data) = sale(9, "centro", "2026-01-31", "cash", 900);
    let split = data
        .replace(
            r#""payments":[{"method":"cash","code":"01","amount":900}]"#,
            r#""payments":[{"method":"cash","amount":300},{"method":"pix","amount":700}],"change":100"#,
        )
        .replace(r#""discount_total":7"#, r#""discount_total":99"#);
    world
        .say(&[
            store("centro", "Loja Centro"),
            sale(1, "centro", "2026-01-31", "pix", 1000),
            (stream, kind, split),
            void(1, "centro", "2026-02-01", "pix", 1000),
            give_back(9, "centro", "2026-01-31", "cash", 50),
        ])
        .await?;
    twice(&world).await?;
    let days = days_of_2026(&world).await?;
    let shown: Vec<_> = days
        .iter()
        .map(|day| {
            let f = day.figures;
            assert_eq!(
                (day.store_name.as_str(), day.currency.as_str()),
                ("Loja Centro", "BRL")
            );
            (
                (day.business_date.to_string(), day.method.as_str()),
                (f.sales, f.payments, f.quantity.ten_thousandths()),
                (f.gross.minor(), f.discount.minor(), f.total.minor()),
                (f.returns, f.refunds.minor(), f.voids, f.voided.minor()),
                f.net().map(Amount::minor),
            )
        })
        .collect();
    let (january, february) = ("2026-01-31".to_owned(), "2026-02-01".to_owned());
    assert_eq!(
        shown,
        [
            (
                (january.clone(), "cash"),
                (0, 1, 0),
                (222, 22, 200),
                (1, 50, 0, 0),
                Some(150)
            ),
            (
                (january, "pix"),
                (2, 2, 30_000),
                (1784, 84, 1700),
                (0, 0, 0, 0),
                Some(1700)
            ),
            (
                (february, "pix"),
                (0, 0, 0),
                (0, 0, 0),
                (0, 0, 1, 1000),
                Some(-1000)
            ),
        ]
    );
    Ok(())
}

/// 75.00 owed, 10.00 off, and 25.00 change.
fn with_change(number: u32, payments: &str) -> Said {
    let (stream, kind, data) = sale(number, "centro", "2026-01-31", "cash", 7500);
    let data = data
        .replace(r#"[{"method":"cash","code":"01","amount":7500}]"#, payments)
        .replace(r#""discount_total":7"#, r#""change":2500,"discount_total":1000"#);
    (stream, kind, data)
}

#[tokio::test]
async fn change_of_more_than_the_cash_leaves_other_payments_whole() -> anyhow::Result<()> {
    let world = World::open().await?;
    let voided = {
        let (stream, kind, data) = void(3, "centro", "2026-02-01", "debit_card", 10_000);
        let refunds = r#"{"method":"debit_card","amount":10000},{"method":"cash","amount":-2500}"#;
        (
            stream,
            kind,
            data.replace(r#"{"method":"debit_card","amount":10000}"#, refunds),
        )
    };
    world
        .say(&[
            store("centro", "Loja Centro"),
            with_change(1, r#"[{"method":"credit_card","amount":10000}]"#),
            with_change(
                2,
                r#"[{"method":"cash","amount":1000},{"method":"pix","amount":9000}]"#,
            ),
            with_change(3, r#"[{"method":"debit_card","amount":10000}]"#),
            with_change(
                4,
                r#"[{"method":"meal","amount":4000},{"method":"food","amount":6000}]"#,
            ),
            with_change(5, r#"[{"method":"cash","amount":10000}]"#),
            voided,
        ])
        .await?;
    twice(&world).await?;
    let days = days_of_2026(&world).await?;
    let shown: Vec<_> = days
        .iter()
        .map(|day| {
            let f = day.figures;
            let money = [f.gross, f.discount, f.total, f.voided].map(Amount::minor);
            (
                day.business_date.day(),
                day.method.as_str(),
                f.sales,
                f.payments,
                money,
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            // 75.00 of one sale; 25.00, 15.00, 25.00 and 25.00 out of the drawer for the others.
            (31, "cash", 1, 1, [-500, 1000, -1500, 0]),
            (31, "credit_card", 1, 1, [11_000, 1000, 10_000, 0]),
            (31, "debit_card", 1, 1, [11_000, 1000, 10_000, 0]),
            (31, "food", 1, 1, [6467, 467, 6000, 0]),
            (31, "meal", 0, 1, [4533, 533, 4000, 0]),
            (31, "pix", 1, 1, [10_000, 1000, 9000, 0]),
            (1, "cash", 0, 0, [0, 0, 0, -2500]),
            (1, "debit_card", 0, 0, [0, 0, 0, 10_000]),
        ]
    );
    let total: i64 = days.iter().map(|day| day.figures.total.minor()).sum();
    assert_eq!(total, 5 * 7500);
    let sales = world
        .projections
        .list_sales(&SaleFilter::default(), &FIRST, Freshness::ANY)
        .await?;
    let methods: Vec<&str> = sales.rows.iter().map(|sale| sale.method.as_str()).collect();
    assert_eq!(methods, ["credit_card", "pix", "debit_card", "food", "cash"]);
    Ok(())
}

#[tokio::test]
async fn stock_shows_the_last_balance_with_its_name() -> anyhow::Result<()> {
    let world = World::open().await?;
    world
        .say(&[
            product("cafe", "Café"),
            received("centro", "cafe", "2026-01-30", 1, after(12, 4300)),
            issued("centro", "cafe", "2026-01-31", 2, after(9, 3955)),
            issued("norte", "pao", "2026-01-31", 3, after(-3, -749)),
            short("norte", "pao", "2026-01-31", after(-3, -749)),
            retired("cafe"),
        ])
        .await?;
    twice(&world).await?;
    let page = world
        .projections
        .list_stock(&StockFilter::default(), &FIRST, Freshness::ANY)
        .await?;
    let cafe = &page.rows[0];
    assert_eq!(
        (cafe.product_name.as_str(), cafe.short, cafe.version.get()),
        ("Café", false, 2)
    );
    assert_eq!(
        (cafe.quantity, cafe.value, cafe.average),
        (units(90_000), minor(3955), Some(minor(439)))
    );
    assert_eq!(
        (cafe.last_position.get(), cafe.last_date.to_string().as_str()),
        (3, "2026-01-31")
    );
    let only_short = StockFilter {
        short_only: true,
        ..StockFilter::default()
    };
    let page = world
        .projections
        .list_stock(&only_short, &FIRST, Freshness::ANY)
        .await?;
    assert_eq!(page.rows.len(), 1);
    let pao = &page.rows[0];
    assert_eq!(
        (pao.product_name.as_str(), pao.short, pao.last_position.get()),
        ("pao", true, 5)
    );
    // Nothing on hand: 999 for 4 is the last known average.
    assert_eq!(
        (pao.average, pao.currency.map(|c| c.to_string()).as_deref()),
        (Some(minor(250)), Some("BRL"))
    );
    Ok(())
}

#[tokio::test]
async fn a_retired_product_keeps_its_last_name() -> anyhow::Result<()> {
    let world = World::open().await?;
    let other = product("pao", "Pão");
    let changed = product("cafe", "Café 1 kg").2;
    world
        .say(&[store("centro", "Loja 1"), product("cafe", "Café"), other])
        .await?;
    world.catch_up().await?;
    world
        .say(&[
            ("product-cafe".into(), "ProductChanged", changed),
            retired("cafe"),
            retired("never_named"),
        ])
        .await?;
    twice(&world).await?;
    let names = world
        .projections
        .list_names(NameKind::Product, &FIRST, Freshness::ANY)
        .await?;
    let shown: Vec<_> = names
        .rows
        .iter()
        .map(|n| (n.id.as_str(), n.name.as_str(), n.retired, n.position.get()))
        .collect();
    let never = ("never_named", "never_named", true, 6);
    assert_eq!(
        shown,
        [("cafe", "Café 1 kg", true, 5), never, ("pao", "Pão", false, 3)]
    );
    let found = world.projections.name(NameKind::Store, "centro").await?;
    assert_eq!(found.as_deref(), Some("Loja 1"));
    assert_eq!(world.projections.name(NameKind::Company, "centro").await?, None);
    Ok(())
}

#[tokio::test]
async fn the_stock_card_shows_every_movement_and_which_came_late() -> anyhow::Result<()> {
    let world = World::open().await?;
    let (centro, cafe): (StoreId, Sku) = ("centro".parse()?, "cafe".parse()?);
    world
        .say(&[received("centro", "cafe", "2026-01-31", 1, after(12, 4300))])
        .await?;
    // In another page, so that the latest day comes from the table.
    world.catch_up().await?;
    world
        .say(&[
            issued("centro", "cafe", "2026-01-30", 2, after(9, 3955)),
            short("centro", "cafe", "2026-01-30", after(-1, -2)),
            issued("centro", "cafe", "2026-02-01", 3, after(-1, -2)),
        ])
        .await?;
    twice(&world).await?;
    let filter = MovementFilter {
        store_id: centro,
        sku: cafe,
        from: None,
        to: None,
    };
    let card = world
        .projections
        .list_movements(&filter, &FIRST, Freshness::ANY)
        .await?
        .rows;
    let shown: Vec<_> = card
        .iter()
        .map(|m| {
            (
                (m.position.get(), m.version.get(), m.kind, m.late, m.provisional),
                (m.quantity.ten_thousandths(), m.value.minor(), m.settled.minor()),
                (m.balance_quantity.ten_thousandths(), m.balance_value.minor()),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            (
                (1, 1, MovementKind::Received, false, false),
                (120_000, 4321, 21),
                (120_000, 4300)
            ),
            (
                (2, 2, MovementKind::Issued, true, true),
                (-22_500, -345, 0),
                (90_000, 3955)
            ),
            (
                (4, 4, MovementKind::Issued, false, true),
                (-22_500, -345, 0),
                (-10_000, -2)
            ),
        ]
    );
    assert_eq!(card[0].document, id(1).to_string());
    Ok(())
}
