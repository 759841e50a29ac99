//! The trace that an event belongs to: how a call, its commit and what follows from it are found together.
//!
//! The context of the call, in the form of W3C's `traceparent`, stands in the metadata of its events. Whoever deals with
//! them later, in this process or another, joins its own span to it. Without a collector there are no spans, and all of
//! this costs a look.

use std::sync::Arc;

use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState};
use serde::Deserialize;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// Most traces that one span is linked with: a page of thousands of events would be a page of links otherwise.
const LINKS_MAX: usize = 32;
/// Hexadecimal digits of version, trace, span and flags.
const PARTS: [usize; 4] = [2, 32, 16, 2];

/// A well-formed W3C `traceparent`: `00-{trace}-{span}-{flags}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Traceparent(Arc<str>);

impl Traceparent {
    /// Takes a text that is well formed; all else would be stored with the events for ever.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let is_hexadecimal = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let well_formed = PARTS.into_iter().all(|digits| {
            parts
                .next()
                .is_some_and(|part| part.len() == digits && is_hexadecimal(part))
        });
        (well_formed && parts.next().is_none()).then(|| Self(Arc::from(text)))
    }

    /// The context of the span that this is called in; none where spans go nowhere.
    #[must_use]
    pub fn current() -> Option<Self> {
        let context = Span::current().context();
        let context = context.span().span_context().clone();
        context.is_valid().then(|| {
            let (trace, span) = (context.trace_id(), context.span_id());
            let flags = context.trace_flags().to_u8();
            Self(format!("00-{trace}-{span}-{flags:02x}").into())
        })
    }

    /// What the metadata of an event say.
    #[must_use]
    pub fn of_metadata(metadata: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Metadata<'a> {
            #[serde(borrow, default)]
            traceparent: Option<&'a str>,
        }
        let metadata: Metadata<'_> = serde_json::from_str(metadata).ok()?;
        Self::parse(metadata.traceparent?)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn span_context(&self) -> SpanContext {
        let mut parts = self.0.split('-').skip(1);
        let mut next = || parts.next().unwrap_or_default();
        let (trace, span, flags) = (next(), next(), next());
        SpanContext::new(
            TraceId::from_hex(trace).unwrap_or(TraceId::INVALID),
            SpanId::from_hex(span).unwrap_or(SpanId::INVALID),
            TraceFlags::new(u8::from_str_radix(flags, 16).unwrap_or(0)),
            true,
            TraceState::default(),
        )
    }
}

/// The different traces that led to a piece of work, as far as they are told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(Vec<Traceparent>);

impl Origins {
    /// Those of events, by their metadata. None where nobody would see them: to read metadata costs something.
    pub fn of_events<'a>(metadata: impl IntoIterator<Item = &'a str>) -> Self {
        let mut origins = Self::default();
        if tracing::span_enabled!(tracing::Level::DEBUG) {
            for metadata in metadata {
                if origins.is_full() {
                    break;
                }
                origins.extend(Traceparent::of_metadata(metadata));
            }
        }
        origins
    }

    /// Whether nothing is known of where the work comes from.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn is_full(&self) -> bool {
        self.0.len() >= LINKS_MAX
    }

    /// Joins a span that nobody has entered yet to them: work for one call is part of that call's trace, work for several
    /// is a trace of its own with a link to each.
    pub fn join(&self, span: &Span) {
        if span.is_disabled() {
            return;
        }
        match self.0.as_slice() {
            [] => {}
            [only] => {
                let context = opentelemetry::Context::new().with_remote_span_context(only.span_context());
                // No layer that exports, which is no failure: then the span is for the log alone.
                let _ = span.set_parent(context);
            }
            several => several.iter().for_each(|one| span.add_link(one.span_context())),
        }
    }
}

impl Extend<Traceparent> for Origins {
    fn extend<T: IntoIterator<Item = Traceparent>>(&mut self, traces: T) {
        for trace in traces {
            if !self.is_full() && !self.0.contains(&trace) {
                self.0.push(trace);
            }
        }
    }
}

impl FromIterator<Traceparent> for Origins {
    fn from_iter<T: IntoIterator<Item = Traceparent>>(traces: T) -> Self {
        let mut origins = Self::default();
        origins.extend(traces);
        origins
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn only_what_is_well_formed_is_taken() {
        assert_eq!(Traceparent::parse(GOOD).unwrap().as_str(), GOOD);
        for bad in [
            "",
            "00",
            "00-4bf9-00f0-01",
            &GOOD.to_uppercase(),
            &format!("{GOOD}-x"),
            &format!("{GOOD}-"),
            &format!(" {GOOD}"),
            &GOOD.replace("-01", "-é"),
        ] {
            assert_eq!(Traceparent::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_context_is_that_of_the_text() {
        let context = Traceparent::parse(GOOD).unwrap().span_context();
        assert_eq!(context.trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(context.span_id().to_string(), "00f067aa0ba902b7");
        assert!(context.is_sampled() && context.is_remote() && context.is_valid());
    }

    #[test]
    fn metadata_say_it_in_their_own_field_and_nowhere_else() {
        let of = Traceparent::of_metadata;
        let said = format!(r#"{{"actor":"ana","source":"api","traceparent":"{GOOD}"}}"#);
        assert_eq!(of(&said).unwrap().as_str(), GOOD);
        // A caller may be called whatever they like.
        let forged = format!(r#"{{"actor":"\"traceparent\":\"{GOOD}\"","source":"api"}}"#);
        assert_eq!(of(&forged), None);
        assert_eq!(of(r#"{"traceparent":"00-1"}"#), None);
        assert_eq!(of("no JSON"), None);
    }

    #[test]
    fn each_trace_is_kept_once_and_no_more_than_the_bound() {
        let nth = |n: usize| Traceparent::parse(&format!("00-{n:032x}-{n:016x}-01")).unwrap();
        let origins: Origins = [nth(1), nth(2), nth(1)].into_iter().collect();
        assert_eq!(origins.0, [nth(1), nth(2)]);
        let many: Origins = (1..1_000).map(nth).collect();
        assert_eq!(many.0.len(), LINKS_MAX);
    }

    #[test]
    fn without_a_collector_there_is_no_context() {
        assert_eq!(Traceparent::current(), None);
        Origins::default().join(&Span::none());
    }
}
