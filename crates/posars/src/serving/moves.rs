//! Companies that move to another database while they are served.
//!
//! The placements are looked at once a second, and at once when an append meets a closed log. Then the company is opened
//! where it lives now: calls that come go there, commands that wait are carried out there, and the process is told, so that
//! its workers follow.
//!
//! A process that nobody writes to reads the old place for up to a second after the switch, as it was when the log was
//! closed: a list lacks what another process wrote in that second, also where it is asked to be up to now. Whoever names the
//! position that a write answered with (`minPosition`) is never shown less: that read is told to try again.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::select_all;
use opentelemetry::metrics::Gauge;
use posars_domain::CompanyId;
use posars_gateway::{Tenant, Tenants};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::databases::{Databases, Placements};
use crate::failure::Failure;
use crate::house::House;
use crate::moving;

/// How often the placements are looked at.
const INTERVAL: Duration = Duration::from_secs(1);
/// How often while an append of this process waits before a closed log.
const CLOSED_INTERVAL: Duration = Duration::from_millis(25);
/// How often a log that is closed is looked at, whether anybody moves it.
const ORPHAN_INTERVAL: Duration = Duration::from_secs(2);
/// Companies that have moved and whose workers have not followed yet; more wait.
const MOVED_MAX: usize = 16;

/// The eye on where companies live. Ends when it is dropped.
pub(super) struct Moves {
    moved: mpsc::Receiver<House>,
    task: JoinHandle<()>,
}

impl Drop for Moves {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Moves {
    /// Follows these companies from now on, and serves them by `tenants` where they are.
    /// Those that are `away` are served when their database is back; whoever `begins` companies gives them their books then.
    pub(super) fn follow(
        databases: Databases,
        houses: &[House],
        (away, begins): (BTreeSet<CompanyId>, bool),
        tenants: Tenants,
    ) -> Self {
        let (tell, moved) = mpsc::channel(MOVED_MAX);
        let (found, back) = mpsc::channel(MOVED_MAX);
        let seeker = houses.first().map(|house| {
            let pattern = house.clone();
            seek(databases.clone(), (pattern, begins), away.clone(), found)
        });
        for company in away {
            tenants.await_company(company);
        }
        let follower = Follower {
            databases,
            served: houses.to_vec(),
            tenants,
            back,
            tell,
            orphans_at: Instant::now() + ORPHAN_INTERVAL,
            unsettled: opentelemetry::global::meter("posars")
                .u64_gauge("posars.moves.unsettled")
                .with_description("Companies that live elsewhere already and whose move is not over")
                .build(),
        };
        Self {
            moved,
            task: tokio::spawn(async move {
                match seeker {
                    Some(seeker) => drop(tokio::join!(follower.run(), seeker)),
                    None => follower.run().await,
                }
            }),
        }
    }

    /// Returns when a company has moved, with what it is in its new place.
    pub(super) async fn next(&mut self) -> House {
        match self.moved.recv().await {
            Some(house) => house,
            None => std::future::pending().await,
        }
    }
}

struct Follower {
    databases: Databases,
    served: Vec<House>,
    tenants: Tenants,
    /// Those whose database was away when the process began, and is back.
    back: mpsc::Receiver<House>,
    tell: mpsc::Sender<House>,
    /// When to look next whether a closed log is moved by anybody.
    orphans_at: Instant,
    unsettled: Gauge<u64>,
}

impl Follower {
    async fn run(mut self) {
        loop {
            self.pause().await;
            while let Ok(house) = self.back.try_recv() {
                tracing::info!(company = %house.company_id, "the database of the company is back, and it is served");
                self.tenants.serve(tenant(&house));
                self.served.push(house.clone());
                // An error means that the process ends.
                let _ = self.tell.send(house).await;
            }
            if let Err(failure) = self.look().await {
                // Whoever looks after the database says so louder.
                tracing::debug!(code = %failure.code, reason = failure.message, "where companies live cannot be told");
            }
        }
    }

