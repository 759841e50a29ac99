//! Many requests in one transaction, each with a verdict of its own.

use posars_event_store::{Append, AppendError, Appended, ExpectedVersion, Log, Position, StoreError};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::fixture::{
    Gate, World, all, any, at, claim, events, exact, guard, position, range, stream, whole,
};

type Answer = JoinHandle<Result<Appended, AppendError>>;

fn send(log: &Log, append: Append) -> Answer {
    let log = log.clone();
    tokio::spawn(async move { log.append(append).await })
}

/// Sends the requests so that they form one batch: behind one that already waits for the gate.
async fn in_one_batch(
    world: &World,
    requests: Vec<Append>,
) -> anyhow::Result<Vec<Result<Appended, AppendError>>> {
    let gate = Gate::hold(world).await?;
    let first = send(&world.log, any("opener-1"));
    Gate::wait_for_a_batch(world).await?;
    let mut sent = Vec::new();
    for request in requests {
        sent.push(send(&world.log, request));
        // Each task runs up to its place in the queue before the next, so that the order is known.
        tokio::task::yield_now().await;
    }
    gate.open().await?;
    first.await??;
    let mut answers = Vec::new();
    for one in sent {
        answers.push(one.await?);
    }
    Ok(answers)
}

async fn assert_sound(log: &Log) -> anyhow::Result<()> {
    let events = all(log).await?;
    for (event, expected) in events.iter().zip(1..) {
        assert_eq!(event.position.get(), expected);
    }
    let proof = log.verify(None, |_| {}).await?;
    assert_eq!(proof.fault, None);
    assert_eq!(proof.events, u64::try_from(events.len())?);
    Ok(())
}

#[tokio::test]
async fn losers_of_a_batch_spoil_nobody() -> anyhow::Result<()> {
    let world = World::open().await?;
    let key = Uuid::now_v7();
    let first = any("old-1")
        .guard(claim("taken", "old-1"))
        .idempotent(key, [1; 32]);
    world.log.append(first.clone()).await?;
    let mut requests = Vec::new();
    for n in 0..12 {
        let to = format!("new-{n}");
        requests.push(Append::to(
            stream(&to),
            ExpectedVersion::NoStream,
            events(n % 3 + 1),
        ));
        requests.push(match n % 6 {
            0 => at(&format!("lost-{n}"), exact(3)),
            1 => any(&format!("lost-{n}")).guard(claim("taken", &format!("lost-{n}"))),
            2 => any(&format!("lost-{n}")).guard(guard("nowhere-1", ExpectedVersion::Exists)),
            3 => any(&format!("lost-{n}")).idempotent(key, [9; 32]),
            4 => first.clone(),
            _ => any(&format!("lost-{n}")).also(stream("old-1"), exact(77), events(2)),
        });
    }
    let answers = in_one_batch(&world, requests).await?;
    let mut next = 3; // one before the batch, one that opened it
    for (n, pair) in (0..).zip(answers.chunks(2)) {
        let count = n % 3 + 1;
        assert_eq!(range(pair[0].as_ref().unwrap()), (next, next + count - 1));
        next += count;
        match (n % 6, &pair[1]) {
            (0 | 2 | 5, Err(AppendError::WrongVersion { .. }))
            | (1, Err(AppendError::ClaimTaken { .. }))
            | (3, Err(AppendError::IdempotencyMismatch { .. })) => {}
            (4, Ok(again)) => {
                assert!(again.replayed);
                assert_eq!(range(again), (1, 1));
            }
            (_, other) => panic!("request {n}: {other:?}"),
        }
    }
    // One transaction for the opener and at most a few for the rest: it really was a batch.
    assert!(world.count("commits").await? <= 5);
    assert_eq!(world.count("events where stream like 'lost-%'").await?, 0);
    assert_eq!(world.count("streams where stream like 'lost-%'").await?, 0);
    assert_eq!(world.count("idempotency").await?, 1);
    assert_sound(&world.log).await
}

