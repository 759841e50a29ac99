//! The product: what is sold and stocked under one SKU; stream `product-{sku}`.

mod change_product;
mod define_product;
mod event;
mod rejection;
mod retire_product;
mod settings;
mod state;

pub use change_product::{ChangeProduct, Edit};
pub use define_product::DefineProduct;
pub use event::{ProductChanged, ProductDefined, ProductEvent, ProductKind, ProductRetired};
pub use rejection::ProductRejection;
pub use retire_product::RetireProduct;
pub use settings::ProductSettings;
pub use state::{Product, ProductState};
