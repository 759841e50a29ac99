//! The store: an establishment with its own CNPJ, time zone and trading day; stream `store-{store_id}`.

mod define_store;
mod event;
mod rejection;
mod settings;
mod state;

pub use define_store::DefineStore;
pub use event::{StoreDefined, StoreEvent, StoreKind};
pub use rejection::StoreRejection;
pub use settings::StoreSettings;
pub use state::{Store, StoreState};
