//! Refuses requests that are larger than any may be, or for which there is no memory now, before a service reads them.
//!
//! tonic has a limit of its own, but it answers `OUT_OF_RANGE`, which says that the request's values are wrong. So the
//! length that a message announces is read here too, before tonic makes room for it. And tonic decodes whatever has that
//! length, so the values of a message are counted here.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Body as HttpBody, Frame, SizeHint};
use prost_reflect::DescriptorPool;
use tonic::Status;

use crate::refusals::Refusals;
use crate::request_budget::{BudgetPart, RequestBudget, VALUE_BYTES};
use crate::value_count::{Shapes, ValueCount};
use crate::{Limits, Principal, status};

/// gRPC puts a flag and a length before each message.
const FRAME_HEADER_BYTES: usize = 5;
/// The flag of a message that is as it was written.
const NOT_COMPRESSED: u8 = 0;

/// How large a request may be.
#[derive(Clone)]
pub(crate) struct RequestSize {
    bytes_max: usize,
    values_max: usize,
    shapes: Arc<Shapes>,
    budget: RequestBudget,
    refusals: Refusals,
}

impl RequestSize {
    /// Admits messages of the RPCs in `pool` within the limits, and within `budget` all of them together.
    pub(crate) fn new(limits: &Limits, pool: &DescriptorPool, budget: RequestBudget) -> Self {
        Self {
            bytes_max: limits.request_bytes_max,
            values_max: limits.request_values_max,
            shapes: Arc::new(Shapes::of(pool)),
            budget,
            refusals: Refusals::new(),
        }
    }

    fn too_large(&self) -> Status {
        self.refusals.count(status::REQUEST_TOO_LARGE);
        status::request_too_large(self.bytes_max)
    }

    fn too_many_values(&self) -> Status {
        self.refusals.count(status::REQUEST_VALUES_TOO_MANY);
        status::request_values_too_many(self.values_max)
    }
}

/// Refuses a request that says itself that it is too large.
pub(crate) async fn refuse_large(State(size): State<RequestSize>, request: Request, next: Next) -> Response {
    let body_bytes_max = size.bytes_max.saturating_add(FRAME_HEADER_BYTES);
    if announced(request.headers()).is_some_and(|length| length > body_bytes_max) {
        return size.too_large().into_http::<Body>();
    }
    next.run(request).await
}

/// After authentication: weighs the request as it comes, against the limits of one and the budget of all. What it takes
/// of the budget it has until its answer.
pub(crate) async fn weigh_request(
    State(size): State<RequestSize>,
    mut request: Request,
    next: Next,
) -> Response {
    let part = request
        .extensions_mut()
        .remove::<BudgetPart>()
        .unwrap_or_else(|| {
            let caller = request.extensions().get::<Principal>();
            size.budget.part_of(caller)
        });
    if let Err(refusal) = part.grow_to(announced(request.headers()).unwrap_or_default()) {
        return refusal.into_http::<Body>();
    }
    let shape = size.shapes.request(request.uri().path());
    let left = size.bytes_max.saturating_add(FRAME_HEADER_BYTES);
    let weighed = part.clone();
    let request = request.map(|body| {
        Body::new(Weighed {
            body,
            shape,
            place: Place::Header([0; FRAME_HEADER_BYTES], 0),
            left,
            came: 0,
            announced: 0,
            part: weighed,
            size,
        })
    });
    let response = next.run(request).await;
    drop(part);
    response
}

