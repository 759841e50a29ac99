//! From the commit of a sale to a read model that has it, through a queue between two processes, at a given rate.
//!
//! The rate is kept whatever happens: a sale that is due is recorded, also while others are under way. The log is not polled.
//! After a hint the head is looked at every 20 ms for a moment, as it is with real queues, so a sale may be applied before its
//! own hint comes; `--by-hints-alone` does without. The queue's own delay, from the call that sends a hint to the call that
//! receives it, is taken off for the sales that waited for their hint; what posars waits before either call is its own.

mod timed;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use clap::Args;
use jiff::Timestamp;
use posars_aws::{SqsQueue, SqsWakeUps};
use posars_commands::{Actor, Commands, Envelope, Source};
use posars_event_store::{
    Chaos, EventStore, LogName, Position, Queue, QueueDouble, StoreConfig, WakeUpChannel,
};
use posars_projections::{Projections, subscription_name};
use serde::Serialize;
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

use self::timed::{Calls, Hinted, Timed};
use super::load::percentile;
use super::sample_sale::{record_sale, stores};
use super::scratch::on_scratch;
use super::{Place, table};
use crate::aws_clients::aws_clients;

const COMPANY: &str = "bench";
/// Nobody polls: only hints wake.
const NEVER: Duration = Duration::from_secs(86_400);
/// Sales are started together this often.
const TICK: Duration = Duration::from_millis(10);
/// Sales under way; the server is not up to the rate when there are more.
const UNDER_WAY_MAX: usize = 4_096;
/// How long the read model may take to come to the end.
const END_WAIT: Duration = Duration::from_secs(30);
/// What a queue of AWS holds a hint back for.
const HOLD: Duration = Duration::from_secs(30);

/// Options of `posars bench queue`.
#[derive(Debug, Args)]
pub(crate) struct QueueArgs {
    /// Sales a second
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(100..=10_000))]
    sales_per_second: u32,
    /// Seconds
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=600))]
    seconds: u32,
    /// The read model that must have each sale
    #[arg(long, value_name = "NAME", default_value = "sales")]
    read_model: String,
    /// Go through a queue of SQS, where the environment's AWS_ENDPOINT_URL and credentials lead, instead of one in memory
    #[arg(long)]
    sqs: bool,
    /// Receive every hint as it comes, and look at nothing between them: more calls of the queue
    #[arg(long)]
    by_hints_alone: bool,
    #[command(flatten)]
    place: Place,
}

/// What was measured.
#[derive(Debug, Serialize)]
struct Report {
    queue: &'static str,
    read_model: String,
    sales_per_second: u32,
    seconds: u32,
    recorded_per_second: f64,
    by_hints_alone: bool,
    /// Of a hundred sales, how many waited for their hint; a look at the log after an earlier one found the others.
    waited_for_hint_percent: f64,
    /// From the commit's answer to the read model.
    applied_p50_ms: f64,
    applied_p99_ms: f64,
    /// Of the hints, inside the queue.
    queue_p50_ms: f64,
    queue_p99_ms: f64,
    /// What is left.
    beyond_p50_ms: f64,
    beyond_p99_ms: f64,
    beyond_max_ms: f64,
    /// Calls of the one consumer.
    calls_per_second: f64,
    receives_per_second: f64,
    settles_per_second: f64,
    /// Calls of the one writer.
    sends_per_second: f64,
}

/// Runs it and prints the report.
pub(crate) async fn run(args: QueueArgs) -> anyhow::Result<()> {
    let report = on_scratch(&args.place, 64, async |url| {
        if !args.sqs {
            let double = QueueDouble::new("bench", HOLD, 10, Chaos::default());
            return measure(url, &args, "memory", Arc::new(double)).await;
        }
        let clients = aws_clients()
            .await
            .map_err(|failure| anyhow::anyhow!("{failure}"))?;
        let queue = SqsQueue::create(clients, &format!("posars-bench-{}", Uuid::now_v7())).await?;
        let channel = Arc::new(SqsWakeUps::new(clients, "bench", queue.url()));
        let measured = measure(url, &args, "sqs", channel).await;
        queue.remove().await?;
        measured
    })
    .await?;
    table::print(&report, args.place.json)
}

