//! The product: what is sold and stocked under one SKU; stream `product-{sku}`.

mod decide;
mod event;
mod rejection;
mod state;

pub use decide::{
    ChangeProduct, DefineProduct, Edit, Product, ProductCommand, ProductContext, RetireProduct,
};
pub use event::{ProductChanged, ProductDefined, ProductEvent, ProductKind, ProductRetired};
pub use rejection::ProductRejection;
pub use state::{ProductSettings, ProductState};
