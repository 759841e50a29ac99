//! What commands look at beside their own stream: stores, products, the company's policy and the books.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use posars_domain::company::Company;
use posars_domain::employee::GivenEmployees;
use posars_domain::product::{Product, ProductRejection, ProductSettings};
use posars_domain::{Aggregate, Circumstance, Command, Given, Needs, Path, Policy, Sku, StateOf, Touches};
use posars_event_store::{Guard, StreamName};

use crate::keys::stream_of;
use crate::known_books::KnownBooks;
use crate::known_persons::KnownPerson;
use crate::known_stores::KnownStore;
use crate::load::Loaded;
use crate::persons::People;
use crate::touched::Touched;
use crate::{BATCH_MAX, CommandError, Commands};

/// The facts that one try has looked up.
#[derive(Default)]
pub(crate) struct Facts {
    /// The store looked up last: most commands are about one.
    store: Option<Arc<KnownStore>>,
    /// Products that were asked for together with the streams; `None` for those that are not in the catalogue.
    products: HashMap<Sku, Option<Arc<ProductSettings>>>,
    /// The chart and the months: one look at them for all parts.
    books: Option<Arc<KnownBooks>>,
    /// Whom the command is about.
    pub(crate) people: People,
}

impl Facts {
    /// For another try: all is looked up anew, and who is new stays who they are.
    pub(crate) fn again(self) -> Self {
        Self {
            people: self.people.again(),
            ..Self::default()
        }
    }
}

/// What a part needs to know.
pub(crate) struct Known {
    pub(crate) store: Option<Arc<KnownStore>>,
    pub(crate) product: Option<Arc<ProductSettings>>,
    pub(crate) policy: Policy,
    pub(crate) books: Option<Arc<KnownBooks>>,
    pub(crate) person: Option<Arc<KnownPerson>>,
    pub(crate) employees: Option<GivenEmployees>,
}

impl Known {
    /// As the rule gets it.
    pub(crate) fn given(&self, recorded_at: Timestamp) -> Given<'_> {
        Given {
            store: self.store.as_deref().map(|store| &store.settings),
            product: self.product.as_deref(),
            policy: self.policy,
            books: self.books.as_deref().map(KnownBooks::given),
            person: self.person.as_deref().map(|person| &person.given),
            employees: self.employees.as_ref(),
            recorded_at,
        }
    }

    /// Hold while what is known is so.
    pub(crate) fn guards(&self) -> impl Iterator<Item = Guard> {
        let store = self.store.iter().map(|store| store.guard());
        let books = self.books.iter().flat_map(|books| books.guards());
        let person = self.person.iter().map(|person| person.guard());
        store.chain(books).chain(person)
    }
}

/// A product that has to be in the catalogue and is not, or a store that has to be defined.
pub(crate) struct Absent<R> {
    /// Which part of the command names it.
    pub(crate) index: usize,
    /// Its field in the part.
    pub(crate) path: Path,
    pub(crate) rejection: R,
}

impl Commands {
    /// What a part needs to know; `index` counts the parts from 0.
    pub(crate) async fn look_up(
        &self,
        needs: Needs<'_>,
        index: usize,
        facts: &mut Facts,
    ) -> Result<Known, CommandError> {
        let store = match needs.touches {
            Touches::Store(store_id) => match &facts.store {
                Some(known) if known.settings.store_id == *store_id => Some(Arc::clone(known)),
                Some(_) | None => {
                    facts.store = self.known_store(store_id).await?;
                    facts.store.clone()
                }
            },
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
        if needs.books && facts.books.is_none() {
            facts.books = Some(self.known_books().await?);
        }
        let person = match needs.person {
            Some(sought) => Some(self.person(sought, index, &mut facts.people).await?),
            None => None,
        };
        Ok(Known {
            store,
            product,
            policy,
            books: facts.books.clone().filter(|_| needs.books),
            person,
            employees: None,
        })
    }

    /// Forgets what a command to this aggregate may have changed, whatever came of it.
    pub(crate) fn forget_facts_of<A: Aggregate>(&self) {
        if A::CATEGORY == Company::CATEGORY {
            self.shared.policy.forget();
        }
        self.shared.books.forget_of(A::CATEGORY);
    }

    /// The first store that is named beside the one that is touched and is not defined.
    pub(crate) async fn first_absent_store<C: Command>(
        &self,
        parts: &[C],
    ) -> Result<Option<Absent<Circumstance>>, CommandError> {
        let named = parts.iter().enumerate().flat_map(|(index, part)| {
            let stores = part.stores().into_iter().enumerate();
            stores.map(move |(place, store_id)| (index, part, place, store_id))
        });
        let named: Vec<_> = named.collect();
        // Stores are few and nearly always kept: one that is not is asked for once.
        let mut seen = HashSet::new();
        for (index, part, place, store_id) in named {
            if seen.insert(store_id) && self.known_store(store_id).await?.is_none() {
                return Ok(Some(Absent {
                    index,
                    path: part.path_of_store(place),
                    rejection: Circumstance::UnknownStore {
                        store_id: store_id.clone(),
                    },
                }));
            }
        }
        Ok(None)
    }

    /// The first product that is not in the catalogue, where the company's policy is strict.
    pub(crate) async fn first_absent<C: Command>(
        &self,
        parts: &[C],
    ) -> Result<Option<Absent<ProductRejection>>, CommandError> {
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
