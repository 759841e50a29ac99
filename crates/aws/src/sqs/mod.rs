//! SQS: queues as they are, and wake-ups through them.

mod error;
mod queue;
mod wake_ups;

pub use error::QueueError;
pub use queue::{BATCH_MAX, QueueDepth, SqsMessage, SqsQueue, WAIT_MAX};
pub use wake_ups::SqsWakeUps;
