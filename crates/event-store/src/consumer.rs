//! The loop of everything that follows a log: take the lease, deal with page after page, write the checkpoint, wait for
//! the log to grow, stop when told.
//!
//! A consumer says in [`Consume`] what a page is and what a failure means; [`Consumer`] does the rest, the same for all.
//! Any number of processes may run the same consumer: one has the lease and works, the others stand by.

use std::future::Future;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::log::Log;
use crate::subscription::{Lease, Subscription};
use crate::{LeaseError, Position};

/// How long a consumer waits for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How long a lease lasts without being renewed: a killed holder is replaced after at most this. A page must take
    /// less.
    pub lease: Duration,
    /// How often an idle holder renews, and writes how far it has looked.
    pub idle: Duration,
    /// How often a process that stands by looks again.
    pub stand_by: Duration,
    /// How often a one-shot catch-up looks at the checkpoint of a holder elsewhere.
    pub poll: Duration,
    /// How long that checkpoint may stand still before the catch-up gives up.
    pub stuck: Duration,
}

impl Pace {
    /// That of every consumer whose page takes well under a second.
    pub const USUAL: Self = Self {
        lease: Duration::from_secs(4),
        // A third of the lease: one renewal may be lost or late.
        idle: Duration::from_millis(1_333),
        stand_by: Duration::from_millis(500),
        poll: Duration::from_millis(50),
        stuck: Duration::from_secs(30),
    };
}

/// What a page came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageDone {
    /// Everything up to here is dealt with.
    pub scanned_to: Position,
    /// Whether the log held nothing further.
    pub at_end: bool,
    /// Whether there was something to do. A page without is not worth a checkpoint of its own.
    pub worked: bool,
}

/// What a consumer does with the log, and what it tells of itself.
pub trait Consume: Send {
    /// Why a page failed.
    type Error: From<LeaseError> + Send + Sync;

    /// Deals with the page after a position. It may be dealt with again: after an error, and by another process that
    /// took the lease over.
    ///
    /// A consumer whose effects are rows writes the checkpoint with them, by [`Lease::checkpoint_in`]. For all others the
    /// loop writes it afterwards, when this has been answered.
    fn page(
        &mut self,
        lease: &mut Lease,
        after: Position,
    ) -> impl Future<Output = Result<PageDone, Self::Error>> + Send;

    /// The error of the lease that an error is, if it is one.
    fn lease_error(error: &Self::Error) -> Option<&LeaseError>;

    /// Whether the same page is tried again under the same lease, because others were only faster.
    fn is_lost_race(_error: &Self::Error) -> bool {
        false
    }

    /// How long to wait after the last of `failures` in a row. Not asked about a lease that others have.
    fn pause_after(&self, error: &Self::Error, failures: u32) -> Duration;

    /// Runs each time before the lease is asked for, as to bring tables up to date.
    fn prepare(&mut self) -> impl Future<Output = Result<(), Self::Error>> + Send {
        std::future::ready(Ok(()))
    }

    /// The lease was given. Another holder may have written since the last time.
    fn given(&mut self, position: Position);

    /// The lease is over.
    fn lapsed(&mut self) {}

    /// A page is dealt with, and its checkpoint written where it was worth one.
    fn done(&mut self, _done: &PageDone) {}

    /// Another process has the lease.
    fn stand_by(&mut self, holder: &str) -> impl Future<Output = ()> + Send;

    /// The lease is given back because of an error. It is reported here and nowhere else.
    fn failed(&mut self, error: &Self::Error);

    /// The run is over.
    fn ended(&mut self) {}
}

/// A one-shot catch-up met a holder elsewhere that does not get on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stuck {
    /// How far the holder is.
    pub position: Position,
    /// Who holds the lease.
    pub holder: String,
    /// For how much longer, unless it is renewed.
    pub remaining_ms: u64,
    /// How long nothing moved.
    pub waited_ms: u64,
}

/// Why a one-shot catch-up ended early. What was done stays done.
#[derive(Clone, Debug)]
pub enum NotCaughtUp<E> {
    /// Another process has the lease and stands still.
    Stuck(Stuck),
    /// A page failed, or the lease could not be had.
    Failed(E),
}

