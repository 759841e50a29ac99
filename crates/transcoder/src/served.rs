//! What a transcoder serves, and its refusals.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use http::{HeaderValue, Method, header};
use prost_reflect::DescriptorPool;

use crate::binding::Bindings;
use crate::escape;
use crate::failure::Failure;
use crate::options::TranscoderOptions;
use crate::reason;
use crate::route::Route;
use crate::router::{Found, Routed, Router};

/// Everything that is made once at the start and used by every request.
pub(crate) struct Served {
    pub(crate) pool: DescriptorPool,
    pub(crate) bindings: Bindings,
    pub(crate) router: Router,
    pub(crate) routes: Vec<Route>,
    pub(crate) options: TranscoderOptions,
    pub(crate) ignored_parameters: Arc<AtomicU64>,
}

impl Served {
    /// The binding that a path and a method lead to.
    pub(crate) fn found<'p>(&self, path: &'p str, method: &Method) -> Result<Found<'p>, Failure> {
        escape::check(path).map_err(|_bad| self.refused(reason::PATH_MALFORMED, "behind %"))?;
        match self.router.route(path, method) {
            Routed::Found(found) => Ok(found),
            Routed::NotFound => Err(self.refused(reason::ROUTE_NOT_FOUND, format!("{method} here"))),
            Routed::NotAllowed(allowed) => {
                let names: Vec<&str> = allowed.iter().map(Method::as_str).collect();
                let names = names.join(", ");
                let mut failure = self.refused(reason::METHOD_NOT_ALLOWED, format!("it takes {names}"));
                // Methods are tokens, which every header may hold.
                if let Ok(value) = HeaderValue::from_str(&names) {
                    failure.headers.insert(header::ALLOW, value);
                }
                Err(failure)
            }
        }
    }

    pub(crate) fn refused(&self, reason: &'static reason::Reason, particular: impl Into<String>) -> Failure {
        Failure::refused(self.options.refusals_domain, reason, "", particular)
    }

    pub(crate) fn deadline_exceeded(&self, timeout: Duration) -> Failure {
        let particular = format!("it had {timeout:?}");
        Failure::refused(
            self.options.refusals_domain,
            reason::DEADLINE_EXCEEDED,
            "",
            particular,
        )
    }

    /// The service's answer makes no sense; the cause is for the log, not for the client.
    pub(crate) fn unreadable(&self, cause: &dyn std::error::Error) -> Failure {
        tracing::error!(%cause, "the answer of a service could not be written as JSON; are its descriptors current?");
        let particular = "its messages and its descriptors do not agree";
        Failure::refused(
            self.options.refusals_domain,
            reason::ANSWER_UNREADABLE,
            "",
            particular,
        )
    }
}
