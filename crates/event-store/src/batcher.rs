//! Group commit: one transaction in flight per log and process; what queued meanwhile is the next.
//!
//! No timer: a lone request goes out at once, and under load the batch is what arrived during one commit.
//! Failures are sorted by what is known of the outcome. A connection that never opened or a server that said
//! no: nothing was written, the batch may go again. An answer that got lost: only requests with an
//! idempotency key may go again, for the others nobody may guess.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tracing::Instrument as _;

use crate::batch::{Answered, Batch, Verdicts};
use crate::batch_arrays::BatchArrays;
use crate::connections::Connections;
use crate::disk::LastRefusal;
use crate::error::LOG_CLOSED;
use crate::metrics::Metrics;
use crate::partitions::Partitions;
use crate::replay;
use crate::request::Request;
use crate::wake_ups::LogSignal;
use crate::{AppendError, StoreError, Trouble};

/// Requests put off because they touch a key of the running batch; beyond this the queue waits.
const DEFERRED_MAX: usize = 1_024;
/// First pause before a batch goes again; doubles up to a second.
const BACKOFF: Duration = Duration::from_millis(20);
const BACKOFF_MAX: Duration = Duration::from_secs(1);
/// How long the queue waits after a batch that met a closed log. Each try takes the gate's row lock, for which the mover
/// waits too, and writes an error into the server's log.
const CLOSED_PAUSE: Duration = Duration::from_millis(40);
/// Batches that look before they write after one whose write had to be undone: where one request was a repetition,
/// more are likely, as in a file that is imported again, and each undone write leaves dead rows. The batch after them is
/// written without a look again. If that fails too, one write in 33 was in vain.
const CAUTIOUS_BATCHES: u32 = 32;

pub(crate) struct Batcher {
    pub(crate) log_id: i32,
    pub(crate) connections: Connections,
    pub(crate) queue: mpsc::Receiver<Request>,
    pub(crate) signal: LogSignal,
    pub(crate) metrics: Metrics,
    pub(crate) partitions: Arc<Partitions>,
    /// The last append that the disk did not take.
    pub(crate) disk: LastRefusal,
    /// Whether the last append met a closed log.
    pub(crate) closed: watch::Sender<bool>,
    pub(crate) give_up_after: Duration,
    /// How many more batches look before they write.
    pub(crate) cautious_batches: u32,
}

/// What became of a batch that was sent.
enum Failure {
    /// Surely not written; passing, so the same batch may go again.
    NotWritten(StoreError),
    /// Surely not written, and it never will be: some request in it is at fault.
    Refused(StoreError),
    /// Perhaps written.
    Unknown(StoreError),
    /// Surely not written: the partition for its positions is not there yet.
    NoPartition,
}

impl Batcher {
    /// Runs until every handle of the log is gone and the queue is empty.
    pub(crate) async fn run(mut self) {
        let mut deferred = VecDeque::new();
        while let Some(batch) = self.gather(&mut deferred).await {
            if !batch.requests.is_empty() {
                self.write(batch, None).await;
            }
            if *self.closed.borrow() {
                // What comes meanwhile is one batch, and its first answer is the next look at the gate.
                tokio::time::sleep(CLOSED_PAUSE).await;
            }
        }
    }

    async fn gather(&mut self, deferred: &mut VecDeque<Request>) -> Option<Batch> {
        if deferred.is_empty() {
            deferred.push_back(self.queue.recv().await?);
        }
        // The answers of the last batch have just woken their callers. One turn of the scheduler lets those that
        // have a next request join this batch; without it half of them miss it. Alone, it costs a microsecond.
        tokio::task::yield_now().await;
        let mut batch = Batch::default();
        let mut put_off = VecDeque::new();
        while !batch.is_full() && put_off.len() < DEFERRED_MAX {
            let Some(request) = deferred.pop_front().or_else(|| self.queue.try_recv().ok()) else {
                break;
            };
            if request.progress.is_cancelled() {
                continue; // its caller was told that nothing was written
            }
            if let Err(request) = batch.offer(request) {
                put_off.push_back(*request);
            }
        }
        put_off.append(deferred);
        *deferred = put_off;
        Some(batch)
    }

