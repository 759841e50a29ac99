//! The register: a till of a store; stream `register-{store_id}-{register_no}`.

mod define_register;
mod event;
mod rejection;
mod state;

pub use define_register::DefineRegister;
pub use event::{RegisterDefined, RegisterEvent, RegisterKind};
pub use rejection::RegisterRejection;
pub use state::{Register, RegisterState};
