//! The eye on what a serving process depends on.

use std::time::Duration;

use posars_gateway::Readiness;

use crate::database::Database;
use crate::health::Health;
use crate::house::House;
use crate::workers::Workers;

/// How often it looks. An outage shows in `/readyz` within this and the deadline.
const INTERVAL: Duration = Duration::from_secs(1);
/// How long the database may take for one row before it counts as away.
const DEADLINE: Duration = Duration::from_secs(3);
const DATABASE: &str = "postgresql";
const READ_MODELS: &str = "read_models";
/// A read model that is behind and has not moved for so long stands still. One that is behind and moves, as after a
/// large import, is in order.
const STANDSTILL_S: u64 = 30;

/// Looks at the database and the workers, again and again.
pub(super) struct Watch {
    house: House,
}

impl Watch {
    pub(super) fn new(house: House) -> Self {
        Self { house }
    }

    /// Returns when it is time to look again.
    pub(super) async fn pause(&self) {
        tokio::time::sleep(INTERVAL).await;
    }

    /// Looks once and tells `/readyz` and the gRPC health service.
    pub(super) async fn look(
        &self,
        database: &Database,
        workers: &Workers,
        health: &Health,
        readiness: &Readiness,
    ) {
        let answered = match tokio::time::timeout(DEADLINE, self.house.log.head()).await {
            _ if database.has_ended() => {
                Err("the private PostgreSQL ended; it is being started again".to_owned())
            }
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("no answer within {} ms", DEADLINE.as_millis())),
        };
        if let Err(reason) = &answered
            && readiness.is_serving()
        {
            tracing::error!(reason, "the database is away; readyz says so until it is back");
        }
        let is_there = answered.is_ok();
        health.note(DATABASE, answered);
        for (name, state) in workers.states() {
            health.note(name, state);
        }
        if is_there {
            health.note(READ_MODELS, self.read_models().await);
        }
        match (is_there, readiness.is_serving()) {
            (true, false) => {
                tracing::info!("serving");
                readiness.start_serving().await;
            }
            (false, true) => readiness.stop_serving().await,
            (true, true) | (false, false) => {}
        }
    }

    /// Whether every read model keeps up, or at least moves.
    async fn read_models(&self) -> Result<(), String> {
        let status = tokio::time::timeout(DEADLINE, self.house.projections.status());
        let all = match status.await {
            Ok(all) => all.map_err(|error| error.to_string())?,
            Err(_) => return Err(format!("no status within {} ms", DEADLINE.as_millis())),
        };
        let now = jiff::Timestamp::now();
        let stands = |moved_at: Option<jiff::Timestamp>| {
            moved_at
                .is_none_or(|at| u64::try_from(now.duration_since(at).as_secs()).unwrap_or(0) > STANDSTILL_S)
        };
        match all
            .iter()
            .find(|one| one.lag_seconds > STANDSTILL_S && stands(one.moved_at))
        {
            None => Ok(()),
            Some(late) => Err(format!(
                "{} stands still {} s behind the log; `posars projections status` says more",
                late.projection, late.lag_seconds
            )),
        }
    }

    /// Starts a private server again that ended behind our back.
    pub(super) async fn mend(&self, database: &mut Database) {
        if !database.has_ended() {
            return;
        }
        match database.revive().await {
            Ok(()) => tracing::warn!("the private PostgreSQL had ended and was started again"),
            Err(failure) => {
                tracing::error!(code = %failure.code, reason = failure.message, "PostgreSQL does not start; trying again");
            }
        }
    }
}
