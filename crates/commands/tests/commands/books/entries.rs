//! One entry for each event that moves value, with the figures worked out by hand.

use posars_domain::open_item::{Payable, PayableEvent, Receivable, ReceivableEvent};
use posars_domain::sale::{Disposition, RecordSale};
use posars_domain::stock::{AdjustStock, AdjustmentReason};
use posars_domain::{AdjustmentId, Amount, Currency, PaymentMethod};
use uuid::Uuid;

use super::{by, card, entry, paid, refund, refunding};
use crate::shop::{Shop, api, cents, decoded, delivery, return_of, sale, v, void_of};

fn adjust(delta: &str, value: Option<i64>, reason: AdjustmentReason) -> AdjustStock {
    AdjustStock {
        store_id: v("centro"),
        sku: v("cafe"),
        adjustment_id: AdjustmentId::new(Uuid::now_v7()),
        occurred_at: v("2026-11-20T14:30:00Z"),
        currency: Currency::BRL,
        delta: v(delta),
        value: value.map(cents),
        reason: Some(reason),
        note: None,
        allow_negative: true,
        expected_version: None,
    }
}

impl Shop {
    async fn receivables(&self) -> anyhow::Result<Vec<ReceivableEvent>> {
        let events = self.of_category("receivable").await?;
        Ok(events.iter().map(decoded).collect())
    }

    async fn payables(&self) -> anyhow::Result<Vec<PayableEvent>> {
        let events = self.of_category("payable").await?;
        Ok(events.iter().map(decoded).collect())
    }
}

/// A shop that got ten at 5.00 and four at 2.00 in one delivery: goods of 50.00 and 8.00, all owed to one supplier.
async fn delivered() -> anyhow::Result<Shop> {
    let shop = Shop::with_books().await?;
    let goods = delivery(&[("cafe", "10", 5_000), ("pao", "4", 800)]);
    shop.commands.carry_out_compound(&goods, &api()).await?;
    shop.post().await?;
    Ok(shop)
}

/// Two at 10.00 less 1.00: 9.00 in cash (10.00 less 1.00 change) and 10.00 by card in two.
fn of_two_payments() -> RecordSale {
    let cash = by(PaymentMethod::CASH, 1_000);
    paid("2", 100, vec![cash, card(1_000, 2)], 100)
}

#[tokio::test]
async fn a_delivery_and_a_sale_are_posted_to_the_centavo() -> anyhow::Result<()> {
    let shop = delivered().await?;
    assert_eq!(
        shop.shown_from(0).await?,
        [
            entry("StockReceived", &["inventory D 50.00", "suppliers C 50.00"]),
            entry("StockReceived", &["inventory D 8.00", "suppliers C 8.00"]),
        ]
    );
    let payables = shop.payables().await?;
    let [
        PayableEvent::PayableRegistered(first),
        PayableEvent::PayableIncreased(more),
    ] = &payables[..]
    else {
        anyhow::bail!("{payables:?}");
    };
    assert_eq!((first.amount, more.amount), (cents(5_000), cents(800)));
    assert_eq!(first.item, more.item);
    // Without terms a supplier is paid after 30 days.
    assert_eq!(first.installments[0].due_date, v("2026-12-20"));

    // The two had cost 5.00 each.
    let sold = of_two_payments();
    shop.commands.carry_out(&sold, &api()).await?;
    shop.post().await?;
    assert_eq!(
        shop.shown_from(2).await?,
        [
            entry(
                "SaleRecorded",
                &[
                    "cash D 9.00",
                    "card_receivable D 10.00",
                    "sales_discounts D 1.00",
                    "gross_revenue C 20.00"
                ]
            ),
            entry("StockIssued", &["cogs D 10.00", "inventory C 10.00"]),
        ]
    );
    let receivables = shop.receivables().await?;
    let [ReceivableEvent::ReceivableRegistered(owed)] = &receivables[..] else {
        anyhow::bail!("{receivables:?}");
    };
    let parts = owed
        .installments
        .iter()
        .map(|one| (one.due_date.to_string(), one.amount.minor()));
    assert_eq!(
        parts.collect::<Vec<_>>(),
        [("2026-12-20".to_owned(), 500), ("2027-01-19".to_owned(), 500)]
    );
    assert_eq!(owed.item.party, Some(v("11222333000181")));
    Ok(())
}

