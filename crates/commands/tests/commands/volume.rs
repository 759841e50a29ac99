//! Many random sales: what is on hand is what was received, less what was sold, plus what came back.

use std::collections::HashMap;

use posars_domain::Quantity;
use posars_domain::sale::{Disposition, RecordSale};
use posars_domain::stock::StockEvent;
use tokio::task::JoinSet;

use crate::shop::{Shop, api, define_product, delivery, return_of, sale, void_of};

const SALES: usize = 10_000;
const SKUS: [&str; 6] = ["a", "b", "c", "d", "e", "sem_cadastro"];

/// A linear congruential generator: the same numbers every time.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

fn random_sale(dice: &mut Dice) -> RecordSale {
    let quantities = ["1", "2", "3", "0.5", "1.25"];
    let count = 1 + dice.below(3);
    let lines: Vec<(&str, &str)> = (0..count)
        .map(|_| {
            (
                SKUS[dice.below(SKUS.len())],
                quantities[dice.below(quantities.len())],
            )
        })
        .collect();
    sale(&lines)
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_sales_leave_what_was_not_sold() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let mut dice = Dice(42);
    for sku in &SKUS[..5] {
        shop.commands.carry_out(&define_product(sku), &api()).await?;
    }
    let goods: Vec<(&str, &str, i64)> = SKUS.iter().map(|sku| (*sku, "1000", 123_457)).collect();
    shop.commands
        .carry_out_compound(&delivery(&goods), &api())
        .await?;
    let mut expected: HashMap<String, i64> = SKUS.iter().map(|sku| ((*sku).to_owned(), 10_000_000)).collect();
    let mut writers = JoinSet::new();
    for _ in 0..SALES {
        let command = random_sale(&mut dice);
        let (voids, returns) = (dice.below(100) < 3, dice.below(100) < 5);
        let disposition = [Disposition::Restock, Disposition::Damaged][dice.below(2)];
        let first = &command.lines[0];
        let (sku, half) = (first.sku.to_string(), first.quantity.ten_thousandths() / 2);
        if !voids {
            for line in &command.lines {
                *expected.get_mut(line.sku.as_str()).unwrap() -= line.quantity.ten_thousandths();
            }
            if returns && disposition == Disposition::Restock {
                *expected.get_mut(&sku).unwrap() += half;
            }
        }
        let back = Quantity::from_ten_thousandths(half).to_string();
        let commands = shop.commands.clone();
        writers.spawn(async move {
            commands.carry_out(&command, &api()).await?;
            if voids {
                commands.carry_out(&void_of(&command), &api()).await?;
            } else if returns {
                commands
                    .carry_out(&return_of(&command, 1, &back, disposition), &api())
                    .await?;
            }
            Ok::<(), posars_commands::CommandError>(())
        });
        if writers.len() >= 256 {
            writers.join_next().await.unwrap()??;
        }
    }
    while let Some(written) = writers.join_next().await {
        written??;
    }
    let started = std::time::Instant::now();
    shop.catch_up().await?;
    println!("moved the stock of {SALES} sales in {:?}", started.elapsed());
    shop.commands
        .carry_out(&define_product("sem_cadastro"), &api())
        .await?;
    shop.catch_up().await?;
    for sku in SKUS {
        let quantity: Quantity = shop.on_hand(sku).await?.0.parse()?;
        assert_eq!(quantity.ten_thousandths(), expected[sku], "{sku}");
        accounts_for_every_value(&shop.stock_events(sku).await?);
    }
    Ok(())
}

/// What came in less what went out is what is left, in value, at every event.
fn accounts_for_every_value(events: &[StockEvent]) {
    let mut value = 0;
    let mut applied = 0;
    for event in events {
        match event {
            StockEvent::StockReceived(event) => value += event.value.minor() - event.negative_settled.minor(),
            StockEvent::StockIssued(event) => value -= event.cost.minor(),
            StockEvent::StockReturned(event) => {
                assert!(!event.estimated);
                value += event.value.minor() - event.negative_settled.minor();
            }
            StockEvent::StockAdjusted(event) => value += event.value.minor() - event.negative_settled.minor(),
            StockEvent::ShortageDetected(_) | StockEvent::ShortageResolved(_) => {}
        }
        assert_eq!(event.balance().value.minor(), value, "{event:?}");
        assert!(
            event.balance().issued_through >= applied,
            "in the order of the log"
        );
        applied = event.balance().issued_through;
    }
}
