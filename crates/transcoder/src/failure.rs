//! A call that did not succeed, whoever said so, on its way to the client as `google.rpc.Status`.

use axum::body::Body;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, SerializeOptions};
use prost_types::Any;
use serde::Serialize;
use tonic_types::pb;

use crate::reason::Reason;

/// Stack traces and the like. A service may leave them in by mistake; they never reach a client.
const DEBUG_DETAIL: &str = "google.rpc.DebugInfo";
const RETRY_DETAIL: &str = "google.rpc.RetryInfo";
/// "Client closed request": no standard status says that the caller gave up.
const CLIENT_CLOSED_REQUEST: u16 = 499;

/// What went wrong, ready to be written.
#[derive(Debug)]
pub(crate) struct Failure {
    code: i32,
    http_status: StatusCode,
    message: String,
    details: Vec<Any>,
    /// Metadata of the service, or headers that belong to the refusal such as `Allow`.
    pub(crate) headers: Box<HeaderMap>,
}

impl Failure {
    /// A refusal of the transcoder itself. `field` is the place in the request, empty where there is none.
    pub(crate) fn refused(
        domain: &str,
        reason: &'static Reason,
        field: &str,
        particular: impl Into<String>,
    ) -> Self {
        let info = pb::ErrorInfo {
            reason: reason.reason.to_owned(),
            domain: domain.to_owned(),
            ..Default::default()
        };
        Self::told(info, reason, field, particular.into())
    }

    /// A refusal of what goes beyond a limit, which programs find by its name.
    pub(crate) fn beyond(
        domain: &str,
        reason: &'static Reason,
        (name, limit): (&str, u64),
        unit: &str,
    ) -> Self {
        let info = pb::ErrorInfo {
            reason: reason.reason.to_owned(),
            domain: domain.to_owned(),
            metadata: [(name.to_owned(), limit.to_string())].into(),
        };
        Self::told(info, reason, "", format!("the limit is {limit}{unit}"))
    }

    /// A refusal of a name that is not known. `nearest` is the known one that was probably meant; `particular` says it
    /// to a person.
    pub(crate) fn unknown(
        domain: &str,
        reason: &'static Reason,
        field: &str,
        nearest: Option<&str>,
        particular: String,
    ) -> Self {
        let nearest = nearest.map(|name| ("nearest".to_owned(), name.to_owned()));
        let info = pb::ErrorInfo {
            reason: reason.reason.to_owned(),
            domain: domain.to_owned(),
            metadata: nearest.into_iter().collect(),
        };
        Self::told(info, reason, field, particular)
    }

    fn told(mut info: pb::ErrorInfo, reason: &'static Reason, field: &str, particular: String) -> Self {
        let mut details = Vec::with_capacity(2);
        let message = if field.is_empty() {
            format!("{} ({particular}); {}", reason.meaning, reason.next_step)
        } else {
            info.metadata.insert("field".to_owned(), field.to_owned());
            format!("{} ({field}: {particular}); {}", reason.meaning, reason.next_step)
        };
        details.push(packed("google.rpc.ErrorInfo", &info));
        if !field.is_empty() {
            let violation = pb::bad_request::FieldViolation {
                field: field.to_owned(),
                description: particular,
                reason: reason.reason.to_owned(),
                ..Default::default()
            };
            let bad_request = pb::BadRequest {
                field_violations: vec![violation],
            };
            details.push(packed("google.rpc.BadRequest", &bad_request));
        }
        Self {
            code: reason.code,
            http_status: StatusCode::from_u16(reason.http_status)
                .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            message,
            details,
            headers: Box::default(),
        }
    }

    /// What the service answered. Details that are no `google.rpc.Status` are left out.
    pub(crate) fn of_service(status: &tonic::Status, headers: HeaderMap) -> Self {
        let rich = pb::Status::decode(status.details()).unwrap_or_default();
        Self {
            code: i32::from(status.code()),
            http_status: http_status(status.code()),
            message: status.message().to_owned(),
            details: rich.details,
            headers: Box::new(headers),
        }
    }

