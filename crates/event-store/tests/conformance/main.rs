//! What every log keeps to, whatever happens around it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "tests fail by panicking, also on any variant not expected"
)]

#[path = "../channel/mod.rs"]
mod channel;
#[path = "../fixture/mod.rs"]
mod fixture;

mod batches;
mod confinement;
mod consumers;
mod contents;
mod deadlines;
mod expected_versions;
mod idempotency;
mod limits;
mod logs;
mod outages;
mod partitions;
mod plain_owner;
mod plans;
mod poolers;
mod reading;
mod relocation;
mod replica;
mod smoke;
mod subscriptions;
mod together;
mod trouble;
mod upgrade;
mod wake_up_channels;
mod wake_up_chaos;
mod wake_ups;
