//! Reading events back: one stream, the whole log, one category, the last of many streams.

use tokio_postgres::Row;

use crate::log::Log;
use crate::{Position, RecordedEvent, StoreError, StreamName, Version};

/// The most events of one page.
pub const READ_EVENTS_MAX: u32 = 10_000;
/// The most bytes of payloads and metadata of one page of a log; its last event may cross it, by 4 MiB at most.
pub const READ_BYTES_MAX: u32 = 16 * 1024 * 1024;
/// How many positions one look at the log covers while it searches for a rare category; bounds one statement.
const SCAN_POSITIONS: u64 = 50_000;

/// The order of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Oldest first.
    Forwards,
    /// Newest first.
    Backwards,
}

/// What to read of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadLog {
    /// Only events after this position; [`Position::START`] for all.
    pub after: Position,
    /// Only events up to this position; none for all there are.
    pub up_to: Option<Position>,
    /// The order of the answer.
    pub direction: Direction,
    /// Only streams of these categories; none for all there are.
    pub categories: Vec<String>,
    /// The most events of the answer, at most [`READ_EVENTS_MAX`].
    pub limit: u32,
}

impl ReadLog {
    /// Everything after a position, oldest first, up to `limit` events.
    #[must_use]
    pub fn after(after: Position, limit: u32) -> Self {
        Self {
            after,
            up_to: None,
            direction: Direction::Forwards,
            categories: Vec::new(),
            limit,
        }
    }

    /// Only streams of this category, and of those named so before.
    #[must_use]
    pub fn category(mut self, category: &str) -> Self {
        self.categories.push(category.to_owned());
        self
    }

    /// Only up to a position, inclusive.
    #[must_use]
    pub fn up_to(mut self, position: Position) -> Self {
        self.up_to = Some(position);
        self
    }

    /// Newest first.
    #[must_use]
    pub fn backwards(mut self) -> Self {
        self.direction = Direction::Backwards;
        self
    }
}

/// A page of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPage {
    /// The events, in the order asked for.
    pub events: Vec<RecordedEvent>,
    /// Every event of the range up to here (backwards: from here on) was looked at: go on with it as the next
    /// `after` (backwards: as `up_to`, less one).
    pub scanned_to: Position,
    /// True when the range holds nothing further.
    pub at_end: bool,
}

/// What a page can still take.
struct Room {
    events: i64,
    bytes: i64,
}

impl Room {
    fn is_none(&self) -> bool {
        self.events <= 0 || self.bytes <= 0
    }
}

/// The head of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The position of its last event.
    pub position: Position,
    /// The chain hash over everything up to it.
    pub hash: [u8; 32],
    /// When its last event was recorded; none for an empty log.
    pub recorded_at: Option<jiff::Timestamp>,
}

impl Log {
    /// A page of one stream, from a version on (backwards: from it down).
    ///
    /// # Errors
    /// [`StoreError`] when the database is away or a row cannot be read.
    pub async fn read_stream(
        &self,
        stream: &StreamName,
        from: Version,
        direction: Direction,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        let limit = i64::from(limit.min(READ_EVENTS_MAX));
        let sql = match direction {
            Direction::Forwards => include_str!("sql/read_stream_forwards.sql"),
            Direction::Backwards => include_str!("sql/read_stream_backwards.sql"),
        };
        let rows = self
            .connections()
            .query(sql, &[&self.id, &stream.as_str(), &from.to_sql(), &limit])
            .await?;
        rows.iter().map(|row| self.decode(row)).collect()
    }

    /// The streams of a category with their versions, in the order of their names, after one of them; at most
    /// [`READ_EVENTS_MAX`].
    ///
    /// # Errors
    /// As [`Log::read_stream`].
    pub async fn streams_of(
        &self,
        category: &str,
        after: Option<&StreamName>,
        limit: u32,
    ) -> Result<Vec<(StreamName, Version)>, StoreError> {
        // Names compare byte by byte, and "." comes after "-".
        let (first, end) = (format!("{category}-"), format!("{category}."));
        let after = after.map_or(first.as_str(), StreamName::as_str);
        let limit = i64::from(limit.min(READ_EVENTS_MAX));
        let rows = self
            .connections()
            .query(
                include_str!("sql/streams_of_category.sql"),
                &[&self.id, &after, &end, &limit],
            )
            .await?;
        let streams = rows.iter().map(|row| {
            let name = StreamName::parse(row.get("stream"))
                .map_err(|error| self.unreadable(Position::START, error))?;
            Ok((name, Version::from_sql(row.get("version"))))
        });
        streams.collect()
    }

