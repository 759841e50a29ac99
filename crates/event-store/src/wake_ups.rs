//! Wake-ups: who waits for a log to grow learns of it by a local append, a notification, or the poll.
//!
//! All three are hints, the log is the truth. Notifications are gathered and sent apart from the appends,
//! because a commit that carries one takes a lock of the whole server; and they are lost whenever a
//! connection breaks. So the poll always runs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio_postgres::{AsyncMessage, NoTls};

use crate::connections::Connections;
use crate::{Position, StoreConfig};

/// Pause before a broken listener connects again; the poll serves meanwhile.
const RECONNECT: Duration = Duration::from_secs(1);

/// The head of one log as this process knows it, and the means to tell others.
#[derive(Clone, Debug)]
pub(crate) struct LogSignal {
    head: watch::Sender<Position>,
    grown: Arc<Notify>,
}

impl LogSignal {
    pub(crate) fn position(&self) -> Position {
        *self.head.borrow()
    }

    /// After an append of our own: wakes this process at once and the others soon.
    pub(crate) fn advance(&self, to: Position) {
        if raise(&self.head, to) {
            self.grown.notify_one();
        }
    }

    pub(crate) fn watch(&self) -> HeadWatch {
        HeadWatch(self.head.subscribe())
    }
}

fn raise(head: &watch::Sender<Position>, to: Position) -> bool {
    head.send_if_modified(|now| {
        let higher = to > *now;
        *now = (*now).max(to);
        higher
    })
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

type Heads = Arc<Mutex<HashMap<i32, watch::Sender<Position>>>>;

/// The three background tasks of a store; they end with it.
#[derive(Debug)]
pub(crate) struct WakeUps {
    heads: Heads,
    grown: Arc<Notify>,
    tasks: JoinSet<()>,
}

impl WakeUps {
    pub(crate) fn start(
        config: &StoreConfig,
        postgres: tokio_postgres::Config,
        connections: Connections,
    ) -> Self {
        let (heads, grown) = (Heads::default(), Arc::new(Notify::new()));
        let mut tasks = JoinSet::new();
        tasks.spawn(listen(postgres, Arc::clone(&heads)));
        tasks.spawn(poll(
            connections.clone(),
            Arc::clone(&heads),
            config.poll_interval,
        ));
        tasks.spawn(announce(
            connections,
            Arc::clone(&heads),
            Arc::clone(&grown),
            config.notify_interval,
        ));
        Self { heads, grown, tasks }
    }

    /// The signal of a log whose head is at least `position`.
    pub(crate) fn signal(&self, log_id: i32, position: Position) -> LogSignal {
        let mut heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        let head = heads
            .entry(log_id)
            .or_insert_with(|| watch::Sender::new(Position::START))
            .clone();
        raise(&head, position);
        LogSignal {
            head,
            grown: Arc::clone(&self.grown),
        }
    }

    pub(crate) fn task_count(&self) -> usize {
        self.tasks.len()
    }
}

fn raise_known(heads: &Heads, log_id: i32, position: Position) {
    if let Some(head) = heads.lock().unwrap_or_else(PoisonError::into_inner).get(&log_id) {
        raise(head, position);
    }
}

async fn listen(postgres: tokio_postgres::Config, heads: Heads) {
    loop {
        if let Err(error) = listen_once(&postgres, &heads).await {
            tracing::debug!(%error, "listener lost, polling until it is back");
        }
        tokio::time::sleep(RECONNECT).await;
    }
}

async fn listen_once(postgres: &tokio_postgres::Config, heads: &Heads) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = postgres.connect(NoTls).await?;
    let drive = async {
        while let Some(message) = std::future::poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(note) = message?
                && let Some((log_id, position)) = note.payload().split_once(':')
                && let (Ok(log_id), Ok(position)) = (log_id.parse(), position.parse())
            {
                raise_known(heads, log_id, Position::new(position));
            }
        }
        Ok(())
    };
    let subscribe = async {
        client.batch_execute(include_str!("sql/listen.sql")).await?;
        // The client must live as long as the connection: dropping it closes both.
        std::future::pending::<Result<(), tokio_postgres::Error>>().await
    };
    tokio::select! { ended = drive => ended, failed = subscribe => failed }
}

async fn poll(connections: Connections, heads: Heads, interval: Duration) {
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let anyone_waits = |head: &watch::Sender<Position>| head.receiver_count() > 0;
        if !heads
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .any(anyone_waits)
        {
            continue;
        }
        match connections
            .query(include_str!("sql/head_positions.sql"), &[])
            .await
        {
            Ok(rows) => {
                for row in rows {
                    if let (Ok(log_id), Ok(position)) = (row.try_get("log_id"), row.try_get("position")) {
                        raise_known(&heads, log_id, Position::from_sql(position));
                    }
                }
            }
            Err(error) => tracing::debug!(%error, "poll of the log heads failed, next try at the next tick"),
        }
    }
}

async fn announce(connections: Connections, heads: Heads, grown: Arc<Notify>, interval: Duration) {
    let mut announced: HashMap<i32, Position> = HashMap::new();
    loop {
        grown.notified().await;
        tokio::time::sleep(interval).await;
        let known: Vec<(i32, Position)> = {
            let heads = heads.lock().unwrap_or_else(PoisonError::into_inner);
            heads
                .iter()
                .map(|(log_id, head)| (*log_id, *head.borrow()))
                .collect()
        };
        for (log_id, position) in known {
            if announced.get(&log_id).is_some_and(|before| *before >= position) {
                continue;
            }
            let payload = format!("{log_id}:{position}");
            match connections
                .query(include_str!("sql/notify.sql"), &[&payload])
                .await
            {
                Ok(_) => drop(announced.insert(log_id, position)),
                Err(error) => tracing::debug!(%error, "notification not sent, the others poll"),
            }
        }
    }
}
