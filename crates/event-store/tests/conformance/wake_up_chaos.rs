//! Whatever a queue does, consumers come to hold what the log holds, once each, soon after the last append.
//!
//! Nobody looks at the log on its own here: only hints and the sweep wake anybody. `POSARS_CHAOS_SEED` repeats one run's draws.

use std::sync::Arc;
use std::time::{Duration, Instant};

use posars_event_store::{
    Chaos, Consume, Consumer, EventStore, Following, Hint, Lease, LeaseError, Log, Pace, PageDone, Position,
    Queue, QueueDouble, ReadLog, StoreConfig, StoreError, Sweeper,
};
use posars_testkit::TestDatabase;
use tokio::task::JoinSet;

use crate::fixture::{all, any, eventually, name, sql};

const NEVER: Duration = Duration::from_secs(3_600);
/// How long a lag may last when nobody appends any more.
const HEALED: Duration = Duration::from_secs(30);
const CONSUMERS: [&str; 2] = ["stock", "books"];
const APPENDS: u64 = 120;
const PACE: Pace = Pace {
    lease: Duration::from_secs(1),
    idle: Duration::from_millis(300),
    stand_by: Duration::from_millis(100),
    ..Pace::USUAL
};

/// Numbers from a seed (splitmix64).
struct Draws(u64);

impl Draws {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (number ^ (number >> 31)) % limit
    }

    fn percent(&mut self, max: u64) -> u8 {
        u8::try_from(self.below(max + 1)).unwrap()
    }

    fn chaos(&mut self) -> Chaos {
        Chaos {
            seed: self.below(u64::MAX),
            lost_percent: self.percent(60),
            doubled_percent: self.percent(50),
            reordered: self.below(2) == 0,
            delay_max: Duration::from_millis(self.below(800)),
            early_percent: self.percent(50),
            unsettled_percent: self.percent(50),
            failing_percent: self.percent(20),
        }
    }
}

async fn process(database: &TestDatabase, queue: &QueueDouble) -> anyhow::Result<(EventStore, Log)> {
    let mut config = StoreConfig::new(database.url());
    config.poll_interval = NEVER;
    config.announce_to = vec![Arc::new(queue.clone())];
    let store = EventStore::connect(config).await?;
    let log = store.log(&name("main")).await?;
    Ok((store, log))
}

fn followed(queue: &QueueDouble) -> Queue {
    Queue::of(Arc::new(queue.clone()), CONSUMERS.map(str::to_owned).to_vec())
}

/// A process that works; dropping it is a kill.
struct Worker {
    _following: Following,
    _consumers: JoinSet<()>,
}

impl Worker {
    async fn start(database: &TestDatabase, queue: &QueueDouble) -> anyhow::Result<Self> {
        let (store, log) = process(database, queue).await?;
        let mut consumers = JoinSet::new();
        for consumer in CONSUMERS {
            let fold = Fold {
                store: store.clone(),
                log: log.clone(),
                consumer,
            };
            let consumer = Consumer::new(&log, consumer, "worker", fold).with_pace(PACE);
            consumers.spawn(consumer.run(std::future::pending()));
        }
        Ok(Self {
            _following: followed(queue).follow(std::slice::from_ref(&log)),
            _consumers: consumers,
        })
    }
}

/// Writes down every position it is shown, in the transaction of its checkpoint.
struct Fold {
    store: EventStore,
    log: Log,
    consumer: &'static str,
}

impl Consume for Fold {
    type Error = LeaseError;

    async fn page(&mut self, lease: &mut Lease, after: Position) -> Result<PageDone, LeaseError> {
        let page = self.log.read_log(&ReadLog::after(after, 7)).await?;
        let worked = !page.events.is_empty();
        if worked {
            let away = |error: &dyn std::fmt::Display| StoreError::Unavailable(error.to_string());
            let mut client = self.store.pool().get().await.map_err(|error| away(&error))?;
            let transaction = client.transaction().await.map_err(|error| away(&error))?;
            for event in &page.events {
                let position = i64::try_from(event.position.get()).unwrap();
                transaction
                    .execute("insert into folded values ($1, $2)", &[&self.consumer, &position])
                    .await
                    .map_err(|error| away(&error))?;
            }
            lease.checkpoint_in(&*transaction, page.scanned_to).await?;
            transaction.commit().await.map_err(|error| away(&error))?;
        }
        Ok(PageDone {
            scanned_to: page.scanned_to,
            at_end: page.at_end,
            worked,
        })
    }

