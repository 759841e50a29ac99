//! Killed, doubled, started anew anywhere: every event is posted once, by what held at that moment.

use std::collections::HashMap;

use posars_commands::reactors::{BooksReactor, Reactor as _, ReactorError};
use posars_domain::books::OpeningStock;
use posars_domain::chart::{AccountRoleAssigned, ChartEvent, RoleAccount};
use posars_domain::journal::{EntryEvent, PostJournalEntry, PostLine, entry_id_of};
use posars_domain::open_item::{DuePart, ItemKind, MatchKeys, Receivable, RegisterItem, receivable_of_sale};
use posars_domain::sale::{Disposition, RecordSale};
use posars_domain::{AccountRole, Amount, Currency, PaymentMethod};
use posars_event_store::{Log, Position, ReadLog};

use super::{by, card, entry, paid, refund, refunding};
use crate::shop::{Shop, api, cents, decoded, delivery, return_of, v, void_of};

/// A day with something of everything.
async fn a_day(shop: &Shop) -> anyhow::Result<()> {
    let goods = delivery(&[("cafe", "3", 1_500), ("pao", "4", 800)]);
    shop.commands.carry_out_compound(&goods, &api()).await?;
    let sold = paid("2", 0, vec![card(1_500, 3), by(PaymentMethod::PIX, 500)], 0);
    let other = paid("4", 100, vec![by(PaymentMethod::CASH, 4_000)], 100);
    shop.sell_all(&[sold.clone(), other.clone()]).await?;
    let back = return_of(&sold, 1, "1", Disposition::Restock);
    let back = refunding(back, vec![refund(PaymentMethod::CREDIT_CARD, 1_000)]);
    shop.commands.carry_out(&back, &api()).await?;
    shop.commands.carry_out(&void_of(&other), &api()).await?;
    Ok(())
}

#[tokio::test]
async fn started_anew_anywhere_it_posts_nothing_twice() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    a_day(&shop).await?;
    shop.post().await?;
    let head = shop.head().await?;
    for position in 0..i64::try_from(head.get())? {
        shop.set_books_back_to(position).await?;
        shop.post_alone().await?;
        assert_eq!(shop.head().await?, head, "set back to {position}");
    }
    // Set back, with something new behind it.
    a_day(&shop).await?;
    shop.set_books_back_to(0).await?;
    shop.post().await?;
    let entries = shop.entries().await?;
    let of: HashMap<u64, usize> = entries.iter().fold(HashMap::new(), |mut of, entry| {
        *of.entry(entry.source.as_ref().unwrap().position).or_default() += 1;
        of
    });
    assert!(of.values().all(|times| *times == 1));
    Ok(())
}

/// Pages from the start of the log to its end, whatever others do meanwhile.
pub(super) async fn page_through(log: Log) -> anyhow::Result<()> {
    let mut reactor = BooksReactor::new(log);
    let mut after = Position::START;
    loop {
        match reactor.page(after).await {
            Ok(reacted) if reacted.done.at_end => return Ok(()),
            Ok(reacted) => after = reacted.done.scanned_to,
            Err(ReactorError::Lost { .. }) => tokio::task::yield_now().await,
            Err(error) => return Err(error.into()),
        }
    }
}

#[tokio::test]
async fn two_processes_at_once_post_each_event_once() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    for _ in 0..3 {
        a_day(&shop).await?;
    }
    let sales: Vec<RecordSale> = (0..300)
        .map(|_| paid("1", 0, vec![by(PaymentMethod::PIX, 1_000)], 0))
        .collect();
    shop.sell_all(&sales).await?;
    shop.catch_up().await?;
    let other = shop.another_process().await?;
    let (one, two) = tokio::join!(page_through(shop.log.clone()), page_through(other));
    one?;
    two?;
    let entries = shop.entries().await?;
    let mut sources: Vec<u64> = entries
        .iter()
        .map(|entry| entry.source.as_ref().unwrap().position)
        .collect();
    let count = sources.len();
    sources.sort_unstable();
    sources.dedup();
    assert_eq!(sources.len(), count);
    let head = shop.head().await?;
    shop.post_alone().await?;
    assert_eq!(shop.head().await?, head, "both together have posted everything");
    Ok(())
}

#[tokio::test]
async fn a_change_of_the_chart_races_the_reactor_and_each_entry_goes_by_what_held() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    let accounts = ["1.1.01.001", "1.1.01.003"];
    let change = async {
        for turn in 0..40 {
            let assigned = ChartEvent::from(AccountRoleAssigned {
                assigned: RoleAccount {
                    role: AccountRole::CASH,
                    store_id: None,
                    code: v(accounts[turn % 2]),
                },
            });
            shop.append("chart-main", &[assigned]).await?;
            let sales: Vec<RecordSale> = (0..5)
                .map(|_| paid("1", 0, vec![by(PaymentMethod::CASH, 1_000)], 0))
                .collect();
            shop.sell_all(&sales).await?;
        }
        anyhow::Ok(())
    };
    let other = shop.another_process().await?;
    let work = async {
        for _ in 0..20 {
            page_through(other.clone()).await?;
        }
        anyhow::Ok(())
    };
    let (changed, worked) = tokio::join!(change, work);
    changed?;
    worked?;
    shop.post_alone().await?;
    let mut holds = accounts[0].to_owned();
    let mut entries = 0;
    let log = shop
        .log
        .read_log(&ReadLog::after(Position::START, 10_000))
        .await?;
    for event in log.events {
        match event.stream.category() {
            "chart" => {
                if let ChartEvent::AccountRoleAssigned(event) = decoded(&event) {
                    holds = event.assigned.code.to_string();
                }
            }
            "entry" => {
                let EntryEvent::JournalEntryPosted(entry) = decoded(&event) else {
                    continue;
                };
                entries += 1;
                assert_eq!(entry.lines[0].account.as_str(), holds, "at {}", event.position);
            }
            _ => {}
        }
    }
    assert_eq!(entries, 200);
    Ok(())
}

