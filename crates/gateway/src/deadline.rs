//! Ends a call at its deadline with `DEADLINE_EXCEEDED`.
//!
//! tonic has a timer of its own, but it answers `CANCELLED`, which tells the client that it gave up itself.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use posars_transcoder::timeout_asked;
use tokio::time::Instant;

use crate::access::AccessRules;
use crate::status;

/// When the call ends, left in the request's extensions for whoever waits inside it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(pub(crate) Instant);

/// How long calls may take.
#[derive(Clone)]
pub(crate) struct Deadlines {
    pub(crate) rules: Arc<AccessRules>,
    /// For RPCs whose rule says nothing.
    pub(crate) deadline_max: Duration,
}

impl Deadlines {
    fn longest(&self, path: &str) -> Duration {
        let rule = self.rules.rule(path);
        rule.and_then(|rule| rule.deadline_max)
            .unwrap_or(self.deadline_max)
    }
}

/// Runs the call until the client's deadline, or the longest of its RPC when that is sooner.
pub(crate) async fn keep_deadline(
    State(deadlines): State<Deadlines>,
    mut request: Request,
    next: Next,
) -> Response {
    let deadline_max = deadlines.longest(request.uri().path());
    let Ok(asked) = timeout_asked(request.headers()) else {
        return status::bad_timeout(request.headers()).into_http::<Body>();
    };
    let timeout = asked.unwrap_or(deadline_max).min(deadline_max);
    let deadline = Instant::now() + timeout;
    request.extensions_mut().insert(Deadline(deadline));
    match tokio::time::timeout_at(deadline, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => status::deadline_exceeded(timeout).into_http::<Body>(),
    }
}