#[tokio::test]
async fn a_return_and_a_void_are_posted_to_the_centavo() -> anyhow::Result<()> {
    let shop = delivered().await?;
    let sold = of_two_payments();
    shop.commands.carry_out(&sold, &api()).await?;
    shop.post().await?;
    // One comes back: 2.00 are given in cash and 7.50 go back to the card, off what the acquirer owes last.
    let back = return_of(&sold, 1, "1", Disposition::Restock);
    let refunds = vec![
        refund(PaymentMethod::CASH, 200),
        refund(PaymentMethod::CREDIT_CARD, 750),
    ];
    shop.commands.carry_out(&refunding(back, refunds), &api()).await?;
    shop.post().await?;
    assert_eq!(
        shop.shown_from(4).await?,
        [
            entry(
                "SaleReturned",
                &["sales_returns D 9.50", "cash C 2.00", "card_receivable C 7.50"]
            ),
            entry("StockReturned", &["inventory D 5.00", "cogs C 5.00"]),
        ]
    );
    let receivables = shop.receivables().await?;
    let [_, ReceivableEvent::ReceivableCredited(credited)] = &receivables[..] else {
        anyhow::bail!("{receivables:?}");
    };
    let parts = credited
        .parts
        .iter()
        .map(|part| (part.number, part.amount.minor()));
    assert_eq!(parts.collect::<Vec<_>>(), [(2, 500), (1, 250)]);

    // A sale by PIX is voided: what the bank owed for it is owed no more.
    let pix = paid("1", 0, vec![by(PaymentMethod::PIX, 1_000)], 0);
    shop.commands.carry_out(&pix, &api()).await?;
    shop.commands.carry_out(&void_of(&pix), &api()).await?;
    shop.post().await?;
    assert_eq!(
        shop.shown_from(6).await?,
        [
            entry(
                "SaleRecorded",
                &["pix_in_transit D 10.00", "gross_revenue C 10.00"]
            ),
            entry(
                "SaleVoided",
                &["sales_cancelled D 10.00", "pix_in_transit C 10.00"]
            ),
            entry("StockIssued", &["cogs D 5.00", "inventory C 5.00"]),
            entry("StockReturned", &["inventory D 5.00", "cogs C 5.00"]),
        ]
    );
    assert!(
        shop.payables().await?.len() == 2,
        "nothing is owed to the customer"
    );
    Ok(())
}

#[tokio::test]
async fn money_that_had_come_in_is_owed_to_the_customer() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    let sold = paid("2", 0, vec![card(2_000, 2)], 0);
    shop.commands.carry_out(&sold, &api()).await?;
    shop.post().await?;
    let owed = shop.receivables().await?;
    let ReceivableEvent::ReceivableRegistered(owed) = &owed[0] else {
        anyhow::bail!("{owed:?}");
    };
    // The acquirer paid the first instalment of 10.00 before the void of 20.00.
    let settle = super::settle::<Receivable>(owed.item.item_id, 1, 1_000);
    shop.commands.carry_out(&settle, &api()).await?;
    shop.commands.carry_out(&void_of(&sold), &api()).await?;
    shop.post().await?;
    let entries = shop.shown_from(0).await?;
    let void = entries.iter().find(|(source, _)| source == "SaleVoided");
    assert_eq!(
        void,
        Some(&entry(
            "SaleVoided",
            &[
                "sales_cancelled D 20.00",
                "card_receivable C 10.00",
                "refunds_payable C 10.00"
            ]
        ))
    );
    let payables = shop.payables().await?;
    let [PayableEvent::PayableRegistered(refund)] = &payables[..] else {
        anyhow::bail!("{payables:?}");
    };
    assert_eq!(refund.amount, cents(1_000));
    // It is paid like anything else that is owed.
    let pay = super::settle::<Payable>(refund.item.item_id, 1, 1_000);
    shop.commands.carry_out(&pay, &api()).await?;
    shop.post().await?;
    let last = shop.shown_from(0).await?.pop();
    assert_eq!(
        last,
        Some(entry(
            "PayableSettled",
            &["1.1.01.002 C 10.00", "refunds_payable D 10.00"]
        ))
    );
    Ok(())
}

