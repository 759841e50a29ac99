//! What all logs of one store use together.

use crate::StoreConfig;
use crate::connections::Connections;
use crate::metrics::Metrics;
use crate::replica::Replica;
use crate::wake_ups::WakeUps;

/// The database and the background tasks of a store.
#[derive(Debug)]
pub(crate) struct Surroundings {
    pub(crate) config: StoreConfig,
    pub(crate) connections: Connections,
    pub(crate) wake_ups: WakeUps,
    pub(crate) replica: Option<Replica>,
    pub(crate) metrics: Metrics,
}
