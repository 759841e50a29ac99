//! The one door to the log: load, decide, append, retry; and the reactors that turn events into commands.
//!
//! - [`Commands`] carries out every command of one company; each answers with a [`Completed`].
//! - An [`Envelope`] says who asks, why and from where; it becomes the metadata of the events.
//! - [`Commands::validate_only`] decides without writing.
//! - [`reactors`] turn what happened into further commands: a sale into stock movements.
//!
//! No rule of the trade is decided here: rules live in `posars-domain`, once-ness and order in
//! `posars-event-store`.

mod backoff;
mod batch;
mod batch_answers;
mod books;
mod buyers;
mod commands;
mod completed;
mod documents;
mod employees;
mod envelope;
mod error;
mod event_encoder;
mod expected;
mod facts;
mod fingerprint;
mod founding;
mod goods_batch;
mod handle;
mod job;
mod keys;
mod known_books;
mod known_persons;
mod known_policy;
mod known_stores;
mod later_posting;
mod line_answer;
mod line_append;
mod line_reversal;
mod load;
mod metrics;
mod names;
mod payrolls;
mod personal_states;
mod persons;
mod plan;
mod policy;
mod products;
mod sale_batch;
mod sealed_event;
mod sealing;
mod set_up_batch;
mod statement_lines;
mod stock_history;
mod store_scope;
mod stores;
mod stores_of_sales;
mod touched;
mod turns;
mod whereabouts;

pub mod reactors;

pub use batch::{BATCH_MAX, Offered};
pub use batch_answers::Written;
pub use commands::{Commands, EventIds};
pub use completed::Completed;
pub use documents::Document;
pub use envelope::{Actor, Envelope, Source};
pub use error::{CommandError, Unavailability};
pub use line_answer::{Candidates, KnownItems, LineAnswer};
pub use payrolls::StoredPayroll;
pub use store_scope::StoreScope;
