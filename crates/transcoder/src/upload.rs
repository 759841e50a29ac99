//! Bodies of any size, passed on piece by piece to an RPC that takes a stream of `google.api.HttpBody`.

use std::sync::{Arc, OnceLock};

use axum::body::Body as HttpBody;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use http_body::Body as _;
use prost_reflect::{DynamicMessage, FieldDescriptor, Value};

use crate::body::too_large;
use crate::failure::Failure;
use crate::frames::frame;
use crate::options::TranscoderOptions;
use crate::reason;

/// What was wrong with an upload, if anything: the service only sees that it broke off, and blames itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fault(Arc<OnceLock<Trouble>>);

#[derive(Clone, Copy, Debug)]
enum Trouble {
    TooLarge,
    BrokenOff,
}

impl Fault {
    /// The refusal that the client gets instead of the service's answer.
    pub(crate) fn failure(&self, options: &TranscoderOptions) -> Option<Failure> {
        Some(match self.0.get()? {
            Trouble::TooLarge => too_large(options, options.upload_bytes_max),
            Trouble::BrokenOff => {
                let particular = "it broke off";
                Failure::refused(options.refusals_domain, reason::BODY_UNREADABLE, "", particular)
            }
        })
    }

    fn note(&self, trouble: Trouble) {
        // Only the first one counts: nothing is read behind it.
        let _first = self.0.set(trouble);
    }
}

/// The upload did not end well: it was too large, or the client broke off.
#[derive(Debug, thiserror::Error)]
#[error("the upload broke off: {0}")]
struct Broken(String);

/// A body of gRPC frames; `first` goes with the first piece, and is sent even when there is none.
pub(crate) fn framed(
    incoming: HttpBody,
    first: DynamicMessage,
    field: Option<FieldDescriptor>,
    options: &TranscoderOptions,
) -> Result<(HttpBody, Fault), Failure> {
    let bytes_max = options.upload_bytes_max;
    if incoming.size_hint().lower() > bytes_max {
        return Err(too_large(options, bytes_max));
    }
    let fault = Fault::default();
    let noted = fault.clone();
    let mut left = bytes_max;
    let mut opening = Some(first.clone());
    let blank = blank_of(&first, field.as_ref());
    let pieces = incoming.into_data_stream();
    // An empty piece at the end makes sure that the opening message goes out.
    let pieces = pieces.chain(futures_util::stream::once(async { Ok(Bytes::new()) }));
    let frames = pieces.filter_map(move |piece| {
        let framed = match piece {
            Ok(piece) if piece.is_empty() && opening.is_none() => None,
            Ok(piece) => {
                let size_bytes = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                match left.checked_sub(size_bytes) {
                    Some(rest) => {
                        left = rest;
                        let message = opening.take().unwrap_or_else(|| blank.clone());
                        Some(Ok(carrying(message, field.as_ref(), piece)))
                    }
                    None => {
                        noted.note(Trouble::TooLarge);
                        Some(Err(Broken("it is larger than the limit".to_owned())))
                    }
                }
            }
            Err(broken) => {
                noted.note(Trouble::BrokenOff);
                Some(Err(Broken(broken.to_string())))
            }
        };
        std::future::ready(framed)
    });
    Ok((HttpBody::from_stream(frames), fault))
}

/// A later message has the bytes alone.
fn blank_of(first: &DynamicMessage, field: Option<&FieldDescriptor>) -> DynamicMessage {
    use prost_reflect::ReflectMessage as _;
    let mut blank = DynamicMessage::new(first.descriptor());
    let inner = field.and_then(|field| field.kind().as_message().cloned());
    if let (Some(field), Some(inner)) = (field, inner) {
        blank.set_field(field, Value::Message(DynamicMessage::new(inner)));
    }
    blank
}

fn carrying(mut message: DynamicMessage, field: Option<&FieldDescriptor>, piece: Bytes) -> Bytes {
    let place = match field {
        Some(field) => message.get_field_mut(field).as_message_mut(),
        None => Some(&mut message),
    };
    if let Some(http_body) = place {
        let _set = http_body.try_set_field_by_name("data", Value::Bytes(piece));
    }
    let mut out = BytesMut::new();
    frame(&message, &mut out);
    out.freeze()
}
