//! Cuts off HTTP/2 streams whose client takes nothing of its answer.
//!
//! In HTTP/1 a client that does not read blocks its connection, and `PatientStream` sees it. In HTTP/2 it may answer
//! pings and leave only one stream's window empty, and then nobody but that stream's own task can know. So the task
//! runs beside a timer, and the answer tells the timer what was asked of it. Nothing simpler does: while a window is
//! empty, hyper asks the answer for nothing, so a timer inside the answer would never be looked at.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::refusals::{ANSWER_STALLED, Refusals};

/// HTTP/2 takes a whole piece as soon as there is room for one byte of it; so pieces bound what a client that takes
/// nothing makes us keep. This is one frame.
const PIECE_BYTES_MAX: usize = 16 * 1024;

tokio::task_local! {
    static DELIVERY: Arc<Delivery>;
}

/// Counts up when a piece is handed over and again when the next is asked for. While the count is odd, a piece waits
/// for room.
#[derive(Debug, Default)]
struct Delivery(AtomicU64);

impl Delivery {
    fn waiting_piece(&self) -> Option<u64> {
        let count = self.0.load(Ordering::Relaxed);
        (count % 2 == 1).then_some(count)
    }

    fn turn(&self, handed: bool) {
        // Only the stream's own task reads and writes it, one after the other.
        let count = self.0.load(Ordering::Relaxed);
        if (count % 2 == 1) != handed {
            self.0.store(count.wrapping_add(1), Ordering::Relaxed);
        }
    }
}

/// Runs each stream in a task of its own, and ends those whose answer is not taken.
#[derive(Clone, Debug)]
pub(crate) struct StreamTasks {
    timeout: Duration,
    refusals: Refusals,
}

impl StreamTasks {
    /// Ends a stream when nothing of its answer was taken for `timeout`.
    pub(crate) fn new(timeout: Duration, refusals: Refusals) -> Self {
        Self { timeout, refusals }
    }
}

impl<F> hyper::rt::Executor<F> for StreamTasks
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        tokio::spawn(until_stalled(stream, self.clone()));
    }
}

async fn until_stalled(stream: impl Future<Output = ()>, tasks: StreamTasks) {
    let delivery = Arc::new(Delivery::default());
    let mut stream = pin!(DELIVERY.scope(Arc::clone(&delivery), stream));
    let mut patience: Option<(u64, Pin<Box<Sleep>>)> = None;
    std::future::poll_fn(|context| {
        if stream.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        let Some(piece) = delivery.waiting_piece() else {
            patience = None;
            return Poll::Pending;
        };
        if patience.as_ref().is_none_or(|(of, _)| *of != piece) {
            patience = Some((piece, Box::pin(sleep(tasks.timeout))));
        }
        if let Some((_, timer)) = &mut patience {
            ready!(timer.as_mut().poll(context));
            tracing::debug!(timeout = ?tasks.timeout, "a client took nothing of its answer and was cut off");
            tasks.refusals.count(ANSWER_STALLED);
        }
        Poll::Ready(())
    })
    .await;
    // Dropping the stream resets it.
}

/// The answer of an HTTP/2 stream, in pieces that are noted; any other as it is.
pub(crate) fn paced(answer: Body) -> Body {
    match DELIVERY.try_with(Arc::clone) {
        Ok(delivery) if !answer.is_end_stream() => Body::new(PacedAnswer {
            answer,
            rest: Bytes::new(),
            delivery,
        }),
        Ok(_) | Err(_) => answer,
    }
}

struct PacedAnswer {
    answer: Body,
    /// What is left of the piece that came last.
    rest: Bytes,
    delivery: Arc<Delivery>,
}

impl PacedAnswer {
    fn hand_over(&mut self, mut bytes: Bytes) -> Frame<Bytes> {
        let piece = bytes.split_to(bytes.len().min(PIECE_BYTES_MAX));
        self.rest = bytes;
        self.delivery.turn(true);
        Frame::data(piece)
    }
}

impl HttpBody for PacedAnswer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.delivery.turn(false);
        if !self.rest.is_empty() {
            let rest = std::mem::take(&mut self.rest);
            return Poll::Ready(Some(Ok(self.hand_over(rest))));
        }
        let frame = ready!(Pin::new(&mut self.answer).poll_frame(context));
        Poll::Ready(frame.map(|frame| {
            frame.map(|frame| match frame.into_data() {
                Ok(bytes) => self.hand_over(bytes),
                Err(trailers) => trailers,
            })
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.answer.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = u64::try_from(self.rest.len()).unwrap_or(u64::MAX);
        let mut hint = self.answer.size_hint();
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint.set_lower(hint.lower().saturating_add(rest));
        hint
    }
}
