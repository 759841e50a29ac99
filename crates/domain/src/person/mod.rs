//! A person whose data is sealed: what was erased and what was handed out; stream `person-{subject_id}`.
//!
//! The data itself is in the events of sales, employees and payrolls. This stream says which of the person's keys are
//! gone, and whoever seals data of the person guards its version: no event is sealed with a key that an erasure took.

mod erase_personal_data;
mod event;
mod export_personal_data;
mod given;
mod holdings;
mod rejection;
mod request_ref;
mod shred_due;
mod state;

pub use erase_personal_data::ErasePersonalData;
pub use event::{
    ErasureCause, ErasureRequested, HeldClass, PersonEvent, PersonKind, PersonalDataErased,
    PersonalDataExported,
};
pub use export_personal_data::ExportPersonalData;
pub use given::{GivenPerson, PersonSought, WhenErased};
pub use holdings::{Employment, Holding, Holdings, Sorted};
pub use rejection::PersonRejection;
pub use shred_due::ShredDue;
pub use state::{Person, PersonState};
