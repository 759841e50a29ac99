//! Entering a product into the catalogue.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::{Product, ProductDefined, ProductEvent, ProductRejection, ProductSettings, ProductState};
use crate::misplaced::{Refused, not_in_words};
use crate::{Command, Decided, Decision, Given, Gtin, Ncm, Sku};

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

impl Command for DefineProduct {
    type Of = Product;
    // Any event of the product made it as it is.
    type Answer = ProductEvent;

    const NAME: &'static str = "DefineProduct";

    fn stream_id(&self) -> impl Display + Send {
        &self.sku
    }

    fn decide(&self, state: &ProductState, _given: &Given<'_>) -> Decided<Product> {
        let wanted = ProductSettings {
            sku: self.sku.clone(),
            name: self.name.clone(),
            gtin: self.gtin.clone(),
            ncm: self.ncm.clone(),
            unit: self.unit.clone(),
            decimals: self.decimals,
            tracked: self.tracked,
        }
        .checked()?;
        match &state.settings {
            Some(_) if state.retired => Err(ProductRejection::ProductRetired { sku: wanted.sku }),
            Some(before) if *before == wanted => Ok(Decision::nothing()),
            Some(_) => Err(ProductRejection::SkuExists { sku: wanted.sku }),
            None => {
                wanted.sku.check_new("sku")?;
                not_in_words("name", &wanted.name, Refused::Both)?;
                let claims = wanted.gtin_claim().into_iter().collect();
                Ok(Decision {
                    events: vec![ProductDefined { settings: wanted }.into()],
                    claims,
                })
            }
        }
    }
}
