//! Streams that a page needs to know of.

use std::collections::HashSet;

use posars_event_store::StreamName;

/// Streams to ask about, each once.
#[derive(Default)]
pub(super) struct Wanted {
    pub(super) streams: Vec<StreamName>,
    seen: HashSet<StreamName>,
}

impl Wanted {
    pub(super) fn add(&mut self, stream: StreamName) {
        if self.seen.insert(stream.clone()) {
            self.streams.push(stream);
        }
    }
}
