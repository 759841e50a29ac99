use std::time::Duration;

use crate::Rate;

/// What a limit turned away, with the values that its client may want.
///
/// The body of a request ends with one, as its error or among the causes of that, when a limit ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.reason())]
pub enum Refusal {
    /// The process works on as many calls as it may.
    Overloaded {
        /// The most of this kind at once.
        in_flight_calls_max: usize,
    },
    /// The caller has as many calls under way as one caller may.
    CallerOverloaded {
        /// The most of one caller at once.
        caller_calls_max: usize,
    },
    /// The caller, or its address, calls more often than it may.
    RateLimited {
        /// How often it may.
        rate: Rate,
        /// Time until it may again.
        wait: Duration,
    },
    /// The body of the request is larger than any may be.
    RequestTooLarge {
        /// The most, in bytes.
        request_bytes_max: usize,
    },
    /// The request has more fields and list entries than any may have.
    RequestValuesTooMany {
        /// The most fields and entries together.
        request_values_max: usize,
    },
    /// The large requests under way, of all callers or of this one, take as much memory as they may.
    RequestsOverloaded {
        /// The most of one caller, in bytes.
        caller_bytes_max: usize,
    },
    /// The body of the request stopped coming.
    RequestStalled {
        /// How long nothing came, at most.
        timeout: Duration,
    },
}

impl Refusal {
    /// The stable name of the reason, for clients and for the metric of refusals.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Overloaded { .. } => "OVERLOADED",
            Self::CallerOverloaded { .. } => "CALLER_OVERLOADED",
            Self::RateLimited { .. } => "RATE_LIMITED",
            Self::RequestTooLarge { .. } => "REQUEST_TOO_LARGE",
            Self::RequestValuesTooMany { .. } => "REQUEST_VALUES_TOO_MANY",
            Self::RequestsOverloaded { .. } => "REQUESTS_OVERLOADED",
            Self::RequestStalled { .. } => "REQUEST_STALLED",
        }
    }
}
