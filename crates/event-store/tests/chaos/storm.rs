//! The harness: starts the writers, kills at random, lets all come to an end, has it checked.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use posars_testkit::TestServer;
use tokio_postgres::NoTls;

use crate::check;
use crate::draws::Draws;

const WRITERS: u64 = 4;
/// The border between partitions is to be crossed often.
const PARTITION_ROWS: u64 = 2_000;
/// How long the writers may take to settle what is open once nobody is killed any more.
const SETTLING: Duration = Duration::from_secs(60);

struct Storm {
    seed: u64,
    draws: Draws,
    server: TestServer,
    url: String,
    folder: PathBuf,
    writers: Vec<Child>,
    /// Kills of writers, of the server, of sessions.
    kills: [u32; 3],
}

pub(crate) async fn run(seed: u64, duration: Duration) -> anyhow::Result<()> {
    let server = TestServer::durable().await?;
    let url = server.create_database().await?;
    shrink_partitions(&url).await?;
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("chaos-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let mut storm = Storm {
        seed,
        draws: Draws::new(seed),
        server,
        url,
        folder,
        writers: Vec::new(),
        kills: [0; 3],
    };
    for number in 0..WRITERS {
        let writer = storm.start(number)?;
        storm.writers.push(writer);
    }
    let outcome = storm.rage(duration).await;
    let outcome = match outcome {
        Ok(()) => storm.settle().await,
        failed => failed,
    };
    if outcome.is_err() {
        eprintln!("chaos: the journals are kept in {}", storm.folder.display());
        return outcome;
    }
    let tally = check::run(&storm.url, &storm.folder, seed, WRITERS).await?;
    let [writers, servers, sessions] = storm.kills;
    eprintln!("chaos: {tally}; killed {writers} writers, {servers} servers, {sessions} times all sessions");
    ensure!(
        writers > 0 && servers > 0,
        "nothing was killed, so nothing is proven"
    );
    std::fs::remove_dir_all(&storm.folder)?;
    Ok(())
}

async fn execute(url: &str, statements: &str) -> anyhow::Result<()> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let driver = tokio::spawn(connection);
    client.batch_execute(statements).await?;
    drop(client);
    Ok(driver.await??)
}

async fn shrink_partitions(url: &str) -> anyhow::Result<()> {
    let statements = format!(
        "alter table events detach partition events_000000; drop table events_000000;
         create or replace function event_partition_rows() returns bigint language sql immutable parallel safe
         return {PARTITION_ROWS}::bigint"
    );
    execute(url, &statements).await
}

impl Storm {
    fn start(&self, number: u64) -> anyhow::Result<Child> {
        let journal = self.folder.join(check::journal_name(number));
        Command::new(std::env::current_exe()?)
            .arg("writer")
            .arg(&self.url)
            .arg(journal)
            .args([self.seed.to_string(), number.to_string()])
            .stdin(Stdio::piped())
            .spawn()
            .context("starting a writer")
    }

    async fn rage(&mut self, duration: Duration) -> anyhow::Result<()> {
        let started = Instant::now();
        // The first strokes are set, so that even a short storm has one of each.
        for stroke in 0.. {
            if started.elapsed() >= duration && stroke >= 3 {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(150 + self.draws.below(900))).await;
            match if stroke < 3 {
                stroke * 4
            } else {
                self.draws.below(10)
            } {
                0..=3 => self.kill_writer()?,
                4..=6 => self.kill_server().await?,
                _ => self.end_sessions().await?,
            }
            for (number, writer) in (0..).zip(&mut self.writers) {
                if let Some(status) = writer.try_wait()? {
                    bail!("writer {number} ended by itself: {status}; seed {}", self.seed);
                }
            }
        }
        Ok(())
    }

    fn kill_writer(&mut self) -> anyhow::Result<()> {
        let number = self.draws.below(WRITERS);
        let place = usize::try_from(number)?;
        self.writers[place].kill()?;
        self.writers[place].wait()?;
        self.kills[0] += 1;
        self.writers[place] = self.start(number)?;
        Ok(())
    }

    async fn kill_server(&mut self) -> anyhow::Result<()> {
        self.server.kill9().await?;
        self.kills[1] += 1;
        if self.draws.below(3) == 0 {
            self.kill_writer()?;
        }
        tokio::time::sleep(Duration::from_millis(self.draws.below(400))).await;
        self.server.restart().await
    }

    async fn end_sessions(&mut self) -> anyhow::Result<()> {
        self.kills[2] += 1;
        let all = "select pg_terminate_backend(pid) from pg_stat_activity \
                   where datname = current_database() and pid <> pg_backend_pid()";
        execute(&self.url, all).await
    }

    /// Every writer settles what it began, then ends.
    async fn settle(&mut self) -> anyhow::Result<()> {
        for writer in &mut self.writers {
            drop(writer.stdin.take());
        }
        let started = Instant::now();
        for (number, writer) in (0..).zip(&mut self.writers) {
            let status = loop {
                if let Some(status) = writer.try_wait()? {
                    break status;
                }
                ensure!(
                    started.elapsed() < SETTLING,
                    "writer {number} does not come to an end; seed {}",
                    self.seed
                );
                tokio::time::sleep(Duration::from_millis(50)).await;
            };
            ensure!(status.success(), "writer {number}: {status}; seed {}", self.seed);
        }
        Ok(())
    }
}

impl Drop for Storm {
    fn drop(&mut self) {
        for writer in &mut self.writers {
            // They may have ended already.
            drop(writer.kill());
            drop(writer.wait());
        }
    }
}
