//! The one door to the log: load, decide, append, retry; and the reactors that turn events into commands.
//!
//! - [`Commands`] carries out every command of one company; each answers with a [`Receipt`].
//! - An [`Envelope`] says who asks, why and from where; it becomes the metadata of the events.
//! - [`Commands::validate_only`] decides without writing.
//! - [`reactors`] turn what happened into further commands: a sale into stock movements.
//!
//! No rule of the trade is decided here: rules live in `posars-domain`, once-ness and order in
//! `posars-event-store`.

mod backoff;
mod batch;
mod catalogue;
mod commands;
mod documents;
mod envelope;
mod error;
mod event_encoder;
mod fingerprint;
mod goods_batch;
mod handle;
mod keys;
mod load;
mod metrics;
mod names;
mod plan;
mod receipt;
mod sale_batch;
mod sales;
mod set_up_batch;
mod stock;
mod stores;
mod turns;

pub mod reactors;

pub use batch::{BATCH_MAX, Offered, Recorded};
pub use commands::{Commands, EventIds, Policy};
pub use documents::Document;
pub use envelope::{Actor, Envelope, Source};
pub use error::{CommandError, Unavailability};
pub use receipt::Receipt;
pub use stock::{RECEIPT_LINES_MAX, ReceiveGoods, ReceiveGoodsLine};
