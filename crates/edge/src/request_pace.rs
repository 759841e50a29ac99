//! A request body that ends with a refusal when its client sends too slowly.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep};

use crate::{Refusal, Refusals};

/// Slower than this on average is no client that means well: a modem of 1995 sent three times as fast.
const BYTES_PER_S_MIN: u64 = 1024;

/// A body with limits to patience.
///
/// Its client has a budget of time that waiting uses up and bytes fill again, up to the whole timeout. So neither a
/// pause nor a byte now and then holds a call. Time in which nobody reads the body costs the client nothing.
pub(crate) struct PacedRequest {
    body: Incoming,
    timeout: Duration,
    budget: Duration,
    wait: Option<Pin<Box<Sleep>>>,
    refusals: Refusals,
}

impl PacedRequest {
    /// Breaks `body` after `timeout` without a byte.
    pub(crate) fn new(body: Incoming, timeout: Duration, refusals: Refusals) -> Self {
        Self {
            body,
            timeout,
            budget: timeout,
            wait: None,
            refusals,
        }
    }

    fn earn(&mut self, bytes: usize) {
        if let Some(wait) = self.wait.take() {
            self.budget = wait.deadline().saturating_duration_since(Instant::now());
        }
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let earned = Duration::from_micros(bytes.saturating_mul(1_000_000) / BYTES_PER_S_MIN);
        self.budget = self.budget.saturating_add(earned).min(self.timeout);
    }
}

impl HttpBody for PacedRequest {
    type Data = Bytes;
    // Whoever reads the body finds the refusal among the causes of its end.
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        match Pin::new(&mut this.body).poll_frame(context) {
            Poll::Ready(frame) => {
                if let Some(Ok(frame)) = &frame {
                    this.earn(frame.data_ref().map_or(0, Bytes::len));
                }
                Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
            }
            Poll::Pending => {
                let budget = this.budget;
                let wait = this.wait.get_or_insert_with(|| Box::pin(sleep(budget)));
                if wait.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
                let refusal = Refusal::RequestStalled {
                    timeout: this.timeout,
                };
                this.refusals.count(refusal.reason());
                Poll::Ready(Some(Err(refusal.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
