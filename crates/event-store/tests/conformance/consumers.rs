//! Consumers: every page once under one lease, whoever dies, is overtaken, fails or is told to stop.

use std::collections::VecDeque;
use std::time::Duration;

use posars_event_store::{
    Consume, Consumer, Lease, LeaseError, Log, NotCaughtUp, Pace, PageDone, Position, ReadLog, StoreError,
};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::fixture::{World, any, eventually, position};

const NAME: &str = "feed";
/// Longer than any test.
const LONG: Duration = Duration::from_secs(600);
const SHORT: Duration = Duration::from_millis(5);
/// More than any test tells, a process that stands by for a minute included.
const TOLD_MAX: usize = 16_384;
/// Waits that end by what a test does, not by time.
const PACE: Pace = Pace {
    lease: LONG,
    idle: LONG,
    stand_by: SHORT,
    poll: SHORT,
    stuck: LONG,
};

#[derive(Debug)]
enum Broken {
    Lease(LeaseError),
    /// Others were faster.
    Lost,
    /// Anything else.
    Failed,
}

impl From<LeaseError> for Broken {
    fn from(error: LeaseError) -> Self {
        Self::Lease(error)
    }
}

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        Self::Lease(error.into())
    }
}

/// Reads two events a page, and tells all that is asked of it.
struct Follower {
    log: Log,
    told: mpsc::Sender<String>,
    /// What the next pages fail with.
    failures: VecDeque<Broken>,
    /// How long the lease is left to others after a failure.
    pause: Duration,
    /// Keeps the first page from its end.
    held_up: Option<oneshot::Receiver<()>>,
    worked: bool,
}

impl Follower {
    fn tell(&self, what: String) {
        // A test that has seen enough no longer listens.
        let _ = self.told.try_send(what);
    }
}

impl Consume for Follower {
    type Error = Broken;

    async fn page(&mut self, _lease: &mut Lease, after: Position) -> Result<PageDone, Broken> {
        if let Some(failure) = self.failures.pop_front() {
            return Err(failure);
        }
        let page = self.log.read_log(&ReadLog::after(after, 2)).await?;
        self.tell(format!("page {after}..{}", page.scanned_to));
        if let Some(held_up) = self.held_up.take() {
            drop(held_up.await);
        }
        Ok(PageDone {
            scanned_to: page.scanned_to,
            at_end: page.at_end,
            worked: self.worked,
        })
    }

    fn lease_error(error: &Broken) -> Option<&LeaseError> {
        match error {
            Broken::Lease(error) => Some(error),
            Broken::Lost | Broken::Failed => None,
        }
    }

    fn is_lost_race(error: &Broken) -> bool {
        matches!(error, Broken::Lost)
    }

    fn pause_after(&self, error: &Broken, failures: u32) -> Duration {
        self.tell(format!("failure {failures}"));
        match error {
            Broken::Lost => SHORT,
            Broken::Failed | Broken::Lease(_) => self.pause,
        }
    }

    fn given(&mut self, position: Position) {
        self.tell(format!("given {position}"));
    }

    fn lapsed(&mut self) {
        self.tell("lapsed".to_owned());
    }

    fn done(&mut self, done: &PageDone) {
        self.tell(format!("done {}", done.scanned_to));
    }

    async fn stand_by(&mut self, holder: &str) {
        self.tell(format!("stand by {holder}"));
    }

    fn failed(&mut self, error: &Broken) {
        self.tell(format!("failed {error:?}"));
    }

    fn ended(&mut self) {
        self.tell("ended".to_owned());
    }
}

struct Told(mpsc::Receiver<String>);

impl Told {
    /// The next thing told; times out rather than hang.
    async fn next(&mut self) -> anyhow::Result<String> {
        let next = tokio::time::timeout(Duration::from_secs(60), self.0.recv()).await?;
        next.ok_or_else(|| anyhow::anyhow!("nothing more is told"))
    }

    /// Everything told before this.
    async fn until(&mut self, wanted: &str) -> anyhow::Result<Vec<String>> {
        let mut before = Vec::new();
        loop {
            let next = self.next().await?;
            if next == wanted {
                return Ok(before);
            }
            before.push(next);
        }
    }
}

fn follower(world: &World) -> (Follower, Told) {
    let (told, listen) = mpsc::channel(TOLD_MAX);
    let follower = Follower {
        log: world.log.clone(),
        told,
        failures: VecDeque::new(),
        pause: SHORT,
        held_up: None,
        worked: true,
    };
    (follower, Told(listen))
}

fn consumer(world: &World, follower: Follower, pace: Pace) -> Consumer<Follower> {
    Consumer::new(&world.log, NAME, "here", follower).with_pace(pace)
}

/// A run that ends when the sender is dropped.
fn running(consumer: Consumer<Follower>) -> (oneshot::Sender<()>, JoinHandle<()>) {
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(consumer.run(async move { drop(stopped.await) }));
    (stop, task)
}

