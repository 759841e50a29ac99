//! What the stock reactor set aside: listed, and tried again in its order or not at all.

use posars_commands::reactors::{
    Retried, StockReactor, awaited_products, count_parked, list_parked, retry_parked, waiting_lines,
};
use posars_domain::Sku;
use posars_event_store::{StreamName, Version};

use crate::shop::{Shop, api, define_product, sale, v};

const REACTOR: &str = "reactor.stock";

impl Shop {
    /// Spoils the last event of a stream; answers what it was.
    pub(crate) async fn spoil(&self, stream: &str) -> anyhow::Result<String> {
        let event = self.events(stream).await?.pop().unwrap();
        self.put(stream, r#"{"spoilt":true}"#).await?;
        Ok(event.data.to_string())
    }

    /// Writes what the last event of a stream says.
    pub(crate) async fn put(&self, stream: &str, data: &str) -> anyhow::Result<()> {
        let client = self.store.pool().get().await?;
        let sql = "update events set data = $2 where stream = $1 and position = \
                   (select max(position) from events where stream = $1)";
        assert_eq!(client.execute(sql, &[&stream, &data]).await?, 1);
        Ok(())
    }

    async fn retry(&self) -> anyhow::Result<Vec<Retried>> {
        let mut reactor = StockReactor::new(self.log.clone());
        let tried = retry_parked(&mut reactor, &self.log, None, 100).await?;
        Ok(tried.into_iter().map(|(_, outcome)| outcome).collect())
    }

    /// The streams of what is set aside.
    async fn parked(&self) -> anyhow::Result<Vec<String>> {
        let parked = list_parked(&self.log, REACTOR, None, Version::START, 100)
            .await?
            .events;
        assert_eq!(
            count_parked(&self.log, REACTOR).await?,
            u64::try_from(parked.len())?
        );
        Ok(parked.into_iter().map(|parked| parked.event.key).collect())
    }

    /// Deals with everything again from the start; nothing must follow from it.
    async fn replays_to_nothing(&self) -> anyhow::Result<()> {
        let head = self.head().await?;
        self.set_back_to(0).await?;
        self.catch_up().await?;
        assert_eq!(self.head().await?, head);
        Ok(())
    }
}

fn reason(outcome: &Retried) -> &str {
    match outcome {
        Retried::Done => "done",
        Retried::Failed { reason, .. } => reason,
        Retried::TooLate { .. } => "too late",
        Retried::Behind => "behind",
    }
}

#[tokio::test]
async fn a_sale_that_could_not_be_read_moves_its_stocks_once_it_can() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let command = sale(&[("cafe", "1"), ("pao", "2"), ("novo", "3")]);
    shop.commands.carry_out(&command, &api()).await?;
    let stream = format!("sale-{}", command.sale_id);
    let data = shop.spoil(&stream).await?;
    shop.catch_up().await?;
    assert_eq!(shop.parked().await?, [stream.as_str()]);
    let head = shop.head().await?;
    let outcomes = shop.retry().await?;
    assert_eq!(
        outcomes.iter().map(reason).collect::<Vec<_>>(),
        ["EVENT_UNREADABLE"]
    );
    assert_eq!(
        shop.head().await?,
        head,
        "nothing is appended by a retry that fails"
    );

    shop.put(&stream, &data).await?;
    assert_eq!(shop.retry().await?, [Retried::Done]);
    assert_eq!(shop.on_hand("cafe").await?.0, "-1");
    assert_eq!(shop.on_hand("pao").await?.0, "-2");
    let waiting = waiting_lines(&shop.log, &v::<Sku>("novo"), Version::START, 10).await?;
    assert_eq!(waiting.len(), 1, "its product is not defined");
    assert_eq!(waiting[0].event.sale_id, command.sale_id);
    assert_eq!(shop.parked().await?, Vec::<String>::new());
    assert!(shop.retry().await?.is_empty());
    shop.replays_to_nothing().await
}

