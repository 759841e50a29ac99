//! People's own data: who is known by a tax number, all that is held on a person, its erasure, and what is no longer kept.
//!
//! An erasure is told in the person's stream first; then the keys are destroyed. Whoever comes between sees the first and
//! does the second, so that a crash leaves nothing half done. No key is destroyed that the log does not call erased.
//!
//! - [`Privacy`] is the handle on one company.
//! - [`Privacy::erase`] is for a person who asks, [`Privacy::shred_due`] for whatever is no longer to be kept.
//! - [`Privacy::export`] gathers an [`Export`]: every event that holds something of the person, with where it came from.

mod employment;
mod erase;
mod error;
mod export;
mod people;
mod privacy;
mod records;
mod shred;

pub use erase::Erased;
pub use error::PrivacyError;
pub use export::{Datum, Door, Export, ExportTooLarge, Exported, Record};
pub use people::{ClassKept, Kept, KnownPerson};
pub use privacy::Privacy;
pub use shred::{PEOPLE_MAX, Shredded, Shredding};
