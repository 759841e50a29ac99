//! The audit chain: a leaf per event, a link per commit, each link bound to the one before.
//!
//! `leaf = sha256(tag || event id || schema version || stream || type || data || metadata)`, every text with its
//! length before it, so that no two events share an encoding. It is computed before the gate is taken, from
//! the very bytes that are stored. `link = sha256(previous || first position || count || micros || leaves)`
//! is computed inside the gate (`append_batch`), where the order is fixed; `leaves` holds each accepted
//! event's leaf and version. So a link fixes content, stream, version, position and time of all before it.

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{LogName, NewEvent, Position, RecordedEvent};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The bytes that one event takes in `commits.leaves`: its leaf and its version.
pub(crate) const LEAF_BYTES: usize = 40;

/// The chain hash of a log without events: names the log, so that two logs never share a link.
pub(crate) fn genesis(log: &LogName) -> Hash {
    Sha256::new()
        .chain_update(b"posars.log.v1\0")
        .chain_update(log.as_str())
        .finalize()
        .into()
}

fn leaf(event_id: Uuid, schema_version: u16, texts: [&str; 4]) -> Hash {
    let mut hash = Sha256::new();
    hash.update(b"posars.leaf.v1\0");
    hash.update(event_id.as_bytes());
    hash.update(schema_version.to_be_bytes());
    for text in texts {
        hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(text);
    }
    hash.finalize().into()
}

pub(crate) fn leaf_of_new(stream: &str, event: &NewEvent) -> Hash {
    let texts = [
        stream,
        event.event_type.as_str(),
        event.data.as_str(),
        event.metadata.as_str(),
    ];
    leaf(event.event_id, event.schema_version, texts)
}

pub(crate) fn leaf_of_recorded(event: &RecordedEvent) -> Hash {
    let texts = [
        event.stream.as_str(),
        event.event_type.as_str(),
        &event.data,
        &event.metadata,
    ];
    leaf(event.event_id, event.schema_version, texts)
}

/// What `commits.leaves` must hold for this event.
pub(crate) fn bound_leaf(event: &RecordedEvent) -> [u8; LEAF_BYTES] {
    let mut bound = [0; LEAF_BYTES];
    let (hash, version) = bound.split_at_mut(32);
    hash.copy_from_slice(&leaf_of_recorded(event));
    version.copy_from_slice(&event.version.get().to_be_bytes());
    bound
}

pub(crate) fn link(
    previous: &[u8],
    first: Position,
    count: i32,
    committed_at: Timestamp,
    leaves: &[u8],
) -> Hash {
    Sha256::new()
        .chain_update(previous)
        .chain_update(first.get().to_be_bytes())
        .chain_update(count.to_be_bytes())
        .chain_update(committed_at.as_microsecond().to_be_bytes())
        .chain_update(leaves)
        .finalize()
        .into()
}