    /// The last event of each stream, in the order asked for; none where a stream has no event. One round trip.
    ///
    /// # Errors
    /// As [`Log::read_stream`].
    pub async fn last_events(
        &self,
        streams: &[StreamName],
    ) -> Result<Vec<Option<RecordedEvent>>, StoreError> {
        self.one_of_each(include_str!("sql/last_events.sql"), streams)
            .await
    }

    /// The first event of each stream, in the order asked for; none where a stream has no event. One round trip.
    ///
    /// # Errors
    /// As [`Log::read_stream`].
    pub async fn first_events(
        &self,
        streams: &[StreamName],
    ) -> Result<Vec<Option<RecordedEvent>>, StoreError> {
        self.one_of_each(include_str!("sql/first_events.sql"), streams)
            .await
    }

    /// The events at these positions, in the order of the log; none for a position beyond its head. One round trip.
    ///
    /// # Errors
    /// As [`Log::read_stream`].
    pub async fn events_at(&self, positions: &[Position]) -> Result<Vec<RecordedEvent>, StoreError> {
        let positions: Vec<i64> = positions.iter().map(|position| position.to_sql()).collect();
        let sql = include_str!("sql/events_at.sql");
        let rows = self.connections().query(sql, &[&self.id, &positions]).await?;
        rows.iter().map(|row| self.decode(row)).collect()
    }

    async fn one_of_each(
        &self,
        sql: &str,
        streams: &[StreamName],
    ) -> Result<Vec<Option<RecordedEvent>>, StoreError> {
        let names: Vec<&str> = streams.iter().map(StreamName::as_str).collect();
        let rows = self.connections().query(sql, &[&self.id, &names]).await?;
        let mut events = vec![None; streams.len()];
        for row in &rows {
            let ord = usize::try_from(row.get::<_, i32>("ord")).unwrap_or(0);
            if let Some(slot) = events.get_mut(ord.wrapping_sub(1)) {
                *slot = Some(self.decode(row)?);
            }
        }
        Ok(events)
    }

    /// A page of the log, as long as its limits allow: `limit` and [`READ_BYTES_MAX`]. Without a category the positions
    /// of the page are asserted to be contiguous.
    ///
    /// # Errors
    /// As [`Log::read_stream`]; [`StoreError::NotContiguous`] when the log has a hole.
    pub async fn read_log(&self, read: &ReadLog) -> Result<LogPage, StoreError> {
        let head = self.head().await?.position;
        let end = read.up_to.map_or(head, |up_to| up_to.min(head));
        let limit = read.limit.clamp(1, READ_EVENTS_MAX);
        let mut page = LogPage {
            events: Vec::new(),
            // Also of an empty range: a reader never goes back, even before a log that lost its end.
            scanned_to: match read.direction {
                Direction::Forwards => end.max(read.after),
                Direction::Backwards => read.after.plus(1),
            },
            at_end: true,
        };
        let (mut low, mut high) = (read.after, end);
        let mut left = Room {
            events: i64::from(limit),
            bytes: i64::from(READ_BYTES_MAX),
        };
        while low < high {
            if left.is_none() {
                page.at_end = false;
                break;
            }
            let reach = if read.categories.is_empty() {
                u64::try_from(left.events).unwrap_or(0)
            } else {
                SCAN_POSITIONS
            };
            let (from, to) = match read.direction {
                Direction::Forwards => (low, low.plus(reach).min(high)),
                Direction::Backwards => (Position::new(high.get().saturating_sub(reach)).max(low), high),
            };
            let found = self.scan(read, (from, to), &mut left).await?;
            let last = found.last().map(|event| event.position);
            // Where there is no room left the range may not have been looked at to its end.
            let end = last.filter(|_| left.is_none());
            match read.direction {
                Direction::Forwards => low = end.unwrap_or(to),
                Direction::Backwards => high = end.map_or(from, |at| Position::new(at.get() - 1)),
            }
            page.scanned_to = match read.direction {
                Direction::Forwards => low,
                Direction::Backwards => high.plus(1),
            };
            page.events.extend(found);
        }
        Ok(page)
    }

