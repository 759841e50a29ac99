//! `posars audit`: the log proven, or its history printed.

use std::io::{self, BufWriter, Write};

use clap::{ArgMatches, Args, Subcommand};
use posars_event_store::{
    Anchor, Direction, Fault, Hash, Log, Position, ReadLog, RecordedEvent, StreamName, Version,
};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::database::Need;
use crate::failure::{Exit, Failure};
use crate::house::House;
use crate::progress;
use crate::screen::Outcome;
use crate::session::{CommonArgs, Session};
use crate::telemetry::Voice;

/// Events read at a time.
const PAGE_EVENTS: u32 = 2_000;

/// The log proven, or its history printed.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Prove that nothing in the log was changed, removed, swapped or cut off
    ///
    /// Prints the head; keep it outside this machine and give it as --anchor later: then not even somebody who
    /// rewrites the whole log goes unseen. Exit code 5 when the proof fails.
    #[command(
        after_help = "Example:\n  posars audit verify\n  posars audit verify --anchor 53691:9f2c…64 hexadecimal digits"
    )]
    Verify(VerifyArgs),
    /// Print the history of a stream or of a range of positions as JSON lines
    #[command(
        after_help = "Example:\n  posars audit replay --stream store-centro\n  posars audit replay --from 1 --to 100"
    )]
    Replay(ReplayArgs),
}

/// Options of `posars audit verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    common: CommonArgs,
    /// A head noted earlier, as POSITION:HASH
    #[arg(long, value_name = "POSITION:HASH", value_parser = parse_anchor)]
    anchor: Option<Anchor>,
}

/// Options of `posars audit replay`.
#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    #[command(flatten)]
    common: CommonArgs,
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

/// Runs an audit command.
pub(crate) async fn run(command: AuditCommand, matches: &ArgMatches) -> Exit {
    match command {
        AuditCommand::Verify(args) => {
            Session::run(args.common, matches, Voice::Command, async |session| {
                verify(session, args.anchor).await
            })
            .await
        }
        AuditCommand::Replay(args) => {
            let common = args.common.clone();
            Session::run(common, matches, Voice::Command, async |session| {
                replay(session, &args).await
            })
            .await
        }
    }
}

/// The outcome of a verification.
#[derive(Debug, Serialize)]
struct Verified {
    log: String,
    verified: bool,
    events: u64,
    commits: u64,
    /// Where the proof ends.
    position: u64,
    /// The chain hash there.
    hash: String,
    /// Both, as --anchor takes them.
    anchor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<FoundFault>,
}

#[derive(Debug, Serialize)]
struct FoundFault {
    kind: &'static str,
    position: u64,
    message: String,
}

async fn verify(session: &Session, anchor: Option<Anchor>) -> Result<Verified, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database).await?;
            let head = house.log.head().await?;
            let bar = progress::bar(session.screen, "verifying", head.position.get());
            let done = house
                .log
                .verify(anchor, |position| bar.set_position(position.get()))
                .await?;
            bar.finish_and_clear();
            let hash = hexadecimal(&done.hash);
            Ok(Verified {
                log: house.log.name().to_string(),
                verified: done.fault.is_none(),
                events: done.events,
                commits: done.commits,
                position: done.position.get(),
                anchor: format!("{}:{hash}", done.position),
                hash,
                fault: done.fault.as_ref().map(FoundFault::from),
            })
        })
        .await
}

impl From<&Fault> for FoundFault {
    fn from(fault: &Fault) -> Self {
        let kind = match fault {
            Fault::EventAltered(_) => "event_altered",
            Fault::EventMissing(_) => "event_missing",
            Fault::EventUnvouched(_) => "event_unvouched",
            Fault::LinkBroken(_) => "link_broken",
            Fault::HeadDiffers { .. } => "head_differs",
            Fault::AnchorDiffers(_) => "anchor_differs",
        };
        Self {
            kind,
            position: fault.position().get(),
            message: fault.to_string(),
        }
    }
}

impl Outcome for Verified {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self {
            log,
            events,
            commits,
            anchor,
            ..
        } = self;
        match &self.fault {
            None => {
                writeln!(
                    out,
                    "Log {log} verified: {events} events in {commits} commits, no fault."
                )?;
                writeln!(out, "Keep this head outside this machine, for --anchor: {anchor}")
            }
            Some(fault) => {
                writeln!(out, "LOG {log} IS NOT WHAT IT WAS: {}.", fault.message)?;
                writeln!(
                    out,
                    "First position not to be trusted: {}. Proven before it: {events} events in {commits} commits.",
                    fault.position
                )?;
                writeln!(
                    out,
                    "Next: stop writing, keep a copy of the database as it is, and restore a backup beside it to compare."
                )
            }
        }
    }

    fn exit(&self) -> Exit {
        if self.verified {
            Exit::Success
        } else {
            Exit::Unverified
        }
    }
}

/// Nothing further to say: the events were the result.
#[derive(Debug, Serialize)]
struct Replayed {}

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

async fn replay(session: &Session, args: &ReplayArgs) -> Result<Replayed, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database).await?;
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
    .next("check its name: category-id, such as store-centro; `posars audit replay` prints all there are"))
}

async fn replay_range(log: &Log, args: &ReplayArgs) -> Result<(), Failure> {
    let mut after = Position::new(args.from - 1);
    loop {
        let mut read = ReadLog::after(after, PAGE_EVENTS);
        read.up_to = args.to.map(Position::new);
        read.category.clone_from(&args.category);
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

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn parse_anchor(text: &str) -> Result<Anchor, String> {
    let form = "it is POSITION:HASH, as `posars audit verify` prints it";
    let (position, hash) = text.split_once(':').ok_or(form)?;
    let position = position
        .parse()
        .map_err(|_| format!("the position is no number; {form}"))?;
    let hash: Hash =
        bytes_of(hash).ok_or_else(|| format!("the hash is not 64 hexadecimal digits; {form}"))?;
    Ok(Anchor {
        position: Position::new(position),
        hash,
    })
}

fn bytes_of(hexadecimal: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    // `from_str_radix` would take a sign, too.
    let is_hexadecimal = hexadecimal.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hexadecimal.len() != 2 * bytes.len() || !is_hexadecimal {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hexadecimal.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_read_as_it_is_printed() {
        let hash = [0xab; 32];
        let anchor = parse_anchor(&format!("12:{}", hexadecimal(&hash))).unwrap();
        assert_eq!((anchor.position, anchor.hash), (Position::new(12), hash));
        for wrong in ["12", "x:00", "12:zz", &format!("12:{}", "+f".repeat(32))] {
            assert!(parse_anchor(wrong).is_err(), "{wrong}");
        }
    }
}
