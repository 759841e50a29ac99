//! The books of a server that is killed again and again while others write.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use posars_commands::reactors::standings;
use posars_commands::{Actor, CommandError, Commands, Envelope, Source};
use posars_domain::open_item::{Receivable, SettleItem, receivable_of_sale};
use posars_domain::product::DefineProduct;
use posars_domain::sale::{
    Disposition, RecordReturn, RecordReturnLine, RecordSale, RecordSaleLine, VoidSale,
};
use posars_domain::stock::{ReceiveGoods, ReceiveGoodsLine, ReceivedCost};
use posars_domain::store::DefineStore;
use posars_domain::{
    Amount, Channel, Command, Currency, LineId, MethodAmount, Payment, PaymentMethod, ReceiptId, ReturnId,
    SaleId, SettlementId,
};
use posars_event_store::{EventStore, Log, LogName, Position, ReadLog, RecordedEvent, StoreConfig};
use posars_testkit::TestDatabase;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::ledgers::Ledgers;
use crate::support::{Folder, Up, posars};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(120);
const WRITERS: u64 = 4;
const TURNS: u64 = 30;

fn v<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn envelope() -> Envelope {
    let actor = Actor {
        subject: "ana".into(),
        client: None,
    };
    Envelope::new(actor, Source::Api, Timestamp::now())
}

/// Some minutes ago, in the order of the numbers.
fn moment(number: u64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_mins(10)
        + SignedDuration::from_secs(i64::try_from(number).unwrap())
}

fn sale(number: u64) -> RecordSale {
    let card = Payment {
        installments: Some(2),
        ..Payment::new(PaymentMethod::CREDIT_CARD, Amount::from_minor(1_300))
    };
    let payments = match number % 3 {
        0 => vec![Payment::new(PaymentMethod::PIX, Amount::from_minor(2_000))],
        1 => vec![card, Payment::new(PaymentMethod::CASH, Amount::from_minor(700))],
        _ => vec![Payment::new(PaymentMethod::CASH, Amount::from_minor(2_000))],
    };
    RecordSale {
        sale_id: SaleId::new(Uuid::now_v7()),
        store_id: v("centro"),
        register_no: None,
        receipt: None,
        occurred_at: moment(number),
        channel: Channel::COUNTER,
        currency: Currency::BRL,
        lines: vec![RecordSaleLine {
            line_id: LineId(1),
            sku: v("cafe"),
            description: "Café".into(),
            quantity: v("2"),
            unit: "UN".into(),
            unit_price: v("10"),
            line_discount: Amount::ZERO,
            net: None,
        }],
        order_discounts: Vec::new(),
        payments,
        change: Amount::ZERO,
        total: None,
        customer: None,
        seller: None,
        fiscal_ref: None,
        tax_summary: Vec::new(),
    }
}

fn delivery(number: u64) -> ReceiveGoods {
    ReceiveGoods {
        receipt_id: ReceiptId::new(Uuid::now_v7()),
        store_id: v("centro"),
        occurred_at: moment(number),
        currency: Currency::BRL,
        supplier: Some("Torrefação Sul".to_owned()),
        access_key: None,
        lines: vec![ReceiveGoodsLine {
            line_id: LineId(1),
            sku: v("cafe"),
            quantity: v("5"),
            cost: ReceivedCost::Total(Amount::from_minor(1_234)),
            landed: Amount::ZERO,
        }],
    }
}

fn part_of(sold: &RecordSale) -> RecordReturn {
    RecordReturn {
        sale_id: sold.sale_id,
        return_id: ReturnId::new(Uuid::now_v7()),
        occurred_at: sold.occurred_at + SignedDuration::from_secs(1),
        lines: vec![RecordReturnLine {
            line_id: LineId(1),
            quantity: v("1"),
            disposition: Disposition::Restock,
        }],
        refunds: vec![MethodAmount {
            method: sold.payments[0].method.clone(),
            amount: Amount::from_minor(900),
        }],
        currency: None,
        reason: None,
        fiscal_ref: None,
    }
}

fn payout(sold: &RecordSale) -> SettleItem<Receivable> {
    SettleItem {
        item_id: receivable_of_sale(sold.sale_id, 0),
        settlement_id: SettlementId::new(Uuid::now_v7()),
        installment: 1,
        business_date: moment(0).to_zoned(jiff::tz::TimeZone::UTC).date(),
        currency: Currency::BRL,
        amount: Amount::from_minor(600),
        fee: Amount::from_minor(11),
        discount: Amount::ZERO,
        interest: Amount::ZERO,
        money_account: v("1.1.01.002"),
        bank_reference: None,
        statement_line: None,
        side: std::marker::PhantomData,
    }
}

