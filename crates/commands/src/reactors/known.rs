use posars_event_store::Log;

use super::error::ReactorError;
use super::parked::{ParkedEvent, retry_parked};
use super::reactor::{Reactor as _, Retried};
use super::stock::StockReactor;

/// A reactor of this program, for whoever looks after all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownReactor {
    /// Sales, voids and returns move stock.
    Stock,
}

impl KnownReactor {
    /// Every reactor there is.
    pub const ALL: [Self; 1] = [Self::Stock];

    /// Its name, as logs, metrics and people have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stock => StockReactor::NAME,
        }
    }

    /// The reactor of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// Tries again what it set aside: as [`retry_parked`], with a reactor of its own.
    ///
    /// # Errors
    /// As there.
    pub async fn retry_parked(
        self,
        log: &Log,
        key: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(ParkedEvent, Retried)>, ReactorError> {
        match self {
            Self::Stock => retry_parked(&mut StockReactor::new(log.clone()), log, key, limit).await,
        }
    }
}
