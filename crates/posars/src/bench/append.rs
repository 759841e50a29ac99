//! Appends with all checks, idempotency and the chain on, against the bare INSERT.

use std::time::Duration;

use anyhow::Context;
use clap::{Args, ValueEnum};
use posars_event_store::{
    Append, AppendError, Direction, EventStore, EventType, ExpectedVersion, JsonText, Log, LogName, NewEvent,
    StoreConfig, StreamName, Version,
};
use serde::Serialize;
use uuid::Uuid;

use super::load::{self, Round};
use super::scratch::on_scratch;
use super::{Place, ROUNDS, insert, table};

/// Streams of the `existing` workload.
const EXISTING_STREAMS: u128 = 1_000;
/// How many of its newest events a load of the `existing` workload reads: the same however long the run is.
const HISTORY_EVENTS: u32 = 20;
const NEWEST: Version = Version::new(u64::MAX);
/// Events per append of the `bulk` workload.
const BULK_EVENTS: usize = 1_000;
/// Untimed start of both sides: connections, plans, first extension of the files.
const WARM_UP: Duration = Duration::from_millis(500);

/// What the appends do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Workload {
    /// One sale event to a new stream
    New,
    /// Load, decide, append on 1,000 existing streams
    Existing,
    /// 1,000 events per append; its limit is an unnest INSERT of 1,000 rows
    Bulk,
}

/// Options of `posars bench append`.
#[derive(Debug, Args)]
pub(crate) struct AppendArgs {
    /// Clients at once
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1024))]
    clients: u16,
    /// Seconds of each side, over all rounds
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// What the appends do
    #[arg(long, value_enum, default_value_t = Workload::New)]
    workload: Workload,
    #[command(flatten)]
    place: Place,
}

/// What was measured: medians over the rounds.
#[derive(Debug, Serialize)]
struct Report {
    workload: Workload,
    clients: u16,
    seconds: u64,
    rounds: usize,
    events_per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    insert_per_second: f64,
    insert_p50_ms: f64,
    insert_p99_ms: f64,
    ratio_to_insert: f64,
    ratio_p50_to_insert: f64,
}

/// Runs it and prints the report.
pub(crate) async fn run(args: AppendArgs) -> anyhow::Result<()> {
    let report = on_scratch(&args.place, usize::from(args.clients), async |url| {
        measure(url, &args).await
    })
    .await?;
    table::print(&report, args.place.json)
}

async fn measure(url: &str, args: &AppendArgs) -> anyhow::Result<Report> {
    let store = EventStore::connect(StoreConfig::new(url)).await?;
    let log = store.log(&LogName::parse("bench")?).await?;
    let round = Duration::from_secs(args.seconds) / u32::try_from(ROUNDS)?;
    let bulk = if args.workload == Workload::Bulk {
        BULK_EVENTS
    } else {
        1
    };
    let make = || anyhow::Ok((format!("sale-{}", Uuid::now_v7()), sale_event()?));
    let mut inserters = insert::clients(url, usize::from(args.clients), bulk > 1).await?;
    if args.workload == Workload::Existing {
        prepare_streams(&log).await?;
    }
    (_, inserters) = insert::round(inserters, WARM_UP, bulk, make).await?;
    append_round(&log, args, WARM_UP).await?;
    let (mut appends, mut inserts) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let measured;
        (measured, inserters) = insert::round(inserters, round, bulk, make).await?;
        inserts.push(measured);
        appends.push(append_round(&log, args, round).await?);
    }
    let proof = log.verify(None, |_| {}).await?;
    anyhow::ensure!(
        proof.fault.is_none(),
        "the log does not verify after the benchmark: {:?}",
        proof.fault
    );
    let ratios = |figure: fn(&Round) -> f64| {
        load::median_of(
            appends
                .iter()
                .zip(&inserts)
                .map(|(a, i)| figure(a) / figure(i))
                .collect(),
        )
    };
    let (append, insert) = (load::median(&appends), load::median(&inserts));
    Ok(Report {
        workload: args.workload,
        clients: args.clients,
        seconds: args.seconds,
        rounds: ROUNDS,
        events_per_second: append.per_second,
        p50_ms: append.p50_ms,
        p99_ms: append.p99_ms,
        insert_per_second: insert.per_second,
        insert_p50_ms: insert.p50_ms,
        insert_p99_ms: insert.p99_ms,
        ratio_to_insert: ratios(|round| round.per_second),
        ratio_p50_to_insert: ratios(|round| round.p50_ms),
    })
}

