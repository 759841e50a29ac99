//! A closed month does not move: what comes late for it stands in the open one, each with its source.

use std::collections::BTreeMap;

use posars_domain::sale::{
    Disposition, RecordReturn, RecordReturnLine, RecordSale, RecordSaleLine, VoidSale,
};
use posars_domain::stock::{AdjustStock, AdjustmentReason, ReceiveGoods, ReceiveGoodsLine, ReceivedCost};
use posars_domain::{
    Amount, Currency, LineId, MethodAmount, Month, Payment, PaymentMethod, ReceiptId, SaleId,
};
use posars_projections::{
    BookScope, BookSpan, Freshness, JournalEntry, JournalFilter, PageRequest, TrialBalance,
};
use uuid::Uuid;

use crate::world::{World, api, cents, sale, v};

const FACTS: usize = 300;
const OCTOBER: BookSpan = BookSpan {
    from: jiff::civil::date(2026, 10, 1),
    to: jiff::civil::date(2026, 10, 31),
};
const NOVEMBER: BookSpan = BookSpan {
    from: jiff::civil::date(2026, 11, 1),
    to: jiff::civil::date(2026, 11, 30),
};

/// Numbers that look random and are the same each time (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    /// A moment of October, in no order.
    fn moment(&mut self) -> String {
        format!(
            "2026-10-{:02}T{:02}:30:00Z",
            1 + self.below(28),
            12 + self.below(10)
        )
    }
}

/// A sale of two coffee at 10.00, by some means.
fn sold(dice: &mut Dice) -> RecordSale {
    let methods = [
        PaymentMethod::CASH,
        PaymentMethod::PIX,
        PaymentMethod::CREDIT_CARD,
        PaymentMethod::BOLETO,
    ];
    let method = methods[usize::try_from(dice.below(4)).unwrap()].clone();
    let moment = dice.moment();
    RecordSale {
        lines: vec![RecordSaleLine {
            quantity: v("2"),
            ..sale("cafe", &moment).lines.remove(0)
        }],
        payments: vec![Payment::new(method, cents(2_000))],
        ..sale("cafe", &moment)
    }
}

/// Does something that happened in October; the number of facts that it came to.
async fn something_late(
    world: &World,
    dice: &mut Dice,
    undoable: &mut Vec<(SaleId, PaymentMethod)>,
) -> anyhow::Result<()> {
    let commands = &world.commands;
    match dice.below(8) {
        0..4 => {
            let sold = sold(dice);
            commands.carry_out(&sold, &api()).await?;
            undoable.push((sold.sale_id, sold.payments[0].method.clone()));
        }
        4 => {
            let goods = ReceiveGoods {
                receipt_id: ReceiptId::new(Uuid::now_v7()),
                store_id: v("centro"),
                occurred_at: v(&dice.moment()),
                currency: Currency::BRL,
                supplier: None,
                access_key: None,
                lines: vec![ReceiveGoodsLine {
                    line_id: LineId(1),
                    sku: v("cafe"),
                    quantity: v("3"),
                    cost: ReceivedCost::Total(cents(1_000 + i64::try_from(dice.below(500))?)),
                    landed: Amount::ZERO,
                }],
            };
            commands.carry_out_compound(&goods, &api()).await?;
        }
        5 => {
            let lost = AdjustStock {
                store_id: v("centro"),
                sku: v("cafe"),
                adjustment_id: v(&Uuid::now_v7().to_string()),
                occurred_at: v(&dice.moment()),
                currency: Currency::BRL,
                delta: v("-1"),
                value: None,
                reason: Some(AdjustmentReason::Loss),
                note: None,
                allow_negative: true,
                expected_version: None,
            };
            commands.carry_out(&lost, &api()).await?;
        }
        what => {
            let Some((sale_id, method)) = undoable.pop() else {
                return Box::pin(something_late(world, dice, undoable)).await;
            };
            undo(world, (sale_id, method), what == 6).await?;
        }
    }
    Ok(())
}

