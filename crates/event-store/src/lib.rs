//! An append-only log of streams on PostgreSQL: contiguous positions, exactly-once appends, an audit chain.
//!
//! - [`EventStore`] connects to a migrated database and opens [`Log`]s, one per tenant.
//! - [`Log::append`] writes an [`Append`]: events for one or more streams with their [`ExpectedVersion`]s,
//!   [`Guard`]s and an idempotency key, all or nothing, through one gate per log.
//! - [`Log::read_stream`], [`Log::read_log`], [`Log::last_events`] and [`Log::export`] read them back.
//! - [`Log::subscription`] gives consumers a checkpoint under a [`Lease`]; [`Log::watch`] wakes them; [`Consumer`] is
//!   the loop that all of them run.
//! - [`WakeUpChannel`] carries hints between processes; [`Queue::follow`] receives them, [`Sweeper`] tells again.
//! - [`Log::verify`] proves that nothing was changed.

mod append;
mod batch;
mod batch_arrays;
mod batcher;
mod chain;
mod config;
mod connections;
mod consumer;
mod disk;
mod error;
mod event;
mod expected_version;
mod export;
mod following;
mod inspection;
mod log;
mod metrics;
mod names;
mod partitions;
mod placements;
mod read;
mod relocation;
mod replay;
mod replica;
mod request;
mod sessions;
mod store;
mod subscription;
mod surroundings;
mod traceparent;
mod trouble;
mod verify;
mod wake_ups;

pub use append::{
    APPEND_BYTES_MAX, APPEND_CHECKS_MAX, APPEND_EVENTS_MAX, Append, Appended, Guard, Idempotency, StreamWrite,
};
pub use chain::Hash;
pub use config::StoreConfig;
pub use consumer::{Consume, Consumer, NotCaughtUp, Pace, PageDone, Stuck};
pub use disk::DiskRefusal;
pub use error::{AppendError, LeaseError, StoreError};
pub use event::{JSON_DEPTH_MAX, JsonText, JsonWriter, NewEvent, RecordedEvent};
pub use expected_version::ExpectedVersion;
pub use export::{Export, ExportedEvent};
pub use inspection::{DeploymentFacts, ServerFacts, SubscriptionState};
pub use log::Log;
pub use names::{ClaimKey, EventType, InvalidName, LogName, NAME_BYTES_MAX, Position, StreamName, Version};
pub use placements::{OpenLog, Placement};
pub use read::{Direction, Head, LogPage, READ_BYTES_MAX, READ_EVENTS_MAX, ReadLog};
pub use relocation::{Closure, Differs, Relocation, RelocationError, Size, carry_rows};
pub use replica::{Floors, ReplicaStanding};
pub use store::EventStore;
pub use subscription::{Lease, Subscription};
pub use traceparent::{Origins, Traceparent};
pub use trouble::Trouble;
pub use verify::{Anchor, Fault, Verification};
pub use wake_ups::{
    ChannelError, Chaos, Delivery, Following, HeadWatch, Hint, NoHint, Queue, QueueCalls, QueueDouble,
    Sweeper, Terms, WakeUpChannel,
};
