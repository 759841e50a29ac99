//! Statements, from the sale to the books: what is paid, what is not, and what comes twice.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use posars_bookkeeping::{BookkeepingError, Ready, STATEMENT_LINES_MAX, SettlementsRecorded};
use posars_commands::Offered;
use posars_domain::open_item::{
    CreditItem, DuePart, ItemKind, MatchKeys, Receivable, RegisterItem, SettleItem, receivable_of_sale,
};
use posars_domain::sale::RecordSale;
use posars_domain::statement_line::{NewStatementLine, StatementKind};
use posars_domain::terms::{DefineReceiptTerms, ReceiptTerms};
use posars_domain::{AccountRole, Amount, Currency, OpenItemId, Payment, PaymentMethod, SettlementId};
use posars_projections::{AgeingQuery, Freshness, OwedBy, PageRequest};
use uuid::Uuid;

use crate::fold::entries;
use crate::world::{PATIENCE, World, api, cents, reason, sale, v};

/// A sale of 100.00 by card in three.
fn card_sale(nsu: &str) -> RecordSale {
    let mut sold = sale("cafe", "2026-08-20T15:00:00Z");
    sold.lines[0].quantity = v("10");
    sold.payments = vec![Payment {
        installments: Some(3),
        nsu: Some(nsu.to_owned()),
        authorization: Some("A1B2C3".to_owned()),
        ..Payment::new(PaymentMethod::CREDIT_CARD, cents(10_000))
    }];
    sold
}

fn line(date: &str, gross: i64, fee: i64) -> NewStatementLine {
    NewStatementLine {
        kind: StatementKind::Acquirer,
        source: "Cielo".to_owned(),
        date: v(date),
        currency: Currency::BRL,
        gross: cents(gross),
        fee: cents(fee),
        net: cents(gross - fee),
        keys: MatchKeys {
            nsu: Some("123".to_owned()),
            ..MatchKeys::default()
        },
        installment: None,
        reference: None,
        money_account: v("1.1.01.002"),
        occurrence: 1,
    }
}

impl World {
    async fn credit_terms(&self) -> anyhow::Result<()> {
        let terms = ReceiptTerms {
            method: PaymentMethod::CREDIT_CARD,
            acquirer_cnpj: None,
            brand: None,
            installments_from: 1,
            installments_to: 12,
            fee_ppm: 29_900,
            first_days: 30,
            every_days: 30,
            valid_from: v("2026-01-01"),
        };
        self.commands
            .carry_out(&DefineReceiptTerms { terms }, &api())
            .await?;
        Ok(())
    }

    async fn take(&self, lines: &[NewStatementLine]) -> Result<SettlementsRecorded, BookkeepingError> {
        let mut lines = lines.to_vec();
        lines.iter_mut().for_each(|line| line.occurrence = 0);
        NewStatementLine::number(&mut lines);
        let lines: Vec<_> = lines.into_iter().map(|line| Offered::new(line, api())).collect();
        let head = self.log.head().await?.position;
        self.bookkeeping()
            .record_settlements(&lines, &api(), Ready::At(head))
            .await
    }

    /// What is open of a receivable, by instalment.
    async fn open_of(&self, item_id: OpenItemId) -> anyhow::Result<Vec<i64>> {
        self.drain().await?;
        let (found, _) = self
            .projections
            .open_item(OwedBy::Others, item_id, Freshness::ANY)
            .await?;
        let (item, _) = found.unwrap();
        Ok(item
            .installments
            .iter()
            .map(|one| one.figures.open.minor())
            .collect())
    }

    /// The balance of each account that has one, by the entries in the log.
    async fn balances(&self) -> anyhow::Result<BTreeMap<String, i64>> {
        self.drain().await?;
        let mut balances = BTreeMap::new();
        for entry in entries(&self.log).await? {
            for line in entry.lines {
                *balances.entry(line.account.to_string()).or_default() +=
                    line.debit.minor() - line.credit.minor();
            }
        }
        balances.retain(|_, balance| *balance != 0);
        Ok(balances)
    }

    async fn balance(&self, role: AccountRole) -> anyhow::Result<i64> {
        let code = self.account(role).await?.to_string();
        Ok(self.balances().await?.get(&code).copied().unwrap_or_default())
    }

    async fn events(&self) -> anyhow::Result<u64> {
        Ok(self.log.head().await?.position.get())
    }
}

