//! Runs a reactor: as a consumer of the log that tells how it stands.

use std::future::Future;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use posars_event_store::{
    Consume, Consumer, Lease, LeaseError, Log, NotCaughtUp, PageDone, Position, Stuck, Subscription,
};
use tokio::sync::watch;

use super::error::ReactorError;
use super::reactor::{Reacted, Reactor};
use super::status::{Instruments, ReactorState, ReactorStatus};
use crate::backoff::pause_after;

/// How many times longer than that of a lost race the pause is after a failure that passes by itself.
const PASSING_FACTOR: u32 = 10;
/// The same after one that does not.
const LASTING_FACTOR: u32 = 50;
/// The longest pause after failures that do not pass by themselves.
const FAILING_PAUSE_MAX: Duration = Duration::from_secs(5);

/// Runs one reactor on one log. Any number of processes may run it: one works, the others stand by.
#[derive(Debug)]
pub struct ReactorRunner<R> {
    consumer: Consumer<Run<R>>,
    status: watch::Sender<ReactorStatus>,
}

/// A page, with how many events were set aside and how many waited by then.
#[derive(Debug)]
struct Told {
    reacted: Reacted,
    parked: usize,
    waiting: u64,
}

/// A reactor on its way through the log.
#[derive(Debug)]
struct Run<R> {
    reactor: R,
    log: Log,
    subscription: Subscription,
    status: watch::Sender<ReactorStatus>,
    instruments: Instruments,
    /// The last page, until it is told.
    reacted: Option<Told>,
}

impl<R: Reactor> ReactorRunner<R> {
    /// A runner on a log. `holder` names this process in the lease.
    #[must_use]
    pub fn new(log: Log, holder: &str) -> Self {
        let status = watch::Sender::new(ReactorStatus::new(R::NAME));
        let run = Run {
            reactor: R::of(log.clone()),
            log: log.clone(),
            subscription: log.subscription(R::NAME),
            status: status.clone(),
            instruments: Instruments::new(R::NAME),
            reacted: None,
        };
        Self {
            consumer: Consumer::new(&log, R::NAME, holder, run),
            status,
        }
    }

    /// How the reactor stands, now and from now on.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<ReactorStatus> {
        self.status.subscribe()
    }

    /// Works until `shutdown` is done, whatever fails meanwhile. The page under way is ended first.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        self.consumer.run(shutdown).await;
    }

    /// Works until everything up to `position`, which must not be beyond the log's head, is dealt with, here or by
    /// whoever holds the lease; answers how far it is.
    ///
    /// # Errors
    /// [`ReactorError`] when the database is away or the log cannot be read; what was done stays done.
    pub async fn catch_up_to(&mut self, position: Position) -> Result<Position, ReactorError> {
        match self.consumer.catch_up_to(position).await {
            Ok(reached) => Ok(reached),
            Err(NotCaughtUp::Failed(error)) => Err(error),
            Err(NotCaughtUp::Stuck(Stuck {
                holder, remaining_ms, ..
            })) => Err(ReactorError::Lease(LeaseError::Held {
                name: R::NAME.to_owned(),
                holder,
                remaining_ms,
            })),
        }
    }
}

/// The runner of a reactor of any kind.
pub trait AnyRunner: Send {
    /// As [`ReactorRunner::status`].
    fn status(&self) -> watch::Receiver<ReactorStatus>;

    /// As [`ReactorRunner::run`].
    fn run(self: Box<Self>, shutdown: BoxFuture<'static, ()>) -> BoxFuture<'static, ()>;

    /// As [`ReactorRunner::catch_up_to`].
    fn catch_up_to(&mut self, position: Position) -> BoxFuture<'_, Result<Position, ReactorError>>;
}

impl<R: Reactor> AnyRunner for ReactorRunner<R> {
    fn status(&self) -> watch::Receiver<ReactorStatus> {
        self.status()
    }

