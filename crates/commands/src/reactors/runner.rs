//! Runs a reactor: under a lease, woken by the log, a page at a time, again after failures.

use std::future::Future;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use posars_event_store::{
    InvalidName, Lease, LeaseError, Log, Position, StoreError, StreamName, Subscription,
};
use tokio::sync::watch;

use super::slice::SliceFailed;
use super::status::{Instruments, ReactorState, ReactorStatus};
use super::stock::{NAME, PageDone, StockReactor, is_passing};
use crate::CommandError;
use crate::backoff::pause_after;

/// How long a lease lives without renewal; as long stands another process by after a crash.
const LEASE: Duration = Duration::from_secs(4);
/// How long another holder may stand still before a one-shot catch-up gives up on it.
const STUCK: Duration = Duration::from_secs(30);
/// How often an idle holder renews, and an idle reactor writes how far it has looked.
const IDLE: Duration = Duration::from_secs(1);
/// How often a process that stands by looks again.
const STAND_BY: Duration = Duration::from_millis(500);
/// The longest pause after failures that do not pass by themselves.
const FAILING_PAUSE_MAX: Duration = Duration::from_secs(5);

/// Why a reactor could not go on. Nothing is lost: it goes on from its checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum ReactorError {
    /// Others wrote to a stock at the same time; the page is done over.
    #[error("{stream} was changed by others at the same time; the page is done over")]
    Lost {
        /// The stream.
        stream: StreamName,
    },
    /// So many events cannot be worked on that the fault must lie in the reactor or the log.
    #[error(
        "{parked} events were put aside already, the last because: {problem}; \
         run a newer version, or check the log with `posars audit verify`"
    )]
    TooManyParked {
        /// How many.
        parked: usize,
        /// Why the last one.
        problem: String,
    },
    /// The log cannot be read or written.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The lease was lost or not given.
    #[error(transparent)]
    Lease(#[from] LeaseError),
}

impl From<StoreError> for ReactorError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

impl From<InvalidName> for ReactorError {
    fn from(error: InvalidName) -> Self {
        Self::Command(error.into())
    }
}

impl From<SliceFailed> for ReactorError {
    fn from(failed: SliceFailed) -> Self {
        match failed {
            SliceFailed::Lost(stream) => Self::Lost { stream },
            SliceFailed::Error(error) => Self::Command(error),
        }
    }
}

/// Runs one reactor on one log. Any number of processes may run it: one works, the others stand by.
#[derive(Debug)]
pub struct ReactorRunner {
    reactor: StockReactor,
    log: Log,
    subscription: Subscription,
    holder: String,
    status: watch::Sender<ReactorStatus>,
    instruments: Instruments,
    checkpointed_at: Instant,
    failures: u32,
}

impl ReactorRunner {
    /// The reactor that turns sales into stock movements. `holder` names this process in the lease.
    #[must_use]
    pub fn stock(log: Log, holder: &str) -> Self {
        Self {
            reactor: StockReactor::new(log.clone()),
            subscription: log.subscription(NAME),
            log,
            holder: holder.to_owned(),
            status: watch::Sender::new(ReactorStatus::new(NAME)),
            instruments: Instruments::new(NAME),
            checkpointed_at: Instant::now(),
            failures: 0,
        }
    }

