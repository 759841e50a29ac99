//! Logs, traces and metrics, wired once per process.
//!
//! Logs go to standard error: lines on a terminal, JSON elsewhere. Libraries are heard down to `info` only. Spans go to
//! an OpenTelemetry collector when `OTEL_EXPORTER_OTLP_ENDPOINT` names one. Metrics are kept for `/metrics`.

use std::io::IsTerminal as _;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use prometheus::{Registry, TextEncoder};
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterExt as _, LevelFilter, filter_fn};
use tracing_subscriber::layer::{Filter, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::failure::{Exit, Failure};

/// Names the collector; its presence switches traces on.
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
/// What is logged unless the environment says otherwise.
const LOG_FILTER: &str = "POSARS_LOG";
/// What programs in Rust are used to; heard where ours is not set.
const LOG_FILTER_USUAL: &str = "RUST_LOG";
/// Only our own spans are exported: with those of h2 and tonic the exporter would export itself without end. Those below
/// `info` are the steps of a call and of what follows from it; without a collector nobody pays for them.
const SPAN_FILTER: &str = "off,posars=debug";

/// How the targets of our own crates begin.
const OWN_TARGETS: &str = "posars";

/// How much a command says of itself unless `POSARS_LOG` asks for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    /// A server: what it does.
    Server,
    /// A one-shot command: only what is wrong.
    Command,
}

/// The telemetry of this process; shut down before it ends, so that the last spans are sent.
pub(crate) struct Telemetry {
    registry: Registry,
    meters: SdkMeterProvider,
    tracers: Option<SdkTracerProvider>,
}

/// The numbers of this process as Prometheus reads them. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Metrics(Registry);

impl Telemetry {
    /// Sets it up for the whole process; to be called once, inside the runtime.
    ///
    /// # Errors
    /// `LOG_FILTER_INVALID` for a filter that cannot be read, `TELEMETRY_INVALID` for an unusable collector.
    pub(crate) fn start(voice: Voice) -> Result<Self, Failure> {
        let invalid = |error: &dyn std::fmt::Display| {
            Failure::new(
                Exit::Usage,
                "TELEMETRY_INVALID",
                format!("telemetry could not be set up: {error}"),
            )
            .next(format!(
                "correct {ENDPOINT} (such as http://localhost:4317) or unset it"
            ))
        };
        let registry = Registry::new();
        let exporter = opentelemetry_prometheus::exporter()
            .with_registry(registry.clone())
            .build()
            .map_err(|error| invalid(&error))?;
        let meters = SdkMeterProvider::builder()
            .with_resource(resource())
            .with_reader(exporter)
            .build();
        opentelemetry::global::set_meter_provider(meters.clone());
        tell_the_build();
        opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
        let tracers = match std::env::var(ENDPOINT) {
            Ok(endpoint) if !endpoint.is_empty() => Some(tracers().map_err(|error| invalid(&error))?),
            Ok(_) | Err(_) => None,
        };
        let spans = tracers.as_ref().map(|tracers| {
            tracing_opentelemetry::layer()
                .with_tracer(tracers.tracer("posars"))
                .with_filter(spans_of_ours())
        });
        let filter = without_libraries(log_filter(voice)?);
        let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
        let lines = if std::io::stderr().is_terminal() {
            // The timer and the level are enough for a person; NO_COLOR is honoured by the layer itself.
            lines.with_target(false).with_filter(filter).boxed()
        } else {
            lines.json().flatten_event(true).with_filter(filter).boxed()
        };
        tracing_subscriber::registry()
            .with(lines)
            .with(spans)
            .try_init()
            .map_err(|error| invalid(&error))?;
        Ok(Self {
            registry,
            meters,
            tracers,
        })
    }

    /// What `/metrics` shows.
    pub(crate) fn metrics(&self) -> Metrics {
        Metrics(self.registry.clone())
    }

    /// Sends what is still to be sent.
    pub(crate) fn stop(self) {
        if let Some(Err(error)) = self.tracers.map(|tracers| tracers.shutdown()) {
            tracing::warn!(%error, "the last spans were not sent");
        }
        if let Err(error) = self.meters.shutdown() {
            tracing::debug!(%error, "metrics ended badly");
        }
    }
}

