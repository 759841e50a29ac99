//! First answers given again: read from the events that the first tries left, all of a batch in one round trip.
//!
//! It happens beside the batcher, which must not wait: a file imported a second time is nothing but replays.

use std::collections::HashMap;

use tokio_postgres::Row;

use crate::batch::Request;
use crate::connections::Connections;
use crate::{AppendError, Appended, Position, StoreError, StreamName, Version};

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
        .map(|r| (r.first.to_sql(), r.last.to_sql()))
        .unzip();
    let rows = connections
        .query(
            include_str!("sql/replayed_streams.sql"),
            &[&log_id, &first, &last],
        )
        .await;
    let mut answers = rows
        .map_err(|error| error.to_string())
        .and_then(|rows| read(&rows).map_err(|e| e.to_string()));
    for (ord, replay) in (1_i64..).zip(replays) {
        let answer = match &mut answers {
            Ok(found) => found
                .remove(&ord)
                .map(|(streams, recorded_at)| Appended {
                    first_position: replay.first,
                    last_position: replay.last,
                    streams,
                    recorded_at,
                    replayed: true,
                })
                .ok_or_else(|| {
                    let problem = format!("an idempotency key points at no event, position {}", replay.first);
                    AppendError::Store(StoreError::Refused(problem))
                }),
            // The events are there since the first try, so "nothing was written" would be wrong.
            Err(error) => Err(AppendError::OutcomeUnknown(error.clone())),
        };
        let _ = replay.request.reply.send(answer);
    }
}

type Answers = HashMap<i64, (Vec<(StreamName, Version)>, jiff::Timestamp)>;

fn read(rows: &[Row]) -> Result<Answers, Box<dyn std::error::Error>> {
    let mut answers = Answers::new();
    for row in rows {
        let recorded_at = row.try_get("recorded_at")?;
        let (streams, _) = answers
            .entry(row.try_get("ord")?)
            .or_insert_with(|| (Vec::new(), recorded_at));
        streams.push((
            StreamName::parse(row.try_get("stream")?)?,
            Version::from_sql(row.try_get("version")?),
        ));
    }
    Ok(answers)
}
