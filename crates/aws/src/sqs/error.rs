//! Why a call to a queue failed.

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};

/// Why a call to a queue failed. Every call was tried several times before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueueError {
    /// There is no such queue.
    #[error("there is no queue {queue}; check POSARS_QUEUES and the region, or make the queue")]
    Missing {
        /// Its address.
        queue: String,
    },
    /// The credentials are missing, or do not permit the call.
    #[error("queue {queue} refuses: {problem}; give this role the permission, or correct its credentials")]
    Denied {
        /// Its address.
        queue: String,
        /// What it said.
        problem: String,
    },
    /// It does not answer, or not all of a batch was taken; another try may help.
    #[error("queue {queue} does not answer: {problem}")]
    Unavailable {
        /// Its address.
        queue: String,
        /// What was seen.
        problem: String,
    },
}

/// How the codes of refused credentials begin or read, over the protocols of SQS and of what stands before it.
const DENIED: [&str; 9] = [
    "AccessDenied",
    "InvalidSecurity",
    "InvalidClientTokenId",
    "UnrecognizedClient",
    "SignatureDoesNotMatch",
    "ExpiredToken",
    "MissingAuthenticationToken",
    "IncompleteSignature",
    "KmsAccessDenied",
];

impl QueueError {
    pub(crate) fn of<E>(queue: &str, error: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let queue = queue.to_owned();
        let service = error.as_service_error();
        let code = service.and_then(ProvideErrorMetadata::code).unwrap_or_default();
        if code.ends_with("NonExistentQueue") || code.ends_with("QueueDoesNotExist") {
            return Self::Missing { queue };
        }
        let problem = match service.and_then(ProvideErrorMetadata::message) {
            Some(message) => format!("{code}: {message}"),
            None => with_causes(error),
        };
        // Credentials that cannot be found are no answer of the service: the call was not even made.
        let is_unsigned =
            matches!(error, SdkError::ConstructionFailure(_)) || problem.contains("credentials");
        if is_unsigned || DENIED.iter().any(|denied| code.contains(denied)) {
            return Self::Denied { queue, problem };
        }
        Self::Unavailable { queue, problem }
    }
}

/// The SDK's own text says only "dispatch failure"; the causes say which.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
