//! What a product's events add up to.

use super::{ProductEvent, ProductRejection, ProductSettings};
use crate::{Aggregate, Sku};

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