/// All versions are known, so the batch is written in the hope that nobody loses; what the indexes refuse undoes it.
#[tokio::test]
async fn a_hopeful_batch_that_is_undone_loses_only_its_losers() -> anyhow::Result<()> {
    let world = World::open().await?;
    let key = Uuid::now_v7();
    let first = at("old-1", ExpectedVersion::NoStream)
        .guard(claim("taken", "old-1"))
        .idempotent(key, [1; 32]);
    world.log.append(first.clone()).await?;
    let new = |to: &str| Append::to(stream(to), ExpectedVersion::NoStream, events(2));
    let own = Uuid::now_v7();
    let requests = vec![
        new("new-1")
            .guard(claim("free", "new-1"))
            .idempotent(own, [2; 32]),
        first,
        at("old-1", ExpectedVersion::NoStream),
        new("new-2"),
        at("lost-1", ExpectedVersion::NoStream).guard(claim("taken", "lost-1")),
        at("lost-2", ExpectedVersion::NoStream).idempotent(key, [9; 32]),
        at("new-3", ExpectedVersion::NoStream).also(stream("old-2"), ExpectedVersion::NoStream, events(1)),
    ];
    let answers = in_one_batch(&world, requests).await?;
    assert_eq!(range(answers[0].as_ref().unwrap()), (3, 4));
    let again = answers[1].as_ref().unwrap();
    assert_eq!((again.replayed, range(again)), (true, (1, 1)));
    assert!(matches!(answers[2], Err(AppendError::WrongVersion { .. })));
    assert_eq!(range(answers[3].as_ref().unwrap()), (5, 6));
    assert!(matches!(answers[4], Err(AppendError::ClaimTaken { .. })));
    assert!(matches!(answers[5], Err(AppendError::IdempotencyMismatch { .. })));
    assert_eq!(range(answers[6].as_ref().unwrap()), (7, 8));
    let places = "streams where (stream, version, first_position, last_position) in
                  (('old-1', 1, 1, 1), ('opener-1', 1, 2, 2), ('new-1', 2, 3, 4), ('new-2', 2, 5, 6), ('new-3', 1, 7, 7),
                   ('old-2', 1, 8, 8))";
    assert_eq!(
        (world.count(places).await?, world.count("streams").await?),
        (6, 6)
    );
    let kept = format!("idempotency where key = '{own}' and first_position = 3 and last_position = 4");
    assert_eq!(
        (world.count(&kept).await?, world.count("idempotency").await?),
        (1, 2)
    );
    assert_eq!(world.count("claims").await?, 2);
    assert_eq!(
        world
            .count("claims where key = 'free' and holder = 'new-1'")
            .await?,
        1
    );
    assert_sound(&world.log).await
}

/// A sequence counts tries, for what it gives is not taken back when a try is undone.
#[tokio::test]
async fn after_an_undone_batch_the_next_32_look_first() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.log.append(at("old-1", ExpectedVersion::NoStream)).await?;
    let count_tries = "create sequence tries;
         create function count_try() returns trigger language plpgsql as $$
         begin perform nextval('public.tries'); return new; end $$;
         create trigger count_try before insert on streams
            for each row when (new.stream like 'new-%') execute function count_try();
         grant usage on sequence tries to public";
    let client = world.sql().await?;
    client.batch_execute(count_tries).await?;
    let mut tries = Vec::new();
    for round in 0..18 {
        let requests = vec![
            at(&format!("new-{round}"), ExpectedVersion::NoStream),
            at("old-1", ExpectedVersion::NoStream),
        ];
        let answers = in_one_batch(&world, requests).await?;
        assert!(answers[0].is_ok() && answers[1].is_err(), "{answers:?}");
        let reached = client.query_one("select last_value from tries", &[]).await?;
        tries.push(reached.get::<_, i64>(0));
    }
    // Once hopeful and once looking, then looking only, while 32 batches pass: two a round. Then hopeful once more.
    let looking = 3..=18;
    let expected: Vec<i64> = [2].into_iter().chain(looking).chain([20]).collect();
    assert_eq!(tries, expected);
    assert_sound(&world.log).await
}

