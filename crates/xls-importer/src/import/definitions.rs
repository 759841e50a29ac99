//! Stores and products that a sheet names and the company has not defined.

use std::collections::HashSet;
use std::fmt::Display;
use std::sync::{Arc, LazyLock};

use foldhash::{HashMap, HashMapExt as _};
use jiff::civil::Time;
use posars_commands::{BATCH_MAX, CommandError, Commands, Offered, Written};
use posars_domain::product::DefineProduct;
use posars_domain::store::{DefineStore, StoreSettings};
use posars_domain::{Sku, StoreId};

use super::catalogue::Catalogue;
use super::{ImportProgress, Run};
use crate::import::tally::ImportTally;
use crate::note::Note;
use crate::product_names::ProductName;
use crate::reading::StoreName;
use crate::told_refusal::ToldRefusal;
use crate::unit_words::is_package;

/// Longest name of a product or store, in characters; longer ones are cut rather than refused.
const NAME_CHARS_MAX: usize = 200;
/// Longest unit of a product, in characters; a longer one is no unit.
const UNIT_CHARS_MAX: usize = 10;
/// Unit of what the sheet gives none.
const UNIT: &str = "UN";

/// A store as the import will find it.
#[derive(Debug, Clone)]
pub(super) struct ImportStore {
    pub(super) settings: StoreSettings,
    /// Defined only in thought: a dry run writes nothing, so the log does not know it.
    pub(super) is_imagined: bool,
}

impl Run<'_> {
    /// The commands, which in a dry run take for defined what the import would have defined by then.
    pub(super) fn commands_in(
        &self,
        stores: &HashMap<StoreId, ImportStore>,
        catalogue: &Catalogue,
    ) -> Commands {
        if !self.settings.dry_run {
            return self.commands.clone();
        }
        let imagined = stores.values().filter(|store| store.is_imagined);
        let imagined = imagined.map(|store| store.settings.clone());
        self.commands
            .validate_only_with(imagined, catalogue.products().cloned())
    }

    /// Settings of every store named; unknown ones are defined when told so, else missing from the answer.
    pub(super) async fn stores<P: Fn(ImportProgress)>(
        &self,
        names: &[StoreName],
        tally: &mut ImportTally<P>,
    ) -> HashMap<StoreId, ImportStore> {
        let mut stores = HashMap::new();
        for some in names.chunks(BATCH_MAX) {
            if let Err(error) = self.some_stores(some, &mut stores, tally).await {
                tally.interrupt(&error);
                break;
            }
        }
        stores
    }

    async fn some_stores<P: Fn(ImportProgress)>(
        &self,
        names: &[StoreName],
        stores: &mut HashMap<StoreId, ImportStore>,
        tally: &mut ImportTally<P>,
    ) -> Result<(), CommandError> {
        self.find_stores(names, stores).await?;
        let mut asked: HashSet<&StoreId> = HashSet::new();
        let missing: Vec<DefineStore> = names
            .iter()
            .filter(|name| !stores.contains_key(&name.store_id) && asked.insert(&name.store_id))
            .map(|name| self.definition(name))
            .collect();
        if missing.is_empty() || !self.settings.define_missing {
            return Ok(());
        }
        let offers = self.offers(&missing, tally);
        let answers = self.commands.define_stores(&offers).await;
        for (store, answer) in missing.into_iter().zip(answers) {
            if !was_defined(
                &store.name,
                answer,
                &mut tally.outcome.records.stores_defined,
                &mut tally.outcome.notes,
            )? {
                continue;
            }
            if self.settings.dry_run {
                let store = imagined(store);
                stores.insert(store.settings.store_id.clone(), store);
            }
        }
        self.find_stores(names, stores).await
    }

    /// Adds those that are defined and not yet among `stores`.
    async fn find_stores(
        &self,
        names: &[StoreName],
        stores: &mut HashMap<StoreId, ImportStore>,
    ) -> Result<(), CommandError> {
        let unknown = names.iter().filter(|name| !stores.contains_key(&name.store_id));
        let unknown: Vec<StoreId> = unknown.map(|name| name.store_id.clone()).collect();
        let found = self.commands.settings_of_stores(&unknown).await?;
        for settings in found.into_iter().flatten() {
            let store = ImportStore {
                settings,
                is_imagined: false,
            };
            stores.insert(store.settings.store_id.clone(), store);
        }
        Ok(())
    }

    fn definition(&self, name: &StoreName) -> DefineStore {
        DefineStore {
            store_id: name.store_id.clone(),
            name: cut(&name.name),
            cnpj: None,
            time_zone: self.settings.read.time_zone.clone(),
            day_cutover: Time::midnight(),
            currency: self.settings.read.currency,
        }
    }

    /// The commands as from the row of the titles.
    fn offers<C: Clone, P: Fn(ImportProgress)>(
        &self,
        commands: &[C],
        tally: &ImportTally<P>,
    ) -> Vec<Offered<C>> {
        let row = tally.outcome.header_row;
        let commands = commands.iter().cloned();
        commands
            .map(|command| Offered::new(command, self.envelope(row)))
            .collect()
    }

    /// Defines the products that are not in the catalogue, when told so; says what it holds of them then.
    pub(super) async fn define_products<P: Fn(ImportProgress)>(
        &self,
        names: &[ProductName],
        tally: &mut ImportTally<P>,
    ) -> Catalogue {
        let mut catalogue = Catalogue::default();
        for some in one_a_sku(names).chunks(BATCH_MAX) {
            if let Err(error) = self.define_some_products(some, &mut catalogue, tally).await {
                tally.interrupt(&error);
                break;
            }
        }
        catalogue
    }

    async fn define_some_products<P: Fn(ImportProgress)>(
        &self,
        products: &[DefineProduct],
        catalogue: &mut Catalogue,
        tally: &mut ImportTally<P>,
    ) -> Result<(), CommandError> {
        let skus: Vec<Sku> = products.iter().map(|product| product.sku.clone()).collect();
        let known = self.commands.products(&skus).await?;
        let mut missing = Vec::new();
        for (product, known) in products.iter().zip(known) {
            match known {
                Some(known) => catalogue.has(product.sku.clone(), known.unit),
                None => missing.push(product.clone()),
            }
        }
        if !self.settings.define_missing {
            missing
                .into_iter()
                .for_each(|product| catalogue.has_no(product.sku));
            return Ok(());
        }
        let offers = self.offers(&missing, tally);
        let answers = self.commands.define_products(&offers).await;
        let outcome = &mut tally.outcome;
        for (product, answer) in missing.into_iter().zip(answers) {
            // A retired product stays retired; its sales are recorded all the same.
            let defined = was_defined(
                &product.sku,
                answer,
                &mut outcome.records.products_defined,
                &mut outcome.notes,
            )?;
            if defined {
                catalogue.has(product.sku, product.unit);
            } else {
                catalogue.has_no(product.sku);
            }
        }
        Ok(())
    }
}