#[tokio::test]
async fn change_beyond_the_cash_comes_out_of_the_drawer_and_back_by_the_void() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    // Goods of 10.00, 15.00 on the card, 5.00 change in cash.
    let sold = paid("1", 0, vec![card(1_500, 1)], 500);
    shop.commands.carry_out(&sold, &api()).await?;
    shop.commands.carry_out(&void_of(&sold), &api()).await?;
    shop.post_alone().await?;
    assert_eq!(
        shop.shown_from(0).await?,
        [
            entry(
                "SaleRecorded",
                &["card_receivable D 15.00", "cash C 5.00", "gross_revenue C 10.00"]
            ),
            entry(
                "SaleVoided",
                &[
                    "sales_cancelled D 10.00",
                    "cash D 5.00",
                    "card_receivable C 15.00"
                ]
            ),
        ]
    );
    Ok(())
}

#[tokio::test]
async fn what_was_sold_below_zero_is_settled_by_the_next_delivery() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    // One at 4.00 is there, three are sold: the other two go out at the last known 4.00, 12.00 in all.
    shop.commands
        .carry_out_compound(&delivery(&[("cafe", "1", 400)]), &api())
        .await?;
    shop.commands.carry_out(&sale(&[("cafe", "3")]), &api()).await?;
    shop.catch_up().await?;
    // Five come at 6.00: the two owed turn out 2.00 dearer each, 4.00 go to the cost of goods sold at once.
    shop.commands
        .carry_out_compound(&delivery(&[("cafe", "5", 3_000)]), &api())
        .await?;
    shop.post().await?;
    let entries = shop.shown_from(0).await?;
    let of_stock = entries.iter().filter(|(source, _)| source.starts_with("Stock"));
    assert_eq!(
        of_stock.cloned().collect::<Vec<_>>(),
        [
            entry("StockReceived", &["inventory D 4.00", "suppliers C 4.00"]),
            entry("StockIssued", &["cogs D 12.00", "inventory C 12.00"]),
            entry(
                "StockReceived",
                &["inventory D 26.00", "cogs D 4.00", "suppliers C 30.00"]
            ),
        ]
    );
    // 4.00 - 12.00 + 26.00 = 18.00, three at 6.00.
    assert_eq!(shop.on_hand("cafe").await?, ("3".to_owned(), 1_800));
    Ok(())
}

#[tokio::test]
async fn an_adjustment_goes_where_its_reason_says() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    for command in [
        adjust("10", Some(3_000), AdjustmentReason::Opening),
        adjust("-1", None, AdjustmentReason::Damage),
        adjust("-2", None, AdjustmentReason::InternalUse),
        adjust("1", None, AdjustmentReason::Found),
    ] {
        shop.commands.carry_out(&command, &api()).await?;
    }
    shop.post().await?;
    assert_eq!(
        shop.shown_from(0).await?,
        [
            entry("StockAdjusted", &["inventory D 30.00", "opening_balance C 30.00"]),
            entry("StockAdjusted", &["inventory C 3.00", "shrinkage D 3.00"]),
            entry("StockAdjusted", &["inventory C 6.00", "internal_use D 6.00"]),
            entry("StockAdjusted", &["inventory D 3.00", "surplus C 3.00"]),
        ]
    );
    Ok(())
}

#[tokio::test]
async fn what_moves_no_value_has_no_entry() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    // Given away: goods of 10.00 less 10.00, and goods without any cost.
    let free = paid("1", 1_000, Vec::new(), 0);
    shop.commands.carry_out(&free, &api()).await?;
    let back = return_of(&free, 1, "1", Disposition::Restock);
    shop.commands.carry_out(&back, &api()).await?;
    shop.post().await?;
    assert_eq!(
        shop.shown_from(0).await?,
        [entry(
            "SaleRecorded",
            &["sales_discounts D 10.00", "gross_revenue C 10.00"]
        )],
        "the return gave no money back, and the goods had cost nothing"
    );
    assert_eq!(shop.entries().await?[0].lines[0].debit, Amount::from_minor(1_000));
    Ok(())
}