#[tokio::test]
async fn a_hundred_in_three_is_paid_out_to_the_centavo_and_a_repeat_changes_nothing() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.credit_terms().await?;
    let sold = card_sale("000123");
    world.commands.carry_out(&sold, &api()).await?;
    let item = receivable_of_sale(sold.sale_id, 0);
    assert_eq!(world.open_of(item).await?, [3_334, 3_333, 3_333]);

    // The first line stands twice in the first statement.
    let first = line("2026-09-19", 3_334, 100);
    let taken = world.take(&[first.clone(), first.clone()]).await?;
    assert_eq!((taken.matched(), taken.repeated(), taken.lines.len()), (1, 1, 2));
    assert_eq!(taken.lines[0].state, taken.lines[1].state);
    assert_eq!(world.open_of(item).await?, [0, 3_333, 3_333]);
    let before = world.events().await?;
    let again = world.take(std::slice::from_ref(&first)).await?;
    assert_eq!(
        (again.matched(), again.repeated(), again.position().get()),
        (0, 1, 0)
    );
    assert_eq!(world.events().await?, before);

    let rest = [
        first,
        line("2026-10-19", 3_333, 99),
        line("2026-11-18", 3_333, 100),
    ];
    let nets: Vec<i64> = rest.iter().map(|line| line.net.minor()).collect();
    assert_eq!(nets, [3_234, 3_234, 3_233]);
    let taken = world.take(&rest).await?;
    assert_eq!((taken.matched(), taken.repeated()), (2, 1));
    assert!(
        taken
            .lines
            .iter()
            .all(|line| line.state.matched.as_ref().unwrap().expected_fee.is_none())
    );
    assert_eq!(world.open_of(item).await?, [0, 0, 0]);
    assert_eq!(world.balance(AccountRole::BANK).await?, 9_701);
    assert_eq!(world.balance(AccountRole::CARD_FEES).await?, 299);
    assert_eq!(world.balance(AccountRole::CARD_RECEIVABLE).await?, 0);
    Ok(())
}

#[tokio::test]
async fn two_instalments_that_are_paid_on_one_day_are_two_and_a_third_line_is_a_repeat() -> anyhow::Result<()>
{
    let world = World::open().await?;
    world.credit_terms().await?;
    let sold = card_sale("123");
    world.commands.carry_out(&sold, &api()).await?;
    let item = receivable_of_sale(sold.sale_id, 0);
    world.drain().await?;
    let same = || line("2026-09-19", 3_333, 99);
    let taken = world.take(&[same(), same(), same()]).await?;
    assert_eq!((taken.matched(), taken.unmatched(), taken.repeated()), (2, 0, 1));
    assert_eq!(world.open_of(item).await?, [3_334, 0, 0]);
    let before = world.events().await?;
    let again = world.take(&[same(), same(), same()]).await?;
    assert_eq!((again.matched(), again.unmatched(), again.repeated()), (0, 0, 3));
    assert_eq!(world.events().await?, before);
    Ok(())
}

#[tokio::test]
async fn a_statement_that_was_cut_off_ends_as_one_that_was_not() -> anyhow::Result<()> {
    let lines = |nsu: &str| {
        let with = |line: NewStatementLine| NewStatementLine {
            keys: MatchKeys {
                nsu: Some(nsu.to_owned()),
                ..MatchKeys::default()
            },
            ..line
        };
        [
            with(line("2026-09-19", 3_334, 100)),
            with(line("2026-10-19", 3_333, 99)),
            with(line("2026-11-18", 3_333, 100)),
            with(line("2026-11-18", 1, 0)),
        ]
    };
    let mut ends = Vec::new();
    for cut in 0..=4_usize {
        let world = World::open().await?;
        world.credit_terms().await?;
        let sold = card_sale("123");
        world.commands.carry_out(&sold, &api()).await?;
        world.drain().await?;
        let statement = lines("123");
        for statement in [&statement[..cut], &statement[..], &statement[..]] {
            if !statement.is_empty() {
                world.take(statement).await?;
            }
            world.drain().await?;
        }
        assert_eq!(
            world.open_of(receivable_of_sale(sold.sale_id, 0)).await?,
            [0, 0, 0]
        );
        ends.push(world.balances().await?);
    }
    assert!(ends.windows(2).all(|pair| pair[0] == pair[1]), "{ends:?}");
    Ok(())
}

/// A sale of 60.00, paid by PIX, bank slip and debit card.
fn paid_by_all() -> RecordSale {
    let mut sold = sale("cafe", "2026-08-20T15:00:00Z");
    sold.lines[0].quantity = v("6");
    sold.payments = vec![
        Payment {
            pix_e2e_id: Some("E0000000020260820150000000000001".to_owned()),
            ..Payment::new(PaymentMethod::PIX, cents(2_000))
        },
        Payment {
            boleto_number: Some("34191.79001 01043.510047".to_owned()),
            due_date: Some(v("2026-09-05")),
            ..Payment::new(PaymentMethod::BOLETO, cents(3_000))
        },
        Payment {
            nsu: Some("000777".to_owned()),
            ..Payment::new(PaymentMethod::DEBIT_CARD, cents(1_000))
        },
    ];
    sold
}