/// Voids a sale, or takes half of it back.
async fn undo(
    world: &World,
    (sale_id, method): (SaleId, PaymentMethod),
    is_void: bool,
) -> anyhow::Result<()> {
    let occurred_at = v("2026-10-31T15:00:00Z");
    if is_void {
        let void = VoidSale {
            sale_id,
            occurred_at,
            reason: "Engano".to_owned(),
            fiscal_ref: None,
        };
        world.commands.carry_out(&void, &api()).await?;
        return Ok(());
    }
    let back = RecordReturn {
        sale_id,
        return_id: v(&Uuid::now_v7().to_string()),
        occurred_at,
        lines: vec![RecordReturnLine {
            line_id: LineId(1),
            quantity: v("1"),
            disposition: Disposition::Restock,
        }],
        refunds: vec![MethodAmount {
            method,
            amount: cents(1_000),
        }],
        currency: None,
        reason: None,
        fiscal_ref: None,
    };
    world.commands.carry_out(&back, &api()).await?;
    Ok(())
}

async fn balance(world: &World, span: BookSpan) -> anyhow::Result<TrialBalance> {
    let scope = BookScope::default();
    Ok(world
        .projections
        .trial_balance(span, &scope, Freshness::ANY)
        .await?)
}

async fn all_entries(world: &World, filter: &JournalFilter) -> anyhow::Result<Vec<JournalEntry>> {
    let mut page = PageRequest::first(500);
    let mut entries = Vec::new();
    loop {
        let answer = world
            .projections
            .list_journal_entries(filter, &page, Freshness::ANY)
            .await?;
        let next = page.following(&answer);
        entries.extend(answer.rows);
        let Some(following) = next else { return Ok(entries) };
        page = following;
    }
}

#[tokio::test]
async fn three_hundred_late_facts_leave_the_seal_as_it_is_and_stand_in_the_open_month() -> anyhow::Result<()>
{
    let world = World::open().await?;
    let dice = &mut Dice(0x9E37_79B9_7F4A_7C15);
    world.deliver("cafe").await?;
    let mut undoable = Vec::new();
    for _ in 0..10 {
        let sold = sold(dice);
        world.commands.carry_out(&sold, &api()).await?;
        undoable.push((sold.sale_id, sold.payments[0].method.clone()));
    }
    world.drain().await?;
    world.close("2026-10").await?;
    world.drain().await?;
    let october: Month = v("2026-10");
    let sealed = world.projections.period(october, Freshness::ANY).await?;
    let before = balance(&world, OCTOBER).await?.lines;

    let at_close = world.log.head().await?.position.get();
    for fact in 0..FACTS {
        something_late(&world, dice, &mut undoable).await?;
        if fact % 60 == 0 {
            world.drain().await?;
        }
    }
    world.drain().await?;

    // The bytes of the seal and every figure of the month are what they were.
    let after = world.projections.period(october, Freshness::ANY).await?;
    assert_eq!(after.0.seal, sealed.0.seal);
    let seal = after.0.seal.unwrap();
    assert!(seal.trial_balance.is_some_and(|bytes| bytes.len() > 100));
    assert_eq!(balance(&world, OCTOBER).await?.lines, before);

    // All that came late is told apart, with its source, and nothing else is in November.
    let late = JournalFilter {
        late_for: Some(october),
        ..JournalFilter::default()
    };
    let late = all_entries(&world, &late).await?;
    let mut by_account: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for entry in &late {
        let source = entry.source.as_ref().unwrap();
        assert!(source.position > at_close, "{entry:?}");
        assert_eq!(entry.accounting_date, v("2026-11-01"));
        assert_eq!(Month::of(entry.business_date), Some(october));
        for line in &entry.lines {
            let sums = by_account.entry(line.account.to_string()).or_default();
            sums.0 += line.debit.minor();
            sums.1 += line.credit.minor();
        }
    }
    // Each fact has its own entry, and a sale, return or void one for the goods as well.
    assert!(late.len() >= FACTS, "{}", late.len());
    let november = balance(&world, NOVEMBER).await?;
    let moved = november.lines.iter().filter(|line| line.account.postable);
    let moved = moved.map(|line| {
        let sums = (line.figures.debit.minor(), line.figures.credit.minor());
        (line.account.code.to_string(), sums)
    });
    let moved: BTreeMap<_, _> = moved.filter(|(_, sums)| *sums != (0, 0)).collect();
    assert_eq!(moved, by_account);

    // Numbers have no gap over all of it.
    let all = all_entries(&world, &JournalFilter::default()).await?;
    let mut numbers: Vec<u64> = all.iter().map(|entry| entry.number).collect();
    numbers.sort_unstable();
    assert!(numbers.iter().copied().eq(1..=u64::try_from(all.len())?));
    Ok(())
}
