//! What the company has chosen, as a fact of the commands that ask for it.

use std::time::{Duration, Instant};

use posars_commands::{Commands, Offered};
use posars_domain::sale::RecordSale;
use posars_domain::{Policy, Sku};

use crate::shop::{Shop, api, define_store, delivery, policy_of, reason, sale, told, v, void_of};

/// Longer than any other process may take to follow, however busy the machine is.
const FOLLOWED_WITHIN: Duration = Duration::from_secs(60);

const STRICT: Policy = Policy {
    void_window_hours: None,
    strict_catalog: true,
};
const ONE_HOUR: Policy = Policy {
    void_window_hours: Some(1),
    strict_catalog: false,
};

fn offered(sales: &[RecordSale]) -> Vec<Offered<RecordSale>> {
    sales
        .iter()
        .map(|sale| Offered::new(sale.clone(), api()))
        .collect()
}

#[tokio::test]
async fn the_process_that_sets_it_follows_at_once() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    for _ in 0..5 {
        shop.commands.carry_out(&sale(&[("cha", "1")]), &api()).await?;
        shop.set_policy(STRICT).await?;
        let refused = shop.commands.carry_out(&sale(&[("cha", "1")]), &api()).await;
        assert_eq!(reason(refused), "PRODUCT_UNKNOWN");
        shop.set_policy(Policy::default()).await?;
    }
    assert_eq!(shop.events("company-main").await?.len(), 11);
    // A clone of the door is the same process.
    let clone = shop.commands.clone();
    shop.set_policy(STRICT).await?;
    assert_eq!(
        told(clone.record_sales(&offered(&[sale(&[("cha", "1")])])).await),
        ["PRODUCT_UNKNOWN"]
    );
    Ok(())
}

#[tokio::test]
async fn another_process_follows_soon() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let other = Commands::new(shop.another_process().await?);
    // Reads the policy, and keeps it.
    other.carry_out(&sale(&[("cha", "1")]), &api()).await?;
    shop.set_policy(STRICT).await?;
    let set = Instant::now();
    loop {
        match other.carry_out(&sale(&[("cha", "1")]), &api()).await {
            Ok(_) => assert!(set.elapsed() < FOLLOWED_WITHIN, "it never follows"),
            refused => {
                assert_eq!(reason(refused), "PRODUCT_UNKNOWN");
                break;
            }
        }
    }
    assert_eq!(other.company_policy().await?, STRICT);
    Ok(())
}

#[tokio::test]
async fn the_time_for_voiding_is_counted_from_the_sale() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let mut sold = sale(&[("cafe", "1")]);
    sold.occurred_at = v("2026-11-20T13:00:00Z");
    shop.commands.carry_out(&sold, &api()).await?;
    shop.set_policy(ONE_HOUR).await?;
    let head = shop.head().await?;
    let late = void_of(&sold);
    assert_eq!(
        reason(shop.commands.carry_out(&late, &api()).await),
        "VOID_WINDOW_EXPIRED"
    );
    assert_eq!(shop.head().await?, head);
    let mut other = sale(&[("cafe", "1")]);
    other.occurred_at = sold.occurred_at;
    shop.commands.carry_out(&other, &api()).await?;
    let mut in_time = void_of(&other);
    in_time.occurred_at = v("2026-11-20T14:00:00Z");
    shop.commands.carry_out(&in_time, &api()).await?;

    shop.set_policy(Policy::default()).await?;
    shop.commands.carry_out(&late, &api()).await?;
    // What was done stays done under every policy.
    shop.set_policy(ONE_HOUR).await?;
    assert!(shop.commands.carry_out(&late, &api()).await?.replayed);
    Ok(())
}

#[tokio::test]
async fn what_was_recorded_before_it_was_strict_is_recorded_still() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let (alone, together) = (sale(&[("cha", "1")]), sale(&[("cha", "2"), ("cafe", "1")]));
    let goods = delivery(&[("cha", "1", 100)]);
    shop.commands.carry_out(&alone, &api()).await?;
    shop.commands
        .record_sales(&offered(std::slice::from_ref(&together)))
        .await;
    shop.commands.carry_out_compound(&goods, &api()).await?;
    shop.set_policy(STRICT).await?;
    let head = shop.head().await?;

    for before in [&alone, &together] {
        shop.commands.carry_out(before, &api()).await?;
    }
    assert!(shop.commands.carry_out_compound(&goods, &api()).await?.replayed);
    let sales = [alone, together, sale(&[("cha", "3")])];
    assert_eq!(
        told(shop.commands.record_sales(&offered(&sales)).await),
        ["before", "before", "PRODUCT_UNKNOWN"]
    );
    assert_eq!(shop.head().await?, head);
    Ok(())
}

#[tokio::test]
async fn a_strict_batch_refuses_row_by_row() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.set_policy(STRICT).await?;
    let sales: Vec<RecordSale> = ["cafe", "cha", "pao", "mate", "cafe"]
        .map(|sku| sale(&[("cafe", "1"), (sku, "1")]))
        .into();
    let answers = shop.commands.record_sales(&offered(&sales)).await;
    let fields: Vec<_> = answers
        .iter()
        .filter_map(|answer| answer.as_ref().err()?.field())
        .collect();
    assert_eq!(fields, ["lines[1].sku", "lines[1].sku"]);
    let expected = ["now", "PRODUCT_UNKNOWN", "now", "PRODUCT_UNKNOWN", "now"];
    assert_eq!(told(answers), expected);
    // Those that are taken went into the log together.
    let positions = [0, 2, 4].map(|index| format!("sale-{}", sales[index].sale_id));
    let mut recorded_at = Vec::new();
    for stream in positions {
        recorded_at.push(shop.events(&stream).await?.remove(0).recorded_at);
    }
    recorded_at.dedup();
    assert_eq!(recorded_at.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_dry_run_takes_products_for_defined() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.set_policy(STRICT).await?;
    let head = shop.head().await?;
    let dry = shop.commands.validate_only_with([], [v::<Sku>("cha")]);
    let sales = [sale(&[("cha", "1"), ("cafe", "1")]), sale(&[("mate", "1")])];
    assert_eq!(
        told(dry.record_sales(&offered(&sales)).await),
        ["now", "PRODUCT_UNKNOWN"]
    );
    assert_eq!(shop.head().await?, head);
    Ok(())
}

#[tokio::test]
async fn a_company_that_is_not_defined_has_the_default() -> anyhow::Result<()> {
    let shop = Shop::empty().await?;
    assert_eq!(shop.commands.company_policy().await?, Policy::default());
    shop.commands.carry_out(&define_store("centro"), &api()).await?;
    shop.commands.carry_out(&sale(&[("cha", "1")]), &api()).await?;
    let too_early = shop.commands.carry_out(&policy_of("main", STRICT), &api()).await;
    assert_eq!(reason(too_early), "COMPANY_NOT_DEFINED");
    shop.set_policy(ONE_HOUR).await?;
    assert_eq!(shop.commands.company_policy().await?, ONE_HOUR);
    // The definition and the policy each answer for themselves, and the same again changes nothing.
    let head = shop.head().await?;
    shop.set_policy(ONE_HOUR).await?;
    assert_eq!(shop.head().await?, head);
    Ok(())
}