    /// Returns when it is time to look again.
    async fn pause(&self) {
        let mut closed: Vec<_> = self.served.iter().map(|house| house.log.watch_closed()).collect();
        if closed.iter().any(|closed| *closed.borrow()) {
            return tokio::time::sleep(CLOSED_INTERVAL).await;
        }
        // The process serves one company at least.
        let any = select_all(
            closed
                .iter_mut()
                .map(|closed| closed.wait_for(|closed| *closed).boxed()),
        );
        let _ = tokio::time::timeout(INTERVAL, any).await;
    }

    async fn look(&mut self) -> Result<(), Failure> {
        let placements = self.databases.placements().await?;
        let looks_for_orphans = Instant::now() >= self.orphans_at;
        if looks_for_orphans {
            self.orphans_at = Instant::now() + ORPHAN_INTERVAL;
        }
        let unsettled = placements.values().filter(|placement| !placement.is_settled);
        self.unsettled
            .record(u64::try_from(unsettled.count()).unwrap_or(u64::MAX), &[]);
        for index in 0..self.served.len() {
            if let Err(failure) = self.look_at(index, &placements, looks_for_orphans).await {
                tracing::warn!(
                    code = %failure.code, reason = failure.message,
                    "a company has moved and cannot be opened where it is; trying again"
                );
            }
        }
        Ok(())
    }

    async fn look_at(
        &mut self,
        index: usize,
        placements: &Placements,
        looks_for_orphans: bool,
    ) -> Result<(), Failure> {
        let Some(old) = self.served.get_mut(index) else {
            return Ok(());
        };
        let placement = placements.get(&old.company_id);
        let address = placement.and_then(|placement| placement.address.as_deref());
        let store = self.databases.at(address).await?;
        if store.is(&old.store) {
            // A mover that died behind the placement, which is the decision, must not keep everybody waiting.
            if placement.is_some_and(|placement| !placement.is_settled) {
                old.log.open_gate().await?;
            } else if looks_for_orphans && *old.log.watch_closed().borrow() {
                keep(&self.databases, old, address).await?;
            }
            return Ok(());
        }
        let house = old.out_of(&store).await?;
        self.tenants.serve(tenant(&house));
        old.commands.succeed(house.commands.clone());
        tracing::info!(company = %house.company_id, "the company has moved, and is served out of its new database");
        *old = house.clone();
        // An error means that the process ends.
        let _ = self.tell.send(house).await;
        Ok(())
    }
}

/// Opens the companies that are away, each when its database is back. One that is away takes its time to say so, for which
/// nobody else waits.
async fn seek(
    databases: Databases,
    (pattern, begins): (House, bool),
    mut away: BTreeSet<CompanyId>,
    found: mpsc::Sender<House>,
) {
    while !away.is_empty() {
        tokio::time::sleep(INTERVAL).await;
        for company in away.clone() {
            match open(&databases, &pattern, &company, begins).await {
                Ok(house) => {
                    away.remove(&company);
                    // An error means that the process ends.
                    let _ = found.send(house).await;
                }
                Err(failure) => {
                    tracing::debug!(%company, code = %failure.code, reason = failure.message, "still away");
                }
            }
        }
    }
}

async fn open(
    databases: &Databases,
    pattern: &House,
    company: &CompanyId,
    begins: bool,
) -> Result<House, Failure> {
    let house = pattern
        .beside(&databases.of(company).await?, company.clone())
        .await?;
    if begins {
        house.begin_missing_books().await?;
    }
    Ok(house)
}

/// Opens a closed log whose mover died before the placement: it stays.
async fn keep(databases: &Databases, house: &House, address: Option<&str>) -> Result<(), Failure> {
    match moving::stay(databases, &house.log, &house.company_id, address).await {
        Ok(true) => tracing::warn!(
            company = %house.company_id,
            "whoever moved the company has ended before it moved, so it goes on where it is; run the move again"
        ),
        // It has moved, which the next look shows, or somebody is at it.
        Ok(false) => {}
        Err(failure) if failure.code == "MOVE_UNDER_WAY" => {}
        Err(failure) => return Err(failure),
    }
    Ok(())
}

/// A company as the gateway serves it.
pub(super) fn tenant(house: &House) -> Tenant {
    Tenant::new(
        house.company_id.clone(),
        house.commands.clone(),
        house.projections.clone(),
    )
}