    fn run(self: Box<Self>, shutdown: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
        Self::run(*self, shutdown).boxed()
    }

    fn catch_up_to(&mut self, position: Position) -> BoxFuture<'_, Result<Position, ReactorError>> {
        self.catch_up_to(position).boxed()
    }
}

impl<R> Run<R> {
    fn show(&self, change: impl FnOnce(&mut ReactorStatus)) {
        self.status.send_modify(|status| {
            change(status);
            status.lag_events = status.head.get().saturating_sub(status.position.get());
        });
        self.instruments.show(&self.status.borrow());
    }
}

impl<R: Reactor> Consume for Run<R> {
    type Error = ReactorError;

    async fn page(&mut self, lease: &mut Lease, after: Position) -> Result<PageDone, ReactorError> {
        let reacted = self.reactor.page(after).await?;
        if reacted.done.scanned_to <= after && !reacted.done.at_end {
            // What follows from one event may take many pages, none of which is worth a checkpoint.
            lease.renew().await?;
        }
        self.reacted = Some(Told {
            reacted,
            parked: self.reactor.parked_count().await?,
            waiting: self.reactor.waiting_count().await?,
        });
        Ok(reacted.done)
    }

    fn lease_error(error: &ReactorError) -> Option<&LeaseError> {
        if let ReactorError::Lease(error) = error {
            Some(error)
        } else {
            None
        }
    }

    fn is_lost_race(error: &ReactorError) -> bool {
        matches!(error, ReactorError::Lost { .. })
    }

    fn pause_after(&self, error: &ReactorError, failures: u32) -> Duration {
        let factor = if Self::is_lost_race(error) {
            1
        } else if error.is_passing() {
            PASSING_FACTOR
        } else {
            LASTING_FACTOR
        };
        (pause_after(failures) * factor).min(FAILING_PAUSE_MAX)
    }

    fn given(&mut self, _position: Position) {
        // Another holder may have written since.
        self.reactor.forget();
    }

    fn done(&mut self, done: &PageDone) {
        let Some(Told {
            reacted,
            parked,
            waiting,
        }) = self.reacted.take()
        else {
            return;
        };
        self.instruments.appended(reacted.appended);
        let head = self.log.watch().position().max(done.scanned_to);
        let behind_since = reacted.recorded_at.filter(|_| !done.at_end);
        self.show(|status| {
            status.state = ReactorState::Running;
            (status.position, status.head) = (done.scanned_to, head);
            status.parked = u64::try_from(parked).unwrap_or(u64::MAX);
            status.waiting = waiting;
            status.problem = None;
            status.lag_ms = behind_since.map_or(0, |since| {
                u64::try_from(Timestamp::now().duration_since(since).as_millis()).unwrap_or(0)
            });
        });
    }

    async fn stand_by(&mut self, holder: &str) {
        tracing::trace!(reactor = R::NAME, holder, "standing by");
        let position = self.subscription.position().await.unwrap_or_default();
        let head = self.log.watch().position();
        self.show(|status| {
            status.state = ReactorState::StandingBy;
            (status.position, status.head) = (position, head.max(position));
        });
    }

    /// Reports a failure once, where it is dealt with.
    fn failed(&mut self, error: &ReactorError) {
        // It goes on where the company is then, or here when the log opens again.
        if error.is_of_a_move() {
            tracing::debug!(reactor = R::NAME, %error, "the reactor waits for the end of a move");
            self.show(|status| status.state = ReactorState::StandingBy);
            return;
        }
        self.instruments.failed();
        if error.is_passing() {
            tracing::warn!(reactor = R::NAME, %error, "the reactor tries again");
        } else {
            tracing::error!(reactor = R::NAME, %error, "the reactor cannot go on, and tries again");
        }
        self.show(|status| {
            status.state = ReactorState::Failing;
            status.problem = Some(error.to_string());
        });
    }

    fn ended(&mut self) {
        self.status
            .send_modify(|status| status.state = ReactorState::Idle);
    }
}
