use std::time::Duration;

/// What a limit turned away, with the values that its client may want.
///
/// The body of a request ends with one, as its error or among the causes of that, when its client sends too slowly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.reason())]
pub enum Refusal {
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
            Self::RequestStalled { .. } => "REQUEST_STALLED",
        }
    }
}
