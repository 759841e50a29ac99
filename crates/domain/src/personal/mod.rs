//! Personal data inside commands and events: in the clear on its way in, sealed in the log, gone when its key is.

mod class;
mod field;
mod retention;
mod sealed;

pub use class::RetentionClass;
pub use field::{Personal, PersonalField, Sealable};
pub use retention::RetentionPolicy;
pub use sealed::{KeyId, Sealed};