impl Metrics {
    /// The page in Prometheus' text form.
    ///
    /// # Errors
    /// When two metrics of one name disagree, a mistake of the build.
    pub(crate) fn page(&self) -> Result<String, prometheus::Error> {
        TextEncoder::new().encode_to_string(&self.0.gather())
    }
}

/// Which build this is: what an operator looks at first when two of them run together.
fn tell_the_build() {
    let schema = posars_schema::migrations().last().map_or(0, |last| last.version);
    let labels = [
        KeyValue::new("version", env!("CARGO_PKG_VERSION")),
        KeyValue::new("schema", i64::from(schema)),
    ];
    opentelemetry::global::meter("posars")
        .u64_gauge("posars.build")
        .with_description("1, with the version of this build and the schema that it brings")
        .build()
        .record(1, &labels);
}

fn tracers() -> Result<SdkTracerProvider, opentelemetry_otlp::ExporterBuildError> {
    let exporter = opentelemetry_otlp::SpanExporter::builder().with_tonic().build()?;
    Ok(SdkTracerProvider::builder()
        .with_resource(resource())
        .with_batch_exporter(exporter)
        .build())
}

fn resource() -> Resource {
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let builder = Resource::builder().with_attribute(version);
    // OTEL_SERVICE_NAME is read by the builder itself; a name of ours would hide it.
    if std::env::var_os("OTEL_SERVICE_NAME").is_some() {
        builder.build()
    } else {
        builder.with_service_name("posars").build()
    }
}

/// What is logged when no variable says it.
pub(crate) fn default_log_filter(voice: Voice) -> &'static str {
    match voice {
        Voice::Server => "warn,posars=info",
        Voice::Command => "error,posars=warn",
    }
}

/// The variable that says what is logged, with its value; none leaves it to [`default_log_filter`].
pub(crate) fn chosen_log_filter() -> Option<(&'static str, String)> {
    [LOG_FILTER, LOG_FILTER_USUAL]
        .into_iter()
        .find_map(|name| Some((name, std::env::var(name).ok()?)))
}

/// The spans that a collector gets, and within them what is worth a line in the log anyway.
fn spans_of_ours<S>() -> impl Filter<S> {
    let is_told = |metadata: &Metadata<'_>| metadata.is_span() || *metadata.level() <= Level::INFO;
    EnvFilter::new(SPAN_FILTER).and(filter_fn(is_told).with_max_level_hint(LevelFilter::DEBUG))
}

/// The filter, less what libraries write below `info`.
fn without_libraries<S>(filter: EnvFilter) -> impl Filter<S> {
    // Without the hint the filter would seem to want everything, and every trace point of every library would be
    // weighed on every call (measured for an echo through gRPC: 39 us of CPU instead of 25).
    filter.and(filter_fn(may_be_logged).with_max_level_hint(LevelFilter::TRACE))
}

/// Whether a line or span may be in the log, however much was asked for. Below `info` libraries write what goes through
/// them: tokio-postgres the values of statements, h2 the headers of calls, and with them customers and tokens.
fn may_be_logged(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with(OWN_TARGETS) || *metadata.level() <= Level::INFO
}

fn log_filter(voice: Voice) -> Result<EnvFilter, Failure> {
    let (name, text) =
        chosen_log_filter().unwrap_or_else(|| (LOG_FILTER, default_log_filter(voice).to_owned()));
    EnvFilter::builder().parse(&text).map_err(|error| {
        Failure::new(
            Exit::Usage,
            "LOG_FILTER_INVALID",
            format!("{name}={text} is no log filter: {error}"),
        )
        .next("write it like `info` or `warn,posars_event_store=debug`")
    })
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::Filter;

    use super::*;

    #[test]
    fn what_nobody_asked_for_is_never_weighed() {
        let hint = |text: &str| {
            let filter = without_libraries::<tracing_subscriber::Registry>(EnvFilter::new(text));
            Filter::<tracing_subscriber::Registry>::max_level_hint(&filter)
        };
        assert_eq!(hint("info"), Some(LevelFilter::INFO));
        assert_eq!(hint("warn,posars_event_store=debug"), Some(LevelFilter::DEBUG));
    }
}
