//! From an event that moves value to the entry of the journal, and to what it changes of what is owed.
//!
//! An event's value has [`Part`]s, whose debits are their credits. The rules say which role each part is posted to, the
//! chart which account the role has. What is missing is told as [`Waits`], with the key that it waits under: the event is
//! posted when that comes. Everything here is pure; what the reactor has to look up stands in [`Facts`] and [`Owed`].

mod lines;
mod owed;
mod parts;
mod parts_of_items;
mod post;
mod source;
mod waits;

pub use parts::{Part, Place};
pub use post::{Facts, NotPosted, Owed, Posted, SourcePlace, post};
pub use source::Source;
pub use waits::{Waits, key_of_payroll, key_of_role, key_of_rule, key_of_sale};
