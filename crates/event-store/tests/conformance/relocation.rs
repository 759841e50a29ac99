//! A log goes to another database while it is written to: nothing is lost, nothing is there twice, and at no moment do
//! both sides take appends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use posars_event_store::{
    Append, AppendError, Closure, ExpectedVersion, Fault, Log, Position, Relocation, RelocationError,
    StoreError,
};
use uuid::Uuid;

use crate::fixture::{World, all, any, at, claim, events, exact, name, sql, stream};

/// Far longer than the rest of a move takes.
const LONG: Duration = Duration::from_secs(60);

/// A sale as the house appends it: a stream, a claim and a key.
fn sale(number: u64) -> Append {
    let holder = format!("sale-{number}");
    at(&holder, ExpectedVersion::NoStream)
        .guard(claim(&format!("receipt:{number}"), &holder))
        .idempotent(Uuid::from_u128(number.into()), [7; 32])
}

async fn two_worlds() -> anyhow::Result<(World, World)> {
    Ok((World::open().await?, World::open().await?))
}

/// The end of every move that goes well.
async fn go(mut relocation: Relocation, from: &World, to: &World) -> anyhow::Result<Position> {
    relocation.catch_up(|_| ()).await?;
    relocation.prove_chain().await?;
    relocation.prove_counts().await?;
    relocation.freeze(LONG).await?;
    let end = relocation.catch_up(|_| ()).await?;
    relocation.prove_chain().await?;
    relocation.copy_checkpoints(|_| true).await?;
    relocation.depart(end).await?;
    let attempt = from.store.claim_placement(&name("main"), None).await?.unwrap();
    assert!(
        from.store
            .place(&name("main"), Some("there"), None, attempt)
            .await?
    );
    to.log.open_gate().await?;
    from.log.mark_moved().await?;
    relocation.tidy_up().await?;
    Ok(end)
}

fn is_closed(answer: &Result<posars_event_store::Appended, AppendError>) -> bool {
    matches!(answer, Err(AppendError::Store(StoreError::Closed(_))))
}

