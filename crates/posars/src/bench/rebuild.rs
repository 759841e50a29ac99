//! A rebuild of one projection from the whole log, against COPY out of the same events.

use std::time::Instant;

use clap::Args;
use futures_util::{StreamExt, TryStreamExt};
use posars_event_store::{Append, EventStore, ExpectedVersion, Log, LogName, StoreConfig, StreamName};
use posars_projections::{Projections, RebuildOptions};
use serde::Serialize;
use uuid::Uuid;

use super::load::median_of;
use super::sample_sale::sale_recorded;
use super::scratch::{connect, on_scratch};
use super::{Place, ROUNDS, table};

/// Events per append while the log is filled.
pub(super) const FILL_EVENTS: u64 = 1_000;
/// Appends under way at once while the log is filled.
const FILL_APPENDS: usize = 4;

/// Options of `posars bench rebuild`.
#[derive(Debug, Args)]
pub(crate) struct RebuildArgs {
    /// Sales in the log
    #[arg(long, default_value_t = 500_000, value_parser = clap::value_parser!(u64).range(1_000..=50_000_000))]
    events: u64,
    /// Ranges of the log folded side by side
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=8))]
    workers: u16,
    /// What to rebuild
    #[arg(long, default_value = "daily_sales")]
    projection: String,
    #[command(flatten)]
    place: Place,
}

/// What was measured: medians over the rounds.
#[derive(Debug, Serialize)]
struct Report {
    projection: String,
    events: u64,
    workers: u16,
    rounds: usize,
    /// Fold and load, until the new table is full and indexed.
    rebuild_events_per_second: f64,
    /// The whole command, with the comparison against the live table and the swap.
    whole_events_per_second: f64,
    /// One COPY of the same columns, thrown away on arrival.
    copy_events_per_second: f64,
    /// As many COPYs at once as there are workers, each of its own range.
    parallel_copy_events_per_second: f64,
    ratio_to_copy: f64,
    ratio_to_parallel_copy: f64,
}

/// Runs it and prints the report.
pub(crate) async fn run(args: RebuildArgs) -> anyhow::Result<()> {
    let report = on_scratch(&args.place, usize::from(args.workers), async |url| {
        measure(url, &args).await
    })
    .await?;
    table::print(&report, args.place.json)
}

async fn measure(url: &str, args: &RebuildArgs) -> anyhow::Result<Report> {
    let store = EventStore::connect(StoreConfig::new(url)).await?;
    let log = store.log(&LogName::parse("bench")?).await?;
    let events = args.events / FILL_EVENTS * FILL_EVENTS;
    fill(&log, events).await?;
    connect(url)
        .await?
        .batch_execute(include_str!("sql/settle.sql"))
        .await?;
    let projections = Projections::open(store, log).await?;
    let options = RebuildOptions {
        workers: usize::from(args.workers),
    };
    let count = f64::from(u32::try_from(events)?);
    let (mut rebuilds, mut wholes, mut copies, mut parallels) = (vec![], vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        copies.push(count / copy_out(url, events, 1).await?);
        let report = projections
            .rebuild(&args.projection, &options, &|_| {
                std::ops::ControlFlow::Continue(())
            })
            .await?;
        anyhow::ensure!(
            report.events == events,
            "{} of {events} events were folded",
            report.events
        );
        rebuilds.push(count / report.load_seconds);
        wholes.push(count / report.seconds);
        parallels.push(count / copy_out(url, events, u64::from(args.workers)).await?);
    }
    let ratio = |limit: &[f64]| {
        median_of(
            rebuilds
                .iter()
                .zip(limit)
                .map(|(rebuild, limit)| rebuild / limit)
                .collect(),
        )
    };
    Ok(Report {
        projection: args.projection.clone(),
        events,
        workers: args.workers,
        rounds: ROUNDS,
        ratio_to_copy: ratio(&copies),
        ratio_to_parallel_copy: ratio(&parallels),
        rebuild_events_per_second: median_of(rebuilds),
        whole_events_per_second: median_of(wholes),
        copy_events_per_second: median_of(copies),
        parallel_copy_events_per_second: median_of(parallels),
    })
}

/// Fills a log with so many sales, a multiple of a thousand.
pub(super) async fn fill(log: &Log, events: u64) -> anyhow::Result<()> {
    let appends = (0..events / FILL_EVENTS).map(|block| async move {
        let mut append: Option<Append> = None;
        for number in block * FILL_EVENTS..(block + 1) * FILL_EVENTS {
            let (sale_id, event) = sale_recorded(number)?;
            let stream = StreamName::new("sale", sale_id)?;
            append = Some(match append {
                None => Append::to(stream, ExpectedVersion::NoStream, vec![event]),
                Some(append) => append.also(stream, ExpectedVersion::NoStream, vec![event]),
            });
        }
        if let Some(append) = append {
            log.append(append.idempotent(Uuid::now_v7(), [0; 32])).await?;
        }
        anyhow::Ok(())
    });
    futures_util::stream::iter(appends)
        .buffer_unordered(FILL_APPENDS)
        .try_collect::<Vec<()>>()
        .await?;
    Ok(())
}

/// Seconds of reading every event by `workers` COPYs side by side, without looking at them.
async fn copy_out(url: &str, events: u64, workers: u64) -> anyhow::Result<f64> {
    let mut clients = Vec::new();
    for worker in 0..workers {
        clients.push((connect(url).await?, worker));
    }
    let started = Instant::now();
    let mut copies = tokio::task::JoinSet::new();
    for (client, worker) in clients {
        // COPY takes no binds; these are integers.
        let statement = include_str!("sql/copy_events.sql")
            .replace("$1", &(events * worker / workers).to_string())
            .replace("$2", &(events * (worker + 1) / workers).to_string());
        copies.spawn(async move {
            let rows = client.copy_out(&statement).await?;
            let bytes = rows
                .try_fold(0, |sum, chunk| async move { Ok(sum + chunk.len()) })
                .await?;
            anyhow::Ok(bytes)
        });
    }
    while let Some(copied) = copies.join_next().await {
        anyhow::ensure!(copied?? > 0, "COPY gave nothing");
    }
    Ok(started.elapsed().as_secs_f64())
}
