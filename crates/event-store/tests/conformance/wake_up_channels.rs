//! Hints between processes: every channel keeps to the same, a stand-by takes none, what is settled was reached.

use std::sync::Arc;
use std::time::Duration;

use posars_event_store::{
    Append, Chaos, Consume, Consumer, EventStore, ExpectedVersion, Hint, Lease, LeaseError, Log, Pace,
    PageDone, Position, Queue, QueueDouble, ReadLog, StoreConfig, Sweeper, Traceparent, WakeUpChannel,
};
use posars_testkit::TestDatabase;
use tokio::time::timeout;

use crate::channel::{Ends, keeps_to_all};
use crate::fixture::{any, at, event_of, eventually, exact, name, position, sql, stream};

const NEVER: Duration = Duration::from_secs(3_600);
const SOON: Duration = Duration::from_secs(20);
const HOLD: Duration = Duration::from_secs(2);

fn queue_with(chaos: Chaos) -> QueueDouble {
    QueueDouble::new("test", HOLD, 5, chaos)
}

fn queue() -> QueueDouble {
    queue_with(Chaos::default())
}

/// A store that hears of growth by its own queue alone.
async fn deaf_store(database: &TestDatabase, queue: &QueueDouble) -> anyhow::Result<(EventStore, Log)> {
    let mut config = StoreConfig::new(database.url());
    config.poll_interval = NEVER;
    config.announce_to = vec![Arc::new(queue.clone())];
    let store = EventStore::connect(config).await?;
    let log = store.log(&name("main")).await?;
    Ok((store, log))
}

fn followed(queue: &QueueDouble, consumers: &[&str]) -> Queue {
    let names = consumers.iter().map(|&name| name.to_owned()).collect();
    Queue::of(Arc::new(queue.clone()), names)
}

#[tokio::test]
async fn notifications_keep_to_what_every_channel_keeps_to() -> anyhow::Result<()> {
    let database = TestDatabase::create().await?;
    // These two listen to no notifications themselves.
    let (one, _) = deaf_store(&database, &queue()).await?;
    let (other, _) = deaf_store(&database, &queue()).await?;
    for store in [&one, &other] {
        store.log(&name("filial")).await?;
    }
    let ends = Ends {
        sender: one.notifications(),
        receiver: other.notifications(),
        logs: ["main", "filial"],
    };
    keeps_to_all(&ends).await
}

#[tokio::test]
async fn the_double_keeps_to_what_every_channel_keeps_to() -> anyhow::Result<()> {
    let queue = queue();
    let ends = Ends {
        sender: Arc::new(queue.clone()),
        receiver: Arc::new(queue.clone()),
        logs: ["main", "filial"],
    };
    keeps_to_all(&ends).await?;
    assert_eq!((queue.depth(), queue.dead_letters().len()), (0, 0));
    Ok(())
}

/// A consumer that reads and has no effects, as far as the lease and the checkpoint go.
async fn consumer(log: &Log, subscription: &str) -> anyhow::Result<Lease> {
    Ok(log.subscription(subscription).acquire("test", NEVER).await?)
}

#[tokio::test]
async fn an_append_is_told_to_every_queue_with_what_was_written() -> anyhow::Result<()> {
    let database = TestDatabase::create().await?;
    let (stock, finance) = (queue(), queue());
    let mut config = StoreConfig::new(database.url());
    config.poll_interval = NEVER;
    config.announce_to = vec![Arc::new(stock.clone()), Arc::new(finance.clone())];
    let log = EventStore::connect(config).await?.log(&name("main")).await?;
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let traced = event_of("{}", &format!("{{\"by\":\"test\",\"traceparent\":\"{trace}\"}}"));
    let expected = ExpectedVersion::NoStream;
    log.append(Append::to(stream("sale-1"), expected, vec![traced]))
        .await?;
    for queue in [&stock, &finance] {
        let told = timeout(SOON, queue.receive()).await??;
        let hint = told[0].hint.clone().unwrap();
        assert_eq!((hint.log, hint.position), (name("main"), position(1)));
        assert_eq!(hint.categories.into_iter().collect::<Vec<_>>(), ["sale"]);
        assert_eq!(hint.traceparent, Traceparent::parse(trace));
    }
    // What was refused is no growth.
    let refused: Append = at("sale-1", exact(7));
    assert!(log.append(refused).await.is_err());
    log.append(any("stock-1")).await?;
    let hint = timeout(SOON, stock.receive()).await??[0].hint.clone().unwrap();
    assert_eq!(hint.categories.into_iter().collect::<Vec<_>>(), ["stock"]);
    assert_eq!((hint.position, hint.traceparent), (position(2), None));
    Ok(())
}

