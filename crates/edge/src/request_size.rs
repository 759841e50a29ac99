//! Refuses requests that are larger than any may be, or for which there is no memory now, before a service reads them.
//!
//! tonic has a limit of its own, but it answers `OUT_OF_RANGE`, which says that the request's values are wrong. So the
//! length that a message announces is read here too, before tonic makes room for it. And tonic decodes whatever has that
//! length, so the values of a message are counted here.

use std::hash::Hash;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use http_body::{Body as HttpBody, Frame, SizeHint};
use prost_reflect::DescriptorPool;

use crate::request_budget::{BudgetPart, VALUE_BYTES};
use crate::value_count::{Shapes, ValueCount};
use crate::{Limits, Refusal, Refusals};

/// gRPC puts a flag and a length before each message.
const FRAME_HEADER_BYTES: usize = 5;
/// The flag of a message that is as it was written.
const NOT_COMPRESSED: u8 = 0;

/// How large a request may be. Clones share what they know of messages.
#[derive(Clone)]
pub struct RequestSize {
    bytes_max: usize,
    values_max: usize,
    shapes: Arc<Shapes>,
    refusals: Refusals,
}

impl RequestSize {
    /// Admits messages of the RPCs in `pool` within the limits.
    pub fn new(limits: &Limits, pool: &DescriptorPool) -> Self {
        Self {
            bytes_max: limits.request_bytes_max,
            values_max: limits.request_values_max,
            shapes: Arc::new(Shapes::of(pool)),
            refusals: Refusals::new(),
        }
    }

    /// Looks at the length that a request announces in its headers.
    ///
    /// # Errors
    /// [`Refusal::RequestTooLarge`], counted, when it says itself that it is too large.
    pub fn admit(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let body_bytes_max = self.bytes_max.saturating_add(FRAME_HEADER_BYTES);
        if announced_bytes(headers).is_some_and(|length| length > body_bytes_max) {
            return Err(self.too_large());
        }
        Ok(())
    }

    /// Weighs a request of the RPC with this path as it comes, against the limits of one and `part` of the budget of all.
    pub fn weigh<Caller>(&self, path: &str, body: Body, part: BudgetPart<Caller>) -> WeighedBody<Caller>
    where
        Caller: Eq + Hash,
    {
        WeighedBody {
            body,
            shape: self.shapes.request(path),
            place: Place::Header([0; FRAME_HEADER_BYTES], 0),
            left: self.bytes_max.saturating_add(FRAME_HEADER_BYTES),
            came: 0,
            announced: 0,
            part,
            size: self.clone(),
        }
    }

    fn too_large(&self) -> Refusal {
        self.counted(Refusal::RequestTooLarge {
            request_bytes_max: self.bytes_max,
        })
    }

    fn too_many_values(&self) -> Refusal {
        self.counted(Refusal::RequestValuesTooMany {
            request_values_max: self.values_max,
        })
    }

    fn counted(&self, refusal: Refusal) -> Refusal {
        self.refusals.count(refusal.reason());
        refusal
    }
}

