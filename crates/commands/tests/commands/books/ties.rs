//! At every position of random months the books agree with what they are of.

use std::cell::Cell;
use std::marker::PhantomData;

use jiff::{SignedDuration, Timestamp};
use posars_commands::CommandError;
use posars_domain::books::{BooksEvent, PeriodCloseBegun, PeriodReopened};
use posars_domain::journal::{PostJournalEntry, PostLine};
use posars_domain::open_item::{
    CancelItem, CreditItem, DuePart, ItemKind, ItemSide, MatchKeys, Payable, Receivable, RegisterItem,
    RescheduleItem, ReverseSettlement, SettleItem, WriteOffItem,
};
use posars_domain::sale::{Disposition, OrderDiscount, RecordSale, VoidSale};
use posars_domain::stock::{AdjustStock, AdjustmentReason};
use posars_domain::{
    AdjustmentId, Amount, Command, Currency, EntryId, OpenItemId, Payment, PaymentMethod, SettlementId,
};
use posars_event_store::{Position, ReadLog, RecordedEvent};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use uuid::Uuid;

use super::ledgers::Ledgers;
use super::{BANK, by, card, refund, refunding};
use crate::shop::{Shop, api, cents, define_store, delivery, return_of, sale, v};

/// What happens next, and three numbers that say how.
type Step = (u8, u16, u16, u16);

const STORES: [&str; 2] = ["centro", "norte"];
/// The last is in no catalogue: its lines wait.
const SKUS: [&str; 3] = ["cafe", "pao", "novo"];

struct World {
    shop: Shop,
    sales: Vec<RecordSale>,
    /// Whether October is shut.
    is_shut: bool,
    /// How many commands were carried out.
    done: usize,
}

/// Between 1 September and 19 November, in no order.
fn moment(number: u16) -> Timestamp {
    let first: Timestamp = v("2026-09-01T12:00:00Z");
    first + SignedDuration::from_hours(i64::from(number % 79) * 24)
}

fn day(number: u16) -> jiff::civil::Date {
    moment(number).to_zoned(jiff::tz::TimeZone::UTC).date()
}

fn pick<T>(list: &[T], number: u16) -> Option<&T> {
    list.get(usize::from(number).checked_rem(list.len())?)
}

/// Ways to pay an amount, some of several payments; with the change that is given.
fn payments(way: u16, total: i64, parts: u16) -> (Vec<Payment>, i64) {
    let some = total / 3;
    let parts = parts % 4 + 1;
    match way % 12 {
        0 => (vec![by(PaymentMethod::CASH, total)], 0),
        1 => (vec![by(PaymentMethod::CASH, total + 370)], 370),
        2 => (vec![card(total, parts)], 0),
        3 => (vec![by(PaymentMethod::PIX, total)], 0),
        4 => (
            vec![card(total - some, parts), by(PaymentMethod::CASH, some + 20)],
            20,
        ),
        5 => (vec![by(PaymentMethod::STORE_CREDIT, total)], 0),
        6 => {
            let due = Payment {
                due_date: Some(v("2026-12-10")),
                ..by(PaymentMethod::BOLETO, total)
            };
            (vec![due], 0)
        }
        7 => (
            vec![
                by(PaymentMethod::PIX, some),
                by(PaymentMethod::DEBIT_CARD, total - some),
            ],
            0,
        ),
        8 => (vec![card(total + 1_000, 1)], 1_000),
        9 => (
            vec![
                by(PaymentMethod::GIFT, some),
                by(PaymentMethod::MEAL, total - some),
            ],
            0,
        ),
        10 => (
            vec![
                by(PaymentMethod::CHECK, some),
                card(total - some - some, 2),
                card(some, 1),
            ],
            0,
        ),
        _ => (vec![by(v("vale_loja"), total)], 0),
    }
}

impl World {
    async fn open() -> anyhow::Result<Self> {
        let shop = Shop::with_books().await?;
        shop.commands.carry_out(&define_store("norte"), &api()).await?;
        Ok(Self {
            shop,
            sales: Vec::new(),
            is_shut: false,
            done: 0,
        })
    }