#[tokio::test]
async fn books_that_begin_late_take_the_whole_history_or_none_of_it() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    a_day(&shop).await?;
    shop.post().await?;
    assert!(shop.entries().await?.is_empty());
    shop.begin_books().await?;
    shop.post_alone().await?;
    let posted = shop.entries().await?.len();
    // Two lines of a delivery, two sales, a return, a void; the goods of these, and back.
    assert_eq!(posted, 2 + 2 + 1 + 1 + 2 + 2);
    shop.set_books_back_to(0).await?;
    let head = shop.head().await?;
    shop.post_alone().await?;
    assert_eq!(shop.head().await?, head);

    let shop = Shop::open().await?;
    a_day(&shop).await?;
    let undone_later = paid("1", 0, vec![card(1_000, 1)], 0);
    shop.sell_all(std::slice::from_ref(&undone_later)).await?;
    shop.post().await?;
    // The day after: what stands in the log already is of a day before, and is in the opening.
    let goods = OpeningStock {
        store_id: v("centro"),
        value: cents(2_300),
    };
    shop.begin_books_on("2026-11-21", vec![goods]).await?;
    shop.post_alone().await?;
    assert_eq!(
        shop.shown_from(0).await?,
        [entry(
            "BooksBegun",
            &["inventory D 23.00", "opening_balance C 23.00"]
        )]
    );
    let opening = &shop.entries().await?[0];
    assert_eq!(
        (opening.accounting_date, opening.lines[0].store_id.clone()),
        (v("2026-11-21"), Some(v("centro")))
    );
    // What comes later of a day before counts for the first day; of the sale nothing is owed that could be lowered.
    shop.commands.carry_out(&void_of(&undone_later), &api()).await?;
    shop.post_alone().await?;
    assert_eq!(
        shop.shown_from(1).await?,
        [entry(
            "SaleVoided",
            &["sales_cancelled D 10.00", "refunds_payable C 10.00"]
        )]
    );
    let late = &shop.entries().await?[1];
    assert_eq!(
        (late.accounting_date, late.business_date, late.late_for),
        (v("2026-11-21"), v("2026-11-20"), Some(v("2026-11")))
    );
    Ok(())
}

#[tokio::test]
async fn ids_that_somebody_took_by_hand_stop_one_event_and_not_the_others() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    let sold = paid("1", 0, vec![by(PaymentMethod::PIX, 1_000)], 0);
    let owed = paid("1", 0, vec![card(1_000, 1)], 0);
    let third = paid("1", 0, vec![by(PaymentMethod::CASH, 1_000)], 0);
    shop.sell_all(&[sold.clone(), owed.clone(), third]).await?;
    let event_id = shop.events(&format!("sale-{}", sold.sale_id)).await?[0].event_id;
    let line = |account: &str, debit: i64, credit: i64| PostLine {
        account_code: v(account),
        debit: cents(debit),
        credit: cents(credit),
        store_id: None,
        cost_center_id: None,
        party_id: None,
        document: None,
        due_date: None,
    };
    let taken = PostJournalEntry {
        entry_id: entry_id_of(event_id),
        accounting_date: v("2026-11-20"),
        business_date: None,
        currency: Currency::BRL,
        memo: "Aluguel".to_owned(),
        lines: vec![line("7.2.01", 100, 0), line(super::BANK, 0, 100)],
        late_allowed: false,
    };
    shop.commands.carry_out(&taken, &api()).await?;
    let item = RegisterItem::<Receivable> {
        item_id: receivable_of_sale(owed.sale_id, 0),
        kind: ItemKind::Customer,
        store_id: None,
        party: None,
        party_name: None,
        document: None,
        business_date: v("2026-11-20"),
        currency: Currency::BRL,
        amount: cents(100),
        installments: vec![DuePart {
            due_date: v("2026-12-20"),
            amount: cents(100),
            expected_fee: Amount::ZERO,
        }],
        counter: v("4.3.01"),
        cost_center: None,
        keys: MatchKeys::default(),
        memo: None,
        side: std::marker::PhantomData,
    };
    shop.commands.carry_out(&item, &api()).await?;
    let status = shop.post_alone().await?;
    assert_eq!(status.parked, 2);
    let shown = shop.shown_from(0).await?;
    assert_eq!(
        shown,
        [
            entry("by hand", &["7.2.01 D 1.00", "1.1.01.002 C 1.00"]),
            entry("SaleRecorded", &["cash D 10.00", "gross_revenue C 10.00"]),
            entry(
                "ReceivableRegistered",
                &["customer_receivable D 1.00", "4.3.01 C 1.00"]
            ),
        ]
    );
    Ok(())
}