    /// The whole answer.
    pub(crate) fn into_response(self, pool: &DescriptorPool) -> Response<Body> {
        let mut body = Vec::with_capacity(256);
        self.write_json(pool, &mut body);
        let retry_after_seconds = self.retry_after_seconds();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.http_status;
        *response.headers_mut() = *self.headers;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, crate::accept::JSON_VALUE);
        if let Some(seconds) = retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.http_status == StatusCode::UNAUTHORIZED && !headers.contains_key(header::WWW_AUTHENTICATE) {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }

    /// Writes `{"code":…,"message":…,"details":[…]}`, and nothing beside those three.
    pub(crate) fn write_json(&self, pool: &DescriptorPool, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"code\":");
        out.extend_from_slice(self.code.to_string().as_bytes());
        out.extend_from_slice(b",\"message\":");
        write_text(&self.message, out);
        out.extend_from_slice(b",\"details\":[");
        let shown = self
            .details
            .iter()
            .filter(|detail| type_name(detail) != DEBUG_DETAIL);
        for (index, detail) in shown.enumerate() {
            if index > 0 {
                out.push(b',');
            }
            write_detail(pool, detail, out);
        }
        out.extend_from_slice(b"]}");
    }

    /// Whole seconds, rounded up: a client that comes back too early is refused again.
    fn retry_after_seconds(&self) -> Option<u64> {
        let detail = self
            .details
            .iter()
            .find(|detail| type_name(detail) == RETRY_DETAIL)?;
        let delay = pb::RetryInfo::decode(detail.value.as_slice()).ok()?.retry_delay?;
        let seconds = u64::try_from(delay.seconds).ok()?;
        Some(seconds.saturating_add(u64::from(delay.nanos > 0)).max(1))
    }
}

/// The HTTP status of a gRPC code, as `google/rpc/code.proto` maps them.
pub(crate) fn http_status(code: tonic::Code) -> StatusCode {
    use tonic::Code;
    match code {
        Code::Ok => StatusCode::OK,
        Code::Cancelled => {
            StatusCode::from_u16(CLIENT_CLOSED_REQUEST).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
        }
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => StatusCode::BAD_REQUEST,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::Unknown | Code::Internal | Code::DataLoss => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn packed(name: &str, message: &impl prost::Message) -> Any {
    Any {
        type_url: format!("type.googleapis.com/{name}"),
        value: message.encode_to_vec(),
    }
}

fn type_name(detail: &Any) -> &str {
    detail
        .type_url
        .rsplit_once('/')
        .map_or(detail.type_url.as_str(), |(_host, name)| name)
}

/// Writes a detail with its fields; one whose type the pool does not know keeps its bytes.
fn write_detail(pool: &DescriptorPool, detail: &Any, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"@type\":");
    write_text(&detail.type_url, out);
    match fields_json(pool, detail) {
        Some(fields) if fields.starts_with(b"{") => {
            let inside = fields.get(1..).unwrap_or_default();
            if inside != b"}" {
                out.push(b',');
            }
            out.extend_from_slice(inside);
        }
        // A well-known type with a form of its own, such as Duration.
        Some(value) => {
            out.extend_from_slice(b",\"value\":");
            out.extend_from_slice(&value);
            out.push(b'}');
        }
        None => {
            out.extend_from_slice(b",\"value\":");
            write_text(&BASE64_STANDARD.encode(&detail.value), out);
            out.push(b'}');
        }
    }
}

fn fields_json(pool: &DescriptorPool, detail: &Any) -> Option<Vec<u8>> {
    let descriptor = pool.get_message_by_name(type_name(detail))?;
    let message = DynamicMessage::decode(descriptor, detail.value.as_slice()).ok()?;
    let mut json = Vec::with_capacity(128);
    let mut serializer = serde_json::Serializer::new(&mut json);
    message
        .serialize_with_options(&mut serializer, &SerializeOptions::new())
        .ok()?;
    Some(json)
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    // Writing a string into memory cannot fail.
    let _written = text.serialize(&mut serde_json::Serializer::new(out));
}
