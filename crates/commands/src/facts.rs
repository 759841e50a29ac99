//! What commands look at beside their own stream: stores, products and the company's policy.

use std::collections::HashMap;
use std::sync::Arc;

use posars_domain::product::{Product, ProductRejection, ProductSettings};
use posars_domain::{Command, Needs, Sku, StateOf, Touches};
use posars_event_store::StreamName;

use crate::keys::stream_of;
use crate::known_stores::KnownStore;
use crate::load::Loaded;
use crate::touched::Touched;
use crate::{CommandError, Commands};

/// The facts that one try has looked up.
#[derive(Default)]
pub(crate) struct Facts {
    /// Products that were asked for together with the streams; `None` for those that are not in the catalogue.
    products: HashMap<Sku, Option<Arc<ProductSettings>>>,
}

impl Commands {
    /// What a part needs to know.
    pub(crate) async fn look_up(
        &self,
        needs: Needs<'_>,
        facts: &mut Facts,
    ) -> Result<(Option<Arc<KnownStore>>, Option<Arc<ProductSettings>>), CommandError> {
        let store = match needs.touches {
            Touches::Store(store_id) => self.known_store(store_id).await?,
            Touches::Company | Touches::Nothing => None,
        };
        let product = match needs.product {
            Some(sku) => match facts.products.get(sku) {
                Some(known) => known.clone(),
                None => {
                    let found = self.products(std::slice::from_ref(sku)).await?;
                    let found = found.into_iter().next().flatten().map(Arc::new);
                    facts.products.insert(sku.clone(), found.clone());
                    found
                }
            },
            None => None,
        };
        Ok((store, product))
    }

    /// Refuses what is not in the catalogue, where the company's policy is strict.
    pub(crate) async fn require_products<C: Command>(&self, parts: &[C]) -> Result<(), CommandError> {
        if !self.shared.policy.strict_catalog {
            return Ok(());
        }
        let skus: Vec<Sku> = parts.iter().flat_map(Command::products).cloned().collect();
        if skus.is_empty() {
            return Ok(());
        }
        let products = self.products(&skus).await?;
        match skus
            .into_iter()
            .zip(products)
            .find(|(_, product)| product.is_none())
        {
            Some((sku, _)) => Err(CommandError::rejected(ProductRejection::ProductUnknown { sku })),
            None => Ok(()),
        }
    }

    /// Streams whose last event is their state, and the products that their first parts need: all in one round trip.
    pub(crate) async fn load_last<C: Command>(
        &self,
        targets: &[(StreamName, &C)],
        facts: &mut Facts,
    ) -> Result<Vec<Touched<C::Of>>, CommandError> {
        let nothing = StateOf::<C>::default();
        let skus = targets
            .iter()
            .filter_map(|(_, part)| part.needs(&nothing).product);
        let skus: Vec<&Sku> = skus.collect();
        let products = skus.iter().map(stream_of::<Product>);
        let products: Vec<StreamName> = products.collect::<Result<_, _>>()?;
        let streams = targets.iter().map(|(stream, _)| stream).chain(&products);
        let streams: Vec<StreamName> = streams.cloned().collect();
        let mut last = self.shared.log.last_events(&streams).await?.into_iter();
        let mut touched = Vec::with_capacity(targets.len());
        for ((stream, part), last) in targets.iter().zip(last.by_ref()) {
            let loaded = Loaded::last(last, |event| part.is_answer(event))?;
            touched.push(Touched::new(stream.clone(), loaded));
        }
        for ((sku, stream), last) in skus.into_iter().zip(&products).zip(last) {
            let settings = match &last {
                Some(last) => self.settings_of(stream, last).await?,
                None => None,
            };
            facts.products.insert(sku.clone(), settings.map(Arc::new));
        }
        Ok(touched)
    }
}
