//! The eye on what a serving process depends on.

use std::time::Duration;

use posars_event_store::{EventStore, StoreError};
use posars_gateway::Readiness;
use posars_projections::ProjectionStatus;

use super::sign_in::SignIn;
use crate::companies::option_of;
use crate::database::Database;
use crate::health::Health;
use crate::house::House;
use crate::roles::Duties;
use crate::workers::Workers;

/// How often it looks. An outage shows in `/readyz` within this and the deadline.
const INTERVAL: Duration = Duration::from_secs(1);
/// How long the database may take for one row before it counts as away.
const DEADLINE: Duration = Duration::from_secs(3);
const DATABASE: &str = "postgresql";
const ISSUER_KEYS: &str = "issuer_keys";
const READ_MODELS: &str = "read_models";
const IMPORTS: &str = "imports";
/// A read model that is behind and has not moved for so long stands still. One that is behind and moves, as after a
/// large import, is in order.
const STANDSTILL_S: u64 = 30;

/// An append that the disk did not take counts for so long, also when there seems to be room again: a disk that is
/// almost full takes one write and not the next, and nobody is helped by an answer that changes every second.
const DISK_HOLD: Duration = Duration::from_secs(5);
/// How often the disk is tried although nothing was refused. It costs PostgreSQL some milliseconds.
const DISK_PROBE_LOOKS: u32 = 10;
/// With less room on the disk of a private server that has ended, that is why.
const DISK_FREE_BYTES_MIN: u64 = 32 * 1024 * 1024;
const DISK_FULL: &str =
    "the disk is full or does not work: make room on it, and nothing needs to be started again";

/// Looks at the database and the workers, again and again.
pub(super) struct Watch {
    /// The database that is asked first. Without it nothing goes; without one that companies were moved to, only they stand.
    first: EventStore,
    houses: Vec<House>,
    duties: Duties,
    /// Who may sign in to the services, if there are any.
    sign_in: Option<SignIn>,
    health: Health,
    /// What the health service of gRPC says, if there are services.
    readiness: Option<Readiness>,
    /// Whether the last look found the database fit to serve.
    is_fit: bool,
    looks: u32,
    /// Whether the last try of the disk found no room.
    disk_is_full: bool,
}

impl Watch {
    pub(super) fn new(
        (first, houses): (EventStore, Vec<House>),
        duties: Duties,
        sign_in: Option<SignIn>,
        health: Health,
        readiness: Option<Readiness>,
    ) -> Self {
        Self {
            first,
            houses,
            duties,
            sign_in,
            health,
            readiness,
            is_fit: false,
            looks: 0,
            disk_is_full: false,
        }
    }

    /// Looks at a company in its new place from now on, or at one whose database is back; answers all that it looks at.
    pub(super) fn take(&mut self, house: House) -> &[House] {
        let mut known = self.houses.iter_mut();
        match known.find(|known| known.company_id == house.company_id) {
            Some(old) => *old = house,
            None => self.houses.push(house),
        }
        &self.houses
    }

    /// Returns when it is time to look again.
    pub(super) async fn pause(&self) {
        tokio::time::sleep(INTERVAL).await;
    }

    /// Notes the state of something that this process depends on.
    pub(super) fn note(&self, name: &'static str, state: Result<(), String>) {
        self.health.note(name, state);
    }

    /// Tells the health service of gRPC that no call is taken any more.
    pub(super) async fn stop_serving(&self) {
        if let Some(readiness) = &self.readiness {
            readiness.stop_serving().await;
        }
    }

