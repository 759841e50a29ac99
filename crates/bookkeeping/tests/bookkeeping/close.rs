//! One close after the other.

use posars_bookkeeping::BookkeepingError;
use posars_domain::books::{BeginPeriodClose, BooksEvent, LockPeriod, ReopenPeriod, seal_holds};
use posars_domain::chart::AssignAccountRole;
use posars_domain::journal::{EntryEvent, PostJournalEntry, ReverseJournalEntry};
use posars_domain::sale::RecordSale;
use posars_domain::stock::{ReceiveGoods, ReceiveGoodsLine, ReceivedCost};
use posars_domain::store::DefineStore;
use posars_domain::{AccountRole, DomainEvent as _, LineId, Payment};
use posars_projections::{Freshness, PageRequest};
use uuid::Uuid;

use crate::fold::{check_seal, entries};
use crate::world::{PATIENCE, World, api, cents, pending, product, reason, sale, v};

fn reopen(month: &str) -> ReopenPeriod {
    ReopenPeriod {
        month: v(month),
        reason: "Nota fiscal em falta".to_owned(),
    }
}

#[tokio::test]
async fn a_month_is_sealed_with_what_the_log_has_of_it() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.deliver("cafe").await?;
    world
        .commands
        .carry_out(&sale("cafe", "2026-10-30T15:00:00Z"), &api())
        .await?;
    world.post(&world.expense("2026-09-10", 5_000).await?).await?;
    world.post(&world.expense("2026-10-10", 7_000).await?).await?;
    world.post(&world.expense("2026-11-10", 9_000).await?).await?;
    world.drain().await?;
    let seal = world.close("2026-10").await?;
    check_seal(&world.log, &seal).await?;
    assert!(!seal.trial_balance.is_empty());
    let opening: i64 = seal
        .trial_balance
        .iter()
        .map(|row| row.opening.minor().abs())
        .sum();
    assert_eq!(opening, 10_000, "what was before the month: {seal:?}");
    let stored = BooksEvent::from(seal.clone()).to_json().to_string();
    assert!(seal_holds(&stored));
    // Asked again, the answer is the seal that is there.
    assert_eq!(world.close("2026-10").await?, seal);
    assert_eq!(world.books_events().await?.len(), 3);
    Ok(())
}

#[tokio::test]
async fn what_comes_late_counts_for_the_next_month_and_the_seal_stays() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.deliver("cafe").await?;
    world.post(&world.expense("2026-10-10", 7_000).await?).await?;
    world.drain().await?;
    let seal = world.close("2026-10").await?;
    let late = world.expense("2026-10-31", 100).await?;
    let refused = world.post(&late).await.unwrap_err();
    assert_eq!(refused.reason(), "PERIOD_CLOSED");
    let late = PostJournalEntry {
        late_allowed: true,
        ..late
    };
    world.post(&late).await?;
    world
        .commands
        .carry_out(&sale("cafe", "2026-10-30T15:00:00Z"), &api())
        .await?;
    world.drain().await?;
    check_seal(&world.log, &seal).await?;
    let late: Vec<_> = entries(&world.log).await?;
    let late = late.iter().filter(|entry| entry.late_for == Some(v("2026-10")));
    let months: Vec<_> = late.map(|entry| entry.month.to_string()).collect();
    // The expense, the sale and the goods that went out.
    assert_eq!(months, ["2026-11", "2026-11", "2026-11"]);
    Ok(())
}

#[tokio::test]
async fn another_process_learns_of_a_close_by_losing_against_it() -> anyhow::Result<()> {
    let world = World::open().await?;
    let other = world.another_process().await?;
    // It keeps the months as they are now.
    other
        .carry_out(&world.expense("2026-10-10", 100).await?, &api())
        .await?;
    world.drain().await?;
    let seal = world.close("2026-10").await?;
    let late = PostJournalEntry {
        late_allowed: true,
        ..world.expense("2026-10-20", 200).await?
    };
    let posted = other.carry_out(&late, &api()).await?;
    let Some(EntryEvent::JournalEntryPosted(entry)) = posted.events.first() else {
        panic!("{posted:?}")
    };
    assert_eq!(entry.accounting_date, v("2026-11-01"));
    // And of its end by asking before it says no.
    world.commands.carry_out(&reopen("2026-10"), &api()).await?;
    let posted = other
        .carry_out(&world.expense("2026-10-20", 300).await?, &api())
        .await?;
    let Some(EntryEvent::JournalEntryPosted(entry)) = posted.events.first() else {
        panic!("{posted:?}")
    };
    assert_eq!(entry.accounting_date, v("2026-10-20"));
    assert_eq!(seal.month, v("2026-10"));
    Ok(())
}

