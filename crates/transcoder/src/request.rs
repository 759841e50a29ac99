//! An HTTP request as the bytes of a gRPC request: query first, body over it, path over both.

use axum::body::Body as HttpBody;
use bytes::{BufMut as _, Bytes, BytesMut};
use http::HeaderMap;
use prost::Message as _;
use prost_reflect::DynamicMessage;

use crate::binding::Body;
use crate::body;
use crate::escape;
use crate::failure::Failure;
use crate::field_mask;
use crate::json::Seen;
use crate::message;
use crate::options::TranscoderOptions;
use crate::query;
use crate::reason;
use crate::route::{BodyForm, Route};
use crate::router::captured;
use crate::scale::BodyScale;
use crate::text_value;
use crate::upload;

/// One byte for compression and four for the length stand before each message.
pub(crate) const FRAME_HEADER_BYTES: usize = 5;

/// What a value of a message takes in memory beside its own text, about.
const VALUE_BYTES: usize = 128;

/// The parts of an HTTP request that become a message.
pub(crate) struct Parts<'r> {
    pub(crate) route: &'r Route,
    /// As the router gives it: without the first slash and the verb.
    pub(crate) path: &'r str,
    pub(crate) query: Option<&'r str>,
    pub(crate) headers: &'r HeaderMap,
    pub(crate) scale: Option<&'r BodyScale>,
    pub(crate) options: &'r TranscoderOptions,
}

/// The body of a gRPC request, and what was ignored on the way.
pub(crate) struct Framed {
    pub(crate) body: HttpBody,
    pub(crate) ignored_parameters: u64,
    /// Knows what was wrong with a body that is read while the service works.
    pub(crate) upload: Option<upload::Fault>,
}

