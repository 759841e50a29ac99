//! Queues of the emulator: what SQS promises, as far as this crate relies on it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "../../../event-store/tests/channel/mod.rs"]
mod channel;
mod fixture;
mod queue;
mod wake_ups;
