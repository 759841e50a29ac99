//! One log: its handle for appending, reading and waiting.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use tracing::{Instrument as _, Span};

use crate::batcher::Batcher;
use crate::connections::Connections;
use crate::disk::LastRefusal;
use crate::partitions::Partitions;
use crate::replica::Floors;
use crate::request::{Progress, ROOM_BYTES, Request};
use crate::surroundings::Surroundings;
use crate::wake_ups::{HeadWatch, HeldLease, LogSignal, Source};
use crate::{Append, AppendError, Appended, LogName, Position, StoreError};

/// How much longer than its deadline a sent append is waited for, before its outcome counts as unknown: the
/// batcher itself gives up at the deadline and says what it knows.
const GRACE: std::time::Duration = std::time::Duration::from_secs(15);

/// A log: one tenant's history. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Log {
    pub(crate) surroundings: Arc<Surroundings>,
    pub(crate) name: LogName,
    pub(crate) id: i32,
    connections: Connections,
    queue: mpsc::Sender<Request>,
    room: Arc<Semaphore>,
    signal: LogSignal,
    pub(crate) disk: LastRefusal,
    closed: watch::Sender<bool>,
}

impl Log {
    pub(crate) fn open(
        surroundings: Arc<Surroundings>,
        name: LogName,
        id: i32,
        position: Position,
        partitions: Arc<Partitions>,
    ) -> Self {
        let (queue, receiver) = mpsc::channel(surroundings.config.queue_requests_max);
        let room = Arc::new(Semaphore::new(
            surroundings.config.queue_bytes_max.div_ceil(ROOM_BYTES),
        ));
        let signal = surroundings.wake_ups.signal(id, &name, position);
        let connections = surroundings.connections.confined_to(id);
        let disk = LastRefusal::default();
        let closed = watch::Sender::new(false);
        let batcher = Batcher {
            log_id: id,
            connections: connections.clone(),
            queue: receiver,
            signal: signal.clone(),
            metrics: surroundings.metrics.clone(),
            partitions,
            disk: disk.clone(),
            closed: closed.clone(),
            give_up_after: surroundings.config.append_deadline,
            cautious_batches: 0,
        };
        tokio::spawn(batcher.run());
        Self {
            surroundings,
            name,
            id,
            connections,
            queue,
            room,
            signal,
            disk,
            closed,
        }
    }

    /// The log's name.
    #[must_use]
    pub fn name(&self) -> &LogName {
        &self.name
    }

    /// The log's number in its database: what rows of other tables than the log's own name it by.
    #[must_use]
    pub const fn id(&self) -> i32 {
        self.id
    }

    /// Confined to this log.
    pub(crate) fn connections(&self) -> &Connections {
        &self.connections
    }

    /// Not confined: for the audit, mass reading and leases.
    pub(crate) fn owner_connections(&self) -> &Connections {
        &self.surroundings.connections
    }

    /// Runs one statement on behalf of a caller, in a session that PostgreSQL itself confines to this log: rows of
    /// other logs do not exist in it, whatever the statement asks for. Prepared once per connection.
    ///
    /// # Errors
    /// [`StoreError`] when the database is away, refuses, or does not answer in time.
    pub async fn query(
        &self,
        statement: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        self.connections.query(statement, params).await
    }

    /// As [`Log::query`], answered by the replica if there is one that is fresh and includes what the floors demand; by the
    /// writer otherwise. Only for what callers read: whatever is decided reads by [`Log::query`].
    ///
    /// # Errors
    /// As there; a replica's failures are no errors.
    pub async fn query_replica(
        &self,
        floors: &Floors,
        statement: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        if let Some(replica) = &self.surroundings.replica
            && let Some(rows) = replica.query(self.id, floors, statement, params).await
        {
            return Ok(rows);
        }
        self.connections.query(statement, params).await
    }

    /// Whether there is a replica that may answer.
    #[must_use]
    pub fn has_replica(&self) -> bool {
        self.surroundings.replica.is_some()
    }

