//! Posters and a close at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use posars_domain::EntryId;
use posars_domain::books::PeriodClosed;
use posars_domain::journal::PostJournalEntry;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::fold::{check_seal, entries};
use crate::world::{PATIENCE, World, api, sale, v};

const POSTERS: usize = 16;
const ENTRIES_EACH: usize = 12;
/// Of these, so many before the close begins.
const ENTRIES_BEFORE: usize = 2;

/// What one poster does: entries by hand, which may come late, and sales. The ids of its entries.
async fn post(world: &World, poster: usize, start: &Barrier) -> anyhow::Result<Vec<EntryId>> {
    // Every other one is a process of its own, which keeps what it knows of the months.
    let commands = if poster.is_multiple_of(2) {
        world.commands.clone()
    } else {
        world.another_process().await?
    };
    let mut ids = Vec::new();
    for number in 0..ENTRIES_EACH {
        // The close begins when every poster is under way.
        if number == ENTRIES_BEFORE {
            start.wait().await;
        }
        if number % 3 == 2 {
            // Facts of the month, which the reactor posts.
            let sale = sale("cafe", "2026-10-31T15:00:00Z");
            commands.carry_out(&sale, &api()).await?;
            continue;
        }
        let entry = PostJournalEntry {
            late_allowed: true,
            ..world.expense("2026-10-31", 100 + i64::try_from(poster)?).await?
        };
        commands.carry_out(&entry, &api()).await?;
        ids.push(entry.entry_id);
    }
    Ok(ids)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_entry_of_a_race_is_in_the_seal_or_in_the_next_month() -> anyhow::Result<()> {
    let world = Arc::new(World::open().await?);
    world.deliver("cafe").await?;
    world.drain().await?;
    let start = Arc::new(Barrier::new(POSTERS + 1));
    let mut posters = JoinSet::new();
    for poster in 0..POSTERS {
        let (world, start) = (Arc::clone(&world), Arc::clone(&start));
        posters.spawn(async move { post(&world, poster, &start).await });
    }
    let bookkeeping = world.bookkeeping();
    let race = async {
        start.wait().await;
        let closed = bookkeeping.close_period(v("2026-10"), &api(), PATIENCE).await?;
        let mut posted: BTreeSet<EntryId> = BTreeSet::new();
        while let Some(ids) = posters.join_next().await {
            posted.extend(ids??);
        }
        anyhow::Ok((closed, posted))
    };
    let (closed, posted) = world.served(race).await?;
    let seal = closed.answer::<PeriodClosed>().cloned().unwrap();
    world.drain().await?;
    check_seal(&world.log, &seal).await?;
    check_entries(&world, &seal, &posted).await
}

/// Each entry is in the journal once: before the close and in its month, or behind it and in the next.
async fn check_entries(world: &World, seal: &PeriodClosed, posted: &BTreeSet<EntryId>) -> anyhow::Result<()> {
    let entries = entries(&world.log).await?;
    let sales = POSTERS * ENTRIES_EACH / 3;
    // The delivery, those of the posters, and two for each sale: itself and its goods.
    assert_eq!(entries.len(), 1 + posted.len() + 2 * sales);
    let by_hand = entries.iter().filter(|entry| entry.by_hand);
    let found: BTreeSet<EntryId> = by_hand.map(|entry| entry.entry_id).collect();
    assert_eq!(&found, posted, "what was answered is in the journal");
    let of_month = entries.iter().filter(|entry| entry.month == seal.month).count();
    assert!(
        of_month > POSTERS * ENTRIES_BEFORE,
        "{of_month} entries before the close"
    );
    for entry in &entries {
        if entry.month == seal.month {
            assert!(
                entry.position < seal.up_to_position,
                "{entry:?} is behind the seal"
            );
            assert_eq!(entry.late_for, None);
        } else {
            assert_eq!(entry.month, v("2026-11"), "{entry:?}");
            assert_eq!(entry.late_for, Some(seal.month));
            assert!(
                entry.position > seal.up_to_position,
                "{entry:?} was late before the close"
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn closes_at_once_make_one_seal() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.post(&world.expense("2026-10-10", 7_000).await?).await?;
    world.drain().await?;
    let bookkeeping = world.bookkeeping();
    let envelope = api();
    let close = || bookkeeping.close_period(v("2026-10"), &envelope, PATIENCE);
    let closes = async { tokio::join!(close(), close(), close(), close()) };
    let (first, second, third, fourth) = world.served(closes).await;
    let seals = [first?, second?, third?, fourth?].map(|closed| closed.answer::<PeriodClosed>().cloned());
    let [Some(seal), ..] = &seals else {
        panic!("{seals:?}")
    };
    assert!(
        seals.iter().all(|other| other.as_ref() == Some(seal)),
        "{seals:?}"
    );
    check_seal(&world.log, seal).await?;
    // The books began, the close began, and the month was closed: once each.
    assert_eq!(world.books_events().await?.len(), 3);
    Ok(())
}
