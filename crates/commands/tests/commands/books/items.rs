//! What people do to what is owed, posted to the centavo; what only follows from another event has no entry of its own.

use std::marker::PhantomData;

use posars_domain::open_item::{
    CancelItem, CreditItem, DuePart, ItemKind, ItemSide, MatchKeys, Payable, Receivable, RegisterItem,
    RescheduleItem, ReverseSettlement, SettleItem, WriteOffItem, receivable_of_sale,
};
use posars_domain::statement_line::{StatementLineEvent, StatementLineWrittenOff};
use posars_domain::{Amount, Currency, OpenItemId, SettlementId};
use uuid::Uuid;

use super::{BANK, card, entry, paid, settle};
use crate::shop::{Shop, api, cents, v};

fn new_id() -> SettlementId {
    SettlementId::new(Uuid::now_v7())
}

fn registered<S: ItemSide>(kind: ItemKind, amount: i64, counter: &str) -> RegisterItem<S> {
    RegisterItem {
        item_id: OpenItemId::new(Uuid::now_v7()),
        kind,
        store_id: None,
        party: Some(v("11222333000181")),
        party_name: None,
        document: Some("NF 1001".to_owned()),
        business_date: v("2026-11-20"),
        currency: Currency::BRL,
        amount: cents(amount),
        installments: vec![DuePart {
            due_date: v("2026-12-20"),
            amount: cents(amount),
            expected_fee: Amount::ZERO,
        }],
        counter: v(counter),
        cost_center: None,
        keys: MatchKeys::default(),
        memo: None,
        side: PhantomData,
    }
}

fn credited<S>(item_id: OpenItemId, amount: i64) -> CreditItem<S> {
    CreditItem {
        item_id,
        credit_id: new_id(),
        business_date: v("2026-11-20"),
        currency: Currency::BRL,
        amount: cents(amount),
        parts: Vec::new(),
        reason: "acordo".to_owned(),
        side: PhantomData,
    }
}

fn written_off<S>(item_id: OpenItemId, amount: i64) -> WriteOffItem<S> {
    WriteOffItem {
        item_id,
        write_off_id: new_id(),
        business_date: v("2026-11-20"),
        currency: Some(Currency::BRL),
        amount: Some(cents(amount)),
        parts: Vec::new(),
        reason: "prescrita".to_owned(),
        side: PhantomData,
    }
}

fn cancelled<S>(item_id: OpenItemId) -> CancelItem<S> {
    CancelItem {
        item_id,
        business_date: v("2026-11-20"),
        reason: "em duplicidade".to_owned(),
        side: PhantomData,
    }
}

fn rescheduled<S>(item_id: OpenItemId, open: i64) -> RescheduleItem<S> {
    RescheduleItem {
        item_id,
        business_date: v("2026-11-20"),
        currency: Currency::BRL,
        installments: vec![DuePart {
            due_date: v("2027-01-20"),
            amount: cents(open),
            expected_fee: Amount::ZERO,
        }],
        reason: "acordo".to_owned(),
        side: PhantomData,
    }
}

/// 97.00 of 100.00 come in: 2.00 are kept as a fee, 3.00 given as a discount, 2.00 paid as interest.
fn all_sorts<S>(item_id: OpenItemId, amount: i64) -> SettleItem<S> {
    SettleItem {
        business_date: v("2026-11-20"),
        fee: cents(200),
        discount: cents(300),
        interest: cents(200),
        ..settle(item_id, 1, amount)
    }
}

fn undone<S>(settled: &SettleItem<S>) -> ReverseSettlement<S> {
    ReverseSettlement {
        item_id: settled.item_id,
        settlement_id: settled.settlement_id,
        business_date: v("2026-11-20"),
        reason: "estorno".to_owned(),
        side: PhantomData,
    }
}

/// 200.00 from somebody who pays 100.00 in part, which is undone; 50.00 are let off, 40.00 given up, 110.00 put off.
fn entries_of_a_receivable() -> Vec<(String, Vec<String>)> {
    vec![
        entry(
            "ReceivableRegistered",
            &["customer_receivable D 200.00", "4.3.01 C 200.00"],
        ),
        entry(
            "ReceivableSettled",
            &[
                "1.1.01.002 D 97.00",
                "bank_fees D 2.00",
                "discounts_given D 3.00",
                "interest_income C 2.00",
                "customer_receivable C 100.00",
            ],
        ),
        entry(
            "ReceivableSettlementReversed",
            &[
                "1.1.01.002 C 97.00",
                "bank_fees C 2.00",
                "discounts_given C 3.00",
                "interest_income D 2.00",
                "customer_receivable D 100.00",
            ],
        ),
        entry(
            "ReceivableCredited",
            &["sales_returns D 50.00", "customer_receivable C 50.00"],
        ),
        entry(
            "ReceivableWrittenOff",
            &["bad_debts D 40.00", "customer_receivable C 40.00"],
        ),
        entry(
            "ReceivableRegistered",
            &["other_receivable D 7.00", "4.3.01 C 7.00"],
        ),
        entry(
            "ReceivableCancelled",
            &["4.3.01 D 7.00", "other_receivable C 7.00"],
        ),
    ]
}

