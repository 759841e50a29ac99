//! The body of a gRPC call: messages with a header each, put into a request's, taken out of an answer's.

use axum::body::Body;
use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::BodyExt as _;
use prost::Message as _;
use prost_reflect::DynamicMessage;
use tonic::{Code, Status};

/// One byte for compression and four for the length stand before each message.
pub(crate) const FRAME_HEADER_BYTES: usize = 5;

/// Appends one message with its header.
pub(crate) fn frame(message: &DynamicMessage, out: &mut BytesMut) {
    let start = out.len();
    out.reserve(FRAME_HEADER_BYTES + 256);
    out.put_bytes(0, FRAME_HEADER_BYTES);
    message.encode_raw(out);
    let length = out.len().saturating_sub(start).saturating_sub(FRAME_HEADER_BYTES);
    // Bodies are bounded far below 4 GiB.
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    if let Some(place) = out.get_mut(start + 1..start + FRAME_HEADER_BYTES) {
        place.copy_from_slice(&length.to_be_bytes());
    }
}

/// The answer cannot be taken apart.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FrameError {
    #[error("the answer broke off: {0}")]
    Broken(String),
    #[error("the answer ended within a message")]
    Short,
    #[error("the answer is compressed, which was not asked for")]
    Compressed,
}

/// A body of frames. A message that comes in one piece, as most do, is never copied.
pub(crate) struct Frames {
    body: Body,
    piece: Bytes,
    partial: BytesMut,
    trailers: Option<HeaderMap>,
}

impl Frames {
    pub(crate) fn of(body: Body) -> Self {
        Self {
            body,
            piece: Bytes::new(),
            partial: BytesMut::new(),
            trailers: None,
        }
    }

    /// A stream that is over, and went well.
    pub(crate) fn ended_well() -> Self {
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", HeaderValue::from_static("0"));
        let mut frames = Self::of(Body::empty());
        frames.trailers = Some(trailers);
        frames
    }

    /// The next message, or `None` at the end. A call that is dropped before it is done loses nothing.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, FrameError> {
        loop {
            if let Some(message) = self.take()? {
                return Ok(Some(message));
            }
            match self.body.frame().await {
                None if self.partial.is_empty() => return Ok(None),
                None => return Err(FrameError::Short),
                Some(Err(broken)) => return Err(FrameError::Broken(broken.to_string())),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(piece) => self.piece = piece,
                    Err(frame) => self.trailers = frame.into_trailers().ok(),
                },
            }
        }
    }

    /// What came behind the last message.
    pub(crate) fn take_trailers(&mut self) -> Option<HeaderMap> {
        self.trailers.take()
    }

    fn take(&mut self) -> Result<Option<Bytes>, FrameError> {
        if self.partial.is_empty() {
            let Some(size_bytes) = frame_size_bytes(&self.piece)? else {
                self.partial.extend_from_slice(&self.piece);
                self.piece.clear();
                return Ok(None);
            };
            if self.piece.len() >= size_bytes {
                let mut frame = self.piece.split_to(size_bytes);
                frame.advance(FRAME_HEADER_BYTES);
                return Ok(Some(frame));
            }
        }
        self.top_up(FRAME_HEADER_BYTES);
        let Some(size_bytes) = frame_size_bytes(&self.partial)? else {
            return Ok(None);
        };
        self.top_up(size_bytes);
        if self.partial.len() < size_bytes {
            return Ok(None);
        }
        let mut frame = self.partial.split().freeze();
        frame.advance(FRAME_HEADER_BYTES);
        Ok(Some(frame))
    }

    /// Moves bytes behind those held until there are this many.
    fn top_up(&mut self, size_bytes: usize) {
        let missing = size_bytes.saturating_sub(self.partial.len());
        let moved = self.piece.split_to(missing.min(self.piece.len()));
        self.partial.extend_from_slice(&moved);
    }
}

/// The size of a frame with its header, once the header is there.
fn frame_size_bytes(bytes: &[u8]) -> Result<Option<usize>, FrameError> {
    let Some((&[is_compressed, a, b, c, d], _)) = bytes.split_first_chunk::<FRAME_HEADER_BYTES>() else {
        return Ok(None);
    };
    if is_compressed != 0 {
        return Err(FrameError::Compressed);
    }
    let length = u32::from_be_bytes([a, b, c, d]);
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    Ok(Some(length.saturating_add(FRAME_HEADER_BYTES)))
}

/// The status of a call from its trailers, or from its headers when it has nothing else.
pub(crate) fn status(http_status: StatusCode, headers: &HeaderMap, trailers: Option<&HeaderMap>) -> Status {
    if let Some(status) = trailers.and_then(Status::from_header_map) {
        return status;
    }
    if let Some(status) = Status::from_header_map(headers) {
        return status;
    }
    // No gRPC service spoke, but a layer in front of it; the codes are those of gRPC's own mapping.
    let code = match http_status {
        StatusCode::BAD_REQUEST => Code::Internal,
        StatusCode::UNAUTHORIZED => Code::Unauthenticated,
        StatusCode::FORBIDDEN => Code::PermissionDenied,
        StatusCode::NOT_FOUND => Code::Unimplemented,
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => Code::Unavailable,
        _ => Code::Unknown,
    };
    Status::new(code, "the service ended the call without saying how it went")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(messages: &[&[u8]]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for message in messages {
            bytes.push(0);
            bytes.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
            bytes.extend_from_slice(message);
        }
        bytes
    }

    async fn read(pieces: Vec<Vec<u8>>) -> Result<Vec<Bytes>, FrameError> {
        let stream = futures_util::stream::iter(pieces.into_iter().map(Ok::<_, std::io::Error>));
        let mut frames = Frames::of(Body::from_stream(stream));
        let mut messages = Vec::new();
        while let Some(message) = frames.next().await? {
            messages.push(message);
        }
        Ok(messages)
    }

    #[tokio::test]
    async fn messages_come_out_whole_however_they_are_cut() {
        let messages: [&[u8]; 4] = [b"one", b"", b"three", b"fourth message"];
        let bytes = framed(&messages);
        for size in 1..=bytes.len() {
            let pieces = bytes.chunks(size).map(<[u8]>::to_vec).collect();
            assert_eq!(read(pieces).await.unwrap(), messages, "in pieces of {size}");
        }
    }

    #[tokio::test]
    async fn refuses_what_is_cut_short_or_compressed() {
        let bytes = framed(&[b"one"]);
        for length in 1..bytes.len() {
            let cut = read(vec![bytes.get(..length).unwrap().to_vec()]).await;
            assert!(matches!(cut, Err(FrameError::Short)), "{length}: {cut:?}");
        }
        let compressed = read(vec![vec![1, 0, 0, 0, 0]]).await;
        assert!(matches!(compressed, Err(FrameError::Compressed)));
    }
}
