//! An answer that holds something until it was taken.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use http_body::{Body as HttpBody, Frame, SizeHint};

/// An answer with what its call holds, such as a seat.
struct Held<T> {
    answer: Body,
    _held: T,
}

/// The same answer, which lets go of `held` at its end, or when nobody wants it any more.
pub fn holding<T: Send + Unpin + 'static>(held: T, answer: Body) -> Body {
    if answer.is_end_stream() {
        return answer;
    }
    Body::new(Held { answer, _held: held })
}

impl<T: Unpin> HttpBody for Held<T> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.answer).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.answer.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.answer.size_hint()
    }
}
