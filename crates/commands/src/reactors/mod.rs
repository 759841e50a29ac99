//! Reactors: what happened, turned into further commands, each exactly once.
//!
//! A [`Reactor`] reads the log in pages, decides, and appends what follows with exact expected versions;
//! [`ReactorRunner`] runs it under a lease. [`StockReactor`] is the one there is: sales, voids and returns move stock.
//! Every stock carries the position of the last source event applied to it, so an event that comes again, after a crash
//! or to a second runner, changes nothing; the checkpoint, written afterwards, only saves work.

mod error;
mod known;
mod parked;
mod reactor;
mod runner;
mod standing;
mod status;
mod stock;

pub use error::ReactorError;
pub use known::KnownReactor;
pub use parked::{ParkedEvent, ParkedPage, count_parked, list_parked, parked_stream, retry_parked};
pub use reactor::{Reacted, Reactor, Retried};
pub use runner::ReactorRunner;
pub use standing::{ReactorStanding, standings};
pub use status::{ReactorState, ReactorStatus};
pub use stock::{AwaitedProduct, StockReactor, WaitingLines, awaited_products, waiting_lines};