    /// Appends events, all or nothing; when this returns they are durable.
    ///
    /// Positions are contiguous and equal commit order. With an idempotency key, calling again after any
    /// error or crash gives the first answer once it exists. Safe to drop: the append then may or may not
    /// happen.
    ///
    /// ```no_run
    /// use posars_event_store::{
    ///     Append, AppendError, EventType, ExpectedVersion, JsonText, Log, NewEvent, StreamName, Version,
    /// };
    /// use uuid::Uuid;
    ///
    /// # async fn example(log: Log) -> Result<(), Box<dyn std::error::Error>> {
    /// let renamed = NewEvent {
    ///     event_id: Uuid::now_v7(),
    ///     event_type: EventType::parse("StoreRenamed")?,
    ///     schema_version: 1,
    ///     data: JsonText::parse(r#"{"name":"Centro"}"#)?,
    ///     metadata: JsonText::parse(r#"{"actor":"ana"}"#)?,
    /// };
    /// let seen = ExpectedVersion::Exact(Version::new(3));
    /// let append = Append::to(StreamName::new("store", "centro")?, seen, vec![renamed])
    ///     .idempotent(Uuid::now_v7(), [0; 32]);
    /// match log.append(append.clone()).await {
    ///     Ok(appended) => println!("stands at {}", appended.last_position),
    ///     Err(AppendError::WrongVersion { actual, .. }) => println!("now at {actual}: read, decide anew"),
    ///     // The same key again: if the first try was written, this gets its answer.
    ///     Err(AppendError::OutcomeUnknown(_)) => drop(log.append(append).await?),
    ///     Err(other) => return Err(other.into()),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`AppendError`]; only [`AppendError::OutcomeUnknown`] leaves open whether it was written.
    pub async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let span = tracing::debug_span!(
            "append",
            log = self.name.as_str(),
            events = append.event_count(),
            first_position = tracing::field::Empty,
            last_position = tracing::field::Empty
        );
        let appended = self.queue(append, &span).instrument(span.clone()).await;
        if let Ok(appended) = &appended
            && !span.is_disabled()
        {
            span.record("first_position", appended.first_position.get());
            span.record("last_position", appended.last_position.get());
        }
        appended
    }

    /// Queues an append and waits for its answer; the transaction that writes it joins the span.
    async fn queue(&self, append: Append, span: &Span) -> Result<Appended, AppendError> {
        let progress = Arc::new(Progress::default());
        let (reply, answer) = oneshot::channel();
        let request = Request::new(append, Arc::clone(&progress), &self.room, reply)?.within(span);
        let queued_at = Instant::now();
        self.queue.try_send(request).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => AppendError::QueueFull,
            mpsc::error::TrySendError::Closed(_) => {
                AppendError::Store(StoreError::Unavailable("the log's writer has ended".into()))
            }
        })?;
        tokio::pin!(answer);
        let lost = |text: &str| AppendError::OutcomeUnknown(text.to_owned());
        match tokio::time::timeout(self.surroundings.config.append_deadline, &mut answer).await {
            Ok(answer) => {
                answer.unwrap_or_else(|_| Err(lost("the writer ended while the append was under way")))
            }
            Err(_) if progress.cancel() => {
                let waited_ms = u64::try_from(queued_at.elapsed().as_millis()).unwrap_or(u64::MAX);
                Err(AppendError::DeadlineExceeded { waited_ms })
            }
            Err(_) => match tokio::time::timeout(GRACE, answer).await {
                Ok(Ok(answer)) => answer,
                Ok(Err(_)) | Err(_) => Err(lost("no answer within the deadline")),
            },
        }
    }

    /// What is asked of its store by who receives hints.
    pub(crate) fn source(&self) -> Source {
        self.surroundings
            .wake_ups
            .source(self.owner_connections().clone())
    }

    /// Says that this process works under a lease, for as long as the answer lives.
    pub(crate) fn hold_lease(&self, subscription: &str) -> HeldLease {
        self.surroundings.wake_ups.hold_lease(subscription)
    }

    /// A watch on the log's growth, fed by appends of this process, notifications and the poll.
    #[must_use]
    pub fn watch(&self) -> HeadWatch {
        self.signal.watch()
    }

    /// A watch on whether the last append of this process met a closed log: one that moves to another database.
    #[must_use]
    pub fn watch_closed(&self) -> watch::Receiver<bool> {
        self.closed.subscribe()
    }
}
