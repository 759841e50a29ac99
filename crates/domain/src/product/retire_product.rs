//! Taking a product out of the catalogue.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::{Product, ProductEvent, ProductRetired, ProductState};
use crate::misplaced::{Refused, not_in_any_words};
use crate::text::{self, NOTE_CHARS_MAX};
use crate::{Command, Decided, Decision, Given, Sku};

/// Takes a product out of the catalogue; once more changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetireProduct {
    /// The product.
    pub sku: Sku,
    /// Why, at most 500 characters.
    pub reason: Option<String>,
}

impl Command for RetireProduct {
    type Of = Product;
    // Any event of the product made it as it is.
    type Answer = ProductEvent;

    const NAME: &'static str = "RetireProduct";

    fn stream_id(&self) -> impl Display + Send {
        &self.sku
    }

    fn decide(&self, state: &ProductState, _given: &Given<'_>) -> Decided<Product> {
        let before = state.present(&self.sku)?;
        if state.retired {
            return Ok(Decision::nothing());
        }
        let reason = text::maybe("reason", self.reason.as_ref(), NOTE_CHARS_MAX)?;
        not_in_any_words("reason", reason.as_ref(), Refused::Both)?;
        Ok(Decision::event(ProductRetired {
            sku: before.sku.clone(),
            reason,
        }))
    }
}
