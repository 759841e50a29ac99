//! Lines of statements and the payments that they tell of, on a real log: both or neither, once.

use posars_commands::{Candidates, KnownItems, LineAnswer, Offered};
use posars_domain::open_item::{
    ItemKind, MatchKeys, Receivable, RegisterItem, ReverseSettlement, SettleItem,
};
use posars_domain::statement_line::{
    MatchStatementLine, NewStatementLine, StatementKind, UnmatchedReason, WriteOffStatementLine,
};
use posars_domain::{Amount, Currency};

use crate::owed::{BANK, register, settle};
use crate::shop::{Shop, api, cents, reason, v};

type Bill = RegisterItem<Receivable>;

fn line(nsu: &str, gross: i64) -> NewStatementLine {
    NewStatementLine {
        kind: StatementKind::Bank,
        source: "Banco do Brasil".to_owned(),
        date: v("2026-11-20"),
        currency: Currency::BRL,
        gross: cents(gross),
        fee: Amount::ZERO,
        net: cents(gross),
        keys: keys(nsu),
        installment: None,
        reference: None,
        money_account: v(BANK),
        occurrence: 1,
    }
}

fn keys(nsu: &str) -> MatchKeys {
    MatchKeys {
        nsu: Some(nsu.to_owned()),
        authorization: Some("A1".to_owned()),
        ..MatchKeys::default()
    }
}

impl Shop {
    async fn owed(&self, nsu: &str, amount: i64) -> anyhow::Result<Bill> {
        let bill = Bill {
            keys: keys(nsu),
            ..register(ItemKind::Boleto, amount)
        };
        self.commands.carry_out(&bill, &api()).await?;
        Ok(bill)
    }

    async fn take(
        &self,
        line: &NewStatementLine,
        bill: impl IntoIterator<Item = &Bill>,
    ) -> anyhow::Result<LineAnswer> {
        let offered = Offered::new(line.clone(), api());
        let items = bill.into_iter().map(|bill| bill.item_id).collect();
        let candidates = Candidates {
            items,
            is_capped: false,
        };
        Ok(self
            .commands
            .settle_line(&offered, &candidates, &mut KnownItems::default())
            .await?)
    }

    async fn settlements_of(&self, bill: &Bill) -> anyhow::Result<usize> {
        let events = self.events(&format!("receivable-{}", bill.item_id)).await?;
        Ok(events
            .iter()
            .filter(|event| event.event_type.as_str() == "ReceivableSettled")
            .count())
    }
}

fn unmatched(answer: &LineAnswer) -> UnmatchedReason {
    assert!(
        answer.settled.is_none() && answer.state.matched.is_none(),
        "{answer:?}"
    );
    answer.state.unmatched.as_ref().unwrap().reason
}

#[tokio::test]
async fn a_line_and_its_payment_are_one_append_and_the_same_line_changes_nothing() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    let bill = shop.owed("1", 1_000).await?;
    let line = line("001", 1_000);
    let before = shop.head().await?;
    let first = shop.take(&line, [&bill]).await?;
    assert_eq!(
        first.completed.position.get(),
        before.get() + 3,
        "recorded, matched, settled"
    );
    assert!(!first.is_repeated && first.settled.is_some());
    let again = shop.take(&line, [&bill]).await?;
    assert!(again.is_repeated && again.settled.is_none() && again.completed.replayed);
    assert_eq!(again.state, first.state);
    assert_eq!(shop.head().await?, first.completed.position);
    Ok(())
}

#[tokio::test]
async fn the_same_line_from_many_at_once_is_paid_once() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    let bill = shop.owed("1", 5_000).await?;
    let line = line("1", 1_000);
    let tries = (0..8).map(|_| shop.take(&line, [&bill]));
    let answers = futures_util::future::join_all(tries).await;
    let answers: Vec<LineAnswer> = answers.into_iter().collect::<Result<_, _>>()?;
    assert_eq!(
        answers.iter().filter(|answer| answer.settled.is_some()).count(),
        1
    );
    assert!(answers.iter().all(|answer| answer.state.matched.is_some()));
    assert_eq!(shop.settlements_of(&bill).await?, 1);
    Ok(())
}

#[tokio::test]
async fn different_lines_of_one_receivable_at_once_all_pay() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    let bill = shop.owed("1", 8_000).await?;
    let lines: Vec<_> = (0..8_i64)
        .map(|number| NewStatementLine {
            reference: Some(format!("DOC {number}")),
            ..line("1", 1_000)
        })
        .collect();
    for answer in futures_util::future::join_all(lines.iter().map(|line| shop.take(line, [&bill]))).await {
        assert!(answer?.settled.is_some());
    }
    assert_eq!(shop.settlements_of(&bill).await?, 8);
    Ok(())
}