    /// Sends a batch until its outcome is known, or until nobody may wait any longer. `unknown` is the lost
    /// answer of an earlier try: a later "not written" then speaks of the later try only.
    async fn write(&mut self, mut batch: Batch, mut unknown: Option<StoreError>) {
        let started = Instant::now();
        let mut backoff = BACKOFF;
        loop {
            let error = match self.send(&batch).await {
                Ok(row) => {
                    self.disk.clear();
                    self.closed.send_if_modified(std::mem::take);
                    return self.answer(batch, &row).await;
                }
                Err(Failure::Refused(error)) if batch.requests.len() > 1 => {
                    tracing::warn!(%error, requests = batch.requests.len(), "batch refused, trying its requests one by one");
                    for request in batch.requests {
                        Box::pin(self.write(Batch::of(vec![request]), unknown.clone())).await;
                    }
                    return;
                }
                Err(Failure::Refused(error)) => return refuse(batch.requests, &error, unknown.as_ref()),
                Err(Failure::NoPartition) => match self.ensure_partitions().await {
                    Ok(()) => {
                        StoreError::Unavailable("the partition of the next positions was just made".into())
                    }
                    Err(error) => error,
                },
                Err(Failure::NotWritten(error @ StoreError::DiskFull(_))) => {
                    // Only a person makes room, which takes longer than a deadline: the callers are told at once.
                    self.disk.note(&error);
                    return refuse(batch.requests, &error, unknown.as_ref());
                }
                // Where it is to be written instead is theirs to find out.
                Err(Failure::NotWritten(error @ StoreError::Closed(_))) => {
                    self.closed.send_replace(true);
                    return refuse(batch.requests, &error, unknown.as_ref());
                }
                Err(Failure::NotWritten(error)) => error,
                Err(Failure::Unknown(error)) => {
                    let (repeatable, lost): (Vec<_>, Vec<_>) =
                        batch.requests.into_iter().partition(Request::is_repeatable);
                    for request in lost {
                        let _ = request
                            .reply
                            .send(Err(AppendError::OutcomeUnknown(error.to_string())));
                    }
                    batch = Batch::of(repeatable);
                    unknown = Some(error.clone());
                    // Most likely it was written, and a hopeful second try only to be undone.
                    self.cautious_batches = CAUTIOUS_BATCHES;
                    error
                }
            };
            if batch.requests.is_empty() {
                return;
            }
            if started.elapsed() > self.give_up_after {
                return refuse(batch.requests, &error, unknown.as_ref());
            }
            tracing::warn!(%error, requests = batch.requests.len(), "append batch failed, sending it again");
            self.metrics.batch_retries.add(1, &[]);
            tokio::time::sleep(backoff).await;
            backoff = (backoff * 2).min(BACKOFF_MAX);
        }
    }

    async fn send(&self, batch: &Batch) -> Result<Row, Failure> {
        let started = Instant::now();
        let client = self.connections.writer().await.map_err(Failure::NotWritten)?;
        self.metrics
            .pool_wait_seconds
            .record(started.elapsed().as_secs_f64(), &[]);
        let arrays = BatchArrays::of(batch);
        let answer = self.call(&client, &arrays).instrument(batch.span()).await;
        let oldest = batch
            .requests
            .iter()
            .map(|request| request.queued_at)
            .min()
            .unwrap_or(started);
        self.metrics
            .queue_seconds
            .record(started.duration_since(oldest).as_secs_f64(), &[]);
        self.metrics
            .batch_seconds
            .record(started.elapsed().as_secs_f64(), &[]);
        if answer.is_err() {
            // The connection is not for the next batch: an answer may still be under way on it.
            drop(deadpool_postgres::Object::take(client));
        }
        answer
    }

    /// One transaction; two when `append_one` leaves a lone request to `append_batch`.
    async fn call(
        &self,
        client: &deadpool_postgres::Object,
        arrays: &BatchArrays<'_>,
    ) -> Result<Row, Failure> {
        let mut hopeful = self.cautious_batches == 0;
        if let Some(params) = arrays.params_of_one(&self.log_id) {
            let row = self
                .ask(client, include_str!("sql/append_one.sql"), &params)
                .await?;
            if !matches!(row.try_get::<_, Option<i64>>("first_position"), Ok(None)) {
                return Ok(row);
            }
            hopeful = false;
        }
        let params = arrays.params(&self.log_id, &hopeful);
        self.ask(client, include_str!("sql/append_batch.sql"), &params)
            .await
    }

