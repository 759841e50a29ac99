//! Statuses that tonic makes, for requests that never reach a service.

use tonic::{Code, Status};

use super::{status, unknown_method};

/// How tonic begins when it does not know the compression of a message.
const COMPRESSION: &str = "Content is compressed with";

/// Gives a status without details the reason that it should have, so that no refusal leaves without one. None when there
/// is nothing to say about it: who cancels a call knows why.
pub(crate) fn dress(bare: &Status, path: &str) -> Option<Status> {
    match bare.code() {
        Code::Unimplemented if bare.message().starts_with(COMPRESSION) => {
            let message =
                "the message is compressed in a way that this server does not read; send it uncompressed";
            Some(status(
                Code::Unimplemented,
                "MESSAGE_ENCODING_UNSUPPORTED",
                message,
                [],
            ))
        }
        Code::Unimplemented => Some(unknown_method(path)),
        Code::Internal | Code::Unknown | Code::InvalidArgument => {
            let message = "the request is not the message that this method takes, nothing was done; make it from the \
                           current protos";
            Some(status(Code::InvalidArgument, "REQUEST_UNREADABLE", message, []))
        }
        // tonic's word for a message that is larger than it may be once it is decompressed.
        Code::OutOfRange => {
            let message =
                "the request is larger than any may be, nothing was done; split it into smaller ones";
            Some(status(Code::ResourceExhausted, "REQUEST_TOO_LARGE", message, []))
        }
        Code::Ok
        | Code::Cancelled
        | Code::DeadlineExceeded
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::ResourceExhausted
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::Unavailable
        | Code::DataLoss
        | Code::Unauthenticated => None,
    }
}
