//! `posars audit replay`: the history as JSON lines.

use std::io::{self, BufWriter, Write};

use clap::Args;
use posars_event_store::{Direction, Log, Position, ReadLog, RecordedEvent, StreamName, Version};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::companies::{CompanyArgs, option_of};
use crate::database::Need;
use crate::failure::{Exit, Failure};
use crate::house::House;
use crate::screen::Outcome;
use crate::session::{RunArgs, Session};

/// Events read at a time.
const PAGE_EVENTS: u32 = 2_000;

/// Options of `posars audit replay`.
#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
    /// The log as it stands in this very database, also when the company has moved to another one
    #[arg(long)]
    here: bool,
    /// Only this stream, such as sale-0198…
    #[arg(long, value_name = "STREAM", conflicts_with_all = ["category"])]
    stream: Option<String>,
    /// Only streams of this category, such as sale or stock
    #[arg(long, value_name = "CATEGORY")]
    category: Option<String>,
    /// First position, or with --stream the first version
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    from: u64,
    /// Last position, or with --stream the last version [default: the end]
    #[arg(long, value_name = "N")]
    to: Option<u64>,
}

/// Nothing further to say: the events were the result.
#[derive(Debug, Serialize)]
pub(super) struct Replayed {}

impl Outcome for Replayed {
    fn write_text(&self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn is_silent(&self) -> bool {
        true
    }
}

/// One event as a line of JSON; payload and metadata are the stored bytes.
#[derive(Serialize)]
struct Line<'a> {
    position: u64,
    stream: &'a str,
    version: u64,
    event_id: uuid::Uuid,
    #[serde(rename = "type")]
    event_type: &'a str,
    schema_version: u16,
    recorded_at: jiff::Timestamp,
    data: &'a RawValue,
    metadata: &'a RawValue,
}

/// Prints the events asked for.
pub(super) async fn run(session: &Session, args: &ReplayArgs) -> Result<Replayed, Failure> {
    if let Some(to) = args.to.filter(|to| *to < args.from) {
        return Err(Failure::new(
            Exit::Usage,
            "RANGE_INVALID",
            format!("the range ends at {to}, before it begins at {}", args.from),
        )
        .next("swap --from and --to"));
    }
    session
        .with_database(Need::Existing, async |database| {
            let house = if args.here {
                House::open_here(database, &args.company.id).await?
            } else {
                House::open(database, &args.company.id).await?
            };
            match &args.stream {
                Some(stream) => replay_stream(&house.log, stream, args).await?,
                None => replay_range(&house.log, args).await?,
            }
            Ok(Replayed {})
        })
        .await
}

async fn replay_stream(log: &Log, stream: &str, args: &ReplayArgs) -> Result<(), Failure> {
    let stream =
        StreamName::parse(stream).map_err(|error| Failure::new(Exit::Usage, "STREAM_NAME_INVALID", error))?;
    let last = args.to.map_or(u64::MAX, |to| to);
    let mut from = Version::new(args.from);
    let mut found = false;
    loop {
        let page = log
            .read_stream(&stream, from, Direction::Forwards, PAGE_EVENTS)
            .await?;
        let Some(end) = page.last().map(|event| event.version) else {
            break;
        };
        found = true;
        let wanted = page.into_iter().filter(|event| event.version.get() <= last);
        if !print(wanted.collect()).await? || end.get() >= last {
            break;
        }
        from = end.plus(1);
    }
    if found {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Failure,
        "STREAM_EMPTY",
        format!("stream {stream} has no event from version {} on", args.from),
    )
    .next(format!(
        "check its name: category-id, such as store-centro; `posars audit replay{}` prints all there are",
        option_of(log.name().as_str())
    )))
}

async fn replay_range(log: &Log, args: &ReplayArgs) -> Result<(), Failure> {
    let mut after = Position::new(args.from - 1);
    loop {
        let mut read = ReadLog::after(after, PAGE_EVENTS);
        read.up_to = args.to.map(Position::new);
        read.categories.extend(args.category.clone());
        let page = log.read_log(&read).await?;
        if !print(page.events).await? || page.at_end {
            return Ok(());
        }
        after = page.scanned_to;
    }
}

/// Writes events as lines; false when nobody reads on, as with `| head`. Not on the runtime's threads: a reader that
/// does not read must not keep us from being told to end.
async fn print(events: Vec<RecordedEvent>) -> Result<bool, Failure> {
    let written = tokio::task::spawn_blocking(move || {
        let mut out = BufWriter::new(io::stdout().lock());
        events
            .iter()
            .try_for_each(|event| write_line(&mut out, event))
            .and_then(|()| out.flush())
    });
    let written = written.await.unwrap_or_else(|error| Err(io::Error::other(error)));
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::new(
            Exit::Failure,
            "OUTPUT_FAILED",
            format!("an event could not be written: {error}"),
        )),
    }
}

fn write_line(out: &mut impl Write, event: &RecordedEvent) -> io::Result<()> {
    let line = Line {
        position: event.position.get(),
        stream: event.stream.as_str(),
        version: event.version.get(),
        event_id: event.event_id,
        event_type: event.event_type.as_str(),
        schema_version: event.schema_version,
        recorded_at: event.recorded_at,
        data: serde_json::from_str(&event.data)?,
        metadata: serde_json::from_str(&event.metadata)?,
    };
    serde_json::to_writer(&mut *out, &line)?;
    writeln!(out)
}
