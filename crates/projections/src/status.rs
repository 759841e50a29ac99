//! How the projections of a log stand.

use jiff::Timestamp;
use posars_event_store::{Position, ReadLog};

use crate::read::position_from;
use crate::{DatabaseError, Projections, QueryError, registry};

/// How one projection stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectionStatus {
    /// The projection.
    pub projection: &'static str,
    /// How far it has applied the log.
    pub position: Position,
    /// The head of the log.
    pub head: Position,
    /// Events it has not applied.
    pub lag_events: u64,
    /// Age of the oldest event it has not applied, in seconds; 0 when there is none.
    pub lag_seconds: u64,
    /// Events it has set aside.
    pub parked: u64,
    /// When the oldest of those was set aside.
    pub oldest_parked_at: Option<Timestamp>,
    /// Who runs it now; none when nobody does.
    pub holder: Option<String>,
    /// When it last moved.
    pub moved_at: Option<Timestamp>,
    /// The version of the code that filled its table; none when it never ran.
    pub version: Option<i32>,
    /// When its table was built.
    pub built_at: Option<Timestamp>,
    /// Where a rollback would return to; none when there is no earlier build.
    pub previous_position: Option<Position>,
}

impl Projections {
    /// How every projection stands, in the order of [`Projections::names`].
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn status(&self) -> Result<Vec<ProjectionStatus>, QueryError> {
        let names = self.names();
        let rows = self
            .query(include_str!("sql/status.sql"), &[&self.log_id, &names])
            .await?;
        // After the checkpoints, so that none is ever ahead of it.
        let head = self.log.head().await.map_err(DatabaseError::from)?.position;
        let now = Timestamp::now();
        let mut all = Vec::with_capacity(rows.len());
        for (projection, row) in registry::ALL.iter().zip(&rows) {
            let position = position_from(row.get("position"));
            let lag_seconds = if position < head {
                let next = self.log.read_log(&ReadLog::after(position, 1)).await;
                let page = next.map_err(DatabaseError::from)?;
                page.events
                    .first()
                    .map_or(0, |event| age_seconds(event.recorded_at, now))
            } else {
                0
            };
            all.push(ProjectionStatus {
                projection: projection.name(),
                position,
                head,
                lag_events: head.get().saturating_sub(position.get()),
                lag_seconds,
                parked: u64::try_from(row.get::<_, i64>("parked")).unwrap_or(0),
                oldest_parked_at: row.get("oldest_parked_at"),
                holder: row.get("holder"),
                moved_at: row.get("updated_at"),
                version: row.get("version"),
                built_at: row.get("built_at"),
                previous_position: row.get::<_, Option<i64>>("previous_position").map(position_from),
            });
        }
        Ok(all)
    }
}

fn age_seconds(then: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(now.duration_since(then).as_secs()).unwrap_or(0)
}
