//! The rules of a product.

use serde::{Deserialize, Serialize};

use super::{
    ProductChanged, ProductDefined, ProductEvent, ProductRejection, ProductRetired, ProductSettings,
    ProductState,
};
use crate::misplaced::{Refused, not_in_any_words, not_in_words};
use crate::text::{self, NAME_CHARS_MAX, NOTE_CHARS_MAX};
use crate::{Claim, Decider, Decision, Gtin, InvalidValue, Ncm, Sku};

/// Longest unit, in characters (NF-e allows 6; spreadsheets write `PACOTE` and `METROS`).
const UNIT_CHARS_MAX: usize = 10;
/// Most decimals of a quantity (NF-e field `qCom`).
const DECIMALS_MAX: u8 = 4;

/// The product's rules.
#[derive(Debug, Clone, Copy)]
pub struct Product;

impl Product {
    /// The id part of the stream's name.
    #[must_use]
    pub fn stream_id(sku: &Sku) -> String {
        sku.to_string()
    }
}

/// A product's decisions need nothing from outside its stream.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProductContext;

/// What can be asked of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProductCommand {
    /// Enter it into the catalogue.
    DefineProduct(DefineProduct),
    /// Change its description.
    ChangeProduct(ChangeProduct),
    /// Take it out of the catalogue.
    RetireProduct(RetireProduct),
}

/// Enters a product into the catalogue; the same definition again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefineProduct {
    /// The product.
    pub sku: Sku,
    /// Its name, 1 to 200 characters.
    pub name: String,
    /// The number under its bar code, unique in the company; see [`Gtin::parse_optional`].
    pub gtin: Option<Gtin>,
    /// Its goods code.
    pub ncm: Option<Ncm>,
    /// The unit it is counted in, 1 to 10 characters.
    pub unit: String,
    /// How many decimals its quantities may have, 0 to 4.
    pub decimals: u8,
    /// Whether stock is kept of it.
    pub tracked: bool,
}

/// Changes a product's description; what is `None` or [`Edit::Keep`] stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeProduct {
    /// The product.
    pub sku: Sku,
    /// A new name, 1 to 200 characters.
    pub name: Option<String>,
    /// What to do with the GTIN.
    pub gtin: Edit<Gtin>,
    /// What to do with the goods code.
    pub ncm: Edit<Ncm>,
    /// A new unit, 1 to 10 characters.
    pub unit: Option<String>,
    /// A new number of decimals, 0 to 4.
    pub decimals: Option<u8>,
    /// Whether stock is kept of it from now on.
    pub tracked: Option<bool>,
}

/// Takes a product out of the catalogue; once more changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetireProduct {
    /// The product.
    pub sku: Sku,
    /// Why, at most 500 characters.
    pub reason: Option<String>,
}

/// What a change does to an optional field.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Edit<T> {
    /// Leave it as it is.
    #[default]
    Keep,
    /// Empty it.
    Clear,
    /// Give it this value.
    Set(T),
}

impl<T: Clone> Edit<T> {
    fn applied_to(&self, before: Option<&T>) -> Option<T> {
        match self {
            Self::Keep => before.cloned(),
            Self::Clear => None,
            Self::Set(value) => Some(value.clone()),
        }
    }
}

impl From<DefineProduct> for ProductCommand {
    fn from(command: DefineProduct) -> Self {
        Self::DefineProduct(command)
    }
}

impl From<ChangeProduct> for ProductCommand {
    fn from(command: ChangeProduct) -> Self {
        Self::ChangeProduct(command)
    }
}

impl From<RetireProduct> for ProductCommand {
    fn from(command: RetireProduct) -> Self {
        Self::RetireProduct(command)
    }
}

type Decided = Result<Decision<ProductEvent, ProductRejection>, ProductRejection>;

impl Decider for Product {
    const CATEGORY: &'static str = "product";
    type Command = ProductCommand;
    type Context = ProductContext;
    type Event = ProductEvent;
    type State = ProductState;
    type Rejection = ProductRejection;

    fn decide(state: &ProductState, command: &ProductCommand, _context: &ProductContext) -> Decided {
        match command {
            ProductCommand::DefineProduct(command) => define(state, command),
            ProductCommand::ChangeProduct(command) => change(state, command),
            ProductCommand::RetireProduct(command) => retire(state, command),
        }
    }

    fn evolve(state: ProductState, event: &ProductEvent) -> ProductState {
        match event {
            ProductEvent::ProductDefined(event) => ProductState {
                settings: Some(settings_of_definition(event)),
                ..state
            },
            ProductEvent::ProductChanged(event) => ProductState {
                settings: Some(settings_of_change(event)),
                ..state
            },
            ProductEvent::ProductRetired(_) => ProductState {
                retired: true,
                ..state
            },
        }
    }
}