async fn open(url: &str, channel: Arc<dyn WakeUpChannel>) -> anyhow::Result<EventStore> {
    let mut config = StoreConfig::new(url);
    (config.poll_interval, config.announce_to) = (NEVER, vec![channel]);
    Ok(EventStore::connect(config).await?)
}

async fn measure(
    url: &str,
    args: &QueueArgs,
    kind: &'static str,
    channel: Arc<dyn WakeUpChannel>,
) -> anyhow::Result<Report> {
    let timed = Arc::new(Timed::new(channel, args.by_hints_alone));
    let log_name = LogName::parse(COMPANY)?;
    let channel: Arc<dyn WakeUpChannel> = Arc::<Timed>::clone(&timed);
    let writing = open(url, Arc::clone(&channel)).await?;
    let log = writing.log(&log_name).await?;
    let commands = Commands::new(log.clone());
    for define in stores()? {
        commands.carry_out(&define, &envelope()).await?;
    }
    // The second process, as far as the log can tell; what it would announce goes nowhere.
    let nowhere = QueueDouble::new("nowhere", HOLD, 10, Chaos::default());
    let reading = open(url, Arc::new(nowhere)).await?;
    let projections = Projections::open(reading.clone(), reading.log(&log_name).await?).await?;
    ensure!(
        projections.names().contains(&args.read_model.as_str()),
        "there is no read model {}; the names are {}",
        args.read_model,
        projections.names().join(", ")
    );
    let applied = projections.applied(&args.read_model);
    let runner = projections.run_some("bench", |name| name == args.read_model);
    let consumers = vec![subscription_name(&args.read_model)];
    let queue = Queue::of(channel, consumers);
    let _following = queue.follow(&[reading.log(&log_name).await?]);
    reached(applied.clone(), log.head().await?.position).await?;
    timed.begin();
    let (mut noting, steps) = (JoinSet::new(), Arc::new(Mutex::new(Vec::new())));
    noting.spawn(note(applied.clone(), Arc::clone(&steps)));
    let started = Instant::now();
    let sales = offer(&commands, args).await?;
    let took = started.elapsed();
    let calls = timed.calls();
    let last = sales.iter().map(|sale| sale.position).max();
    reached(applied, last.context("no sale was recorded")?).await?;
    runner.stop().await;
    noting.shutdown().await;
    let steps = steps.lock().unwrap_or_else(PoisonError::into_inner);
    report(
        args,
        kind,
        &Seen {
            sales,
            steps: &steps,
            hints: timed.hints(),
        },
        took,
        calls,
    )
}

/// A sale whose commit was answered.
struct Recorded {
    position: Position,
    at: Instant,
}

/// Where the read model was at an instant.
type Step = (Position, Instant);

/// Everything that was noted.
struct Seen<'a> {
    sales: Vec<Recorded>,
    steps: &'a [Step],
    hints: Vec<Hinted>,
}