#[tokio::test]
async fn a_month_with_pending_work_is_not_closed() -> anyhow::Result<()> {
    let world = World::open().await?;
    // Nobody knows this product: its goods are still in stock.
    world
        .commands
        .carry_out(&sale("novo", "2026-10-30T15:00:00Z"), &api())
        .await?;
    world.drain().await?;
    let refused = world.close("2026-10").await.unwrap_err();
    assert_eq!(pending(&refused), "waiting_lines 1 (novo)");
    assert_eq!(world.months().await?.closing, None);
    // A month before is no matter of it.
    world.close("2026-09").await?;
    world.commands.carry_out(&product("novo"), &api()).await?;
    world.drain().await?;
    let seal = world.close("2026-10").await?;
    check_seal(&world.log, &seal).await
}

#[tokio::test]
async fn an_event_without_an_account_keeps_its_month_open_until_there_is_one() -> anyhow::Result<()> {
    let world = World::open().await?;
    let mut paid = sale("cafe", "2026-11-20T15:00:00Z");
    paid.payments = vec![Payment::new(v("points"), cents(1_000))];
    world.post_rule("points", "club_points", "2026-11-20").await?;
    world.commands.carry_out(&paid, &api()).await?;
    world.drain().await?;
    let refused = world.close("2026-11").await.unwrap_err();
    let listed = pending(&refused);
    assert!(
        listed.starts_with("unposted 1 (ACCOUNT_ROLE_UNASSIGNED "),
        "{listed}"
    );
    let assign = AssignAccountRole {
        role: v("club_points"),
        store_id: None,
        code: world.account(AccountRole::OTHER_EXPENSE).await?,
    };
    world.commands.carry_out(&assign, &api()).await?;
    world.drain().await?;
    let seal = world.close("2026-11").await?;
    assert!(seal.trial_balance.iter().any(|row| row.account == assign.code));
    check_seal(&world.log, &seal).await
}

#[tokio::test]
async fn what_is_in_another_currency_keeps_no_month_open() -> anyhow::Result<()> {
    let world = World::open().await?;
    let abroad = DefineStore {
        store_id: v("abroad"),
        name: "Abroad".to_owned(),
        cnpj: None,
        time_zone: v("America/Sao_Paulo"),
        day_cutover: jiff::civil::time(0, 0, 0, 0),
        currency: v("USD"),
    };
    world.commands.carry_out(&abroad, &api()).await?;
    let goods = ReceiveGoods {
        receipt_id: v(&Uuid::now_v7().to_string()),
        store_id: v("abroad"),
        occurred_at: v("2026-10-01T15:00:00Z"),
        currency: v("USD"),
        supplier: None,
        access_key: None,
        lines: vec![ReceiveGoodsLine {
            line_id: LineId(1),
            sku: v("cafe"),
            quantity: v("10"),
            cost: ReceivedCost::Total(cents(4_000)),
            landed: cents(0),
        }],
    };
    world.commands.carry_out_compound(&goods, &api()).await?;
    let sold = RecordSale {
        store_id: v("abroad"),
        currency: v("USD"),
        ..sale("cafe", "2026-10-02T15:00:00Z")
    };
    world.commands.carry_out(&sold, &api()).await?;
    world.post(&world.expense("2026-10-10", 7_000).await?).await?;
    world.drain().await?;
    // The delivery, the sale and its goods stay in the list of exceptions.
    let page = PageRequest::first(10);
    let waiting = world
        .projections
        .list_unposted(None, &page, Freshness::ANY)
        .await?;
    assert_eq!(waiting.rows.len(), 3, "{waiting:?}");
    let seal = world.close("2026-10").await?;
    assert_eq!(seal.trial_balance.len(), 2, "{seal:?}");
    check_seal(&world.log, &seal).await
}

#[tokio::test]
async fn a_stock_that_is_not_what_its_account_holds_keeps_its_month_open() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.deliver("cafe").await?;
    world.drain().await?;
    // As if an entry had been posted twice.
    let client = world.store.pool().get().await?;
    let sql = "update book_ties set account_minor = account_minor + 1 where kind = 'inventory'";
    assert_eq!(client.execute(sql, &[]).await?, 1);
    drop(client);
    let refused = world.close("2026-10").await.unwrap_err();
    assert_eq!(pending(&refused), "tie 1 (inventory centro 400000 <> 400001 BRL)");
    assert_eq!(world.months().await?.closing, None);
    // The months before have nothing to do with it.
    world.close("2026-09").await?;
    Ok(())
}