    /// Events of a range, as many as there is room for, which becomes less by them.
    async fn scan(
        &self,
        read: &ReadLog,
        (from, to): (Position, Position),
        left: &mut Room,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        let sql = match read.direction {
            Direction::Forwards => include_str!("sql/read_log_forwards.sql"),
            Direction::Backwards => include_str!("sql/read_log_backwards.sql"),
        };
        // No list at all asks for everything.
        let categories = (!read.categories.is_empty()).then_some(&read.categories);
        let params: [&(dyn tokio_postgres::types::ToSql + Sync); 6] = [
            &self.id,
            &from.to_sql(),
            &to.to_sql(),
            &categories,
            &left.events,
            &left.bytes,
        ];
        let rows = self.connections().query(sql, &params).await?;
        let events: Vec<RecordedEvent> = rows
            .iter()
            .map(|row| self.decode(row))
            .collect::<Result<_, _>>()?;
        left.events -= i64::try_from(events.len()).unwrap_or(i64::MAX);
        left.bytes -= rows.last().map_or(0, |row| row.get::<_, i64>("through_bytes"));
        if read.categories.is_empty() {
            let last = events.last().filter(|_| left.is_none());
            let range = match (last, read.direction) {
                (None, _) => (from, to),
                (Some(last), Direction::Forwards) => (from, last.position),
                (Some(last), Direction::Backwards) => (Position::new(last.position.get() - 1), to),
            };
            self.assert_contiguous(&events, range, read.direction)?;
        }
        Ok(events)
    }

    fn assert_contiguous(
        &self,
        events: &[RecordedEvent],
        (from, to): (Position, Position),
        direction: Direction,
    ) -> Result<(), StoreError> {
        let mut found = events.iter().map(|event| event.position);
        for step in 0..to.get() - from.get() {
            let expected = match direction {
                Direction::Forwards => from.plus(step + 1),
                Direction::Backwards => Position::new(to.get() - step),
            };
            let found = found.next();
            if found != Some(expected) {
                return Err(StoreError::NotContiguous {
                    log: self.name.clone(),
                    expected,
                    found,
                });
            }
        }
        Ok(())
    }

    /// The log's last position and its chain hash.
    ///
    /// # Errors
    /// As [`Log::read_stream`].
    pub async fn head(&self) -> Result<Head, StoreError> {
        let rows = self
            .connections()
            .query(include_str!("sql/head.sql"), &[&self.id])
            .await?;
        let row = rows
            .first()
            .ok_or_else(|| StoreError::Refused(format!("log {} is gone from log_head", self.name)))?;
        let position = Position::from_sql(row.get("position"));
        let hash: &[u8] = row.get("chain_hash");
        let hash = hash
            .try_into()
            .map_err(|_| self.unreadable(position, "log_head.chain_hash is not 32 bytes"))?;
        // Minus infinity before the first event, which is no Timestamp.
        let recorded_at = if position > Position::START {
            let at = row.try_get("updated_at");
            Some(at.map_err(|error| self.unreadable(position, format!("log_head.updated_at: {error}")))?)
        } else {
            None
        };
        Ok(Head {
            position,
            hash,
            recorded_at,
        })
    }

    pub(crate) fn unreadable(&self, position: Position, problem: impl ToString) -> StoreError {
        StoreError::Unreadable {
            log: self.name.clone(),
            position,
            problem: problem.to_string(),
        }
    }

    pub(crate) fn decode(&self, row: &Row) -> Result<RecordedEvent, StoreError> {
        let position = Position::from_sql(
            row.try_get("position")
                .map_err(|error| StoreError::from_postgres(&error))?,
        );
        RecordedEvent::from_row(row, position).map_err(|error| self.unreadable(position, error))
    }
}
