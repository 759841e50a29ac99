//! The descriptions of products, as the catalogue has them now.

use posars_domain::product::{Product, ProductEvent, ProductSettings};
use posars_domain::{Aggregate as _, Sku};
use posars_event_store::{RecordedEvent, StreamName};

use crate::keys::stream_of;
use crate::load::decode;
use crate::{CommandError, Commands};

impl Commands {
    /// The present descriptions of products, in the order asked; `None` where one is not in the catalogue.
    ///
    /// # Errors
    /// [`CommandError::Unavailable`] when the database is away, [`CommandError::Unreadable`] for a damaged log.
    pub async fn products(&self, skus: &[Sku]) -> Result<Vec<Option<ProductSettings>>, CommandError> {
        let streams: Vec<StreamName> = skus.iter().map(stream_of::<Product>).collect::<Result<_, _>>()?;
        let last = self.shared.log.last_events(&streams).await?;
        let mut products = Vec::with_capacity(skus.len());
        for (stream, last) in streams.iter().zip(&last) {
            products.push(match last {
                Some(last) => self.settings_of(stream, last).await?,
                None => None,
            });
        }
        Ok(products)
    }

    /// A definition or a change carries the whole description; only after a retirement must the stream be read.
    pub(crate) async fn settings_of(
        &self,
        stream: &StreamName,
        last: &RecordedEvent,
    ) -> Result<Option<ProductSettings>, CommandError> {
        let event: ProductEvent = decode(last)?;
        let state = match event {
            ProductEvent::ProductRetired(_) => self.load::<Product>(stream, |_| false).await?.state,
            ProductEvent::ProductDefined(_) | ProductEvent::ProductChanged(_) => Product::fold([&event]),
        };
        Ok(state.settings)
    }
}
