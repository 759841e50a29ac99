//! The journal and the ledger of an account.

use posars_domain::journal::{JournalEntryPosted, entry_id_of};

use super::say::{chart, entry, line, line_in, minor, month, posted, simple, undone};
use crate::tests::rows::twice;
use crate::tests::world::{World, id};
use crate::{BookScope, Freshness, JournalEntry, JournalFilter, LedgerFilter, PageRequest};

const ANY: Freshness = Freshness::ANY;
const ALL: PageRequest = PageRequest::first(1_000);

/// An entry that came late, with all that an entry can tell.
fn late() -> JournalEntryPosted {
    let lines = vec![line_in("centro", "1.1.1", "cash", 500), line("3.1", "", -500)];
    let mut late = posted(2, "2026-02-01", lines);
    late.business_date = "2026-01-31".parse().unwrap();
    late.late_for = Some(month("2026-01"));
    late.memo = "venda de ontem".to_owned();
    late.lines[1].document = Some("NF \"7\"".to_owned());
    late.lines[1].party = "12345678000195".parse().ok();
    late.entry_id = entry_id_of(id(500_002));
    late
}

/// Four entries: one of January, the late one, one by hand and its mirror.
async fn four_entries() -> anyhow::Result<World> {
    let world = World::open().await?;
    let mut by_hand = posted(3, "2026-02-02", vec![line("6.2", "", 9), line("1.1.2", "", -9)]);
    by_hand.source = None;
    world
        .say(&[
            chart(),
            simple(1, "2026-01-31", "1.1.1", "3.1", 5),
            entry(&late()),
            entry(&by_hand),
            undone(&by_hand, 4, "2026-02-03"),
        ])
        .await?;
    twice(&world).await?;
    Ok(world)
}

async fn journal(world: &World, filter: &JournalFilter) -> anyhow::Result<Vec<JournalEntry>> {
    let page = world.projections.list_journal_entries(filter, &ALL, ANY).await?;
    Ok(page.rows)
}

#[tokio::test]
async fn an_entry_has_its_lines_and_the_event_it_is_posted_for() -> anyhow::Result<()> {
    let (world, late) = (four_entries().await?, late());
    let all = journal(&world, &JournalFilter::default()).await?;
    let told = &all[1];
    assert_eq!(told.lines, late.lines);
    assert_eq!(
        (told.source.as_ref(), told.late_for),
        (late.source.as_ref(), late.late_for)
    );
    assert_eq!(
        (&told.memo, told.total, told.entry_id),
        (&late.memo, minor(500), late.entry_id)
    );
    let days = (told.accounting_date, told.business_date);
    assert_eq!(days, (late.accounting_date, late.business_date));
    assert_eq!(
        (all[2].reversed_by, all[3].reverses),
        (Some(all[3].entry_id), Some(all[2].entry_id))
    );
    assert_eq!(
        (all[3].memo.as_str(), all[3].source.as_ref()),
        ("lançado em dobro", None)
    );
    let (one, position) = world.projections.journal_entry(late.entry_id, ANY).await?;
    assert_eq!((one.as_ref(), position.get()), (Some(told), 5));
    Ok(())
}

#[tokio::test]
async fn the_journal_is_found_by_days_source_hand_and_lateness() -> anyhow::Result<()> {
    let world = four_entries().await?;
    let with = |change: fn(&mut JournalFilter)| {
        let mut filter = JournalFilter::default();
        change(&mut filter);
        filter
    };
    for (filter, numbers) in [
        (JournalFilter::default(), vec![1, 2, 3, 4]),
        (with(|filter| filter.from = "2026-02-02".parse().ok()), vec![3, 4]),
        (with(|filter| filter.to = "2026-02-01".parse().ok()), vec![1, 2]),
        (with(|filter| filter.by_hand = Some(true)), vec![3, 4]),
        (with(|filter| filter.by_hand = Some(false)), vec![1, 2]),
        (
            with(|filter| filter.source_type = Some("SaleRecorded".to_owned())),
            vec![1, 2],
        ),
        (
            with(|filter| filter.source_type = Some("SaleVoided".to_owned())),
            vec![],
        ),
        (with(|filter| filter.source_event_id = Some(id(500_002))), vec![2]),
        (with(|filter| filter.late_for = Some(month("2026-01"))), vec![2]),
        (with(|filter| filter.late_for = Some(month("2025-01"))), vec![]),
    ] {
        let found = journal(&world, &filter).await?;
        let found: Vec<u64> = found.iter().map(|entry| entry.number).collect();
        assert_eq!(found, numbers, "{filter:?}");
    }
    Ok(())
}

