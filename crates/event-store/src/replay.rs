//! First answers given again: read from the events that the first tries left, all of a batch in one round trip.
//!
//! It happens beside the batcher, which must not wait: a file imported a second time is nothing but replays.

use std::collections::HashMap;

use tokio_postgres::Row;

use crate::connections::Connections;
use crate::request::Request;
use crate::{AppendError, Appended, Position, RecordedEvent, StoreError, StreamName, Version};

/// A request whose key was used before with the same payload.
#[derive(Debug)]
pub(crate) struct Replay {
    pub(crate) request: Request,
    pub(crate) first: Position,
    pub(crate) last: Position,
}

/// Answers all of them as they were answered first.
pub(crate) async fn answer(connections: Connections, log_id: i32, replays: Vec<Replay>) {
    let (first, last): (Vec<i64>, Vec<i64>) = replays
        .iter()
        .map(|replay| (replay.first.to_sql(), replay.last.to_sql()))
        .unzip();
    let rows = connections
        .query(include_str!("sql/replayed_events.sql"), &[&log_id, &first, &last])
        .await;
    let mut found = rows
        .map_err(|error| error.to_string())
        .and_then(|rows| by_append(&rows));
    for (ord, replay) in (1_i64..).zip(replays) {
        let answer = match &mut found {
            Ok(found) => appended(&replay, found.remove(&ord).unwrap_or_default()),
            // The events are there since the first try, so "nothing was written" would be wrong.
            Err(error) => Err(AppendError::OutcomeUnknown(error.clone())),
        };
        let _ = replay.request.reply.send(answer);
    }
}

fn by_append(rows: &[Row]) -> Result<HashMap<i64, Vec<RecordedEvent>>, String> {
    let mut found: HashMap<i64, Vec<RecordedEvent>> = HashMap::new();
    for row in rows {
        let read = || -> Result<_, Box<dyn std::error::Error>> {
            Ok((
                row.try_get("ord")?,
                RecordedEvent::from_row(row, Position::from_sql(row.try_get("position")?))?,
            ))
        };
        let (ord, event) = read().map_err(|error| error.to_string())?;
        found.entry(ord).or_default().push(event);
    }
    Ok(found)
}

fn appended(replay: &Replay, first_events: Vec<RecordedEvent>) -> Result<Appended, AppendError> {
    let Some(recorded_at) = first_events.first().map(|event| event.recorded_at) else {
        let problem = format!("an idempotency key points at no event, position {}", replay.first);
        return Err(AppendError::Store(StoreError::Refused(problem)));
    };
    // The events of a write stand one after the other, so a stream's last version is that of its last event.
    let mut streams: Vec<(StreamName, Version)> = Vec::new();
    for event in &first_events {
        match streams.last_mut() {
            Some((stream, version)) if *stream == event.stream => *version = event.version,
            Some(_) | None => streams.push((event.stream.clone(), event.version)),
        }
    }
    Ok(Appended {
        first_position: replay.first,
        last_position: replay.last,
        streams,
        recorded_at,
        replayed: true,
        first_events,
    })
}
