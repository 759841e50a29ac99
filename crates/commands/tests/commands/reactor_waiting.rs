//! Lines of products that nobody has defined yet: they wait, in order, and move once.

use posars_domain::product::RetireProduct;
use posars_domain::sale::Disposition;
use posars_domain::stock::StockEvent;
use posars_domain::waiting::WaitingEvent;

use crate::shop::{Shop, api, decoded, define_product, define_store, delivery, return_of, sale, v, void_of};

fn kinds(events: &[StockEvent]) -> Vec<&'static str> {
    use posars_domain::DomainEvent as _;
    events.iter().map(StockEvent::event_type).collect()
}

#[tokio::test]
async fn lines_of_an_unknown_product_wait_and_then_move_in_order() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.commands
        .carry_out_compound(&delivery(&[("cha", "10", 1_000)]), &api())
        .await?;
    let (kept, voided, back) = (
        sale(&[("cha", "1")]),
        sale(&[("cha", "2"), ("cafe", "1")]),
        sale(&[("cha", "3")]),
    );
    for command in [&kept, &voided, &back] {
        shop.commands.carry_out(command, &api()).await?;
    }
    shop.catch_up().await?;
    assert_eq!(shop.on_hand("cha").await?.0, "10", "nothing moves yet");
    assert_eq!(
        shop.on_hand("cafe").await?.0,
        "-1",
        "the known line of the same sale does"
    );
    shop.commands.carry_out(&void_of(&voided), &api()).await?;
    shop.commands
        .carry_out(&return_of(&back, 1, "1", Disposition::Restock), &api())
        .await?;
    shop.catch_up().await?;
    assert_eq!(shop.events("waiting-cha").await?.len(), 5);
    shop.commands.carry_out(&define_product("cha"), &api()).await?;
    shop.commands.carry_out(&sale(&[("cha", "4")]), &api()).await?;
    shop.catch_up().await?;
    let events = shop.stock_events("cha").await?;
    let expected = [
        "StockReceived",
        "StockIssued",
        "StockIssued",
        "StockIssued",
        "StockReturned",
        "StockReturned",
        "StockIssued",
    ];
    assert_eq!(kinds(&events), expected);
    // 10 - 1 - 2 - 3 + 2 + 1 - 4, all at 100 each.
    assert_eq!(shop.on_hand("cha").await?, ("3".to_owned(), 300));
    let waiting = shop.events("waiting-cha").await?;
    assert!(matches!(decoded(&waiting[5]), WaitingEvent::SaleLinesReleased(_)));
    let head = shop.head().await?;
    for position in 0..i64::try_from(head.get())? {
        shop.set_back_to(position).await?;
        shop.catch_up().await?;
        assert_eq!(shop.head().await?, head, "set back to {position}");
    }
    Ok(())
}

#[tokio::test]
async fn sale_definition_and_sale_on_one_page_keep_their_order() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.commands.carry_out(&define_store("filial"), &api()).await?;
    let mut elsewhere = sale(&[("cha", "5")]);
    elsewhere.store_id = v("filial");
    shop.commands.carry_out(&sale(&[("cha", "1")]), &api()).await?;
    shop.commands.carry_out(&elsewhere, &api()).await?;
    shop.commands.carry_out(&define_product("cha"), &api()).await?;
    shop.commands.carry_out(&sale(&[("cha", "2")]), &api()).await?;
    shop.commands
        .carry_out(
            &RetireProduct {
                sku: v("cha"),
                reason: None,
            },
            &api(),
        )
        .await?;
    shop.commands.carry_out(&sale(&[("cha", "3")]), &api()).await?;
    shop.catch_up().await?;
    let mut quantities = Vec::new();
    for event in shop.stock_events("cha").await? {
        if let StockEvent::StockIssued(issued) = event {
            quantities.push(issued.quantity.to_string());
        }
    }
    assert_eq!(
        quantities,
        ["1", "2", "3"],
        "a retired product still moves its stock"
    );
    assert_eq!(shop.events("stock-filial-cha").await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_product_defined_as_untracked_moves_nothing_that_waited() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.commands.carry_out(&sale(&[("frete", "1")]), &api()).await?;
    let mut freight = define_product("frete");
    freight.tracked = false;
    shop.commands.carry_out(&freight, &api()).await?;
    shop.commands.carry_out(&sale(&[("frete", "1")]), &api()).await?;
    shop.catch_up().await?;
    assert!(shop.stock_events("frete").await?.is_empty());
    assert_eq!(shop.events("waiting-frete").await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn more_lines_wait_than_one_append_holds() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let lines: Vec<(&str, &str)> = std::iter::repeat_n(("cha", "1"), 3).collect();
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..1_200 {
        let (commands, command) = (shop.commands.clone(), sale(&lines));
        writers.spawn(async move { commands.carry_out(&command, &api()).await });
    }
    while let Some(written) = writers.join_next().await {
        written??;
    }
    shop.catch_up().await?;
    shop.commands.carry_out(&define_product("cha"), &api()).await?;
    shop.catch_up().await?;
    assert_eq!(shop.on_hand("cha").await?.0, "-3600");
    let (head, from) = (shop.head().await?, 2);
    shop.set_back_to(from).await?;
    shop.catch_up().await?;
    assert_eq!(shop.head().await?, head);
    Ok(())
}