#[tokio::test]
async fn an_event_that_was_set_aside_keeps_its_month_open_and_no_other() -> anyhow::Result<()> {
    let world = World::open().await?;
    let damaged = r#"{"business_date":"2026-10-05"}"#;
    world.append("sale-1", "SaleRecorded", damaged).await?;
    world.drain().await?;
    let listed = pending(&world.close("2026-10").await.unwrap_err());
    for reactor in ["reactor.stock", "reactor.books"] {
        let set_aside = format!("set_aside 1 ({reactor} SaleRecorded ");
        assert!(listed.contains(&set_aside), "{listed}");
    }
    world.close("2026-09").await?;
    Ok(())
}

#[tokio::test]
async fn an_event_that_a_read_model_lacks_keeps_every_month_open() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.append("entry-1", "JournalEntryPosted", "{}").await?;
    world.drain().await?;
    let listed = pending(&world.close("2026-10").await.unwrap_err());
    assert_eq!(listed, "parked 1 (account_days), parked 1 (book_ties)");
    assert_eq!(world.months().await?.closing, None);
    Ok(())
}

#[tokio::test]
async fn a_reactor_that_is_behind_keeps_a_month_open() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.drain().await?;
    world
        .commands
        .carry_out(&sale("cafe", "2026-10-30T15:00:00Z"), &api())
        .await?;
    let impatient = std::time::Duration::ZERO;
    let bookkeeping = world.bookkeeping();
    let refused = bookkeeping
        .close_period(v("2026-10"), &api(), impatient)
        .await
        .unwrap_err();
    let listed = pending(&refused);
    assert!(
        listed.starts_with("behind ") && listed.ends_with("(reactor.stock)"),
        "{listed}"
    );
    assert_eq!(world.months().await?.closing, None);
    Ok(())
}

#[tokio::test]
async fn a_dry_run_closes_nothing() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.drain().await?;
    let head = world.log.head().await?.position;
    let bookkeeping = world.bookkeeping();
    bookkeeping.check_close(v("2026-10"), &api(), PATIENCE).await?;
    let refused = bookkeeping
        .check_close(v("2026-12"), &api(), PATIENCE)
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "PERIOD_NOT_BEGUN");
    assert_eq!(world.log.head().await?.position, head);
    Ok(())
}

#[tokio::test]
async fn a_close_that_was_cut_off_goes_on_under_the_position_it_began_at() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.post(&world.expense("2026-10-10", 7_000).await?).await?;
    world.drain().await?;
    let month = v("2026-10");
    let begun = world
        .commands
        .carry_out(&BeginPeriodClose { month }, &api())
        .await?;
    // The process died here; the shop went on.
    let late = PostJournalEntry {
        late_allowed: true,
        ..world.expense("2026-10-20", 200).await?
    };
    world.post(&late).await?;
    world.drain().await?;
    assert_eq!(world.months().await?.closing, Some(month));
    let seal = world.close("2026-10").await?;
    assert_eq!(seal.up_to_position, begun.position.get());
    check_seal(&world.log, &seal).await
}

#[tokio::test]
async fn a_close_that_cannot_be_completed_leaves_the_month_about_to_be_closed() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.post(&world.expense("2026-10-10", 7_000).await?).await?;
    world.drain().await?;
    // The read models stand still behind the event that begins the close: the seal cannot be made.
    let bookkeeping = world.bookkeeping();
    let patience = std::time::Duration::from_millis(300);
    let stuck = bookkeeping
        .close_period(v("2026-10"), &api(), patience)
        .await
        .unwrap_err();
    assert!(matches!(stuck, BookkeepingError::Query(_)), "{stuck}");
    assert_eq!(world.months().await?.closing, Some(v("2026-10")));
    let refused = world
        .post(&world.expense("2026-10-11", 1).await?)
        .await
        .unwrap_err();
    assert_eq!(refused.reason(), "PERIOD_CLOSED");
    let seal = world.close("2026-10").await?;
    check_seal(&world.log, &seal).await
}

#[tokio::test]
async fn a_reopened_month_is_closed_under_another_seal() -> anyhow::Result<()> {
    let world = World::open().await?;
    let wrong = world.expense("2026-10-10", 7_000).await?;
    world.post(&wrong).await?;
    world.drain().await?;
    let first = world.close("2026-10").await?;
    world.commands.carry_out(&reopen("2026-10"), &api()).await?;
    let reverse = ReverseJournalEntry {
        entry_id: wrong.entry_id,
        accounting_date: v("2026-10-31"),
        business_date: None,
        reason: "Valor errado".to_owned(),
        late_allowed: false,
    };
    world.commands.carry_out(&reverse, &api()).await?;
    world.post(&world.expense("2026-10-10", 7_100).await?).await?;
    world.drain().await?;
    let second = world.close("2026-10").await?;
    assert_ne!(first.sha256, second.sha256);
    check_seal(&world.log, &second).await?;
    // The first one stays in the log as it was.
    let seals = world.books_events().await?;
    let seals = seals.iter().filter(|event| seal_holds(event.to_json().get()));
    assert_eq!(seals.count(), 2);
    Ok(())
}

