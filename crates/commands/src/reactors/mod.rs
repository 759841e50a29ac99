//! Reactors: what happened, turned into further commands, each exactly once.
//!
//! [`ReactorRunner::stock`] is the one there is: sales, voids and returns move stock. It reads the log in pages under a
//! lease, decides on the stocks' states, and appends what follows with exact expected versions. Every stock carries the
//! position of the last source event applied to it, so an event that comes again, after a crash or to a second runner,
//! changes nothing; the checkpoint, written afterwards, only saves work.

mod catalogue;
mod intake;
mod original_cost;
mod runner;
mod slice;
mod source;
mod status;
mod stock;
mod waiting;

pub use runner::{ReactorError, ReactorRunner};
pub use status::{ReactorState, ReactorStatus};