/// Lines of each key: two that fit, one beyond what is open, one of another number, one that says nothing.
fn keyed_lines() -> [NewStatementLine; 5] {
    let keys = |keys: MatchKeys, gross: i64| NewStatementLine {
        keys,
        ..line("2026-09-05", gross, 0)
    };
    let nothing = MatchKeys::default;
    [
        keys(
            MatchKeys {
                pix_e2e_id: Some("e0000000020260820150000000000001".to_owned()),
                ..nothing()
            },
            2_000,
        ),
        keys(
            MatchKeys {
                boleto_number: Some("34191790010104351 0047".to_owned()),
                ..nothing()
            },
            3_000,
        ),
        keys(
            MatchKeys {
                nsu: Some("777".to_owned()),
                ..nothing()
            },
            1_001,
        ),
        keys(
            MatchKeys {
                nsu: Some("778".to_owned()),
                ..nothing()
            },
            1_000,
        ),
        keys(nothing(), 1_000),
    ]
}

#[tokio::test]
async fn lines_find_what_they_pay_by_every_key_and_the_others_say_why_not() -> anyhow::Result<()> {
    let world = World::open().await?;
    let sold = paid_by_all();
    world.commands.carry_out(&sold, &api()).await?;
    world.drain().await?;
    let lines = keyed_lines();
    let taken = world.take(&lines).await?;
    let told: Vec<_> = taken
        .lines
        .iter()
        .map(|line| match (&line.state.matched, &line.state.unmatched) {
            (Some(_), _) => "matched",
            (None, Some(unmatched)) => unmatched.reason.as_str(),
            (None, None) => "nothing",
        })
        .collect();
    assert_eq!(
        told,
        [
            "matched",
            "matched",
            "beyond_open",
            "nothing_found",
            "nothing_found"
        ]
    );
    Ok(())
}

#[tokio::test]
async fn a_line_that_came_before_its_sale_pays_it_when_it_comes_again() -> anyhow::Result<()> {
    let world = World::open().await?;
    let early = [line("2026-09-19", 3_334, 100)];
    world.drain().await?;
    let taken = world.take(&early).await?;
    assert_eq!((taken.matched(), taken.repeated()), (0, 0));
    let sold = card_sale("123");
    world.commands.carry_out(&sold, &api()).await?;
    world.drain().await?;
    let taken = world.take(&early).await?;
    assert_eq!((taken.matched(), taken.repeated()), (1, 0));
    assert!(taken.lines[0].is_repeated);
    assert_eq!(
        world.open_of(receivable_of_sale(sold.sale_id, 0)).await?,
        [0, 3_333, 3_333]
    );
    Ok(())
}

#[tokio::test]
async fn a_statement_waits_for_the_sale_before_it_to_be_in_the_books() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.commands.carry_out(&card_sale("123"), &api()).await?;
    let lines = [Offered::new(line("2026-09-19", 3_334, 100), api())];
    let (bookkeeping, envelope) = (world.bookkeeping(), api());
    let take = bookkeeping.record_settlements(&lines, &envelope, Ready::Within(PATIENCE));
    let taken = world.served(take).await?;
    assert_eq!(taken.matched(), 1, "{taken:?}");
    Ok(())
}

#[tokio::test]
async fn nothing_is_written_when_a_line_is_refused_or_there_are_too_many() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.drain().await?;
    let before = world.events().await?;
    let good = line("2026-09-19", 3_334, 100);
    let wrong = NewStatementLine {
        net: cents(1),
        ..good.clone()
    };
    let refused = world.take(&[good.clone(), wrong]).await.unwrap_err();
    assert_eq!(reason(&refused), "NET_MISMATCH");
    let BookkeepingError::Command(refused) = refused else {
        panic!("{refused}")
    };
    assert_eq!(refused.field().as_deref(), Some("lines[1].net"));
    let no_account = NewStatementLine {
        money_account: v("9.9"),
        ..good.clone()
    };
    let refused = world.take(&[no_account]).await.unwrap_err();
    assert_eq!(reason(&refused), "ACCOUNT_UNKNOWN");
    let BookkeepingError::Command(refused) = refused else {
        panic!("{refused}")
    };
    assert_eq!(
        refused.field().as_deref(),
        Some("money_account"),
        "that of the whole statement"
    );
    for lines in [Vec::new(), vec![good; STATEMENT_LINES_MAX + 1]] {
        let refused = world.take(&lines).await.unwrap_err();
        assert_eq!(reason(&refused), "LINE_COUNT_INVALID");
    }
    assert_eq!(world.events().await?, before);
    Ok(())
}

