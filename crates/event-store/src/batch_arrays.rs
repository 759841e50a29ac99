//! A batch as the parameters of `append_batch`, column by column; the layout is described there.
//! And of `append_one`, which is the same for a single event without arrays.

use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::StreamWrite;
use crate::batch::Batch;
use crate::chain::{Hash, LEAF_BYTES};
use crate::request::{Request, claims, stream_guards};

/// The columns. Numbers count from 1, as PostgreSQL's arrays do.
#[derive(Default)]
pub(crate) struct BatchArrays<'a> {
    request_key: Vec<Option<Uuid>>,
    fingerprint: Vec<&'a [u8]>,
    request_events: Vec<i32>,
    request_last: Vec<i32>,
    request_checks: Vec<i32>,
    request_claims: Vec<i32>,
    check_stream: Vec<&'a str>,
    check_expected: Vec<i64>,
    check_events: Vec<i32>,
    check_last: Vec<i32>,
    claim_key: Vec<&'a str>,
    claim_holder: Vec<&'a str>,
    claim_kept: Vec<bool>,
    event_stream: Vec<&'a str>,
    event_version: Vec<i64>,
    event_id: Vec<Uuid>,
    event_type: Vec<&'a str>,
    event_schema: Vec<i16>,
    event_data: Vec<&'a str>,
    event_metadata: Vec<&'a str>,
    leaves: Vec<u8>,
    versions_known: bool,
}

/// Counts within a batch are bounded by its limits, far below `i32::MAX`.
fn int(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

impl<'a> BatchArrays<'a> {
    pub(crate) fn of(batch: &'a Batch) -> Self {
        let mut arrays = Self {
            versions_known: true,
            ..Self::default()
        };
        arrays.leaves.reserve(batch.event_count * LEAF_BYTES);
        for request in &batch.requests {
            arrays.push(request);
        }
        if arrays.request_key.iter().all(Option::is_none) {
            arrays.request_key.clear();
            arrays.fingerprint.clear();
        }
        arrays
    }

    /// In the order of the parameters of `append_one`, when the batch is one that it takes.
    pub(crate) fn params_of_one<'p>(&'p self, log_id: &'p i32) -> Option<[&'p (dyn ToSql + Sync); 11]> {
        let one = self.event_id.len() == 1 && self.check_stream.len() == 1 && self.claim_key.is_empty();
        if !one || !self.versions_known {
            return None;
        }
        Some([
            log_id,
            self.request_key.first()?,
            self.fingerprint.first()?,
            self.check_stream.first()?,
            self.check_expected.first()?,
            self.event_id.first()?,
            self.event_type.first()?,
            self.event_schema.first()?,
            self.event_data.first()?,
            self.event_metadata.first()?,
            &self.leaves,
        ])
    }

    /// In the order of the parameters of `append_batch`; `hopeful` when no loser is expected.
    pub(crate) fn params<'p>(&'p self, log_id: &'p i32, hopeful: &'p bool) -> [&'p (dyn ToSql + Sync); 24] {
        [
            log_id,
            &self.request_key,
            &self.fingerprint,
            &self.request_events,
            &self.request_last,
            &self.request_checks,
            &self.request_claims,
            &self.check_stream,
            &self.check_expected,
            &self.check_events,
            &self.check_last,
            &self.claim_key,
            &self.claim_holder,
            &self.claim_kept,
            &self.event_stream,
            &self.event_version,
            &self.event_id,
            &self.event_type,
            &self.event_schema,
            &self.event_data,
            &self.event_metadata,
            &self.leaves,
            &self.versions_known,
            hopeful,
        ]
    }

    fn push(&mut self, request: &'a Request) {
        let (checks_before, claims_before) = (self.check_stream.len(), self.claim_key.len());
        let append = &request.append;
        let idempotency = append.idempotency.as_ref();
        self.request_key
            .push(idempotency.map(|idempotency| idempotency.key));
        self.fingerprint
            .push(idempotency.map_or(&[], |idempotency| &idempotency.fingerprint));
        let mut leaves = request.leaves.iter();
        for write in &append.writes {
            self.push_write(write, &mut leaves);
        }
        self.request_events.push(int(request.event_count));
        self.request_last.push(int(self.event_id.len()));
        for (stream, expected) in stream_guards(append) {
            self.push_check(stream, expected, 0);
        }
        for claim in claims(append) {
            self.claim_key.push(claim.key.as_str());
            self.claim_holder.push(claim.holder);
            self.claim_kept.push(claim.is_kept);
        }
        self.request_checks
            .push(int(self.check_stream.len() - checks_before));
        self.request_claims
            .push(int(self.claim_key.len() - claims_before));
    }

    fn push_write(&mut self, write: &'a StreamWrite, leaves: &mut std::slice::Iter<'a, Hash>) {
        let (stream, expected) = (write.stream.as_str(), write.expected.to_sql());
        for (ordinal, (event, leaf)) in (1_i64..).zip(write.events.iter().zip(leaves)) {
            // Where no version is expected, the function finds the true one.
            let version = expected.saturating_add(ordinal);
            self.event_stream.push(stream);
            self.event_version.push(version);
            self.event_id.push(event.event_id);
            self.event_type.push(event.event_type.as_str());
            self.event_schema
                .push(i16::try_from(event.schema_version).unwrap_or(i16::MAX));
            self.event_data.push(event.data.as_str());
            self.event_metadata.push(event.metadata.as_str());
            self.leaves.extend_from_slice(leaf);
            self.leaves.extend_from_slice(&version.to_be_bytes());
        }
        self.push_check(stream, expected, write.events.len());
    }

    fn push_check(&mut self, stream: &'a str, expected: i64, events: usize) {
        self.versions_known &= expected >= 0;
        self.check_stream.push(stream);
        self.check_expected.push(expected);
        self.check_events.push(int(events));
        self.check_last.push(int(self.event_id.len()));
    }
}
