//! How queries read: a page at a time, never behind a position the caller has seen, with a deadline.

use std::time::{Duration, Instant};

use jiff::civil::Date;
use posars_event_store::{Floors, Position};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, ToSql};

use crate::row::Value;
use crate::subscription::subscription_name;
use crate::{DatabaseError, Projection, Projections, QueryError};

/// Most rows of a page; an answer stays within a few hundred kilobytes.
pub const PAGE_ROWS_MAX: u32 = 1_000;
/// Longest time one statement of the owner's may take.
const QUERY_DEADLINE: Duration = Duration::from_secs(10);
/// Before and after every trading day: the bounds of a list without any. The statements compare with values, not with
/// nulls, because a plan that is kept for any parameters can only walk an index between values.
pub(crate) const FIRST_DAY: Date = Date::constant(-4000, 1, 1);
/// See [`FIRST_DAY`].
pub(crate) const LAST_DAY: Date = Date::constant(9999, 12, 31);
/// How long one read model is waited for that another one's answer goes with: they are a page apart at most.
const FOLLOW_WAIT: Duration = Duration::from_secs(10);
/// How long a replica is waited for before the writer answers: it is milliseconds behind, or in trouble.
const REPLICA_WAIT: Duration = Duration::from_millis(500);
/// How often a checkpoint that another process moves is looked at.
const POLL: Duration = Duration::from_millis(20);

/// How fresh an answer must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// The answer must include every event up to here; [`Position::START`] asks for nothing.
    pub min_position: Position,
    /// How long to wait for that.
    pub wait: Duration,
}

impl Freshness {
    /// The rows as they are now.
    pub const ANY: Self = Self {
        min_position: Position::START,
        wait: Duration::ZERO,
    };

    /// At least up to a position, waiting at most so long.
    #[must_use]
    pub const fn at_least(min_position: Position, wait: Duration) -> Self {
        Self { min_position, wait }
    }
}

/// Which page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Most rows, 1 to [`PAGE_ROWS_MAX`]; others are brought into that range.
    pub rows_max: u32,
    /// [`Page::next`] of the page before; none for the first.
    pub after: Option<Vec<String>>,
    /// [`Page::position`] of the first page, so that rows that came since do not move the pages; none for the first.
    pub at: Option<Position>,
}

impl PageRequest {
    /// The first page.
    #[must_use]
    pub const fn first(rows_max: u32) -> Self {
        Self {
            rows_max,
            after: None,
            at: None,
        }
    }

    /// The page after this one; none after the last.
    #[must_use]
    pub fn following<T>(&self, page: &Page<T>) -> Option<Self> {
        let after = page.next.clone()?;
        Some(Self {
            rows_max: self.rows_max,
            after: Some(after),
            at: self.at.or(Some(page.position)),
        })
    }

    pub(crate) fn limit(&self) -> u32 {
        self.rows_max.clamp(1, PAGE_ROWS_MAX)
    }

    /// One row more than asked for tells whether there is a next page.
    pub(crate) fn sql_limit(&self) -> i64 {
        i64::from(self.limit()) + 1
    }

    /// The last position that rows may have.
    pub(crate) fn sql_at(&self) -> i64 {
        self.at.map_or(i64::MAX, sql_position)
    }

    /// The parts of the key to go on after, as many as the query's order has.
    pub(crate) fn key<const PARTS: usize>(&self) -> Result<Option<[&str; PARTS]>, QueryError> {
        let Some(after) = &self.after else { return Ok(None) };
        let parts: Vec<&str> = after.iter().map(String::as_str).collect();
        let problem = format!("its key has {} parts, expected {PARTS}", parts.len());
        parts
            .try_into()
            .map(Some)
            .map_err(|_| QueryError::BadPage { problem })
    }
}

/// A part of a page key, in its type.
pub(crate) fn key_part<T: std::str::FromStr>(part: &str) -> Result<T, QueryError> {
    part.parse().map_err(|_| QueryError::BadPage {
        problem: format!("{part:?} is not part of a key"),
    })
}

