//! Wake-ups by PostgreSQL's NOTIFY: every process of the database hears every hint, once, if it listens just then.
//!
//! They are sent apart from the appends, because a commit that carries one takes a lock of the whole server.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use posars_database_address::Address;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;
use tokio_postgres::{AsyncMessage, Notification};

use super::channel::{ChannelError, Delivery, Terms, WakeUpChannel};
use super::heads::Heads;
use super::hint::Hint;
use crate::Position;
use crate::connections::Connections;
use crate::error::with_causes;

/// Hints that wait for the receiver; what is more is lost, as the last of them says all.
const WAITING_MAX: usize = 256;

/// The channel of one store, with a connection of its own that listens while somebody receives.
pub(crate) struct Notifications {
    connections: Connections,
    address: Address,
    heads: Heads,
    listener: Mutex<Option<Listener>>,
}

impl std::fmt::Debug for Notifications {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Notifications")
    }
}

struct Listener {
    notes: mpsc::Receiver<Notification>,
    /// Drives the connection; ends with this value.
    _driver: JoinSet<()>,
}

impl Notifications {
    pub(crate) fn new(connections: Connections, address: Address, heads: Heads) -> Self {
        Self {
            connections,
            address,
            heads,
            listener: Mutex::default(),
        }
    }

    async fn listen(&self) -> Result<Listener, ChannelError> {
        let lost = |error: tokio_postgres::Error| self.failed(with_causes(&error));
        let (client, mut connection) = self.address.connect().await.map_err(lost)?;
        let (sender, notes) = mpsc::channel(WAITING_MAX);
        let mut driver = JoinSet::new();
        driver.spawn(async move {
            while let Some(Ok(message)) =
                std::future::poll_fn(|context| connection.poll_message(context)).await
            {
                if let AsyncMessage::Notification(note) = message {
                    let _ = sender.try_send(note);
                }
            }
        });
        client
            .batch_execute(include_str!("../sql/listen.sql"))
            .await
            .map_err(lost)?;
        // The client must live as long as the connection: dropping it closes both.
        driver.spawn(async move {
            let _client = client;
            std::future::pending::<()>().await;
        });
        Ok(Listener {
            notes,
            _driver: driver,
        })
    }

    /// What every build of posars writes and reads: the log's number and a position. None of what is no such thing, or of a
    /// log that is not open here: everybody hears everything.
    fn read(&self, note: &Notification) -> Option<Delivery> {
        let (log_id, position) = note.payload().split_once(':')?;
        let log = self.heads.name(log_id.parse().ok()?)?;
        Some(Delivery {
            hint: Some(Hint::of(log, Position::new(position.parse().ok()?))),
            id: String::new(),
            receipt: String::new(),
            sent_at: None,
        })
    }

    fn failed(&self, problem: String) -> ChannelError {
        ChannelError {
            channel: self.name().to_owned(),
            problem,
            needs_person: false,
        }
    }
}

impl WakeUpChannel for Notifications {
    fn name(&self) -> &'static str {
        "notifications"
    }

    fn terms(&self) -> Terms {
        Terms {
            hold: None,
            calls_per_second_max: None,
            looks: false,
        }
    }

    fn announce<'a>(&'a self, hints: &'a [Hint]) -> BoxFuture<'a, Result<(), ChannelError>> {
        async move {
            for hint in hints {
                let Some((log_id, _)) = self.heads.named(&hint.log) else {
                    continue;
                };
                let payload = format!("{log_id}:{}", hint.position);
                self.connections
                    .query(include_str!("../sql/notify.sql"), &[&payload])
                    .await
                    .map_err(|error| self.failed(error.to_string()))?;
            }
            Ok(())
        }
        .boxed()
    }

    fn receive(&self) -> BoxFuture<'_, Result<Vec<Delivery>, ChannelError>> {
        async move {
            let mut listener = self.listener.lock().await;
            let listening = match &mut *listener {
                Some(listening) => listening,
                None => listener.insert(self.listen().await?),
            };
            let mut notes = Vec::new();
            if listening.notes.recv_many(&mut notes, WAITING_MAX).await == 0 {
                *listener = None;
                return Err(self.failed("the connection that listens was lost".to_owned()));
            }
            Ok(notes.iter().filter_map(|note| self.read(note)).collect())
        }
        .boxed()
    }

    fn settle<'a>(&'a self, _receipts: &'a [String]) -> BoxFuture<'a, Result<(), ChannelError>> {
        std::future::ready(Ok(())).boxed()
    }

    fn hold<'a>(&'a self, _receipts: &'a [String]) -> BoxFuture<'a, Result<(), ChannelError>> {
        std::future::ready(Ok(())).boxed()
    }
}