#[tokio::test]
async fn a_sale_is_not_put_in_behind_later_ones() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let command = sale(&[("pao", "1"), ("cafe", "1")]);
    shop.commands.carry_out(&command, &api()).await?;
    let stream = format!("sale-{}", command.sale_id);
    let data = shop.spoil(&stream).await?;
    shop.commands.carry_out(&sale(&[("cafe", "5")]), &api()).await?;
    shop.catch_up().await?;
    shop.put(&stream, &data).await?;
    let head = shop.head().await?;
    let too_late = Retried::TooLate {
        stream: StreamName::parse("stock-centro-cafe")?,
    };
    assert_eq!(shop.retry().await?, [too_late]);
    assert_eq!(
        shop.head().await?,
        head,
        "not even the stock that had not gone on"
    );
    assert_eq!(shop.parked().await?, [stream]);
    Ok(())
}

#[tokio::test]
async fn what_waits_behind_a_spoilt_stock_follows_in_its_order() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.commands.carry_out(&sale(&[("cafe", "1")]), &api()).await?;
    shop.catch_up().await?;
    let data = shop.spoil("stock-centro-cafe").await?;
    for quantity in ["2", "3"] {
        shop.commands
            .carry_out(&sale(&[("cafe", quantity), ("pao", "1")]), &api())
            .await?;
    }
    shop.catch_up().await?;
    assert_eq!(shop.parked().await?, ["stock-centro-cafe", "stock-centro-cafe"]);
    assert_eq!(shop.on_hand("pao").await?.0, "-2");
    let outcomes = shop.retry().await?;
    assert_eq!(
        outcomes.iter().map(reason).collect::<Vec<_>>(),
        ["EVENT_UNREADABLE", "behind"]
    );

    shop.put("stock-centro-cafe", &data).await?;
    assert_eq!(shop.retry().await?, [Retried::Done, Retried::Done]);
    assert_eq!(shop.on_hand("cafe").await?.0, "-6");
    assert_eq!(shop.on_hand("pao").await?.0, "-2", "the other stock moved before");
    assert_eq!(shop.parked().await?, Vec::<String>::new());
    shop.replays_to_nothing().await
}

#[tokio::test]
async fn a_definition_that_could_not_be_read_releases_what_waits_once_it_can() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    shop.commands.carry_out(&sale(&[("cha", "1")]), &api()).await?;
    shop.commands.carry_out(&define_product("cha"), &api()).await?;
    let data = shop.spoil("product-cha").await?;
    shop.commands.carry_out(&sale(&[("cha", "2")]), &api()).await?;
    shop.commands.carry_out(&sale(&[("mel", "1")]), &api()).await?;
    shop.catch_up().await?;
    assert_eq!(shop.parked().await?, ["product-cha"]);
    let awaited = awaited_products(&shop.log, None, 10).await?;
    let awaited: Vec<_> = awaited
        .iter()
        .map(|one| (one.sku.as_str(), one.movements))
        .collect();
    assert_eq!(awaited, [("cha", 2), ("mel", 1)]);

    shop.put("product-cha", &data).await?;
    assert_eq!(shop.retry().await?, [Retried::Done]);
    assert_eq!(shop.on_hand("cha").await?.0, "-3");
    let awaited = awaited_products(&shop.log, None, 10).await?;
    assert_eq!(awaited.len(), 1, "{awaited:?}");
    let released = waiting_lines(&shop.log, &v::<Sku>("cha"), Version::START, 10).await?;
    assert!(released.is_empty(), "{released:?}");
    shop.commands.carry_out(&sale(&[("cha", "4")]), &api()).await?;
    shop.catch_up().await?;
    assert_eq!(shop.on_hand("cha").await?.0, "-7");
    shop.replays_to_nothing().await
}

#[tokio::test]
async fn products_that_are_awaited_come_a_page_at_a_time() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    for sku in ["cha", "mel", "sal", "uva"] {
        shop.commands.carry_out(&sale(&[(sku, "1")]), &api()).await?;
    }
    shop.catch_up().await?;
    shop.commands.carry_out(&define_product("mel"), &api()).await?;
    shop.catch_up().await?;
    let first = awaited_products(&shop.log, None, 2).await?;
    let after = first.last().map(|last| last.stream.clone());
    let second = awaited_products(&shop.log, after, 2).await?;
    let skus = |page: &[posars_commands::reactors::AwaitedProduct]| -> Vec<String> {
        page.iter().map(|one| one.sku.to_string()).collect()
    };
    assert_eq!(
        (skus(&first), skus(&second)),
        (vec!["cha".into(), "sal".into()], vec!["uva".into()])
    );
    Ok(())
}
