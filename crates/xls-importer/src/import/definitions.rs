//! Stores and products that a sheet names and the company has not defined.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use foldhash::{HashMap, HashMapExt as _};
use jiff::civil::Time;
use posars_commands::CommandError;
use posars_domain::product::DefineProduct;
use posars_domain::store::{DefineStore, StoreSettings};
use posars_domain::{Sku, StoreId};

use super::{ImportProgress, Run};
use crate::import::ledger::Ledger;
use crate::product_names::ProductName;
use crate::reading::StoreName;

/// Longest name of a product or store, in characters; longer ones are cut rather than refused.
const NAME_CHARS_MAX: usize = 200;
/// Longest unit of a product, in characters; a longer one is no unit.
const UNIT_CHARS_MAX: usize = 10;
/// Unit of what the sheet gives none.
const UNIT: &str = "UN";
/// Products looked up in one question.
const LOOK_UP_MAX: usize = 500;

/// A store as the import will find it.
#[derive(Debug, Clone)]
pub(super) struct ImportStore {
    pub(super) settings: StoreSettings,
    /// Defined only in thought: a dry run writes nothing, so the log does not know it.
    pub(super) is_imagined: bool,
}

impl Run<'_> {
    /// Settings of every store named; unknown ones are defined when told so, else missing from the answer.
    pub(super) async fn stores<P: Fn(ImportProgress)>(
        &self,
        names: &[StoreName],
        ledger: &mut Ledger<P>,
    ) -> HashMap<StoreId, ImportStore> {
        let mut stores = HashMap::new();
        for name in names {
            match self.store(name, ledger).await {
                Ok(Some(store)) => {
                    stores.insert(name.store_id.clone(), store);
                }
                Ok(None) => {}
                Err(error @ CommandError::Rejected(_)) => {
                    ledger
                        .outcome
                        .notes
                        .push(format!("{}: {}: {error}", name.name, error.reason()));
                }
                Err(error) => {
                    ledger.interrupt(&error);
                    break;
                }
            }
        }
        stores
    }

    async fn store<P: Fn(ImportProgress)>(
        &self,
        name: &StoreName,
        ledger: &mut Ledger<P>,
    ) -> Result<Option<ImportStore>, CommandError> {
        if let Some(settings) = self.commands.store_settings(&name.store_id).await? {
            return Ok(Some(ImportStore {
                settings,
                is_imagined: false,
            }));
        }
        if !self.settings.define_missing {
            return Ok(None);
        }
        let command = DefineStore {
            store_id: name.store_id.clone(),
            name: cut(&name.name),
            cnpj: None,
            time_zone: self.settings.time_zone.clone(),
            day_cutover: Time::midnight(),
            currency: self.settings.read.currency,
        };
        let settings = StoreSettings {
            store_id: command.store_id.clone(),
            name: command.name.clone(),
            time_zone: command.time_zone.clone(),
            day_cutover: command.day_cutover,
            currency: command.currency,
        };
        let receipt = self
            .commands
            .define_store(command, &self.envelope(ledger.outcome.header_row))
            .await?;
        ledger.outcome.records.stores_defined += u32::from(!receipt.replayed);
        Ok(Some(ImportStore {
            settings,
            is_imagined: self.settings.dry_run,
        }))
    }

    /// Defines the products that are not in the catalogue, when told so.
    pub(super) async fn define_products<P: Fn(ImportProgress)>(
        &self,
        names: &[ProductName],
        ledger: &mut Ledger<P>,
    ) {
        if !self.settings.define_missing {
            return;
        }
        let products = one_a_sku(names);
        for some in products.chunks(LOOK_UP_MAX) {
            let skus: Vec<Sku> = some.iter().map(|product| product.sku.clone()).collect();
            let known = match self.commands.products(&skus).await {
                Ok(known) => known,
                Err(error) => return ledger.interrupt(&error),
            };
            for (product, _) in some.iter().zip(&known).filter(|(_, known)| known.is_none()) {
                let envelope = self.envelope(ledger.outcome.header_row);
                match self.commands.define_product(product.clone(), &envelope).await {
                    Ok(receipt) => ledger.outcome.records.products_defined += u32::from(!receipt.replayed),
                    // A retired product stays retired; its sales are recorded all the same.
                    Err(error @ CommandError::Rejected(_)) => {
                        ledger
                            .outcome
                            .notes
                            .push(format!("{}: {}: {error}", product.sku, error.reason()));
                    }
                    Err(error) => return ledger.interrupt(&error),
                }
            }
        }
    }
}

/// One definition a SKU: the first spelling's name, the most decimals of all.
fn one_a_sku(names: &[ProductName]) -> Vec<DefineProduct> {
    let mut seen: HashSet<&Sku> = HashSet::new();
    let first = names.iter().filter(|name| seen.insert(&name.sku));
    let mut decimals: HashMap<&Sku, u8> = HashMap::new();
    for name in names {
        let most = decimals.entry(&name.sku).or_default();
        *most = name.decimals.max(*most);
    }
    first
        .map(|name| DefineProduct {
            sku: name.sku.clone(),
            name: cut(&name.name),
            gtin: None,
            ncm: None,
            unit: unit(name.unit.as_deref()),
            decimals: decimals.get(&name.sku).copied().unwrap_or_default(),
            tracked: true,
        })
        .collect()
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
