//! The description of a product.

use serde::{Deserialize, Serialize};

use super::ProductRejection;
use crate::text::{self, NAME_CHARS_MAX};
use crate::{Claim, Gtin, InvalidValue, Ncm, Sku, reasons};

/// Longest unit, in characters (NF-e allows 6; spreadsheets write `PACOTE` and `METROS`).
const UNIT_CHARS_MAX: usize = 10;
/// Most decimals of a quantity (NF-e field `qCom`).
const DECIMALS_MAX: u8 = 4;

/// What is known of a product; also the stored shape of `ProductDefined` and `ProductChanged`, so a field that is added
/// is a field of two events and must be optional.
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
            return Err(InvalidValue::new(reasons::UNIT_DECIMALS, self.decimals, rule).at("decimals"));
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
