//! Counts what was turned away or cut off before a service saw it, by reason.

use opentelemetry::KeyValue;
use opentelemetry::metrics::Counter;

/// The scope of every metric of the edge. It is older than this crate, and dashboards select by it.
pub(crate) const METER: &str = "posars.gateway";

/// A connection beyond the share of its address.
pub(crate) const ADDRESS_CONNECTIONS: &str = "ADDRESS_CONNECTIONS";
/// A client that took nothing of its answer for too long.
pub(crate) const ANSWER_STALLED: &str = "ANSWER_STALLED";
/// A client that sent HTTP/2 frames without end that ask for nothing.
pub(crate) const FRAME_FLOOD: &str = "FRAME_FLOOD";
/// A newcomer that made way for another before it had shown a request.
pub(crate) const NEWCOMER: &str = "NEWCOMER_DISMISSED";
/// A TLS handshake that failed.
pub(crate) const TLS_HANDSHAKE: &str = "TLS_HANDSHAKE";
/// A TLS handshake that did not end in time.
pub(crate) const TLS_HANDSHAKE_SLOW: &str = "TLS_HANDSHAKE_SLOW";
/// Plain HTTP on a port that speaks TLS.
pub(crate) const TLS_MISSING: &str = "TLS_MISSING";

/// Where refusals are counted. Those that a client is told of are counted by the [reason](crate::Refusal::reason) that
/// it is told.
#[derive(Clone, Debug)]
pub struct Refusals(Counter<u64>);

impl Default for Refusals {
    fn default() -> Self {
        Self::new()
    }
}

impl Refusals {
    /// Counts in the process's meter, as everybody else who does.
    pub fn new() -> Self {
        let counter = opentelemetry::global::meter(METER)
            .u64_counter("rpc.server.refusals")
            .with_description("Calls and connections that were turned away or cut off before a service saw them, by reason.")
            .build();
        // From zero on: an alert that looks for a rise would miss the first one otherwise.
        counter.add(0, &[KeyValue::new("reason", ANSWER_STALLED)]);
        Self(counter)
    }

    /// Counts one.
    pub fn count(&self, reason: &'static str) {
        self.0.add(1, &[KeyValue::new("reason", reason)]);
    }
}