#[tokio::test]
async fn many_appends_make_few_messages() -> anyhow::Result<()> {
    let database = TestDatabase::create().await?;
    let queue = queue();
    let mut config = StoreConfig::new(database.url());
    (config.poll_interval, config.notify_interval) = (NEVER, Duration::from_millis(300));
    config.announce_to = vec![Arc::new(queue.clone())];
    let log = EventStore::connect(config).await?.log(&name("main")).await?;
    let started = std::time::Instant::now();
    for number in 0..200 {
        log.append(any(&format!("sale-{number}"))).await?;
    }
    let intervals = started.elapsed().as_millis() / 300 + 2;
    eventually("the last is told", || async {
        let told = queue.receive().await?;
        Ok(told.iter().any(|told| {
            told.hint
                .as_ref()
                .is_some_and(|hint| hint.position == position(200))
        }))
    })
    .await?;
    assert!(
        u128::from(queue.calls().sends) <= intervals,
        "{:?} in {intervals}",
        queue.calls()
    );
    Ok(())
}

#[tokio::test]
async fn a_hint_wakes_another_process_and_goes_when_all_its_consumers_are_there() -> anyhow::Result<()> {
    let database = TestDatabase::create().await?;
    let queue = queue();
    let (_writing, writer) = deaf_store(&database, &queue).await?;
    let (_reading, reader) =
        deaf_store(&database, &QueueDouble::new("unused", HOLD, 5, Chaos::default())).await?;
    let _following = followed(&queue, &["one", "other"]).follow(std::slice::from_ref(&reader));
    let mut watch = reader.watch();
    writer.append(any("sale-1")).await?;
    // Nobody works here yet: a stand-by leaves the hint to who does.
    let stood_by = timeout(Duration::from_millis(500), watch.wait_past(Position::START)).await;
    assert!(stood_by.is_err());
    assert_eq!(queue.calls().receives, 0);
    let _working = Working::start(&reader, "one");
    assert_eq!(
        timeout(SOON, watch.wait_past(Position::START)).await?,
        position(1)
    );
    eventually("the first consumer is there", || async {
        Ok(reader.subscription("one").position().await? == position(1))
    })
    .await?;
    // Longer than the queue would hold it back: it is held on for the other.
    tokio::time::sleep(HOLD * 2).await;
    assert_eq!((queue.depth(), queue.calls().settles), (1, 0));
    assert!(queue.calls().holds > 0);
    let mut lease = consumer(&reader, "other").await?;
    lease.checkpoint(position(1)).await?;
    eventually("the hint is settled", || async { Ok(queue.depth() == 0) }).await?;
    assert!(queue.dead_letters().is_empty());
    Ok(())
}

#[tokio::test]
async fn what_is_made_up_wakes_nobody_and_what_is_nothing_of_ours_is_put_aside() -> anyhow::Result<()> {
    let database = TestDatabase::create().await?;
    let queue = QueueDouble::new("test", HOLD, 2, Chaos::default());
    let (_reading, reader) = deaf_store(&database, &queue_with(Chaos::default())).await?;
    let _working = Working::start(&reader, "one");
    let _following = followed(&queue, &["one"]).follow(std::slice::from_ref(&reader));
    for forged in [u64::MAX, 1, 1_000_000] {
        queue.forge(&Hint::of(name("main"), position(forged)).to_json());
    }
    queue.forge(&Hint::of(name("nobody"), position(5)).to_json());
    queue.forge("not even JSON");
    eventually("only what cannot be read is left, put aside", || async {
        Ok(queue.depth() == 0 && queue.dead_letters() == ["not even JSON"])
    })
    .await?;
    assert_eq!(reader.watch().position(), Position::START);
    // And what is real is still heard.
    let (_writing, writer) = deaf_store(&database, &queue).await?;
    writer.append(any("sale-1")).await?;
    assert_eq!(
        timeout(SOON, reader.watch().wait_past(Position::START)).await?,
        position(1)
    );
    Ok(())
}