async fn with_events(count: u64) -> anyhow::Result<World> {
    let world = World::open().await?;
    for _ in 0..count {
        world.log.append(any("s-1")).await?;
    }
    Ok(world)
}

async fn reached(world: &World) -> anyhow::Result<Position> {
    Ok(world.log.subscription(NAME).position().await?)
}

/// Whether nobody has the lease: whoever asks gets it, and gives it back.
async fn is_free(world: &World) -> anyhow::Result<bool> {
    match world.log.subscription(NAME).acquire("asks", LONG).await {
        Ok(lease) => {
            lease.release().await?;
            Ok(true)
        }
        Err(LeaseError::Held { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Ends a lease as time would, without waiting for it.
async fn expire(world: &World) -> anyhow::Result<()> {
    let past = "update checkpoints set lease_until = now() - interval '1 second'";
    Ok(world.sql().await?.batch_execute(past).await?)
}

#[tokio::test]
async fn a_catch_up_ends_at_its_position_and_does_nothing_twice() -> anyhow::Result<()> {
    let world = with_events(5).await?;
    let (follower, mut told) = follower(&world);
    let mut consumer = consumer(&world, follower, PACE);
    assert_eq!(consumer.catch_up_to(position(3)).await.ok(), Some(position(4)));
    let pages = told.until("lapsed").await?;
    assert_eq!(pages, ["given 0", "page 0..2", "done 2", "page 2..4", "done 4"]);
    assert_eq!(reached(&world).await?, position(4));
    assert_eq!(consumer.catch_up_to(position(4)).await.ok(), Some(position(4)));
    assert_eq!(consumer.catch_up_to(position(5)).await.ok(), Some(position(5)));
    let pages = told.until("lapsed").await?;
    assert_eq!(pages, ["given 4", "page 4..5", "done 5"]);
    assert!(is_free(&world).await?);
    Ok(())
}

#[tokio::test]
async fn a_dead_holders_work_is_taken_over_where_it_ended() -> anyhow::Result<()> {
    let world = with_events(3).await?;
    let mut dead = world.log.subscription(NAME).acquire("dead", LONG).await?;
    dead.checkpoint(position(2)).await?;
    let (follower, mut told) = follower(&world);
    let (_stop, _task) = running(consumer(&world, follower, PACE));
    assert_eq!(told.next().await?, "stand by dead");
    expire(&world).await?;
    let before = told.until("given 2").await?;
    assert!(before.iter().all(|what| what == "stand by dead"), "{before:?}");
    assert_eq!(told.next().await?, "page 2..3");
    // What is appended later wakes it.
    told.until("done 3").await?;
    world.log.append(any("s-2")).await?;
    assert_eq!(told.next().await?, "page 3..4");
    Ok(())
}

#[tokio::test]
async fn an_overtaken_holder_writes_no_checkpoint_and_stands_by() -> anyhow::Result<()> {
    let world = with_events(4).await?;
    let (mut follower, mut told) = follower(&world);
    let (let_go, held_up) = oneshot::channel();
    follower.held_up = Some(held_up);
    let (_stop, _task) = running(consumer(&world, follower, PACE));
    told.until("page 0..2").await?;
    // It sleeps through its lease in the middle of a page.
    expire(&world).await?;
    let mut new = world.log.subscription(NAME).acquire("new", LONG).await?;
    new.checkpoint(position(1)).await?;
    drop(let_go);
    assert_eq!(
        told.next().await?,
        "lapsed",
        "no page is done, and nothing failed"
    );
    assert_eq!(told.next().await?, "stand by new");
    assert_eq!(reached(&world).await?, position(1));
    new.release().await?;
    told.until("given 1").await?;
    assert_eq!(
        told.next().await?,
        "page 1..3",
        "the page is done over from the checkpoint"
    );
    Ok(())
}

#[tokio::test]
async fn a_stop_ends_the_page_under_way_and_gives_the_lease_back() -> anyhow::Result<()> {
    let world = with_events(4).await?;
    let (mut follower, mut told) = follower(&world);
    let (let_go, held_up) = oneshot::channel();
    follower.held_up = Some(held_up);
    let (stop, task) = running(consumer(&world, follower, PACE));
    told.until("page 0..2").await?;
    drop((stop, let_go));
    task.await?;
    assert_eq!(told.until("ended").await?, ["done 2", "lapsed"]);
    assert_eq!(reached(&world).await?, position(2));
    assert!(is_free(&world).await?);
    Ok(())
}

#[tokio::test]
async fn a_stop_ends_every_wait() -> anyhow::Result<()> {
    let world = with_events(1).await?;
    // For the log to grow.
    let (idle, mut told) = follower(&world);
    let (stop, task) = running(consumer(&world, idle, PACE));
    told.until("done 1").await?;
    drop(stop);
    task.await?;
    // For the end of a pause after a failure.
    let (mut failing, mut told) = follower(&world);
    failing.pause = LONG;
    failing.failures.push_back(Broken::Failed);
    let (stop, task) = running(consumer(&world, failing, PACE));
    told.until("failed Failed").await?;
    assert!(is_free(&world).await?, "the pause is nobody's");
    drop(stop);
    task.await?;
    assert_eq!(
        told.until("ended").await?.len(),
        1,
        "the failure is counted, nothing more"
    );
    // For another holder.
    let _other = world.log.subscription(NAME).acquire("other", LONG).await?;
    let (standing, mut told) = follower(&world);
    let stand_by = LONG;
    let (stop, task) = running(consumer(&world, standing, Pace { stand_by, ..PACE }));
    told.until("stand by other").await?;
    drop(stop);
    task.await?;
    assert_eq!(told.until("ended").await?, Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn failures_in_a_row_are_counted_until_a_page_is_done() -> anyhow::Result<()> {
    let world = with_events(2).await?;
    let (mut follower, mut told) = follower(&world);
    follower
        .failures
        .extend([Broken::Failed, Broken::Lost, Broken::Failed]);
    let (_stop, _task) = running(consumer(&world, follower, PACE));
    let told_until_done = told.until("done 2").await?;
    let expected = [
        "given 0",
        "lapsed",
        "failed Failed",
        "failure 1",
        // A lost race keeps the lease.
        "given 0",
        "failure 2",
        "lapsed",
        "failed Failed",
        "failure 3",
        "given 0",
        "page 0..2",
    ];
    assert_eq!(told_until_done, expected);
    Ok(())
}

#[tokio::test]
async fn a_catch_up_goes_on_after_a_lost_race_and_ends_at_a_failure() -> anyhow::Result<()> {
    let world = with_events(2).await?;
    let (mut follower, mut told) = follower(&world);
    follower.failures.extend([Broken::Lost, Broken::Failed]);
    let mut consumer = consumer(&world, follower, PACE);
    let failed = consumer.catch_up_to(position(2)).await;
    assert!(
        matches!(failed, Err(NotCaughtUp::Failed(Broken::Failed))),
        "{failed:?}"
    );
    assert!(is_free(&world).await?);
    assert_eq!(consumer.catch_up_to(position(2)).await.ok(), Some(position(2)));
    told.until("done 2").await?;
    Ok(())
}

#[tokio::test]
async fn an_idle_holder_keeps_its_lease_and_says_how_far_it_looked() -> anyhow::Result<()> {
    let world = with_events(3).await?;
    let (mut follower, mut told) = follower(&world);
    follower.worked = false;
    let (_stop, _task) = running(consumer(&world, follower, Pace { idle: SHORT, ..PACE }));
    told.until("done 3").await?;
    eventually("the position is written that it looked up to", || async {
        Ok(reached(&world).await? == position(3))
    })
    .await?;
    expire(&world).await?;
    eventually("the lease is renewed", || async {
        let feeds = world.log.subscriptions().await?;
        Ok(feeds.iter().any(|feed| feed.name == NAME && feed.lease.is_some()))
    })
    .await?;
    assert!(!is_free(&world).await?);
    Ok(())
}

#[tokio::test]
async fn pages_without_work_are_not_written_one_by_one() -> anyhow::Result<()> {
    let world = with_events(4).await?;
    let (mut follower, mut told) = follower(&world);
    follower.worked = false;
    let (stop, task) = running(consumer(&world, follower, PACE));
    told.until("done 4").await?;
    assert_eq!(reached(&world).await?, Position::START);
    drop(stop);
    task.await?;
    Ok(())
}

#[tokio::test]
async fn a_catch_up_waits_for_a_holder_that_moves_and_not_for_one_that_is_stuck() -> anyhow::Result<()> {
    let world = with_events(2).await?;
    let mut other = world.log.subscription(NAME).acquire("other", LONG).await?;
    other.checkpoint(position(1)).await?;
    let (follower, told) = follower(&world);
    let mut stuck = consumer(&world, follower, Pace { stuck: SHORT, ..PACE });
    match stuck.catch_up_to(position(2)).await {
        Err(NotCaughtUp::Stuck(stuck)) => {
            assert_eq!((stuck.position, stuck.holder.as_str()), (position(1), "other"));
            assert!(stuck.waited_ms >= 5 && stuck.remaining_ms > 0, "{stuck:?}");
        }
        other => panic!("{other:?}"),
    }
    let mut patient = stuck.with_pace(PACE);
    let waits = tokio::spawn(async move { patient.catch_up_to(position(2)).await.ok() });
    other.checkpoint(position(2)).await?;
    assert_eq!(waits.await?, Some(position(2)));
    drop(told);
    Ok(())
}
