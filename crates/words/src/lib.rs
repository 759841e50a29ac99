//! What posars tells people: the catalogue of reasons, each with what it means and what to do, in English and in
//! Portuguese.
//!
//! The gateway, the importer and the command line tell a refusal from here, so that it reads the same on every way.
//! The crate knows no type of ours: a reason is a stable word, and its values come as texts.

mod catalogue;
mod language;
mod reason;
mod values;

pub use catalogue::{PARTS, catalogue, entry};
pub use language::Language;
pub use reason::Reason;