/// Runs a [`Consume`] on one log under the lease of its subscription.
#[derive(Debug)]
pub struct Consumer<C> {
    consume: C,
    log: Log,
    subscription: Subscription,
    holder: String,
    pace: Pace,
    failures: u32,
    checkpointed_at: Instant,
}

impl<C: Consume> Consumer<C> {
    /// A consumer whose checkpoint has a name of its own in the log. `holder` names this process in the lease.
    #[must_use]
    pub fn new(log: &Log, subscription: &str, holder: &str, consume: C) -> Self {
        Self {
            consume,
            log: log.clone(),
            subscription: log.subscription(subscription),
            holder: holder.to_owned(),
            pace: Pace::USUAL,
            failures: 0,
            checkpointed_at: Instant::now(),
        }
    }

    /// With waits of its own, as for one whose pages take long.
    #[must_use]
    pub fn with_pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// Works until `shutdown` is done, whatever fails meanwhile. The page under way is ended, the lease given back.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) {
        let (stop, stopped) = watch::channel(false);
        let told = async {
            shutdown.await;
            stop.send_replace(true);
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = self.keep_running(Stop(stopped)) => {}
            () = told => {}
        }
    }

    async fn keep_running(&mut self, mut stop: Stop) {
        while !stop.is_told() {
            if let Err(error) = self.hold(&mut stop).await {
                let pause = self.look_at(&error).await;
                stop.or_after(pause).await;
            }
        }
        self.consume.ended();
    }

    /// Works under one lease until told to stop.
    async fn hold(&mut self, stop: &mut Stop) -> Result<(), C::Error> {
        self.consume.prepare().await?;
        let mut lease = self.acquire().await?;
        // From now on hints for it may be taken out of its queue.
        let held = self.log.hold_lease(self.subscription.name());
        let outcome = self.follow(&mut lease, stop).await;
        drop(held);
        self.give_back(lease).await;
        outcome
    }

    async fn acquire(&mut self) -> Result<Lease, C::Error> {
        let lease = self.subscription.acquire(&self.holder, self.pace.lease).await?;
        self.consume.given(lease.position());
        Ok(lease)
    }

    /// Given back also after an error, so that the next try need not wait for its end. One that cannot be given back
    /// runs out.
    async fn give_back(&mut self, lease: Lease) {
        if let Err(error) = lease.release().await {
            tracing::debug!(subscription = self.subscription.name(), %error, "the lease could not be given back");
        }
        self.consume.lapsed();
    }

    async fn follow(&mut self, lease: &mut Lease, stop: &mut Stop) -> Result<(), C::Error> {
        let mut head = self.log.watch();
        let mut reached = lease.position();
        while !stop.is_told() {
            match self.advance(lease, reached).await {
                Ok(done) => {
                    reached = done.scanned_to;
                    if !done.at_end {
                        continue;
                    }
                    tokio::select! {
                        _ = head.wait_past(reached) => {}
                        () = stop.told() => {}
                        // A silent log must not cost the lease.
                        () = tokio::time::sleep(self.pace.idle) => keep_alive(lease, reached).await?,
                    }
                }
                Err(error) if C::is_lost_race(&error) => {
                    let pause = self.count_failure(&error);
                    stop.or_after(pause).await;
                }
                // Whatever it is, the lease may be gone as well.
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Deals with one page and writes its checkpoint, unless the page did that itself.
    async fn advance(&mut self, lease: &mut Lease, after: Position) -> Result<PageDone, C::Error> {
        let done = self.consume.page(lease, after).await?;
        // To have looked at nothing but events that are none of its business is not worth a write each time.
        let is_due = done.worked || self.checkpointed_at.elapsed() > self.pace.idle;
        if done.scanned_to > lease.position() && is_due {
            lease.checkpoint(done.scanned_to).await?;
            self.checkpointed_at = Instant::now();
        }
        self.failures = 0;
        self.consume.done(&done);
        Ok(done)
    }

    /// Counts a failure; the pause after it.
    fn count_failure(&mut self, error: &C::Error) -> Duration {
        self.failures = self.failures.saturating_add(1);
        self.consume.pause_after(error, self.failures)
    }

    /// Says what ended the lease, or kept it from being given; the pause before it is asked for again.
    async fn look_at(&mut self, error: &C::Error) -> Duration {
        match C::lease_error(error) {
            Some(LeaseError::Held {
                holder, remaining_ms, ..
            }) => {
                self.consume.stand_by(holder).await;
                let remaining = Duration::from_millis((*remaining_ms).max(1));
                self.pace.stand_by.min(remaining)
            }
            Some(error @ LeaseError::Fenced { .. }) => {
                let subscription = self.subscription.name();
                tracing::info!(subscription, %error, "looking again where it stands");
                Duration::ZERO
            }
            Some(LeaseError::Store(_)) | None => {
                self.consume.failed(error);
                self.count_failure(error)
            }
        }
    }

    /// Works until everything up to a position, which must not be beyond the log's head, is dealt with, here or by the
    /// process that has the lease; answers how far it is.
    ///
    /// # Errors
    /// [`NotCaughtUp::Stuck`] when the holder elsewhere stands still for [`Pace::stuck`], [`NotCaughtUp::Failed`] when a
    /// page fails and is not to be tried again at once.
    pub async fn catch_up_to(&mut self, target: Position) -> Result<Position, NotCaughtUp<C::Error>> {
        self.consume.prepare().await.map_err(NotCaughtUp::Failed)?;
        let (mut seen, mut moved_at) = (Position::START, Instant::now());
        loop {
            let position = self.subscription.position().await;
            let position = position.map_err(|error| NotCaughtUp::Failed(LeaseError::from(error).into()))?;
            if position >= target {
                return Ok(position);
            }
            if position != seen {
                (seen, moved_at) = (position, Instant::now());
            }
            let error = match self.catch_up(target).await {
                Ok(reached) => return Ok(reached),
                Err(error) => error,
            };
            match C::lease_error(&error) {
                Some(LeaseError::Held {
                    holder, remaining_ms, ..
                }) => {
                    let waited = moved_at.elapsed();
                    if waited > self.pace.stuck {
                        return Err(NotCaughtUp::Stuck(Stuck {
                            position,
                            holder: holder.clone(),
                            remaining_ms: *remaining_ms,
                            waited_ms: u64::try_from(waited.as_millis()).unwrap_or(u64::MAX),
                        }));
                    }
                    tokio::time::sleep(self.pace.poll).await;
                }
                // Somebody else works on it now, and is waited for.
                Some(LeaseError::Fenced { .. }) => {}
                Some(LeaseError::Store(_)) | None => return Err(NotCaughtUp::Failed(error)),
            }
        }
    }

    /// Catches up under a lease of its own.
    async fn catch_up(&mut self, target: Position) -> Result<Position, C::Error> {
        let mut lease = self.acquire().await?;
        let reached = self.pages_up_to(&mut lease, target).await;
        self.give_back(lease).await;
        reached
    }

    async fn pages_up_to(&mut self, lease: &mut Lease, target: Position) -> Result<Position, C::Error> {
        let mut reached = lease.position();
        while reached < target {
            match self.advance(lease, reached).await {
                Ok(done) => {
                    reached = done.scanned_to;
                    // Beyond the head there is nothing to wait for here.
                    if done.at_end {
                        break;
                    }
                }
                Err(error) if C::is_lost_race(&error) => {
                    let pause = self.count_failure(&error);
                    tokio::time::sleep(pause).await;
                }
                Err(error) => return Err(error),
            }
        }
        if reached > lease.position() {
            lease.checkpoint(reached).await?;
        }
        Ok(reached)
    }
}

/// Idle: says how far it has looked, or only that it is alive.
async fn keep_alive(lease: &mut Lease, reached: Position) -> Result<(), LeaseError> {
    if reached > lease.position() {
        lease.checkpoint(reached).await
    } else {
        lease.renew().await
    }
}

/// Whether the run is to end.
struct Stop(watch::Receiver<bool>);

impl Stop {
    fn is_told(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when the run is to end.
    async fn told(&mut self) {
        // The guard that this answers must not live across an await.
        let _ = self.0.wait_for(|told| *told).await;
    }

    /// Returns after a pause, or at once when the run is to end.
    async fn or_after(&mut self, pause: Duration) {
        let _ = tokio::time::timeout(pause, self.told()).await;
    }
}