/// Counts what a definition made and notes what the rules refused; false for the latter.
fn was_defined(
    subject: &impl Display,
    answer: Result<Written, CommandError>,
    defined: &mut u32,
    notes: &mut Vec<Note>,
) -> Result<bool, CommandError> {
    match answer {
        Ok(recorded) => {
            *defined += u32::from(recorded == Written::Now);
            Ok(true)
        }
        Err(error @ CommandError::Rejected(_)) => {
            notes.push(Note::NotDefined {
                subject: subject.to_string(),
                refusal: ToldRefusal::of(&error),
            });
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// As the log would have it.
fn imagined(store: DefineStore) -> ImportStore {
    ImportStore {
        settings: StoreSettings {
            store_id: store.store_id,
            name: store.name,
            time_zone: store.time_zone,
            day_cutover: store.day_cutover,
            currency: store.currency,
        },
        is_imagined: true,
    }
}

/// One definition a SKU: the first spelling's name, the first unit that is no package or else the first, the most
/// decimals of all.
fn one_a_sku(names: &[ProductName]) -> Vec<DefineProduct> {
    let mut seen: HashSet<&Sku> = HashSet::new();
    let first = names.iter().filter(|name| seen.insert(&name.sku));
    let mut decimals: HashMap<&Sku, u8> = HashMap::new();
    let mut units: HashMap<&Sku, &str> = HashMap::new();
    for name in names {
        let most = decimals.entry(&name.sku).or_default();
        *most = name.decimals.max(*most);
        if let Some(unit) = name.unit.as_deref() {
            let first = units.entry(&name.sku).or_insert(unit);
            // What is bought by the box is counted by the piece.
            if is_package(first) && !is_package(unit) {
                *first = unit;
            }
        }
    }
    first
        .map(|name| {
            let unit = unit(units.get(&name.sku).copied());
            let in_sheet = decimals.get(&name.sku).copied().unwrap_or_default();
            DefineProduct {
                sku: name.sku.clone(),
                name: cut(&name.name),
                gtin: None,
                ncm: None,
                decimals: in_sheet.max(decimals_of(&unit)),
                unit,
                tracked: true,
            }
        })
        .collect()
}

/// Units that are weighed or measured, with the decimals their quantities have.
const MEASURED_UNITS: [&str; 9] = ["KG", "G", "GR", "L", "LT", "ML", "M", "MT", "M2"];
const MEASURED_DECIMALS: u8 = 3;

/// The decimals that quantities in a unit have.
pub(super) fn decimals_of(unit: &str) -> u8 {
    if MEASURED_UNITS.contains(&unit.to_uppercase().as_str()) {
        MEASURED_DECIMALS
    } else {
        0
    }
}

/// The unit of the sheet if it can be one.
pub(super) fn unit(text: Option<&str>) -> String {
    text.filter(|text| can_be_unit(text)).unwrap_or(UNIT).to_owned()
}

/// As [`unit`], shared with all other lines that have it.
pub(super) fn shared_unit(text: Option<&Arc<str>>) -> Arc<str> {
    static USUAL: LazyLock<Arc<str>> = LazyLock::new(|| UNIT.into());
    Arc::clone(text.filter(|text| can_be_unit(text)).unwrap_or(&USUAL))
}

fn can_be_unit(text: &str) -> bool {
    text.chars().count() <= UNIT_CHARS_MAX
}

/// A name cut to what a name may be.
pub(super) fn cut(name: &str) -> String {
    name.chars()
        .filter(|character| !character.is_control())
        .take(NAME_CHARS_MAX)
        .collect()
}
