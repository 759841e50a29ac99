//! Reactors: what happened, turned into further commands, each exactly once.
//!
//! A [`Reactor`] reads the log in pages, decides, and appends what follows with exact expected versions;
//! [`ReactorRunner`] runs it under a lease. [`StockReactor`] moves stock for sales, voids and returns; [`LowStockReactor`]
//! tells when a stock falls to its reorder point; [`BooksReactor`] posts what moves value; [`REACTORS`] has them all. Every stream that a reactor writes to carries
//! the position of the last source event applied to it, so an event that comes again, after a crash or to a second
//! runner, changes nothing; the checkpoint, written afterwards, only saves work.

mod books;
mod cause;
mod error;
mod intake;
mod low_stock;
mod parked;
mod reactor;
mod registry;
mod runner;
mod slice;
mod standing;
mod status;
mod stock;
mod work;

pub use books::{BooksReactor, count_unposted};
pub use error::ReactorError;
pub use low_stock::LowStockReactor;
pub use parked::{ParkedEvent, ParkedPage, count_parked, list_parked, parked_stream, retry_parked};
pub use reactor::{Reacted, Reactor, Retried};
pub use registry::{AnyReactor, REACTORS, reactor_named};
pub use runner::{AnyRunner, ReactorRunner};
pub use standing::{ReactorStanding, has_dealt_with, standings};
pub use status::{ReactorState, ReactorStatus};
pub use stock::{AwaitedProduct, StockReactor, WaitingLines, awaited_products, waiting_lines};