    fn lease_error(error: &LeaseError) -> Option<&LeaseError> {
        Some(error)
    }

    fn pause_after(&self, _error: &LeaseError, _failures: u32) -> Duration {
        Duration::from_millis(50)
    }

    fn given(&mut self, _position: Position) {}

    async fn stand_by(&mut self, _holder: &str) {}

    fn failed(&mut self, error: &LeaseError) {
        eprintln!("{}: {error}", self.consumer);
    }
}

async fn run(seed: u64) -> anyhow::Result<()> {
    let mut draws = Draws(seed);
    let chaos = draws.chaos();
    eprintln!("POSARS_CHAOS_SEED={seed}: {chaos:?}");
    let database = TestDatabase::create().await?;
    let client = sql(database.url()).await?;
    client
        .batch_execute(
            "create table folded (consumer text, position bigint, primary key (consumer, position))",
        )
        .await?;
    let queue = QueueDouble::by_hints_alone("chaos", Duration::from_millis(400), 4, chaos);
    let (_store, log) = process(&database, &queue).await?;
    let sweeper = Sweeper::new(std::slice::from_ref(&log), vec![followed(&queue)]);
    let sweep = tokio::spawn(sweeper.run(Duration::from_millis(250)));
    let mut workers = [
        Some(Worker::start(&database, &queue).await?),
        Some(Worker::start(&database, &queue).await?),
    ];
    for number in 0..APPENDS {
        log.append(any(&format!("sale-{number}"))).await?;
        match draws.below(12) {
            0 => queue.forge("nothing of ours"),
            1 => {
                let made_up = Position::new(draws.below(1_000_000));
                queue.forge(&Hint::of(name("main"), made_up).to_json());
            }
            2 => queue.forge(&Hint::of(name("nobody"), Position::new(draws.below(100))).to_json()),
            3 => tokio::time::sleep(Duration::from_millis(draws.below(100))).await,
            4 if draws.below(3) == 0 => {
                let one = usize::try_from(draws.below(2))?;
                // The kill comes first: the new one finds the leases taken until they run out.
                workers[one] = None;
                workers[one] = Some(Worker::start(&database, &queue).await?);
            }
            _ => {}
        }
    }
    let appended = Instant::now();
    eventually_within(HEALED, || async {
        let row = client.query_one("select count(*) from folded", &[]).await?;
        Ok(row.get::<_, i64>(0) == i64::try_from(APPENDS * 2)?)
    })
    .await?;
    eprintln!("POSARS_CHAOS_SEED={seed}: healed after {:?}", appended.elapsed());
    let head = all(&log).await?.len();
    for consumer in CONSUMERS {
        let rows = client
            .query(
                "select position from folded where consumer = $1 order by 1",
                &[&consumer],
            )
            .await?;
        let folded: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
        assert_eq!(
            folded,
            (1..=i64::try_from(head)?).collect::<Vec<_>>(),
            "{consumer}"
        );
    }
    // Nothing is left for ever: hints are settled, the rest is put aside.
    eventually("the queue is empty", || async { Ok(queue.depth() == 0) }).await?;
    sweep.abort();
    Ok(())
}

async fn eventually_within<F>(most: Duration, mut holds: impl FnMut() -> F) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<bool>>,
{
    let started = Instant::now();
    while !holds().await? {
        anyhow::ensure!(started.elapsed() < most, "the lag did not heal within {most:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn consumers_hold_what_the_log_holds_whatever_the_queue_does() -> anyhow::Result<()> {
    let asked = std::env::var("POSARS_CHAOS_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seeds = asked.map_or_else(|| vec![1, 2, 3, 4], |seed| vec![seed]);
    for seed in seeds {
        run(seed).await?;
    }
    Ok(())
}