/// That a rule says no is an answer too, as when what is to be settled is not registered yet.
async fn ask<C: Command>(commands: &Commands, command: &C) -> anyhow::Result<()> {
    match commands.carry_out(command, &envelope()).await {
        Ok(_) | Err(CommandError::Rejected(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Sells, delivers, takes back, voids and settles.
async fn write(commands: Commands, writer: u64) -> anyhow::Result<()> {
    let mut sold: Vec<RecordSale> = Vec::new();
    for turn in 0..TURNS {
        let sale = sale(writer + turn);
        ask(&commands, &sale).await?;
        if turn % 5 == writer % 5 {
            commands.carry_out_compound(&delivery(turn), &envelope()).await?;
        }
        if let Some(earlier) = sold.get(usize::try_from(turn / 2)?) {
            match turn % 4 {
                0 => ask(&commands, &part_of(earlier)).await?,
                1 => {
                    let void = VoidSale {
                        sale_id: earlier.sale_id,
                        occurred_at: Timestamp::now(),
                        reason: "Cliente desistiu".to_owned(),
                        fiscal_ref: None,
                    };
                    ask(&commands, &void).await?;
                }
                _ => ask(&commands, &payout(earlier)).await?,
            }
        }
        sold.push(sale);
    }
    Ok(())
}

async fn set_up(commands: &Commands) -> anyhow::Result<()> {
    let store = DefineStore {
        store_id: v("centro"),
        name: "Centro".to_owned(),
        cnpj: None,
        time_zone: v("America/Sao_Paulo"),
        day_cutover: jiff::civil::Time::midnight(),
        currency: Currency::BRL,
    };
    commands.carry_out(&store, &envelope()).await?;
    let product = DefineProduct {
        sku: v("cafe"),
        name: "Café".to_owned(),
        gtin: None,
        ncm: None,
        unit: "UN".to_owned(),
        decimals: 3,
        tracked: true,
    };
    commands.carry_out(&product, &envelope()).await?;
    Ok(())
}

/// Waits until every reactor of the running server has dealt with the whole log.
async fn drained(log: &Log) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let head = log.head().await?.position;
        let standings = standings(log).await?;
        let is_there = standings.iter().all(|reactor| reactor.position >= head);
        if is_there && log.head().await?.position == head {
            for reactor in &standings {
                assert_eq!((reactor.parked, reactor.waiting), (0, 0), "{reactor:?}");
            }
            return Ok(());
        }
        anyhow::ensure!(Instant::now() < deadline, "{standings:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn whole(log: &Log) -> anyhow::Result<Vec<RecordedEvent>> {
    let mut events = Vec::new();
    let mut after = Position::START;
    loop {
        let page = log.read_log(&ReadLog::after(after, 5_000)).await?;
        events.extend(page.events);
        if page.at_end {
            return Ok(events);
        }
        after = page.scanned_to;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_while_others_write_posts_everything_once() -> anyhow::Result<()> {
    let database = TestDatabase::create().await?;
    let folder = Folder::new();
    let keys = folder.file("keys").display().to_string();
    let start = || {
        let mut command = posars(&["up", "--listen", "127.0.0.1:0", "--identity", &keys]);
        command.env("POSARS_DATABASE_URL", database.url());
        tokio::task::block_in_place(|| Up::spawn(command))
    };
    // The first start makes the company with its books.
    let mut up = start();
    let store = EventStore::connect(StoreConfig::new(database.url())).await?;
    let log = store.log(&LogName::parse("main")?).await?;
    let commands = Commands::new(log.clone());
    set_up(&commands).await?;
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        writers.spawn(write(commands.clone(), writer));
    }
    let mut kills = 0;
    while !writers.is_empty() || kills < 3 {
        // Anywhere in its work: the log has grown by another number of events each time.
        let until = log.head().await?.position.plus(7 + 13 * kills);
        let mut head = log.watch();
        let _ = tokio::time::timeout(Duration::from_secs(2), head.wait_past(until)).await;
        tokio::task::block_in_place(|| up.kill9());
        kills += 1;
        up = start();
        while let Some(ended) = writers.try_join_next() {
            ended??;
        }
    }
    drained(&log).await?;
    let ledgers = Ledgers::of(&whole(&log).await?);
    assert_eq!(ledgers.differences(), Vec::<String>::new());
    let sales = usize::try_from(WRITERS * TURNS)?;
    assert!(
        ledgers.entry_count() > 2 * sales,
        "{} entries",
        ledgers.entry_count()
    );
    numbered_without_a_gap(&store, ledgers.entry_count()).await?;
    assert_eq!(up.terminate().0, 0);
    Ok(())
}

/// Waits until the read model has every entry; their numbers of a year are then 1, 2, 3 and so on.
async fn numbered_without_a_gap(store: &EventStore, entries: usize) -> anyhow::Result<()> {
    let client = store.pool().get().await?;
    let sql = "select count(*), count(distinct (year, number)), \
               (select sum(last) from (select max(number) as last from journal_entries group by year) y)::bigint \
               from journal_entries";
    let deadline = Instant::now() + PATIENCE;
    loop {
        let row = client.query_one(sql, &[]).await?;
        let count: i64 = row.get(0);
        if usize::try_from(count)? == entries {
            let (distinct, last): (i64, i64) = (row.get(1), row.get(2));
            assert_eq!((distinct, last), (count, count));
            return Ok(());
        }
        anyhow::ensure!(Instant::now() < deadline, "{count} of {entries} entries");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