#[tokio::test]
async fn the_sweep_tells_who_stands_still_and_nobody_else() -> anyhow::Result<()> {
    let database = TestDatabase::create().await?;
    let (told, untold) = (queue(), queue());
    let lost = queue_with(Chaos {
        lost_percent: 100,
        ..Chaos::default()
    });
    let (_store, log) = deaf_store(&database, &lost).await?;
    let queues = vec![followed(&told, &["one"]), followed(&untold, &["moving"])];
    let mut sweeper = Sweeper::new(std::slice::from_ref(&log), queues);
    let mut moving = consumer(&log, "moving").await?;
    log.append(any("sale-1")).await?;
    log.append(any("sale-2")).await?;
    assert_eq!(sweeper.sweep().await?, 0, "it has seen nobody stand still yet");
    moving.checkpoint(position(1)).await?;
    assert_eq!(sweeper.sweep().await?, 1);
    let hint = timeout(SOON, told.receive()).await??[0].hint.clone();
    assert_eq!(hint, Some(Hint::of(name("main"), position(2))));
    moving.checkpoint(position(2)).await?;
    let mut one = consumer(&log, "one").await?;
    one.checkpoint(position(2)).await?;
    // Both are there; what comes now was not there at the last look.
    assert_eq!(sweeper.sweep().await?, 0);
    log.append(any("sale-3")).await?;
    assert_eq!(sweeper.sweep().await?, 0);
    assert_eq!(sweeper.sweep().await?, 2);
    assert_eq!(untold.calls().sends, 1);
    Ok(())
}

#[tokio::test]
async fn one_receiver_serves_logs_of_several_databases() -> anyhow::Result<()> {
    let (here, there) = (TestDatabase::create().await?, TestDatabase::create().await?);
    let (queue, unused) = (queue(), queue());
    let mut readers = Vec::new();
    let mut writers = Vec::new();
    for (database, log) in [(&here, "main"), (&there, "filial")] {
        let (reading, _) = deaf_store(database, &unused).await?;
        readers.push(reading.log(&name(log)).await?);
        let (writing, _) = deaf_store(database, &queue).await?;
        writers.push(writing.log(&name(log)).await?);
    }
    // It was at home here once, and is no longer followed here.
    let moved = deaf_store(&here, &unused).await?.0.log(&name("filial")).await?;
    let _following = followed(&queue, &["one"]).follow(&[&[moved][..], &readers].concat());
    let _working = [
        Working::start(&readers[0], "one"),
        Working::start(&readers[1], "one"),
    ];
    for (writer, reader) in writers.iter().zip(&readers) {
        let mut watch = reader.watch();
        writer.append(any("sale-1")).await?;
        assert_eq!(
            timeout(SOON, watch.wait_past(Position::START)).await?,
            position(1)
        );
    }
    eventually("both hints are settled", || async { Ok(queue.depth() == 0) }).await?;
    // A sweep looks at both databases, and not after what has moved.
    let logs = [readers[0].clone(), readers[1].clone()];
    let mut sweeper = Sweeper::new(&logs, vec![followed(&unused, &["nobody"])]);
    sql(here.url())
        .await?
        .batch_execute("update log_head set position = 7, closed = 'moved' where name = 'filial'")
        .await?;
    assert_eq!(sweeper.sweep().await?, 0);
    assert_eq!(sweeper.sweep().await?, 2, "main here, filial there");
    // One that is away keeps no other from being told, and is known again when it is back.
    let (far, sent) = (sql(here.url()).await?, unused.depth());
    far.batch_execute("alter table log_head rename to log_head_away")
        .await?;
    assert!(sweeper.sweep().await.is_err(), "it says so");
    assert_eq!(unused.depth(), sent + 1, "filial there");
    far.batch_execute("alter table log_head_away rename to log_head")
        .await?;
    assert_eq!(sweeper.sweep().await?, 2);
    Ok(())
}

/// A consumer that works until it is dropped.
struct Working(tokio::task::JoinHandle<()>);

impl Working {
    fn start(log: &Log, subscription: &str) -> Self {
        let pace = Pace {
            idle: Duration::from_millis(50),
            ..Pace::USUAL
        };
        let consumer = Consumer::new(log, subscription, "test", Reading(log.clone()));
        Self(tokio::spawn(consumer.with_pace(pace).run(std::future::pending())))
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.abort();
    }
}

struct Reading(Log);

impl Consume for Reading {
    type Error = LeaseError;

    async fn page(&mut self, _lease: &mut Lease, after: Position) -> Result<PageDone, Self::Error> {
        let page = self.0.read_log(&ReadLog::after(after, 100)).await?;
        Ok(PageDone {
            scanned_to: page.scanned_to,
            at_end: page.at_end,
            worked: true,
        })
    }

    fn lease_error(error: &Self::Error) -> Option<&LeaseError> {
        Some(error)
    }

    fn pause_after(&self, _error: &Self::Error, _failures: u32) -> Duration {
        Duration::from_millis(50)
    }

    fn given(&mut self, _position: Position) {}

    async fn stand_by(&mut self, _holder: &str) {}

    fn failed(&mut self, error: &Self::Error) {
        panic!("{error}");
    }
}
