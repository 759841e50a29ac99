//! The read models of the books and what is read out of them, by events made by hand.

mod entries;
mod exceptions;
mod journal;
mod owed;
mod periods;
pub(super) mod plans;
mod say;
mod speed;
mod statements;