/// The day and the position after which the page of a list by trading day begins; the first one begins with the day from
/// which the list is asked for.
pub(crate) fn day_key(page: &PageRequest, from: Option<Date>) -> Result<(Date, i64), QueryError> {
    let first = (from.unwrap_or(FIRST_DAY), 0);
    Ok(match page.key::<2>()? {
        Some([day, position]) => first.max((key_part(day)?, key_part(position)?)),
        None => first,
    })
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next page goes on; none when this is the last.
    pub next: Option<Vec<String>>,
    /// The answer includes every event up to here.
    pub position: Position,
}

impl<T> Page<T> {
    /// Cuts the row beyond the limit off and keeps the key of the last one that stays.
    pub(crate) fn cut(
        mut rows: Vec<T>,
        request: &PageRequest,
        position: Position,
        key: impl Fn(&T) -> Vec<String>,
    ) -> Self {
        let limit = usize::try_from(request.limit()).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(key) } else { None };
        Self { rows, next, position }
    }
}

pub(crate) fn sql_position(position: Position) -> i64 {
    i64::try_from(position.get()).unwrap_or(i64::MAX)
}

pub(crate) fn position_from(sql: i64) -> Position {
    Position::new(u64::try_from(sql).unwrap_or(0))
}

/// Reads columns of one read model's rows as typed values.
#[derive(Clone, Copy)]
pub(crate) struct Columns<'a> {
    pub(crate) table: &'static str,
    pub(crate) row: &'a Row,
}

impl<'a> Columns<'a> {
    pub(crate) fn get<T: FromSql<'a>>(&self, column: &str) -> Result<T, QueryError> {
        self.row
            .try_get(column)
            .map_err(|error| self.unreadable(column, &error))
    }

    /// A text column that holds a value type of the domain.
    pub(crate) fn parse<T>(&self, column: &str) -> Result<T, QueryError>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        self.read(column, self.get(column)?)
    }

    /// A text out of a column that holds a value type of the domain.
    pub(crate) fn read<T>(&self, column: &str, text: &str) -> Result<T, QueryError>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        text.parse()
            .map_err(|error: T::Err| self.unreadable(column, &error))
    }

    /// A column that lists leave out; none then.
    pub(crate) fn detail<T: FromSql<'a>>(&self, column: &str) -> Result<Option<T>, QueryError> {
        let is_there = self.row.columns().iter().any(|there| there.name() == column);
        is_there.then(|| self.get(column)).transpose()
    }

    pub(crate) fn parse_maybe<T>(&self, column: &str) -> Result<Option<T>, QueryError>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        let text: Option<&str> = self.get(column)?;
        text.map(|text| self.read(column, text)).transpose()
    }

    /// A text column that is empty where there is no value.
    pub(crate) fn parse_unless_empty<T>(&self, column: &str) -> Result<Option<T>, QueryError>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        let text: &str = self.get(column)?;
        (!text.is_empty()).then(|| self.read(column, text)).transpose()
    }

    pub(crate) fn amount(&self, column: &str) -> Result<posars_domain::Amount, QueryError> {
        Ok(posars_domain::Amount::from_minor(self.get(column)?))
    }

    pub(crate) fn quantity(&self, column: &str) -> Result<posars_domain::Quantity, QueryError> {
        Ok(posars_domain::Quantity::from_ten_thousandths(self.get(column)?))
    }

    pub(crate) fn position(&self, column: &str) -> Result<Position, QueryError> {
        Ok(position_from(self.get(column)?))
    }

    pub(crate) fn count(&self, column: &str) -> Result<u64, QueryError> {
        let count: i64 = self.get(column)?;
        u64::try_from(count).map_err(|error| self.unreadable(column, &error))
    }

    /// A number that the code keeps in fewer bytes than the table.
    pub(crate) fn narrow<Wide, T>(&self, column: &str, number: Wide) -> Result<T, QueryError>
    where
        T: TryFrom<Wide>,
        T::Error: std::fmt::Display,
    {
        T::try_from(number).map_err(|error| self.unreadable(column, &error))
    }

    pub(crate) fn unreadable(&self, column: &str, problem: &dyn std::fmt::Display) -> QueryError {
        QueryError::Unreadable {
            table: self.table,
            problem: format!("column {column}: {problem}"),
        }
    }
}