/// Starts as many sales as are due, whether or not earlier ones are answered.
async fn offer(commands: &Commands, args: &QueueArgs) -> anyhow::Result<Vec<Recorded>> {
    let all = u64::from(args.sales_per_second) * u64::from(args.seconds);
    let mut ticks = tokio::time::interval(TICK);
    let (started, mut number, mut sales) = (Instant::now(), 0, JoinSet::new());
    let mut recorded = Vec::with_capacity(usize::try_from(all)?);
    while number < all {
        ticks.tick().await;
        let due = started.elapsed().as_millis() * u128::from(args.sales_per_second) / 1_000;
        while number < all && u128::from(number) < due {
            let (commands, sale) = (commands.clone(), record_sale(number)?);
            number += 1;
            sales.spawn(async move {
                let completed = commands.carry_out(&sale, &envelope()).await?;
                anyhow::Ok(Recorded {
                    position: completed.position,
                    at: Instant::now(),
                })
            });
        }
        ensure!(
            sales.len() < UNDER_WAY_MAX,
            "this server does not record {} sales a second; ask for fewer",
            args.sales_per_second
        );
        while let Some(done) = sales.try_join_next() {
            recorded.push(done??);
        }
    }
    while let Some(done) = sales.join_next().await {
        recorded.push(done??);
    }
    Ok(recorded)
}

fn envelope() -> Envelope {
    let actor = Actor {
        subject: "bench".into(),
        client: None,
    };
    Envelope::new(actor, Source::Api, Timestamp::now())
}

/// Notes every step of the read model.
async fn note(mut applied: watch::Receiver<Position>, steps: Arc<Mutex<Vec<Step>>>) {
    while applied.changed().await.is_ok() {
        let step = (*applied.borrow_and_update(), Instant::now());
        steps.lock().unwrap_or_else(PoisonError::into_inner).push(step);
    }
}

async fn reached(mut applied: watch::Receiver<Position>, position: Position) -> anyhow::Result<()> {
    let reached = applied.wait_for(|applied| *applied >= position);
    let reached = tokio::time::timeout(END_WAIT, reached).await;
    reached.context("the read model did not come to the end: a hint was lost")??;
    Ok(())
}

fn report(
    args: &QueueArgs,
    kind: &'static str,
    seen: &Seen<'_>,
    took: Duration,
    calls: Calls,
) -> anyhow::Result<Report> {
    let (mut applied, mut beyond) = (Vec::new(), Vec::new());
    let mut queue: Vec<Duration> = seen.hints.iter().map(|hint| hint.delay).collect();
    let mut waited: u32 = 0;
    for sale in &seen.sales {
        let step = seen
            .steps
            .partition_point(|(position, _)| *position < sale.position);
        let (_, at) = seen.steps.get(step).context("a sale was never applied")?;
        let took = at.saturating_duration_since(sale.at);
        // The first hint that reached it, if it came before.
        let hint = seen.hints.partition_point(|hint| hint.position < sale.position);
        let hint = seen.hints.get(hint).filter(|hint| hint.received_at <= *at);
        waited += u32::from(hint.is_some());
        let delay = hint.map_or(Duration::ZERO, |hint| hint.delay);
        applied.push(took);
        beyond.push(took.saturating_sub(delay));
    }
    for times in [&mut applied, &mut queue, &mut beyond] {
        times.sort_unstable();
    }
    let per_second = |count: u64| u32::try_from(count).map_or(0.0, f64::from) / took.as_secs_f64();
    Ok(Report {
        queue: kind,
        read_model: args.read_model.clone(),
        sales_per_second: args.sales_per_second,
        seconds: args.seconds,
        recorded_per_second: per_second(u64::try_from(seen.sales.len())?),
        by_hints_alone: args.by_hints_alone,
        waited_for_hint_percent: f64::from(waited) * 100.0 / f64::from(u32::try_from(seen.sales.len())?),
        applied_p50_ms: percentile(&applied, 50),
        applied_p99_ms: percentile(&applied, 99),
        queue_p50_ms: percentile(&queue, 50),
        queue_p99_ms: percentile(&queue, 99),
        beyond_p50_ms: percentile(&beyond, 50),
        beyond_p99_ms: percentile(&beyond, 99),
        beyond_max_ms: percentile(&beyond, 100),
        calls_per_second: per_second(calls.receives + calls.settles + calls.holds),
        receives_per_second: per_second(calls.receives),
        settles_per_second: per_second(calls.settles),
        sends_per_second: per_second(calls.sends),
    })
}
