//! Spans of hints: who sends one joins the calls that led to it, who receives it joins who sent it.

use tracing::Span;

use crate::{Hint, Origins, Traceparent};

/// The span in which hints are sent. They carry it on, so that who receives them finds it.
pub(super) fn sending(queue: &str, hints: &mut [Hint]) -> Span {
    let span = tracing::debug_span!("send", queue, hints = hints.len());
    origins_of(hints).join(&span);
    if let Some(sent_in) = span.in_scope(Traceparent::current) {
        for hint in hints {
            // One that says nothing of its calls stays so: it may be of a process without a collector.
            hint.traceparent = hint.traceparent.as_ref().map(|_| sent_in.clone());
        }
    }
    span
}

/// The span of a look that hints led to; none where they come of no call.
pub(super) fn receiving(queue: &str, hints: &[Hint]) -> Span {
    let origins = origins_of(hints);
    if origins.is_empty() {
        return Span::none();
    }
    let span = tracing::debug_span!("receive", queue, hints = hints.len());
    origins.join(&span);
    // It may never be entered, and is told all the same.
    span.in_scope(|| ());
    span
}

fn origins_of(hints: &[Hint]) -> Origins {
    hints.iter().filter_map(|hint| hint.traceparent.clone()).collect()
}
