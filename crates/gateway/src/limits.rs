use std::time::Duration;

/// Bounds on what one caller can ask of the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest request message. The largest honest one is a receipt of some thousand lines, far below.
    pub request_bytes_max: usize,
    /// Calls in flight on one HTTP/2 connection. More wait in the client.
    pub concurrent_streams_max: u32,
    /// Open connections. More wait in the listener's queue.
    pub connections_max: usize,
    /// Largest set of request headers.
    pub header_bytes_max: u32,
    /// Longest time that a call may take, also when its client would wait longer or says nothing.
    pub deadline_max: Duration,
    /// Longest time from a new HTTP/1 request's first byte to its last header.
    pub header_read_timeout: Duration,
    /// How long calls in flight may go on after shutdown was asked for.
    pub drain_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_bytes_max: 4 * 1024 * 1024,
            concurrent_streams_max: 200,
            connections_max: 1024,
            header_bytes_max: 64 * 1024,
            deadline_max: Duration::from_secs(30),
            header_read_timeout: Duration::from_secs(30),
            drain_timeout: Duration::from_secs(10),
        }
    }
}