#[tokio::test]
async fn a_receivable_from_its_registration_to_its_end() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    let (commands, api) = (&shop.commands, api());
    let item = registered::<Receivable>(ItemKind::Customer, 20_000, "4.3.01");
    commands.carry_out(&item, &api).await?;
    let settled = all_sorts::<Receivable>(item.item_id, 10_000);
    commands.carry_out(&settled, &api).await?;
    commands.carry_out(&undone(&settled), &api).await?;
    commands
        .carry_out(&credited::<Receivable>(item.item_id, 5_000), &api)
        .await?;
    commands
        .carry_out(&written_off::<Receivable>(item.item_id, 4_000), &api)
        .await?;
    let later = rescheduled::<Receivable>(item.item_id, 11_000);
    commands.carry_out(&later, &api).await?;
    let wrong = registered::<Receivable>(ItemKind::OtherReceivable, 700, "4.3.01");
    commands.carry_out(&wrong, &api).await?;
    commands
        .carry_out(&cancelled::<Receivable>(wrong.item_id), &api)
        .await?;
    shop.post_alone().await?;
    assert_eq!(shop.shown_from(0).await?, entries_of_a_receivable());
    let first = &shop.entries().await?[0].lines[0];
    assert_eq!(
        (first.party.clone(), first.document.as_deref(), first.due_date),
        (Some(v("11222333000181")), Some("NF 1001"), Some(v("2026-12-20")))
    );
    Ok(())
}

#[tokio::test]
async fn a_payable_from_its_registration_to_its_end() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    let (commands, api) = (&shop.commands, api());
    let item = registered::<Payable>(ItemKind::OtherPayable, 20_000, "7.2.01");
    commands.carry_out(&item, &api).await?;
    // 100.00 less 3.00, with 2.00 of interest and 2.00 that the bank takes on top: 101.00 go out.
    let settled = all_sorts::<Payable>(item.item_id, 10_000);
    commands.carry_out(&settled, &api).await?;
    commands.carry_out(&undone(&settled), &api).await?;
    commands
        .carry_out(&credited::<Payable>(item.item_id, 5_000), &api)
        .await?;
    commands
        .carry_out(&written_off::<Payable>(item.item_id, 4_000), &api)
        .await?;
    let wrong = registered::<Payable>(ItemKind::Tax, 700, "5.04");
    commands.carry_out(&wrong, &api).await?;
    commands
        .carry_out(&cancelled::<Payable>(wrong.item_id), &api)
        .await?;
    shop.post_alone().await?;
    assert_eq!(
        shop.shown_from(0).await?,
        [
            entry(
                "PayableRegistered",
                &["other_payables C 200.00", "7.2.01 D 200.00"]
            ),
            entry(
                "PayableSettled",
                &[
                    "1.1.01.002 C 101.00",
                    "bank_fees D 2.00",
                    "discounts_obtained C 3.00",
                    "interest_expense D 2.00",
                    "other_payables D 100.00"
                ]
            ),
            entry(
                "PayableSettlementReversed",
                &[
                    "1.1.01.002 D 101.00",
                    "bank_fees C 2.00",
                    "discounts_obtained D 3.00",
                    "interest_expense C 2.00",
                    "other_payables C 100.00"
                ]
            ),
            entry(
                "PayableCredited",
                &["other_income C 50.00", "other_payables D 50.00"]
            ),
            entry(
                "PayableWrittenOff",
                &["other_income C 40.00", "other_payables D 40.00"]
            ),
            entry("PayableRegistered", &["taxes_payable C 7.00", "5.04 D 7.00"]),
            entry("PayableCancelled", &["5.04 C 7.00", "taxes_payable D 7.00"]),
        ]
    );
    Ok(())
}

#[tokio::test]
async fn a_card_is_paid_out_less_its_fee_and_money_of_nothing_is_taken_in() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    let sold = paid("10", 0, vec![card(10_000, 3)], 0);
    shop.commands.carry_out(&sold, &api()).await?;
    shop.post_alone().await?;
    // The first of 100.00 in three: 33.34 less 1.00.
    let payout = SettleItem::<Receivable> {
        fee: cents(100),
        ..settle(receivable_of_sale(sold.sale_id, 0), 1, 3_334)
    };
    shop.commands.carry_out(&payout, &api()).await?;
    let line = StatementLineWrittenOff {
        line_id: v("00000000-0000-5000-8000-000000000001"),
        business_date: v("2026-11-20"),
        currency: Currency::BRL,
        gross: cents(1_000),
        fee: cents(10),
        money_account: v(BANK),
        counter: v("4.3.01"),
        reason: "sem origem".to_owned(),
    };
    let stream = "statementline-00000000-0000-5000-8000-000000000001";
    shop.append(stream, &[StatementLineEvent::from(line)]).await?;
    shop.post_alone().await?;
    assert_eq!(
        shop.shown_from(1).await?,
        [
            entry(
                "ReceivableSettled",
                &[
                    "1.1.01.002 D 32.34",
                    "card_fees D 1.00",
                    "card_receivable C 33.34"
                ]
            ),
            entry(
                "StatementLineWrittenOff",
                &["1.1.01.002 D 9.90", "bank_fees D 0.10", "4.3.01 C 10.00"]
            ),
        ]
    );
    Ok(())
}
