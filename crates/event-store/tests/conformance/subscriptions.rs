//! Subscriptions: one holder at a time, and none that was overtaken leaves a trace.

use std::time::Duration;

use deadpool_postgres::Pool;
use posars_event_store::{LeaseError, Position};

use crate::fixture::{World, any, eventually, name, position};

const LONG: Duration = Duration::from_secs(600);

/// Ends a lease as time would, without waiting for it.
async fn expire(world: &World) -> anyhow::Result<()> {
    let past = "update checkpoints set lease_until = now() - interval '1 second'";
    Ok(world.sql().await?.batch_execute(past).await?)
}

async fn with_rows(world: &World) -> anyhow::Result<&Pool> {
    world
        .sql()
        .await?
        .batch_execute("create table applied (position bigint)")
        .await?;
    Ok(world.store.pool())
}

#[tokio::test]
async fn a_held_lease_is_not_given_twice() -> anyhow::Result<()> {
    let world = World::open().await?;
    let feed = world.log.subscription("sales");
    assert_eq!(feed.position().await?, Position::START);
    let lease = feed.acquire("first", LONG).await?;
    assert_eq!((lease.epoch(), lease.position()), (1, Position::START));
    for holder in ["second", "first"] {
        match feed.acquire(holder, LONG).await.unwrap_err() {
            LeaseError::Held {
                name,
                holder,
                remaining_ms,
            } => {
                assert_eq!((name.as_str(), holder.as_str()), ("sales", "first"));
                assert!((500_000..=600_000).contains(&remaining_ms), "{remaining_ms}");
            }
            other => panic!("{other}"),
        }
    }
    // Another subscription is another lease.
    world.log.subscription("stock").acquire("second", LONG).await?;
    Ok(())
}