#[tokio::test]
async fn of_two_who_say_what_a_line_pays_one_is_right() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    let (first, second) = (shop.owed("1", 1_000).await?, shop.owed("2", 1_000).await?);
    let line = line("3", 1_000);
    assert_eq!(
        unmatched(&shop.take(&line, []).await?),
        UnmatchedReason::NothingFound
    );
    let says = |bill: &Bill| MatchStatementLine {
        line_id: line.line_id(),
        item_id: bill.item_id,
        installment: None,
    };
    let (one, other, envelope) = (says(&first), says(&second), api());
    let write_off = WriteOffStatementLine {
        line_id: line.line_id(),
        counter: v("4.3.01"),
        reason: "Sem identificação".to_owned(),
        reversed: None,
    };
    let (one, other, written_off) = tokio::join!(
        shop.commands.match_line(&one, &envelope),
        shop.commands.match_line(&other, &envelope),
        shop.commands.write_off_line(&write_off, &envelope),
    );
    let done = [one.is_ok(), other.is_ok(), written_off.is_ok()];
    assert_eq!(
        done.iter().filter(|done| **done).count(),
        1,
        "{one:?} {other:?} {written_off:?}"
    );
    let paid = shop.settlements_of(&first).await? + shop.settlements_of(&second).await?;
    assert_eq!(paid, usize::from(written_off.is_err()));
    Ok(())
}

#[tokio::test]
async fn a_line_whose_settlement_is_reversed_pays_another_receivable() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    let (wrong, right) = (shop.owed("1", 1_000).await?, shop.owed("2", 1_000).await?);
    let line = NewStatementLine {
        reference: Some("DOC 9".to_owned()),
        ..line("1", 1_000)
    };
    let first = shop.take(&line, [&wrong]).await?;
    let says = MatchStatementLine {
        line_id: line.line_id(),
        item_id: right.item_id,
        installment: Some(1),
    };
    let refused = shop.commands.match_line(&says, &api()).await;
    assert_eq!(reason(refused), "STATEMENT_LINE_MATCHED");
    let reverse = ReverseSettlement::<Receivable> {
        item_id: wrong.item_id,
        settlement_id: first.settled.unwrap().settlement_id,
        business_date: v("2026-11-20"),
        reason: "Era de outra venda".to_owned(),
        side: std::marker::PhantomData,
    };
    let reversed = shop
        .commands
        .reverse_receivable_settlement(&reverse, &api())
        .await?;
    assert_eq!(reversed.event_ids.len(), 2, "the line is free in the same append");
    let again = shop
        .commands
        .reverse_receivable_settlement(&reverse, &api())
        .await?;
    assert!(again.replayed);
    let freed = shop.take(&line, [&wrong]).await?;
    assert_eq!(
        unmatched(&freed),
        UnmatchedReason::Reversed,
        "the same line again pays nothing by itself"
    );
    assert!(freed.completed.replayed);
    let second = shop.commands.match_line(&says, &api()).await?;
    assert_eq!(
        second.settled.unwrap().bank_reference.as_deref(),
        Some("DOC 9"),
        "the line holds its reference"
    );
    let again = shop.commands.match_line(&says, &api()).await?;
    assert!(again.settled.is_none() && again.completed.replayed);
    Ok(())
}

#[tokio::test]
async fn a_reference_that_somebody_settled_by_hand_is_not_paid_again() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    let bill = shop.owed("1", 2_000).await?;
    let by_hand = SettleItem {
        bank_reference: Some("DOC 5".to_owned()),
        ..settle(&bill, 1_000)
    };
    shop.commands.carry_out(&by_hand, &api()).await?;
    let line = NewStatementLine {
        reference: Some("DOC 5".to_owned()),
        ..line("1", 1_000)
    };
    let answer = shop.take(&line, [&bill]).await?;
    assert_eq!(unmatched(&answer), UnmatchedReason::PaidAlready);
    assert_eq!(answer.state.unmatched.unwrap().item_id, Some(bill.item_id));
    let says = MatchStatementLine {
        line_id: line.line_id(),
        item_id: bill.item_id,
        installment: None,
    };
    assert_eq!(
        reason(shop.commands.match_line(&says, &api()).await),
        "BANK_REFERENCE_IN_USE"
    );
    Ok(())
}

#[tokio::test]
async fn a_dry_run_shows_what_would_come_and_writes_nothing() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    let bill = shop.owed("1", 1_000).await?;
    let head = shop.head().await?;
    let dry = shop.commands.validate_only();
    let mut known = KnownItems::default();
    let candidates = Candidates {
        items: vec![bill.item_id],
        is_capped: false,
    };
    for (gross, pays) in [(600, true), (500, false), (400, true)] {
        let offered = Offered::new(line("1", gross), api());
        let answer = dry.settle_line(&offered, &candidates, &mut known).await?;
        assert_eq!(
            answer.settled.is_some(),
            pays,
            "{gross}: what the lines before it took is gone"
        );
    }
    assert_eq!(shop.head().await?, head);
    Ok(())
}