/// The bytes of the body that the headers announce.
pub fn announced_bytes(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// A body that ends with a [`Refusal`] when it grows beyond a limit. It keeps its part of the budget until it is dropped.
pub struct WeighedBody<Caller: Eq + Hash> {
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
    part: BudgetPart<Caller>,
    size: RequestSize,
}

/// Where in the body the next byte is.
enum Place {
    /// Behind so many bytes of the header of a message.
    Header([u8; FRAME_HEADER_BYTES], usize),
    /// In a message, before so many bytes. What is compressed is not counted, because tonic refuses it.
    Message(Option<ValueCount>, usize),
}

impl<Caller: Clone + Eq + Hash + Send + 'static> WeighedBody<Caller> {
    /// Weighs further bytes.
    fn admit(&mut self, mut bytes: &[u8]) -> Result<(), Refusal> {
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
    fn begin(&mut self, header: [u8; FRAME_HEADER_BYTES]) -> Result<(), Refusal> {
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

impl<Caller: Clone + Eq + Hash + Send + Unpin + 'static> HttpBody for WeighedBody<Caller> {
    type Data = Bytes;
    // Whoever reads the body finds the refusal among the causes of its end.
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
    use axum::body::to_bytes;

    use super::*;
    use crate::request_budget::RequestBudget;
    use crate::test_protos;

    /// What comes of a body in pieces of so many bytes: its length, or why it ended.
    async fn read(
        (size, budget): &(RequestSize, RequestBudget<&'static str>),
        body: &[u8],
        piece_bytes: usize,
    ) -> Result<usize, Refusal> {
        let pieces: Vec<_> = body.chunks(piece_bytes).map(Bytes::copy_from_slice).collect();
        let pieces = tokio_stream::iter(pieces.into_iter().map(Ok::<_, std::io::Error>));
        let weighed = size.weigh(
            test_protos::WRITE,
            Body::from_stream(pieces),
            budget.part_of("ana"),
        );
        match to_bytes(Body::new(weighed), usize::MAX).await {
            Ok(bytes) => Ok(bytes.len()),
            Err(error) => Err(refusal_in(&error)),
        }
    }

    fn refusal_in(error: &(dyn std::error::Error + 'static)) -> Refusal {
        let found = error.downcast_ref().copied();
        found.unwrap_or_else(|| refusal_in(error.source().expect("a refusal is the cause")))
    }

    fn bounds(limits: &Limits) -> (RequestSize, RequestBudget<&'static str>) {
        let size = RequestSize::new(limits, &test_protos::pool());
        (size, RequestBudget::new(limits))
    }

    fn framed(message: &[u8]) -> Vec<u8> {
        let length = u32::try_from(message.len()).unwrap();
        [&[NOT_COMPRESSED][..], &length.to_be_bytes(), message].concat()
    }

    #[tokio::test]
    async fn a_message_has_as_many_values_as_it_may() {
        let bounds = bounds(&Limits {
            request_values_max: 100,
            ..Limits::default()
        });
        let lines = |count: usize| framed(&[0x42, 0].repeat(count));
        for piece_bytes in [1, 4, 1000] {
            let fits = lines(100);
            assert_eq!(read(&bounds, &fits, piece_bytes).await, Ok(fits.len()));
            let refused = read(&bounds, &lines(101), piece_bytes).await;
            let refusal = Refusal::RequestValuesTooMany {
                request_values_max: 100,
            };
            assert_eq!(refused, Err(refusal), "pieces of {piece_bytes}");
            let two = [lines(100), lines(100), lines(0)].concat();
            assert_eq!(
                read(&bounds, &two, piece_bytes).await,
                Ok(two.len()),
                "each message of a stream counts alone"
            );
        }
    }

    #[tokio::test]
    async fn what_a_body_takes_is_given_back_with_it() {
        let bounds = bounds(&Limits {
            request_bytes_max: 300_000,
            request_values_max: 1_000,
            requests_bytes_max: 0,
            ..Limits::default()
        });
        let largest_bytes = 300_000 + 1_000 * VALUE_BYTES;
        let overloaded = Err(Refusal::RequestsOverloaded {
            caller_bytes_max: largest_bytes,
        });
        // One long field.
        let mut message = vec![0x0a, 0x90, 0xa1, 0x0f];
        message.resize(250_004, b'x');
        let large = framed(&message);
        for _ in 0..3 {
            assert_eq!(read(&bounds, &large, 10_000).await, Ok(large.len()));
        }
        let other = bounds.1.part_of("bia");
        other.grow_to(largest_bytes - 100_000).unwrap();
        assert_eq!(read(&bounds, &large, 10_000).await, overloaded);
        let many = framed(&[0x42, 0].repeat(900));
        assert_eq!(
            read(&bounds, &many, 10_000).await,
            overloaded,
            "values weigh more than their bytes"
        );
        assert_eq!(
            read(&bounds, &large[..5], 5).await,
            overloaded,
            "a message is weighed when it says how long it is"
        );
    }
}