#[tokio::test]
async fn of_many_that_want_a_lease_one_gets_it() -> anyhow::Result<()> {
    let world = World::open().await?;
    for round in 1..=3_u64 {
        let tries: Vec<_> = (0..10)
            .map(|n| {
                let feed = world.log.subscription("sales");
                tokio::spawn(async move { feed.acquire(&format!("holder-{n}"), LONG).await })
            })
            .collect();
        let mut epochs = Vec::new();
        for one in tries {
            match one.await? {
                Ok(lease) => epochs.push(lease.epoch()),
                Err(LeaseError::Held { .. }) => {}
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(epochs, [round]);
        expire(&world).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_released_lease_is_free_at_once_and_keeps_its_checkpoint() -> anyhow::Result<()> {
    let world = World::open().await?;
    let feed = world.log.subscription("sales");
    let mut lease = feed.acquire("first", LONG).await?;
    lease.checkpoint(position(7)).await?;
    lease.release().await?;
    assert_eq!(feed.position().await?, position(7));
    let next = feed.acquire("second", LONG).await?;
    assert_eq!((next.epoch(), next.position()), (2, position(7)));
    Ok(())
}

#[tokio::test]
async fn an_overtaken_holder_can_neither_renew_nor_release_nor_write() -> anyhow::Result<()> {
    let world = World::open().await?;
    let feed = world.log.subscription("sales");
    let mut old = feed.acquire("old", LONG).await?;
    old.renew().await?;
    expire(&world).await?;
    let mut new = feed.acquire("new", LONG).await?;
    assert_eq!(new.epoch(), 2);
    for outcome in [old.renew().await, old.checkpoint(position(5)).await] {
        let error = outcome.unwrap_err();
        match &error {
            LeaseError::Fenced { name, epoch } => assert_eq!((name.as_str(), *epoch), ("sales", 1)),
            other => panic!("{other}"),
        }
        assert!(error.to_string().contains("rolled back"), "{error}");
    }
    assert_eq!(old.position(), Position::START);
    old.release().await?;
    new.checkpoint(position(3)).await?;
    new.renew().await?;
    assert!(matches!(
        feed.acquire("third", LONG).await,
        Err(LeaseError::Held { .. })
    ));
    assert_eq!(feed.position().await?, position(3));
    Ok(())
}

#[tokio::test]
async fn a_lease_runs_out_by_itself() -> anyhow::Result<()> {
    let world = World::open().await?;
    let feed = world.log.subscription("sales");
    let mut first = feed.acquire("first", Duration::from_millis(50)).await?;
    eventually("the lease of 50 ms is free", || async {
        Ok(feed.acquire("second", LONG).await.is_ok())
    })
    .await?;
    assert!(matches!(
        first.checkpoint(position(1)).await,
        Err(LeaseError::Fenced { .. })
    ));
    Ok(())
}

#[tokio::test]
async fn work_and_renewal_keep_a_lease_alive() -> anyhow::Result<()> {
    let world = World::open().await?;
    let feed = world.log.subscription("sales");
    let mut lease = feed.acquire("first", LONG).await?;
    for by_work in [true, false] {
        expire(&world).await?;
        // It ran out, but nobody took it: it is still the holder's.
        if by_work {
            lease.checkpoint(position(1)).await?;
        } else {
            lease.renew().await?;
        }
        assert!(matches!(
            feed.acquire("second", LONG).await,
            Err(LeaseError::Held { .. })
        ));
    }
    Ok(())
}

#[tokio::test]
async fn the_checkpoint_stands_or_falls_with_the_consumers_rows() -> anyhow::Result<()> {
    let world = World::open().await?;
    let pool = with_rows(&world).await?;
    let feed = world.log.subscription("sales");
    let mut lease = feed.acquire("first", LONG).await?;
    for (to, kept) in [(4_i64, true), (9, false)] {
        let mut client = pool.get().await?;
        let transaction = client.transaction().await?;
        transaction
            .execute("insert into applied values ($1)", &[&to])
            .await?;
        lease
            .checkpoint_in(&*transaction, position(to.unsigned_abs()))
            .await?;
        if kept {
            transaction.commit().await?;
        } else {
            transaction.rollback().await?;
        }
    }
    assert_eq!(feed.position().await?, position(4));
    assert_eq!(world.count("applied where position = 4").await?, 1);
    assert_eq!(world.count("applied").await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_takeover_fences_the_transaction_of_the_holder_before() -> anyhow::Result<()> {
    let world = World::open().await?;
    let pool = with_rows(&world).await?;
    let feed = world.log.subscription("sales");
    let mut old = feed.acquire("old", LONG).await?;
    let mut client = pool.get().await?;
    let transaction = client.transaction().await?;
    transaction
        .batch_execute("insert into applied values (1)")
        .await?;
    // The old holder sleeps here; the new one takes over and goes on.
    expire(&world).await?;
    let mut new = feed.acquire("new", LONG).await?;
    new.checkpoint(position(2)).await?;
    let late = old.checkpoint_in(&*transaction, position(1)).await;
    assert!(
        matches!(late, Err(LeaseError::Fenced { epoch: 1, .. })),
        "{late:?}"
    );
    transaction.rollback().await?;
    assert_eq!(feed.position().await?, position(2));
    assert_eq!(world.count("applied").await?, 0);
    Ok(())
}

/// The checkpoint's row lock: who wants to take over waits for a transaction that is about to commit.
#[tokio::test]
async fn a_takeover_waits_for_a_transaction_that_has_its_checkpoint() -> anyhow::Result<()> {
    let world = World::open().await?;
    let pool = with_rows(&world).await?;
    let feed = world.log.subscription("sales");
    let mut old = feed.acquire("old", LONG).await?;
    expire(&world).await?;
    let mut client = pool.get().await?;
    let transaction = client.transaction().await?;
    transaction
        .batch_execute("insert into applied values (1)")
        .await?;
    old.checkpoint_in(&*transaction, position(1)).await?;
    let wanted = feed.clone();
    let takeover = tokio::spawn(async move { wanted.acquire("new", LONG).await });
    let watcher = world.sql().await?;
    eventually("the takeover waits for the row", || async {
        let waits = "select count(*) from pg_stat_activity where datname = current_database() \
                     and wait_event_type = 'Lock' and query like '%insert into checkpoints%'";
        Ok(watcher.query_one(waits, &[]).await?.get::<_, i64>(0) == 1)
    })
    .await?;
    transaction.commit().await?;
    // The commit prolonged the lease, so the takeover fails; either way nothing was lost or done twice.
    assert!(matches!(takeover.await?, Err(LeaseError::Held { .. })));
    assert_eq!(feed.position().await?, position(1));
    assert_eq!(world.count("applied").await?, 1);
    Ok(())
}

#[tokio::test]
async fn subscriptions_of_two_logs_are_apart() -> anyhow::Result<()> {
    let world = World::open().await?;
    let other = world.store.log(&name("other")).await?;
    world.log.append(any("s-1")).await?;
    let mut lease = world.log.subscription("sales").acquire("one", LONG).await?;
    lease.checkpoint(position(1)).await?;
    let lease = other.subscription("sales").acquire("two", LONG).await?;
    assert_eq!((lease.epoch(), lease.position()), (1, Position::START));
    Ok(())
}
