//! One writer process: asks, notes, asks again after every doubt; to be killed at any moment.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use posars_event_store::{
    AppendError, Direction, EventStore, Log, LogName, StoreConfig, StreamName, Version,
};

use crate::draws::Draws;
use crate::journal::{self, Journal};
use crate::request::{Kind, Request};

/// Requests under way at once in one process.
const TASKS: u64 = 8;
/// Between two requests of a task: keeps the machine usable and the log of a run readable.
const PAUSE_MS: u64 = 12;
const RETRY: Duration = Duration::from_millis(50);

struct Writer {
    seed: u64,
    number: u64,
    log: Log,
    journal: Journal,
    next: AtomicU64,
    ending: Arc<AtomicBool>,
}

/// Arguments: connection string, journal, seed, number of the writer.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let [url, path, seed, number] = arguments else {
        anyhow::bail!("expected: writer URL JOURNAL SEED NUMBER");
    };
    let ending = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&ending);
    // The end of standard input says: finish what is begun. It also comes when the parent dies.
    std::thread::spawn(move || {
        drop(std::io::stdin().read_to_end(&mut Vec::new()));
        seen.store(true, Ordering::Relaxed);
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (seed, number) = (seed.parse()?, number.parse()?);
    runtime.block_on(write(url, Path::new(path), seed, number, ending))
}

async fn write(
    url: &str,
    path: &Path,
    seed: u64,
    number: u64,
    ending: Arc<AtomicBool>,
) -> anyhow::Result<()> {
    let before = journal::read(path)?;
    let log = loop {
        match open(url).await {
            Ok(log) => break log,
            Err(_) => tokio::time::sleep(RETRY).await,
        }
    };
    let last = before.keys().last().copied().unwrap_or(0);
    let writer = Arc::new(Writer {
        seed,
        number,
        log,
        journal: Journal::open(path)?,
        next: AtomicU64::new(last + 1),
        ending,
    });
    // What an earlier life began comes first; what it was answered must be answered again.
    let open = before.iter().filter(|(_, entry)| entry.is_open());
    for (number, entry) in open.chain(
        before
            .iter()
            .rev()
            .filter(|(_, entry)| entry.accepted.is_some())
            .take(20),
    ) {
        writer.settle(*number, entry.version).await?;
    }
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..TASKS {
        tasks.spawn(Arc::clone(&writer).work(task));
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(())
}

async fn open(url: &str) -> anyhow::Result<Log> {
    let mut config = StoreConfig::new(url);
    config.append_deadline = Duration::from_secs(2);
    config.statement_deadline = Duration::from_secs(4);
    let store = EventStore::connect(config).await?;
    Ok(store.log(&LogName::parse("main")?).await?)
}

impl Writer {
    async fn work(self: Arc<Self>, task: u64) -> anyhow::Result<()> {
        let mut draws = Draws::new(self.seed ^ self.next.load(Ordering::Relaxed) ^ task);
        let mut settled = Vec::new();
        while !self.ending.load(Ordering::Relaxed) {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let request = Request::new(self.seed, self.number, number);
            let version = match (&request.kind, request.shared_stream()) {
                (Kind::Exact(_), Some(stream)) => self.version(&stream).await,
                (_, _) => Version::START,
            };
            self.journal.intend(number, version.get());
            self.settle(number, version.get()).await?;
            settled.push((number, version.get()));
            if draws.below(8) == 0 {
                let chosen = draws.below(u64::try_from(settled.len())?);
                let (number, version) = settled[usize::try_from(chosen)?];
                self.settle(number, version).await?;
            }
            tokio::time::sleep(Duration::from_millis(draws.below(2 * PAUSE_MS))).await;
        }
        Ok(())
    }

    async fn version(&self, stream: &StreamName) -> Version {
        loop {
            let end = Version::new(u64::MAX);
            match self.log.read_stream(stream, end, Direction::Backwards, 1).await {
                Ok(events) => return events.first().map_or(Version::START, |event| event.version),
                Err(_) => tokio::time::sleep(RETRY).await,
            }
        }
    }

    /// Asks until there is an answer, and notes it. A second answer that differs is found by the reader of
    /// the journal.
    async fn settle(&self, number: u64, version: u64) -> anyhow::Result<()> {
        let request = Request::new(self.seed, self.number, number);
        loop {
            match self.log.append(request.append(Version::new(version))).await {
                Ok(answer) => {
                    self.journal
                        .accepted(number, (answer.first_position.get(), answer.last_position.get()));
                    return Ok(());
                }
                Err(AppendError::WrongVersion { .. } | AppendError::ClaimTaken { .. }) => {
                    self.journal.refused(number);
                    return Ok(());
                }
                Err(
                    AppendError::OutcomeUnknown(_)
                    | AppendError::DeadlineExceeded { .. }
                    | AppendError::QueueFull
                    | AppendError::Store(_),
                ) => tokio::time::sleep(RETRY).await,
                Err(error @ (AppendError::IdempotencyMismatch { .. } | AppendError::Invalid(_))) => {
                    return Err(error).with_context(|| format!("writer {}, request {number}", self.number));
                }
            }
        }
    }
}
