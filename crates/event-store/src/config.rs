//! Settings of a store: where the database is and how long to wait for it.

use std::sync::Arc;
use std::time::Duration;

use posars_database_address::Address;

use crate::{StoreError, WakeUpChannel};

/// Settings of a store. Every wait has an end on our side: a stopped server ignores `statement_timeout`.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    pub(crate) url: String,
    pub(crate) replica_url: Option<String>,
    /// How long an append may wait in the queue before it is given up unsent. Default 10 s.
    pub append_deadline: Duration,
    /// How long one statement may take. Default 10 s.
    pub statement_deadline: Duration,
    /// How long a new connection may take. Default 5 s.
    pub connect_deadline: Duration,
    /// How many appends may wait per log; more are refused with `QueueFull`. Default 8,192.
    pub queue_requests_max: usize,
    /// How many bytes of events may wait per log, those under way included; more are refused with `QueueFull`.
    /// At least as much as one append may hold. Default 64 MiB.
    pub queue_bytes_max: usize,
    /// Connections for appends, shared by all logs: an append holds one for one round trip. Default 4.
    pub writer_connections_max: usize,
    /// Connections for what is read on behalf of callers, shared by all logs. Default 16.
    pub reader_connections_max: usize,
    /// Connections with the owner's rights: runners, rebuilds, audits, polls. Default 16.
    pub owner_connections_max: usize,
    /// How often the heads are polled, whatever the notifications say. Default 250 ms.
    pub poll_interval: Duration,
    /// How long hints are gathered into one. Default 20 ms.
    pub notify_interval: Duration,
    /// How old a replica's answers may be where nobody asks for a position. Default 5 s.
    pub replica_lag_max: Duration,
    /// Where the growth of logs is told. Default none, which is PostgreSQL's notifications; with queues nobody listens to
    /// those, and nobody sends them.
    pub announce_to: Vec<Arc<dyn WakeUpChannel>>,
}

impl StoreConfig {
    /// The defaults, for a `postgres://…` address or a `key=value` connection string.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            replica_url: None,
            append_deadline: Duration::from_secs(10),
            statement_deadline: Duration::from_secs(10),
            connect_deadline: Duration::from_secs(5),
            queue_requests_max: 8_192,
            queue_bytes_max: 64 * 1024 * 1024,
            writer_connections_max: 4,
            reader_connections_max: 16,
            owner_connections_max: 16,
            poll_interval: Duration::from_millis(250),
            notify_interval: Duration::from_millis(20),
            announce_to: Vec::new(),
            replica_lag_max: Duration::from_secs(5),
        }
    }

    /// The same, where a replica at this address answers what callers read, while it is fresh.
    #[must_use]
    pub fn with_replica(self, url: Option<String>) -> Self {
        Self {
            replica_url: url,
            ..self
        }
    }

    pub(crate) fn address(&self) -> Result<Address, StoreError> {
        self.address_of(&self.url)
    }

    pub(crate) fn address_of(&self, url: &str) -> Result<Address, StoreError> {
        let address = Address::parse(url).map_err(|error| StoreError::BadConfig(error.to_string()))?;
        if address.database().is_none() {
            return Err(StoreError::BadConfig("it names no database; add dbname=…".into()));
        }
        Ok(address.named("posars").within(self.connect_deadline))
    }
}
