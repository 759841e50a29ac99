//! What an error of S3 means, by its status and code.

use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

/// What can be done about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is not there.
    Missing,
    /// A condition of the call does not hold.
    Precondition,
    /// Somebody else is at the same thing.
    Conflict,
    /// The range is none of it.
    BadRange,
    /// It may pass by itself.
    Passing,
    /// It will not: rights, names, settings.
    Lasting,
}

/// An error of a call, judged.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    pub(crate) verdict: Verdict,
    /// What the service said, for people.
    pub(crate) detail: String,
}

/// Statuses of proxies and services that are there again later, beside all from 500 on.
const PASSING: [u16; 2] = [408, 429];
/// Codes of errors that pass although their status says that they do not.
const PASSING_CODES: [&str; 2] = ["RequestTimeout", "ThrottlingException"];

impl Trouble {
    pub(crate) fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let service = error.as_service_error().map(ProvideErrorMetadata::meta);
        let code = service.and_then(|meta| meta.code());
        let detail = match (code, service.and_then(|meta| meta.message())) {
            (Some(code), Some(message)) => format!("{code}: {message}"),
            (Some(code), None) => code.to_owned(),
            (None, _) => DisplayErrorContext(error).to_string(),
        };
        Self {
            verdict: verdict(status, code.unwrap_or_default()),
            detail,
        }
    }
}

fn verdict(status: Option<u16>, code: &str) -> Verdict {
    let Some(status) = status else {
        return Verdict::Passing;
    };
    if status >= 500 || PASSING.contains(&status) || PASSING_CODES.contains(&code) {
        return Verdict::Passing;
    }
    match status {
        // A missing bucket is a matter of settings.
        404 if code == "NoSuchBucket" => Verdict::Lasting,
        // 405 is how a version that says "deleted here" answers.
        404 | 405 => Verdict::Missing,
        409 => Verdict::Conflict,
        412 => Verdict::Precondition,
        416 => Verdict::BadRange,
        _ => Verdict::Lasting,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_can_be_done_about_it() {
        let of = |status, code| verdict(Some(status), code);
        assert_eq!(of(404, "NoSuchKey"), Verdict::Missing);
        assert_eq!(of(405, "MethodNotAllowed"), Verdict::Missing);
        assert_eq!(of(404, "NoSuchBucket"), Verdict::Lasting);
        assert_eq!(of(403, "AccessDenied"), Verdict::Lasting);
        assert_eq!(of(503, "SlowDown"), Verdict::Passing);
        assert_eq!(of(400, "RequestTimeout"), Verdict::Passing);
        assert_eq!(of(412, "PreconditionFailed"), Verdict::Precondition);
        assert_eq!(of(409, "ConditionalRequestConflict"), Verdict::Conflict);
        assert_eq!(verdict(None, ""), Verdict::Passing, "nobody answered");
    }
}
