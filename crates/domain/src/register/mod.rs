//! The register: a till of a store; stream `register-{store_id}-{register_no}`.

mod decide;
mod event;
mod rejection;
mod state;

pub use decide::{DefineRegister, Register, RegisterCommand, RegisterContext};
pub use event::{RegisterDefined, RegisterEvent, RegisterKind};
pub use rejection::RegisterRejection;
pub use state::RegisterState;
