//! What deciding on a command comes to.

/// What a command makes happen, to be appended as one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision<E, R> {
    /// The new events in order; empty when the command has been carried out before.
    pub events: Vec<E>,
    /// The keys that must be free, or held by the same holder, for the append to stand.
    pub claims: Vec<Claim<R>>,
}

impl<E, R> Decision<E, R> {
    /// There is nothing left to do.
    #[must_use]
    pub const fn nothing() -> Self {
        Self {
            events: Vec::new(),
            claims: Vec::new(),
        }
    }

    /// One event and no claims.
    #[must_use]
    pub fn event(event: impl Into<E>) -> Self {
        Self {
            events: vec![event.into()],
            claims: Vec::new(),
        }
    }
}

/// A key that only one holder may own, claimed in the same append as the events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim<R> {
    /// The key, unique in the company's log, such as `gtin:07891000100103`.
    pub key: String,
    /// The stream that holds the key; `None` is the stream the events go to.
    pub holder: Option<String>,
    /// The stream whose name is made of this key, if there can be one. It holds the key by existing, so it writes no
    /// claim; every other stream can claim the key only while this one does not exist. A client that gives this name to
    /// something else uses the key up, just as a client that claims a foreign key does.
    pub namesake: Option<String>,
    /// The rejection to answer with when somebody else holds the key.
    pub taken: R,
}
