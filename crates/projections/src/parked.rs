//! Events that could not be applied: parked with their stream, in order, while all others go on.
//!
//! One policy, [`Parking::apply`], serves the live runner and the rebuild alike.

use std::collections::HashSet;

use deadpool_postgres::Transaction;
use jiff::Timestamp;
use posars_event_store::{Position, ReadLog};

use crate::event::RawEvent;
use crate::projection::{AnyFold, AnyProjection, Target};
use crate::read::{position_from, sql_position};
use crate::row::table_row;
use crate::subscription::subscription_name;
use crate::{ApplyError, DatabaseError, ProjectionError, Projections, registry};

/// Most parked events that one retry of a stream, or one listing, goes through.
const PARKED_MAX: i64 = 10_000;

table_row! {
    /// An event set aside; its build is none for the live one.
    struct Parked {
        position: i64 = INT8,
        stream: String = TEXT,
        event_type: String = TEXT,
        problem: Option<String> = TEXT,
        projection: &'static str = TEXT,
        build: Option<i32> = INT4,
    }
}

/// The streams that are parked, and what was parked just now.
#[derive(Debug, Default)]
pub(crate) struct Parking {
    streams: HashSet<String>,
    added: Vec<Parked>,
}

impl Parking {
    /// Begins with streams that are parked already.
    pub(crate) fn with(streams: HashSet<String>) -> Self {
        Self {
            streams,
            added: Vec::new(),
        }
    }

    /// Applies an event, or parks it: because it fails, or because its stream is parked already.
    pub(crate) fn apply(&mut self, projection: &'static str, raw: &RawEvent<'_>, fold: &mut dyn AnyFold) {
        // Nearly always nothing is parked; then not even a hash is computed.
        let waits = !self.streams.is_empty() && self.streams.contains(raw.stream);
        let problem = if waits {
            None
        } else {
            match try_apply(raw, fold) {
                Ok(()) => return,
                Err(error) => Some(error.to_string()),
            }
        };
        if problem.is_some() {
            self.streams.insert(raw.stream.to_owned());
        }
        self.added.push(Parked {
            position: sql_position(raw.position),
            stream: raw.stream.to_owned(),
            event_type: raw.event_type.to_owned(),
            problem,
            projection,
            build: None,
        });
    }

    /// Every stream parked so far.
    pub(crate) fn streams(&self) -> &HashSet<String> {
        &self.streams
    }

    /// Takes over what a later range parked.
    pub(crate) fn append(&mut self, later: Self) {
        self.streams.extend(later.streams);
        self.added.extend(later.added);
    }

    pub(crate) fn added(&self) -> usize {
        self.added.len()
    }

    /// Writes what was parked, for the live build or a new one.
    pub(crate) async fn write(
        &self,
        transaction: &Transaction<'_>,
        log_id: i32,
        build: Option<i32>,
    ) -> Result<(), DatabaseError> {
        let rows: Vec<Parked> = self
            .added
            .iter()
            .map(|row| Parked { build, ..row.clone() })
            .collect();
        crate::row::write(transaction, include_str!("sql/park_events.sql"), log_id, &rows).await
    }
}

fn try_apply(raw: &RawEvent<'_>, fold: &mut dyn AnyFold) -> Result<(), ApplyError> {
    match raw.known()? {
        Some(event) => fold.apply(&event),
        None => Ok(()),
    }
}

/// An event that a read model lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkedEvent {
    /// Where it stands in the log.
    pub position: Position,
    /// Its stream.
    pub stream: String,
    /// What happened.
    pub event_type: String,
    /// Why it failed; none for an event that waits behind a failed one of its stream.
    pub problem: Option<String>,
    /// When it was parked.
    pub parked_at: Timestamp,
}

/// What a retry came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retried {
    /// Events applied now.
    pub applied: usize,
    /// Events still parked.
    pub parked: usize,
}

impl Projections {
    /// The events a projection has parked, in order, at most 10,000; of one stream or of all.
    ///
    /// # Errors
    /// [`ProjectionError::UnknownProjection`], or the database is away.
    pub async fn parked(
        &self,
        projection: &str,
        stream: Option<&str>,
    ) -> Result<Vec<ParkedEvent>, ProjectionError> {
        let projection = registry::find(projection)?;
        let rows = self
            .query(
                include_str!("sql/list_parked.sql"),
                &[&projection.name(), &self.log_id, &stream, &PARKED_MAX],
            )
            .await?;
        let parked = rows.iter().map(|row| ParkedEvent {
            position: position_from(row.get("position")),
            stream: row.get("stream"),
            event_type: row.get("event_type"),
            problem: row.get("problem"),
            parked_at: row.get("parked_at"),
        });
        Ok(parked.collect())
    }

    /// Tries parked events again, stream by stream and in order; a stream stops at the first that fails again.
    ///
    /// # Errors
    /// [`ProjectionError::UnknownProjection`], or the database is away; streams done before stay done.
    pub async fn retry_parked(
        &self,
        projection: &str,
        stream: Option<&str>,
    ) -> Result<Retried, ProjectionError> {
        let found = registry::find(projection)?;
        let mut streams: Vec<String> = Vec::new();
        for parked in self.parked(projection, stream).await? {
            if !streams.contains(&parked.stream) {
                streams.push(parked.stream);
            }
        }
        let mut retried = Retried::default();
        for stream in streams {
            retried.applied += self.retry_stream(found, &stream).await?;
        }
        retried.parked = self.parked(projection, stream).await?.len();
        Ok(retried)
    }

    async fn retry_stream(
        &self,
        projection: &'static dyn AnyProjection,
        stream: &str,
    ) -> Result<usize, ProjectionError> {
        let mut client = self.client().await?;
        let transaction = client.transaction().await?;
        // The runner takes the same lock first: it parks or applies later events of the stream before or after
        // this, never in between.
        transaction
            .query(
                include_str!("sql/lock_checkpoint.sql"),
                &[&subscription_name(projection.name()), &self.log_id],
            )
            .await?;
        let rows = transaction
            .query(
                include_str!("sql/list_parked.sql"),
                &[&projection.name(), &self.log_id, &Some(stream), &PARKED_MAX],
            )
            .await?;
        let mut fold = projection.empty();
        let mut applied: Vec<i64> = Vec::new();
        for row in rows {
            let position: i64 = row.get("position");
            let before = position_from(position - 1);
            let page = self.log.read_log(&ReadLog::after(before, 1)).await?;
            let Some(event) = page.events.first() else { break };
            if let Err(problem) = try_apply(&RawEvent::from(event), fold.as_mut()) {
                let problem = problem.to_string();
                transaction
                    .execute(
                        include_str!("sql/note_problem.sql"),
                        &[&projection.name(), &self.log_id, &position, &problem],
                    )
                    .await?;
                break;
            }
            applied.push(position);
        }
        fold.write(&Target {
            transaction: &transaction,
            log_id: self.log_id,
            is_new: false,
        })
        .await?;
        transaction
            .execute(
                include_str!("sql/unpark_events.sql"),
                &[&projection.name(), &self.log_id, &applied],
            )
            .await?;
        transaction.commit().await?;
        Ok(applied.len())
    }
}