impl Parts<'_> {
    /// Reads the body, builds the message or messages, and frames them.
    pub(crate) async fn framed(&self, incoming: HttpBody) -> Result<Framed, Failure> {
        let form = self.route.body_form;
        if form == BodyForm::RawStream {
            return self.upload(incoming);
        }
        let json = match form {
            BodyForm::None => Bytes::new(),
            BodyForm::Json | BodyForm::Raw | BodyForm::JsonStream | BodyForm::RawStream => {
                body::read(incoming, self.scale, self.options).await?
            }
        };
        let mut seen = Seen::default();
        if matches!(form, BodyForm::Json | BodyForm::JsonStream) && !json.is_empty() {
            body::check_media_type(self.headers, form, self.options)?;
            seen = body::check(&json, self.options)?;
            let values_bytes = seen.values.saturating_mul(VALUE_BYTES);
            body::weigh(self.scale, json.len().saturating_add(values_bytes))?;
        }
        // What protobuf writes is shorter than JSON as a rule.
        let mut out = BytesMut::with_capacity(json.len().saturating_add(FRAME_HEADER_BYTES));
        let mut ignored_parameters = 0;
        if form == BodyForm::JsonStream {
            for value in body::values_of_stream(&json, self.options)? {
                let bytes = json.slice_ref(value.get().as_bytes());
                let seen = body::check(&bytes, self.options)?;
                let message = self.message(bytes, &seen, &mut ignored_parameters)?;
                self.frame_within_limit(&message, &mut out)?;
            }
        } else {
            let message = self.message(json, &seen, &mut ignored_parameters)?;
            self.frame_within_limit(&message, &mut out)?;
        }
        Ok(Framed {
            body: HttpBody::from(out.freeze()),
            ignored_parameters,
            upload: None,
        })
    }

    /// A body within its limit can become a message beyond it: each number of a `Struct` takes 11 bytes, and each
    /// message of a stream has the values of the path and the query. The service would call that out of range.
    fn frame_within_limit(&self, message: &DynamicMessage, out: &mut BytesMut) -> Result<(), Failure> {
        frame(message, out);
        let bytes_max = self.options.request_bytes_max;
        if out.len().saturating_sub(FRAME_HEADER_BYTES) > bytes_max {
            let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX);
            return Err(body::too_large(self.options, limit));
        }
        Ok(())
    }

    fn message(&self, body: Bytes, seen: &Seen, ignored: &mut u64) -> Result<DynamicMessage, Failure> {
        let is_raw = matches!(self.route.body_form, BodyForm::Raw | BodyForm::RawStream);
        let mut message = match (&self.route.binding.body, is_raw) {
            (Body::All, false) => body::message_from_json(&self.route.input, &body, seen, self.options)?,
            (Body::All, true) => body::http_body(&self.route.input, self.headers, body.clone()),
            (Body::None | Body::Field(_), _) => DynamicMessage::new(self.route.input.clone()),
        };
        if let Some(query) = self.query.filter(|query| !query.is_empty()) {
            *ignored = query::apply(query, &mut message, self.route, self.options)?;
        }
        if let Body::Field(field) = &self.route.binding.body {
            if let Some(rival) = message::oneof_rival(&message, field).filter(|_| !body.is_empty()) {
                return Err(self.rivals(field.name(), rival.name()));
            }
            match field.kind().as_message().filter(|_| is_raw) {
                Some(inner) => {
                    let raw = body::http_body(inner, self.headers, body.clone());
                    message.set_field(field, prost_reflect::Value::Message(raw));
                }
                None => body::set_field_from_json(&mut message, field, &body, seen, self.options)?,
            }
            if let Some(mask) = &self.route.mask_field {
                field_mask::fill(&mut message, mask, &self.route.binding, &body);
            }
        }
        self.set_path(&mut message)?;
        Ok(message)
    }

    fn set_path(&self, message: &mut DynamicMessage) -> Result<(), Failure> {
        let binding = &self.route.binding;
        let variables = binding.template.variables.iter();
        let known = variables.zip(&binding.path_fields).zip(&self.route.takes_rest);
        for ((variable, chain), takes_rest) in known {
            let raw = captured(
                self.path,
                variable.segments.start,
                variable.segments.end,
                *takes_rest,
            );
            let is_one_segment = variable.segments.len() == 1 && !takes_rest;
            let text = if is_one_segment {
                escape::decode(raw)
            } else {
                escape::decode_but_slash(raw)
            };
            let text = text.map_err(|_bad| self.malformed_path())?;
            let Some(leaf) = chain.last() else { continue };
            let kind = leaf.kind();
            let value = text_value::parse(&kind, &text, self.options.json_depth_max).map_err(|_unfit| {
                let expected = text_value::expected(&kind);
                let domain = self.options.refusals_domain;
                Failure::refused(domain, reason::PATH_VALUE_INVALID, &variable.name(), expected)
            })?;
            message::set(message, chain, value)
                .map_err(|rival| self.rivals(&variable.name(), rival.name()))?;
        }
        Ok(())
    }

    /// The first message carries the path, the query and the content type; the pieces follow.
    fn upload(&self, incoming: HttpBody) -> Result<Framed, Failure> {
        let mut ignored_parameters = 0;
        let first = self.message(Bytes::new(), &Seen::default(), &mut ignored_parameters)?;
        let http_body_field = match &self.route.binding.body {
            Body::Field(field) => Some(field.clone()),
            Body::None | Body::All => None,
        };
        let (body, fault) = upload::framed(incoming, first, http_body_field, self.options)?;
        Ok(Framed {
            body,
            ignored_parameters,
            upload: Some(fault),
        })
    }

    pub(crate) fn malformed_path(&self) -> Failure {
        let domain = self.options.refusals_domain;
        Failure::refused(domain, reason::PATH_MALFORMED, "", "after %")
    }

    fn rivals(&self, field: &str, rival: &str) -> Failure {
        let particular = format!("{rival} is set too");
        Failure::refused(
            self.options.refusals_domain,
            reason::ONEOF_CONFLICT,
            field,
            particular,
        )
    }
}

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
