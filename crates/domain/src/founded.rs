//! Streams that begin together with another.

/// A stream of another aggregate that begins in the same append as a command's own events, with its first event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Founded {
    /// First part of the stream's name.
    pub category: &'static str,
    /// The id part of the stream's name.
    pub id: String,
    /// The stored type of the event.
    pub event_type: &'static str,
    /// The version of the payload's shape, from 1.
    pub schema_version: u16,
    /// The payload as JSON.
    pub data: String,
}