async fn append_round(log: &Log, args: &AppendArgs, duration: Duration) -> anyhow::Result<Round> {
    let clients = vec![log.clone(); usize::from(args.clients)];
    let (round, _) = match args.workload {
        Workload::New => load::run(clients, duration, 1, append_new).await?,
        Workload::Existing => load::run(clients, duration, 1, append_existing).await?,
        Workload::Bulk => load::run(clients, duration, BULK_EVENTS, append_bulk).await?,
    };
    Ok(round)
}

async fn append_new(log: Log) -> anyhow::Result<Log> {
    let key = Uuid::now_v7();
    let append = Append::to(
        StreamName::new("sale", key)?,
        ExpectedVersion::NoStream,
        vec![sale_event()?],
    );
    log.append(append.idempotent(key, [7; 32])).await?;
    Ok(log)
}

async fn append_bulk(log: Log) -> anyhow::Result<Log> {
    let key = Uuid::now_v7();
    let event = || anyhow::Ok((StreamName::new("sale", Uuid::now_v7())?, sale_event()?));
    let (first, event_of_first) = event()?;
    let mut append = Append::to(first, ExpectedVersion::NoStream, vec![event_of_first]);
    for _ in 1..BULK_EVENTS {
        let (stream, event) = event()?;
        append = append.also(stream, ExpectedVersion::NoStream, vec![event]);
    }
    log.append(append.idempotent(key, [7; 32])).await?;
    Ok(log)
}

fn existing_stream(number: u128) -> anyhow::Result<StreamName> {
    Ok(StreamName::new("order", number % EXISTING_STREAMS)?)
}

async fn prepare_streams(log: &Log) -> anyhow::Result<()> {
    for number in 0..EXISTING_STREAMS {
        let history = (0..HISTORY_EVENTS)
            .map(|_| sale_event())
            .collect::<anyhow::Result<_>>()?;
        let append = Append::to(existing_stream(number)?, ExpectedVersion::NoStream, history);
        log.append(append).await?;
    }
    Ok(())
}

/// Load, decide, append; a lost race is loaded and decided again, as a command would.
async fn append_existing(log: Log) -> anyhow::Result<Log> {
    let key = Uuid::now_v7();
    let stream = existing_stream(Uuid::new_v4().as_u128())?;
    loop {
        let history = log
            .read_stream(&stream, NEWEST, Direction::Backwards, HISTORY_EVENTS)
            .await?;
        let version = history
            .first()
            .map(|event| event.version)
            .context("a prepared stream is empty")?;
        let append = Append::to(
            stream.clone(),
            ExpectedVersion::Exact(version),
            vec![sale_event()?],
        );
        match log.append(append.idempotent(key, [7; 32])).await {
            Ok(_) => return Ok(log),
            Err(AppendError::WrongVersion { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// An event of about 450 bytes, the size of a sale of one line.
pub(crate) fn sale_event() -> anyhow::Result<NewEvent> {
    let id = Uuid::now_v7();
    let data = format!(
        r#"{{"sale_id":"{id}","store_id":"centro","register_no":"1","receipt":{{"series":"1","number":"{number}"}},"occurred_at":"2026-03-14T17:20:05Z","business_date":"2026-03-14","currency":"BRL","lines":[{{"line_id":1,"sku":"cafe_500g","description":"Cafe torrado 500 g","quantity":"2","unit":"UN","unit_price":"18.90","gross":3780,"line_discount":0,"order_discount":80,"net":3700}}],"payments":[{{"method":"pix","amount":3700}}],"total":3700}}"#,
        number = id.as_u128() % 1_000_000,
    );
    Ok(NewEvent {
        event_id: id,
        event_type: EventType::parse("SaleRecorded")?,
        schema_version: 1,
        data: JsonText::parse(&data)?,
        metadata: JsonText::parse(r#"{"actor":"cashier-7","source":"api"}"#)?,
    })
}
