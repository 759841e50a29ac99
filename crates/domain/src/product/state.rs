//! What a product's events add up to.

use serde::{Deserialize, Serialize};

use super::{ProductEvent, ProductRejection};
use crate::text::{self, NAME_CHARS_MAX};
use crate::{Aggregate, Claim, Gtin, InvalidValue, Ncm, Sku};

/// Longest unit, in characters (NF-e allows 6; spreadsheets write `PACOTE` and `METROS`).
const UNIT_CHARS_MAX: usize = 10;
/// Most decimals of a quantity (NF-e field `qCom`).
const DECIMALS_MAX: u8 = 4;

/// What a product is.
#[derive(Debug, Clone, Copy)]
pub struct Product;

impl Product {
    /// The id part of the stream's name.
    #[must_use]
    pub const fn stream_id(sku: &Sku) -> &Sku {
        sku
    }
}

impl Aggregate for Product {
    const CATEGORY: &'static str = "product";
    type Event = ProductEvent;
    type State = ProductState;
    type Rejection = ProductRejection;

    fn evolve(state: ProductState, event: &ProductEvent) -> ProductState {
        match event {
            ProductEvent::ProductDefined(event) => ProductState {
                settings: Some(event.settings.clone()),
                ..state
            },
            ProductEvent::ProductChanged(event) => ProductState {
                settings: Some(event.settings.clone()),
                ..state
            },
            ProductEvent::ProductRetired(_) => ProductState {
                retired: true,
                ..state
            },
        }
    }
}

/// The product as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProductState {
    /// The present description; `None` before it is defined.
    pub settings: Option<ProductSettings>,
    /// Whether it has left the catalogue.
    pub retired: bool,
}

impl ProductState {
    /// The present description, without which nothing can be changed.
    pub(super) fn present(&self, sku: &Sku) -> Result<&ProductSettings, ProductRejection> {
        let settings = self.settings.as_ref();
        settings.ok_or_else(|| ProductRejection::ProductUnknown { sku: sku.clone() })
    }
}

/// What is known of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductSettings {
    /// The product.
    pub sku: Sku,
    /// Its name.
    pub name: String,
    /// The number under its bar code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gtin: Option<Gtin>,
    /// Its goods code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ncm: Option<Ncm>,
    /// The unit it is counted in, such as `UN` or `KG`.
    pub unit: String,
    /// How many decimals its quantities may have, 0 to 4.
    pub decimals: u8,
    /// Whether stock is kept of it.
    pub tracked: bool,
}

impl ProductSettings {
    /// Trims the texts and checks every bound.
    pub(super) fn checked(self) -> Result<Self, InvalidValue> {
        if self.decimals > DECIMALS_MAX {
            let rule = "a product's quantities have 0 to 4 decimals";
            return Err(InvalidValue::new("UNIT_DECIMALS", self.decimals, rule).at("decimals"));
        }
        Ok(Self {
            name: text::required("name", &self.name, NAME_CHARS_MAX)?,
            unit: text::required("unit", &self.unit, UNIT_CHARS_MAX)?,
            ..self
        })
    }

    /// A GTIN is claimed in its 14-digit form, so that a UPC and the same number as EAN-13 are one.
    pub(super) fn gtin_claim(&self) -> Option<Claim<ProductRejection>> {
        self.gtin.as_ref().map(|gtin| Claim {
            key: format!("gtin:{}", gtin.canonical()),
            holder: None,
            namesake: None,
            taken: ProductRejection::GtinInUse { gtin: gtin.clone() },
        })
    }
}
