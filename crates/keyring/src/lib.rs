//! Keys of people: sealing what is personal, opening it for a reader, destroying it, finding a person by a tax number.
//!
//! A master key (a file here, a key service elsewhere) wraps one key per company; that wraps a key per person and
//! retention class, which seals fields of events. What is sealed is bound to its company, stream, event and field: it
//! opens nowhere else. Whoever destroys a person's key has erased what it sealed, in every copy of the log.
//!
//! The keys stand in tables beside the log (migration V11). An event is sealed with a key that its append guards by the
//! version of the person's stream, where an erasure is told before the key is destroyed: so no event has a key that is
//! gone, whoever was faster.

mod carry;
mod cipher;
mod company;
mod company_key;
mod copy;
mod due;
mod error;
mod found;
mod kept;
mod key_file;
mod keyring;
mod master;
mod memory;
mod place;
mod standing;
mod wanted;

pub use carry::KeysAt;
pub use copy::{CompanyKeyCopy, CopiedRange, KEYS_COPIED_MAX, KeyCopy, Restored};
pub use error::KeyringError;
pub use found::Found;
pub use kept::{SubjectKey, SubjectKeys};
pub use key_file::KeyFile;
pub use keyring::{KeyUse, Keyring};
pub use master::{MasterKey, Wrapped};
pub use memory::MemoryMasterKey;
pub use place::{Opened, Opening, Place};
pub use standing::{CompanyStanding, Standing, master_keys_in_use, sweep, time_of_copy};
pub use wanted::Wanted;