fn define(state: &ProductState, command: &DefineProduct) -> Decided {
    let wanted = checked(ProductSettings {
        sku: command.sku.clone(),
        name: command.name.clone(),
        gtin: command.gtin.clone(),
        ncm: command.ncm.clone(),
        unit: command.unit.clone(),
        decimals: command.decimals,
        tracked: command.tracked,
    })?;
    match &state.settings {
        Some(_) if state.retired => Err(ProductRejection::ProductRetired { sku: wanted.sku }),
        Some(before) if *before == wanted => Ok(Decision::nothing()),
        Some(_) => Err(ProductRejection::SkuExists { sku: wanted.sku }),
        None => {
            wanted.sku.check_new("sku")?;
            not_in_words("name", &wanted.name, Refused::Both)?;
            let claims = wanted.gtin.iter().map(gtin_claim).collect();
            Ok(Decision {
                events: vec![defined(wanted).into()],
                claims,
            })
        }
    }
}

fn change(state: &ProductState, command: &ChangeProduct) -> Decided {
    let before = present(state, &command.sku)?;
    if state.retired {
        return Err(ProductRejection::ProductRetired {
            sku: command.sku.clone(),
        });
    }
    let wanted = checked(ProductSettings {
        sku: before.sku.clone(),
        name: command.name.clone().unwrap_or_else(|| before.name.clone()),
        gtin: command.gtin.applied_to(before.gtin.as_ref()),
        ncm: command.ncm.applied_to(before.ncm.as_ref()),
        unit: command.unit.clone().unwrap_or_else(|| before.unit.clone()),
        decimals: command.decimals.unwrap_or(before.decimals),
        tracked: command.tracked.unwrap_or(before.tracked),
    })?;
    if wanted == *before {
        return Ok(Decision::nothing());
    }
    if wanted.name != before.name {
        not_in_words("name", &wanted.name, Refused::Both)?;
    }
    // The one it has is claimed already.
    let new_gtin = wanted
        .gtin
        .iter()
        .filter(|gtin| before.gtin.as_ref() != Some(gtin));
    let claims = new_gtin.map(gtin_claim).collect();
    Ok(Decision {
        events: vec![changed(wanted).into()],
        claims,
    })
}

fn retire(state: &ProductState, command: &RetireProduct) -> Decided {
    let before = present(state, &command.sku)?;
    if state.retired {
        return Ok(Decision::nothing());
    }
    let reason = text::maybe("reason", command.reason.as_ref(), NOTE_CHARS_MAX)?;
    not_in_any_words("reason", reason.as_ref(), Refused::Both)?;
    Ok(Decision::event(ProductRetired {
        sku: before.sku.clone(),
        reason,
    }))
}

fn present<'a>(state: &'a ProductState, sku: &Sku) -> Result<&'a ProductSettings, ProductRejection> {
    state
        .settings
        .as_ref()
        .ok_or_else(|| ProductRejection::ProductUnknown { sku: sku.clone() })
}

/// Trims the texts and checks every bound.
fn checked(settings: ProductSettings) -> Result<ProductSettings, InvalidValue> {
    if settings.decimals > DECIMALS_MAX {
        let rule = "a product's quantities have 0 to 4 decimals";
        return Err(InvalidValue::new("UNIT_DECIMALS", settings.decimals, rule).at("decimals"));
    }
    Ok(ProductSettings {
        name: text::required("name", &settings.name, NAME_CHARS_MAX)?,
        unit: text::required("unit", &settings.unit, UNIT_CHARS_MAX)?,
        ..settings
    })
}

/// A GTIN is claimed in its 14-digit form, so that a UPC and the same number as EAN-13 are one.
fn gtin_claim(gtin: &Gtin) -> Claim<ProductRejection> {
    Claim {
        key: format!("gtin:{}", gtin.canonical()),
        holder: None,
        namesake: None,
        taken: ProductRejection::GtinInUse { gtin: gtin.clone() },
    }
}

fn defined(settings: ProductSettings) -> ProductDefined {
    let ProductSettings {
        sku,
        name,
        gtin,
        ncm,
        unit,
        decimals,
        tracked,
    } = settings;
    ProductDefined {
        sku,
        name,
        gtin,
        ncm,
        unit,
        decimals,
        tracked,
    }
}

fn changed(settings: ProductSettings) -> ProductChanged {
    let ProductSettings {
        sku,
        name,
        gtin,
        ncm,
        unit,
        decimals,
        tracked,
    } = settings;
    ProductChanged {
        sku,
        name,
        gtin,
        ncm,
        unit,
        decimals,
        tracked,
    }
}

fn settings_of_definition(event: &ProductDefined) -> ProductSettings {
    let ProductDefined {
        sku,
        name,
        gtin,
        ncm,
        unit,
        decimals,
        tracked,
    } = event.clone();
    ProductSettings {
        sku,
        name,
        gtin,
        ncm,
        unit,
        decimals,
        tracked,
    }
}

fn settings_of_change(event: &ProductChanged) -> ProductSettings {
    let ProductChanged {
        sku,
        name,
        gtin,
        ncm,
        unit,
        decimals,
        tracked,
    } = event.clone();
    ProductSettings {
        sku,
        name,
        gtin,
        ncm,
        unit,
        decimals,
        tracked,
    }
}