/// Appends sales here, and there from when it is closed here; answers which were acknowledged.
fn writer(
    here: Log,
    there: Log,
    numbers: std::ops::Range<u64>,
    done: Arc<AtomicBool>,
) -> tokio::task::JoinHandle<u64> {
    tokio::spawn(async move {
        let (mut log, mut acknowledged) = (here, 0);
        for number in numbers {
            if done.load(Ordering::Relaxed) {
                break;
            }
            loop {
                match log.append(sale(number)).await {
                    Ok(_) => break,
                    // Until it is open there.
                    Err(AppendError::Store(StoreError::Closed(_))) => log = there.clone(),
                    Err(error) => panic!("sale {number}: {error}"),
                }
            }
            acknowledged += 1;
        }
        acknowledged
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_written_to_arrives_whole_once_and_goes_on_there() -> anyhow::Result<()> {
    let (here, there) = two_worlds().await?;
    // Its number is another there.
    there
        .store
        .log(&name("somebody"))
        .await?
        .append(any("a-1"))
        .await?;
    let there_log = there.store.log(&name("main")).await?;
    here.log
        .append(Append::to(
            stream("stock-1"),
            ExpectedVersion::NoStream,
            events(900),
        ))
        .await?;
    here.log.append(at("stock-1", exact(900))).await?;
    let done = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..2)
        .map(|n| {
            writer(
                here.log.clone(),
                there_log.clone(),
                n * 1_000_000..(n + 1) * 1_000_000,
                done.clone(),
            )
        })
        .collect();
    here.log.watch().wait_past(Position::new(1_000)).await;
    let mut relocation = Relocation::begin(&here.log, &there_log).await?;
    assert_eq!(there_log.closure().await?, Some(Closure::Arriving));
    assert!(is_closed(&there_log.append(sale(1)).await));
    assert!(matches!(
        Relocation::begin(&here.log, &there_log).await,
        Err(RelocationError::Busy { .. })
    ));
    let reached = relocation.catch_up(|_| ()).await?;
    // A mover that ends, by whatever, leaves what it copied to the next one.
    drop(relocation);
    let relocation = resumed(&here.log, &there_log).await?;
    assert_eq!(relocation.reached(), reached);
    let end = go(relocation, &here, &there).await?;
    there_log.watch().wait_past(end.plus(200)).await;
    done.store(true, Ordering::Relaxed);
    let mut acknowledged = 0;
    for writer in writers {
        acknowledged += writer.await?;
    }

    has_arrived(&here, &there_log, end, acknowledged).await
}

/// What holds after a move at `end`, whatever happened during it.
async fn has_arrived(here: &World, there: &Log, end: Position, acknowledged: u64) -> anyhow::Result<()> {
    assert_eq!(here.log.closure().await?, Some(Closure::Moved));
    assert_eq!(
        here.log.head().await?.position,
        end,
        "nothing is added behind the move"
    );
    let head = there.head().await?;
    assert_eq!(
        head.position.get(),
        901 + acknowledged,
        "each acknowledged sale once"
    );
    for log in [&here.log, there] {
        assert_eq!(log.verify(None, |_| ()).await?.fault, None);
    }
    let (old, new) = (all(&here.log).await?, all(there).await?);
    assert!(
        new.starts_with(&old),
        "the old one is a beginning, and can be read"
    );
    // What was said before the move is still known.
    let first = there.append(sale(0)).await?;
    assert!(first.replayed);
    let taken = any("sale-x").guard(claim("receipt:0", "sale-x"));
    assert!(matches!(
        there.append(taken).await,
        Err(AppendError::ClaimTaken { .. })
    ));
    assert!(
        there.append(at("stock-1", exact(901))).await.is_ok(),
        "streams have their versions"
    );
    assert_eq!(
        here.count("pg_class where relname like '%\\_leaving\\_%'")
            .await?,
        0
    );
    Ok(())
}

/// The turn of a mover that was dropped goes when the server has noticed.
async fn resumed(from: &Log, to: &Log) -> anyhow::Result<Relocation> {
    for _ in 0..2_000 {
        match Relocation::begin(from, to).await {
            Err(RelocationError::Busy { .. }) => tokio::time::sleep(Duration::from_millis(10)).await,
            other => return Ok(other?),
        }
    }
    anyhow::bail!("the turn is never given back")
}

#[tokio::test]
async fn a_closed_log_takes_neither_lone_appends_nor_batches_and_opens_by_itself() -> anyhow::Result<()> {
    let (here, there) = two_worlds().await?;
    here.log.append(any("s-1")).await?;
    let relocation = Relocation::begin(&here.log, &there.log).await?;
    let mut closed = here.log.watch_closed();
    relocation.freeze(LONG).await?;
    // By append_one and by append_batch.
    assert!(is_closed(&here.log.append(sale(1)).await));
    assert!(is_closed(&here.log.append(any("s-1")).await));
    assert!(*closed.borrow_and_update());
    let over = "update log_head set closed_until = clock_timestamp()";
    here.sql().await?.batch_execute(over).await?;
    assert!(here.log.append(sale(1)).await.is_ok(), "nobody opened it");
    assert!(!*closed.borrow_and_update());
    // The mover that slept meanwhile cannot take it away.
    let end = here.log.head().await?.position;
    assert!(matches!(
        relocation.depart(end).await,
        Err(RelocationError::TooLate)
    ));
    assert_eq!(here.log.closure().await?, None);
    relocation.freeze(LONG).await?;
    relocation.thaw().await?;
    assert!(here.log.append(sale(2)).await.is_ok());
    Ok(())
}

#[tokio::test]
async fn a_flood_of_appends_asks_a_closed_log_only_now_and_then() -> anyhow::Result<()> {
    let (here, there) = two_worlds().await?;
    here.log.append(any("s-1")).await?;
    let relocation = Relocation::begin(&here.log, &there.log).await?;
    relocation.freeze(LONG).await?;
    assert!(is_closed(&here.log.append(sale(0)).await));
    let began = Instant::now();
    for round in 0..5 {
        let appends = (0..50).map(|number| here.log.append(sale(1_000 * round + number)));
        let answers = futures_util::future::join_all(appends).await;
        assert!(answers.iter().all(is_closed));
    }
    assert!(
        began.elapsed() >= Duration::from_millis(5 * 40),
        "{:?}",
        began.elapsed()
    );
    relocation.thaw().await?;
    assert!(here.log.append(sale(1)).await.is_ok());
    Ok(())
}

#[tokio::test]
async fn a_log_that_moved_away_may_come_back_to_what_it_left() -> anyhow::Result<()> {
    let (here, there) = two_worlds().await?;
    for number in 0..20 {
        here.log.append(sale(number)).await?;
    }
    let subscription = here.log.subscription("reactor.x");
    let mut lease = subscription.acquire("me", Duration::from_secs(30)).await?;
    lease.checkpoint(Position::new(15)).await?;
    let relocation = Relocation::begin(&here.log, &there.log).await?;
    go(relocation, &here, &there).await?;
    assert_eq!(
        there.log.subscription("reactor.x").position().await?,
        Position::new(15)
    );
    for number in 20..30 {
        there.log.append(sale(number)).await?;
    }
    let relocation = Relocation::begin(&there.log, &here.log).await?;
    assert_eq!(
        relocation.reached(),
        Position::new(20),
        "only what is new is copied"
    );
    let placed = here.store.placements().await?;
    assert_eq!(placed[0].address.as_deref(), Some("there"));
    let mut relocation = relocation;
    relocation.freeze(LONG).await?;
    let end = relocation.catch_up(|_| ()).await?;
    relocation.prove_chain().await?;
    relocation.depart(end).await?;
    assert_eq!(there.log.closure().await?, Some(Closure::Leaving));
    let main = name("main");
    let late = here
        .store
        .claim_placement(&name("main"), Some("there"))
        .await?
        .unwrap();
    let attempt = here
        .store
        .claim_placement(&name("main"), Some("there"))
        .await?
        .unwrap();
    let place = |attempt| here.store.place(&main, None, Some("there"), attempt);
    assert!(!place(late).await?, "a later mover has claimed it");
    assert!(place(attempt).await?);
    assert!(!place(attempt).await?, "it is not there any more");
    assert_eq!(
        here.store.claim_placement(&name("main"), Some("there")).await?,
        None
    );
    // A mover that was slow does not open what has moved.
    there.log.mark_moved().await?;
    relocation.thaw().await?;
    assert_eq!(there.log.closure().await?, Some(Closure::Moved));
    here.log.open_gate().await?;
    assert!(here.log.append(sale(3)).await?.replayed);
    here.log.append(sale(30)).await?;
    assert_eq!(here.log.verify(None, |_| ()).await?.events, 31);
    assert!(is_closed(&there.log.append(sale(31)).await));
    Ok(())
}

#[tokio::test]
async fn what_stands_there_already_is_not_written_over() -> anyhow::Result<()> {
    let (here, there) = two_worlds().await?;
    here.log.append(any("s-1")).await?;
    there.log.append(any("s-1")).await?;
    assert!(matches!(
        Relocation::begin(&here.log, &there.log).await,
        Err(RelocationError::Occupied)
    ));
    assert_eq!(there.log.closure().await?, None, "it is served as before");
    // A copy of another history, as of a test system.
    let other = World::open().await?;
    there
        .sql()
        .await?
        .batch_execute("update log_head set closed = 'moved', closed_until = 'infinity'")
        .await?;
    assert!(matches!(
        resumed(&here.log, &there.log)
            .await
            .map_err(|error| error.downcast().unwrap()),
        Err(RelocationError::OtherHistory { .. })
    ));
    assert!(!here.store.is_same_database(&other.store).await?);
    let (again, _) = here.another_store().await?;
    assert!(here.store.is_same_database(&again).await?);
    Ok(())
}

#[tokio::test]
async fn a_copy_that_was_changed_or_lacks_something_does_not_become_the_log() -> anyhow::Result<()> {
    let (here, there) = two_worlds().await?;
    for number in 0..10 {
        here.log.append(sale(number)).await?;
    }
    let mut relocation = Relocation::begin(&here.log, &there.log).await?;
    relocation.catch_up(|_| ()).await?;
    let client = sql(there.database.url()).await?;
    client
        .batch_execute("delete from claims where key = 'receipt:4'")
        .await?;
    let differs = relocation.prove_counts().await.unwrap_err();
    assert!(
        differs.to_string().contains("10 claims here and 9 in the copy"),
        "{differs}"
    );
    client
        .batch_execute("update events set data = '{}' where position = 5")
        .await?;
    assert!(matches!(
        relocation.prove_chain().await,
        Err(RelocationError::Fault(Fault::EventAltered(at))) if at == Position::new(5)
    ));
    relocation.freeze(LONG).await?;
    let end = here.log.head().await?.position;
    assert!(matches!(
        relocation.depart(end).await,
        Err(RelocationError::TooLate)
    ));
    Ok(())
}

#[tokio::test]
async fn ranges_cross_the_borders_of_partitions() -> anyhow::Result<()> {
    let (here, there) = (World::open().await?, World::with_partitions_of(50).await?);
    for number in 0..230 {
        here.log.append(sale(number)).await?;
    }
    let relocation = Relocation::begin(&here.log, &there.log).await?;
    go(relocation, &here, &there).await?;
    assert_eq!(all(&there.log).await?, all(&here.log).await?);
    Ok(())
}