/// Nine entries of the account of cash, not in the order of their days.
async fn nine_lines() -> anyhow::Result<World> {
    let world = World::open().await?;
    let mut said = vec![chart()];
    for number in 1..=9_u32 {
        let day = format!("2026-01-{:02}", 10 - number.div_ceil(2));
        let store = if number % 2 == 0 { "centro" } else { "norte" };
        let amount = i64::from(number) * if number % 3 == 0 { -100 } else { 100 };
        let lines = vec![line_in(store, "1.1.1", "", amount), line("3.1", "", -amount)];
        let mut posted = posted(number, &day, lines);
        posted.lines[0].party = (number > 6).then(|| "ana".parse().unwrap());
        said.push(entry(&posted));
    }
    world.say(&said).await?;
    twice(&world).await?;
    Ok(world)
}

fn of_cash(change: fn(&mut LedgerFilter)) -> LedgerFilter {
    let mut filter = LedgerFilter {
        account: "1.1.1".parse().unwrap(),
        from: None,
        to: None,
        scope: BookScope::default(),
        party: None,
    };
    change(&mut filter);
    filter
}

/// Day, number and balance of all lines, read so many at a time while others are posted.
async fn ledger(world: &World, filter: &LedgerFilter, rows: u32) -> anyhow::Result<Vec<(i8, u64, i64)>> {
    let mut request = PageRequest::first(rows);
    let mut told = Vec::new();
    loop {
        let page = world.projections.list_ledger_lines(filter, &request, ANY).await?;
        let mut before = page.opening.minor();
        for line in &page.lines.rows {
            before += line.posted.debit.minor() - line.posted.credit.minor();
            assert_eq!(line.balance.minor(), before);
            told.push((line.accounting_date.day(), line.number, line.balance.minor()));
        }
        let Some(next) = request.following(&page.lines) else {
            return Ok(told);
        };
        request = next;
        let number = 100 + u32::try_from(told.len())?;
        world
            .say(&[simple(number, "2026-01-01", "1.1.1", "3.1", 7_777)])
            .await?;
        world.catch_up().await?;
    }
}

#[tokio::test]
async fn a_ledger_goes_on_with_its_balance_from_page_to_page() -> anyhow::Result<()> {
    let world = nine_lines().await?;
    let all = of_cash(|_| {});
    let lines = [
        (5, 9, -900),
        (6, 7, -200),
        (6, 8, 600),
        (7, 5, 1_100),
        (7, 6, 500),
        (8, 3, 200),
        (8, 4, 600),
        (9, 1, 700),
        (9, 2, 900),
    ];
    assert_eq!(ledger(&world, &all, 1_000).await?, lines);
    assert_eq!(ledger(&world, &all, 2).await?, lines);
    Ok(())
}

#[tokio::test]
async fn a_ledger_is_of_days_a_store_or_a_party_with_their_own_balance() -> anyhow::Result<()> {
    let world = nine_lines().await?;
    let of_store = of_cash(|filter| {
        filter.from = "2026-01-07".parse().ok();
        filter.to = "2026-01-08".parse().ok();
        filter.scope.store_id = "centro".parse().ok();
    });
    // 8 on the sixth is before; 6 and 4 are of this store.
    assert_eq!(ledger(&world, &of_store, 1).await?, [(7, 6, 200), (8, 4, 600)]);
    let of_party = of_cash(|filter| {
        filter.from = "2026-01-06".parse().ok();
        filter.party = "ana".parse().ok();
    });
    assert_eq!(ledger(&world, &of_party, 1).await?, [(6, 7, -200), (6, 8, 600)]);
    let unknown = of_cash(|filter| filter.account = "9.9".parse().unwrap());
    assert_eq!(ledger(&world, &unknown, 10).await?, []);
    Ok(())
}
