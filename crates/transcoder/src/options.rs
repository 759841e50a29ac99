//! What a server decides about its REST side.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use http::header::HeaderName;
use prost_reflect::MethodDescriptor;

/// The longest time that one RPC may take; `None` leaves it to [`TranscoderOptions::deadline_max`].
pub type DeadlineOf = Arc<dyn Fn(&MethodDescriptor) -> Option<Duration> + Send + Sync>;

/// A text without what is personal in it.
pub type Mask = fn(&str) -> Cow<'_, str>;

/// Characters of a name that a refusal repeats. A key of a body may be as long as the body.
const NAME_CHARS_MAX: usize = 120;

/// Limits and choices of a [`Transcoder`](crate::Transcoder).
#[derive(Clone)]
pub struct TranscoderOptions {
    /// Largest body that is held in memory, after decompression; 4 MiB, as in gRPC. Beyond it the answer is 413.
    pub request_bytes_max: usize,
    /// Largest body that is passed on piece by piece, to an RPC that takes a stream of `google.api.HttpBody`.
    pub upload_bytes_max: u64,
    /// Longest query, escapes included. Beyond it the answer is 414.
    pub query_bytes_max: usize,
    /// Most parameters of a query.
    pub query_pairs_max: usize,
    /// Deepest nesting of the JSON of a body. A `google.protobuf.Struct` makes three messages of each level, and
    /// decoders give up at 100 messages: more than 32 would turn a client's mistake into a service's error.
    pub json_depth_max: usize,
    /// Most values of the JSON of a body: fields of objects and elements of lists, on every level. A message takes many
    /// times the memory of its text when that is `{}`.
    pub request_values_max: usize,
    /// Time for a call when [`Self::deadline_of`] has nothing to say about its RPC.
    pub deadline_max: Duration,
    /// Time for a call by RPC, read once when the transcoder is made.
    pub deadline_of: Option<DeadlineOf>,
    /// Refuse query parameters that are no field of the request, instead of counting them, and those that the path or
    /// the body gives, instead of leaving them out.
    pub strict_query: bool,
    /// Headers that become metadata under their own name, beside those that always do.
    pub headers_in: Vec<HeaderName>,
    /// Metadata that no client may set, not even with the `grpc-metadata-` prefix.
    pub headers_withheld: Vec<HeaderName>,
    /// Which web pages may call; none when absent.
    pub cors: Option<CorsOptions>,
    /// Silence after which a comment keeps an event stream open.
    pub sse_keep_alive: Duration,
    /// What a refusal shows of a name that the client made up, such as a key that is no field: clients put values where
    /// names belong, and refusals are logged.
    pub mask: Mask,
    /// `ErrorInfo.domain` of the transcoder's own refusals.
    pub refusals_domain: &'static str,
}

impl Default for TranscoderOptions {
    fn default() -> Self {
        Self {
            request_bytes_max: 4 * 1024 * 1024,
            upload_bytes_max: 256 * 1024 * 1024,
            query_bytes_max: 16 * 1024,
            query_pairs_max: 128,
            json_depth_max: 32,
            request_values_max: 20_000,
            deadline_max: Duration::from_secs(30),
            deadline_of: None,
            strict_query: false,
            headers_in: Vec::new(),
            headers_withheld: Vec::new(),
            cors: None,
            sse_keep_alive: Duration::from_secs(15),
            mask: |name| Cow::Borrowed(name),
            refusals_domain: "transcoder",
        }
    }
}

impl TranscoderOptions {
    /// A name in a request as a refusal repeats it: masked, and cut when it is long.
    pub(crate) fn shown<'n>(&self, name: &'n str) -> Cow<'n, str> {
        // Masked before it is cut: half a number is a number still.
        let masked = (self.mask)(name);
        match masked.char_indices().nth(NAME_CHARS_MAX) {
            Some((end, _)) => Cow::Owned(format!("{}…", masked.get(..end).unwrap_or_default())),
            None => masked,
        }
    }
}

impl fmt::Debug for TranscoderOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TranscoderOptions")
            .field("request_bytes_max", &self.request_bytes_max)
            .field("query_bytes_max", &self.query_bytes_max)
            .field("deadline_max", &self.deadline_max)
            .field("cors", &self.cors)
            .finish_non_exhaustive()
    }
}

/// Which web pages of other hosts may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorsOptions {
    /// Their origins, such as `https://shop.example`.
    pub origins: CorsOrigins,
    /// How long a browser may remember the permission.
    pub max_age: Duration,
}

/// The origins of web pages that may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CorsOrigins {
    /// All of them. The browser still sends no cookie, and a token only where the page has one.
    Any,
    /// These alone.
    These(Vec<HeaderValue>),
}
