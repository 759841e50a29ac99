//! The heads of the logs that this process has opened, as far as it knows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio_postgres::Row;

use crate::connections::Connections;
use crate::{LogName, Position, StoreError};

/// The heads of all open logs. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heads(Arc<Mutex<HashMap<i32, Known>>>);

/// An open log.
#[derive(Debug)]
struct Known {
    name: LogName,
    head: watch::Sender<Position>,
}

impl Heads {
    fn known(&self) -> MutexGuard<'_, HashMap<i32, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The head of a log that is at least at `position`.
    pub(crate) fn of(&self, log_id: i32, name: &LogName, position: Position) -> watch::Sender<Position> {
        let mut known = self.known();
        let known = known.entry(log_id).or_insert_with(|| Known {
            name: name.clone(),
            head: watch::Sender::new(Position::START),
        });
        raise(&known.head, position);
        known.head.clone()
    }

    /// The log with this name, and how far it is known to go; none when it is not open here.
    pub(crate) fn named(&self, name: &LogName) -> Option<(i32, Position)> {
        let known = self.known();
        let found = known.iter().find(|(_, known)| known.name == *name);
        found.map(|(log_id, known)| (*log_id, *known.head.borrow()))
    }

    /// How far a log is known to go; none when it is not open here.
    pub(crate) fn position(&self, log_id: i32) -> Option<Position> {
        self.known().get(&log_id).map(|known| *known.head.borrow())
    }

    /// The name of a log that is open here.
    pub(crate) fn name(&self, log_id: i32) -> Option<LogName> {
        self.known().get(&log_id).map(|known| known.name.clone())
    }

    /// Whether anybody waits for a log to grow.
    pub(crate) fn anyone_waits(&self) -> bool {
        self.known().values().any(|known| known.head.receiver_count() > 0)
    }

    /// Reads the real heads, and wakes who waits for them.
    pub(crate) async fn refresh(&self, connections: &Connections) -> Result<(), StoreError> {
        let all = include_str!("../sql/head_positions.sql");
        self.raise_all(&connections.query(all, &[]).await?);
        Ok(())
    }

    /// The same for some logs.
    pub(crate) async fn refresh_some(
        &self,
        connections: &Connections,
        logs: &[i32],
    ) -> Result<(), StoreError> {
        let some = include_str!("../sql/head_positions_of.sql");
        self.raise_all(&connections.query(some, &[&logs]).await?);
        Ok(())
    }

    fn raise_all(&self, rows: &[Row]) {
        let known = self.known();
        for row in rows {
            if let Some(known) = known.get(&row.get("log_id")) {
                raise(&known.head, Position::from_sql(row.get("position")));
            }
        }
    }
}

/// Heads never go back.
pub(crate) fn raise(head: &watch::Sender<Position>, to: Position) {
    head.send_if_modified(|now| {
        let higher = to > *now;
        *now = (*now).max(to);
        higher
    });
}
