//! The settings of stores, out of memory or read from their streams.

use std::sync::Arc;

use posars_domain::store::{Store, StoreSettings};
use posars_domain::{Aggregate as _, StoreId};
use posars_event_store::{StreamName, Version};

use crate::keys::stream_of;
use crate::known_stores::KnownStore;
use crate::load::decode;
use crate::{CommandError, Commands};

impl Commands {
    pub(crate) async fn known_store(
        &self,
        store_id: &StoreId,
    ) -> Result<Option<Arc<KnownStore>>, CommandError> {
        if let Some(known) = self.assumed.get(store_id) {
            return Ok(Some(Arc::clone(known)));
        }
        if let Some(known) = self.shared.stores.get(store_id) {
            return Ok(Some(known));
        }
        let stream = stream_of::<Store>(Store::stream_id(store_id))?;
        let loaded = self.load::<Store>(&stream, |_| false).await?;
        // One that is not defined is asked for again each time: it may be defined the next moment.
        let Some(settings) = loaded.state.settings() else {
            return Ok(None);
        };
        Ok(Some(self.keep_store(settings, stream, loaded.version)))
    }

    fn keep_store(&self, settings: StoreSettings, stream: StreamName, version: Version) -> Arc<KnownStore> {
        let known = Arc::new(KnownStore {
            settings,
            stream,
            version,
        });
        self.shared.stores.keep(&known);
        known
    }

    /// The settings of a store; `None` when it is not defined.
    ///
    /// # Errors
    /// [`CommandError::Unavailable`] when the database is away, [`CommandError::Unreadable`] for a damaged log.
    pub async fn store_settings(&self, store_id: &StoreId) -> Result<Option<StoreSettings>, CommandError> {
        Ok(self
            .known_store(store_id)
            .await?
            .map(|known| known.settings.clone()))
    }

    /// The settings of stores, in the order asked; `None` where one is not defined. One round trip, as a rule.
    ///
    /// # Errors
    /// As [`Commands::store_settings`].
    pub async fn settings_of_stores(
        &self,
        store_ids: &[StoreId],
    ) -> Result<Vec<Option<StoreSettings>>, CommandError> {
        let streams: Vec<StreamName> = store_ids
            .iter()
            .map(|store_id| stream_of::<Store>(Store::stream_id(store_id)))
            .collect::<Result<_, _>>()?;
        let last = self.shared.log.last_events(&streams).await?;
        let mut settings = Vec::with_capacity(store_ids.len());
        for ((store_id, stream), last) in store_ids.iter().zip(streams).zip(last) {
            settings.push(match last {
                None => self.assumed.get(store_id).map(|known| known.settings.clone()),
                // The only event of its stream is its whole history.
                Some(first) if first.version == Version::START.plus(1) => {
                    let state = Store::fold([&decode(&first)?]);
                    let settings = state.settings();
                    settings.map(|settings| self.keep_store(settings, stream, first.version).settings.clone())
                }
                Some(_) => self.store_settings(store_id).await?,
            });
        }
        Ok(settings)
    }
}
