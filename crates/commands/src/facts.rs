//! What commands look at beside their own stream: stores, products and the company's policy.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use posars_domain::company::Company;
use posars_domain::product::{Product, ProductRejection, ProductSettings};
use posars_domain::{Aggregate, Command, Needs, Path, Policy, Sku, StateOf, Touches};
use posars_event_store::StreamName;

use crate::keys::stream_of;
use crate::known_stores::KnownStore;
use crate::load::Loaded;
use crate::touched::Touched;
use crate::{BATCH_MAX, CommandError, Commands};

/// The facts that one try has looked up.
#[derive(Default)]
pub(crate) struct Facts {
    /// Products that were asked for together with the streams; `None` for those that are not in the catalogue.
    products: HashMap<Sku, Option<Arc<ProductSettings>>>,
}

/// What a part needs to know.
pub(crate) struct Known {
    pub(crate) store: Option<Arc<KnownStore>>,
    pub(crate) product: Option<Arc<ProductSettings>>,
    pub(crate) policy: Policy,
}

/// A product that has to be in the catalogue and is not.
pub(crate) struct Absent {
    /// Which part of the command names it.
    pub(crate) index: usize,
    /// Its field in the part.
    pub(crate) path: Path,
    pub(crate) rejection: ProductRejection,
}

impl Commands {
    /// What a part needs to know.
    pub(crate) async fn look_up(&self, needs: Needs<'_>, facts: &mut Facts) -> Result<Known, CommandError> {
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
        let policy = if needs.policy {
            self.policy().await?
        } else {
            Policy::default()
        };
        Ok(Known {
            store,
            product,
            policy,
        })
    }

    /// Forgets what a command to this aggregate may have changed, whatever came of it.
    pub(crate) fn forget_facts_of<A: Aggregate>(&self) {
        if A::CATEGORY == Company::CATEGORY {
            self.shared.policy.forget();
        }
    }

    /// The first product that is not in the catalogue, where the company's policy is strict.
    pub(crate) async fn first_absent<C: Command>(&self, parts: &[C]) -> Result<Option<Absent>, CommandError> {
        let absent = self.absent_products(parts.iter()).await?;
        if absent.is_empty() {
            return Ok(None);
        }
        let named = parts.iter().enumerate().flat_map(|(index, part)| {
            let products = part.products().into_iter().enumerate();
            products.map(move |(place, sku)| (index, part, place, sku))
        });
        let mut named = named.filter(|(.., sku)| absent.contains(*sku));
        Ok(named.next().map(|(index, part, place, sku)| Absent {
            index,
            path: part.path_of_product(place),
            rejection: ProductRejection::ProductUnknown { sku: sku.clone() },
        }))
    }

    /// The products of commands that are not in the catalogue; none are looked for unless the company's policy is strict.
    pub(crate) async fn absent_products<'c, C: Command + 'c>(
        &self,
        commands: impl Iterator<Item = &'c C> + Clone + Send,
    ) -> Result<HashSet<Sku>, CommandError> {
        let names_none = commands.clone().all(|command| command.products().is_empty());
        if names_none || !self.policy().await?.strict_catalog {
            return Ok(HashSet::new());
        }
        let mut skus: HashSet<&Sku> = commands.flat_map(Command::products).collect();
        skus.retain(|sku| !self.assumed_products.contains(*sku));
        let skus: Vec<Sku> = skus.into_iter().cloned().collect();
        let mut absent = HashSet::new();
        for some in skus.chunks(BATCH_MAX) {
            let products = self.products(some).await?;
            let missing = some.iter().zip(products).filter(|(_, product)| product.is_none());
            absent.extend(missing.map(|(sku, _)| sku.clone()));
        }
        Ok(absent)
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