    /// How the reactor stands, now and from now on.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<ReactorStatus> {
        self.status.subscribe()
    }

    /// Works until `shutdown` is done, whatever fails meanwhile.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) {
        tokio::pin!(shutdown);
        loop {
            let lease = tokio::select! {
                () = &mut shutdown => break,
                lease = self.acquire() => lease,
            };
            let Some(mut lease) = lease else { continue };
            let failed = tokio::select! {
                () = &mut shutdown => None,
                error = self.hold(&mut lease) => Some(error),
            };
            give_back(lease).await;
            let Some(error) = failed else { break };
            self.fail(&error).await;
        }
        self.status
            .send_modify(|status| status.state = ReactorState::Idle);
    }

    /// Works until everything up to `position`, which must not be beyond the log's head, is dealt with, here or by
    /// whoever holds the lease; answers how far it is.
    ///
    /// # Errors
    /// [`ReactorError`] when the database is away or the log cannot be read; what was done stays done.
    pub async fn catch_up_to(&mut self, position: Position) -> Result<Position, ReactorError> {
        let mut moved = (Position::START, Instant::now());
        loop {
            let reached = self.subscription.position().await?;
            if reached >= position {
                return Ok(reached);
            }
            if reached > moved.0 {
                moved = (reached, Instant::now());
            }
            match self.subscription.acquire(&self.holder, LEASE).await {
                Ok(mut lease) => {
                    self.reactor.forget();
                    let reached = self.catch_up(&mut lease, position).await;
                    give_back(lease).await;
                    // Fenced: somebody else works on it now, and is waited for.
                    if !matches!(reached, Err(ReactorError::Lease(LeaseError::Fenced { .. }))) {
                        return reached;
                    }
                }
                Err(LeaseError::Held { remaining_ms, .. }) if moved.1.elapsed() < STUCK => {
                    tokio::time::sleep(STAND_BY.min(Duration::from_millis(remaining_ms.max(1)))).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn catch_up(&mut self, lease: &mut Lease, position: Position) -> Result<Position, ReactorError> {
        let mut reached = lease.position();
        let mut attempts = 0;
        while reached < position {
            match self.advance(lease, reached).await {
                Ok(done) => {
                    (reached, attempts) = (done.scanned_to, 0);
                    if done.at_end {
                        break;
                    }
                }
                Err(ReactorError::Lost { .. }) => {
                    attempts += 1;
                    tokio::time::sleep(pause_after(attempts)).await;
                }
                Err(error) => return Err(error),
            }
        }
        if reached > lease.position() {
            lease.checkpoint(reached).await?;
        }
        Ok(reached)
    }

    /// Takes the lease, or waits a little.
    async fn acquire(&mut self) -> Option<Lease> {
        match self.subscription.acquire(&self.holder, LEASE).await {
            Ok(lease) => {
                // Another holder may have written since.
                self.reactor.forget();
                return Some(lease);
            }
            Err(LeaseError::Held {
                holder, remaining_ms, ..
            }) => {
                tracing::trace!(reactor = NAME, holder, remaining_ms, "standing by");
                self.stand_by().await;
                tokio::time::sleep(STAND_BY.min(Duration::from_millis(remaining_ms.max(1)))).await;
            }
            Err(error) => self.fail(&error.into()).await,
        }
        None
    }

    async fn stand_by(&mut self) {
        let position = self.subscription.position().await.unwrap_or_default();
        let head = self.log.watch().position();
        self.show(|status| {
            status.state = ReactorState::StandingBy;
            (status.position, status.head) = (position, head.max(position));
        });
    }

    /// Works as long as nothing fails.
    async fn hold(&mut self, lease: &mut Lease) -> ReactorError {
        let mut watch = self.log.watch();
        let mut reached = lease.position();
        loop {
            match self.advance(lease, reached).await {
                Ok(done) => {
                    reached = done.scanned_to;
                    self.failures = 0;
                    if !done.at_end {
                        continue;
                    }
                    if tokio::time::timeout(IDLE, watch.wait_past(reached))
                        .await
                        .is_err()
                        && let Err(error) = self.keep_alive(lease, reached).await
                    {
                        return error.into();
                    }
                }
                Err(ReactorError::Lost { stream }) => {
                    self.failures += 1;
                    tracing::debug!(reactor = NAME, %stream, "page done over");
                    tokio::time::sleep(pause_after(self.failures)).await;
                }
                // Whatever it is, the lease may be gone as well: take it anew.
                Err(error) => return error,
            }
        }
    }

    /// Idle: says how far it has looked, or only that it is alive.
    async fn keep_alive(&mut self, lease: &mut Lease, reached: Position) -> Result<(), LeaseError> {
        if reached > lease.position() {
            lease.checkpoint(reached).await
        } else {
            lease.renew().await
        }
    }

    /// Deals with one page and takes note of it.
    async fn advance(&mut self, lease: &mut Lease, after: Position) -> Result<PageDone, ReactorError> {
        let done = self.reactor.page(after).await?;
        // Looking at nothing but its own movements is not worth a write each time.
        if done.source_events > 0 || self.checkpointed_at.elapsed() > IDLE {
            lease.checkpoint(done.scanned_to).await?;
            self.checkpointed_at = Instant::now();
        }
        self.instruments.appended(done.appended);
        let parked = self.reactor.parked().await?.len();
        let head = self.log.watch().position().max(done.scanned_to);
        let behind_since = done.recorded_at.filter(|_| !done.at_end);
        self.show(|status| {
            status.state = ReactorState::Running;
            (status.position, status.head) = (done.scanned_to, head);
            status.parked = u64::try_from(parked).unwrap_or(u64::MAX);
            status.problem = None;
            status.lag_ms = behind_since.map_or(0, |since| {
                u64::try_from(Timestamp::now().duration_since(since).as_millis()).unwrap_or(0)
            });
        });
        Ok(done)
    }

    fn show(&self, change: impl FnOnce(&mut ReactorStatus)) {
        self.status.send_modify(|status| {
            change(status);
            status.lag_events = status.head.get().saturating_sub(status.position.get());
        });
        self.instruments.show(&self.status.borrow());
    }

    /// Reports a failure once, where it is dealt with, and waits: the longer, the more there were in a row.
    async fn fail(&mut self, error: &ReactorError) {
        self.failures = self.failures.saturating_add(1);
        self.instruments.failed();
        let passes = match error {
            ReactorError::Command(error) => is_passing(error),
            ReactorError::Lost { .. } | ReactorError::Lease(_) => true,
            ReactorError::TooManyParked { .. } => false,
        };
        if passes {
            tracing::warn!(reactor = NAME, %error, "the reactor tries again");
        } else {
            tracing::error!(reactor = NAME, %error, "the reactor cannot go on, and tries again");
        }
        self.show(|status| {
            status.state = ReactorState::Failing;
            status.problem = Some(error.to_string());
        });
        let factor = if passes { 10 } else { 50 };
        tokio::time::sleep((pause_after(self.failures) * factor).min(FAILING_PAUSE_MAX)).await;
    }
}

/// Best effort: a lease that is not given back runs out.
async fn give_back(lease: Lease) {
    if let Err(error) = lease.release().await {
        tracing::debug!(reactor = NAME, %error, "the lease could not be given back");
    }
}