/// The head's row is locked and updated by one transaction: a subtransaction's update would cost a MultiXact.
#[tokio::test]
async fn a_batch_makes_no_multixact() -> anyhow::Result<()> {
    let world = World::open().await?;
    let two = at("a-1", ExpectedVersion::NoStream).also(stream("a-2"), ExpectedVersion::NoStream, events(1));
    world.log.append(two).await?;
    // Whoever locked the row is who wrote it; in a MultiXact's place its number would stand.
    assert_eq!(world.count("log_head where xmax = xmin").await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_batch_of_losers_only_leaves_no_trace() -> anyhow::Result<()> {
    let world = World::open().await?;
    let requests = (0..5).map(|n| at(&format!("lost-{n}"), exact(3))).collect();
    for answer in in_one_batch(&world, requests).await? {
        assert!(
            matches!(answer, Err(AppendError::WrongVersion { .. })),
            "{answer:?}"
        );
    }
    assert_eq!(world.log.head().await?.position, position(1));
    assert_eq!(world.count("commits").await?, 1);
    assert_sound(&world.log).await
}

/// What the database itself refuses fails the whole transaction, which is then taken apart.
#[tokio::test]
async fn a_request_that_the_database_refuses_is_refused_alone() -> anyhow::Result<()> {
    let world = World::open().await?;
    let refuse = "create function refuse() returns trigger language plpgsql as $$
         begin raise exception 'not this one' using errcode = 'data_exception'; end $$;
         create trigger refuse before insert on events_000000
            for each row when (new.stream = 'poison-1') execute function refuse()";
    world.sql().await?.batch_execute(refuse).await?;
    let poison = any("poison-1");
    let requests = vec![
        any("a-1"),
        poison.idempotent(Uuid::now_v7(), [1; 32]),
        any("b-1"),
        any("a-1"),
    ];
    let answers = in_one_batch(&world, requests).await?;
    match &answers[1] {
        Err(AppendError::Store(StoreError::Refused(text))) => {
            assert!(text.contains("not this one"), "{text}");
        }
        other => panic!("{other:?}"),
    }
    for good in [0, 2, 3] {
        assert!(answers[good].is_ok(), "{:?}", answers[good]);
    }
    assert_eq!(whole(&world.log, "a-1").await?.len(), 2);
    assert_eq!(whole(&world.log, "poison-1").await?.len(), 0);
    assert_sound(&world.log).await
}

#[tokio::test]
async fn requests_on_one_stream_keep_their_order() -> anyhow::Result<()> {
    let world = World::open().await?;
    let requests = (0..30)
        .map(|n| {
            let expected = if n == 0 {
                ExpectedVersion::NoStream
            } else {
                exact(n)
            };
            at("s-1", expected)
        })
        .collect();
    for (answer, version) in in_one_batch(&world, requests).await?.iter().zip(1..) {
        assert_eq!(answer.as_ref().unwrap().streams[0].1.get(), version);
    }
    assert_sound(&world.log).await
}

#[tokio::test(flavor = "multi_thread")]
async fn many_writers_of_two_processes_make_contiguous_positions() -> anyhow::Result<()> {
    let world = World::open().await?;
    let (_second, other) = world.another_store().await?;
    let writers: Vec<_> = (0..16)
        .map(|writer| {
            let log = if writer % 2 == 0 {
                world.log.clone()
            } else {
                other.clone()
            };
            tokio::spawn(async move {
                let mut positions = Vec::new();
                for n in 0..25 {
                    // Some streams are shared and then contended for, some are the writer's own.
                    let (to, expected) = match n % 3 {
                        0 => (format!("own-{writer}-{n}"), ExpectedVersion::NoStream),
                        1 => ("shared-1".to_owned(), ExpectedVersion::Any),
                        _ => (format!("shared-{}", n % 4 + 2), exact(n)),
                    };
                    let append = Append::to(stream(&to), expected, events(n % 4 + 1));
                    match log.append(append).await {
                        Ok(appended) => {
                            let (first, last) = range(&appended);
                            positions.extend(first..=last);
                        }
                        Err(AppendError::WrongVersion { .. }) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
                positions
            })
        })
        .collect();
    let mut positions = Vec::new();
    for writer in writers {
        positions.extend(writer.await?);
    }
    positions.sort_unstable();
    let head = world.log.head().await?.position.get();
    assert_eq!(positions, (1..=head).collect::<Vec<_>>());
    assert_sound(&world.log).await
}

#[tokio::test]
async fn the_recorded_time_never_goes_back() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.log.append(any("s-1")).await?;
    // As if the clock of the server had been an hour ahead until now.
    world
        .sql()
        .await?
        .batch_execute("update log_head set updated_at = updated_at + interval '1 hour'")
        .await?;
    let ahead = world.log.head().await?.recorded_at.unwrap();
    let appended = world.log.append(any("s-1")).await?;
    assert_eq!(appended.recorded_at, ahead);
    for _ in 0..20 {
        world.log.append(any("s-1")).await?;
    }
    let times: Vec<_> = all(&world.log)
        .await?
        .iter()
        .map(|event| event.recorded_at)
        .collect();
    assert!(times.is_sorted(), "{times:?}");
    assert_eq!(world.log.head().await?.recorded_at, times.last().copied());
    Ok(())
}

#[tokio::test]
async fn a_full_batch_leaves_the_rest_for_the_next() -> anyhow::Result<()> {
    let world = World::open().await?;
    let requests = (0..5)
        .map(|n| Append::to(stream(&format!("big-{n}")), ExpectedVersion::Any, events(400)))
        .collect();
    let mut last = Position::new(1);
    for answer in in_one_batch(&world, requests).await? {
        let appended = answer?;
        assert_eq!(appended.first_position, last.plus(1));
        last = appended.last_position;
    }
    let largest = world.count("commits where event_count > 1000").await?;
    assert_eq!((last, largest), (position(2_001), 0));
    assert_sound(&world.log).await
}
