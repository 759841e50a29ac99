//! The store: an establishment with its own CNPJ, time zone and trading day; stream `store-{store_id}`.

mod decide;
mod event;
mod rejection;
mod state;

pub use decide::{DefineStore, Store, StoreCommand, StoreContext};
pub use event::{StoreDefined, StoreEvent, StoreKind};
pub use rejection::StoreRejection;
pub use state::{StoreSettings, StoreState};
