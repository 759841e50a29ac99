//! Posting to the books: sales into entries and what is owed for them, against appends of the very same events.

use std::time::Instant;

use clap::Args;
use jiff::Timestamp;
use posars_commands::reactors::{BooksReactor, ReactorRunner};
use posars_commands::{Actor, Commands, Envelope, Source};
use posars_domain::Currency;
use posars_domain::books::BeginBooks;
use posars_event_store::{
    Append, EventStore, ExpectedVersion, JsonText, Log, LogName, NewEvent, Position, ReadLog, StoreConfig,
    StreamName,
};
use serde::Serialize;

use super::load::median_of;
use super::rebuild::{FILL_EVENTS, fill};
use super::scratch::on_scratch;
use super::{Place, ROUNDS, table};

/// Events of one append, as the reactor sends them.
const SLICE_EVENTS: usize = 1_000;

/// Options of `posars bench books`.
#[derive(Debug, Args)]
pub(crate) struct BooksArgs {
    /// Sales to post in each round
    #[arg(long, default_value_t = 50_000, value_parser = clap::value_parser!(u64).range(1_000..=10_000_000))]
    sales: u64,
    #[command(flatten)]
    place: Place,
}

/// What was measured: medians over the rounds.
#[derive(Debug, Serialize)]
struct Report {
    sales: u64,
    rounds: usize,
    /// One entry for each sale.
    entries_per_second: f64,
    /// The entries, and what is owed for them.
    events_per_second: f64,
    /// The same events appended to another log, a thousand at a time, without a look at a sale.
    append_events_per_second: f64,
    ratio_to_append: f64,
}

/// Runs it and prints the report.
pub(crate) async fn run(args: BooksArgs) -> anyhow::Result<()> {
    let report = on_scratch(&args.place, 1, async |url| measure(url, &args).await).await?;
    table::print(&report, args.place.json)
}

async fn measure(url: &str, args: &BooksArgs) -> anyhow::Result<Report> {
    let store = EventStore::connect(StoreConfig::new(url)).await?;
    let sales = args.sales / FILL_EVENTS * FILL_EVENTS;
    let (mut entries, mut posted, mut appended) = (vec![], vec![], vec![]);
    for round in 0..ROUNDS {
        let log = store.log(&LogName::parse(&format!("books{round}"))?).await?;
        fill(&log, sales).await?;
        begin(&log).await?;
        let before = log.head().await?.position;
        let began = Instant::now();
        let mut runner = ReactorRunner::<BooksReactor>::new(log.clone(), "bench");
        runner.catch_up_to(before).await?;
        let seconds = began.elapsed().as_secs_f64();
        let count = log.head().await?.position.get() - before.get();
        entries.push(f64::from(u32::try_from(sales)?) / seconds);
        posted.push(f64::from(u32::try_from(count)?) / seconds);
        let bare = store.log(&LogName::parse(&format!("bare{round}"))?).await?;
        appended.push(f64::from(u32::try_from(count)?) / append_again(&log, before, &bare).await?);
    }
    let ratios = posted.iter().zip(&appended);
    Ok(Report {
        sales,
        rounds: ROUNDS,
        ratio_to_append: median_of(ratios.map(|(posted, appended)| posted / appended).collect()),
        entries_per_second: median_of(entries),
        events_per_second: median_of(posted),
        append_events_per_second: median_of(appended),
    })
}

/// Begins the books, so that everything in the log is posted.
async fn begin(log: &Log) -> anyhow::Result<()> {
    let begin = BeginBooks {
        currency: Currency::BRL,
        begins_on: None,
        up_to_position: 0,
        opening: Vec::new(),
    };
    let actor = Actor {
        subject: "bench".into(),
        client: None,
    };
    let envelope = Envelope::new(actor, Source::Api, Timestamp::now());
    Commands::new(log.clone()).carry_out(&begin, &envelope).await?;
    Ok(())
}

/// Appends to another log what stands after a position; the seconds that the appends took.
async fn append_again(log: &Log, after: Position, bare: &Log) -> anyhow::Result<f64> {
    let mut seconds = 0.0;
    let mut after = after;
    loop {
        let limit = u32::try_from(SLICE_EVENTS)?;
        let page = log.read_log(&ReadLog::after(after, limit)).await?;
        let mut writes: Vec<(StreamName, ExpectedVersion, Vec<NewEvent>)> = Vec::new();
        for event in page.events {
            let new = NewEvent {
                event_id: event.event_id,
                event_type: event.event_type,
                schema_version: event.schema_version,
                data: JsonText::parse(&event.data)?,
                metadata: JsonText::parse(&event.metadata)?,
            };
            writes.push((event.stream, ExpectedVersion::NoStream, vec![new]));
        }
        if let Some(append) = Append::to_all(writes) {
            let began = Instant::now();
            bare.append(append).await?;
            seconds += began.elapsed().as_secs_f64();
        }
        if page.at_end {
            return Ok(seconds);
        }
        after = page.scanned_to;
    }
}
