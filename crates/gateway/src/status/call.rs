//! Calls that are refused before, or cut off while, a service works on them.

use std::time::Duration;

use posars_commands::CommandError;
use posars_domain::CompanyId;
use tonic::{Code, Status};

use super::{retriable, status};
use crate::Area;

/// Wait before a call that found its process away is sent again. A new one starts within seconds.
const UPSTREAM_RETRY: Duration = Duration::from_secs(1);

/// The call took longer than it may.
pub(crate) fn deadline_exceeded(timeout: Duration) -> Status {
    let timeout_ms = timeout.as_millis().to_string();
    let message = format!(
        "the call did not end within its deadline of {timeout_ms} ms; a command may still have taken effect: send it \
         again with the same ids and it takes effect once"
    );
    status(
        Code::DeadlineExceeded,
        "DEADLINE_EXCEEDED",
        message,
        [("timeout_ms".to_owned(), timeout_ms)],
    )
}

/// The company in the path is not one that the caller may use. The same answer whether it exists or not.
pub(crate) fn unknown_company(company: &str) -> Status {
    let message = format!(
        "there is no company \"{company}\" here for this caller; check the name in the path and who is signed in"
    );
    status(
        Code::NotFound,
        "UNKNOWN_COMPANY",
        message,
        [("company".to_owned(), company.to_owned())],
    )
}

/// The caller's role holds for some stores, and the call touches the company as a whole.
pub(crate) fn limited_to_store(company: &CompanyId) -> Status {
    let message = format!(
        "this touches company {company} as a whole, and the caller's role holds for some of its stores only; ask \
         somebody whose role holds for the company"
    );
    let metadata = [("company".to_owned(), company.to_string())];
    status(
        Code::PermissionDenied,
        CommandError::OutOfScope.reason(),
        message,
        metadata,
    )
}

/// The caller's role holds for several stores, and the call takes one.
pub(crate) fn store_not_chosen<'store>(stores: impl Iterator<Item = &'store str>) -> Status {
    let stores = stores.collect::<Vec<_>>().join(",");
    let message = format!("the caller's role holds for some stores only ({stores}); ask for one of them");
    let metadata = [("stores".to_owned(), stores)];
    status(Code::InvalidArgument, "STORE_NOT_CHOSEN", message, metadata)
}

/// No service has this method.
pub(crate) fn unknown_method(path: &str) -> Status {
    let message = format!("there is no method {path} here; list what there is by reflection");
    status(
        Code::Unimplemented,
        "UNKNOWN_METHOD",
        message,
        [("path".to_owned(), path.to_owned())],
    )
}

/// Another process serves the method.
pub(crate) fn served_elsewhere(area: Area, path: &str) -> Status {
    let service = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let message = format!(
        "this process does not serve {service}; call the process of `posars serve {area}`, or the gateway in front of \
         all of them"
    );
    let metadata = [
        ("service".to_owned(), service.to_owned()),
        ("area".to_owned(), area.name().to_owned()),
    ];
    status(Code::Unimplemented, "SERVICE_ELSEWHERE", message, metadata)
}

/// The process that serves the call does not answer.
pub(crate) fn upstream_unavailable(area: Area) -> Status {
    let message = format!(
        "the process that serves {area} does not answer; the call may still have taken effect: send it again with the \
         same ids and it takes effect once"
    );
    let metadata = [("area".to_owned(), area.name().to_owned())];
    retriable(
        Code::Unavailable,
        "UPSTREAM_UNAVAILABLE",
        message,
        metadata,
        UPSTREAM_RETRY,
    )
}

/// Nobody has said who calls.
pub(crate) fn unauthenticated() -> Status {
    let message = "the caller is not known; sign in and send the token with the call";
    status(Code::Unauthenticated, "UNAUTHENTICATED", message, [])
}