/// A row of a read model as its queries answer it.
pub(crate) trait ReadRow: Sized {
    /// Whose table it is in.
    type Of: Projection;

    /// Reads it.
    fn decode(columns: Columns<'_>) -> Result<Self, QueryError>;
}

fn position_in(rows: &[Row]) -> Position {
    rows.first()
        .map_or(Position::START, |row| position_from(row.get("position")))
}

/// The checkpoint that rows were read at; every row carries the same.
fn applied(rows: &[Row], before: Position) -> Position {
    let first: Option<i64> = rows.first().and_then(|row| row.try_get("applied").ok()).flatten();
    first.map_or(before, position_from)
}

impl Projections {
    /// One statement for a caller, in a session that PostgreSQL confines to this log.
    pub(crate) async fn query(
        &self,
        sql: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, DatabaseError> {
        Ok(self.log.query(sql, params).await?)
    }

    /// The rows of a statement over one read model, with the position that they include: `before`, or a later one that they
    /// were read at. `$1` is the subscription and `$2` the log; the parameters follow.
    pub(crate) async fn rows<T: ReadRow>(
        &self,
        sql: &str,
        params: &[Value<'_>],
        before: Position,
    ) -> Result<(Vec<T>, Position), QueryError> {
        let table = T::Of::NAME;
        let subscription = subscription_name(table);
        let mut all: Vec<Value<'_>> = vec![&subscription, &self.log_id];
        all.extend_from_slice(params);
        let rows = if self.may_ask_replica {
            self.log.query_replica(&self.floors(), sql, &all).await
        } else {
            self.log.query(sql, &all).await
        };
        let rows = rows.map_err(DatabaseError::from)?;
        let decoded = rows.iter().map(|row| T::decode(Columns { table, row }));
        let position = applied(&rows, before);
        self.note_seen(table, position);
        Ok((decoded.collect::<Result<_, _>>()?, position))
    }

    /// The one row of such a statement, none if there is none.
    pub(crate) async fn row<T: ReadRow>(
        &self,
        sql: &str,
        params: &[Value<'_>],
        before: Position,
    ) -> Result<(Option<T>, Position), QueryError> {
        let (mut rows, position) = self.rows(sql, params, before).await?;
        Ok((rows.pop(), position))
    }

    /// One statement with the rights of the tables' owner, within the deadline: what callers may not do.
    pub(crate) async fn query_as_owner(
        &self,
        sql: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, DatabaseError> {
        let client = self.client().await?;
        let call = async {
            let statement = client.prepare_cached(sql).await?;
            client.query(&statement, params).await
        };
        let answer = tokio::time::timeout(QUERY_DEADLINE, call).await;
        if let Ok(rows) = answer {
            return Ok(rows?);
        }
        // A connection with an answer still under way must not go back to the pool.
        drop(deadpool_postgres::Object::take(client));
        let deadline_ms = u64::try_from(QUERY_DEADLINE.as_millis()).unwrap_or(u64::MAX);
        Err(DatabaseError::DeadlineExceeded(deadline_ms))
    }

    /// How far a projection has applied the log.
    ///
    /// # Errors
    /// [`DatabaseError`] when the database is away.
    pub(crate) async fn checkpoint(&self, projection: &'static str) -> Result<Position, DatabaseError> {
        let params: [&(dyn ToSql + Sync); 2] = [&subscription_name(projection), &self.log_id];
        let rows = self.query(include_str!("sql/checkpoint.sql"), &params).await?;
        Ok(position_in(&rows))
    }

    /// As that, on the replica if there is one that answers.
    async fn checkpoint_on_replica(&self, projection: &'static str) -> Result<Position, DatabaseError> {
        let params: [&(dyn ToSql + Sync); 2] = [&subscription_name(projection), &self.log_id];
        let sql = include_str!("sql/checkpoint.sql");
        let rows = self.log.query_replica(&Floors::default(), sql, &params).await?;
        Ok(position_in(&rows))
    }

    /// Waits until a projection has applied every event up to `min_position`; answers how far it is. A replica that is
    /// not there in time is waited for no longer than a moment: the writer answers then.
    ///
    /// # Errors
    /// [`QueryError::BeyondLog`] at once when the log does not reach so far, [`QueryError::Behind`] when the projection is
    /// not there in time.
    pub(crate) async fn wait_for(
        &self,
        projection: &'static str,
        freshness: Freshness,
    ) -> Result<Position, QueryError> {
        let began = Instant::now();
        let mut progress = self.applied(projection);
        let mut within_log = false;
        loop {
            // Marked as seen before the look at the database, so that no change between the two is missed.
            progress.mark_unchanged();
            let waits_for_replica = freshness.min_position == Position::START
                || began.elapsed() < freshness.wait.min(REPLICA_WAIT);
            let position = if self.may_ask_replica && waits_for_replica {
                self.checkpoint_on_replica(projection).await?
            } else {
                self.checkpoint(projection).await?
            };
            if position >= freshness.min_position {
                self.note_answer(projection, position).await?;
                return Ok(position);
            }
            if !std::mem::replace(&mut within_log, true) {
                self.must_be_in_log(projection, freshness.min_position).await?;
            }
            let waited = began.elapsed();
            let Some(left) = freshness.wait.checked_sub(waited).filter(|left| !left.is_zero()) else {
                return Err(QueryError::Behind {
                    projection,
                    min_position: freshness.min_position,
                    position,
                    waited_ms: u64::try_from(waited.as_millis()).unwrap_or(u64::MAX),
                });
            };
            // The runner of this process tells at once; one elsewhere is found by looking.
            let _ = tokio::time::timeout(left.min(POLL), progress.changed()).await;
        }
    }

    /// Notes how far a projection is in an answer. One that is behind an earlier answer is on a replica that has yet to
    /// come so far, or was rolled back: then the writer says less, too, and no replica need be as far any more.
    async fn note_answer(&self, projection: &'static str, position: Position) -> Result<(), DatabaseError> {
        let seen = self.seen(projection);
        if self.may_ask_replica && position < seen {
            let now = self.checkpoint(projection).await?;
            if now < seen {
                self.forget_seen(projection, seen, now);
            }
        }
        self.note_seen(projection, position);
        Ok(())
    }

    /// Waits until a read model has what another one's answer includes, which it is shown with.
    ///
    /// # Errors
    /// As [`Projections::wait_for`].
    pub(crate) async fn follow(
        &self,
        projection: &'static str,
        position: Position,
    ) -> Result<Position, QueryError> {
        self.wait_for(projection, Freshness::at_least(position, FOLLOW_WAIT))
            .await
    }

    /// Refuses a position that the log has not reached. Every position that was ever answered with is committed, so one
    /// look is enough; and none is needed for what this process has heard of, as after a command of its own.
    async fn must_be_in_log(
        &self,
        projection: &'static str,
        min_position: Position,
    ) -> Result<(), QueryError> {
        if min_position <= self.log.watch().position() {
            return Ok(());
        }
        let head = self.log.head().await.map_err(DatabaseError::from)?.position;
        if min_position <= head {
            return Ok(());
        }
        // It may be a position of the database that the log has just moved to, of which this process hears in a moment.
        if self.log.closure().await.map_err(DatabaseError::from)?.is_some() {
            return Err(QueryError::Behind {
                projection,
                min_position,
                position: head,
                waited_ms: 0,
            });
        }
        Err(QueryError::BeyondLog { min_position, head })
    }
}