#[tokio::test]
async fn a_statement_of_many_sales_is_settled_side_by_side() -> anyhow::Result<()> {
    let world = World::open().await?;
    let mut lines = Vec::new();
    for number in 1..=40 {
        let nsu = format!("{number:06}");
        world.commands.carry_out(&card_sale(&nsu), &api()).await?;
        for (date, gross) in [
            ("2026-11-18", 3_333),
            ("2026-09-19", 3_334),
            ("2026-10-19", 3_333),
        ] {
            let keys = MatchKeys {
                nsu: Some(nsu.clone()),
                ..MatchKeys::default()
            };
            lines.push(NewStatementLine {
                keys,
                ..line(date, gross, 0)
            });
        }
    }
    world.drain().await?;
    let taken = world.take(&lines).await?;
    assert_eq!(taken.matched(), 120);
    assert_eq!(world.balance(AccountRole::CARD_RECEIVABLE).await?, 0);
    assert_eq!(world.balance(AccountRole::BANK).await?, 400_000);
    Ok(())
}

fn bill() -> RegisterItem<Receivable> {
    RegisterItem {
        item_id: OpenItemId::new(Uuid::now_v7()),
        kind: ItemKind::Customer,
        store_id: Some(v("centro")),
        party: Some(v("11222333000181")),
        party_name: None,
        document: None,
        business_date: v("2026-04-01"),
        currency: Currency::BRL,
        amount: cents(100_000),
        installments: vec![DuePart {
            due_date: v("2026-04-30"),
            amount: cents(100_000),
            expected_fee: Amount::ZERO,
        }],
        counter: v("3.03"),
        cost_center: None,
        keys: MatchKeys::default(),
        memo: None,
        side: PhantomData,
    }
}

fn payment(bill: &RegisterItem<Receivable>, date: &str, amount: i64) -> SettleItem<Receivable> {
    SettleItem {
        item_id: bill.item_id,
        settlement_id: SettlementId::new(Uuid::now_v7()),
        installment: 1,
        business_date: v(date),
        currency: Currency::BRL,
        amount: cents(amount),
        fee: Amount::ZERO,
        discount: Amount::ZERO,
        interest: Amount::ZERO,
        money_account: v("1.1.01.002"),
        bank_reference: None,
        statement_line: None,
        side: PhantomData,
    }
}

/// 1,000.00 due on 30 April; 300.00 are paid on 10 May, a credit note takes 200.00 off on 20 May, the rest is paid on
/// 30 June. Asked on 30 June for 31 May, 500.00 are open and 31 days late; for 30 April all is open and not due.
#[tokio::test]
async fn what_was_open_on_a_day_is_told_afterwards() -> anyhow::Result<()> {
    let world = World::open().await?;
    let bill = bill();
    let pay = |date: &str, amount: i64| payment(&bill, date, amount);
    let credit = CreditItem::<Receivable> {
        item_id: bill.item_id,
        credit_id: SettlementId::new(Uuid::now_v7()),
        business_date: v("2026-05-20"),
        currency: Currency::BRL,
        amount: cents(20_000),
        parts: Vec::new(),
        reason: "Abatimento".to_owned(),
        side: PhantomData,
    };
    world.commands.carry_out(&bill, &api()).await?;
    world
        .commands
        .carry_out(&pay("2026-05-10", 30_000), &api())
        .await?;
    world.commands.carry_out(&credit, &api()).await?;
    world
        .commands
        .carry_out(&pay("2026-06-30", 50_000), &api())
        .await?;
    world.drain().await?;
    for (date, [settled, credited, open, not_due, days_31_to_60]) in [
        ("2026-04-30", [0, 0, 100_000, 100_000, 0]),
        ("2026-05-31", [30_000, 20_000, 50_000, 0, 50_000]),
        // What is paid in full is no row of an ageing.
        ("2026-06-30", [0, 0, 0, 0, 0]),
    ] {
        let query = AgeingQuery {
            side: OwedBy::Others,
            date: v(date),
            store_id: None,
            party: None,
            kind: None,
        };
        let page = PageRequest::first(10);
        let total = world
            .projections
            .ageing(&query, &page, Freshness::ANY)
            .await?
            .total;
        let told = [
            total.settled,
            total.credited,
            total.open,
            total.not_due,
            total.days_31_to_60,
        ];
        assert_eq!(
            told.map(Amount::minor),
            [settled, credited, open, not_due, days_31_to_60],
            "{date}"
        );
    }
    Ok(())
}
