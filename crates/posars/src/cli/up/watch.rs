//! The eye on what a serving process depends on.

use std::time::Duration;

use posars_event_store::StoreError;
use posars_gateway::Readiness;
use posars_projections::ProjectionStatus;

use super::sign_in::SignIn;
use crate::companies::option_of;
use crate::database::Database;
use crate::health::Health;
use crate::house::House;
use crate::workers::Workers;

/// How often it looks. An outage shows in `/readyz` within this and the deadline.
const INTERVAL: Duration = Duration::from_secs(1);
/// How long the database may take for one row before it counts as away.
const DEADLINE: Duration = Duration::from_secs(3);
const DATABASE: &str = "postgresql";
const ISSUER_KEYS: &str = "issuer_keys";
const READ_MODELS: &str = "read_models";
/// A read model that is behind and has not moved for so long stands still. One that is behind and moves, as after a
/// large import, is in order.
const STANDSTILL_S: u64 = 30;

/// Looks at the database and the workers, again and again.
pub(super) struct Watch {
    houses: Vec<House>,
    sign_in: SignIn,
}

impl Watch {
    pub(super) fn new(houses: Vec<House>, sign_in: SignIn) -> Self {
        Self { houses, sign_in }
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
        let answered = match tokio::time::timeout(DEADLINE, self.heads()).await {
            _ if database.has_ended() => {
                Err("the private PostgreSQL ended; it is being started again".to_owned())
            }
            Ok(Ok(())) => Ok(()),
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
        health.note(ISSUER_KEYS, self.sign_in.state());
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

    /// Asks the database for the end of every log.
    async fn heads(&self) -> Result<(), StoreError> {
        for house in &self.houses {
            house.log.head().await?;
        }
        Ok(())
    }

    /// Whether every read model of every company keeps up, or at least moves.
    async fn read_models(&self) -> Result<(), String> {
        for house in &self.houses {
            let status = tokio::time::timeout(DEADLINE, house.projections.status());
            let all = match status.await {
                Ok(all) => all.map_err(|error| error.to_string())?,
                Err(_) => return Err(format!("no status within {} ms", DEADLINE.as_millis())),
            };
            if let Some(late) = all.iter().find(|one| stands_still(one)) {
                return Err(format!(
                    "{} of company {} stands still {} s behind the log; `posars projections status{}` says more",
                    late.projection,
                    house.company_id,
                    late.lag_seconds,
                    option_of(house.company_id.as_str())
                ));
            }
        }
        Ok(())
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

/// Whether a read model is behind and has not moved for long.
fn stands_still(status: &ProjectionStatus) -> bool {
    let now = jiff::Timestamp::now();
    let stood_s = |at: jiff::Timestamp| u64::try_from(now.duration_since(at).as_secs()).unwrap_or(0);
    status.lag_seconds > STANDSTILL_S && status.moved_at.is_none_or(|at| stood_s(at) > STANDSTILL_S)
}
