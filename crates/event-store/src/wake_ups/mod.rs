//! Wake-ups: who waits for a log to grow learns of it by a local append, a hint of another process, or the poll.
//!
//! All three are hints, the log is the truth. Hints travel through a [`WakeUpChannel`]: PostgreSQL's notifications unless
//! the store was given queues. They are lost, doubled, late and made up, so whoever receives one reads the real head, and
//! the poll always runs.

mod announce;
mod attention;
mod budget;
mod channel;
mod double;
mod follow;
mod followed_logs;
mod heads;
mod held_hints;
mod hint;
mod leases;
mod metrics;
mod notifications;
mod outage;
mod sweep;
mod trace;

use std::sync::Arc;
use std::time::Duration;

use posars_database_address::Address;
use tokio::sync::watch;
use tokio::task::JoinSet;

use self::announce::Announcer;
pub use self::channel::{ChannelError, Delivery, Terms, WakeUpChannel};
pub use self::double::{Chaos, QueueCalls, QueueDouble};
pub(crate) use self::follow::Follower;
pub use self::follow::{Following, Queue};
pub(crate) use self::followed_logs::{FollowedLogs, LogKey, Source};
use self::heads::{Heads, raise};
pub use self::hint::{Hint, NoHint};
pub(crate) use self::leases::{HeldLease, HeldLeases};
use self::notifications::Notifications;
pub use self::sweep::Sweeper;
use crate::connections::Connections;
use crate::{LogName, Position, StoreConfig};

/// The head of one log as this process knows it, and the means to tell others.
#[derive(Clone, Debug)]
pub(crate) struct LogSignal {
    log_id: i32,
    name: LogName,
    head: watch::Sender<Position>,
    announcers: Arc<[Arc<Announcer>]>,
    /// Whether those who are told want to know more than the position.
    pub(crate) wants_details: bool,
}

impl LogSignal {
    pub(crate) fn position(&self) -> Position {
        *self.head.borrow()
    }

    /// A hint of this log that says no more than how far it goes.
    pub(crate) fn hint(&self, position: Position) -> Hint {
        Hint::of(self.name.clone(), position)
    }

    /// After an append of our own: wakes this process at once and the others soon.
    pub(crate) fn advance(&self, hint: Hint) {
        raise(&self.head, hint.position);
        // Also where the poll was faster: it told nobody else.
        for announcer in &*self.announcers {
            announcer.note(self.log_id, hint.clone());
        }
    }

    pub(crate) fn watch(&self) -> HeadWatch {
        HeadWatch(self.head.subscribe())
    }
}

/// Waits for a log to grow.
#[derive(Clone, Debug)]
pub struct HeadWatch(watch::Receiver<Position>);

impl HeadWatch {
    /// The last position this process has heard of; the log may be further.
    #[must_use]
    pub fn position(&self) -> Position {
        *self.0.borrow()
    }

    /// Returns once the log is known to be beyond `position`, with the head known then. Never returns when
    /// the log does not grow, and after the store was closed: wait with an end of your own.
    pub async fn wait_past(&mut self, position: Position) -> Position {
        // The borrowed head holds a lock and must be gone before the next await.
        let known = self.0.wait_for(|head| *head > position).await.map(|head| *head);
        match known {
            Ok(head) => head,
            Err(_) => std::future::pending().await,
        }
    }
}

/// The background tasks of a store; they end with it.
#[derive(Debug)]
pub(crate) struct WakeUps {
    heads: Heads,
    announcers: Arc<[Arc<Announcer>]>,
    notifications: Arc<dyn WakeUpChannel>,
    leases: HeldLeases,
    has_queues: bool,
    _heard: Option<Following>,
    tasks: JoinSet<()>,
}

impl WakeUps {
    pub(crate) fn start(config: &StoreConfig, address: Address, connections: Connections) -> Self {
        let (heads, leases) = (Heads::default(), HeldLeases::default());
        let notifications: Arc<dyn WakeUpChannel> =
            Arc::new(Notifications::new(connections.clone(), address, heads.clone()));
        let has_queues = !config.announce_to.is_empty();
        let (told, heard) = if has_queues {
            (config.announce_to.clone(), None)
        } else {
            // Everybody hears them, also who has no consumers.
            let queue = Queue::of(Arc::clone(&notifications), Vec::new());
            let logs = FollowedLogs::open_in(Source {
                heads: heads.clone(),
                connections: connections.clone(),
                leases: leases.clone(),
            });
            (
                vec![Arc::clone(&notifications)],
                Some(Follower::new(queue, logs).start()),
            )
        };
        let mut tasks = JoinSet::new();
        let announcers: Arc<[Arc<Announcer>]> = told
            .into_iter()
            .map(|channel| Arc::new(Announcer::to(channel)))
            .collect();
        for announcer in &*announcers {
            tasks.spawn(Arc::clone(announcer).run(config.notify_interval));
        }
        tasks.spawn(poll(connections, heads.clone(), config.poll_interval));
        Self {
            heads,
            announcers,
            notifications,
            leases,
            has_queues,
            _heard: heard,
            tasks,
        }
    }

    /// The signal of a log whose head is at least `position`.
    pub(crate) fn signal(&self, log_id: i32, name: &LogName, position: Position) -> LogSignal {
        LogSignal {
            log_id,
            name: name.clone(),
            head: self.heads.of(log_id, name, position),
            announcers: Arc::clone(&self.announcers),
            wants_details: self.has_queues,
        }
    }

    /// Says that a lease is held here, for as long as the answer lives.
    pub(crate) fn hold_lease(&self, subscription: &str) -> HeldLease {
        self.leases.hold(subscription)
    }

    /// What is asked of this store by who receives hints for its logs.
    pub(crate) fn source(&self, connections: Connections) -> Source {
        Source {
            heads: self.heads.clone(),
            connections,
            leases: self.leases.clone(),
        }
    }

    /// PostgreSQL's notifications, whether or not anybody listens to them.
    pub(crate) fn notifications(&self) -> &Arc<dyn WakeUpChannel> {
        &self.notifications
    }

    pub(crate) fn task_count(&self) -> usize {
        self.tasks.len()
    }
}

async fn poll(connections: Connections, heads: Heads, interval: Duration) {
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if heads.anyone_waits()
            && let Err(error) = heads.refresh(&connections).await
        {
            tracing::debug!(%error, "poll of the log heads failed, next try at the next tick");
        }
    }
}
