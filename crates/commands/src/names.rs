//! What commands of a batch ask for: streams to begin, keys to claim.

use std::fmt::Display;
use std::hash::BuildHasher as _;

use foldhash::fast::FixedState;
use posars_event_store::{Guard, StreamName};
use uuid::Uuid;

/// Something that one command of a batch can have. A hash: two things that are taken for one only make somebody wait.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Name(pub(crate) u64);

impl Name {
    fn of(kind: &str, name: &str) -> Self {
        Self(FixedState::with_seed(0).hash_one((kind, name)))
    }

    /// A stream that a command begins.
    pub(crate) fn stream(stream: &StreamName) -> Self {
        Self::of("stream", stream.as_str())
    }

    /// The key that a condition of an append is about, if it is about one.
    pub(crate) fn claimed(guard: &Guard) -> Option<Self> {
        match guard {
            Guard::Claim { key, .. } | Guard::Unclaimed { key, .. } => Some(Self::of("claim", key.as_str())),
            Guard::Stream { .. } => None,
        }
    }

    /// An id or a key by which a document is recorded once.
    pub(crate) fn document(id: &dyn Display) -> Self {
        Self::of("document", &id.to_string())
    }

    /// A key of the caller's own.
    pub(crate) fn request(request_id: Uuid) -> Self {
        Self::of("request", &request_id.to_string())
    }
}