    /// Carries out a command; that a rule says no is as good an answer as any.
    async fn ask<C: Command>(&mut self, command: &C) -> anyhow::Result<()> {
        match self.shop.commands.carry_out(command, &api()).await {
            Ok(_) => self.done += 1,
            Err(CommandError::Rejected(_)) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    async fn take(&mut self, (what, a, b, c): Step) -> anyhow::Result<()> {
        match what {
            0..=29 => self.sell(a, b, c).await,
            30..=39 => {
                let sku = SKUS[usize::from(b) % 2];
                let goods = [(sku, "7", i64::from(c % 5_000)), ("cafe", "2", 713)];
                let mut goods = delivery(&goods);
                goods.store_id = v(STORES[usize::from(a) % 2]);
                goods.occurred_at = moment(c);
                goods.supplier = Some("Torrefação Sul".to_owned());
                match self.shop.commands.carry_out_compound(&goods, &api()).await {
                    Ok(_) | Err(CommandError::Rejected(_)) => Ok(()),
                    Err(error) => Err(error.into()),
                }
            }
            40..=48 => self.take_back(a, b, c).await,
            49..=54 => {
                let Some(sold) = pick(&self.sales, a) else {
                    return Ok(());
                };
                let void = VoidSale {
                    sale_id: sold.sale_id,
                    occurred_at: sold.occurred_at + SignedDuration::from_hours(i64::from(b % 100)),
                    reason: "Cliente desistiu".to_owned(),
                    fiscal_ref: None,
                };
                self.ask(&void).await
            }
            55..=60 => self.adjust(a, b, c).await,
            61..=79 => self.settle(a, b, c).await,
            80..=92 => self.change_item(what, a, b, c).await,
            93..=95 => self.register(a, b, c).await,
            96..=97 => self.post_by_hand(a, b).await,
            _ => self.shut_or_open().await,
        }
    }

    async fn sell(&mut self, a: u16, b: u16, c: u16) -> anyhow::Result<()> {
        let quantities = ["1", "2", "2.5", "7"];
        let (first, second) = (pick(&SKUS, a).unwrap(), pick(&SKUS, b).unwrap());
        let quantity = pick(&quantities, c).unwrap();
        let mut sold = sale(&[(first, quantity), (second, "1")]);
        let whole: i64 = sold.payments[0].amount.minor();
        let discount = if a.is_multiple_of(3) {
            i64::from(c % 700)
        } else {
            0
        };
        if discount > 0 {
            sold.order_discounts = vec![OrderDiscount {
                amount: cents(discount),
                reason: None,
            }];
        }
        let (payments, change) = payments(b, whole - discount, c);
        sold.payments = payments;
        sold.change = cents(change);
        sold.store_id = v(STORES[usize::from(c) % 2]);
        sold.occurred_at = moment(a ^ b);
        let before = self.done;
        self.ask(&sold).await?;
        if self.done > before {
            self.sales.push(sold);
        }
        Ok(())
    }

    async fn take_back(&mut self, a: u16, b: u16, c: u16) -> anyhow::Result<()> {
        let Some(sold) = pick(&self.sales, a).cloned() else {
            return Ok(());
        };
        let ways = [Disposition::Restock, Disposition::Restock, Disposition::Damaged];
        let mut back = return_of(&sold, 1 + u32::from(b % 2), "1", *pick(&ways, b).unwrap());
        back.occurred_at = sold.occurred_at + SignedDuration::from_hours(i64::from(c % 100));
        let amount = i64::from(c % 1_000);
        let method = match b % 3 {
            0 => PaymentMethod::CASH,
            _ => pick(&sold.payments, c).unwrap().method.clone(),
        };
        let refunds = vec![refund(method, amount), refund(PaymentMethod::PIX, 10)];
        self.ask(&refunding(back, refunds)).await
    }

    async fn adjust(&mut self, a: u16, b: u16, c: u16) -> anyhow::Result<()> {
        let deltas = ["-3", "-1", "2", "5", "-12"];
        let adjust = AdjustStock {
            store_id: v(STORES[usize::from(a) % 2]),
            sku: v(SKUS[usize::from(b) % 2]),
            adjustment_id: AdjustmentId::new(Uuid::now_v7()),
            occurred_at: moment(c),
            currency: Currency::BRL,
            delta: v(pick(&deltas, c).unwrap()),
            value: None,
            reason: pick(&AdjustmentReason::ALL, a).copied(),
            note: Some("contagem".to_owned()),
            allow_negative: true,
            expected_version: None,
        };
        self.ask(&adjust).await
    }

    /// The registrations of what is owed, on either side.
    async fn items(&self) -> anyhow::Result<Vec<(bool, Value)>> {
        let mut items = Vec::new();
        for (category, is_receivable) in [("receivable", true), ("payable", false)] {
            for event in self.shop.of_category(category).await? {
                if event.event_type.as_str().ends_with("Registered") {
                    items.push((is_receivable, serde_json::from_str(&event.data)?));
                }
            }
        }
        Ok(items)
    }

    async fn settle(&mut self, a: u16, b: u16, c: u16) -> anyhow::Result<()> {
        let items = self.items().await?;
        let Some((is_receivable, item)) = pick(&items, a) else {
            return Ok(());
        };
        if *is_receivable {
            self.ask(&settlement::<Receivable>(item, b, c)).await
        } else {
            self.ask(&settlement::<Payable>(item, b, c)).await
        }
    }

    async fn change_item(&mut self, what: u8, a: u16, b: u16, c: u16) -> anyhow::Result<()> {
        let items = self.items().await?;
        let Some((is_receivable, item)) = pick(&items, a) else {
            return Ok(());
        };
        if *is_receivable {
            self.change::<Receivable>(what, item, b, c).await
        } else {
            self.change::<Payable>(what, item, b, c).await
        }
    }

    /// Undoes one of an item's payments.
    async fn reverse<S: ItemSide>(
        &mut self,
        item_id: OpenItemId,
        business_date: jiff::civil::Date,
        c: u16,
    ) -> anyhow::Result<()> {
        let of_it = |event: &&RecordedEvent| {
            let is_payment = ["ReceivableSettled", "PayableSettled"].contains(&event.event_type.as_str());
            is_payment && event.data.contains(&item_id.to_string())
        };
        let events = self.shop.of_category(S::CATEGORY).await?;
        let settled = events.iter().filter(of_it);
        let settled: Vec<Value> = settled
            .map(|event| serde_json::from_str(&event.data))
            .collect::<Result<_, _>>()?;
        let Some(settled) = pick(&settled, c) else {
            return Ok(());
        };
        let undo = ReverseSettlement::<S> {
            item_id,
            settlement_id: v(settled["settlement_id"].as_str().unwrap()),
            business_date,
            reason: "estorno".to_owned(),
            side: PhantomData,
        };
        self.ask(&undo).await
    }

    async fn change<S: ItemSide>(&mut self, what: u8, item: &Value, b: u16, c: u16) -> anyhow::Result<()> {
        let item_id = id_of(item);
        let business_date = later(item, b);
        let (currency, side) = (Currency::BRL, PhantomData::<S>);
        let reason = "acordo".to_owned();
        match what {
            80..=82 => self.reverse::<S>(item_id, business_date, c).await,
            83..=85 => {
                self.ask(&CreditItem {
                    item_id,
                    credit_id: SettlementId::new(Uuid::now_v7()),
                    business_date,
                    currency,
                    amount: cents(i64::from(c % 900)),
                    parts: Vec::new(),
                    reason,
                    side,
                })
                .await
            }
            86..=88 => {
                self.ask(&WriteOffItem {
                    item_id,
                    write_off_id: SettlementId::new(Uuid::now_v7()),
                    business_date,
                    currency: Some(currency),
                    amount: c.is_multiple_of(2).then(|| cents(i64::from(c % 400))),
                    parts: Vec::new(),
                    reason,
                    side,
                })
                .await
            }
            89..=90 => {
                self.ask(&CancelItem {
                    item_id,
                    business_date,
                    reason,
                    side,
                })
                .await
            }
            _ => {
                self.ask(&RescheduleItem {
                    item_id,
                    business_date,
                    currency,
                    installments: vec![DuePart {
                        due_date: v("2027-03-10"),
                        amount: cents(item["amount"].as_i64().unwrap()),
                        expected_fee: Amount::ZERO,
                    }],
                    reason,
                    side,
                })
                .await
            }
        }
    }

    async fn register(&mut self, a: u16, b: u16, c: u16) -> anyhow::Result<()> {
        if a.is_multiple_of(2) {
            self.ask(&registration::<Receivable>(a, b, c)).await
        } else {
            self.ask(&registration::<Payable>(a, b, c)).await
        }
    }

    async fn post_by_hand(&mut self, a: u16, b: u16) -> anyhow::Result<()> {
        let line = |account: &str, debit: i64, credit: i64| PostLine {
            account_code: v(account),
            debit: cents(debit),
            credit: cents(credit),
            store_id: Some(v("centro")),
            cost_center_id: None,
            party_id: None,
            document: None,
            due_date: None,
        };
        let amount = i64::from(b) + 1;
        let rent = PostJournalEntry {
            entry_id: EntryId::new(Uuid::now_v7()),
            accounting_date: day(a),
            business_date: None,
            currency: Currency::BRL,
            memo: "Aluguel".to_owned(),
            lines: vec![line("7.2.01", amount, 0), line(BANK, 0, amount)],
            late_allowed: false,
        };
        self.ask(&rent).await
    }

    /// Shuts October with all before it, or opens it again.
    async fn shut_or_open(&mut self) -> anyhow::Result<()> {
        let event = if self.is_shut {
            BooksEvent::from(PeriodReopened {
                month: v("2026-10"),
                reason: "nota em falta".to_owned(),
            })
        } else {
            BooksEvent::from(PeriodCloseBegun { month: v("2026-10") })
        };
        self.is_shut = !self.is_shut;
        self.shop.append("books-main", &[event]).await?;
        Ok(())
    }

    async fn log(&self) -> anyhow::Result<Vec<RecordedEvent>> {
        let mut log = Vec::new();
        let mut after = Position::START;
        loop {
            let page = self.shop.log.read_log(&ReadLog::after(after, 5_000)).await?;
            log.extend(page.events);
            if page.at_end {
                return Ok(log);
            }
            after = page.scanned_to;
        }
    }

    /// Lets stock and books follow; everything must then agree, and nothing be set aside or wait.
    async fn drained(&self) -> anyhow::Result<Ledgers> {
        let status = self.shop.post().await?;
        assert_eq!((status.parked, status.waiting), (0, 0));
        let ledgers = Ledgers::of(&self.log().await?);
        assert_eq!(ledgers.differences(), Vec::<String>::new());
        Ok(ledgers)
    }
}

fn id_of(item: &Value) -> OpenItemId {
    v(item["item"]["item_id"].as_str().unwrap())
}

/// A day not long after the one that the item is owed since.
fn later(item: &Value, days: u16) -> jiff::civil::Date {
    let day: jiff::civil::Date = v(item["business_date"].as_str().unwrap());
    day.checked_add(SignedDuration::from_hours(24 * i64::from(days % 30)))
        .unwrap()
}

fn settlement<S>(item: &Value, b: u16, c: u16) -> SettleItem<S> {
    let installments = item["installments"].as_array().unwrap();
    let installment = pick(installments, b).unwrap();
    let whole = installment["amount"].as_i64().unwrap();
    let amount = if b.is_multiple_of(3) { whole } else { whole / 2 };
    SettleItem {
        business_date: later(item, c),
        fee: cents(i64::from(c % 7)),
        discount: cents(if c.is_multiple_of(4) { amount / 10 } else { 0 }),
        interest: cents(if c.is_multiple_of(5) { 31 } else { 0 }),
        ..super::settle(
            id_of(item),
            u16::try_from(installment["number"].as_u64().unwrap()).unwrap(),
            amount,
        )
    }
}

fn registration<S: ItemSide>(a: u16, b: u16, c: u16) -> RegisterItem<S> {
    let amount = cents(i64::from(c) + 1);
    RegisterItem {
        item_id: OpenItemId::new(Uuid::now_v7()),
        kind: *pick::<ItemKind>(S::KINDS, b).unwrap(),
        store_id: b.is_multiple_of(2).then(|| v(STORES[usize::from(c) % 2])),
        party: None,
        party_name: None,
        document: None,
        business_date: day(a),
        currency: Currency::BRL,
        amount,
        installments: vec![DuePart {
            due_date: v("2026-12-20"),
            amount,
            expected_fee: Amount::ZERO,
        }],
        counter: v(if S::CATEGORY == "receivable" {
            "4.3.01"
        } else {
            "7.2.01"
        }),
        cost_center: None,
        keys: MatchKeys::default(),
        memo: None,
        side: PhantomData,
    }
}

async fn a_month(steps: Vec<Step>) -> anyhow::Result<usize> {
    let mut world = World::open().await?;
    for (number, step) in steps.into_iter().enumerate() {
        world.take(step).await?;
        if number % 4 == 3 {
            world.drained().await?;
        }
    }
    let ledgers = world.drained().await?;
    // From the start again, nothing changes.
    let head = world.shop.head().await?;
    world.shop.set_books_back_to(0).await?;
    world.drained().await?;
    assert_eq!(world.shop.head().await?, head);
    Ok(ledgers.entry_count())
}

#[test]
fn at_every_position_of_random_months_the_books_agree_with_what_they_are_of() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let config = Config {
        cases: 8,
        max_shrink_iters: 40,
        failure_persistence: None,
        ..Config::default()
    };
    let step = (0_u8..100, any::<u16>(), any::<u16>(), any::<u16>());
    let months = prop::collection::vec(step, 60..90);
    let entries = Cell::new(0);
    let run = TestRunner::new(config).run(&months, |steps| {
        let posted = runtime.block_on(a_month(steps));
        let posted = posted.map_err(|error| TestCaseError::fail(format!("{error:#}")))?;
        entries.set(entries.get() + posted);
        Ok(())
    });
    run.unwrap();
    assert!(entries.get() > 200, "{} entries tell little", entries.get());
}