    /// Looks once and tells `/readyz` and the gRPC health service.
    pub(super) async fn look(&mut self, database: &Database, workers: &Workers) {
        let answered = match tokio::time::timeout(DEADLINE, self.heads()).await {
            _ if database.has_ended() => Err(ended(database)),
            Ok(Ok(())) => self.disk().await,
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("no answer within {} ms", DEADLINE.as_millis())),
        };
        if let Err(reason) = &answered
            && self.is_fit
        {
            tracing::error!(reason, "the database cannot serve; readyz says so until it can");
        }
        let is_fit = answered.is_ok();
        self.note(DATABASE, answered);
        if let Some(sign_in) = &self.sign_in {
            self.note(ISSUER_KEYS, sign_in.state());
        }
        for (name, state) in workers.states() {
            self.note(name, state);
        }
        // Calls are taken also while a folder or a bucket is away.
        if self.sign_in.is_none()
            && let Some(state) = workers.imports()
        {
            self.note(IMPORTS, state);
        }
        if is_fit && self.duties.keep_read_models() {
            self.note(READ_MODELS, self.read_models().await);
        }
        match (is_fit, std::mem::replace(&mut self.is_fit, is_fit)) {
            (true, false) => {
                tracing::info!("serving");
                if let Some(readiness) = &self.readiness {
                    readiness.start_serving().await;
                }
            }
            (false, true) => self.stop_serving().await,
            (true, true) | (false, false) => {}
        }
    }

    /// Asks the database for the end of every log.
    async fn heads(&self) -> Result<(), StoreError> {
        self.first.placements().await?;
        for house in self.houses.iter().filter(|house| house.store.is(&self.first)) {
            house.log.head().await?;
        }
        Ok(())
    }

    /// Whether the disk takes what is written: by what appends met, and by trying.
    async fn disk(&mut self) -> Result<(), String> {
        let refusals = self.houses.iter().filter_map(|house| house.log.disk_refusal());
        let refusal = refusals.max_by_key(|refusal| refusal.at);
        if let Some(refusal) = &refusal
            && refusal.at.elapsed() < DISK_HOLD
        {
            return Err(format!("{DISK_FULL} ({})", refusal.problem));
        }
        self.looks = self.looks.wrapping_add(1);
        let is_due = refusal.is_some() || self.disk_is_full || self.looks.is_multiple_of(DISK_PROBE_LOOKS);
        let Some(house) = self.houses.first().filter(|_| is_due) else {
            return Ok(());
        };
        match tokio::time::timeout(DEADLINE, house.store.probe_disk()).await {
            Ok(Err(error @ StoreError::DiskFull(_))) => {
                self.disk_is_full = true;
                Err(format!("{DISK_FULL} ({error})"))
            }
            Ok(Ok(())) => {
                self.disk_is_full = false;
                self.houses
                    .iter()
                    .for_each(|house| house.log.forget_disk_refusal());
                Ok(())
            }
            // Says nothing of the disk, and the heads were answered.
            Ok(Err(error)) => {
                tracing::debug!(%error, "the disk could not be tried");
                Ok(())
            }
            Err(_) => Ok(()),
        }
    }

    /// Whether every read model of every company that this process keeps is up to date, or at least moves. Those of other
    /// processes are theirs to tell: services that went out for them would take down what works.
    async fn read_models(&self) -> Result<(), String> {
        for house in &self.houses {
            let status = tokio::time::timeout(DEADLINE, house.projections.status());
            let all = match status.await {
                // That database is away, which its callers are told.
                Ok(Err(_)) | Err(_) if !house.store.is(&self.first) => continue,
                Ok(all) => all.map_err(|error| error.to_string())?,
                Err(_) => return Err(format!("no status within {} ms", DEADLINE.as_millis())),
            };
            let mut kept = all.iter().filter(|one| self.duties.keep(one.projection));
            if let Some(late) = kept.find(|one| stands_still(one)) {
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

    /// Keeps a private server running for `time`, while calls are still taken.
    pub(super) async fn mend_for(&self, time: Duration, database: &mut Database) {
        let over = tokio::time::sleep(time);
        tokio::pin!(over);
        while !over.is_elapsed() {
            tokio::select! {
                () = &mut over => {}
                () = self.pause() => self.mend(database).await,
            }
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

/// Why a private server ended, as far as can be seen from outside.
fn ended(database: &Database) -> String {
    let ended = "the private PostgreSQL ended; it is being started again";
    match database.free_bytes() {
        Some(free_bytes) if free_bytes < DISK_FREE_BYTES_MIN => {
            format!("{ended}, but {DISK_FULL} ({free_bytes} bytes are free)")
        }
        Some(_) | None => ended.to_owned(),
    }
}

/// Whether a read model is behind and has not moved for long.
fn stands_still(status: &ProjectionStatus) -> bool {
    let now = jiff::Timestamp::now();
    let stood_s = |at: jiff::Timestamp| u64::try_from(now.duration_since(at).as_secs()).unwrap_or(0);
    status.lag_seconds > STANDSTILL_S && status.moved_at.is_none_or(|at| stood_s(at) > STANDSTILL_S)
}
