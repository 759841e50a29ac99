//! Events that move value and cannot be posted yet: their rule, an account of a role or an earlier event is missing;
//! stream `unposted-{key}`.
//!
//! Written by the reactor that posts only, in the same append as the work itself, so nothing is lost or posted twice.

mod event;

/// First part of the streams' names.
pub const CATEGORY: &str = "unposted";

pub use event::{PostingParked, PostingReleased, UnpostedEvent, UnpostedKind};
