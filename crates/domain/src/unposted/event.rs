//! What can have happened to events that wait to be posted; append-only.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::StoreId;
use crate::event::events;

events! {
    /// What can have happened to events that wait to be posted.
    pub enum UnpostedEvent of UnpostedKind {
        /// An event waits to be posted.
        PostingParked(PostingParked) = 1,
        /// What waited up to here was posted, or waits for something else.
        PostingReleased(PostingReleased) = 1,
    }
}

/// An event waits to be posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostingParked {
    /// What it waits for: a rule, an account of a role, or an earlier event.
    pub key: String,
    /// The stable code of that.
    pub reason: String,
    /// What is missing, and the next step.
    pub problem: String,
    /// The type of the event.
    pub event_type: String,
    /// Its place in the log.
    pub source_position: u64,
    /// Its id.
    pub source_event_id: Uuid,
    /// Its store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_id: Option<StoreId>,
    /// The day it counts for.
    pub business_date: Date,
    /// How many events wait for the same from now on.
    pub waiting: u64,
    /// Up to where in the log everything that waits for this was put here: its own place, or one beyond it when it had
    /// waited for something else before.
    pub through_position: u64,
}

/// Everything that was put here up to a place in the log was posted, or waits for something else. What waits for the same
/// still, as for a rule that does not hold for its day, was put here again behind this event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostingReleased {
    /// What they waited for.
    pub key: String,
    /// The log position of the last of those [`PostingParked`].
    pub released_through: u64,
    /// How many events wait for the same from now on.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub waiting: u64,
    /// See [`PostingParked::through_position`].
    pub through_position: u64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}
