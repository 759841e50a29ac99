use std::num::NonZeroU32;
use std::time::Duration;

/// How often somebody may call: a bucket that holds `burst_calls_max` calls and fills at `calls_per_s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Calls in each second, on average.
    pub calls_per_s: NonZeroU32,
    /// Calls at once after a pause.
    pub burst_calls_max: NonZeroU32,
}

impl Rate {
    /// So many calls in a second, and after a pause twice as many at once.
    pub const fn per_second(calls_per_s: NonZeroU32) -> Self {
        Self {
            calls_per_s,
            burst_calls_max: calls_per_s.saturating_mul(TWICE),
        }
    }
}

const TWICE: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);
const CALLER_CALLS_PER_S: NonZeroU32 = NonZeroU32::MIN.saturating_add(499);
const STRANGER_CALLS_PER_S: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);

/// Bounds on what callers can ask of this process, all of them together and each alone.
///
/// They hold for one process: two processes behind a balancer admit twice of everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest body of a request, in bytes. The largest honest one is a receipt of some thousand lines, far below.
    pub request_bytes_max: usize,
    /// Most values of a request: fields and entries of lists, on every level. A receipt of 500 lines with everything in
    /// them has some 10,000. A value of two bytes takes some hundred in memory.
    pub request_values_max: usize,
    /// Memory that the requests under way take at most, in bytes, ordinary ones of up to 64 KiB not counted. More are
    /// refused with `REQUESTS_OVERLOADED`. One caller has half of it at most, and one request always fits.
    pub requests_bytes_max: usize,
    /// Calls under way on one HTTP/2 connection. More wait in the client.
    pub concurrent_streams_max: u32,
    /// Calls under way in the whole process, their answers included. More are refused with `OVERLOADED`: work that
    /// waits in a queue is late for its caller and costs as much. One caller, a subject, has half of it at most, and is
    /// refused more with `CALLER_OVERLOADED`. An eighth of it is there besides for calls that anybody may make, such as
    /// reflection, and a fixed number for watchers of health.
    pub in_flight_calls_max: usize,
    /// Connections that have shown a request. With more, the one that has been idle for longest is closed; when all
    /// have calls under way, a further one waits some seconds and is then refused with `OVERLOADED`. A quarter of it,
    /// at least 64, is there besides for newcomers, of which the oldest makes way for the next. One address has half of
    /// them at most, a trusted proxy and this machine itself all.
    pub connections_max: usize,
    /// Largest set of request headers, in bytes; refused with HTTP 431. HTTP/1 takes no less than 8 KiB.
    pub header_bytes_max: u32,
    /// How often one caller, a subject in a company, may call; none for no limit.
    pub caller_rate: Option<Rate>,
    /// How often one network address may call without a token or with one that does not hold; none for no limit.
    /// Checking a forged signature costs as much as some honest calls.
    pub stranger_rate: Option<Rate>,
    /// Callers, and likewise addresses, whose rates are kept apart. Those beyond share one rate until others rest.
    pub rate_buckets_max: usize,
    /// Longest time that a call may take, also when its client would wait longer or says nothing.
    pub deadline_max: Duration,
    /// Longest time from a connection's start to its first request, between two requests of HTTP/1, and from a
    /// request's first byte to its last header.
    pub header_read_timeout: Duration,
    /// Longest time without a byte of a request's body; on average it must come at 1 KiB per second.
    pub body_read_timeout: Duration,
    /// Longest time in which a client takes nothing of an answer that is there for it.
    pub answer_write_timeout: Duration,
    /// Longest time that a TLS handshake may take.
    pub tls_handshake_timeout: Duration,
    /// How long an HTTP/2 connection may stay open without a call.
    pub idle_timeout: Duration,
    /// How long calls in flight may go on after shutdown was asked for.
    pub drain_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_bytes_max: 4 * 1024 * 1024,
            request_values_max: 20_000,
            requests_bytes_max: 48 * 1024 * 1024,
            concurrent_streams_max: 200,
            in_flight_calls_max: 1024,
            connections_max: 1024,
            header_bytes_max: 64 * 1024,
            caller_rate: Some(Rate::per_second(CALLER_CALLS_PER_S)),
            stranger_rate: Some(Rate::per_second(STRANGER_CALLS_PER_S)),
            rate_buckets_max: 10_000,
            deadline_max: Duration::from_secs(30),
            header_read_timeout: Duration::from_secs(30),
            body_read_timeout: Duration::from_secs(15),
            answer_write_timeout: Duration::from_secs(30),
            tls_handshake_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(300),
            drain_timeout: Duration::from_secs(10),
        }
    }
}