fn announced(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// A body that ends with a refusal when it grows beyond a limit.
struct Weighed {
    body: Body,
    /// Of its messages.
    shape: Option<usize>,
    place: Place,
    /// Bytes that may still come.
    left: usize,
    /// Bytes that came.
    came: usize,
    /// Bytes of the longest message that was announced.
    announced: usize,
    part: BudgetPart,
    size: RequestSize,
}

/// Where in the body the next byte is.
enum Place {
    /// Behind so many bytes of the header of a message.
    Header([u8; FRAME_HEADER_BYTES], usize),
    /// In a message, before so many bytes. What is compressed is not counted, because tonic refuses it.
    Message(Option<ValueCount>, usize),
}

impl Weighed {
    /// Weighs further bytes.
    fn admit(&mut self, mut bytes: &[u8]) -> Result<(), Status> {
        let now = bytes.len();
        self.left = self.left.checked_sub(now).ok_or_else(|| self.size.too_large())?;
        self.came = self.came.saturating_add(now);
        let mut values = 0;
        while !bytes.is_empty() {
            bytes = match &mut self.place {
                Place::Header(header, filled) => {
                    let missing = FRAME_HEADER_BYTES.saturating_sub(*filled);
                    let (now, rest) = bytes.split_at(missing.min(bytes.len()));
                    for byte in now {
                        header
                            .get_mut(*filled)
                            .into_iter()
                            .for_each(|place| *place = *byte);
                        *filled += 1;
                    }
                    if *filled == FRAME_HEADER_BYTES {
                        let header = *header;
                        self.begin(header)?;
                    }
                    rest
                }
                Place::Message(count, left) => {
                    let (now, rest) = bytes.split_at((*left).min(bytes.len()));
                    if let Some(count) = count {
                        count.read(&self.size.shapes, now, self.size.values_max);
                        values = count.values();
                    }
                    *left -= now.len();
                    if *left == 0 {
                        self.place = Place::Header([0; FRAME_HEADER_BYTES], 0);
                    }
                    rest
                }
            };
            if values > self.size.values_max {
                return Err(self.size.too_many_values());
            }
        }
        let bytes = self.came.max(self.announced);
        self.part
            .grow_to(bytes.saturating_add(values.saturating_mul(VALUE_BYTES)))
    }

    /// Begins a message.
    fn begin(&mut self, header: [u8; FRAME_HEADER_BYTES]) -> Result<(), Status> {
        let [flag, length @ ..] = header;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > self.size.bytes_max {
            return Err(self.size.too_large());
        }
        if length > 0 {
            let bytes = u64::try_from(length).unwrap_or(u64::MAX);
            let count = (flag == NOT_COMPRESSED).then(|| ValueCount::new(self.shape, bytes));
            self.place = Place::Message(count, length);
        } else {
            self.place = Place::Header([0; FRAME_HEADER_BYTES], 0);
        }
        self.announced = self.announced.max(length);
        Ok(())
    }
}

impl HttpBody for Weighed {
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
            && let Err(refusal) = self.admit(bytes)
        {
            return Poll::Ready(Some(Err(refusal.into())));
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

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::to_bytes;
    use axum::middleware::from_fn_with_state;
    use prost_reflect::DescriptorPool;
    use tonic::Code;
    use tower::ServiceExt as _;

    use super::*;
    use crate::proto::FILE_DESCRIPTOR_SET;

    const RECORD_SALE: &str = "/posars.sales.v1.SaleService/RecordSale";

    fn size(limits: Limits) -> RequestSize {
        let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap();
        let budget = RequestBudget::new(&limits);
        RequestSize::new(&limits, &pool, budget)
    }

    /// What comes of a body in pieces of so many bytes: its length, or why it ended.
    async fn read(size: &RequestSize, body: &[u8], piece_bytes: usize) -> Result<usize, Code> {
        let answer = async |request: Request| match to_bytes(request.into_body(), usize::MAX).await {
            Ok(bytes) => Response::new(Body::from(bytes.len().to_string())),
            Err(error) => Status::from_error(Box::new(error)).into_http(),
        };
        let router = Router::new()
            .fallback(answer)
            .layer(from_fn_with_state(size.clone(), weigh_request));
        let pieces: Vec<_> = body.chunks(piece_bytes).map(Bytes::copy_from_slice).collect();
        let pieces = tokio_stream::iter(pieces.into_iter().map(Ok::<_, std::io::Error>));
        let mut request = Request::new(Body::from_stream(pieces));
        *request.uri_mut() = RECORD_SALE.parse().unwrap();
        let response = router.oneshot(request).await.unwrap();
        if let Some(status) = Status::from_header_map(response.headers()) {
            return Err(status.code());
        }
        let text = to_bytes(response.into_body(), 100).await.unwrap();
        Ok(std::str::from_utf8(&text).unwrap().parse().unwrap())
    }

    fn framed(message: &[u8]) -> Vec<u8> {
        let length = u32::try_from(message.len()).unwrap();
        [&[NOT_COMPRESSED][..], &length.to_be_bytes(), message].concat()
    }

    #[tokio::test]
    async fn a_message_has_as_many_values_as_it_may() {
        let size = size(Limits {
            request_values_max: 100,
            ..Limits::default()
        });
        let lines = |count: usize| framed(&[0x42, 0].repeat(count));
        for piece_bytes in [1, 4, 1000] {
            let fits = lines(100);
            assert_eq!(read(&size, &fits, piece_bytes).await, Ok(fits.len()));
            let refused = read(&size, &lines(101), piece_bytes).await;
            assert_eq!(refused, Err(Code::ResourceExhausted), "pieces of {piece_bytes}");
            let two = [lines(100), lines(100), lines(0)].concat();
            assert_eq!(
                read(&size, &two, piece_bytes).await,
                Ok(two.len()),
                "each message of a stream counts alone"
            );
        }
    }

    #[tokio::test]
    async fn what_a_body_takes_is_given_back_with_the_answer() {
        let size = size(Limits {
            request_bytes_max: 300_000,
            request_values_max: 1_000,
            requests_bytes_max: 0,
            ..Limits::default()
        });
        let largest_bytes = 300_000 + 1_000 * VALUE_BYTES;
        // One long field.
        let mut message = vec![0x0a, 0x90, 0xa1, 0x0f];
        message.resize(250_004, b'x');
        let large = framed(&message);
        for _ in 0..3 {
            assert_eq!(read(&size, &large, 10_000).await, Ok(large.len()));
        }
        let other = size.budget.part_of(None);
        other.grow_to(largest_bytes - 100_000).unwrap();
        assert_eq!(read(&size, &large, 10_000).await, Err(Code::Unavailable));
        let many = framed(&[0x42, 0].repeat(900));
        assert_eq!(
            read(&size, &many, 10_000).await,
            Err(Code::Unavailable),
            "values weigh more than their bytes"
        );
        assert_eq!(
            read(&size, &large[..5], 5).await,
            Err(Code::Unavailable),
            "a message is weighed when it says how long it is"
        );
    }
}
