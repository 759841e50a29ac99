//! Streams that a command touches, on the way from what the log holds to what is appended.

use posars_domain::Aggregate;
use posars_event_store::StreamName;

use crate::load::Loaded;

/// A stream while commands to it are being decided.
pub(crate) struct Touched<A: Aggregate> {
    pub(crate) stream: StreamName,
    pub(crate) loaded: Loaded<A>,
    pub(crate) events: Vec<A::Event>,
}

impl<A: Aggregate> Touched<A> {
    pub(crate) const fn new(stream: StreamName, loaded: Loaded<A>) -> Self {
        Self {
            stream,
            loaded,
            events: Vec::new(),
        }
    }

    /// What the next part to the same stream is decided on.
    pub(crate) fn evolve(&mut self, events: &[A::Event]) {
        let state = std::mem::take(&mut self.loaded.state);
        self.loaded.state = events.iter().fold(state, A::evolve);
    }
}
