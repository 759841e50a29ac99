//! The door itself: one value that every caller clones.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use posars_domain::store::{Store, StoreSettings};
use posars_domain::{Sku, StoreId};
use posars_event_store::{Log, Version};
use posars_keyring::Keyring;
use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

use crate::keys::stream_of;
use crate::known_books::KnownBooksCell;
use crate::known_persons::KnownPersons;
use crate::known_policy::KnownPolicy;
use crate::known_stores::{KnownStore, KnownStores};
use crate::metrics::Metrics;

/// Every command of one company. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Commands {
    pub(crate) shared: Arc<Shared>,
    pub(crate) keyring: Keyring,
    pub(crate) writes: bool,
    /// Stores that are taken for defined although the log does not know them; of a dry run only.
    pub(crate) assumed: Arc<HashMap<StoreId, Arc<KnownStore>>>,
    /// Products of which the same is true.
    pub(crate) assumed_products: Arc<HashSet<Sku>>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) log: Log,
    pub(crate) ids: EventIds,
    pub(crate) books: KnownBooksCell,
    pub(crate) persons: KnownPersons,
    pub(crate) policy: KnownPolicy,
    pub(crate) stores: KnownStores,
    pub(crate) metrics: Metrics,
    /// Those of the database that the company has moved to.
    pub(crate) successor: watch::Sender<Option<Commands>>,
    /// Whoever has it tries a closed log again; all others wait for what that shows.
    pub(crate) scout: Arc<Semaphore>,
}

/// Where the ids of events come from that nothing is derived from.
#[derive(Clone)]
pub struct EventIds(Arc<dyn Fn() -> Uuid + Send + Sync>);

impl EventIds {
    /// UUIDs of version 7, whose order is that of time.
    #[must_use]
    pub fn time_ordered() -> Self {
        Self::from_fn(Uuid::now_v7)
    }

    /// Ids of the caller's making, each a new one; for tests that want the same ids every time.
    #[must_use]
    pub fn from_fn(next: impl Fn() -> Uuid + Send + Sync + 'static) -> Self {
        Self(Arc::new(next))
    }

    pub(crate) fn next(&self) -> Uuid {
        (self.0)()
    }
}

impl fmt::Debug for EventIds {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("EventIds")
    }
}

impl Commands {
    /// The commands of the company whose log this is. Without [`Commands::with_keyring`], what is personal is locked.
    #[must_use]
    pub fn new(log: Log) -> Self {
        Self::with(log, EventIds::time_ordered())
    }

    /// As [`Commands::new`], with a source of event ids.
    #[must_use]
    pub fn with(log: Log, ids: EventIds) -> Self {
        let keyring = Keyring::new(log.clone(), None);
        let shared = Shared {
            log,
            ids,
            books: KnownBooksCell::default(),
            persons: KnownPersons::default(),
            policy: KnownPolicy::default(),
            stores: KnownStores::default(),
            metrics: Metrics::new(),
            successor: watch::Sender::new(None),
            scout: Arc::new(Semaphore::new(1)),
        };
        Self {
            shared: Arc::new(shared),
            keyring,
            writes: true,
            assumed: Arc::default(),
            assumed_products: Arc::default(),
        }
    }

    /// The same commands, which seal what is personal with these keys.
    #[must_use]
    pub fn with_keyring(self, keyring: Keyring) -> Self {
        Self { keyring, ..self }
    }

    /// The keys of the company's people.
    #[must_use]
    pub const fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// The company's log.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.shared.log
    }

    /// The same commands, decided but not written: a [`Completed`](crate::Completed) shows the events there would be.
    ///
    /// What only the append can find out is not looked at: whether a unique key is taken, and whether an id was used
    /// before with other content.
    #[must_use]
    pub fn validate_only(&self) -> Self {
        Self {
            writes: false,
            ..self.clone()
        }
    }

    /// As [`Commands::validate_only`], as if these stores and these products were defined.
    #[must_use]
    pub fn validate_only_with(
        &self,
        stores: impl IntoIterator<Item = StoreSettings>,
        products: impl IntoIterator<Item = Sku>,
    ) -> Self {
        let assumed = stores.into_iter().filter_map(|settings| {
            let stream = stream_of::<Store>(Store::stream_id(&settings.store_id)).ok()?;
            let version = Version::START;
            let known = KnownStore {
                settings,
                stream,
                version,
            };
            Some((known.settings.store_id.clone(), Arc::new(known)))
        });
        Self {
            assumed: Arc::new(assumed.collect()),
            assumed_products: Arc::new(products.into_iter().collect()),
            ..self.validate_only()
        }
    }
}
