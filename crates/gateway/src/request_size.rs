//! Refuses requests that are larger than any may be, before a service reads them.
//!
//! tonic has a limit of its own, but it answers `OUT_OF_RANGE`, which says that the request's values are wrong. So the
//! length that the first message announces is read here too, before tonic makes room for it.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tonic::Status;

use crate::refusals::Refusals;
use crate::status;

/// gRPC puts a flag and a length before each message.
const FRAME_HEADER_BYTES: usize = 5;
const LENGTH_BYTES: usize = 4;

/// How large a request may be.
#[derive(Clone)]
pub(crate) struct RequestSize {
    bytes_max: usize,
    refusals: Refusals,
}

impl RequestSize {
    /// Admits messages of up to `bytes_max` bytes.
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self {
            bytes_max,
            refusals: Refusals::new(),
        }
    }

    fn refuse(&self) -> Status {
        self.refusals.count(status::REQUEST_TOO_LARGE);
        status::request_too_large(self.bytes_max)
    }
}

/// Refuses a request that says itself that it is too large, and counts the bytes of the others as they come.
pub(crate) async fn refuse_large(State(size): State<RequestSize>, request: Request, next: Next) -> Response {
    let body_bytes_max = size.bytes_max.saturating_add(FRAME_HEADER_BYTES);
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > body_bytes_max) {
        return size.refuse().into_http::<Body>();
    }
    let request = request.map(|body| {
        Body::new(Counted {
            body,
            header: Vec::with_capacity(FRAME_HEADER_BYTES),
            left: body_bytes_max,
            size,
        })
    });
    next.run(request).await
}

/// A body that ends with a refusal when it grows beyond its limit.
struct Counted {
    body: Body,
    /// The first message's, as far as it came.
    header: Vec<u8>,
    left: usize,
    size: RequestSize,
}

impl Counted {
    /// Counts further bytes; false when they are too many, or announce too many.
    fn admits(&mut self, bytes: &[u8]) -> bool {
        let missing = FRAME_HEADER_BYTES - self.header.len();
        self.header.extend(bytes.iter().take(missing));
        let announced = self
            .header
            .last_chunk::<LENGTH_BYTES>()
            .filter(|_| missing > 0 && self.header.len() == FRAME_HEADER_BYTES)
            .map_or(0, |length| u32::from_be_bytes(*length));
        let announced = usize::try_from(announced).unwrap_or(usize::MAX);
        match self.left.checked_sub(bytes.len()) {
            Some(left) => self.left = left,
            None => return false,
        }
        announced <= self.size.bytes_max
    }
}

impl HttpBody for Counted {
    type Data = Bytes;
    // tonic looks for a status among the causes of a body's end and answers with it.
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(bytes) = frame.data_ref()
            && !self.admits(bytes)
        {
            return Poll::Ready(Some(Err(self.size.refuse().into())));
        }
        polled.map_err(Into::into)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