    async fn ask(
        &self,
        client: &deadpool_postgres::Object,
        sql: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Row, Failure> {
        let prepared = self.connections.within(client.prepare_cached(sql)).await;
        let statement = prepared.map_err(|error| match error {
            StoreError::Refused(_) => Failure::Refused(error),
            StoreError::Unavailable(_)
            | StoreError::DiskFull(_)
            | StoreError::Exhausted(_)
            | StoreError::Closed(_)
            | StoreError::DeadlineExceeded(_)
            | StoreError::BadConfig(_)
            | StoreError::NotContiguous { .. }
            | StoreError::Unreadable { .. } => Failure::NotWritten(error),
        })?;
        let mut cause: fn(StoreError) -> Failure = Failure::Unknown;
        let sent = async {
            client
                .query_one(&statement, params)
                .await
                .inspect_err(|error| cause = sort(error))
        };
        self.connections.within(sent).await.map_err(cause)
    }

    async fn answer(&mut self, batch: Batch, row: &Row) {
        let verdicts = match Verdicts::read(row) {
            Ok(verdicts) => verdicts,
            // A server of another version: nobody can tell whether it has written.
            Err(error) => {
                let error =
                    StoreError::Refused(format!("append_batch answered in an unknown shape ({error})"));
                tracing::error!(%error, "append answered in an unknown shape");
                return refuse(batch.requests, &error, Some(&error));
            }
        };
        self.cautious_batches = if verdicts.undone {
            CAUTIOUS_BATCHES
        } else {
            self.cautious_batches.saturating_sub(1)
        };
        let details = self.signal.wants_details.then(|| batch.details(&verdicts));
        let Answered {
            accepted,
            head,
            replays,
        } = batch.answer(&verdicts);
        self.metrics.events.add(accepted, &[]);
        self.metrics.batch_events.record(accepted, &[]);
        if accepted > 0 {
            let mut hint = self.signal.hint(head);
            if let Some(details) = details {
                (hint.categories, hint.traceparent) = (details.categories, details.traceparent);
                hint.bound();
            }
            self.signal.advance(hint);
        }
        if !replays.is_empty() {
            tokio::spawn(replay::answer(self.connections.clone(), self.log_id, replays));
        }
        self.extend_partitions(head.get());
    }

    fn extend_partitions(&self, head: u64) {
        // Half a partition ahead is hours of writing away, so the work can leave the write path.
        if head + self.partitions.rows / 2 < self.partitions.covered_to.load(Ordering::Relaxed) {
            return;
        }
        self.partitions
            .covered_to
            .fetch_add(self.partitions.rows, Ordering::Relaxed);
        let (connections, partitions) = (self.connections.clone(), Arc::clone(&self.partitions));
        tokio::spawn(async move {
            if let Err(error) = partitions.cover(&connections, head + partitions.rows).await {
                tracing::warn!(%error, "could not make the next partition ahead of time; the append that needs it will");
            }
        });
    }

    async fn ensure_partitions(&self) -> Result<(), StoreError> {
        let next = self.signal.position().get() + self.partitions.rows;
        self.partitions.cover(&self.connections, next).await
    }
}

/// Sorts the driver's error of a sent batch by what it says of the outcome.
fn sort(error: &tokio_postgres::Error) -> fn(StoreError) -> Failure {
    match error.as_db_error().map(tokio_postgres::error::DbError::code) {
        // "No partition of relation … found for row" is raised as a check violation.
        Some(code) if *code == SqlState::CHECK_VIOLATION => |_| Failure::NoPartition,
        // A server going down may have committed before it hung up.
        Some(code) if code.code().starts_with("57P0") || code.code().starts_with("08") => Failure::Unknown,
        Some(code) if code.code() == LOG_CLOSED => Failure::NotWritten,
        Some(code) if Trouble::of_sqlstate(code.code()).is_some() => Failure::NotWritten,
        Some(_) => Failure::Refused,
        None => Failure::Unknown,
    }
}

/// Tells the callers why; `unknown` is the answer that an earlier try lost.
fn refuse(requests: Vec<Request>, error: &StoreError, unknown: Option<&StoreError>) {
    for request in requests {
        let error = match unknown {
            None => AppendError::Store(error.clone()),
            Some(lost) => AppendError::OutcomeUnknown(format!("{lost}; then {error}")),
        };
        let _ = request.reply.send(Err(error));
    }
}
