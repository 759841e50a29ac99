//! The sweep: who stands still although the log has gone on is told again.
//!
//! A hint is lost when a process is killed between its commit and its message, or when the queue loses it. Nothing is
//! written down for this: the checkpoints say who is behind.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::follow::Queue;
use super::followed_logs::{LogKey, Source};
use super::metrics::QueueMetrics;
use super::outage::Outage;
use crate::{Hint, LogName, Position, StoreError};

/// How far one consumer and its log were at the last look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    reached: Position,
    head: Position,
}

/// Looks after the consumers of some queues, in all logs of some databases.
#[derive(Debug)]
pub struct Sweeper {
    sources: Vec<Source>,
    queues: Vec<Swept>,
    seen: HashMap<(LogKey, String), Seen>,
}

#[derive(Debug)]
struct Swept {
    queue: Queue,
    metrics: QueueMetrics,
    outage: Outage,
}

/// One consumer of one log.
struct Standing {
    key: LogKey,
    log: LogName,
    consumer: String,
    seen: Seen,
}

/// One look at all databases.
struct Look {
    standings: Vec<Standing>,
    /// The stores that did not answer, with the reason.
    away: BTreeMap<usize, StoreError>,
}

impl Sweeper {
    /// A sweeper for the consumers of these queues, in these stores.
    pub(crate) fn of(sources: Vec<Source>, queues: Vec<Queue>) -> Self {
        let swept = |queue: Queue| Swept {
            metrics: QueueMetrics::of(queue.channel.name()),
            outage: Outage::of(
                queue.channel.name(),
                "hints are not sent again; readers look for themselves meanwhile",
            ),
            queue,
        };
        Self {
            sources,
            queues: queues.into_iter().map(swept).collect(),
            seen: HashMap::new(),
        }
    }

    /// Sweeps every so often, for ever.
    pub async fn run(mut self, interval: Duration) {
        let mut ticks = tokio::time::interval(interval);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = self.sweep().await {
                tracing::debug!(%error, "the sweep could not look, next try at the next tick");
            }
        }
    }

    /// Looks once: a consumer that is behind where the log was at the last look, and has not moved since, gets a hint.
    /// Answers how many were sent.
    ///
    /// # Errors
    /// [`StoreError`] when a database is away, after the consumers of all others were dealt with. A queue that is away is
    /// only told of.
    pub async fn sweep(&mut self) -> Result<usize, StoreError> {
        let Look { standings, away } = self.look().await?;
        // What was seen of a database that is away now still counts when it is back.
        let mut seen = std::mem::take(&mut self.seen);
        let before = seen.extract_if(|(log, _), _| !away.contains_key(&log.store));
        let before: HashMap<_, _> = before.collect();
        // Of one log each queue is told once.
        let mut behind: HashMap<(LogKey, &str), Hint> = HashMap::new();
        for standing in &standings {
            let key = (standing.key, standing.consumer.clone());
            let stands_still = before.get(&key).is_some_and(|before| {
                before.reached == standing.seen.reached && standing.seen.reached < before.head
            });
            if stands_still {
                let hint = Hint::of(standing.log.clone(), standing.seen.head);
                behind.insert((standing.key, &standing.consumer), hint);
            }
            seen.insert(key, standing.seen);
        }
        let mut sent = 0;
        for swept in &mut self.queues {
            let hints: HashMap<LogKey, &Hint> = behind
                .iter()
                .filter(|((_, consumer), _)| swept.queue.consumers.iter().any(|name| name == consumer))
                .map(|((log, _), hint)| (*log, hint))
                .collect();
            sent += swept.tell(hints.into_values().cloned().collect()).await;
        }
        self.seen = seen;
        away.into_values().next().map_or(Ok(sent), Err)
    }

    async fn look(&self) -> Result<Look, StoreError> {
        let consumers: Vec<&str> = self
            .queues
            .iter()
            .flat_map(|swept| swept.queue.consumers.iter().map(String::as_str))
            .collect();
        let (mut standings, mut away) = (Vec::new(), BTreeMap::new());
        for (store, source) in self.sources.iter().enumerate() {
            let all = include_str!("../sql/standings.sql");
            let rows = match source.connections.query(all, &[&consumers]).await {
                Ok(rows) => rows,
                Err(error) => {
                    away.insert(store, error);
                    continue;
                }
            };
            for row in rows {
                let log = LogName::parse(row.get("log"));
                let log_id = row.get("log_id");
                standings.push(Standing {
                    key: LogKey { store, log_id },
                    log: log.map_err(|error| StoreError::Refused(error.to_string()))?,
                    consumer: row.get("consumer"),
                    seen: Seen {
                        reached: Position::from_sql(row.get("reached")),
                        head: Position::from_sql(row.get("head")),
                    },
                });
            }
        }
        Ok(Look { standings, away })
    }
}

impl Swept {
    async fn tell(&mut self, hints: Vec<Hint>) -> usize {
        if hints.is_empty() {
            return 0;
        }
        match self.queue.announce(&hints).await {
            Ok(()) => {
                self.outage.is_over();
                self.metrics.swept(hints.len());
                hints.len()
            }
            Err(error) => {
                self.metrics.failed();
                self.outage.tell(&error);
                0
            }
        }
    }
}