#[tokio::test]
async fn a_locked_month_stays_closed() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.drain().await?;
    let seal = world.close("2026-10").await?;
    let month = v("2026-10");
    world.commands.carry_out(&LockPeriod { month }, &api()).await?;
    let head = world.log.head().await?.position;
    let refused = world
        .commands
        .carry_out(&reopen("2026-10"), &api())
        .await
        .unwrap_err();
    assert_eq!(refused.reason(), "PERIOD_LOCKED");
    let refused = world
        .post(&world.expense("2026-10-11", 1).await?)
        .await
        .unwrap_err();
    assert_eq!(refused.reason(), "PERIOD_LOCKED");
    world.commands.carry_out(&LockPeriod { month }, &api()).await?;
    assert_eq!(world.log.head().await?.position, head);
    assert_eq!(world.close("2026-10").await?, seal);
    Ok(())
}

#[tokio::test]
async fn months_close_in_their_order() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.drain().await?;
    world.close("2026-08").await?;
    for (month, expected) in [("2026-10", "PERIOD_OUT_OF_ORDER"), ("2026-07", "PERIOD_CLOSED")] {
        assert_eq!(reason(&world.close(month).await.unwrap_err()), expected);
    }
    world.close("2026-09").await?;
    world.close("2026-10").await?;
    Ok(())
}

#[tokio::test]
async fn an_entry_is_posted_once_also_when_its_month_is_closed_before_the_answer_comes() -> anyhow::Result<()>
{
    let world = World::open().await?;
    let entry = world.expense("2026-10-10", 7_000).await?;
    let first = world.post(&entry).await?;
    world.drain().await?;
    world.close("2026-10").await?;
    let again = world.post(&entry).await?;
    assert!(again.replayed);
    assert_eq!((again.position, again.events), (first.position, first.events));
    // The same id with other content is told apart from a closed month.
    let other = PostJournalEntry {
        memo: "Outra".to_owned(),
        ..entry
    };
    assert_eq!(world.post(&other).await.unwrap_err().reason(), "ENTRY_EXISTS");
    Ok(())
}

#[tokio::test]
async fn an_entry_names_stores_that_are_defined() -> anyhow::Result<()> {
    let world = World::open().await?;
    let mut entry = world.expense("2026-11-10", 7_000).await?;
    entry.lines[0].store_id = None;
    entry.lines[1].store_id = Some(v("nenhuma"));
    let refused = world.post(&entry).await.unwrap_err();
    assert_eq!(refused.reason(), "UNKNOWN_STORE");
    assert_eq!(refused.field().as_deref(), Some("lines[1].store_id"));
    Ok(())
}

#[tokio::test]
async fn the_id_of_a_mirror_is_nobody_elses() -> anyhow::Result<()> {
    let world = World::open().await?;
    let entry = world.expense("2026-11-10", 7_000).await?;
    world.post(&entry).await?;
    let reverse = ReverseJournalEntry {
        entry_id: entry.entry_id,
        accounting_date: v("2026-11-11"),
        business_date: None,
        reason: "Em dobro".to_owned(),
        late_allowed: false,
    };
    let mirror = posars_domain::journal::reversal_id_of(entry.entry_id);
    world.commands.carry_out(&reverse, &api()).await?;
    let thief = PostJournalEntry {
        entry_id: mirror,
        ..world.expense("2026-11-10", 1).await?
    };
    assert_eq!(world.post(&thief).await.unwrap_err().reason(), "ENTRY_EXISTS");
    // Nor can an entry be undone whose mirror's id somebody was faster to use.
    let entry = world.expense("2026-11-10", 7_000).await?;
    world.post(&entry).await?;
    let thief = PostJournalEntry {
        entry_id: posars_domain::journal::reversal_id_of(entry.entry_id),
        ..world.expense("2026-11-10", 1).await?
    };
    world.post(&thief).await?;
    let reverse = ReverseJournalEntry {
        entry_id: entry.entry_id,
        ..reverse
    };
    let refused = world.commands.carry_out(&reverse, &api()).await.unwrap_err();
    assert_eq!(refused.reason(), "ENTRY_EXISTS");
    Ok(())
}
